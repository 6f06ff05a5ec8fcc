"""Every way in which a page describes itself, as one kind of node: JSON-LD, microdata, RDFa, and OpenGraph's few words."""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from lxml.etree import LxmlError
from parsel import Selector

from crawlers.sites.adapter import JsonObject
from crawlers.sites.values import mapping, one_line, rows

PRODUCTS = (
    "product",
    "individualproduct",
    "productmodel",
    "productgroup",
    "vehicle",
    "car",
    "book",
    "softwareapplication",
)
UNREADABLE = (ValueError, LxmlError, RecursionError, AttributeError, KeyError, TypeError, IndexError)
"""What extruct, rdflib and lxml raise on pages that no browser would show either."""
DEEPEST, MOST = 6, 200
_WRAPPING = re.compile(
    r"^\s*(?://|/\*)?\s*(?:<!\[CDATA\[|<!--)\s*(?:\*/)?|\s*(?://|/\*)?\s*(?:\]\]>|-->)\s*(?:\*/)?\s*$|;\s*$"
)
_SCHEMA = re.compile(r"^https?://(?:www\.)?schema\.org/")
_STOCK = {"instock": "InStock", "availablefororder": "BackOrder", "preorder": "PreOrder", "pending": "BackOrder"}
_OUT = ("oos", "outofstock", "discontinued", "soldout")


def described(text: str, url: str) -> list[JsonObject]:
    """Every node that the page describes, outermost first.

    The first way that speaks of a product with an offer wins; the next ones are asked only where none does.
    """
    nodes = _json_ld(text)
    for ask in (_microdata, _rdfa, _open_graph):
        if any(sells(node) for node in nodes):
            break
        nodes += ask(text, url)
    return nodes


def unreadable_json_ld(text: str) -> bool:
    """Is there a JSON-LD script about a product that can't be read?"""
    return any("Product" in script and not _read_script(script) for script in _scripts(text))


def is_a(node: JsonObject, kind: str) -> bool:
    """Is the node of this schema.org type? kind: lower case."""
    types = node.get("@type")
    return any(
        isinstance(t, str) and t.rsplit("/", 1)[-1].rsplit(":", 1)[-1].rsplit("#", 1)[-1].lower() == kind
        for t in (types if isinstance(types, list) else [types])
    )


def is_product(node: JsonObject) -> bool:
    """Is the node something that is sold, whatever its kind?"""
    return any(is_a(node, kind) for kind in PRODUCTS)


def sells(node: JsonObject) -> bool:
    """Is it a product with an offer, its own or a variant's?"""
    return is_product(node) and bool(node.get("offers") or node.get("hasVariant"))


def nodes_of(value: Any) -> list[JsonObject]:  # one node or a list of them
    """The nodes of a property that may hold one or several."""
    return [value] if isinstance(value, dict) else rows(value)


def _json_ld(text: str) -> list[JsonObject]:
    found = [node for script in _scripts(text) for item in _read_script(script) for node in _walk(item, 0)]
    known = {node["@id"]: node for node in found if isinstance(node.get("@id"), str) and len(node) > 2}
    return [_resolved(node, known) for node in found]


def _resolved(node: JsonObject, known: dict[str, JsonObject]) -> JsonObject:
    """The node with what it only points at (`{"@id": …}`) in its place."""

    def whole(value: Any) -> Any:  # a page's own value
        if isinstance(value, list):
            return [whole(part) for part in value[:MOST]]
        return known.get(value["@id"], value) if isinstance(value, dict) and _is_pointer(value) else value

    return {key: whole(value) if key in _POINTING else value for key, value in node.items()}


_POINTING = frozenset(
    ("offers", "brand", "manufacturer", "review", "reviews", "aggregateRating", "seller", "hasVariant", "itemReviewed")
)


def _is_pointer(value: JsonObject) -> bool:
    return isinstance(value.get("@id"), str) and set(value) <= {"@id", "@type"}


def _scripts(text: str) -> list[str]:
    """The contents of the page's JSON-LD scripts."""
    if "ld+json" not in text.lower():
        return []
    try:
        found = Selector(text=text, type="html").xpath(
            "//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]/text()"
        )
        return [script for script in found.getall() if script.strip()][:MOST]
    except UNREADABLE:
        return []


