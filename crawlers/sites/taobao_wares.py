"""Products and prices of Taobao and Tmall: the item's data, as the page's script loads them or as the page itself carries them."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs

from crawlers.price_text import price_in
from crawlers.sites.adapter import JsonObject
from crawlers.sites.taobao_addresses import item_url
from crawlers.sites.values import mapping, money, name, one_line, rows, whole
from domain.prices import PriceObservation, Product

RANGE = re.compile(r"([\d.,]+)\s*[-~至–—]\s*[¥￥]?([\d.,]+)")
NOT_THE_PRICE = re.compile(r"定金|订金|预付|首付|月供|每期|期免息|运费|预售定")
NOT_FOR_ALL = re.compile(r"VIP|会员|新人|新客|首单|拼团|团购|多件|\d件", re.IGNORECASE)
"""Prices of members, newcomers and groups: said beside the price, never instead of it."""
BEFORE = re.compile(r"优惠前|原价|划线|专柜|吊牌|建议零售|价格$")
PROMOTIONAL = re.compile(r"优惠|促销|活动|领券|coupon|promotion", re.IGNORECASE)
STOCKED = {"有货": True, "无货": False, "缺货": False, "售罄": False, "已售罄": False}
PAGE_DATA = re.compile(r'"res"\s*:\s*(?=\{)')
EMPTY = ("", "0", "0.00", "null")


Titled = tuple[Decimal, str, str]
"""An amount, the site's title of it, and its text."""


@attrs.frozen(kw_only=True)
class Asked:
    """What is asked for an item or one of its variants."""

    price: Decimal | None = None
    """What one buyer pays."""
    before: Decimal | None = None
    """What is struck through."""
    raw: str = ""
    promotions: tuple[str, ...] = ()
    in_stock: bool | None = None


@attrs.frozen(kw_only=True)
class Ware:
    """An item's data: what it is, and its prices, the item's own first and then each variant's."""

    item: str
    product: Product
    prices: tuple[PriceObservation, ...]


def read_ware(data: JsonObject, *, asked_item: str, asked_sku: str, seen_at: datetime) -> Ware | None:
    """What an item's data say; None where they name no item and no price."""
    data = _unstacked(data)
    item = name(mapping(data.get("item")).get("itemId")) or name(
        mapping(_parts(data).get("umpPriceLogVO")).get("xobjectId")
    )
    variants = {
        sku: _variant(mapping(info)) for sku, info in mapping(mapping(data.get("skuCore")).get("sku2info")).items()
    }
    shown = _shown(data)
    if not item and not variants and shown.price is None:
        return None
    number, offers = item or asked_item, _offers(data)
    own = _own(variants, shown, asked_sku)
    product = _product(data, number)
    names = _variant_names(data)
    observe = Observer(product=product, offers=offers, seen_at=seen_at)
    prices = [observe.price(number, own)] if own.raw or own.in_stock is not None else []
    prices += [
        observe.price(sku, asked, variant=names.get(sku, ""))
        for sku, asked in variants.items()
        if sku != "0" and sku.isdecimal() and (asked.raw or asked.in_stock is not None)
    ]
    return Ware(item=item, product=product, prices=tuple(prices))


def page_ware(text: str) -> JsonObject:
    """The item's data that the product page carries in its own script; empty where it has none."""
    decoder = json.JSONDecoder(strict=False)
    for found in PAGE_DATA.finditer(text):
        try:
            value, _ = decoder.raw_decode(text, found.end())
        except (ValueError, RecursionError):
            continue
        if "item" in mapping(value) or "skuCore" in mapping(value):
            return mapping(value)
    return {}


def page_title(text: str) -> str:
    """The product's name out of the page's title; empty where it has none."""
    found = re.search(r"<title[^>]*>([^<]{1,300})", text, re.IGNORECASE)
    title = one_line(found.group(1)) if found else ""
    return re.sub(r"\s*[-_–]\s*(?:tmall\.com|taobao\.com|天猫|淘宝网?).*$", "", title, flags=re.IGNORECASE).strip()


