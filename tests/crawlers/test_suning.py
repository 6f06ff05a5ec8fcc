"""Suning's adapter: addresses with filled-up ids, where it begins, how it goes on, and when a promotion counts."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from crawlers.sites.adapter import ParsedPage, RawPage
from crawlers.sites.suning import Suning
from crawlers.sites.suning_addresses import read_address
from domain.documents import Review
from domain.watches import Watch, WatchedProduct

SEEN = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
SAMPLES = Path(__file__).parents[1] / "samples" / "suning"
PAD = "000000011800300400"
ITEM = "https://product.suning.com/0070100200/11800300400.html"
PRICE = f"https://icps.suning.com/icps-web/getVarnishAllPrice014/{PAD}_020_0200101_0070100200_1_getClusterPrice.vhtm"


def read(body: bytes, url: str, seen_at: datetime = SEEN) -> ParsedPage:
    return Suning().parse(RawPage(url=url, body=body, seen_at=seen_at))


def sample(case: str) -> bytes:
    return next((SAMPLES / case).glob("page.*")).read_bytes()


@pytest.mark.parametrize(
    ("url", "page", "sku", "shop", "number"),
    [
        (ITEM, "item", "11800300400", "0070100200", 1),
        (f"https://product.suning.com/0070100200/{PAD}.html?x=1", "item", "11800300400", "0070100200", 1),
        ("https://m.suning.com/product/0000000000/690300400.html", "item", "690300400", "0000000000", 1),
        (
            f"https://review.suning.com/ajax/cluster_review_lists/cluster-37200300-{PAD}-0000000000-again-7-default-10-----reviewList.htm",
            *("reviews", "11800300400", "0000000000", 7),
        ),
        (
            "https://review.suning.com/ajax/review_lists/style-000000000690300400-0000000000-bad-2-default-10-----reviewList.htm?callback=q",
            *("reviews", "690300400", "0000000000", 2),
        ),
        (
            f"https://review.suning.com/ajax/cluster_review_satisfy/cluster-37200300-{PAD}-0000000000-----satisfy.htm",
            *("counts", "11800300400", "0000000000", 1),
        ),
        (
            "https://review.suning.com/ajax/cluster_review_satisfy/style--000000000690300400-0000000000-----satisfy.htm",
            *("counts", "690300400", "0000000000", 1),
        ),
        (
            "https://pas.suning.com/nspcpackage_000000000690300400_0000000000_574_5740101__0_1.html",
            *("price", "690300400", "0000000000", 1),
        ),
        (PRICE + "?callback=x", "price", "11800300400", "0070100200", 1),
        (
            f"https://pas.suning.com/nspcsale_0_{PAD}_{PAD}_0070100200_10_010_0100101.html?callback=pcData",
            *("price", "11800300400", "0070100200", 1),
        ),
    ],
)
def test_an_address_tells_page_product_shop_and_page_number(
    url: str, page: str, sku: str, shop: str, number: int
) -> None:
    address = read_address(url)
    assert address
    assert (address.page, address.skus, address.shop, address.number) == (page, (sku,), shop, number)


def test_an_address_of_nobody_is_not_read() -> None:
    for url in ("https://www.suning.com/", "https://review.suning.com/ajax/x/y.htm", "https://pas.suning.com/", "::"):
        assert Suning().page_of(url) is None


def test_a_product_begins_with_its_page_its_totals_and_its_price_in_one_city() -> None:
    watch = Watch(name="w", products=(WatchedProduct(url=ITEM), WatchedProduct(url="https://item.jd.com/1.html")))
    found = list(Suning().first_pages(watch))
    assert [request.page for request in found] == ["item", "counts", "price"]
    address = read_address(found[2].url)
    assert address
    assert address.city == "010_0100101"
    assert all(Suning().page_of(request.url) == request.page for request in found)


def test_the_product_page_leads_to_the_list_of_all_variants_newest_and_bad() -> None:
    page = read(sample("item"), ITEM)
    assert [request.url.split("?")[0].rsplit("/", 1)[1] for request in page.next_pages] == [
        f"cluster-37200300-{PAD}-0070100200-{kind}-1-default-10-----reviewList.htm" for kind in ("total", "bad")
    ]
    alone = read(sample("item_self"), ITEM.replace("0070100200", "0000000000"))
    assert all("/review_lists/general-" in request.url for request in alone.next_pages)


def test_a_list_goes_on_to_page_50_and_no_further() -> None:
    url = f"https://review.suning.com/ajax/review_lists/general-{PAD}-0070100200-total-%d-default-10-----reviewList.htm"
    (following,) = read(sample("reviews_general"), url % 49).next_pages
    assert following.url == url % 50
    assert not following.first
    assert read(sample("reviews_general"), url % 50).next_pages == ()


@pytest.mark.parametrize(
    ("seen", "price"),
    [
        ("2026-03-08T23:59:59+08:00", "2388.00"),
        ("2026-03-09T00:00:00+08:00", "2368.00"),
        ("2026-03-12T23:58:59+08:00", "2368.00"),
        ("2026-03-12T23:59:00+08:00", "2388.00"),
    ],
)
def test_a_promotion_counts_from_its_start_until_its_end(seen: str, price: str) -> None:
    (observed,) = read(sample("price_cluster"), PRICE, datetime.fromisoformat(seen)).prices
    assert observed.price == Decimal(price)
    assert bool(observed.promotions) == (price == "2368.00")


def test_the_price_of_each_city_says_of_which_city_it_is() -> None:
    places = {}
    for city in ("020_0200101", "755_7550101"):
        (observed,) = read(sample("price_cluster"), PRICE.replace("020_0200101", city)).prices
        places[city] = observed.url
    assert all(url.endswith(f"#city={city}") for city, url in places.items())


def test_a_promotion_below_the_final_price_counts_only_in_its_time() -> None:
    body = json.dumps([json.loads(sample("price_cluster")[16:-2])[0] | {"price": "2500.00"}]).encode()
    (inside,) = read(body, PRICE).prices
    (after,) = read(body, PRICE, datetime(2026, 4, 1, tzinfo=UTC)).prices
    assert (inside.price, after.price) == (Decimal("2368.00"), Decimal("2500.00"))


def test_a_reply_may_be_a_bare_text_and_a_day_may_stand_in_the_text_beside_the_moment() -> None:
    row = {"commodityReviewId": 1, "content": "好", "publishTimeStr": "2026-03-01", "replyInfo": "谢谢"}
    url = f"https://review.suning.com/ajax/review_lists/general-{PAD}-0070100200-total-1-default-10-----reviewList.htm"
    (review,) = read(json.dumps({"commodityReviews": [row]}).encode(), url).documents
    assert isinstance(review, Review)
    assert ([reply.text for reply in review.seller_replies], review.date_only) == (["谢谢"], True)