def _read_script(script: str) -> list[Any]:  # a page's own JSON
    """The values of one script; none where it is broken, so that it hides no other."""
    from extruct.jsonld import JsonLdExtractor  # half a second to import: only when a page has such a script

    bare = _WRAPPING.sub("", _WRAPPING.sub("", script)).strip()
    for candidate in (bare, html.unescape(bare)):
        try:
            return [json.loads(candidate, strict=False)]
        except UNREADABLE:
            pass
        try:  # comments and trailing commas
            safe = candidate.replace("</", "<\\/")
            return list(JsonLdExtractor().extract(f'<script type="application/ld+json">{safe}</script>'))
        except UNREADABLE:
            continue
    return []


def _microdata(text: str, url: str) -> list[JsonObject]:
    if "itemscope" not in text.lower():
        return []
    import extruct

    try:
        found = extruct.extract(text, base_url=url, syntaxes=["microdata"], uniform=True)["microdata"]
        return [node for item in found for node in _walk(item, 0)]
    except UNREADABLE:
        return []


def _rdfa(text: str, url: str) -> list[JsonObject]:
    """RDFa's triples as nodes that hold each other. Asked late: it is the slowest to read."""
    if "typeof" not in text or not re.search(r"typeof\s*=\s*[\"'][^\"']*Product", text):
        return []
    import extruct

    try:
        flat = rows(extruct.extract(text, base_url=url, syntaxes=["rdfa"])["rdfa"])
    except UNREADABLE:
        return []
    known = {str(node.get("@id")): node for node in flat}
    return [_nested(node, known, 0) for node in flat if is_product(node)]


def _nested(node: JsonObject, known: dict[str, JsonObject], depth: int) -> JsonObject:
    plain: JsonObject = {}
    for key, value in node.items():
        name = _SCHEMA.sub("", key)
        if key in ("@id", "@type") or name == key:
            plain.setdefault(key, value)
            continue
        parts = [_value(part, known, depth) for part in (value if isinstance(value, list) else [value])]
        plain[name] = parts[0] if len(parts) == 1 else parts
    return plain


def _value(part: Any, known: dict[str, JsonObject], depth: int) -> Any:  # a value of rdflib's JSON
    node = mapping(part)
    if "@value" in node:
        return node["@value"]
    target = known.get(str(node.get("@id")))
    return _nested(target, known, depth + 1) if target and depth < DEEPEST else node.get("@id", part)


def _open_graph(text: str, url: str) -> list[JsonObject]:
    """A product of the words that a page gives to those who share it: og:title, product:price:amount."""
    if "price:amount" not in text and "og:type" not in text:
        return []
    said: dict[str, str] = {}
    try:
        for meta in Selector(text=text or " ", type="html").xpath("//meta[@content and (@property or @name)]")[:400]:
            key = meta.xpath("string(@property | @name)").get() or ""
            said.setdefault(key.lower(), one_line(meta.xpath("string(@content)").get()))
    except UNREADABLE:
        return []
    price = said.get("product:sale_price:amount") or said.get("product:price:amount") or said.get("og:price:amount")
    if not said.get("og:title") or not (price or said.get("og:type", "").split(".")[-1] in ("product", "item")):
        return []
    if not price and "product:availability" not in said:
        return []
    regular = said.get("product:original_price:amount") or (
        said.get("product:price:amount") if said.get("product:sale_price:amount") else None
    )
    stock = re.sub(r"[\s_-]", "", said.get("product:availability") or said.get("og:availability") or "").lower()
    offer: JsonObject = {
        "@type": "Offer",
        "price": price,
        "priceCurrency": said.get("product:price:currency") or said.get("og:price:currency"),
        "availability": "OutOfStock" if stock in _OUT else _STOCK.get(stock),
    }
    if regular and regular != price:
        offer["priceSpecification"] = [{"price": regular, "priceType": "ListPrice"}]
    product: JsonObject = {
        "@type": "Product",
        "name": said["og:title"],
        "brand": said.get("product:brand") or said.get("og:brand"),
        "sku": said.get("product:retailer_item_id") or said.get("product:sku"),
        "category": said.get("product:category"),
        "offers": offer,
    }
    site: list[JsonObject] = [{"@type": "WebSite", "name": said["og:site_name"]}] if said.get("og:site_name") else []
    return [product, *site]


def _walk(item: Any, depth: int) -> Iterator[JsonObject]:  # a page's own JSON
    if isinstance(item, list):
        for part in item[:MOST]:
            yield from _walk(part, depth)
    elif isinstance(item, dict) and depth < DEEPEST:
        yield item
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "about"):
            yield from _walk(item.get(key), depth + 1)
