"""Weibo's desktop search in a real Chromium: the page itself is heard, page by page, and stops at the visitor's door."""

from typing import Any

import pytest

from crawlers.browser import why_no_browser
from domain.feeds import Outcome
from domain.watches import Watch
from index import tables

pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "-")]


def test_the_desktops_search_and_the_hot_list_are_read_as_pages(replica: Any) -> None:
    tables.Watches(replica.engine).save(Watch(name="漏水", words=("澜川热水器",), sources=("weibo",)))
    replica.site("weibo", transport="browser", pages=12)
    crawl = replica.collect("weibo")
    assert crawl.report["stopped"] is None, crawl.reasons
    shown = [p for p in crawl.pages if p.page == "search_html"]
    assert {p.outcome for p in shown} == {Outcome.OK}
    assert len(shown) > 1
    assert all(p.url.startswith("https://s.weibo.com/") for p in crawl.pages)
    real = {str(p.mid) for p in replica.world.posts("澜川热水器")}
    assert real <= replica.stored_ids("weibo", "post")
    assert tables.HotTopics(replica.engine).since(replica.world.now())


def test_the_visitor_page_stops_the_browser_too(replica: Any) -> None:
    tables.Watches(replica.engine).save(Watch(name="漏水", words=("澜川热水器",), sources=("weibo",)))
    replica.play("weibo-visitor-redirect")
    replica.site("weibo", transport="browser", pages=12)
    crawl = replica.collect("weibo")
    assert crawl.report["stopped"] == Outcome.LOGIN_REQUIRED
    assert len(crawl.pages) <= 3
