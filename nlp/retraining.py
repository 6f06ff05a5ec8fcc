"""Models from a customer's own labelled reviews: on top of a model that is there, or from nothing."""

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.counting import counts_of, grams_beside
from nlp.examples import FOLDS, Examples, folds_of
from nlp.fitting import fit
from nlp.recipe import calibrate, calibrated, lean_and_calm, logits_of, probabilities_of, train
from nlp.sentiment import IDF, POST, REVIEW, Floats, SentimentModel

FEWEST_TEXTS = 20
"""Fewer say nothing."""
OWN_STRENGTH = 1.0
"""Inverse of the ridge around the model that is there."""
_SET = "own"


def train_on(
    texts: Sequence[str], labels: NDArray[np.int64], *, version: str, base: SentimentModel | None = None
) -> SentimentModel:
    """A calibrated model from texts with levels 0 negative, 1 neutral, 2 positive, such as a customer's reviews with stars.

    base: a model to start from; only what these texts say otherwise is learned. Without it they are all there is.
    Raises ValueError under FEWEST_TEXTS texts or with one level only, MissingExtra without scipy.
    """
    levels = len(np.unique(labels))
    if len(texts) < FEWEST_TEXTS or levels < 2:
        raise ValueError(f"{len(texts)} texts of {levels} levels; at least {FEWEST_TEXTS} of two levels are needed")
    examples = _examples(texts, labels)
    out = examples.folds == 0
    factor = 1.0
    if out.any() and len(np.unique(labels[~out])) > 1:
        part = examples.part(out)
        factor, _ = calibrate(logits_of(_learned(examples.part(~out), version, base), part.texts), part)
    return calibrated(_learned(examples, version, base), factor, factor)


def cross_checked(
    texts: Sequence[str],
    labels: NDArray[np.int64],
    *,
    version: str,
    base: SentimentModel | None = None,
    folds: int = FOLDS,
) -> Floats:
    """Probabilities of every text, one row each, from models that saw neither it nor a near-copy of it; `folds` trainings.

    base must not have seen the texts. Raises as `train_on`.
    """
    answer = np.zeros((len(texts), 3), np.float32)
    sides = folds_of(texts, folds)
    for fold in np.unique(sides):
        out = sides == fold
        seen = [text for text, yes in zip(texts, ~out, strict=True) if yes]
        unseen = [text for text, yes in zip(texts, out, strict=True) if yes]
        answer[out] = probabilities_of(train_on(seen, labels[~out], version=version, base=base), unseen)
    return answer


def _examples(texts: Sequence[str], labels: NDArray[np.int64]) -> Examples:
    return Examples(texts=tuple(texts), labels=labels, sets=np.full(len(texts), _SET), folds=folds_of(texts))


def _learned(examples: Examples, version: str, base: SentimentModel | None) -> SentimentModel:
    """Not calibrated; the rarer levels weigh more, so that they are heard."""
    sizes = np.bincount(examples.labels, minlength=3)
    weights = np.sqrt(sizes.sum() / 3 / np.maximum(sizes, 1))[examples.labels].astype(np.float32)
    if base is None:
        return train(examples, version=version, weights=weights)
    counts = counts_of(examples.texts)
    grams = grams_beside(counts, base)
    table, marks, bias = base.table.copy(), base.marks.copy(), base.bias.copy()
    table[grams.rows, IDF] = grams.idf**2
    marks[grams.rows] = grams.marks
    wider = attrs.evolve(base, version=version, table=table, marks=marks)
    change, moved = fit(
        grams.scaled(counts),
        np.eye(3, dtype=np.float32)[examples.labels],
        weights,
        strength=OWN_STRENGTH,
        offset=logits_of(wider, examples.texts),
    )
    for columns in (REVIEW, POST):
        table[grams.rows, columns] += lean_and_calm(change[:, 0]) * grams.idf[:, None]
        bias[columns] += lean_and_calm(moved[0])
    return attrs.evolve(wider, table=table, bias=bias)
