"""What a web page says in schema.org words (JSON-LD, else microdata): products, offers, ratings and reviews."""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

import attrs
from lxml.etree import LxmlError
from parsel import Selector
from price_parser import Price

from crawlers.sites.adapter import JsonObject, Stats
from crawlers.sites.values import count, mapping, name, one_line, plain, rows, whole
from domain.documents import Review
from domain.prices import PriceObservation, Product
from domain.times import day_start, parse_iso

STOCK = {
    **dict.fromkeys(("instock", "limitedavailability", "onlineonly", "instoreonly"), True),
    **dict.fromkeys(("outofstock", "soldout", "discontinued", "backorder", "preorder", "presale"), False),
}
CURRENCIES = {
    "¥": "CNY",
    "￥": "CNY",
    "元": "CNY",
    "RMB": "CNY",
    "$": "USD",
    "US$": "USD",
    "€": "EUR",
    "£": "GBP",
    "HK$": "HKD",
}
STRUCK = ("listprice", "strikethroughprice", "srp", "msrp", "suggestedretailprice")
UNREADABLE = (ValueError, LxmlError, RecursionError, AttributeError, KeyError, TypeError, IndexError)
"""What extruct and lxml raise on pages that no browser would show either."""
DEEPEST, MOST = 6, 200


@attrs.frozen(kw_only=True)
class Place:
    """Where and when a page was read."""

    host: str
    url: str
    shop: str
    """Name that the site gives itself; may be empty."""
    seen_at: datetime


def described(text: str, url: str) -> list[JsonObject]:
    """Every node that the page describes, outermost first; microdata only where no JSON-LD speaks of a product."""
    nodes = [node for script in _scripts(text) for item in _jsonld(script) for node in _walk(item, 0)]
    if any(is_a(node, "product") or is_a(node, "productgroup") for node in nodes) or "itemscope" not in text:
        return nodes
    return nodes + [node for item in _microdata(text, url) for node in _walk(item, 0)]


def is_a(node: JsonObject, kind: str) -> bool:
    """Is the node of this schema.org type? kind: lower case."""
    types = node.get("@type")
    return any(
        isinstance(t, str) and t.rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() == kind
        for t in (types if isinstance(types, list) else [types])
    )


def products_in(nodes: list[JsonObject]) -> list[JsonObject]:
    """Product groups, then products, those with an offer first; the first is what the page is about."""
    found = [n for n in nodes if is_a(n, "productgroup")] + [n for n in nodes if is_a(n, "product")]
    found = [n for n in found if one_line(n.get("name")) or n.get("offers")]
    return sorted(found, key=lambda node: not (node.get("offers") or node.get("hasVariant")))


def variants_of(product: JsonObject) -> list[JsonObject]:
    """The variants that are sold, or the product itself."""
    return [node for node in _nodes(product.get("hasVariant")) if node.get("offers")][:MOST] or [product]


def offers_of(node: JsonObject, main: JsonObject, place: Place) -> Iterator[tuple[Product, PriceObservation | None]]:
    """The product and each offer for it; the product alone where it has none."""
    offers = [o for outer in _nodes(node.get("offers")) for o in (_nodes(outer.get("offers")) or [outer])][:MOST]
    for offer in offers or [{}]:
        sku = _sku(node, offer, place)
        product = Product(
            sku=f"shop:{place.host}/{sku}",
            source="shop",
            title=one_line(node.get("name")) or one_line(main.get("name")),
            brand=_named(node.get("brand")) or _named(main.get("brand")) or _named(main.get("manufacturer")),
            shop=_named(offer.get("seller")) or place.shop or place.host,
            url=place.url,
            category=one_line(main.get("category")),
        )
        yield product, _observed(offer, product, place) if offer else None


def reviews_of(node: JsonObject, product: Product, place: Place) -> Iterator[Review]:
    """The reviews in the page; those without a text are left out."""
    for row in [*_nodes(node.get("review")), *_nodes(node.get("reviews"))][:MOST]:
        text = "\n".join(part for key in ("name", "reviewBody", "description") if (part := plain(row.get(key))))
        if not text:
            continue
        moment, bare = _moment(row.get("datePublished") or row.get("dateCreated"))
        author = _named(row.get("author"))
        given = name(row.get("identifier")) or name(row.get("@id"))
        seed = given or "\n".join((author, str(row.get("datePublished")), text))
        yield Review(
            id=f"shop:{place.host}/{hashlib.sha256(f'{product.sku}|{seed}'.encode()).hexdigest()[:16]}",
            source="shop",
            url=place.url,
            text=text,
            published_at=moment,
            date_only=bare,
            seen_at=place.seen_at,
            author=author,
            sku=product.sku.removeprefix("shop:"),
            product=product.title,
            brand=product.brand,
            rating=_stars(mapping(row.get("reviewRating"))),
        )


