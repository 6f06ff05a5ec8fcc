"""Makes the severity model: `python -m nlp.severity_training --sets tests/nlp/sets/severity*.jsonl --data FOLDER --out nlp/models`."""

import argparse
import csv
import gzip
import hashlib
import json
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import attrs
import numpy as np
from numpy.typing import NDArray

from domain.analysis import Polarity
from nlp.composed import compose_all
from nlp.counting import scipy_sparse
from nlp.dictionaries import read
from nlp.entities import EntityTerms
from nlp.extras import library
from nlp.judging import LEVELS
from nlp.normalize import normalize, own_words
from nlp.sentiment import Floats, softmax
from nlp.severity import CLASSES, SeverityModel, brand_words, load_severity, passages
from nlp.severity_examples import examples, spared
from nlp.severity_features import FEATURES, SeverityTerms, features, severity_terms

VARIANTS = 6
"""Each template is filled so many times; together they weigh as much as four texts."""
EXAMPLE_WEIGHT, SET_WEIGHT, POST_WEIGHT, PUBLIC_WEIGHT = 0.67, 3.0, 0.6, 0.15
"""Weight of our own texts, of the set's dev half, of composed harmless posts, and of ordinary reviews and posts. At a weight of 1 the latter took five points of recall, below 0.04 nothing was gained."""
STRENGTH, ROUNDS, FOLDS = 1.0, 200, 8
"""Inverse of the ridge penalty (best of .03 … 2 on held-out dev folds), steps of the solver, and folds of the dev half."""
MEASURED_FOLD = 0
"""Of five, by hash of the text: public texts that are never trained on, for the rate of false alarms."""
RECALL = 0.975
"""Recall asked for of the held-out dev folds; the threshold is the highest certainty that reaches it."""
POSTS = 12_000
"""Composed posts of all moods; those of harmless mood with an event word are trained on."""
_ROUND = 2000
_HARD = re.compile("漏电|电人|触电|冒烟|冒火|起火|着火|自燃|烧|炸|爆|烫|伤|中毒|漏气|砸|割|住院|死|召回|维权|曝光|投诉")
"""Words with which a composed complaint may be grave."""


@attrs.frozen(kw_only=True, eq=False)
class Rows:
    """Texts as features."""

    keys: Any
    """A scipy matrix with one row a text, which has no types."""
    labels: NDArray[np.int64]
    weights: Floats


