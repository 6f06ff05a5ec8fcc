"""Taobao's nasty cases, each by its name: `pytest tests/cases -k taobao-bare-body`."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from crawlers.browser import why_no_browser
from demo import elsewhere, site_taobao
from demo.clock import beijing
from demo.elsewhere import Stall
from domain.feeds import FeedState, Outcome
from index.tables.prices import Prices
from index.tables.totals import Totals

OLD_LIST = "/list_detail_rate.htm"


def signed(item: str, page: int, size: int = 20) -> str:
    """What the page's own script asked of the gateway, played again over plain HTTP: nothing of ours signs."""
    data = {"auctionNumId": item, "pageNo": page, "pageSize": size, "rateType": "", "foldFlag": "0"}
    path = "h5api.m.tmall.com/h5/mtop.taobao.rate.detaillist.get/6.0/"
    return f"https://{path}?appKey=12574478&sign=page&callback=mtopjsonp1&data={quote(json.dumps(data))}"


@pytest.fixture
def stall(product: Any) -> Stall:
    return elsewhere.stall_of("taobao", product("热水器"))


@pytest.fixture
def tmall(replica: Any, stall: Stall) -> Any:
    """The replica with one of our products watched at Tmall."""
    replica.sku = stall.number
    replica.follow(f"https://detail.tmall.com/item.htm?id={stall.number}", sources=("taobao",))
    return replica


def whole(tmall: Any) -> bool:
    return bool(tmall.complete("taobao", "review", subject=tmall.sku))


def shown(tmall: Any, stall: Stall) -> dict[str, Any]:
    return {str(r.id): r for r in site_taobao.visible(tmall.world, stall)}


def asked_for_pages(replica: Any, item: str, *pages: int) -> None:
    """No watch: only these pages of the gateway's list are due."""
    replica.sku = item
    for page in pages:
        replica.ask("taobao", signed(item, page), page="rate_list", first=page == 1)


def test_taobao_everyday(tmall: Any, stall: Stall) -> None:
    """Without any case: all shown reviews once each, and the price of the item and its variants."""
    crawl = tmall.collect("taobao")
    assert set(crawl.outcomes) == {"ok"}
    assert whole(tmall)
    assert len(shown(tmall, stall)) > 40
    prices = Prices(tmall.engine).latest()
    quote = stall.quote(tmall.world)
    assert prices[f"taobao:{stall.number}"][0].price == quote.price
    assert len(prices) == 3


def test_taobao_rgv587_blank_lines(tmall: Any) -> None:
    tmall.play("taobao-rgv587-blank-lines")
    crawl = tmall.collect("taobao")
    assert crawl.report["stopped"] == Outcome.CAPTCHA
    assert tmall.state("taobao") is FeedState.BLOCKED
    assert tmall.status("taobao").detail
    assert not tmall.documents("taobao")
    assert len(tmall.asked(OLD_LIST)) == 1
    tmall.restore()
    tmall.collect("taobao")
    assert tmall.state("taobao") is FeedState.HEALTHY
    assert whole(tmall)


def test_taobao_token_empty(replica: Any, stall: Stall) -> None:
    replica.play("taobao-token-empty")
    asked_for_pages(replica, stall.number, 1, 2)
    crawl = replica.collect("taobao")
    assert crawl.report["stopped"] == Outcome.LOGIN_REQUIRED
    assert replica.state("taobao") is FeedState.LOGIN_REQUIRED
    (only,) = replica.asked("/h5/")
    assert "_m_h5_tk" not in only.headers.get("cookie", "")


@pytest.fixture
def expired(replica: Any, stall: Stall) -> Any:
    def play(name: str) -> None:
        replica.play(name)
        asked_for_pages(replica, stall.number, 1, 2, 3, 4)
        crawl = replica.collect("taobao")
        assert crawl.report["stopped"] == Outcome.LOGIN_REQUIRED
        assert replica.state("taobao") is FeedState.LOGIN_REQUIRED
        assert len(replica.documents("taobao")) == site_taobao.PAGE_SIZE
        assert not any("_m_h5_tk" in request.headers.get("cookie", "") for request in replica.asked("/h5/"))
        replica.restore()
        replica.collect("taobao")
        assert replica.state("taobao") is FeedState.HEALTHY
        assert whole(replica)

    return play


def test_taobao_token_expired_new_cookie(expired: Any) -> None:
    expired("taobao-token-expired-new-cookie")


def test_taobao_token_expired_no_cookie(expired: Any) -> None:
    expired("taobao-token-expired-no-cookie")


def test_taobao_slider_after_pages(tmall: Any) -> None:
    tmall.play("taobao-slider-after-pages")
    crawl = tmall.collect("taobao")
    assert crawl.report["stopped"] == Outcome.CAPTCHA
    assert tmall.state("taobao") is FeedState.BLOCKED
    before = tmall.stored_ids("taobao", "review")
    assert len(before) == site_taobao.PAGE_SIZE
    assert tmall.missing("taobao", "review", subject=tmall.sku)
    tmall.restore()
    tmall.collect("taobao")
    assert tmall.state("taobao") is FeedState.HEALTHY
    assert before < tmall.stored_ids("taobao", "review")
    assert whole(tmall)