def amount(raw: Any) -> Decimal | None:  # a site's own price: "1388", "99.00-199.00", "¥7.90", "券后 53.03 起"
    """What one buyer pays at least, by a price text; of a range its lower end. None where there is no price."""
    text = one_line(raw) or (str(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else "")
    plain = money(text.removesuffix("起"))
    if plain is not None or not text:
        return plain
    span = RANGE.search(text)
    if span:
        return money(span.group(1))
    return price_in(text).price


@attrs.frozen(kw_only=True)
class Observer:
    """Makes price observations of one product at one moment."""

    product: Product
    offers: tuple[str, ...]
    seen_at: datetime

    def price(self, sku: str, asked: Asked, *, variant: str = "") -> PriceObservation:
        """One observation: of the item itself, or of a variant with its name."""
        number = self.product.sku.removeprefix("taobao:")
        return PriceObservation(
            sku=f"taobao:{sku}",
            source="taobao",
            shop=self.product.shop,
            price=asked.price,
            list_price=asked.before if asked.before and asked.price and asked.before > asked.price else None,
            promotions=tuple(dict.fromkeys((*asked.promotions, *self.offers))),
            in_stock=asked.in_stock,
            raw=asked.raw,
            title=f"{self.product.title} {variant}".strip(),
            url=self.product.url if sku == number else f"{self.product.url}&skuId={sku}",
            seen_at=self.seen_at,
        )


def _own(variants: dict[str, Asked], shown: Asked, asked_sku: str) -> Asked:
    """The item's own price: of the variant asked for, else its summary, else its cheapest variant that can be bought."""
    priced = {sku: asked for sku, asked in variants.items() if sku != "0" and asked.price is not None}
    stocked = [asked for asked in priced.values() if asked.in_stock is not False]
    whole_item = variants.get("0", Asked())
    can_be_bought = (
        bool(stocked) if priced else whole_item.in_stock if whole_item.in_stock is not None else shown.in_stock
    )
    if asked_sku in priced:
        return priced[asked_sku]
    cheapest = min(stocked or list(priced.values()), key=lambda asked: asked.price or 0, default=Asked())
    summary = next((asked for asked in (cheapest, whole_item, shown) if asked.price is not None), whole_item)
    return attrs.evolve(summary, in_stock=can_be_bought)


def _variant(info: JsonObject) -> Asked:
    pieces = [mapping(info.get(key)) for key in ("subPrice", "price")]
    quantity, text = whole(info.get("quantity")), one_line(info.get("quantityText"))
    stock = next((is_there for words, is_there in STOCKED.items() if words in text), None)
    return attrs.evolve(_read(pieces), in_stock=stock if quantity is None else quantity > 0)


def _shown(data: JsonObject) -> Asked:
    """The prices at the head of the page."""
    vo = mapping(_parts(data).get("priceVO")) or mapping(data.get("price"))
    extra = vo.get("extraPrice") or vo.get("extraPrices") or vo.get("subPrice")
    return _read(
        [
            *(rows(extra) if isinstance(extra, list) else [mapping(extra)]),
            mapping(vo.get("price")),
            *rows(vo.get("prices")),
        ]
    )


def _read(pieces: Iterable[JsonObject]) -> Asked:
    """A pair of prices with their titles: the lower is what a buyer pays, the other what was asked before."""
    found, others = list[Titled](), list[Titled]()
    for piece in pieces:
        title, text = one_line(piece.get("priceTitle") or piece.get("title")), one_line(piece.get("priceText"))
        fen = name(piece.get("priceMoney"))
        value = amount(text) or (money(f"{Decimal(fen) / 100:f}") if fen.isdecimal() and len(fen) < 12 else None)
        if value is not None and not NOT_THE_PRICE.search(title):
            (others if NOT_FOR_ALL.search(title) else found).append((value, title, text or str(value)))
    if not found:
        return Asked(promotions=tuple(f"{title} {text}" for _, title, text in others))
    price = min([each for each in found if not BEFORE.search(each[1])] or found)
    top = max(found)
    lower = price[0] < top[0] and price[1]
    return Asked(
        price=price[0],
        before=top[0] if top[0] > price[0] else None,
        raw=" ".join(dict.fromkeys(f"{title}{text}" for _, title, text in found)),
        promotions=tuple(f"{title} {text}" for _, title, text in [*([price] if lower else []), *others]),
    )


def _offers(data: JsonObject) -> tuple[str, ...]:
    """Coupons and reductions in the site's own words."""
    found: list[str] = []
    for info in rows(mapping(_parts(data).get("extensionInfoVO")).get("infos")):
        if PROMOTIONAL.search(f"{info.get('title')} {info.get('type')}"):
            found += _texts(info.get("items"))
    for key in ("umpVO", "promotionVO", "couponVO"):
        found += _texts(mapping(_parts(data).get(key)).get("items"))
    for key in ("shopProm", "shopPromTitle", "priceTag", "coupons"):
        found += _texts(mapping(data.get("price")).get(key))
    return tuple(dict.fromkeys(found))


def _texts(raw: Any, deep: int = 4) -> list[str]:  # any JSON value
    if isinstance(raw, str):
        return [said] if (said := one_line(raw)) else []
    if isinstance(raw, list) and deep:
        return [said for each in raw[:50] for said in _texts(each, deep - 1)]
    part = mapping(raw)
    return next(
        (found for key in ("text", "content", "title") if key in part and (found := _texts(part[key], deep - 1))), []
    )


def _product(data: JsonObject, number: str) -> Product:
    item, seller, parts = mapping(data.get("item")), mapping(data.get("seller")), _parts(data)
    head = mapping(parts.get("titleVO"))
    titles = (item.get("title"), mapping(head.get("title")).get("title"), head.get("title"))
    sold = (item.get("vagueSellCount"), item.get("sellCount"), head.get("salesDesc"))
    shops = (seller.get("shopName"), mapping(parts.get("storeCardVO")).get("shopName"), seller.get("sellerNick"))
    tmall = name(seller.get("sellerType")) != "C"
    return Product(
        sku=f"taobao:{number}",
        source="taobao",
        title=next((said for raw in titles if (said := one_line(raw))), ""),
        brand=next(_brands(item, parts), ""),
        shop=next((said for raw in shops if (said := one_line(raw))), ""),
        url=item_url(number, tmall=tmall) if number else "",
        sales=next((found for raw in sold if (found := whole(raw)) is not None), None),
    )


def _brands(item: JsonObject, parts: JsonObject) -> Iterator[str]:
    for pair in rows(mapping(item.get("industryParamVO")).get("basicParamList")):
        if one_line(pair.get("propertyName")) == "品牌":
            yield one_line(pair.get("valueName"))
    for info in rows(mapping(parts.get("extensionInfoVO")).get("infos")):
        for pair in rows(info.get("items")):
            if one_line(pair.get("title")) == "品牌":
                yield next(iter(_texts(pair.get("text"))), "")


def _variant_names(data: JsonObject) -> dict[str, str]:
    """Variant id → its properties' names, by `pid:vid` pairs."""
    base = mapping(data.get("skuBase"))
    named = {
        f"{prop.get('pid')}:{value.get('vid')}": one_line(value.get("name"))
        for prop in rows(base.get("props"))
        for value in rows(prop.get("values"))
    }
    paths = ((name(row.get("skuId")), row.get("propPath")) for row in rows(base.get("skus")))
    return {
        sku: " ".join(named[pair] for pair in path.split(";") if named.get(pair))
        for sku, path in paths
        if isinstance(path, str)
    }


def _parts(data: JsonObject) -> JsonObject:
    return mapping(data.get("componentsVO"))


def _unstacked(data: JsonObject) -> JsonObject:
    """The older answer keeps price and stock as JSON text in `apiStack`: laid over the rest."""
    stack = next((row.get("value") for row in rows(data.get("apiStack"))), None)
    try:
        over = mapping(json.loads(stack)) if isinstance(stack, str) else mapping(stack)
    except (ValueError, RecursionError):
        over = {}
    joined = {**data, **over}
    for key in ("item", "seller", "skuCore"):
        joined[key] = {**mapping(data.get(key)), **mapping(over.get(key))}
    return joined
