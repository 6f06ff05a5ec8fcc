"""What a page's nodes say in schema.org words: products, offers, ratings and reviews."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

import attrs
from price_parser import Price

from crawlers.sites.adapter import JsonObject, Stats
from crawlers.sites.schema_org_nodes import MOST, is_a, is_product, nodes_of
from crawlers.sites.values import count, mapping, name, one_line, plain, whole
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


@attrs.frozen(kw_only=True)
class Place:
    """Where and when a page was read."""

    host: str
    url: str
    shop: str
    """Name that the site gives itself; may be empty."""
    seen_at: datetime


def products_in(nodes: list[JsonObject]) -> list[JsonObject]:
    """Product groups, then products, those with an offer first; the first is what the page is about."""
    found = [n for n in nodes if is_a(n, "productgroup")]
    found += [n for n in nodes if is_product(n) and not is_a(n, "productgroup")]
    found = [n for n in found if _named(n.get("name")) or n.get("offers")]
    return sorted(found, key=lambda node: not (node.get("offers") or node.get("hasVariant")))


def variants_of(product: JsonObject) -> list[JsonObject]:
    """The variants that are sold, or the product itself."""
    return [node for node in nodes_of(product.get("hasVariant")) if node.get("offers")][:MOST] or [product]


def offers_of(node: JsonObject, main: JsonObject, place: Place) -> Iterator[tuple[Product, PriceObservation | None]]:
    """The product and each offer for it; the product alone where it has none."""
    offers = [o for outer in nodes_of(node.get("offers")) for o in (nodes_of(outer.get("offers")) or [outer])][:MOST]
    for offer in offers or [{}]:
        # offers of several variants name their own; of a single one the product's name is the better known
        sku = _sku(offer, node, place) if len(offers) > 1 else _sku(node, offer, place)
        product = Product(
            sku=f"shop:{place.host}/{sku}",
            source="shop",
            title=_named(node.get("name")) or _named(main.get("name")),
            brand=_named(node.get("brand")) or _named(main.get("brand")) or _named(main.get("manufacturer")),
            shop=_named(offer.get("seller")) or place.shop or place.host,
            url=place.url,
            category=one_line(main.get("category")),
        )
        yield product, _observed(offer, product, place) if offer else None


def loose_reviews(nodes: list[JsonObject], main: JsonObject) -> list[JsonObject]:
    """The reviews that stand beside the product and name it, or nothing, as what they are about."""
    named = _named(main.get("name"))
    found = [node for node in nodes if is_a(node, "review")]
    return [row for row in found if (_named(row.get("itemReviewed")) or named) == named]


def reviews_of(node: JsonObject, product: Product, place: Place, beside: Sequence[JsonObject] = ()) -> Iterator[Review]:
    """The reviews in the page, those beside the product included; those without a text are left out."""
    for row in [*nodes_of(node.get("review")), *nodes_of(node.get("reviews")), *beside][:MOST]:
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


def cheapest(pairs: Sequence[tuple[Product, PriceObservation | None]]) -> list[PriceObservation]:
    """One price for each sku and shop: where a page lists several, the lowest."""
    found: dict[tuple[str, str], PriceObservation] = {}
    for _, price in pairs:
        if price is None:
            continue
        other = found.get((price.sku, price.shop))
        if other is None or (price.price is not None and (other.price is None or price.price < other.price)):
            found[price.sku, price.shop] = price
    return list(found.values())


def stats_of(node: JsonObject) -> Stats | None:
    """How many reviews or ratings the page counts; None where it doesn't."""
    rating = next(iter(nodes_of(node.get("aggregateRating"))), {})
    total = count(rating.get("reviewCount")) or count(rating.get("ratingCount"))
    return Stats(total=total.value, exact=total.exact) if total else None


def _named(value: Any) -> str:  # a name, a node with one, or a list of either
    first = value[0] if isinstance(value, list) and value else value
    return one_line(first.get("name")) if isinstance(first, dict) else one_line(first)


def _sku(first: JsonObject, second: JsonObject, place: Place) -> str:
    for part in (first, second):
        for key in ("sku", "productID", "mpn", "gtin13", "gtin", "gtin14", "gtin12", "gtin8", "isbn"):
            if found := name(part.get(key)):
                return found[:80]
    return urlsplit(place.url).path.strip("/")[:120] or "page"


def _observed(offer: JsonObject, product: Product, place: Place) -> PriceObservation | None:
    specified = nodes_of(offer.get("priceSpecification"))
    struck = next((s for s in specified if _kind(s.get("priceType")) in STRUCK), {})
    asked = next((s for s in specified if s is not struck), {})
    places = ((offer, "price"), (offer, "lowPrice"), (asked, "price"), (asked, "minPrice"))
    raw = next((_one(part[key]) for part, key in places if part.get(key)), None)
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
        promotions=_valid_until(offer, asked),
        raw=_said(raw, offer),
        title=product.title,
        brand=product.brand,
        url=place.url,
        seen_at=place.seen_at,
    )


def _one(value: Any) -> Any:  # microdata gives a list where a page says the price twice
    return value[0] if isinstance(value, list) and value else value


def _said(raw: Any, offer: JsonObject) -> str:  # the site's own price
    """The price in the site's words; of several variants the cheapest and the dearest."""
    told = name(raw) or ("" if raw is None else str(raw))
    high = _one(offer.get("highPrice"))
    return f"{told} - {high}" if raw == _one(offer.get("lowPrice")) and high and str(high) != told else told


def _valid_until(offer: JsonObject, asked: JsonObject) -> tuple[str, ...]:
    until = one_line(offer.get("priceValidUntil") or asked.get("validThrough"))[:10]
    return (f"价格有效期至 {until}",) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", until) else ()


def _kind(value: Any) -> str:  # https://schema.org/InStock, InStock, or a node
    text = value if isinstance(value, str) else mapping(value).get("@id")
    return text.rstrip("/").rsplit("/", 1)[-1].rsplit("#", 1)[-1].lower() if isinstance(text, str) else ""


def _amount(raw: Any) -> tuple[Decimal | None, str]:  # the site's own price
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None, ""
    text, symbol = str(raw).strip()[:60], ""
    amount: Decimal | None
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", text):  # 1.299 is no price with tenths of a cent, but Italian for 1299
        text = text.replace(".", "")
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
    said = _one(rating.get("ratingValue"))
    value, _ = _amount(said.replace("%", "") if isinstance(said, str) else said)
    best = whole(rating.get("bestRating")) or 5
    if value is None or value > best:
        return None
    return min(5, max(1, int(value * 5 / best + Decimal("0.5"))))
