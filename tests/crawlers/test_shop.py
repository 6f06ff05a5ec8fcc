"""The generic shop: what schema.org words mean for prices, stock, reviews and identities."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.sites.adapter import ParsedPage, RawPage
from crawlers.sites.shop import Shop
from domain.documents import Review
from domain.feeds import Outcome
from domain.watches import Watch, WatchedProduct

SEEN = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
URL = "https://shop.yufeng.example/p/yf-35"


def parse(product: object, url: str = URL, **headers: str) -> ParsedPage:
    text = f'<html><body><script type="application/ld+json">{json.dumps(product)}</script></body></html>'
    return Shop().parse(RawPage(url=url, body=text.encode(), seen_at=SEEN, headers=tuple(headers.items())))


def product(**offer: Any) -> dict[str, Any]:
    return {"@type": "Product", "name": "峪风空调", "sku": "YF-35", "offers": {"@type": "Offer", **offer}}


@pytest.mark.parametrize(
    ("raw", "currency", "price", "told"),
    [
        ("1299.00", "CNY", "1299.00", "CNY"),
        (1299, "CNY", "1299.00", "CNY"),
        (46.5, None, "46.50", "CNY"),
        ("¥1,299", None, "1299.00", "CNY"),
        ("€1.299,00", None, "1299.00", "EUR"),
        ("1 299,00 €", "EUR", "1299.00", "EUR"),
        ("$79.99", "usd", "79.99", "USD"),
        ("1299", "RMB", "1299.00", "CNY"),
    ],
)
def test_prices_come_in_every_notation(raw: object, currency: str | None, price: str, told: str) -> None:
    (seen,) = parse(product(price=raw, priceCurrency=currency)).prices
    assert (str(seen.price), seen.currency) == (price, told)


@pytest.mark.parametrize("raw", ["0", "-1", "电询", "1e400", "NaN"])
def test_a_price_that_is_none_stays_none_with_its_words(raw: str) -> None:
    (seen,) = parse(product(price=raw)).prices
    assert (seen.price, seen.raw) == (None, raw)


@pytest.mark.parametrize(
    ("availability", "in_stock"),
    [
        ("https://schema.org/InStock", True),
        ("OutOfStock", False),
        ("http://schema.org/SoldOut/", False),
        ("?", None),
        (None, None),
    ],
)
def test_stock_is_said_or_unknown(availability: str | None, in_stock: bool | None) -> None:
    (seen,) = parse(product(price="9", availability=availability)).prices
    assert seen.in_stock is in_stock


def test_equal_skus_of_two_shops_are_two_products() -> None:
    here, there = parse(product(price="9")), parse(product(price="9"), "https://mall.ninghu.example/p")
    assert here.products[0].sku == "shop:shop.yufeng.example/YF-35"
    assert there.products[0].sku == "shop:mall.ninghu.example/YF-35"


def test_a_review_keeps_its_id_when_the_page_is_read_again_and_gets_another_when_its_text_changes() -> None:
    def review_id(text: str) -> str:
        (review,) = parse(product(price="9") | {"review": {"author": "林*", "reviewBody": text}}).documents
        return review.id

    assert review_id("外机响") == review_id("外机响") != review_id("外机不响")


def test_a_rating_of_ten_is_told_in_five_stars() -> None:
    rated = {"review": [{"reviewBody": "响", "reviewRating": {"ratingValue": "8", "bestRating": "10"}}]}
    (review,) = parse(product(price="9") | rated).documents
    assert isinstance(review, Review)
    assert review.rating == 4


def test_products_beside_the_main_one_are_not_its_offers() -> None:
    page = parse([product(price="9") | {"isRelatedTo": product(price="1")}, {"@type": "Product", "name": "别的"}])
    assert [str(price.price) for price in page.prices] == ["9.00"]


def test_a_product_without_an_offer_is_a_product_without_a_price() -> None:
    page = parse({"@type": "Product", "name": "峪风空调"})
    assert (page.outcome, len(page.products), page.prices) == (Outcome.OK, 1, ())


def test_a_charset_told_by_the_header_alone_is_believed_where_the_bytes_allow_it() -> None:
    text = '<html><body><script type="application/ld+json">{"@type":"Product","name":"Café Wärmer","offers":{"price":"9"}}</script></body></html>'
    page = Shop().parse(
        RawPage(
            url=URL,
            body=text.encode("latin-1"),
            seen_at=SEEN,
            headers=(("content-type", "text/html; charset=iso-8859-1"),),
        )
    )
    assert page.products[0].title == "Café Wärmer"


def test_a_watch_begins_with_the_products_that_are_nobody_elses() -> None:
    urls = (URL, "https://item.jd.com/42.html", "https://weibo.com/1/x", "ftp://x/y", "nonsense", URL)
    watch = Watch(name="峪风", products=tuple(WatchedProduct(url=url) for url in urls))
    assert [(page.page, page.url, page.watch) for page in Shop().first_pages(watch)] == [("product", URL, "峪风")]


def test_a_broken_attribute_does_not_hide_what_opengraph_says() -> None:
    text = (
        '{}<html><head><meta property="og:title" content="峪风 空调"{}< x><meta property="product:price:amount" content="99">'
        '<meta property="product:price:currency" content="CNY"></head><body></body></html>'
    )
    page = Shop().parse(RawPage(url=URL, body=text.encode(), seen_at=SEEN))
    assert [str(price.price) for price in page.prices] == ["99.00"]
