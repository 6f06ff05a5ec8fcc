"""Weibo's desktop search in a real Chromium: the page itself is heard, page by page, and stops at the visitor's door."""

from typing import Any

import pytest

from crawlers.browser import why_no_browser
from crawlers.sites.weibo import Weibo
from domain.feeds import Outcome
from domain.watches import Watch
from index import tables
from index.tables import WaitingPage

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


def test_a_known_post_is_looked_at_again_on_its_own_page_with_what_is_said_below(replica: Any) -> None:
    world = replica.world
    seen = max(world.posts(""), key=lambda p: len(world.comments(p.mid)))
    page = Weibo(browser=True).reread_page(f"weibo:{seen.mid}")
    assert page
    asked = WaitingPage(source="weibo", page=page.page, url=page.url, browser=page.browser)
    assert tables.Frontier(replica.engine).add([asked], due=replica.clock.now())
    replica.site("weibo", transport="browser", pages=1)
    crawl = replica.collect("weibo")
    assert {(p.page, p.outcome) for p in crawl.pages} == {("post", Outcome.OK), ("comments", Outcome.OK)}
    assert replica.document(f"weibo:{seen.mid}").comments == len(world.comments(seen.mid))
    assert {str(c.id) for c in world.comments(seen.mid) if not c.parent} <= replica.stored_ids("weibo", "comment")
