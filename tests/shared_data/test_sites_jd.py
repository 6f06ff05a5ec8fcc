"""JD's adapter and the price texts over real answers that lie beside the project (never copied into it)."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crawlers.price_text import read_price
from crawlers.sites.adapter import ParsedPage, RawPage
from crawlers.sites.jd import Jd
from crawlers.sites.values import money
from domain.documents import Review
from domain.feeds import Outcome
from domain.times import iso_shanghai

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
SITES = SHARED / "sites"
pytestmark = pytest.mark.skipif(not SITES.is_dir(), reason="no shared data beside the project")
SEEN = datetime(2026, 11, 22, tzinfo=UTC)
LIST = "https://club.jd.com/comment/productPageComments.action?fold=1&sortType=5&score=0&productId=100047982391&page="
API = "https://api.m.jd.com/client.action?body={body}&functionId="
LEGO = API.replace("{body}", '{"sku":"10060881620004"}') + "getLegoWareDetailComment"


def read(name: str, url: str) -> ParsedPage:
    body = (SITES / name).read_bytes()
    if not body.startswith(b"HTTP/"):
        return Jd().parse(RawPage(url=url, body=body, seen_at=SEEN))
    head, _, rest = body.partition(b"\n\n")
    headers = tuple(
        (key.lower(), value.strip())
        for line in head.decode().splitlines()[1:]
        for key, _, value in [line.partition(":")]
    )
    return Jd().parse(RawPage(url=url, body=rest.strip(), headers=headers, status=int(head.split()[1]), seen_at=SEEN))


def reviews(page: ParsedPage) -> list[Review]:
    return [document for document in page.documents if isinstance(document, Review)]


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SITES / name).read_text("utf-8").splitlines()]


def test_the_real_list_in_gbk_gives_ten_reviews_with_append_and_replies() -> None:
    page = read("jd/club_productPageComments_mixed.gbk.jsonp", LIST + "0")
    found = reviews(page)
    assert page.outcome is Outcome.OK
    assert len(found) == 10
    appended = next(review for review in found if review.id == "jd:22415629881")
    assert appended.append
    assert appended.append.text
    assert iso_shanghai(appended.append.published_at or SEEN) == "2025-02-24T09:47:34+08:00"
    assert sum(bool(review.seller_replies) for review in found) == 5
    assert any("\n" in review.variant for review in found)
    assert any(ord(letter) > 0xFFFF for review in found for letter in review.text)  # GBK has no such letter
    assert page.stats
    assert (page.stats.total, page.stats.exact) == (500_000, False)
    (following,) = page.next_pages
    assert following.url.endswith("page=1")


def test_past_the_end_is_the_end_and_the_same_bytes_on_the_first_page_are_an_emptied_list() -> None:
    name = "jd/club_productPageComments_beyond_last.gbk.jsonp"
    assert read(name, LIST + "100").outcome is Outcome.END
    assert read(name, LIST + "0").outcome is Outcome.BLOCKED


def test_each_of_500_real_reviews_keeps_id_text_stars_time_and_pictures() -> None:
    items = rows("jd/comments_items_bear_kettle.jsonl")
    body = json.dumps({"productCommentSummary": {}, "comments": items}).encode()
    page = Jd().parse(RawPage(url=LIST + "0", body=body, seen_at=SEEN))
    found = {review.id: review for review in reviews(page)}
    assert len(found) == len(items) == 500
    for item in items:
        review = found[f"jd:{item['id']}"]
        assert review.rating == item["score"]
        assert review.published_at
        assert iso_shanghai(review.published_at)[:19] == item["creationTime"].replace(" ", "T")
        assert review.sku == str(item["referenceId"])
        assert review.images == item.get("imageCount", 0)
        assert "{$%" not in review.text
        assert not any(entity in review.text for entity in ("&hellip;", "&mdash;", "&quot;"))
        assert len(review.seller_replies) == len(item.get("replies") or [])
        assert bool(review.append) == bool(item.get("afterUserComment"))
        assert review.text


def test_the_apps_block_is_all_strings_and_comes_out_as_numbers() -> None:
    page = read("jd/app_getLegoWareDetailComment_10060881620004.json", LEGO)
    first, second = reviews(page)
    assert (first.id, first.rating, first.likes, first.images) == ("jd:18141295702", 5, 0, 4)
    assert (second.id, second.sku) == ("jd:18359029138", "10060881620007")
    assert iso_shanghai(second.published_at or SEEN) == "2022-11-09T21:59:17+08:00"
    assert page.stats
    assert not page.stats.exact


@pytest.mark.parametrize(
    ("sku", "price", "list_price"),
    [("7340995", "459.00", None), ("100027079886", "183.00", None), ("70479667894", "3599.00", "4699.00")],
)
def test_the_apps_ware_page_tells_price_shop_title_and_stock(sku: str, price: str, list_price: str | None) -> None:
    name = f"jd/app_wareBusiness_{sku}.json"
    page = read(name, API.replace("{body}", json.dumps({"skuId": sku})) + "wareBusiness")
    (seen,), (product,) = page.prices, page.products
    assert (str(seen.price), seen.list_price, seen.in_stock) == (
        price,
        Decimal(list_price) if list_price else None,
        True,
    )
    assert product.title
    assert "旗舰店" in product.shop
    assert read(name, API.replace("{body}", '{"skuId":"1"}') + "wareBusiness").outcome is Outcome.WRONG_ITEM


def test_price_and_search_answers_are_read() -> None:
    (price,) = read("jd/price_mgets_100004770235.json", "https://p.3.cn/prices/mgets?skuIds=J_100004770235").prices
    assert (price.sku, str(price.price)) == ("jd:100004770235", "5499.00")
    api = read("jd/pc_search_searchWare_2026_reduced.json", "https://api.m.jd.com/?functionId=pc_search_searchWare")
    assert (len(api.products[0].title), str(api.prices[0].price)) == (
        4,
        "46.50",
    )  # the marks around its first word are gone
    html = read("jd/search_sony_headphones_first_half.html", "https://search.jd.com/Search?keyword=x&page=1")
    assert len(html.products) == 14  # the fifteenth li is an advert without a sku
    assert (html.products[0].sku, str(html.prices[0].price)) == ("jd:940275", "55.00")
    assert not any("<" in product.title or "  " in product.title for product in html.products)
    assert all(len(product.title) > 10 for product in html.products)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("jd_gateway_601.json", Outcome.BLOCKED),
        ("jd_pin_is_null.json", Outcome.LOGIN_REQUIRED),
        ("jd_risk_605_header_empty_body.http", Outcome.CAPTCHA),
    ],
)
def test_real_refusals_are_told_apart(name: str, outcome: Outcome) -> None:
    for url in (LEGO, LIST + "0", API.replace("{body}", "{}") + "wareBusiness"):
        assert read(f"errors/{name}", url).outcome is outcome


def test_every_real_deal_text_with_a_price_gives_it_and_the_others_none() -> None:
    texts = [row["discount"] for row in json.loads((SITES / "smzdm" / "deal_price_texts.json").read_text("utf-8"))]
    found = {text: read_price(text) for text in texts}
    without = [text for text, told in found.items() if told["price"] is None]
    assert len(without) == 3
    lowest = [text for text in without if found[text]["lowest"]]
    assert len(lowest) == 1
    assert all(("低至" in text) == (text in lowest) and ("满" in text) == (text not in lowest) for text in without)
    for text, told in found.items():
        if told["price"]:  # the payable amount opens each of these texts
            assert text.lstrip("约").startswith(told["price"].rstrip("0").rstrip("."))


def test_prices_of_a_real_price_list_are_money() -> None:
    lines = (SHARED / "products" / "haier_mall_2019.csv").read_text("utf-8-sig").splitlines()[1:]
    prices = [money(line.rsplit(",", 2)[1]) for line in lines if line.count(",") == 4]
    assert len(prices) > 400
    assert all(price is not None for price in prices)
