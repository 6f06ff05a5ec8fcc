"""A raw answer in a file → the lines of `tingchao parse`: its outcome first, then one object an item."""

import http.client
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

from crawlers.decoding import decoded
from crawlers.price_text import price_in
from crawlers.sites.adapter import ParsedPage, RawPage, Stats
from crawlers.sites.answers import INFLATED_CAP_BYTES
from crawlers.sites.registry import reader_of
from crawlers.sites.shop import host_of
from domain.documents import Document, Kind, Passage, Post, Review
from domain.feeds import HotTopic
from domain.prices import PriceObservation, Product, yuan
from domain.times import iso_shanghai, shanghai_day

Mask = Callable[[str], str]
Pseudonym = Callable[[str, str], str]
Line = dict[str, Any]  # one JSON object of the contract
HEADED = (b"HTTP/1.", b"HTTP/2 ", b"HTTP/3 ")
"""How a file begins that holds status line and headers too."""
HEADS = 30
"""Answers in one file at most: as many redirects as a browser follows."""


def parse_file(data: bytes, *, url: str, seen_at: datetime, mask: Mask, pseudonym: Pseudonym) -> list[Line]:
    """Lines of the contract in design.md §4, outcome first. Never raises for any bytes or address.

    data: an answer's body, or status line, headers and body where it begins `HTTP/1.`. seen_at: aware.
    mask: hides personal data in a text. pseudonym: source and author → keyed hash.
    """
    page = raw_page(data, url=url, seen_at=seen_at)
    adapter = reader_of(url, page.body)
    if adapter is None:
        reason = "no adapter reads this address: host, path or API name is unknown"
        return [{"type": "outcome", "outcome": "changed", "site": None, "page": None, "reason": reason}]
    return lines_of(adapter.parse(page), url=url, mask=mask, pseudonym=pseudonym)


def raw_page(data: bytes, *, url: str, seen_at: datetime) -> RawPage:
    """The answer in a file; without a status line it was a 200. Of several (100 Continue, redirects that were followed) the last."""
    if not data.startswith(HEADED):
        return RawPage(url=url, body=data, seen_at=seen_at)
    for _ in range(HEADS):
        status, headers, body = _parted(data)
        if not body.startswith(HEADED):
            break
        data = body
    if dict(headers).get("transfer-encoding", "").lower() == "chunked":
        body = _joined(data) or body
    codings = dict(headers).get("content-encoding", "").split(",")
    if any(coding.strip() for coding in codings):
        body = decoded(body, codings, cap=INFLATED_CAP_BYTES, cut=True).body
    return RawPage(url=url, body=body, status=status, headers=headers, seen_at=seen_at)


def _parted(data: bytes) -> tuple[int, tuple[tuple[str, str], ...], bytes]:
    """Status, headers and body of an answer as it came over the wire."""
    stream = io.BytesIO(data)
    words = stream.readline(65536).decode("latin-1").split(maxsplit=2)
    status = (
        int(words[1]) if len(words) > 1 and words[1].isascii() and words[1].isdecimal() and len(words[1]) == 3 else 200
    )
    try:
        headers = tuple((key.lower(), str(value)) for key, value in http.client.parse_headers(stream).items())
    except http.client.HTTPException:
        headers = ()
    return status, headers, stream.read()


def lines_of(parsed: ParsedPage, *, url: str, mask: Mask, pseudonym: Pseudonym) -> list[Line]:
    """The lines for what an adapter said. Prices of a search list stand in their products' lines."""
    first = {"type": "outcome", "outcome": str(parsed.outcome), "site": parsed.site, "page": parsed.page or None}
    lines: list[Line] = [first | {"reason": parsed.reason}]
    lines += [document_line(d, url=url, mask=mask, pseudonym=pseudonym) for d in parsed.documents if not _departed(d)]
    if parsed.page != "search":
        lines += [_price(price, url) for price in parsed.prices]
    asked = {price.sku: price for price in parsed.prices}
    lines += [_product(product, asked.get(product.sku), url) for product in parsed.products]
    lines += [_topic(topic) for topic in parsed.topics]
    return lines + ([_stats(parsed.stats)] if parsed.stats else [])


def _departed(document: Document) -> bool:
    """Deleted or hidden, and nothing read of it: the outcome says so, it is no item."""
    return isinstance(document, Post) and document.gone and not document.text


def document_line(document: Document, *, url: str, mask: Mask, pseudonym: Pseudonym) -> Line:
    """A review, post, comment or complaint as the contract shows it; null = the site did not say."""
    who = pseudonym(document.source, document.author) if document.author else None
    if isinstance(document, Review):
        return _review(document, url, mask, who)
    return _complaint(document, url, mask) if document.kind is Kind.COMPLAINT else _post(document, url, mask, who)


