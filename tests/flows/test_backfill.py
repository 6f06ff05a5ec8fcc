"""A back-fill asks for the past in slices, after everything that is new."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from crawlers.sites.adapter import PageRequest
from crawlers.sites.jd import Jd
from crawlers.sites.weibo import Weibo
from domain.errors import InvalidInput
from domain.watches import Watch
from flows.backfill import PRIORITY, Past, plan_history

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
WATCHES = [Watch(name="澜川", brand="澜川"), Watch(name="只看京东", brand="岚风", sources=("jd",))]


class Waiting:
    """A frontier that only remembers what it was given."""

    def __init__(self) -> None:
        self.pages: list[PageRequest] = []

    def add(self, requests: Iterable[PageRequest], *, due: datetime, depth: int = 0) -> int:
        self.pages += requests
        return len(self.pages)


def planned(past: Past, site: object = None) -> list[PageRequest]:
    frontier = Waiting()
    plan_history(site or Weibo(), WATCHES, frontier, past=past, now=NOW)  # type: ignore[arg-type]  # add is all it uses
    return frontier.pages


def test_each_day_becomes_a_page_for_each_watch_of_the_source_newest_first_and_last_in_line() -> None:
    pages = planned(Past(since=NOW - timedelta(days=3)))
    assert len(pages) == 4
    assert {(p.watch, p.priority, p.source) for p in pages} == {("澜川", PRIORITY, "weibo")}
    assert "2026-11-22" in pages[0].url
    assert "2026-11-19" in pages[-1].url


def test_the_end_of_the_past_is_now_at_the_latest() -> None:
    assert planned(Past(since=NOW - timedelta(days=1), until=NOW + timedelta(days=9))) == planned(
        Past(since=NOW - timedelta(days=1))
    )


@pytest.mark.parametrize("past", [Past(since=NOW), Past(since=NOW - timedelta(days=2), until=NOW - timedelta(days=3))])
def test_a_past_that_is_none_is_refused(past: Past) -> None:
    with pytest.raises(InvalidInput, match="is not before"):
        planned(past)


def test_a_site_without_a_search_by_time_says_what_to_do_instead() -> None:
    with pytest.raises(InvalidInput, match="jd can't be asked for the past; import"):
        planned(Past(since=NOW - timedelta(days=1)), Jd())
