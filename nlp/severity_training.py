"""Makes the severity model: `python -m nlp.severity_training --sets tests/nlp/sets/severity*.jsonl --data FOLDER --out nlp/models`."""

import argparse
import json
import sys
import warnings
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.batch import batch_of
from nlp.counting import scipy_sparse
from nlp.dictionaries import read
from nlp.entities import EntityTerms
from nlp.extras import library
from nlp.glance import BITS, EVEN, Glance, grams
from nlp.sentiment import Floats
from nlp.severity import CLASSES, MANY, SeverityModel, SeverityReader, brand_words, load_severity, log_odds
from nlp.severity_features import FEATURES, SeverityTerms, abstracted, features, severity_terms
from nlp.severity_material import Material, read_material
from nlp.severity_net_training import Lesson, Start, states_of, taught, tuned

STRENGTH, ROUNDS, FOLDS = 1.0, 200, 4
"""Inverse of the ridge penalty (best of .03 … 2 on held-out folds), steps of the solver, and folds of the writers."""
THRESHOLD = 0.37
"""Certainty from which a text is called severe: at .4 a twentieth of the grave ones is lost, below .3 one alarm in nine is false (docs/models/severity.md)."""
TOLD = 0.7
"""The certainty from which `alerts/severe.py` tells at once."""
LOOK = -4.5
"""The net is asked where the n-grams' log-odds are at least this: a twelfth of the judged ordinary passages, 98 to 100 of 100 grave ones."""
LOOKED_AT = 0.02
"""Share of ordinary texts that the glance lets through."""
GLANCE_WEIGHTS = (2.0, 0.3, 0.5)
"""Of grave texts, of those that only sound so, and of ordinary ones."""
PUBLIC_TAUGHT = 12_000
"""The net learns from so many public passages; more gained nothing and took longer."""
_ROUND = 2000
Tell = Callable[[str], None]


@attrs.frozen(kw_only=True, eq=False)
class Rows:
    """Texts as features."""

    keys: Any
    """A scipy matrix with one row a text, which has no types."""
    labels: NDArray[np.int64]
    weights: Floats


