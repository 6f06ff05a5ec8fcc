"""Taobao's adapter: which address is which page, where it begins, how it goes on, and what a browser hears."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest

from crawlers.sites.adapter import ParsedPage, RawPage
from crawlers.sites.taobao import Taobao
from crawlers.sites.taobao_reviews import moment
from domain.documents import Review
from domain.feeds import Outcome
from domain.times import iso_shanghai
from domain.watches import Watch, WatchedProduct

SEEN = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
SAMPLES = Path(__file__).parents[1] / "samples" / "taobao"
DATA = quote(json.dumps({"auctionNumId": "680100200300", "pageNo": 3}))
LISTED = f"https://h5api.m.tmall.com/h5/mtop.taobao.rate.detaillist.get/6.0/?data={DATA}"


def watch(*urls: str) -> Watch:
    return Watch(name="w", products=tuple(WatchedProduct(url=url) for url in urls))


def sample(case: str) -> bytes:
    return next((SAMPLES / case).glob("page.*")).read_bytes()


def read(case: str, url: str, *, browser: bool = False) -> ParsedPage:
    return Taobao(browser=browser).parse(RawPage(url=url, body=sample(case), seen_at=SEEN))


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (LISTED, "rate_list"),
        (
            f"https://h5api.m.taobao.com/h5/?data={DATA}&callback=x&v=6.0&api=mtop.taobao.rate.detaillist.get",
            "rate_list",
        ),
        (f"https://acs.m.taobao.com/gw/mtop.wdetail.getItemRates/3.0/?v=3.0&data={DATA}&ttid=x", "item_rates"),
        ("https://h5api.m.tmall.com/h5/mtop.alibaba.review.list.for.new.pc.detail/1.0/", "review_list"),
        ("https://h5api.m.tmall.com/h5/mtop.taobao.pcdetail.data.get/1.0/?callback=z&jsv=2.7.2", "ware"),
        ("https://h5api.m.tmall.com/h5/mtop.user.getusersimple/1.0/", None),
        ("https://h5api.m.tmall.com/h5/mtop.taobao.pcdetail.data.get/1.0/?data=[]&api=x", "ware"),
        ("https://RATE.tmall.com/list_detail_rate.htm?callback=jsonp128&itemId=1", "reviews"),
        ("https://rate.tmall.com:443/list_detail_rate.htm/_____tmd_____/punish?x5secdata=1", "punish"),
        ("https://sec.taobao.com/query.htm?smApp=tmallrateweb", "punish"),
        ("https://item.taobao.com/item.htm?spm=a&id=680100200300#detail", "item"),
        ("https://detail.tmall.com/item_o.htm?id=680100200300", "item"),
        ("https://h5.m.taobao.com/awp/core/detail.htm?ft=t&id=680100200300", "item"),
        ("https://main.m.taobao.com/security-h5-detail/home?id=680100200300", "item"),
        ("https://detail.tmall.com/item.htm?spm=a", None),
        ("https://s.taobao.com/search?q=%E7%A9%BA%E8%B0%83", "search"),
        ("https://login.taobao.com/member/login.jhtml", "login"),
        ("https://www.example.com/item.htm?id=1", None),
    ],
)
def test_host_path_and_api_name_tell_the_page_whatever_else_is_in_the_address(url: str, page: str | None) -> None:
    assert Taobao().page_of(url) == page


def test_over_plain_http_only_unsigned_pages_are_asked_for_and_both_hosts_are_one_item() -> None:
    urls = (
        "https://item.taobao.com/item.htm?id=680100200300",
        "https://detail.tmall.com/item.htm?id=680100200300&skuId=5",
        "https://item.jd.com/1.html",
    )
    found = list(Taobao().first_pages(watch(*urls)))
    assert [request.page for request in found] == ["reviews", "item"]
    assert not any(request.browser or "sign=" in request.url or "mtop" in request.url for request in found)
    assert all("680100200300" in request.url for request in found)


def test_with_a_browser_the_item_page_is_opened_and_listened_to() -> None:
    (request,) = Taobao(browser=True).first_pages(watch("https://detail.tmall.com/item.htm?spm=x&id=680100200300"))
    assert (request.page, request.url, request.browser) == (
        "item",
        "https://detail.tmall.com/item.htm?id=680100200300",
        True,
    )


def test_the_old_list_goes_on_to_its_last_page_and_signed_lists_do_not() -> None:
    base = "https://rate.tmall.com/list_detail_rate.htm?itemId=680100200300&order=1&currentPage="
    (following,) = read("list_detail_rate", base + "1").next_pages
    assert "currentPage=2" in following.url
    assert not following.first
    assert read("list_detail_rate", base + "3").next_pages == ()
    assert read("rate_list", LISTED).next_pages == ()


def test_a_search_goes_on_by_its_own_page_size() -> None:
    (following,) = read("search", "https://s.taobao.com/search?q=x&s=44").next_pages
    assert following.url.endswith("s=88")
    assert read("search", "https://s.taobao.com/search?q=x&s=4356").next_pages == ()


def test_a_page_that_renews_its_token_is_no_reason_to_stop_a_browser_but_without_one_a_person_must_log_in() -> None:
    for case in ("token_empty", "token_expired"):
        assert read(case, LISTED).outcome is Outcome.LOGIN_REQUIRED
        heard = read(case, LISTED, browser=True)
        assert heard.outcome is Outcome.UNAVAILABLE
        assert not heard.outcome.risk
    assert read("user_validate", LISTED, browser=True).outcome is Outcome.CAPTCHA


def test_a_shell_that_a_browser_has_not_filled_yet_is_no_changed_page() -> None:
    page = read("search_shell", "https://s.taobao.com/search?q=x", browser=True)
    assert page.outcome is Outcome.EMPTY


def test_the_totals_are_those_of_the_item() -> None:
    stats = read("rate_list", LISTED).stats
    assert stats
    assert (stats.total, stats.folded, stats.exact, stats.subject) == (500, 507, False, "taobao:680100200300")


def test_one_review_has_one_id_in_every_list() -> None:
    body = sample("rate_list").replace(b"113000000001", b"114000000001")
    first = Taobao().parse(RawPage(url=LISTED, body=body, seen_at=SEEN)).documents[0]
    second = read("review_list", "https://h5api.m.tmall.com/h5/mtop.alibaba.review.list.for.new.pc.detail/1.0/")
    assert first.id == second.documents[0].id == "taobao:114000000001"


def test_paid_rows_that_come_back_on_every_page_are_the_same_products() -> None:
    first, later = (read("search", f"https://s.taobao.com/search?q=x&s={start}") for start in (0, 44))
    skus = [product.sku for page in (first, later) for product in page.products]
    assert len(skus) == 2 * len(set(skus))
    assert not any("simba" in product.url for product in first.products)


@pytest.mark.parametrize(
    ("raw", "shown", "day_only"),
    [
        ("2026年3月4日", "2026-03-04T00:00:00+08:00", True),
        ("2026-03-04", "2026-03-04T00:00:00+08:00", True),
        ("2026年03月04日 21:05", "2026-03-04T21:05:00+08:00", False),
        (1772629504000, "2026-03-04T21:05:04+08:00", False),
        ("1772629504", "2026-03-04T21:05:04+08:00", False),
        (
            {"year": 119, "month": 6, "date": 29, "hours": 23, "minutes": 56, "seconds": 58, "timezoneOffset": -480},
            "2019-07-29T23:56:58+08:00",
            False,
        ),
        ({"time": 1564415818000, "year": 0}, "2019-07-29T23:56:58+08:00", False),
    ],
)
def test_days_and_moments_in_the_shapes_of_the_site(raw: object, shown: str, day_only: bool) -> None:
    at, day = moment(raw)
    assert at
    assert (iso_shanghai(at), day) == (shown, day_only)


@pytest.mark.parametrize("raw", ["", None, "昨天", "2026-13-40", {}, {"year": 10**9}, True, "0", 10**20, {"time": "x"}])
def test_what_is_no_moment_is_none(raw: object) -> None:
    assert moment(raw) == (None, False)


def test_a_quotation_mark_that_nobody_escaped_costs_no_review_and_a_cut_body_is_not_mended() -> None:
    url = "https://rate.tmall.com/list_detail_rate.htm?itemId=680100200300&currentPage=1"
    body = sample("list_detail_rate_bare")
    found = [d for d in Taobao().parse(RawPage(url=url, body=body, seen_at=SEEN)).documents if isinstance(d, Review)]
    assert [len(review.seller_replies) for review in found] == [1, 0]
    for part in range(10, len(body) - 1, 7):
        outcome = Taobao().parse(RawPage(url=url, body=body[:part], seen_at=SEEN)).outcome
        assert outcome in (Outcome.TRUNCATED, Outcome.CHANGED), part


def test_a_members_price_stands_beside_what_everybody_pays() -> None:
    info = {
        "price": {"priceText": "1299", "priceTitle": "券后"},
        "subPrice": {"priceText": "1234", "priceTitle": "88VIP价"},
        "quantity": "3",
    }
    body = json.dumps({"item": {"itemId": "680100200300"}, "skuCore": {"sku2info": {"5700000000001": info}}}).encode()
    url = "https://h5api.m.tmall.com/h5/mtop.taobao.pcdetail.data.get/1.0/"
    for price in Taobao().parse(RawPage(url=url, body=body, seen_at=SEEN)).prices:
        assert (price.price, price.list_price) == (Decimal("1299.00"), None)
        assert price.promotions == ("88VIP价 1234",)
