"""The planner: what one session keeps at the careful paces, and how it says so."""

from datetime import timedelta

import pytest

from flows.promises import (
    Capacity,
    Demand,
    Measured,
    Promise,
    comparison,
    measured,
    pages_in,
    promise,
    seconds_of,
    sentence,
)
from tingchao.settings import Site

FIVE, FIFTEEN = timedelta(minutes=5), timedelta(minutes=15)
WEIBO_S = seconds_of("weibo", "search", delay_s=Site().delay_seconds)


def demands(number: int, *, pages: float = 3, rivals: int = 0) -> list[Demand]:
    return [
        Demand(watch=f"w{n}", pages=pages, seconds=pages * WEIBO_S, rival=n >= number - rivals) for n in range(number)
    ]


def weibo(number: int, *, pages: float = 3, rivals: int = 0, sessions: int = 1, daily: int | None = None) -> Promise:
    capacity = Capacity(source="weibo", every=FIVE, sessions=sessions, daily_pages=daily)
    return promise(capacity, demands(number, pages=pages, rivals=rivals))


def test_the_defaults_give_the_careful_paces_of_the_sites() -> None:
    assert pages_in(FIVE, WEIBO_S) == 50
    assert 6 <= FIVE.total_seconds() / seconds_of("jd", "item", delay_s=Site().delay_seconds) <= 7
    assert seconds_of("jd", "item", delay_s=0.1, careful=False) == 0.1


def test_few_watches_are_all_kept_at_the_planned_interval() -> None:
    kept = weibo(10)
    assert [(len(t.watches), t.minutes) for t in kept.tiers] == [(10, 5.0)]
    assert kept.kept
    assert sentence(kept) == "微博：10 个监测 5 分钟内看完一轮"


def test_more_watches_take_as_long_as_their_pages_up_to_the_target() -> None:
    kept = weibo(40)
    assert [(len(t.watches), t.minutes) for t in kept.tiers] == [(40, 12.0)]
    assert kept.kept


def test_too_many_watches_are_split_and_the_gap_says_what_closes_it() -> None:
    kept = weibo(40, pages=5.7)
    assert [(len(t.watches), round(t.minutes)) for t in kept.tiers] == [(18, 15), (22, 40)]
    assert kept.sessions_needed == 2
    said = "微博：18 个监测 15 分钟内、22 个监测 40 分钟内看完一轮；再加 1 个会话或接入商业 API，才能全部进 15 分钟"
    assert sentence(kept) == said
    assert weibo(40, pages=5.7, sessions=2).kept


@pytest.mark.parametrize("number", [1, 7, 40, 41, 80, 300])
def test_what_is_promised_fits_into_the_sessions_time(number: int) -> None:
    """Every watch is in exactly one tier, and all tiers together need no more than the time that there is."""
    kept = weibo(number, pages=4)
    names = [w for tier in kept.tiers for w in tier.watches]
    assert sorted(names) == sorted(f"w{n}" for n in range(number))
    busy = sum(len(t.watches) * 4 * WEIBO_S / (60 * t.minutes) for t in kept.tiers)
    assert busy <= 1.0 + 1e-9


def test_our_own_watches_come_before_rivals() -> None:
    kept = weibo(60, pages=5, rivals=50)
    assert set(kept.tiers[0].watches) >= {f"w{n}" for n in range(10)}


def test_a_watch_larger_than_a_round_is_still_promised_something() -> None:
    kept = weibo(2, pages=400)
    assert [len(t.watches) for t in kept.tiers] == [2]
    assert kept.tiers[0].minutes == pytest.approx(80)


def test_a_days_budget_that_ends_early_is_a_pause_that_is_told() -> None:
    kept = weibo(10, daily=2000)
    assert kept.pages_a_day == pytest.approx(10 * 3 * 288)
    assert kept.paused_from_hour == pytest.approx(24 * 2000 / 8640)
    assert not kept.kept
    assert "每天约 05:33 用完当日 2,000 页预算，之后到 24:00 为承诺暂停" in sentence(kept)
    assert weibo(10, daily=9000).kept


def test_prices_are_promised_by_their_own_interval() -> None:
    half_hour = Capacity(source="shop", every=timedelta(minutes=30))
    kept = promise(half_hour, demands(10))
    assert [t.minutes for t in kept.tiers] == [30.0]
    assert kept.kept


def test_nothing_asked_is_nothing_promised() -> None:
    assert sentence(weibo(3, pages=0)) == "微博：没有监测需要采集"
    assert weibo(3, pages=0).kept


def test_measured_figures_stand_beside_the_promise() -> None:
    found = measured([[0, 300, 660], [0, 300]], [60.0, 120.0, 600.0], now=1000)
    assert found == Measured(cycle_s=300, longest_s=700, p50_s=120.0, p95_s=600.0, posts=3)
    said = comparison(weibo(10), found)
    assert said == "实测两次采集间隔中位 5.0 分钟、最长 11.7 分钟；发布到入库 p50 2.0 分钟、p95 10.0 分钟（3 条）"
    slow = measured([[0, 3600, 7200]], [], now=7300)
    assert "超出承诺" in comparison(weibo(10), slow)
    assert comparison(weibo(10), measured([], [], now=0)) == ""
