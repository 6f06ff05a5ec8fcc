"""How good a judge of moods is: figures of one set of labelled texts, and of its slices."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.sentiment import Floats

NEGATIVE, NEUTRAL, POSITIVE = 0, 1, 2
LEVELS = ("negative", "neutral", "positive")
Labels = NDArray[np.int64]
SURE_PRECISION = 0.9
LEAST_SLICE = 5
"""A slice with fewer rows is left out: it says nothing."""

_SHORT, _LONG = 15, 150
_NEGATION = re.compile("[不没無无未]|别再|并非")
_EMOTICON = re.compile("\\[[一-鿿a-zA-Z]{1,6}\\]|[☀-➿\U0001f300-\U0001faff]")
_CHAIN = re.compile(r"//\s?@")
_COMPARISON = re.compile(
    "比[^赛如较例方分]{1,10}(?:好|差|强|弱|快|慢|便宜|贵|安静|吵|省|费|多|少|大|小)|不如|还是[^。，]{1,6}(?:好|强)|[胜败]给"
)


@attrs.frozen(kw_only=True)
class Figures:
    """What a judge reached on some rows; None where the rows don't allow the figure."""

    rows: int
    two_class: float | None
    """Share of the rows that are not neutral whose side is right: p(positive) > p(negative)."""
    accuracy: float
    """Share of all rows whose level is right."""
    macro_f1: float
    """Mean F1 of the levels that occur."""
    negative_recall: float | None
    """Share of the negatives that a threshold on p(negative) catches at precision 0.9; 0 where no threshold reaches it."""
    ece: float
    """Calibration: mean gap between certainty and share right, ten bins."""


def figures(probabilities: Floats, labels: Labels) -> Figures:
    """The figures of at least one row. labels: 0 negative, 1 neutral, 2 positive."""
    guess, plain = probabilities.argmax(axis=1), labels != NEUTRAL
    sides = ((probabilities[:, POSITIVE] > probabilities[:, NEGATIVE]) == (labels == POSITIVE))[plain]
    return Figures(
        rows=len(labels),
        two_class=_rounded(sides.mean()) if len(sides) else None,
        accuracy=_rounded((guess == labels).mean()),
        macro_f1=_rounded(macro_f1(guess, labels)),
        negative_recall=recall_at_precision(probabilities[:, NEGATIVE], labels == NEGATIVE),
        ece=_rounded(calibration_error(probabilities, labels)),
    )


def macro_f1(guess: Labels, labels: Labels) -> float:
    """Mean F1 of the levels that occur among the labels."""
    scores = []
    for level in np.unique(labels).tolist():
        hit = ((guess == level) & (labels == level)).sum()
        scores.append(2 * hit / max(1, (guess == level).sum() + (labels == level).sum()))
    return float(np.mean(scores))


def recall_at_precision(scores: Floats, wanted: NDArray[np.bool_], precision: float = SURE_PRECISION) -> float | None:
    """Largest share of the wanted rows above a threshold above which the precision holds; None without wanted or other rows."""
    if not wanted.any() or wanted.all():
        return None
    order = np.argsort(-scores, kind="stable")
    hits = wanted[order].cumsum()
    ends = np.append(scores[order][1:] != scores[order][:-1], True)  # equal scores are above a threshold together
    good = ends & (hits / np.arange(1, len(hits) + 1) >= precision)
    return _rounded(hits[good].max() / hits[-1]) if good.any() else 0.0


def calibration_error(probabilities: Floats, labels: Labels) -> float:
    """Expected calibration error of the highest probability over ten bins."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((sure * 10).astype(int), 9)
    used = np.unique(bins)
    return float(sum(abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in used))


def slices_of(texts: Sequence[str], given: Sequence[Iterable[str]]) -> dict[str, NDArray[np.bool_]]:
    """Which rows lie in which slice: those that the file names, and those that a text shows by itself (names in brackets).

    given: the file's own slices of each row.
    """
    names = sorted({name for row in given for name in row})
    own = {name: np.array([name in row for row in given]) for name in names}
    shown = {name: np.array([test(text) for text in texts], np.bool_) for name, test in _SHOWN.items()}
    return {name: rows for name, rows in (own | shown).items() if rows.sum() >= LEAST_SLICE}


_SHOWN: Mapping[str, Callable[[str], bool]] = {
    "(short)": lambda text: len(text) < _SHORT,
    "(long)": lambda text: len(text) > _LONG,
    "(negation)": lambda text: _NEGATION.search(text) is not None,
    "(emoticon)": lambda text: _EMOTICON.search(text) is not None,
    "(comparison)": lambda text: _COMPARISON.search(text) is not None,
    "(repost chain)": lambda text: _CHAIN.search(text) is not None,
    "(question)": lambda text: text.rstrip().endswith(("?", "？", "吗", "呢")),
}


def _rounded(value: float) -> float:
    return round(float(value), 4)
