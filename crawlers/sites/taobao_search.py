"""Taobao's search list: the old page's `g_page_config`, the page as a browser draws it, and the answer of the search API."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
from parsel import Selector

from crawlers.sites.adapter import JsonObject
from crawlers.sites.answers import Refused
from crawlers.sites.taobao_addresses import item_url
from crawlers.sites.taobao_wares import amount
from crawlers.sites.values import mapping, name, one_line, rows, whole
from domain.feeds import Outcome
from domain.prices import PriceObservation, Product

CONFIG = re.compile(r"g_page_config\s*=\s*(?=\{)")
AUCTIONS = re.compile(r'"auctions"\s*:\s*(?=\[)')
CARD = "[class*='doubleCard--'], [class*='Card--doubleCard']"


@attrs.frozen(kw_only=True)
class Found:
    """A search list: products with their prices, each once, and the site's own total."""

    products: tuple[Product, ...]
    prices: tuple[PriceObservation, ...]
    total: int | None = None
    page_size: int | None = None
    last_page: int | None = None


def page_config(text: str) -> JsonObject | None:
    """The list's data in a page or script; None where there are none. Raises Refused(truncated) where they are cut."""
    decoder, begun = json.JSONDecoder(strict=False), False
    for pattern in (CONFIG, AUCTIONS):
        for found in pattern.finditer(text):
            begun = True
            try:
                value, _ = decoder.raw_decode(text, found.end())
            except (ValueError, RecursionError):
                continue
            if pattern is CONFIG:
                return mapping(value)
            if rows(value):  # the empty one may be of another list
                return {"auctions": value}
    if begun:
        raise Refused(Outcome.TRUNCATED, "the search list ends in the middle")
    return None


def config_list(config: JsonObject, seen_at: datetime) -> Found | None:
    """The list in a `g_page_config`; None where it has no item list at all."""
    mods = mapping(config.get("mods"))
    data, pager = mapping(mapping(mods.get("itemlist")).get("data")), mapping(mapping(mods.get("pager")).get("data"))
    auctions = data.get("auctions", config.get("auctions"))
    if auctions is None and not mods:
        return None
    return _found(
        (_auction(row, seen_at) for row in _organic(rows(auctions))),
        raw=auctions,
        total=whole(pager.get("totalCount")),
        page_size=whole(pager.get("pageSize")),
        last_page=whole(pager.get("totalPage")),
    )


def api_list(data: JsonObject, seen_at: datetime) -> Found | None:
    """The list of the search API; None where the answer holds none."""
    items = data.get("itemsArray")
    if not isinstance(items, list):
        return None
    main = mapping(data.get("mainInfo"))
    total = whole(main.get("totalResults") or main.get("totalCount"))
    return _found((_api_item(row, seen_at) for row in _organic(rows(items))), raw=items, total=total)


def drawn_list(text: str, seen_at: datetime) -> Found | None:
    """The list as a browser drew it, cards with the price in two parts; None where there is no card."""
    cards = Selector(text=text).css(CARD)
    if not cards:
        return None
    return _found((_card(card, seen_at) for card in cards), raw=True)


Offer = tuple[Product, PriceObservation]


def _found(
    offers: Iterable[Offer | None],
    *,
    raw: Any,  # the list as the site sent it
    total: int | None = None,
    page_size: int | None = None,
    last_page: int | None = None,
) -> Found:
    once: dict[str, Offer] = {}
    for offer in offers:
        if offer:
            once.setdefault(offer[0].sku, offer)
    if raw and not once:
        raise Refused(Outcome.CHANGED, "a search list whose rows have no id and title")
    return Found(
        products=tuple(product for product, _ in once.values()),
        prices=tuple(price for _, price in once.values() if price.raw),
        total=total,
        page_size=page_size,
        last_page=last_page,
    )


def _organic(found: list[JsonObject]) -> list[JsonObject]:
    """Without the paid rows (p4p) that stand beside the unpaid row of the same item; they come back on every page."""
    unpaid = {_number(row) for row in found if not _paid(row)}
    return [row for row in found if not _paid(row) or _number(row) not in unpaid]


