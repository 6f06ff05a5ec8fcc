"""What is usual, fitted from counts: season by half-hour and kind of day, level by days, dispersion; many series at once.

Ticks are numbered in Shanghai time: tick 0 is a Monday's midnight, 288 make a day.
"""

from typing import Final

import attrs
import numpy as np
from numpy.typing import NDArray

from alerts import statistic
from alerts.statistic import Array

DAY_TICKS: Final = 288
SLOTS: Final = 48
"""Half-hours of a day."""
SLOT_TICKS: Final = DAY_TICKS // SLOTS
HALF_LIFE_DAYS: Final = 7.0
WINSOR: Final = 2.5
"""A day counts at most this many times the median of its week."""
PRIOR_STEADY: Final = 0.02
PRIOR_BURST: Final = 0.08
PRIOR_POSTS: Final = 100.0
"""Posts by which an own two-hour correction is held back."""
PRIOR_HOURLY_REST: Final = 8.0
"""Non-negative posts an hour assumed of a series without any history."""
PRIOR_SHARE: Final = 0.12
"""Negative share assumed without history."""
PRIOR_DAYS: Final = 0.25
"""Days of history that the assumption weighs."""
CELL_POSTS: Final = 200.0
"""Posts that a season value should rest on; sparse seasons are smoothed over neighbours until they do."""


@attrs.frozen(kw_only=True, eq=False)
class Baseline:
    """Expectations of S series. Arrays are float64."""

    rest_season: Array
    """(S, 2, 48) multiple of the level: kind of day (0 weekday, 1 weekend) × half-hour."""
    author_season: Array
    """(S, 2, 48) the same for distinct negative authors."""
    rest_level: Array
    """(S,) non-negative posts a tick."""
    author_level: Array
    """(S,) distinct new negative authors a tick."""
    posts: Array
    """(S,) effective number of negatives behind `author_level`."""
    steady: Array
    """(S,) dispersion that does not average out over a window."""
    burst: Array
    """(S,) dispersion of one tick; falls with the window's length."""
    days: Array
    """(S,) days of history."""

    def expected(self, ticks: NDArray[np.int64]) -> tuple[Array, Array]:
        """(authors, rest) expected in each of these ticks, both (S, len(ticks))."""
        kind, slot = kind_and_slot(ticks)
        return (
            self.author_level[:, None] * self.author_season[:, kind, slot],
            self.rest_level[:, None] * self.rest_season[:, kind, slot],
        )


@attrs.define(kw_only=True, eq=False)
class Days:
    """Day by day: what was counted and what the season alone (level 1) would have counted; the levels follow from it."""

    authors: Array
    """(S, D) distinct negative authors."""
    author_season: Array
    """(S, D) Σ season over the usable ticks."""
    rest: Array
    rest_season: Array

    def levels(self) -> tuple[Array, Array, Array]:
        """(authors a tick, rest a tick, effective negatives) as of the day after the last, each (S,)."""
        author_level, posts = level(self.authors, self.author_season, prior=PRIOR_SHARE * PRIOR_HOURLY_REST / 12)
        rest_level, _ = level(self.rest, self.rest_season, prior=PRIOR_HOURLY_REST / 12)
        return author_level, rest_level, posts

    def add(self, *, authors: Array, author_season: Array, rest: Array, rest_season: Array) -> None:
        """One more day, each (S,)."""
        self.authors = np.column_stack([self.authors, authors])
        self.author_season = np.column_stack([self.author_season, author_season])
        self.rest = np.column_stack([self.rest, rest])
        self.rest_season = np.column_stack([self.rest_season, rest_season])