def rows_of(texts: Sequence[str], labels: NDArray[np.int64], weights: Floats, terms: SeverityTerms) -> Rows:
    """One row a text; a feature that occurs is 1, less in long texts, as the model reads it."""
    sparse = scipy_sparse()
    parts = []
    for begin in range(0, max(len(texts), 1), _ROUND):
        part = texts[begin : begin + _ROUND]
        keys = features(part, terms)
        seen = np.bincount(keys // FEATURES, minlength=len(part))
        values = (1 / np.sqrt(1 + seen / MANY)).astype(np.float32)[keys // FEATURES]
        parts.append(sparse.csr_matrix((values, (keys // FEATURES, keys % FEATURES)), shape=(len(part), FEATURES)))
    return Rows(keys=sparse.vstack(parts).tocsr(), labels=labels, weights=weights)


def chosen(rows: Rows, which: NDArray[np.bool_]) -> Rows:
    """Only some of the rows."""
    return Rows(keys=rows.keys[np.flatnonzero(which)], labels=rows.labels[which], weights=rows.weights[which])


def fit(rows: Rows) -> tuple[Floats, Floats]:
    """Table and bias of the n-grams. Features seen once carry no weight. Raises MissingExtra without scikit-learn."""
    columns = np.flatnonzero(np.bincount(rows.keys.indices, minlength=FEATURES) >= 2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # stopping after ROUNDS is meant
        fitted = _regression(C=STRENGTH, max_iter=ROUNDS, tol=1e-4).fit(
            rows.keys[:, columns], rows.labels, sample_weight=rows.weights
        )
    table = np.zeros((FEATURES, len(CLASSES)), np.float32)
    table[columns] = fitted.coef_.T.astype(np.float16)
    return table, fitted.intercept_.astype(np.float32)


def logits_of(table: Floats, bias: Floats, rows: Rows) -> Floats:
    """As `SeverityModel.logits` reads them."""
    answer: Floats = (rows.keys @ table).astype(np.float32) + bias
    return answer


def glance_of(grave: Sequence[str], harmless: Sequence[str], ordinary: Sequence[str]) -> Glance:
    """Tells grave texts from ordinary ones. harmless: texts that only sound grave count little: the closer look is for them."""
    sizes = [len(grave), len(harmless), len(ordinary)]
    labels = np.repeat([1, 0, 0], sizes)
    rows = _glance_rows([*grave, *harmless, *ordinary])
    fitted = _regression(C=1.0, solver="liblinear").fit(rows, labels, sample_weight=np.repeat(GLANCE_WEIGHTS, sizes))
    table = fitted.coef_[0].astype(np.float16).astype(np.float32)
    scores = rows[sizes[0] + sizes[1] :] @ table
    return Glance(table=table, threshold=float(np.quantile(scores, 1 - LOOKED_AT)))


def _glance_rows(texts: Sequence[str]) -> Any:
    """A scipy matrix with what `Glance.scores` sums."""
    sparse, parts = scipy_sparse(), []
    for begin in range(0, len(texts), _ROUND):
        part = texts[begin : begin + _ROUND]
        owners, found = grams(batch_of(part))
        values = (1 / np.sqrt(np.bincount(owners, minlength=len(part)) + EVEN)).astype(np.float32)[owners]
        parts.append(sparse.csr_matrix((values, (owners, found)), shape=(len(part), 1 << BITS)))
    return sparse.vstack(parts).tocsr()


@attrs.frozen(kw_only=True, eq=False)
class Prepared:
    """The material as both trainings take it."""

    material: Material
    rows: Rows
    lesson: Lesson
    learned: NDArray[np.bool_]
    """What the net learns from: all texts but a part of the public ones."""

    @classmethod
    def of(cls, material: Material, terms: SeverityTerms) -> "Prepared":
        """Features and characters of every text."""
        order = np.random.default_rng(5).permutation(np.flatnonzero(material.public))
        learned = ~material.public
        learned[order[:PUBLIC_TAUGHT]] = True
        return cls(
            material=material,
            rows=rows_of(material.texts, material.labels, material.weights, terms),
            lesson=Lesson(codes=abstracted(material.texts, terms), labels=material.labels, weights=material.weights),
            learned=learned,
        )

    def start(self, tell: Tell) -> Start:
        """A net that sees in the texts what BGE sees in them."""
        places = np.flatnonzero(self.learned).tolist()
        tell(f"{len(self.learned)} texts, {len(places)} read by BGE")
        states = states_of([self.material.texts[place] for place in places])
        return taught([self.lesson.codes[place] for place in places], states, tell)

    def held_out(self, start: Start, tell: Tell) -> tuple[Floats, Floats]:
        """Logits of the n-grams and of the net for the writers' texts, by models that saw nothing of their writers."""
        folds = self.material.folds(FOLDS)
        grams_seen, net_seen = (np.zeros((len(self.material.writers), len(CLASSES)), np.float32) for _ in range(2))
        for fold in range(FOLDS):
            here = np.flatnonzero(folds == fold)
            grams_seen[here] = logits_of(*fit(chosen(self.rows, folds != fold)), chosen(self.rows, folds == fold))
            net = tuned(start, self.lesson.only((folds != fold) & self.learned), tell=tell)
            net_seen[here] = net.logits([self.lesson.codes[row] for row in here.tolist()])
            tell(f"fold {fold + 1} of {FOLDS}")
        return grams_seen, net_seen

    def glance(self) -> Glance:
        """Of all grave texts, of the writers' harmless ones, and of ordinary ones."""
        grave = np.flatnonzero(self.material.labels).tolist()
        harmless = np.flatnonzero(self.material.labels[: len(self.material.writers)] == 0).tolist()
        texts = self.material.texts
        return glance_of([texts[at] for at in grave], [texts[at] for at in harmless], self.material.ordinary)


def make(
    sets: Sequence[Path], data: Path, out: Path, *, version: str, tell: Tell = lambda line: None
) -> dict[str, Any]:
    """Measure on writers held out, calibrate, train on everything, save; returns the figures. Rows of the split `test` are not read."""
    terms = severity_terms(brand_words(EntityTerms()), read("severity"))
    prepared = Prepared.of(read_material(sets, data, terms), terms)
    start = prepared.start(tell)
    grams_seen, net_seen = prepared.held_out(start, tell)
    labels = prepared.material.labels[: len(grams_seen)]
    table, bias = fit(prepared.rows)
    model = SeverityModel(
        version=version,
        glance=prepared.glance(),
        table=table,
        bias=bias,
        net=tuned(start, prepared.lesson.only(prepared.learned), tell=tell),
        look=LOOK,
        threshold=THRESHOLD,
        **calibration(log_odds(grams_seen), log_odds(net_seen), labels),
    )
    found = measured(model, grams_seen, net_seen, prepared.material, terms)
    save(model, out, **found)
    load_severity(EntityTerms(), folder=out)
    return found


def calibration(grams_odds: Any, net_odds: Any, labels: NDArray[np.int64]) -> dict[str, float]:
    """How both are weighed so that certainty is honest on held-out rows."""
    fitted = _regression(C=1e3).fit(np.column_stack([grams_odds, net_odds]), labels > 0)
    first, second = map(float, fitted.coef_[0])
    return {"first": first, "second": second, "offset": float(fitted.intercept_[0])}


def measured(
    model: SeverityModel, grams_seen: Floats, net_seen: Floats, material: Material, terms: SeverityTerms
) -> dict[str, Any]:
    """Figures of the writers held out, and how many public passages never seen are called severe."""
    labels = material.labels[: len(material.writers)]
    certainty = np.where(log_odds(grams_seen) >= model.look, model.certainty(grams_seen, net_seen), 0)
    both = grams_seen + net_seen
    writers = np.array(material.writers)
    found: dict[str, Any] = {
        "writers_held_out": figures(certainty, both, labels, model.threshold),
        "told_held_out": figures(certainty, both, labels, TOLD),
        "n_grams_alone": figures(_of_odds(log_odds(grams_seen)), grams_seen, labels, 0.5),
        "by_writer": {
            name: figures(certainty[here], both[here], labels[here], model.threshold)
            for name in dict.fromkeys(material.writers)
            for here in [writers == name]
        },
        "templates": material.templates,
        "texts": len(material.texts),
    }
    told = SeverityReader(model, terms).read(material.unseen, [False] * len(material.unseen))
    found["public_unseen_passages"] = len(told)
    found["public_unseen_called_severe"] = sum(one is not None for one in told)
    found["public_unseen_told"] = sum(one is not None and one.certainty >= TOLD for one in told)
    return found


def _of_odds(odds: Any) -> Any:
    return 1 / (1 + np.exp(-odds))


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


def save(model: SeverityModel, folder: Path, **notes: object) -> None:
    """Write `severity.npz`, `severity_net.npz` (arrays, no pickle) and `severity.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = np.flatnonzero(np.abs(model.table).max(axis=1) > 1e-3)
    np.savez_compressed(
        folder / "severity.npz",
        rows=rows.astype(np.int32),
        table=model.table[rows].astype(np.float16),
        bias=model.bias,
        glance=model.glance.table.astype(np.float16),
    )
    halves = {name: array.astype(np.float16) for name, array in model.net.arrays().items()}
    np.savez_compressed(folder / "severity_net.npz", characters=model.net.characters, **halves)  # type: ignore[arg-type]  # numpy's stub takes a bool keyword here
    numbers = ("look", "first", "second", "offset", "threshold")
    meta = {"version": model.version, "glance": model.glance.threshold}
    meta |= {name: round(getattr(model, name), 5) for name in numbers} | notes
    (folder / "severity.json").write_text(json.dumps(meta, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _regression(**options: Any) -> Any:  # scikit-learn ships no types
    return library("sklearn.linear_model", needed_for="training a severity model").LogisticRegression(**options)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line; prints the figures."""
    parser = argparse.ArgumentParser(prog="python -m nlp.severity_training", description="Train the severity model.")
    parser.add_argument(
        "--sets", type=Path, nargs="+", required=True, help="labelled texts; rows of the split test are not read"
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with *.csv.gz of ordinary reviews and posts")
    parser.add_argument("--out", type=Path, required=True, help="folder for severity.npz and severity.json")
    parser.add_argument("--version", default=f"severity-{date.today():%Y%m%d}")
    options = parser.parse_args(arguments)
    found = make(
        options.sets,
        options.data,
        options.out,
        version=options.version,
        tell=lambda line: print(line, file=sys.stderr, flush=True),
    )
    json.dump(found, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
