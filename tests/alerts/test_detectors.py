"""The surge rule of one watch: it speaks when it should, waits when it must, and says what it waits for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from alerts.detectors import Reason, judge, page_score_for, weigh
from alerts.usual import Profile, fit
from domain.alerts import Evidence, Level, TickCount
from domain.times import TICK, tick_start

NOW = datetime(2026, 11, 18, 2, 4, tzinfo=UTC)


def profile(hourly: float, *, days: int = 28, share: float = 1 / 9) -> Profile:
    rng = np.random.default_rng(3)
    counts = []
    for n in range(days * 288):
        negative = int(rng.poisson(hourly / 12))
        others = int(rng.poisson(hourly / 12 * (1 - share) / share))
        start = tick_start(NOW - timedelta(days=days, hours=3) + n * TICK)
        counts.append(TickCount(start=start, total=negative + others, negative=negative, authors=negative))
    return fit(counts, until=tick_start(NOW - timedelta(hours=3)))


def ticks(authors: Sequence[int], *, others: int = 0, posts_each: int = 1) -> list[TickCount]:
    """The last ticks up to now, oldest first."""
    return [
        TickCount(
            start=tick_start(NOW) - (len(authors) - 1 - n) * TICK,
            total=a * posts_each + others,
            negative=a * posts_each,
            authors=a,
        )
        for n, a in enumerate(authors)
    ]


def verdict(hourly: float, recent: list[TickCount], **rules: float) -> Evidence:
    return judge(profile(hourly), recent, now=NOW, **rules)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hourly", "page"), [(0.6, 6), (2.4, 9), (12, 19), (60, 60)]
)  # surge.md table 4.3, whose crawl delivers two thirds of 15 minutes in time; here all of it
def test_as_many_authors_in_a_quarter_of_an_hour_as_research_needed_are_a_page(hourly: float, page: int) -> None:
    others = round(hourly / 12 * 8)
    part = [page // 3 + 1] * 3
    assert verdict(hourly, ticks([0] * 33 + part, others=others)).level is Level.PAGE


@pytest.mark.parametrize("hourly", [0.6, 2.4, 12, 60])
def test_the_usual_is_quiet(hourly: float) -> None:
    steady = ticks([round(hourly / 12)] * 36, others=round(hourly / 12 * 8))
    evidence = verdict(hourly, steady)
    assert evidence.level is None
    assert evidence.reason == Reason.AS_USUAL


def test_a_sparse_series_fires_with_exactly_the_least_authors() -> None:
    assert verdict(0.1, ticks([2, 2])).level is Level.NOTICE
    evidence = verdict(0.1, ticks([2, 3]))
    assert evidence.level is Level.PAGE
    assert evidence.awaited == ()
    assert evidence.authors == evidence.needed_authors == 5


def test_it_says_how_many_authors_are_awaited_and_that_many_suffice() -> None:
    short = verdict(2.4, ticks([1, 3]))
    missing = short.needed_authors - short.authors
    assert missing > 0
    assert any(f"还需 {missing} 位新作者" in line for line in short.awaited)
    assert any(line.startswith("照此速度再观察") for line in short.awaited)
    assert verdict(2.4, ticks([1, 3 + missing])).level is Level.PAGE


def test_a_festival_evening_with_ten_times_the_volume_is_no_surge() -> None:
    evidence = verdict(12, ticks([10] * 6, others=80))
    assert evidence.level is None
    assert evidence.usual.corrected > 4 * evidence.usual.negative


def test_the_same_negatives_without_the_volume_are_a_page() -> None:
    assert verdict(12, ticks([10] * 6, others=8)).level is Level.PAGE


def test_many_posts_of_few_authors_are_a_flood_and_never_a_page() -> None:
    evidence = verdict(0.1, ticks([2, 2, 2], posts_each=20))
    assert evidence.level is Level.NOTICE
    assert evidence.reason == Reason.FLOOD
    assert "疑似刷屏" in evidence.awaited[0]


def test_under_fourteen_days_of_history_nothing_is_paged() -> None:
    young = profile(0.6, days=5)
    evidence = judge(young, ticks([6, 6]), now=NOW)
    assert evidence.level is Level.WARNING
    assert evidence.reason == Reason.PROVISIONAL
    assert any("14 天" in line for line in evidence.awaited)


def test_a_stricter_watch_waits_longer() -> None:
    recent = ticks([3, 4])
    assert verdict(0.6, recent).level is Level.PAGE
    assert verdict(0.6, recent, minimum_authors=10).level is Level.NOTICE
    assert verdict(60, ticks([20] * 6, others=40), strength=2.0).level is Level.PAGE
    weak = verdict(60, ticks([20] * 6, others=40), strength=8.0)
    assert weak.level is Level.NOTICE
    assert weak.reason == Reason.TOO_WEAK


def test_the_loudest_window_begins_where_the_rise_began() -> None:
    evidence = verdict(2.4, ticks([0] * 30 + [5] * 6))
    assert evidence.onset == tick_start(NOW) - 5 * TICK
    assert evidence.window_minutes == 30


def test_an_empty_hour_is_calm_and_a_surge_is_not() -> None:
    quiet, loud = (weigh(profile(2.4), ticks(a), now=NOW) for a in ([0] * 12, [5] * 6))
    assert quiet.calm
    assert not loud.calm


def test_posts_from_the_future_are_not_counted() -> None:
    future = [TickCount(start=tick_start(NOW) + TICK, total=50, negative=50, authors=50)]
    assert verdict(2.4, future).authors == 0


def test_more_series_need_a_higher_score() -> None:
    assert page_score_for(30) == page_score_for(200) == 15
    assert page_score_for(200) < page_score_for(600) < page_score_for(5000) == page_score_for(50_000) == 24