def test_taobao_x5sec_expires(tmall: Any) -> None:
    tmall.play("taobao-x5sec-expires")
    for _ in range(2):
        assert tmall.collect("taobao").report["stopped"] == Outcome.CAPTCHA
        assert tmall.state("taobao") is FeedState.BLOCKED
        assert not whole(tmall)
        tmall.restore()
    tmall.collect("taobao")
    assert tmall.state("taobao") is FeedState.HEALTHY
    assert whole(tmall)


def stated(replica: Any, item: str) -> Any:
    (total,) = [t for t in Totals(replica.engine).of("taobao") if t.page == "rate_list"]
    assert total.subject == f"taobao:{item}"
    return total


def test_taobao_has_next_false(replica: Any, stall: Stall) -> None:
    replica.play("taobao-has-next-false")
    asked_for_pages(replica, stall.number, 1)
    crawl = replica.collect("taobao")
    assert crawl.outcomes == {"ok": 1}
    assert replica.state("taobao") is FeedState.HEALTHY
    total = stated(replica, stall.number)
    assert (total.total, total.folded, total.exact) == (500, 507, False)
    assert len(replica.documents("taobao", "review")) == site_taobao.PAGE_SIZE < total.total


def test_taobao_page_size_50(replica: Any, stall: Stall) -> None:
    replica.play("taobao-page-size-50")
    replica.ask("taobao", signed(stall.number, 1, size=50), page="rate_list")
    replica.collect("taobao")
    found = replica.documents("taobao", "review")
    assert len(found) == len({d.id for d in found}) == 47
    assert replica.missing("taobao", "review", subject=stall.number)
    total = stated(replica, stall.number)
    assert (total.total, total.exact) == (500, False)
    assert total.folded
    assert total.folded == len(elsewhere.reviews(replica.world, stall, series=site_taobao.SERIES)) - len(
        shown(replica, stall)
    )


def test_taobao_bare_body(tmall: Any, stall: Stall) -> None:
    tmall.play("taobao-bare-body")
    crawl = tmall.collect("taobao")
    assert set(crawl.outcomes) == {"ok"}
    assert whole(tmall)
    there = shown(tmall, stall)
    for document in tmall.documents("taobao", "review"):
        review = there[document.id.removeprefix("taobao:")]
        added = review.append if review.append and review.append.at <= tmall.world.now() else None
        assert ("【追评】" in document.text) == bool(added)
        assert '"五星"服务' not in document.text  # what the seller said stays apart


def test_taobao_four_dates(replica: Any, stall: Stall) -> None:
    replica.play("taobao-four-dates")
    asked_for_pages(replica, stall.number, 1, 2, 3, 4)
    replica.collect("taobao")
    assert whole(replica)
    there = shown(replica, stall)
    bare = 0
    for document in replica.documents("taobao", "review"):
        at = there[document.id.removeprefix("taobao:")].at
        assert beijing(document.published_at).date() == beijing(at).date()
        if document.date_only:
            bare += 1
            assert f"{beijing(document.published_at):%H:%M}" == "00:00"
        else:
            assert document.published_at == at
    assert 0 < bare < len(there)


def test_taobao_search_ads(replica: Any) -> None:
    replica.play("taobao-search-ads")
    replica.ask("taobao", f"https://s.taobao.com/search?q={quote('空调')}&s=0", page="search")
    crawl = replica.collect("taobao")
    assert crawl.outcomes == {"ok": 2}
    products = {p.sku.removeprefix("taobao:"): p for p in Prices(replica.engine).products()}
    assert set(products) == elsewhere.existing(replica.world, "taobao", query="空调")
    assert not any("<" in p.title or "simba" in p.url for p in products.values())
    amounts = [prices[0] for prices in Prices(replica.engine).latest().values()]
    odd = {price.raw: price.price for price in amounts if price.raw in ("¥7.90", "99.00-199.00")}
    assert odd == {"¥7.90": Decimal("7.90"), "99.00-199.00": Decimal("99.00")}
    assert {15_000, 2_000} <= {p.sales for p in products.values()}


@pytest.mark.browser
@pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "-")
def test_taobao_through_a_browser(tmall: Any, stall: Stall) -> None:
    """The item page is opened as a person would, and the answers to its own signed requests are heard."""
    tmall.site("taobao", transport="browser")
    crawl = tmall.collect("taobao")
    assert {page.page for page in crawl.pages} >= {"rate_list", "ware"}, crawl.log
    assert whole(tmall), "the reader presses 下一页 until there is none"
    assert Prices(tmall.engine).latest()[f"taobao:{stall.number}"][0].price == stall.quote(tmall.world).price
    assert stated(tmall, stall.number).folded
    assert {request.query.get("sign") for request in tmall.asked("/h5/")} == {"page"}


@pytest.mark.browser
@pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "-")
def test_taobao_token_renewed_by_page(tmall: Any, stall: Stall) -> None:
    tmall.play("taobao-token-renewed-by-page")
    tmall.site("taobao", transport="browser")
    crawl = tmall.collect("taobao")
    assert crawl.outcomes["unavailable"] == 2, crawl.log
    assert crawl.report["stopped"] is None
    assert whole(tmall)
    assert tmall.state("taobao") not in (FeedState.BLOCKED, FeedState.LOGIN_REQUIRED)
