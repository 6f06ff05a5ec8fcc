"""What is usual: levels, seasons, bands, and that an incident or an import changes them as it should."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.usual import Profile, covering, fit, number, quantile, usual
from domain.alerts import TickCount
from domain.times import SHANGHAI, TICK, tick_start

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def history(hourly: float, *, days: int, until: datetime = NOW, seed: int = 1, evening: float = 1.0) -> list[TickCount]:
    """Invented counts: `hourly` negatives, eight times as many others; `evening` multiplies 20:00–22:00 Shanghai."""
    rng = np.random.default_rng(seed)
    counts = []
    for n in range(days * 288):
        start = tick_start(until - timedelta(days=days) + n * TICK)
        rate = hourly / 12 * (evening if 20 <= start.astimezone(SHANGHAI).hour < 22 else 1.0)
        negative, others = int(rng.poisson(rate)), int(rng.poisson(8 * rate))
        if negative + others:
            counts.append(TickCount(start=start, total=negative + others, negative=negative, authors=negative))
    return counts


@pytest.mark.parametrize("hourly", [0.5, 2.4, 60, 1200])
def test_the_level_of_a_steady_series_is_found_within_a_tenth_or_its_own_noise(hourly: float) -> None:
    expected = usual(history(hourly, days=28), window=timedelta(days=1), at=NOW)
    noise = 3 * (hourly * 24 * 10) ** 0.5 / (24 * 10)
    assert abs(expected.negative / 24 - hourly) < max(0.1 * hourly, noise)
    assert expected.total / expected.negative == pytest.approx(9, rel=0.15)
    assert expected.low <= expected.negative <= expected.high
    assert expected.days == 27  # the day asked about is not its own past


def test_the_evening_is_expected_to_be_livelier_than_the_morning() -> None:
    profile = fit(history(30, days=28, evening=4.0), until=NOW)
    evening = profile.usual(window=HOUR, at=datetime(2026, 11, 18, 13, 0, tzinfo=UTC))
    morning = profile.usual(window=HOUR, at=datetime(2026, 11, 18, 2, 0, tzinfo=UTC))
    assert 3.0 < evening.negative / morning.negative < 5.0


def test_the_weekend_has_its_own_season() -> None:
    counts = [c for c in history(30, days=28) if c.start.astimezone(SHANGHAI).weekday() < 5]
    profile = fit(counts, until=NOW)
    saturday = profile.usual(window=HOUR, at=datetime(2026, 11, 21, 2, 0, tzinfo=UTC))
    wednesday = profile.usual(window=HOUR, at=datetime(2026, 11, 18, 2, 0, tzinfo=UTC))
    assert saturday.negative < 0.35 * wednesday.negative


def test_a_days_long_crisis_in_the_past_hardly_moves_the_level() -> None:
    calm = history(12, days=28)
    wild = [
        TickCount(start=c.start, total=c.total + 30, negative=c.negative + 30, authors=c.authors + 30)
        if NOW - timedelta(days=5) <= c.start < NOW - timedelta(days=4)
        else c
        for c in calm
    ]
    usually = fit(calm, until=NOW).usual(window=HOUR, at=NOW).negative
    assert fit(wild, until=NOW).usual(window=HOUR, at=NOW).negative < 1.6 * usually
    excluded = [(NOW - timedelta(days=5), NOW - timedelta(days=4))]
    assert fit(wild, until=NOW, excluded=excluded).usual(window=HOUR, at=NOW).negative == pytest.approx(
        usually, rel=0.1
    )


def test_what_is_not_past_yet_teaches_nothing() -> None:
    counts = history(12, days=28)
    later = [TickCount(start=NOW + n * TICK, total=500, negative=500, authors=500) for n in range(36)]
    at = NOW + timedelta(hours=3)
    with_it, without = (usual(c, window=timedelta(hours=3), at=at) for c in (counts + later, counts))
    assert with_it == without


def test_no_history_gives_a_guess_of_zero_days_that_expects_something() -> None:
    nothing = usual([], window=HOUR, at=NOW)
    assert nothing.days == 0
    assert 0 < nothing.negative < 5
    assert fit([], until=NOW).provisional


def test_an_import_of_old_rows_ends_the_cold_start_at_once() -> None:
    assert fit(history(5, days=3), until=NOW).provisional
    assert not fit(history(5, days=15), until=NOW).provisional


def test_neighbouring_windows_add_up() -> None:
    profile = fit(history(12, days=20), until=NOW)
    whole = profile.usual(window=timedelta(hours=6), at=NOW)
    parts = [profile.usual(window=HOUR, at=NOW - n * HOUR) for n in range(6)]
    assert sum(p.negative for p in parts) == pytest.approx(whole.negative)
    assert sum(p.total for p in parts) == pytest.approx(whole.total)


@given(st.integers(0, 86_400), st.integers(1, 20_000))
def test_a_span_covers_exactly_its_own_length(offset: int, length: int) -> None:
    start = NOW + timedelta(seconds=offset)
    ticks, shares = covering(start, start + timedelta(seconds=length))
    assert shares.sum() * 300 == pytest.approx(length)
    assert ((shares > -1e-9) & (shares <= 1)).all()
    assert list(ticks) == list(range(ticks[0], ticks[-1] + 1))


def test_tick_zero_of_a_week_is_monday_midnight_in_shanghai() -> None:
    monday = datetime(2026, 11, 16, 0, 0, tzinfo=SHANGHAI)
    assert number(monday) % (7 * 288) == 0
    assert number(monday - timedelta(seconds=1)) % (7 * 288) == 7 * 288 - 1


@given(st.floats(0.01, 3000), st.floats(1, 200))
def test_the_band_holds_about_eight_of_ten_windows(mean: float, k: float) -> None:
    rng = np.random.default_rng(7)
    counts = rng.poisson(rng.gamma(k, mean / k, 4000))
    low, high = quantile(0.1, mean=mean, k=k), quantile(0.9, mean=mean, k=k)
    assert np.mean(counts <= high) > 0.87
    assert np.mean(counts < low) < 0.13


def test_a_profile_is_asked_without_being_changed() -> None:
    profile = fit(history(5, days=20), until=NOW)
    first = profile.usual(window=HOUR, at=NOW)
    profile.usual(window=HOUR, at=NOW + timedelta(days=3))
    assert isinstance(profile, Profile)
    assert profile.usual(window=HOUR, at=NOW) == first