def stats_of(node: JsonObject) -> Stats | None:
    """How many reviews or ratings the page counts; None where it doesn't."""
    rating = next(iter(_nodes(node.get("aggregateRating"))), {})
    total = count(rating.get("reviewCount")) or count(rating.get("ratingCount"))
    return Stats(total=total.value, exact=total.exact) if total else None


def _scripts(text: str) -> list[str]:
    if "ld+json" not in text:
        return []
    try:
        return Selector(text=text).xpath("//script[contains(@type, 'ld+json')]").getall()
    except UNREADABLE:
        return []


def _jsonld(script: str) -> list[Any]:  # a page's own JSON
    from extruct.jsonld import JsonLdExtractor  # half a second to import: only when a page has such a script

    # one script at a time: a broken one must not hide the others
    try:
        return list(
            JsonLdExtractor().extract(
                re.sub(r"(?i)type=[\"'][^\"']*ld\+json[^\"']*[\"']", 'type="application/ld+json"', script)
            )
        )
    except UNREADABLE:
        return []


def _microdata(text: str, url: str) -> list[Any]:  # a page's own words
    import extruct

    try:
        return list(extruct.extract(text, base_url=url, syntaxes=["microdata"], uniform=True)["microdata"])
    except UNREADABLE:
        return []


def _walk(item: Any, depth: int) -> Iterator[JsonObject]:  # a page's own JSON
    if isinstance(item, list):
        for part in item[:MOST]:
            yield from _walk(part, depth)
    elif isinstance(item, dict) and depth < DEEPEST:
        yield item
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _walk(item.get(key), depth + 1)


def _nodes(value: Any) -> list[JsonObject]:  # one node or a list of them
    return [value] if isinstance(value, dict) else rows(value)


def _named(value: Any) -> str:  # a name, a node with one, or a list of either
    first = value[0] if isinstance(value, list) and value else value
    return one_line(first.get("name")) if isinstance(first, dict) else one_line(first)


def _sku(node: JsonObject, offer: JsonObject, place: Place) -> str:
    for part in (node, offer):
        for key in ("sku", "productID", "mpn", "gtin13", "gtin"):
            if found := name(part.get(key)):
                return found[:80]
    return urlsplit(place.url).path.strip("/")[:120] or "page"


def _observed(offer: JsonObject, product: Product, place: Place) -> PriceObservation | None:
    specified = _nodes(offer.get("priceSpecification"))
    struck = next((s for s in specified if _kind(s.get("priceType")) in STRUCK), {})
    asked = next((s for s in specified if s is not struck), {})
    raw = next(
        (part[key] for part, key in ((offer, "price"), (offer, "lowPrice"), (asked, "price")) if part.get(key)), None
    )
    stock = _kind(offer.get("availability"))
    if raw is None and stock not in STOCK:
        return None
    price, symbol = _amount(raw)
    list_price, _ = _amount(struck.get("price"))
    return PriceObservation(
        sku=product.sku,
        source="shop",
        shop=product.shop,
        price=price,
        list_price=list_price,
        in_stock=STOCK.get(stock),
        currency=_currency(offer.get("priceCurrency") or asked.get("priceCurrency"), symbol),
        raw=name(raw) or ("" if raw is None else str(raw)),
        title=product.title,
        brand=product.brand,
        url=place.url,
        seen_at=place.seen_at,
    )


def _kind(value: Any) -> str:  # https://schema.org/InStock, InStock, or a node
    text = value if isinstance(value, str) else mapping(value).get("@id")
    return text.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1].lower() if isinstance(text, str) else ""


def _amount(raw: Any) -> tuple[Decimal | None, str]:  # the site's own price
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None, ""
    text, symbol = str(raw).strip()[:60], ""
    amount: Decimal | None
    try:
        amount = Decimal(text)  # schema.org wants plain digits and a point
    except InvalidOperation:
        parsed = Price.fromstring(text)
        amount, symbol = parsed.amount, parsed.currency or ""
    if amount is None or not amount.is_finite() or not 0 < amount < 1_000_000_000:
        return None, symbol
    return amount.quantize(Decimal("0.01")), symbol


def _currency(declared: Any, symbol: str) -> str:  # the site's own word
    code = declared.strip().upper() if isinstance(declared, str) else ""
    return code if re.fullmatch(r"[A-Z]{3}", code) and code != "RMB" else CURRENCIES.get(code or symbol, "CNY")


def _moment(raw: Any) -> tuple[datetime | None, bool]:  # the site's own date
    text = raw.strip() if isinstance(raw, str) else ""
    try:
        return (
            (day_start(date.fromisoformat(text)), True) if len(text) <= 10 else (parse_iso(text).astimezone(UTC), False)
        )
    except (ValueError, OverflowError):
        return None, False


def _stars(rating: JsonObject) -> int | None:
    value, _ = _amount(rating.get("ratingValue"))
    best = whole(rating.get("bestRating")) or 5
    if value is None or value > best:
        return None
    return min(5, max(1, int(value * 5 / best + Decimal("0.5"))))
