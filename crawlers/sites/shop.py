"""Any shop: a product page that describes itself in schema.org words, so that a web address alone is enough."""

import re
from collections.abc import Iterable
from typing import NoReturn
from urllib.parse import urlsplit

import attrs
from w3lib.encoding import html_to_unicode

from crawlers.sites import jd_addresses, smzdm, suning_addresses, taobao_addresses, tieba, tousu, weibo_addresses
from crawlers.sites.adapter import JsonObject, PageRequest, ParsedPage, RawPage
from crawlers.sites.answers import Refused, decode, header, inflated, looks_like_html, refuse_mark, refuse_status
from crawlers.sites.schema_org import (
    Place,
    cheapest,
    loose_reviews,
    offers_of,
    products_in,
    reviews_of,
    stats_of,
    variants_of,
)
from crawlers.sites.schema_org_nodes import described, is_a, unreadable_json_ld
from crawlers.sites.values import one_line
from domain.feeds import Outcome
from domain.watches import Watch

TAKEN = frozenset(jd_addresses.HOSTS) | frozenset(weibo_addresses.HOSTS)
"""Hosts that have an adapter of their own."""
TAKEN_DOMAINS = (*taobao_addresses.DOMAINS, suning_addresses.DOMAIN, smzdm.DOMAIN, tousu.DOMAIN, tieba.HOST)
"""The same with every host below them."""


@attrs.frozen(kw_only=True)
class Shop:
    """Knows no shop in particular: reads what a product page says of itself."""

    name: str = attrs.field(default="shop", init=False)
    hosts: tuple[str, ...] = attrs.field(default=("*",), init=False)

    def first_pages(self, watch: Watch) -> Iterable[PageRequest]:
        """The product pages of the watch that no other adapter reads."""
        for url in dict.fromkeys(product.url for product in watch.products):
            if self.page_of(url):
                yield PageRequest(source="shop", page="product", url=url, watch=watch.name)

    def page_of(self, url: str) -> str | None:
        """`product` for any web address on a host that is nobody else's."""
        host = host_of(url)
        taken = host in TAKEN or any(host == domain or host.endswith(f".{domain}") for domain in TAKEN_DOMAINS)
        return "product" if host and not taken else None

    def parse(self, page: RawPage) -> ParsedPage:
        """Classify, then read. Never raises."""
        try:
            return _read(page)
        except Refused as refused:
            return refused.page("shop", "product")
        except Exception as error:  # the seam promises an outcome for any bytes
            return Refused(Outcome.CHANGED, f"unexpected shape: {type(error).__name__}").page("shop", "product")


def host_of(url: str) -> str:
    """Host of a web address in lower case; empty where it is none."""
    try:
        parts = urlsplit(url.strip())
        return (parts.hostname or "").lower() if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _read(page: RawPage) -> ParsedPage:
    if not host_of(page.url):
        raise Refused(Outcome.CHANGED, "no web address")
    refuse_status(page)
    text = _html(page)
    nodes = described(text, page.url)
    sold = products_in(nodes)
    if not sold:
        _refuse_undescribed(text)
    place = Place(host=host_of(page.url), url=page.url, shop=_site_name(nodes), seen_at=page.seen_at)
    main = sold[0]
    pairs = [pair for node in variants_of(main) for pair in offers_of(node, main, place)]
    return ParsedPage(
        site="shop",
        page="product",
        outcome=Outcome.OK,
        documents=tuple(reviews_of(main, pairs[0][0], place, loose_reviews(nodes, main))),
        products=tuple({product.sku: product for product, _ in pairs}.values()),
        prices=tuple(cheapest(pairs)),
        stats=stats_of(main),
    )


def _html(page: RawPage) -> str:
    body = inflated(page.body)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = header(page, "content-type") or None
    text: str = html_to_unicode(declared, body, default_encoding="gb18030")[1]
    return text if text.count("\ufffd") < 5 else decode(body)


def _site_name(nodes: list[JsonObject]) -> str:
    return next((one_line(n.get("name")) for kind in ("website", "organization") for n in nodes if is_a(n, kind)), "")


def _refuse_undescribed(text: str) -> NoReturn:
    """Raise the outcome of a page that describes no product."""
    if not looks_like_html(text) and "<" not in text[:500]:
        refuse_mark(text[:4000], "answer with ")
        raise Refused(Outcome.CHANGED, "no web page")
    refuse_mark(text, "web page with ")
    if re.search(r"<title[^>]*>\s*(?:404|not found|页面不存在|商品已下架)", text, re.IGNORECASE):
        raise Refused(Outcome.NOT_FOUND, "the page says that there is no such product")
    lower = text.lower()
    if "</html>" not in lower and (lower.count("<script") > lower.count("</script") or "</body>" not in lower):
        if "busy" in lower or "稍后" in lower:
            raise Refused(Outcome.UNAVAILABLE, "the site says that it is busy")
        raise Refused(Outcome.TRUNCATED, "the page ends before it says what it sells")
    if "busy" in lower[:400]:
        raise Refused(Outcome.UNAVAILABLE, "the site says that it is busy")
    if unreadable_json_ld(text):
        raise Refused(Outcome.CHANGED, "its JSON-LD about a product can't be read, and nothing else describes one")
    raise Refused(Outcome.CHANGED, "no schema.org Product in the page, and no OpenGraph price")
