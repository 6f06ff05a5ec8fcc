"""How the two stages are weighed: fitted on rows that neither of them had seen."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.deep import Mixture
from nlp.examples import Examples
from nlp.extras import library
from nlp.sentiment import Floats, softmax

THRESHOLDS = (0.6, 0.7, 0.8)
"""Candidates: the deep stage is asked where the first stage's highest probability is below."""
GAIN = 0.01
"""A higher threshold costs time: it must lower the log loss by this share."""
WEIGHTS = {"jd_aircon": 3.0}
"""Reviews of appliances are what the product is for."""
PARTS = 5
"""The rows are cut in so many parts; each part is answered by what was fitted on the others."""


def fitted(first: Floats, deep: Floats, examples: Examples) -> tuple[Mixture, Floats]:
    """The mixture fitted on all rows, and the probabilities of each row by a mixture that was fitted without it.

    first: probabilities of the first stage, deep: logits of the deep one, both for every example, held out.
    """
    threshold = _threshold(first, deep, examples)
    part = np.random.default_rng(5).integers(0, PARTS, len(first))
    honest = first.copy()
    for number in range(PARTS):
        rows = part == number
        honest[rows] = _refined(
            _fit(first[~rows], deep[~rows], examples.part(~rows), threshold), first[rows], deep[rows]
        )
    return _fit(first, deep, examples, threshold), honest


def table_of(
    before: Mapping[str, Mapping[str, float]],
    after: Mapping[str, Mapping[str, float]],
    unsure: NDArray[Any],
    examples: Examples,
) -> dict[str, Mapping[str, object]]:
    """Per set: the figures of the first stage alone and of both, and the share of texts that reach the deep one."""
    asked = np.zeros(len(examples.labels), np.bool_)
    asked[unsure] = True
    return {
        name: {
            "first": dict(before[name]),
            "both": dict(after[name]),
            "asked": round(float(asked[examples.sets == name].mean()), 3),
        }
        for name in before
    }


def _threshold(first: Floats, deep: Floats, examples: Examples) -> float:
    """The smallest candidate after which asking more often gains nearly nothing."""
    weights, best = _weights(examples), 0.0
    rows = np.arange(len(first))
    losses = []
    for threshold in THRESHOLDS:
        mixture = _fit(first, deep, examples, threshold)
        chosen = _refined(mixture, first, deep)[rows, examples.labels]
        losses.append(float(-(weights * np.log(chosen + 1e-6)).sum() / weights.sum()))
    for threshold, loss, later in zip(THRESHOLDS, losses, [*losses[1:], losses[-1]], strict=True):
        best = threshold
        if later > loss * (1 - GAIN):
            break
    return best


def _refined(mixture: Mixture, first: Floats, deep: Floats) -> Floats:
    answer, unsure = first.copy(), mixture.unsure(first)
    answer[unsure] = mixture.mixed(first[unsure], deep[unsure])
    return answer


def _weights(examples: Examples) -> NDArray[np.float64]:
    """A set of four times the rows weighs twice as much; inside a set with neutral texts the rarer levels weigh more."""
    answer = np.zeros(len(examples.labels))
    for name in set(examples.sets.tolist()):
        here = examples.sets == name
        counts = np.bincount(examples.labels[here], minlength=3)
        rarity = np.sqrt(counts.max() / np.maximum(counts, 1)) if counts[1] else np.ones(3)
        answer[here] = WEIGHTS.get(name, 1.0) * rarity[examples.labels[here]] / np.sqrt(counts.sum())
    return answer


def _fit(first: Floats, deep: Floats, examples: Examples, threshold: float) -> Mixture:
    """Least log loss over the unsure rows."""
    minimize = library("scipy.optimize", needed_for="weighing the two stages").minimize
    here = np.flatnonzero(first.max(axis=1) < threshold)
    labels, weights = examples.labels[here], _weights(examples)[here]
    rows = np.arange(len(here))

    def made(values: NDArray[np.float64], scale: float) -> Mixture:
        shift = np.array([values[2], values[3], values[4]], np.float32)
        return Mixture(
            threshold=threshold, first=float(values[0]), deep=float(values[1]), shift=shift - shift.mean(), scale=scale
        )

    def loss_of(probabilities: Floats) -> float:
        return float(-(weights * np.log(probabilities[rows, labels] + 1e-6)).sum() / weights.sum())

    scales = np.geomspace(0.3, 2, 39)
    scale = float(scales[int(np.argmin([loss_of(softmax(deep[here] * np.float32(one))) for one in scales]))])
    found = minimize(
        lambda values: (
            loss_of(made(values, scale).mixed(first[here], deep[here])) + 1e-3 * float((values[2:] ** 2).sum())
        ),
        np.array([0.5, 0.8, 0.0, 0.0, 0.0]),
        method="Nelder-Mead",
        options={"maxiter": 600, "xatol": 1e-3, "fatol": 1e-6},
    )
    return made(found.x, scale)
