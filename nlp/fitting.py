"""Fits the weights of a softmax regression over sparse rows: ridge penalty, soft targets, and gates that mix blocks of weights."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.extras import library
from nlp.sentiment import Floats, softmax

ROUNDS = 200
"""Steps of the solver. After 60 it had not arrived: everyday posts read a point worse, air conditioners half a point."""
_MEMORY = 6
"""Steps that L-BFGS remembers."""


def fit(
    matrix: Any,  # a scipy matrix, which has no types
    targets: Floats,
    weights: Floats,
    *,
    strength: float,
    offset: Floats | None = None,
    gates: Floats | None = None,
    rounds: int = ROUNDS,
    start: Floats | None = None,
) -> tuple[Floats, Floats]:
    """Weights (columns x blocks x classes) and bias (blocks x classes) of least weighted log loss + |weights|² / (2 strength).

    targets: a row a text, adding up to 1. offset: logits that are there already. gates: per text a factor for each block of
    weights; without them there is one block with factor 1. The bias is not penalised. start: weights to begin with.
    The classes' weights add up to 0. Raises MissingExtra without scipy.
    """
    rows, columns = matrix.shape
    basis = contrasts(targets.shape[1])
    free = len(basis)
    gates = np.ones((rows, 1), np.float32) if gates is None else gates.astype(np.float32)
    blocks = gates.shape[1]
    size = columns * blocks * free
    across = matrix.T.tocsr()
    fixed = np.float32(0) if offset is None else offset.astype(np.float32)
    scale = 1 / float(weights.sum())

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        table = flat[:size].astype(np.float32).reshape(columns, blocks * free)
        bias = flat[size:].astype(np.float32).reshape(blocks, free)
        parts = (matrix @ table).reshape(rows, blocks, free) + bias
        chosen = softmax(np.einsum("rb,rbf->rf", gates, parts) @ basis + fixed)
        cost = -float((weights * (targets * np.log(chosen + 1e-12)).sum(axis=1)).sum(dtype=np.float64))
        slope = (((chosen - targets) * weights[:, None]) @ basis.T).astype(np.float32)
        spread = (gates[:, :, None] * slope[:, None, :]).reshape(rows, blocks * free)
        down = (across @ spread).ravel() + flat[:size] / strength
        cost += float(flat[:size] @ flat[:size]) / 2 / strength
        return cost * scale, np.concatenate([down, spread.sum(axis=0)]) * scale

    begin = np.zeros(size + blocks * free)
    if start is not None:
        begin[:size] = (start @ basis.T).ravel()
    found = library("scipy.optimize", needed_for="training a sentiment model").fmin_l_bfgs_b(
        loss, begin, m=_MEMORY, maxiter=rounds, factr=1e4, pgtol=1e-7
    )[0]
    found = found.astype(np.float32)
    return found[:size].reshape(columns, blocks, free) @ basis, found[size:].reshape(blocks, free) @ basis


def contrasts(classes: int) -> Floats:
    """Rows that are orthonormal and add up to 0: all that softmax can tell apart, in one number less than classes."""
    answer = np.zeros((classes - 1, classes), np.float32)
    for row in range(1, classes):
        answer[row - 1, :row] = 1
        answer[row - 1, row] = -row
    answer /= np.sqrt((answer**2).sum(axis=1, keepdims=True))
    return answer