def _review(review: Review, url: str, mask: Mask, who: str | None) -> Line:
    return {
        "type": "review",
        "id": _own(review.id, review.source),
        "sku": _own_sku(review.sku, review.source, url) or None,
        "text": mask(review.text),
        "rating": review.rating,
        "polarity": review.polarity,
        "published_at": _moment(review),
        "likes": review.likes,
        "images": review.images,
        "video": review.video,
        "variant": review.variant or None,
        "append": _passage(review.append, mask) if review.append else None,
        "seller_replies": [_passage(reply, mask) for reply in review.seller_replies],
        "default_text": review.default_text,
        "region": review.region or None,
        "author": who,
    }


def _post(post: Post, url: str, mask: Mask, who: str | None) -> Line:
    return {
        "type": "comment" if post.kind is Kind.COMMENT else "post",
        "id": _own_sku(post.id, post.source, url),
        "bid": post.bid or None,
        "text": mask(post.text),
        "published_at": _moment(post),
        "published_raw": post.published_raw or None,
        "reposts": post.reposts,
        "comments": post.comments,
        "likes": post.likes,
        "repost_of": _own(post.repost_of, post.source) if post.repost_of else None,
        "parent": _own(post.parent, post.source) if post.parent else None,
        "pinned": post.pinned,
        "truncated": post.truncated,
        "region": post.region or None,
        "author": who,
        "author_kind": str(post.author_kind) if post.author_kind else None,
        "followers": post.followers,
    }


def _complaint(post: Post, url: str, mask: Mask) -> Line:
    return {
        "type": "complaint",
        "id": _own_sku(post.id, post.source, url),
        "target": post.target or post.brand or None,
        "demands": [mask(demand) for demand in post.demands],
        "status": post.status or None,
        "published_at": _moment(post),
    }


def _price(price: PriceObservation, url: str) -> Line:
    return {
        "type": "price",
        "sku": _own_sku(price.sku, price.source, url),
        "shop": price.shop or None,
        "price": yuan(price.price),
        "list_price": yuan(price.list_price),
        "promotions": list(price.promotions),
        "in_stock": price.in_stock,
        "raw": _raw(price),
    }


def _raw(price: PriceObservation) -> str | None:
    # the contract has no field for the currency: an amount that is not in yuan says so here, if its own text does not
    foreign = (
        price.currency != "CNY" and price.currency not in price.raw and price_in(price.raw).currency != price.currency
    )
    return (f"{price.raw} {price.currency}" if foreign else price.raw) or None


def _product(product: Product, price: PriceObservation | None, url: str) -> Line:
    return {
        "type": "product",
        "sku": _own_sku(product.sku, product.source, url),
        "title": product.title or None,
        "brand": product.brand or None,
        "shop": product.shop or None,
        "price": yuan(price.price) if price else None,
        "sales": product.sales,
    }


def _topic(topic: HotTopic) -> Line:
    return {
        "type": "topic",
        "title": topic.title,
        "rank": topic.rank or None,
        "heat": topic.heat,
        "label": topic.label or None,
        "advertised": topic.advertised,
    }


def _stats(stats: Stats) -> Line:
    told = {"total": stats.total, "by_rating": dict(stats.by_rating), "folded": stats.folded, "exact": stats.exact}
    return {"type": "stats", **told}


def _passage(passage: Passage, mask: Mask) -> Line:
    return {"text": mask(passage.text), "published_at": _moment(passage)}


def _moment(said: Document | Passage) -> str | None:
    if said.published_at is None:
        return None
    return shanghai_day(said.published_at).isoformat() if said.date_only else iso_shanghai(said.published_at)


def _own(stored: str, source: str) -> str:
    return stored.removeprefix(f"{source}:")


def _own_sku(stored: str, source: str, url: str) -> str:
    return _own(stored, source).removeprefix(f"{host_of(url)}/")  # a shop's sku is stored beside its host


class _Wire(io.BytesIO):
    """Bytes that http.client can read as if they came from a socket."""

    def makefile(self, *_: Any, **__: Any) -> "_Wire":  # the socket's own signature
        return self


def _joined(data: bytes) -> bytes:
    """The body of a chunked answer, as far as it came; empty where its chunks can't be read."""
    try:
        answer = http.client.HTTPResponse(_Wire(data))  # type: ignore[arg-type]  # makefile is all it uses
        answer.begin()
        return answer.read()
    except http.client.IncompleteRead as cut:
        return cut.partial
    except (http.client.HTTPException, ValueError, OSError):
        return b""
