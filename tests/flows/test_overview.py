"""首页看板: every tile's query finds exactly its value, and every line of the trend the sum of its days."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.alerts import Alert, AlertKind, AlertState
from domain.feeds import Outcome, PageSeen
from domain.times import day_start, shanghai_day
from flows.overview import Tile
from index.counting import counts_as_negative
from index.store import Batch
from tests.flows.desks import DAY, HOUR, MINUTE, NOW, Rig, document

TODAY = day_start(shanghai_day(NOW))


def tiles(here: Rig) -> dict[str, Tile]:
    return {t.title: t for t in here.desk.overview.page().tiles}


def mixed(count: int = 40) -> list[Any]:
    """Some of yesterday, some of today, one of this very microsecond, one of the next, two bare dates."""
    kinds = ("negative", "negative", "neutral", "positive")
    made = [document(n, sentiment=kinds[n % 4], published_at=NOW - n * HOUR) for n in range(count)]
    made += [
        document("midnight", published_at=TODAY),
        document("before", published_at=TODAY - timedelta(microseconds=1)),
        document("future", published_at=NOW + timedelta(microseconds=1)),
        document("date", published_at=TODAY, date_only=True),
        document("spam", spam=0.95),
    ]
    return made


@pytest.mark.parametrize("shift", [timedelta(), timedelta(microseconds=123_457), timedelta(hours=9, seconds=5)])
def test_a_tiles_query_finds_exactly_its_value(here: Rig, shift: timedelta) -> None:
    here.clock.at = NOW + shift
    here.watch()
    here.store(*mixed())
    shown = tiles(here)
    start = day_start(shanghai_day(here.clock.at))
    today = [d for d in mixed() if start <= d.published_at < here.clock.at]
    bad = [d for d in today if counts_as_negative(d)]
    for title, kept in (("今日声量", today), ("今日负面", bad)):
        assert int(shown[title].value.replace(",", "")) == len(kept)
        assert here.desk.search.count(shown[title].query) == len(kept)
        assert {d.id for d in here.desk.search.scan(shown[title].query)} == {d.id for d in kept}
    share = f"{len(bad) / len(today):.0%}" if today else "—"
    assert shown["今日负面"].detail == f"占 {share}"


def test_an_empty_house_shows_no_share_and_no_usual(here: Rig) -> None:
    shown = tiles(here)
    assert [t.value for t in shown.values()] == ["0", "0", "0"]
    assert shown["今日负面"].detail == "占 —"
    assert "历史不足" in shown["今日声量"].detail
    assert here.desk.overview.page().last_document_at is None
    assert here.desk.overview.page().trend.brands == {}


def test_what_is_usual_at_this_hour_comes_from_the_days_before(here: Rig) -> None:
    here.watch()
    past = [
        document(f"{day}-{n}", sentiment="neutral", published_at=TODAY - day * DAY + n * 10 * MINUTE)
        for day in range(1, 29)
        for n in range(6 * 14)
    ]
    here.store(*past)
    found = re.search(r"约 ([\d,]+)", tiles(here)["今日声量"].detail)
    assert found is not None
    assert int(found[1]) == pytest.approx(6 * 14, rel=0.2)


def test_open_alerts_are_counted_until_they_are_resolved(here: Rig) -> None:
    alert = Alert(id="a1", kind=AlertKind.SURGE, watch="岚川", opened_at=NOW)
    here.desk.alerts.save(alert, action="opened")
    assert (tiles(here)["未关闭预警"].value, tiles(here)["未关闭预警"].tone) == ("1", "bad")
    assert [a.id for a in here.desk.overview.page().alerts] == ["a1"]
    here.desk.incidents.resolve("a1", by="值班")
    assert (tiles(here)["未关闭预警"].value, tiles(here)["未关闭预警"].tone) == ("0", "good")
    kept = here.desk.alerts.get("a1")
    assert kept is not None
    assert kept.state is AlertState.RESOLVED


def test_the_trend_has_every_day_and_its_query_finds_the_sum(here: Rig) -> None:
    here.watch("岚川")
    here.watch("tcl", rival=True)
    here.watch("只有词", brand="", words=("漏水",))
    brands: tuple[tuple[str, ...], ...] = (("岚川",), ("TCL",), ("岚川", "TCL"), ("北屿",))
    at: list[datetime] = [NOW - n * 9 * HOUR for n in range(100)]
    here.store(*(document(n, brands=brands[n % 4], published_at=when) for n, when in enumerate(at)))
    trend = here.desk.overview.page(days=30).trend
    assert (len(trend.days), trend.days[-1]) == (30, "2026-11-18")
    assert set(trend.brands) == {"岚川", "tcl"}
    for brand, counts in trend.brands.items():
        assert len(counts) == 30
        assert sum(counts) == here.desk.search.count(trend.queries[brand]) > 0
    ours = [d for d in at[::4] + at[2::4] if shanghai_day(d).isoformat() == "2026-11-17"]
    assert trend.brands["岚川"][-2] == len(ours) > 0


def test_a_quiet_that_comes_from_a_dead_session_is_said(here: Rig) -> None:
    here.watch()
    here.desk.sources.switch("jd", on=True, reason="")
    assert here.desk.overview.page().feeds[0].name == "jd"
    page = PageSeen(source="jd", page="reviews", url="", outcome=Outcome.LOGIN_REQUIRED, seen_at=NOW)
    here.desk.ledger.store(Batch(receipt="dead", pages=(page,)), (), now=NOW)
    assert "数据不足" in here.desk.overview.page().silent["岚川"]
