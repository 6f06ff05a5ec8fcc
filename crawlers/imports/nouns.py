"""One row of another tool's file, read by a mapping, becomes a review, a post or a price."""

import hashlib
from collections import Counter
from collections.abc import Mapping as Table
from datetime import datetime
from typing import Any

from crawlers.imports import cells
from crawlers.imports.cells import BadCell
from crawlers.imports.mapping import Mapping
from crawlers.imports.row import Row
from crawlers.sites.weibo_addresses import post_page
from crawlers.sites.weibo_numbers import bid_of, is_mid
from domain.default_texts import is_default_text
from domain.documents import AuthorKind, Document, Kind, Post, Review
from domain.prices import PriceObservation

_AUTHOR_KINDS = {
    "蓝v": AuthorKind.ORGANISATION,
    "黄v": AuthorKind.VERIFIED_PERSON,
    "红v": AuthorKind.VERIFIED_PERSON,
    "金v": AuthorKind.VERIFIED_PERSON,
    "橙v": AuthorKind.VERIFIED_PERSON,
    "普通用户": AuthorKind.PERSON,
} | {kind.value: kind for kind in AuthorKind}
_KINDS = {"comments": Kind.COMMENT, "comment": Kind.COMMENT, "complaints": Kind.COMPLAINT, "complaint": Kind.COMPLAINT}
_PUBLIC = (AuthorKind.ORGANISATION, AuthorKind.MEDIA, AuthorKind.GOVERNMENT)


class Maker:
    """Makes nouns from the rows of one sheet; remembers how often it met equal rows without an id."""

    def __init__(
        self,
        *,
        mapping: Mapping,
        source: str,
        seen_at: datetime,
        met: Counter[bytes] | None = None,
        rounded: frozenset[str] = frozenset(),
    ) -> None:
        """source: name for rows that name no site themselves. seen_at: when the file was read, aware UTC.

        met: shared by the sheets of a file. rounded: fields whose column of ids has lost its last digits.
        """
        self._mapping, self._source, self._seen_at, self._rounded = mapping, source, seen_at, rounded
        self._met: Counter[bytes] = Counter() if met is None else met

    def make(self, row: Table[str, Any]) -> tuple[Document | PriceObservation, tuple[str, ...]]:
        """The noun that a row holds, and what of the row could not be used. Raises BadCell where nothing could be."""
        values = Row(row=row, columns=self._mapping.columns, kind=self._mapping.kind, rounded=self._rounded)
        source = values.source() or self._source
        kind = values.text("kind") if self._mapping.kind == "documents" else self._mapping.kind
        if kind == "prices":
            return self._price(values, source), tuple(values.lost)
        if not values.body():
            raise BadCell("正文为空")
        noun = self._review(values, source) if kind in ("reviews", "review") else self._post(values, source, kind)
        return noun, tuple(values.lost)

    def _review(self, values: "Row", source: str) -> Review:
        body, (published_at, date_only) = values.body(), values.published()
        append = values.passage("append", "append_at")
        return Review(
            id=self._id(values, source),
            source=source,
            url=values.url(),
            text=body,
            published_at=published_at,
            date_only=date_only,
            seen_at=values.seen_at(self._seen_at),
            author=values.author(),
            sku=values.key("sku").removeprefix(f"{source}:"),
            product=values.text("product"),
            brand=values.first("brand"),
            rating=cells.stars(values.cell("rating")),
            polarity=cells.polarity(values.cell("polarity")) or cells.polarity(values.cell("rating")),
            likes=values.count("likes"),
            images=values.count("images") or 0,
            variant=values.text("variant"),
            append=append if append and append.text != body else None,
            seller_replies=tuple(p for p in (values.passage("reply", "reply_at"),) if p),
            default_text=is_default_text(body),
            region=values.region(),
        )

    def _post(self, values: "Row", source: str, kind: str) -> Post:
        (published_at, date_only), post_id = values.published(), self._id(values, source)
        author_kind = _AUTHOR_KINDS.get(values.text("author_kind").lower())
        mid = post_id.removeprefix("weibo:")
        is_weibo = source == "weibo" and is_mid(mid) and kind not in _KINDS
        return Post(
            id=post_id,
            source=source,
            kind=_KINDS.get(kind, Kind.POST),
            url=post_page(mid) if is_weibo else values.url(),
            text=values.body(),
            published_at=published_at,
            date_only=date_only,
            published_raw=cells.text(values.cell("published_at")),
            seen_at=values.seen_at(self._seen_at),
            author=values.author(),
            author_name=values.text("author_name") if author_kind in _PUBLIC else "",
            author_kind=author_kind,
            followers=values.count("followers"),
            reposts=values.count("reposts"),
            comments=values.count("comments"),
            likes=values.count("likes"),
            repost_of=_named(source, values.key("repost_of")) or None,
            parent=_named(source, values.above(own=post_id.removeprefix(f"{source}:"))) or None,
            region=values.region(),
            bid=(values.text("bid") or bid_of(mid) or "") if is_weibo else "",
            brand=values.first("brand"),
            product=values.text("product"),
            target=values.text("target"),
            demands=values.several("demands", r"[;；|,，、]"),
            status=values.text("status"),
        )

    def _price(self, values: "Row", source: str) -> PriceObservation:
        title = values.text("product")
        sku = values.key("sku") or (title and hashlib.blake2s(title.encode(), digest_size=8).hexdigest())
        if not sku:
            raise BadCell("；".join(["既没有商品编号，也没有商品名称", *values.lost]))
        seen = values.moment("seen_at") or values.moment("published_at")
        return PriceObservation(
            sku=_named(source, sku),
            source=source,
            shop=values.text("shop"),
            price=cells.money(values.asked(), values.name("price")),
            list_price=cells.money(values.cell("list_price"), values.name("list_price")),
            promotions=values.several("promotions"),
            in_stock=cells.yes_or_no(values.cell("in_stock")),
            currency=values.text("currency").upper() or "CNY",
            raw=cells.text(values.asked()),
            title=title,
            brand=values.first("brand"),
            url=values.url(),
            seen_at=seen.at if seen else self._seen_at,
        )

    def _id(self, values: "Row", source: str) -> str:
        """The row's own id, else what its short id or address says, else one of its values."""
        given, before = values.key("id"), len(values.lost)
        recovered = "" if given else values.weibo_id(source)
        if values.lost[:before] and values.columns.get("id"):
            way = "已按 bid 或链接还原" if recovered else "改用这一行内容生成的固定编号"
            values.lost[before - 1] += f"；这一行已入库，编号{way}"
        if given or recovered:
            return _named(source, given or recovered)
        digest = hashlib.blake2s(values.fingerprint(), digest_size=10).digest()
        met = self._met[digest]
        self._met[digest] += 1
        return f"{source}:row-{digest.hex()}" + (f"-{met}" if met else "")


def _named(source: str, identity: str) -> str:
    return identity if not identity or identity.startswith(f"{source}:") else f"{source}:{identity}"
