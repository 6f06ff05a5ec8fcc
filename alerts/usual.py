"""What is usual: the one answer to "how much is to be expected here at this time", for alerts, tiles and notices alike."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from alerts import baseline, statistic
from alerts.baseline import DAY_TICKS, Baseline
from alerts.statistic import Array
from domain.alerts import TickCount, Usual
from domain.times import TICK

TICK_S: Final = int(TICK.total_seconds())
HISTORY: Final = timedelta(days=28)
"""How far back a profile looks."""
FULL_DAYS: Final = 14
"""Days of history under which every surge is provisional."""
_MONDAY_TICKS: Final = 3 * DAY_TICKS  # 1 January 1970 was a Thursday; ticks count from the Monday before
_SHANGHAI_S: Final = 8 * 3600


@attrs.frozen(kw_only=True, eq=False)
class Profile:
    """One series' usual, fitted from its published past; asked as often as one likes."""

    baseline: Baseline
    """Of one series."""
    days: int
    """Whole days between the first published count and the fit."""
    fitted_at: datetime
    """End of the history, aware UTC; refit a day later, never in the middle of an incident."""

    @property
    def provisional(self) -> bool:
        """Too little history for a page."""
        return self.days < FULL_DAYS

    def ticks(self, ticks: NDArray[np.int64]) -> tuple[Array, Array]:
        """(distinct negative authors, non-negative posts) expected in each of these numbered ticks."""
        authors, rest = self.baseline.expected(ticks)
        return authors[0], rest[0]

    def usual(self, *, window: timedelta, at: datetime) -> Usual:
        """What is to be expected in [at − window, at), with the band in which 8 of 10 such windows lie. Any length over a second."""
        ticks, shares = covering(at - window, at)
        authors, rest = self.ticks(ticks)
        mean, others = float(authors @ shares), float(rest @ shares)
        k = self.size(others, ticks=float(shares.sum()))
        return Usual(
            negative=mean,
            low=float(quantile(0.1, mean=mean, k=k)),
            high=float(quantile(0.9, mean=mean, k=k)),
            total=mean + others,
            days=self.days,
            corrected=mean,
        )

    def size(self, rest: float, *, ticks: float) -> float:
        """Negative-binomial size of a window of so many ticks that holds `rest` non-negative posts."""
        fitted = self.baseline
        k = statistic.size(np.array([rest]), fitted.steady, fitted.burst, fitted.posts, np.array([max(ticks, 1.0)]))
        return float(k[0])


def fit(
    history: Iterable[TickCount], *, until: datetime, excluded: Sequence[tuple[datetime, datetime]] = ()
) -> Profile:
    """The profile of one series from the counts published before `until`.

    history: any order, empty ticks left out; what is older than 28 days or not before `until` is ignored.
    excluded: [start, end) of incidents and outages, which teach nothing. An empty history gives a profile of 0 days.
    """
    last = number(until)
    kept = [(number(t.start), t) for t in history if until - HISTORY <= t.start < until]
    kept = [(at, t) for at, t in kept if at < last]  # the tick under way is not history yet
    if not kept:
        return Profile(
            baseline=_fit_arrays(np.zeros((3, 0)), first=0, usable=np.zeros(0, dtype=bool)), days=0, fitted_at=until
        )
    begin = min(at for at, _ in kept)
    first, end = begin // DAY_TICKS * DAY_TICKS, -(-last // DAY_TICKS) * DAY_TICKS
    counts, usable = np.zeros((3, end - first)), np.zeros(end - first, dtype=bool)
    usable[begin - first : last - first] = True
    for start, stop in excluded:
        usable[max(0, number(start) - first) : max(0, number(stop) - first)] = False
    for at, tick in kept:
        counts[:, at - first] += (tick.total, tick.negative, tick.authors)
    return Profile(
        baseline=_fit_arrays(counts, first=first, usable=usable), days=(last - begin) // DAY_TICKS, fitted_at=until
    )


def usual(
    counts: Iterable[TickCount],
    *,
    window: timedelta,
    at: datetime,
    excluded: Sequence[tuple[datetime, datetime]] = (),
) -> Usual:
    """What is usual in [at − window, at) by the counts published before that window: `fit` and ask in one step."""
    return fit(counts, until=at - window, excluded=excluded).usual(window=window, at=at)


def number(moment: datetime) -> int:
    """The number of the tick that holds a moment: ticks count from a Monday's midnight in Shanghai."""
    return (int(moment.timestamp()) + _SHANGHAI_S) // TICK_S + _MONDAY_TICKS


def covering(start: datetime, end: datetime) -> tuple[NDArray[np.int64], Array]:
    """The ticks that [start, end) touches, and the share of each that lies inside."""
    ticks = np.arange(number(start), max(number(end - timedelta(microseconds=1)), number(start)) + 1)
    shares = np.ones(len(ticks))
    shares[0] -= (start.timestamp() % TICK_S) / TICK_S
    shares[-1] -= (-end.timestamp() % TICK_S) / TICK_S
    return ticks, shares


def quantile(p: float, *, mean: float, k: float) -> int:
    """The smallest count whose negative-binomial probability of not being exceeded is at least p. Variance mean + mean²/k."""
    if mean <= 0:
        return 0
    spread = (mean + mean**2 / k) ** 0.5
    if mean > 500:  # near enough to normal there, and the sum below would be long
        return max(0, round(mean + (-1.2816 if p < 0.5 else 1.2816) * spread)) if p in (0.1, 0.9) else _sum(p, mean, k)
    return _sum(p, mean, k)


def _sum(p: float, mean: float, k: float) -> int:
    """The quantile by adding up probabilities: P(0) = (k / (k + m))^k, P(n + 1) = P(n) (n + k) / (n + 1) · m / (k + m)."""
    top = int(mean + 12 * (mean + mean**2 / k) ** 0.5) + 12
    n = np.arange(top)
    logs = np.concatenate([[k * np.log(k / (k + mean))], np.log((n + k) / (n + 1)) + np.log(mean / (k + mean))])
    below = np.cumsum(np.exp(np.cumsum(logs)))
    return int(np.searchsorted(below, p))


def _fit_arrays(counts: Array, *, first: int, usable: NDArray[np.bool_]) -> Baseline:
    total, negative, authors = counts[:, None, :]
    fitted, _ = baseline.fit(total=total, negative=negative, authors=authors, first_tick=first, usable=usable[None, :])
    return fitted