def _number(row: JsonObject) -> str:
    link = str(row.get("detail_url") or row.get("auctionURL") or row.get("clickUrl") or "")
    return name(row.get("nid") or row.get("item_id")) or _id_in(link)


def _paid(row: JsonObject) -> bool:
    flags = (row.get(key) for key in ("p4p", "isP4p", "isP4P", "p4pAd"))
    return any(str(flag).lower() in ("1", "true") for flag in flags) or "click.simba" in str(row.get("detail_url"))


def _auction(row: JsonObject, seen_at: datetime) -> Offer | None:
    link = str(row.get("detail_url") or "")
    shop = mapping(row.get("shopcard"))
    return _offer(
        number=_number(row),
        title=one_line(row.get("raw_title")) or one_line(row.get("title")),
        shop=one_line(row.get("nick")),
        raw=one_line(row.get("view_price")) or name(row.get("view_price")),
        before=row.get("reserve_price"),
        sales=row.get("view_sales"),
        tmall="tmall.com" in link or shop.get("isTmall") in (True, "true"),
        seen_at=seen_at,
    )


def _api_item(row: JsonObject, seen_at: datetime) -> Offer | None:
    link = str(row.get("auctionURL") or row.get("clickUrl") or "")
    shown = mapping(row.get("priceShow"))
    raw = [one_line(value) or name(value) for value in (shown.get("price"), row.get("priceWap"), row.get("price"))]
    shops = (mapping(row.get("shopInfo")).get("title"), row.get("nick"))
    return _offer(
        number=_number(row),
        title=one_line(row.get("title")),
        shop=next((said for value in shops if (said := one_line(value))), ""),
        raw=next((text for text in raw if text), ""),
        before=row.get("originalPrice"),
        sales=row.get("realSales"),
        tmall="tmall.com" in link,
        seen_at=seen_at,
    )


def _card(card: Selector, seen_at: datetime) -> Offer | None:
    # by XPath: `attrib` raises where a broken page has an attribute of an impossible name
    link = next((href for href in card.xpath(".//a/@href | @href | ancestor::a/@href").getall() if _id_in(href)), "")
    marks = " ".join(card.xpath("@id | .//a/@id | ancestor::a/@id").getall())
    found = re.search(r"item_id_(\d+)", marks)
    return _offer(
        number=_id_in(link) or (found.group(1) if found else ""),
        title=_said(card, "title--"),
        shop=_said(card, "shopName--", "shopNameText--"),
        raw=_said(card, "priceInt--") + _said(card, "priceFloat--"),
        before=None,
        sales=_said(card, "realSales--"),
        tmall="tmall.com" in link,
        seen_at=seen_at,
    )


def _said(card: Selector, *classes: str) -> str:
    """The text of the first part whose class holds one of these words."""
    named = " or ".join(f"contains(@class, '{word}')" for word in classes)
    return one_line(card.xpath(f"string(.//*[{named}][1])").get())


def _offer(
    *,
    number: str,
    title: str,
    shop: str,
    raw: str,
    before: Any,  # the site's own values
    sales: Any,
    tmall: bool,
    seen_at: datetime,
) -> Offer | None:
    if not number.isdecimal() or not title:
        return None
    sku, url, price, list_price = f"taobao:{number}", item_url(number, tmall=tmall), amount(raw), amount(before)
    product = Product(sku=sku, source="taobao", title=title, shop=shop, url=url, sales=whole(sales))
    return product, PriceObservation(
        sku=sku,
        source="taobao",
        shop=shop,
        price=price,
        list_price=list_price if price and list_price and list_price > price else None,
        raw=raw,
        title=title,
        url=url,
        seen_at=seen_at,
    )


def _id_in(link: str) -> str:
    try:
        return (parse_qs(urlsplit(link).query).get("id") or [""])[0]
    except ValueError:
        return ""
