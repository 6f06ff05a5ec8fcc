"""`detect --nab`: one volume series judged by its own past, for comparison on public data. A score of 1 or more is an alert."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np

from alerts import baseline, statistic
from alerts.baseline import DAY_TICKS, Baseline
from alerts.statistic import WINDOWS
from domain.errors import InvalidInput

TICK_S: Final = 300
KEPT_TICKS: Final = 28 * DAY_TICKS
RETURN_DAYS: Final = 4.0
"""The threshold is what the series' own past exceeded once in so many days."""
BLOCK_TICKS: Final = DAY_TICKS // 4
LEAST_SCORE: Final = 8.0
STEADY, BURST = 0.05, 0.2  # real bursts are heavier-tailed than any fit of two days; the own threshold does the rest
SILENT_TICKS: Final = DAY_TICKS
MONDAY: Final = datetime(1970, 1, 5, tzinfo=UTC)
"""The files' clock is taken as it is: ticks count from a Monday's midnight."""


class VolumeJudge:
    """The scan without exposure: all posts are counted, and the series' own past sets the threshold."""

    def __init__(self) -> None:
        """Knows nothing yet: the first day is silent."""
        self._counts: deque[tuple[int, float]] = deque(maxlen=KEPT_TICKS)
        self._fitted: Baseline | None = None
        self._fitted_day = -1
        self._maxima: deque[float] = deque(maxlen=28 * 4)
        self._block, self._block_max = -1, 0.0
        self._silent_until = -1

    def score(self, tick: int, value: float) -> float:
        """Judge one tick (numbered from a Monday's midnight) with all that came before it. At least 1 = alert."""
        if tick // DAY_TICKS != self._fitted_day:
            self._refit(tick // DAY_TICKS)
        self._counts.append((tick, value))
        raw = self._raw(tick)
        threshold = self._threshold()
        self._remember(tick, raw)
        relative = raw / threshold
        if relative < 1:
            return round(max(relative, 0.0), 4)
        if tick <= self._silent_until:
            return 0.99  # told already: the same happening
        self._silent_until = tick + SILENT_TICKS
        return round(relative, 4)

    def _raw(self, tick: int) -> float:
        if self._fitted is None:
            return 0.0
        ticks = np.arange(tick - WINDOWS[-1] + 1, tick + 1)
        counts, known = np.zeros(len(ticks)), np.zeros(len(ticks))
        for at, value in list(self._counts)[-WINDOWS[-1] :]:
            if at >= ticks[0]:
                counts[at - ticks[0]] += value
                known[at - ticks[0]] = 1.0
        mean = statistic.window_sums(self._fitted.expected(ticks)[0][0] * known)
        windows = np.array(WINDOWS, dtype=np.float64)
        k = 1.0 / (STEADY + BURST / windows + 1.0 / (self._fitted.posts[0] + 10.0))
        return max(0.0, float(statistic.likelihood_ratio(statistic.window_sums(counts), mean, k).max()))

    def _refit(self, day: int) -> None:
        """Once a day, from whole days or, in the first week, from what there is."""
        self._fitted_day = day
        if len(self._counts) < DAY_TICKS // 2:
            return
        first = self._counts[0][0] // DAY_TICKS
        counts, usable = np.zeros((1, (day - first) * DAY_TICKS)), np.zeros((1, (day - first) * DAY_TICKS), dtype=bool)
        for tick, value in self._counts:
            at = tick - first * DAY_TICKS
            if 0 <= at < counts.shape[1]:
                counts[0, at] += value
                usable[0, at] = True
        self._fitted, _ = baseline.fit(
            total=counts, negative=counts, authors=counts, first_tick=first * DAY_TICKS, usable=usable
        )

    def _remember(self, tick: int, raw: float) -> None:
        if tick // BLOCK_TICKS != self._block:
            if self._block >= 0:
                self._maxima.append(self._block_max)
            self._block, self._block_max = tick // BLOCK_TICKS, 0.0
        self._block_max = max(self._block_max, raw)

    def _threshold(self) -> float:
        """The level that the past's six-hour maxima exceed once in RETURN_DAYS."""
        if len(self._maxima) < 4:
            return 12.0
        return max(LEAST_SCORE, float(np.quantile(np.array(self._maxima), 1 - 1 / (4 * RETURN_DAYS))))


def nab_scores(times: Sequence[datetime], values: Sequence[float]) -> list[float]:
    """A score for each value, each from itself and its past only."""
    judge = VolumeJudge()
    return [judge.score(_tick(moment), value) for moment, value in zip(times, values, strict=True)]


def run_nab(lines: Iterable[str], write: Callable[[str], None]) -> None:
    """Write a score line as each `timestamp,value` line comes; a header is skipped.

    A line that can't be read has no score; after the last line the first such one is raised as InvalidInput.
    """
    judge, refused = VolumeJudge(), None
    for number, line in enumerate(lines, 1):
        if not line.strip() or (number == 1 and line.lower().startswith("timestamp")):
            continue
        try:
            moment, count = _read(line, number)
        except InvalidInput as error:
            refused = refused or error
            continue
        write(f"{judge.score(_tick(moment), count):.4f}")
    if refused:
        raise refused


def _read(line: str, number: int) -> tuple[datetime, float]:
    stamp, _comma, value = line.strip().partition(",")
    try:
        moment, count = datetime.fromisoformat(stamp), float(value)
    except ValueError:
        raise InvalidInput(f"hoped for `timestamp,value`, saw {line.strip()[:60]!r}", line=number) from None
    if not np.isfinite(count) or count < 0:
        raise InvalidInput(f"a count can't be {value}", line=number)
    return moment, count


def _tick(moment: datetime) -> int:
    return int((moment.replace(tzinfo=UTC) - MONDAY).total_seconds()) // TICK_S
