"""How well probabilities fit labels: accuracy, macro-F1, calibration, and what a threshold on p(negative) would catch."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.examples import Examples
from nlp.sentiment import Floats

THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
NATURAL_SHARE = 0.08
"""Share of negatives to which the threshold figures are weighted: about what a brand sees on an ordinary day."""


Figures = dict[str, dict[str, float]]
"""Measures by name, by set."""


def figures(probabilities: Floats, examples: Examples) -> Figures:
    """Per set: rows, two-class accuracy (neutral rows left out), three-level accuracy and macro-F1, calibration error."""
    answer = {}
    for name in sorted(set(examples.sets.tolist())):
        here = examples.sets == name
        answer[name] = measures(probabilities[here], examples.labels[here])
    return answer


def measures(probabilities: Floats, labels: NDArray[np.int64]) -> dict[str, float]:
    """The figures of one set; macro-F1 over the levels that occur in it, ECE over ten bins of the highest probability."""
    guess, plain = probabilities.argmax(axis=1), labels != 1
    two = ((probabilities[:, 2] > probabilities[:, 0]) == (labels == 2))[plain].mean()
    scores = []
    for level in sorted(set(labels.tolist())):
        hit = int(((guess == level) & (labels == level)).sum())
        scores.append(2 * hit / max(1, int((guess == level).sum() + (labels == level).sum())))
    sure, right = probabilities.max(axis=1), guess == labels
    bins = np.minimum((sure * 10).astype(int), 9)
    error = sum(
        abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
        for b in range(10)
        if (bins == b).any()
    )
    values = {
        "two_class": float(two),
        "accuracy": float(right.mean()),
        "macro_f1": float(np.mean(scores)),
        "ece": float(error),
    }
    return {"rows": len(labels)} | {name: round(value, 4) for name, value in values.items()}


def means(found: Sequence[Figures]) -> Figures:
    """Per set and measure the mean over folds; of rows the sum."""
    return {
        name: {
            measure: sum(one[name][measure] for one in found)
            if measure == "rows"
            else round(float(np.mean([one[name][measure] for one in found])), 4)
            for measure in found[0][name]
        }
        for name in found[0]
    }


def standard_errors(found: Sequence[Figures]) -> Figures:
    """Per set and measure the standard error of the mean over folds; empty for a single fold."""
    if len(found) < 2:
        return {}
    return {
        name: {
            measure: round(float(np.std([one[name][measure] for one in found], ddof=1)) / len(found) ** 0.5, 4)
            for measure in found[0][name]
            if measure != "rows"
        }
        for name in found[0]
    }


def alarm_figures(
    negative: Floats, labels: NDArray[np.int64], *, share: float = NATURAL_SHARE
) -> dict[str, dict[str, float]]:
    """Per threshold on p(negative): precision and recall, as if `share` of the texts were negative."""
    blame, answer = labels == 0, {}
    for threshold in THRESHOLDS:
        hit, false = (negative[blame] >= threshold).mean(), (negative[~blame] >= threshold).mean()
        caught = share * hit
        precision = caught / max(1e-9, caught + (1 - share) * false)
        answer[str(threshold)] = {"precision": round(float(precision), 3), "recall": round(float(hit), 3)}
    return answer
