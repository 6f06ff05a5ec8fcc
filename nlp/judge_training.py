"""Makes the judge of aspects: `python -m nlp.judge_training --gold LABELS.jsonl --data FOLDER --out nlp/models`."""

import argparse
import csv
import gzip
import hashlib
import json
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import yaml
from numpy.typing import NDArray

from nlp.analyzer import Analyzer
from nlp.aspects import Mention
from nlp.extras import library
from nlp.judging import FEATURES, NEGATIVE, POSITIVE, UNJUDGED
from nlp.reading import Reading
from nlp.sentiment import Floats

LESSON_WEIGHT = 0.05
"""Of a composed phrase beside a labelled mention, which weighs 1."""
STRENGTH = 0.3
"""Inverse of the ridge penalty; best of .03, .1, .3, 1 by cross-validation over the reviews of the development half."""
LEAST = 8
"""A word has its own weight where so many mentions hold it."""
_POLARITY = {"negative": NEGATIVE, "positive": POSITIVE}


@attrs.frozen(kw_only=True, eq=False)
class Material:
    """Mentions of labelled reviews."""

    mentions: tuple[Mention, ...]
    features: Floats
    margins: Floats
    """Mood of the whole text."""
    reviews: NDArray[np.int64]
    """Number of the review of each."""
    labels: NDArray[np.int64]
    weights: Floats


def half_of(sha: str) -> str:
    """The half of the labels that a text belongs to: rules and weights are made on `dev` only."""
    return "dev" if int(sha[-1], 16) % 2 == 0 else "test"


def labelled(gold: Path, data: Path) -> list[tuple[str, str, set[tuple[str, str]]]]:
    """SHA prefix, text and (aspect, polarity) labels of each labelled review whose text is in the folder."""
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    texts: dict[str, str] = {}
    for name in sorted({row["set"] for row in rows}):
        with gzip.open(data / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                texts[hashlib.sha256(row["text"].encode()).hexdigest()[:16]] = row["text"]
    return [
        (row["sha"], texts[row["sha"]], {(aspect, polarity) for aspect, polarity in row["aspects"]})
        for row in rows
        if row["sha"] in texts
    ]


def material(analyzer: Analyzer, rows: Sequence[tuple[str, str, set[tuple[str, str]]]]) -> Material:
    """All mentions of the reviews with what the review's labels make of them; neutral ones are left out."""
    reviews, mentions, features, margins = analyzer.spoken_of([Reading(text=text) for _, text, _ in rows])
    labels = np.full(len(mentions), UNJUDGED)
    kept = np.ones(len(mentions), np.bool_)
    margin = features[:, FEATURES.index("margin")]
    for at, (review, mention) in enumerate(zip(reviews.tolist(), mentions, strict=True)):
        said = {polarity for aspect, polarity in rows[review][2] if aspect == mention.aspect}
        if said == {"neutral"}:
            kept[at] = False
        elif said:
            known = [_POLARITY[polarity] for polarity in sorted(said) if polarity in _POLARITY]
            labels[at] = known[0] if len(known) == 1 else (POSITIVE if margin[at] > 0 else NEGATIVE)
    return Material(
        mentions=tuple(mention for mention, keep in zip(mentions, kept.tolist(), strict=True) if keep),
        features=features[kept],
        margins=margins[kept],
        reviews=reviews[kept],
        labels=labels[kept],
        weights=np.ones(int(kept.sum()), np.float32),
    )


def lessons(analyzer: Analyzer) -> Material:
    """Mentions of composed phrases: every frame of `judge_lessons.yaml` with every name."""
    stored = yaml.safe_load(files("nlp").joinpath("judge_lessons.yaml").read_text(encoding="utf-8"))
    kinds = (("blame", "negative"), ("unjudged", ""), ("praise", "positive"))
    rows = [
        ("", frame.replace("{n}", name), {(aspect, polarity)} if polarity else set())
        for kind, polarity in kinds
        for frame in stored[kind]
        for aspect, names in stored["names"].items()
        for name in names
    ]
    found = material(analyzer, rows)
    return attrs.evolve(found, weights=np.full(len(found.labels), LESSON_WEIGHT, np.float32))


def joined(*parts: Material) -> Material:
    """Several materials as one; the numbers of their reviews no longer mean anything."""
    return Material(
        mentions=tuple(mention for part in parts for mention in part.mentions),
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("features", "margins", "reviews", "labels", "weights")
        },
    )


def train(found: Material, *, version: str, strength: float = STRENGTH) -> dict[str, Any]:
    """Weights as they are stored: per feature, aspect and word three numbers (blame, not judged, praise)."""
    aspects = sorted({mention.aspect for mention in found.mentions})
    counts = Counter(mention.word for mention in found.mentions)
    words = sorted(word for word, count in counts.items() if count >= LEAST)
    place = {name: number for number, name in enumerate(aspects)}
    extra = np.zeros((len(found.mentions), 2 * len(aspects) + len(words)), np.float32)
    for at, mention in enumerate(found.mentions):
        column = 2 * place[mention.aspect]
        extra[at, column], extra[at, column + 1] = 1, found.margins[at]
        if mention.word in words:
            extra[at, 2 * len(aspects) + words.index(mention.word)] = 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = (
            library("sklearn.linear_model", needed_for="training the judge of aspects")
            .LogisticRegression(C=strength, max_iter=400)
            .fit(np.hstack([found.features, extra]), found.labels, sample_weight=found.weights)
        )
    rows = fitted.coef_.T.round(4)
    rows[0] += fitted.intercept_.round(4)
    features, extras = rows[: len(FEATURES)].tolist(), rows[len(FEATURES) :].tolist()
    return {
        "version": version,
        "features": dict(zip(FEATURES, features, strict=True)),
        "aspects": {name: extras[2 * number : 2 * number + 2] for name, number in place.items()},
        "words": dict(zip(words, extras[2 * len(aspects) :], strict=True)),
    }


def save(weights: Mapping[str, Any], folder: Path) -> None:
    """Write `aspects.json`, a row a line."""
    lines = []
    for key, value in weights.items():
        if isinstance(value, dict):
            rows = ",\n".join(
                f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(row)}" for name, row in value.items()
            )
            lines.append(f" {json.dumps(key)}: {{\n{rows}\n }}")
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(value)}")
    (folder / "aspects.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line; prints what it learnt from."""
    parser = argparse.ArgumentParser(prog="python -m nlp.judge_training", description="Train the judge of aspects.")
    parser.add_argument("--gold", type=Path, required=True, help="labels by SHA-256 prefix, JSON Lines")
    parser.add_argument("--data", type=Path, required=True, help="folder with the texts as *.csv.gz")
    parser.add_argument("--out", type=Path, required=True, help="folder for aspects.json")
    parser.add_argument("--version", default=f"judge-{date.today():%Y%m%d}")
    options = parser.parse_args(arguments)
    rows = [row for row in labelled(options.gold, options.data) if half_of(row[0]) == "dev"]
    analyzer = Analyzer.load()
    found = material(analyzer, rows)
    save(train(joined(found, lessons(analyzer)), version=options.version), options.out)
    print(
        f"reviews={len(rows)} mentions={len(found.mentions)} labels={np.bincount(found.labels, minlength=3).tolist()}"
    )


if __name__ == "__main__":
    main()
