"""The surge score: a negative-binomial likelihood ratio over windows of five minutes to three hours, with volume as exposure.

Everything here works elementwise on arrays of any shape: one watch or five thousand series, one moment or a whole history.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

WINDOWS: Final = (1, 2, 3, 4, 6, 9, 12, 18, 24, 36)
"""Lengths of the windows that end now, in five-minute ticks."""
HOUR_TICKS: Final = 12
LEAST_AUTHORS: Final = 3
"""Under three authors no window has a score."""
LEAST_EFFECT: Final = 1.5
"""The scan looks for rises of at least this factor."""


def hour_ratio(rest60: Array, expected_rest60: Array) -> Array:
    """How lively the last hour is beside the usual, by posts that are not negative; never below 0.6."""
    return np.maximum(0.6, (8.0 + rest60) / (8.0 + expected_rest60))


def exposure(rest: Array, expected_rest: Array, ratio60: Array) -> Array:
    """The factor by which negatives would grow with the volume of the window alone; never below 0.4.

    The hour's ratio stands behind a short window as twelve posts of prior evidence.
    """
    return np.maximum(0.4, (12.0 + rest) / (12.0 / ratio60 + expected_rest))


def size(rest: Array, steady: Array, burst: Array, posts: Array, ticks: Array) -> Array:
    """The negative-binomial size k (variance m + m²/k) that belongs to a window.

    rest: non-negative posts in the window. steady, burst: own dispersion, lasting and per tick.
    posts: negatives behind the level. ticks: length of the window.
    """
    return 1.0 / (1.0 / (12.0 + rest) + steady + burst / ticks + 1.0 / (posts + 10.0))


def likelihood_ratio(authors: Array, mean: Array, k: Array) -> Array:
    """Log-likelihood ratio of the best rise of at least ×1.5 against none; −inf under three authors.

    authors: distinct new negative authors. mean: what the usual and the volume expect. k: from `size`.
    """
    mean = np.maximum(mean, 1e-9)
    q = np.maximum(authors / mean, LEAST_EFFECT)
    score = authors * np.log(q) - (authors + k) * np.log((k + q * mean) / (k + mean))
    return np.where(authors >= LEAST_AUTHORS, score, -np.inf)


def window_sums(ticks: Array, windows: tuple[int, ...] = WINDOWS) -> Array:
    """Sums over the last w ticks for each window. ticks: (…, T) oldest first, T at least 36. Returns (…, len(windows))."""
    backwards = np.cumsum(ticks[..., ::-1], axis=-1)
    return backwards[..., np.array(windows) - 1]


def authors_for(score: float, *, mean: float, k: float) -> int:
    """The fewest authors in a window whose likelihood ratio reaches `score`. mean, k: as for `likelihood_ratio`."""

    def enough(authors: int) -> bool:
        one = likelihood_ratio(np.array(float(authors)), np.array(mean), np.array(k))
        return bool(authors >= LEAST_EFFECT * mean and one >= score)

    low, high = LEAST_AUTHORS - 1, LEAST_AUTHORS
    while not enough(high):
        low, high = high, high * 2
        if high > 10_000_000:  # so uncertain a level that no count convinces: say so by a number nobody reaches
            return high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