def rows_of(texts: Sequence[str], labels: Sequence[int], weight: float, terms: SeverityTerms) -> Rows:
    """One row a text; a feature that occurs is 1, less in long texts, as the model reads it."""
    sparse = scipy_sparse()
    parts = []
    for begin in range(0, max(len(texts), 1), _ROUND):
        part = texts[begin : begin + _ROUND]
        keys = features(part, terms)
        seen = np.bincount(keys // FEATURES, minlength=len(part))
        values = (1 / np.sqrt(1 + seen / 300)).astype(np.float32)[keys // FEATURES]
        parts.append(sparse.csr_matrix((values, (keys // FEATURES, keys % FEATURES)), shape=(len(part), FEATURES)))
    return Rows(
        keys=sparse.vstack(parts).tocsr(),
        labels=np.array(labels, np.int64),
        weights=np.full(len(texts), weight, np.float32),
    )


def joined(*parts: Rows) -> Rows:
    """The rows one after the other."""
    return Rows(
        keys=scipy_sparse().vstack([part.keys for part in parts]).tocsr(),
        labels=np.concatenate([part.labels for part in parts]),
        weights=np.concatenate([part.weights for part in parts]),
    )


def chosen(rows: Rows, which: NDArray[np.bool_]) -> Rows:
    """Only some of the rows."""
    return Rows(keys=rows.keys[np.flatnonzero(which)], labels=rows.labels[which], weights=rows.weights[which])


def fit(rows: Rows, version: str) -> SeverityModel:
    """A model without calibration. Features seen once carry no weight. Raises MissingExtra without scikit-learn."""
    columns = np.flatnonzero(np.bincount(rows.keys.indices, minlength=FEATURES) >= 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # stopping after ROUNDS is meant
        fitted = _regression(C=STRENGTH, max_iter=ROUNDS, tol=1e-4).fit(
            rows.keys[:, columns], rows.labels, sample_weight=rows.weights
        )
    table = np.zeros((FEATURES, len(CLASSES)), np.float32)
    table[columns] = fitted.coef_.T
    bias = fitted.intercept_.astype(np.float32)
    return SeverityModel(version=version, table=table, bias=bias, slope=1.0, offset=0.0, threshold=0.5)


def logits_of(model: SeverityModel, rows: Rows) -> Floats:
    """As the model reads them."""
    answer: Floats = (rows.keys @ model.table).astype(np.float32) + model.bias
    return answer


def held_out(dev: Rows, others: Rows, groups: Sequence[str]) -> Floats:
    """Logits of the dev half, each row by a model that saw seven other eighths. groups: kinds of rows, dealt out evenly."""
    turns: dict[str, int] = {}
    fold = np.zeros(len(groups), np.int64)
    for place, group in enumerate(groups):
        turns[group] = turns.get(group, crc32(group.encode()) % FOLDS) + 1
        fold[place] = turns[group] % FOLDS
    answer = np.zeros((len(groups), len(CLASSES)), np.float32)
    for number in range(FOLDS):
        model = fit(joined(others, chosen(dev, fold != number)), "")
        answer[fold == number] = logits_of(model, chosen(dev, fold == number))
    return answer


def calibrated(model: SeverityModel, logits: Floats, labels: NDArray[np.int64]) -> SeverityModel:
    """Slope and offset by which certainty is honest on held-out rows, and the threshold."""
    severe = 1 - softmax(logits)[:, 0].astype(np.float64).clip(1e-9, 1 - 1e-9)
    score = np.log(severe / (1 - severe))[:, None]
    fitted = _regression(C=1e3).fit(score, labels > 0)
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    certainty = 1 / (1 + np.exp(-(slope * score[:, 0] + offset)))
    threshold = float(np.quantile(certainty[labels > 0], 1 - RECALL))
    return attrs.evolve(model, slope=slope, offset=offset, threshold=round(threshold, 3))


def figures(certainty: Floats, logits: Floats, labels: NDArray[np.int64], threshold: float) -> dict[str, float]:
    """Precision, recall and, of the severe ones found, the share with the right class."""
    told, severe = certainty >= threshold, labels > 0
    found = told & severe
    right = 1 + np.argmax(logits[:, 1:], axis=1) == labels
    return {
        "rows": float(len(labels)),
        "precision": round(float(found.sum() / max(told.sum(), 1)), 4),
        "recall": round(float(found.sum() / max(severe.sum(), 1)), 4),
        "class_accuracy": round(float(right[found].mean()), 4),
    }


def public_texts(folder: Path, terms: SeverityTerms) -> Iterator[tuple[str, str]]:
    """Set and passage of ordinary reviews and posts in which a word of an event stands; those known to be grave are left out."""
    event = re.compile("|".join(map(re.escape, sorted(terms.events, key=len, reverse=True))))
    known, seen = spared(), set[str]()
    for path in sorted(folder.glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                text = own_words(normalize(row.get("text") or ""))[:2000]
                if text in seen or not event.search(text):
                    continue
                seen.add(text)
                if hashlib.sha256(text.encode()).hexdigest()[:16] in known:
                    continue
                for start, end in passages(text):
                    yield path.name.removesuffix(".csv.gz"), text[start:end]


def harmless_posts(terms: SeverityTerms) -> list[str]:
    """Posts composed of the phrases of the sentiment model that hold a word of an event: all but complaints with a hard one."""
    event = re.compile("|".join(map(re.escape, terms.events)))
    return [
        post.text
        for post in compose_all(POSTS)
        if event.search(post.text) and (LEVELS[post.mood] is not Polarity.NEGATIVE or not _HARD.search(post.text))
    ]


def make(sets: Sequence[Path], data: Path | None, out: Path, *, version: str) -> dict[str, Any]:
    """Measure on held-out dev folds, calibrate, train on everything, save; returns the figures. The test halves are not read."""
    terms = severity_terms(brand_words(EntityTerms()), read("severity"))
    lines = [line for path in sets for line in path.read_text(encoding="utf-8").splitlines()]
    dev_rows = [row for row in map(json.loads, lines) if row["split"] == "dev"]
    names = [kind.value if kind else None for kind in CLASSES]
    labels = [names.index(row["severity"]) for row in dev_rows]
    dev = rows_of([own_words(row["text"]) for row in dev_rows], labels, SET_WEIGHT, terms)
    own = list(examples(VARIANTS))
    others = rows_of([one.text for one in own], [one.kind for one in own], EXAMPLE_WEIGHT, terms)
    posts = harmless_posts(terms)
    others = joined(others, rows_of(posts, [0] * len(posts), POST_WEIGHT, terms))
    public = [text for _, text in public_texts(data, terms)] if data else []
    fold = np.array([crc32(text.encode()) % 5 for text in public], np.int64)
    ordinary = rows_of(public, [0] * len(public), PUBLIC_WEIGHT, terms)
    others = joined(others, chosen(ordinary, fold != MEASURED_FOLD)) if public else others
    logits = held_out(dev, others, [row["kind"] for row in dev_rows])
    model = calibrated(fit(joined(others, dev), version), logits, dev.labels)
    certainty = model.certainty(logits)
    found: dict[str, Any] = {
        "dev_held_out": figures(certainty, logits, dev.labels, model.threshold),
        "dev_held_out_by_kind": by_kind(certainty >= model.threshold, dev.labels, [row["kind"] for row in dev_rows]),
        "templates": len({one.source for one in own}),
        "own_texts": len(own),
        "harmless_posts": len(posts),
        "public_passages": len(public),
    }
    if public:
        unseen = logits_of(model, chosen(ordinary, fold == MEASURED_FOLD))
        found["public_unseen_called_severe"] = int((model.certainty(unseen) >= model.threshold).sum())
        found["public_unseen_passages"] = int((fold == MEASURED_FOLD).sum())
    save(model, out, **found)
    load_severity(EntityTerms(), folder=out)
    return found


def by_kind(told: NDArray[np.bool_], labels: NDArray[np.int64], kinds: Sequence[str]) -> dict[str, str]:
    """Right and all rows of each kind."""
    right = told == (labels > 0)
    at = np.array(kinds)
    return {kind: f"{int(right[at == kind].sum())}/{int((at == kind).sum())}" for kind in dict.fromkeys(kinds)}


def save(model: SeverityModel, folder: Path, **notes: object) -> None:
    """Write `severity.npz` (arrays, no pickle; rows without weight left out) and `severity.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = np.flatnonzero(np.abs(model.table).max(axis=1) > 1e-3)
    np.savez_compressed(
        folder / "severity.npz",
        rows=rows.astype(np.int32),
        table=model.table[rows].astype(np.float16),
        bias=model.bias,
    )
    meta = {
        "version": model.version,
        "slope": model.slope,
        "offset": model.offset,
        "threshold": model.threshold,
        **notes,
    }
    (folder / "severity.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _regression(**options: Any) -> Any:  # scikit-learn ships no types
    return library("sklearn.linear_model", needed_for="training a severity model").LogisticRegression(**options)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line; prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m nlp.severity_training", description="Train the severity model.")
    parser.add_argument(
        "--sets", type=Path, nargs="+", required=True, help="labelled texts; only rows of split dev are read"
    )
    parser.add_argument("--data", type=Path, help="folder with *.csv.gz of ordinary reviews and posts")
    parser.add_argument("--out", type=Path, required=True, help="folder for severity.npz and severity.json")
    parser.add_argument("--version", default=f"severity-{date.today():%Y%m%d}")
    options = parser.parse_args(arguments)
    json.dump(make(options.sets, options.data, options.out, version=options.version), sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
