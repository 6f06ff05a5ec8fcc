"""什么值得买's deals, row by row: JSON rows and the cards of its web pages to prices and products."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import attrs
from parsel import Selector

from crawlers.price_text import price_in
from crawlers.sites.adapter import JsonObject
from crawlers.sites.clock_times import epoch, moment
from crawlers.sites.values import mapping, name, one_line
from crawlers.sites.web_pages import attribute
from domain.prices import PriceObservation, Product

_ID = re.compile(r"(?:/p/|/youhui/|/haitao/|/faxian/|/news/)(\d{4,12})\b")
_OVER = re.compile(r"已?过期|已?售罄|已?结束|已?抢光|已?失效")
_FLAGS = (
    *("article_is_sold_out", "article_is_timeout", "is_sold_out", "is_timeout", "article_stock_status"),
    *("sold_out", "timeout", "is_expired"),
)
_OFF = frozenset({"", "0", "false", "none", "null", "no", "否", "正常"})


@attrs.frozen(kw_only=True)
class Deal:
    """One deal of a list."""

    id: str
    title: str
    price: str
    """Free text: 1399元包邮（1499-100）."""
    mall: str = ""
    brand: str = ""
    category: str = ""
    published_at: datetime | None = None
    """Aware UTC; None = not said."""
    over: bool | None = None
    """Sold out or expired; None = the list does not say."""


def deals_in(rows: Iterable[JsonObject], seen_at: datetime) -> Iterator[Deal]:
    """The deals among JSON rows; articles that name no price are none."""
    for row in rows:
        id_ = name(row.get("article_id") or row.get("id"))
        title, price = one_line(row.get("article_title") or row.get("title")), _price_text(row)
        if not (id_ and title and price):
            continue
        tags = mapping(row.get("gtm"))
        yield Deal(
            id=id_,
            title=title,
            price=price,
            mall=_named(row.get("article_mall")) or _named(row.get("mall")),
            brand=_named(row.get("brand")) or one_line(tags.get("brand")),
            category=one_line(mapping(row.get("article_category")).get("title")) or one_line(tags.get("cates_str")),
            published_at=epoch(row.get("article_timesort") or row.get("timesort"))
            or next((at for key in _DATES if (at := moment(row.get(key), seen_at).at)), None),
            over=_over(row),
        )


def cards_in(html: str, seen_at: datetime) -> Iterator[Deal]:
    """The deals among the cards of a list page, mobile or desktop; cards that name no price are none."""
    for card in Selector(text=html or " ", type="html").css("li, div.feed-row-wide, div.list_preferential"):
        if card.css("li li, div.feed-row-wide div.feed-row-wide") or not (id_ := _card_id(card)):
            continue
        heading = card.css("h5 a, .feed-block-title a, h2, .z-feed-title a, h4 a, h3 a")
        price = one_line(next(iter(card.css(_PRICE_IN_CARD).getall()), ""))
        title = one_line(heading.xpath("@title").get() or "") or _title_of(heading, price)
        if not (title and price):
            continue
        said, mall = _foot(card)
        yield Deal(
            id=id_,
            title=title,
            price=price,
            mall=mall,
            published_at=moment(said, seen_at).at,
            over=True if _OVER.search(" ".join(_labels(card))) else None,
        )


def price_of(deal: Deal, seen_at: datetime) -> PriceObservation:
    """The price of a deal. It was true when the deal was published: that is its moment, unless the deal is over by now."""
    found = price_in(deal.price)
    known = deal.published_at if deal.published_at and not deal.over else None
    return PriceObservation(
        sku=f"smzdm:{deal.id}",
        source="smzdm",
        shop=deal.mall,
        price=found.price,
        promotions=(f"低至 {found.lowest:.2f} {found.currency}",) if found.lowest is not None else (),
        in_stock=None if deal.over is None else not deal.over,
        currency=found.currency or "CNY",
        raw=deal.price[:200],
        title=deal.title,
        brand=deal.brand,
        url=deal_url(deal),
        seen_at=min(known, seen_at) if known else seen_at,
    )


def product_of(deal: Deal) -> Product:
    """What the deal sells: the article's id stands for the product."""
    return Product(
        sku=f"smzdm:{deal.id}",
        source="smzdm",
        title=deal.title,
        brand=deal.brand,
        shop=deal.mall,
        url=deal_url(deal),
        category=deal.category,
    )


def deal_url(deal: Deal) -> str:
    """The public page of a deal."""
    return f"https://www.smzdm.com/p/{deal.id}/"


_DATES = ("article_date", "publish_date_lt", "article_pubdate", "article_format_date", "publish_date", "pubdate")
_PRICE_IN_CARD = (
    ".z-highlight, .tips em:not(.person), .price, .list_preferential_price, .feed-block-price, .article-price"
)


def _price_text(row: JsonObject) -> str:
    for key in ("article_price", "price", "article_subtitle"):
        if isinstance(row.get(key), str | int) and (found := one_line(str(row[key]))):
            return found
    return ""


def _named(value: Any) -> str:  # a name, or a node with one
    node = mapping(value)
    return one_line(node.get("name") or node.get("title")) if node else one_line(value)


def _over(row: JsonObject) -> bool | None:
    flags = [str(row[key]).strip().lower() for key in _FLAGS if key in row and not isinstance(row[key], dict | list)]
    words = " ".join(str(row.get(key) or "") for key in ("article_yh_type", "status_text", "article_tag"))
    if _OVER.search(words) or any(flag not in _OFF for flag in flags):
        return True
    return False if flags else None


def _card_id(card: Selector) -> str:
    given = card.xpath("@articleid | @data-article-id | @article_id").get() or ""
    hit = re.search(r"(\d{4,12})$", given)
    return hit[1] if hit else next((m[1] for href in card.css("a::attr(href)").getall() if (m := _ID.search(href))), "")


def _title_of(heading: Any, price: str) -> str:  # a list of selectors
    """The heading's words without the price that some layouts put behind them."""
    words = one_line(heading.get() or "")
    return words.removesuffix(price).strip() if words != price else ""


def _foot(card: Selector) -> tuple[str, str]:
    """When and where, as the foot of a card says it: the mobile address line, or the desktop's extras."""
    place = card.css("address")
    if place:
        return one_line(place.css("span").get()), one_line(" ".join(place.xpath("text()").getall()))
    extras = card.css(".feed-block-extras, .z-feed-foot-r .feed-block-extras")
    mall = one_line(extras.xpath(".//span | .//a").get())
    words = [one_line(text) for text in extras[:1].xpath("text()").getall()]
    return next((word for word in words if word), ""), mall


def _labels(card: Selector) -> Iterator[str]:
    """The short marks of a card, not its title or description: 已过期, 售罄."""
    for mark in card.css(
        ".z-img-tag, .feed-tag, .tag, .state, .icon_tags, .z-tag, .s_icon, .icon-status, .img-tag, .over"
    ):
        yield one_line(mark.get()) + " " + attribute(mark, "title")
    yield from (
        "已过期"
        for mark in card.xpath(".//@class | @class").getall()
        if re.search(r"\b(?:expired|sold-?out|timeout)\b", mark)
    )