def kind_and_slot(ticks: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Kind of day (0 weekday, 1 weekend) and half-hour of each tick."""
    return (ticks // DAY_TICKS % 7 >= 5).astype(np.int64), ticks % DAY_TICKS // SLOT_TICKS


def fit(
    *,
    total: Array,
    negative: Array,
    authors: Array,
    first_tick: int,
    groups: NDArray[np.int64] | None = None,
    usable: NDArray[np.bool_] | None = None,
) -> tuple[Baseline, Days]:
    """The baseline of S series from their counts.

    total, negative, authors: (S, T) per tick, oldest first, T whole days; first_tick: a midnight. groups: (S,) series of one
    group (a source) share a season; None = each its own. usable: (S, T) False where ticks belong to an incident or outage.
    T may be 0: the answer is then a guess that weighs next to nothing.
    """
    series, length = total.shape
    if length % DAY_TICKS or first_tick % DAY_TICKS:
        raise ValueError(f"history must be whole days: {length} ticks from tick {first_tick}")
    groups = np.arange(series) if groups is None else groups
    ok = np.ones(total.shape, dtype=bool) if usable is None else usable
    kinds = ((first_tick // DAY_TICKS + np.arange(length // DAY_TICKS)) % 7 >= 5).astype(np.int64)
    rest_cells, author_cells = _cells(total - negative, ok), _cells(authors, ok)
    shape = np.ones((series, 2, SLOTS))
    for group in np.unique(groups):
        members = groups == group
        shape[members] = _shared_season(rest_cells[members], kinds)
    rest_season = shape * _own_correction(rest_cells, shape, kinds)
    author_season = shape * _own_correction(author_cells, shape, kinds)
    days = _days(author_cells, author_season, rest_cells, rest_season, kinds)
    author_level, rest_level, posts = days.levels()
    baseline = Baseline(
        rest_season=rest_season,
        author_season=author_season,
        rest_level=rest_level,
        author_level=author_level,
        posts=posts,
        steady=np.full(series, PRIOR_STEADY),
        burst=np.full(series, PRIOR_BURST),
        days=ok.sum(axis=1) / DAY_TICKS,
    )
    steady, burst = _dispersion(baseline, days, total - negative, authors, ok, first_tick)
    return attrs.evolve(baseline, steady=steady, burst=burst), days


def level(counts: Array, season: Array, *, prior: float) -> tuple[Array, Array]:
    """Level a tick by an EWMA over days (half-life a week, wild days held down), and the posts it effectively rests on.

    counts, season: (S, D) as in `Days`. prior: level assumed where nothing is known, weighing PRIOR_DAYS.
    """
    return _average(_held_down(counts, season), season, prior=prior)


def _evening_levels(counts: Array, season: Array, days: range, *, prior: float) -> Array:
    """(S, len(days)) the level as it was known before each of these days."""
    held = _held_down(counts, season)  # looks back only, so one pass serves every evening
    return np.stack([_average(held[:, :day], season[:, :day], prior=prior)[0] for day in days], axis=1)


def _average(held: Array, season: Array, *, prior: float) -> tuple[Array, Array]:
    """The weighted mean behind `level`, of day counts that are held down already."""
    series, days = held.shape
    weights = 0.5 ** (np.arange(days)[::-1] / HALF_LIFE_DAYS)
    exposure = (season * weights).sum(axis=1) + PRIOR_DAYS * DAY_TICKS
    value = ((held * weights).sum(axis=1) + prior * PRIOR_DAYS * DAY_TICKS) / exposure
    seen, squared = (held * weights).sum(axis=1), (held * weights**2).sum(axis=1)
    posts = np.divide(seen**2, squared, out=np.zeros(series), where=squared > 0)
    return np.maximum(value, 1e-4), posts


def _held_down(counts: Array, season: Array) -> Array:
    """Day counts with each day at most 2.5 × the median rate of the seven days up to it."""
    rates = np.divide(counts, season, out=np.full(counts.shape, np.nan), where=season > 0)
    held = counts.copy()
    for day in range(3, counts.shape[1]):
        middle = _known_median(rates[:, max(0, day - 7) : day + 1])
        ceiling = np.maximum(WINSOR * middle * season[:, day], 4.0)  # a quiet series' single posts are no wild day
        held[:, day] = np.minimum(held[:, day], ceiling)
    return held


def _known_median(rates: Array) -> Array:
    """(S,) median over days without the unknown ones; infinite where none is known. np.nanmedian is ten times slower."""
    ordered = np.sort(rates, axis=1)  # NaN last
    known = (~np.isnan(rates)).sum(axis=1)
    rows = np.arange(len(rates))
    low, high = np.maximum(known - 1, 0) // 2, np.minimum(known // 2, rates.shape[1] - 1)
    middle = (ordered[rows, low] + ordered[rows, high]) / 2
    return np.where(known > 0, middle, np.inf)


def _cells(counts: Array, ok: NDArray[np.bool_]) -> Array:
    """(S, D, 48) posts a tick in each half-hour, NaN where more than half of it is unusable."""
    shape = (counts.shape[0], counts.shape[1] // DAY_TICKS, SLOTS, SLOT_TICKS)
    usable = ok.reshape(shape).sum(axis=3)
    sums = np.where(ok, counts, 0.0).reshape(shape).sum(axis=3)
    return np.asarray(np.divide(sums, usable, out=np.full(sums.shape, np.nan), where=usable * 2 >= SLOT_TICKS))


def _shared_season(cells: Array, kinds: NDArray[np.int64]) -> Array:
    """(2, 48) season of a group: mean of its series by weight, trimmed over days, mean of a week 1."""
    known = ~np.isnan(cells)
    means = np.divide(np.where(known, cells, 0).sum(axis=(1, 2)), np.maximum(known.sum(axis=(1, 2)), 1))
    weights = np.where(means > 0, means / (means + 1.0), 0.0)
    if not weights.any():
        return np.ones((2, SLOTS))
    scaled = np.where(known, cells, 0.0) * (weights / np.maximum(means, 1e-12))[:, None, None]
    weighed = (known * weights[:, None, None]).sum(axis=0)
    pooled = np.divide(scaled.sum(axis=0), weighed, out=np.full(weighed.shape, np.nan), where=weighed > 0)
    posts_a_cell = np.array([np.nansum(cells[:, kinds == kind]) * SLOT_TICKS / SLOTS for kind in (0, 1)])
    shape = np.ones((2, SLOTS))
    for kind in (0, 1):
        days = pooled[kinds == kind] if (kinds == kind).any() else pooled
        behind = posts_a_cell[kind] or posts_a_cell[1 - kind]
        shape[kind] = _smooth(_trimmed_mean(days, sparse=behind < CELL_POSTS), posts=behind)
    return np.asarray(shape / ((5 * shape[0].mean() + 2 * shape[1].mean()) / 7))


def _trimmed_mean(days: Array, *, sparse: bool) -> Array:
    """(48,) mean over days without the highest and lowest; a plain mean where counts are too few to be trimmed fairly."""
    count = days.shape[0]
    cut = 0 if sparse or count < 4 else max(1, count // 8)
    ordered = np.sort(days, axis=0)  # NaN sort to the end, so a day without data is trimmed first
    kept = ordered[cut : count - cut]
    known = ~np.isnan(kept)
    sums, n = np.where(known, kept, 0.0).sum(axis=0), known.sum(axis=0)
    overall = sums.sum() / max(n.sum(), 1)
    return np.asarray(np.where(n > 0, sums / np.maximum(n, 1), overall))


def _smooth(season: Array, *, posts: float) -> Array:
    """Spread over neighbouring half-hours until each value rests on enough posts; next to none become flat."""
    spread = min(6.0, CELL_POSTS / max(posts, 1e-9) / 3.5)
    if spread > 0.3:
        distance = np.minimum(np.arange(SLOTS), SLOTS - np.arange(SLOTS))
        kernel = np.exp(-0.5 * (distance / spread) ** 2)
        season = np.array([np.dot(np.roll(kernel, slot), season) for slot in range(SLOTS)]) / kernel.sum()
    trust = posts * SLOTS / (posts * SLOTS + 50.0)
    return np.asarray(np.maximum(trust * season + (1 - trust) * season.mean(), 0.02 * max(season.mean(), 1e-9)))


def _own_correction(cells: Array, shape: Array, kinds: NDArray[np.int64]) -> Array:
    """(S, 2, 48) how a series' own two-hour rhythm departs from the shared season, held back by 100 posts."""
    series = cells.shape[0]
    known = ~np.isnan(cells)
    expected = np.where(known, shape[:, kinds], 0.0)
    counted = np.where(known, cells, 0.0)
    own_level = counted.sum(axis=(1, 2)) / np.maximum(expected.sum(axis=(1, 2)), 1e-9)
    expected = expected * own_level[:, None, None]
    counted = np.minimum(counted, np.maximum(WINSOR * expected, 1.0))  # one evening must not bend the rhythm
    correction = np.ones((series, 2, SLOTS))
    for kind in (0, 1):
        of_kind = kinds == kind
        c = counted[:, of_kind].sum(axis=1).reshape(series, 12, 4).sum(axis=2) * SLOT_TICKS
        e = expected[:, of_kind].sum(axis=1).reshape(series, 12, 4).sum(axis=2) * SLOT_TICKS
        correction[:, kind] = np.repeat((c + PRIOR_POSTS) / (e + PRIOR_POSTS), 4, axis=1)
    return correction


def _days(authors: Array, author_season: Array, rest: Array, rest_season: Array, kinds: NDArray[np.int64]) -> Days:
    """Day sums of counts and of the season over the cells that are known."""
    known = ~np.isnan(rest)

    def total(cells: Array) -> Array:
        return np.asarray(np.where(known, cells, 0.0).sum(axis=2) * SLOT_TICKS)

    return Days(
        authors=total(authors),
        author_season=total(author_season[:, kinds]),
        rest=total(rest),
        rest_season=total(rest_season[:, kinds]),
    )


def _dispersion(
    baseline: Baseline, days: Days, rest: Array, authors: Array, ok: NDArray[np.bool_], first_tick: int
) -> tuple[Array, Array]:
    """Own dispersion (steady, burst) from the residuals of the last two weeks, shrunk to the priors by their noise.

    Moments: E[(x − m)² − m − m²/s] / m² = steady + burst / w, taken at one tick and at three hours.
    """
    series, length = rest.shape
    take = min(length, 14 * DAY_TICKS)
    prior = np.full(series, PRIOR_STEADY), np.full(series, PRIOR_BURST)
    if take < 2 * DAY_TICKS:
        return prior
    first = length - take
    # each day against the level as it was known the evening before, so that the error of the level is in the residual
    judged = range(first // DAY_TICKS, length // DAY_TICKS)
    author_levels = _evening_levels(
        days.authors, days.author_season, judged, prior=PRIOR_SHARE * PRIOR_HOURLY_REST / 12
    )
    rest_levels = _evening_levels(days.rest, days.rest_season, judged, prior=PRIOR_HOURLY_REST / 12)
    kind, slot = kind_and_slot(first_tick + np.arange(first, length))
    usable = ok[:, first:]
    mu = np.repeat(author_levels, DAY_TICKS, axis=1) * baseline.author_season[:, kind, slot] * usable
    nu = np.repeat(rest_levels, DAY_TICKS, axis=1) * baseline.rest_season[:, kind, slot] * usable
    x, n = authors[:, first:] * usable, rest[:, first:] * usable
    short, short_noise = _excess(x, n, mu, nu, window=1)
    long, long_noise = _excess(x, n, mu, nu, window=36)
    burst = np.clip(_shrunk(short - long, np.hypot(short_noise, long_noise), PRIOR_BURST, 0.06), 0.03, 0.25)
    steady = np.clip(_shrunk(long - burst / 36, long_noise, PRIOR_STEADY, 0.02), 0.012, 0.08)
    return steady, burst


def _excess(x: Array, rest: Array, mu: Array, nu: Array, *, window: int) -> tuple[Array, Array]:
    """(S,) relative extra variance at one window length, and its own standard error."""
    series = x.shape[0]

    def hours(counts: Array) -> Array:
        return np.repeat(counts.reshape(series, -1, 12).sum(axis=2), 12, axis=1)

    def blocks(counts: Array) -> Array:
        return np.asarray(counts.reshape(series, -1, window).sum(axis=2))

    ratio60 = statistic.hour_ratio(hours(rest), hours(nu))[:, ::window]
    x, rest, mu, nu = blocks(x), blocks(rest), blocks(mu), blocks(nu)
    mean = mu * statistic.exposure(rest, nu, ratio60)
    expected = mean + mean**2 * (1 / (12 + rest) + PRIOR_STEADY + PRIOR_BURST / window)
    squared = np.minimum((x - mean) ** 2, 9.0 * np.maximum(expected, 0.05))  # a flood or a surge is not dispersion
    information = np.maximum((mean**2).sum(axis=1), 1e-9)
    excess = (squared - mean - mean**2 / (12 + rest)).sum(axis=1) / information
    noise = np.sqrt((2 * expected**2 + mean).sum(axis=1)) / information
    return excess, noise


def _shrunk(value: Array, noise: Array, prior: float, spread: float) -> Array:
    """Precision-weighted mean of an estimate and its prior."""
    trust = spread**2 / (spread**2 + noise**2)
    return np.asarray(trust * value + (1 - trust) * prior)
