"""Learning on top of a model that is there: only what new texts say otherwise moves its weights."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from domain.errors import MissingExtra
from nlp.batch import batch_of
from nlp.sentiment import Floats, SentimentModel, softmax
from nlp.training import features_of

STRENGTH = 2.5
"""Inverse of the ridge around the weights that are there; as for the shipped model itself."""
NEUTRAL_TRUST = 0.5
"""Weight of three stars, most of which blame."""
_NEW_SEEN = 3
"""An n-gram that the model does not know counts from so many texts on."""
_KNOWN_TEXTS = 150_000
"""About as many texts the shipped idf was counted over: an n-gram that never occurred there is rarer than any."""
_ROUNDS = 60
_PART = 4000


def probabilities_of(model: SentimentModel, texts: Sequence[str]) -> Floats:
    """Negative, neutral, positive, a row a text."""
    return np.concatenate([np.zeros((0, 3), np.float32), *(found[1] for found in _read(model, texts))])


def train_on(texts: Sequence[str], labels: NDArray[np.int64], *, version: str, base: SentimentModel) -> SentimentModel:
    """`base` with what these texts say otherwise. labels: 0 negative, 1 neutral, 2 positive; levels weigh the same.

    Raises MissingExtra without scipy.
    """
    matrix = features_of(list(texts), base.bits, base.longest)
    start = _widened(base, np.bincount(matrix.indices, minlength=1 << base.bits))
    idf = np.sqrt(start.table[:, 3])
    matrix.data = idf[matrix.indices]
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel() + 1e-6)
    columns = np.unique(matrix.indices[matrix.data > 0])
    matrix = _scipy("sparse").diags(1 / lengths.astype(np.float32)) @ matrix.tocsr()
    said = (np.concatenate([found[0] for found in _read(start, texts)]) * base.scale + base.shift).astype(np.float32)
    moved = _moved(matrix.tocsr()[:, columns], said, labels)
    table = start.table.copy()
    table[columns, :3] += moved * idf[columns, None] / np.float32(base.scale)
    return attrs.evolve(base, version=version, table=table)


def _widened(base: SentimentModel, seen: NDArray[np.int64]) -> SentimentModel:
    """The model with room for n-grams that are new to it."""
    table = base.table.copy()
    new = (table[:, 3] == 0) & (seen >= _NEW_SEEN)
    table[new, 3] = (np.log((1 + _KNOWN_TEXTS) / (1 + seen[new])) + 1) ** 2
    return attrs.evolve(base, table=table)


def _moved(matrix: Any, said: Floats, labels: NDArray[np.int64]) -> Floats:  # a scipy matrix, which has no types
    """How far the weights (columns x levels) move: least weighted log loss with a ridge, on top of the logits said."""
    counts = np.bincount(labels, minlength=3)
    weights = (1 / np.maximum(counts, 1))[labels] * np.where(labels == 1, NEUTRAL_TRUST, 1.0)
    weights /= weights.mean()
    wanted, rows, across = np.eye(3)[labels], np.arange(len(labels)), matrix.T.tocsr()

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        table = flat.reshape(-1, 3)
        chosen = softmax((said + matrix @ table).astype(np.float32)).astype(np.float64)
        cost = -float((weights * np.log(chosen[rows, labels] + 1e-12)).sum()) + float(flat @ flat) / 2 / STRENGTH
        slope = across @ ((chosen - wanted) * weights[:, None]) + table / STRENGTH
        return cost, slope.ravel()

    begin = np.zeros(matrix.shape[1] * 3)
    found = _scipy("optimize").minimize(loss, begin, jac=True, method="L-BFGS-B", options={"maxiter": _ROUNDS})
    answer: Floats = found.x.reshape(-1, 3).astype(np.float32)
    return answer


def _read(model: SentimentModel, texts: Sequence[str]) -> list[tuple[Floats, Floats]]:
    return [model.documents(batch_of(texts[at : at + _PART])) for at in range(0, len(texts), _PART)]


def _scipy(part: str) -> Any:  # scipy ships no types
    try:
        return import_module(f"scipy.{part}")
    except ImportError as missing:
        raise MissingExtra("train", "training a sentiment model") from missing
