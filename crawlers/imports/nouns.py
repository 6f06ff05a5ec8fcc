"""One row of another tool's file, read by a mapping, becomes a review, a post or a price."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping as Table
from contextlib import suppress
from datetime import datetime
from typing import Any

import attrs

from crawlers.imports import cells
from crawlers.imports.cells import BadCell
from crawlers.imports.mapping import Mapping, site_of
from crawlers.sites.values import is_default_text
from crawlers.sites.weibo_addresses import post_page
from crawlers.sites.weibo_numbers import bid_of, is_mid
from domain.documents import AuthorKind, Document, Kind, Passage, Post, Review
from domain.prices import PriceObservation

_AUTHOR_KINDS = {
    "蓝v": AuthorKind.ORGANISATION,
    "黄v": AuthorKind.VERIFIED_PERSON,
    "红v": AuthorKind.VERIFIED_PERSON,
    "金v": AuthorKind.VERIFIED_PERSON,
    "橙v": AuthorKind.VERIFIED_PERSON,
    "普通用户": AuthorKind.PERSON,
} | {kind.value: kind for kind in AuthorKind}
_PUBLIC = (AuthorKind.ORGANISATION, AuthorKind.MEDIA, AuthorKind.GOVERNMENT)
_RAW_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]+", re.I)


class Maker:
    """Makes nouns from the rows of one file; remembers how often it met equal rows without an id."""

    def __init__(self, *, mapping: Mapping, source: str, seen_at: datetime) -> None:
        """source: name for rows that name no site themselves. seen_at: when the file was read, aware UTC."""
        self._mapping, self._source, self._seen_at = mapping, source, seen_at
        self._met: Counter[bytes] = Counter()

    def make(self, row: Table[str, Any]) -> Document | PriceObservation:
        """The noun that a row holds. Raises BadCell with what is wrong."""
        values = _Row(row=row, columns=self._mapping.columns, kind=self._mapping.kind)
        source = values.source() or self._source
        kind = values.text("kind") if self._mapping.kind == "documents" else self._mapping.kind
        if kind == "prices":
            return self._price(values, source)
        body = values.body()
        if not body:
            raise BadCell("正文为空")
        if kind in ("reviews", "review"):
            return self._review(values, source, body)
        return self._post(values, source, body, kind)

    def _review(self, values: "_Row", source: str, body: str) -> Review:
        published, likes = values.moment("published_at"), values.count("likes")
        return Review(
            id=self._id(values, source),
            source=source,
            url=values.url(),
            text=body,
            published_at=published.at if published else None,
            date_only=published.date_only if published else False,
            seen_at=values.seen_at(self._seen_at),
            author=values.author(),
            sku=values.identity("sku").removeprefix(f"{source}:"),
            product=values.text("product"),
            brand=values.first("brand"),
            rating=cells.stars(values.cell("rating")),
            polarity=cells.polarity(values.cell("polarity")),
            likes=likes,
            images=values.count("images") or 0,
            variant=values.text("variant"),
            append=values.passage("append", "append_at"),
            seller_replies=tuple(p for p in (values.passage("reply", "reply_at"),) if p),
            default_text=is_default_text(body),
            region=values.region(),
        )

    def _post(self, values: "_Row", source: str, body: str, kind: str) -> Post:
        published, post_id = values.moment("published_at"), self._id(values, source)
        author_kind = _AUTHOR_KINDS.get(values.text("author_kind").lower())
        mid = post_id.removeprefix("weibo:")
        on_weibo = source == "weibo" and is_mid(mid)
        is_post = kind in ("posts", "post")
        above = values.identity("parent")
        parent = above if above not in ("", "0") else values.identity("post")
        return Post(
            id=post_id,
            source=source,
            kind=Kind(kind) if kind in ("comment", "complaint") else Kind.COMMENT if kind == "comments" else Kind.POST,
            url=post_page(mid) if on_weibo and is_post else values.url(),
            text=body,
            published_at=published.at if published else None,
            date_only=published.date_only if published else False,
            published_raw=cells.text(values.cell("published_at")),
            seen_at=values.seen_at(self._seen_at),
            author=values.author(),
            author_name=values.text("author_name") if author_kind in _PUBLIC else "",
            author_kind=author_kind,
            followers=values.count("followers"),
            reposts=values.count("reposts"),
            comments=values.count("comments"),
            likes=values.count("likes"),
            repost_of=_named(source, values.identity("repost_of")) or None,
            parent=_named(source, parent) or None,
            region=values.region(),
            bid=(values.text("bid") or bid_of(mid) or "") if on_weibo and is_post else "",
            brand=values.first("brand"),
            product=values.text("product"),
        )

    def _price(self, values: "_Row", source: str) -> PriceObservation:
        title = values.text("product")
        sku = values.identity("sku") or (title and hashlib.blake2s(title.encode(), digest_size=8).hexdigest())
        if not sku:
            raise BadCell("既没有商品编号，也没有商品名称")
        raw = values.text("price")
        seen = values.moment("seen_at") or values.moment("published_at")
        return PriceObservation(
            sku=_named(source, sku),
            source=source,
            shop=values.text("shop"),
            price=cells.money(values.cell("price"), values.name("price")),
            list_price=cells.money(values.cell("list_price"), values.name("list_price")),
            promotions=values.several("promotions"),
            in_stock=cells.yes_or_no(values.cell("in_stock")),
            currency=values.text("currency").upper() or "CNY",
            raw=raw,
            title=title,
            brand=values.first("brand"),
            url=values.url(),
            seen_at=seen.at if seen else self._seen_at,
        )

    def _id(self, values: "_Row", source: str) -> str:
        """The row's own id, or one of its values and how many equal rows came before it in this file."""
        given = values.identity("id")
        if given:
            return _named(source, given)
        digest = hashlib.blake2s(values.fingerprint(), digest_size=10).digest()
        before = self._met[digest]
        self._met[digest] += 1
        return f"{source}:row-{digest.hex()}" + (f"-{before}" if before else "")


@attrs.frozen(kw_only=True)
class _Row:
    """A row seen through its mapping."""

    row: Table[str, Any]
    columns: dict[str, str]
    kind: str

    def name(self, field: str) -> str:
        return self.columns.get(field, field)

    def cell(self, field: str) -> Any:
        column = self.columns.get(field)
        return None if column is None else self.row.get(column)

    def text(self, field: str) -> str:
        return cells.text(self.cell(field))

    def identity(self, field: str) -> str:
        return cells.identity(self.cell(field), self.name(field))

    def moment(self, field: str) -> cells.Moment | None:
        return cells.moment(self.cell(field))

    def count(self, field: str) -> int | None:
        return cells.count(self.cell(field))

    def several(self, field: str) -> tuple[str, ...]:
        """A list, a JSON list in a cell, or texts joined by ；."""
        value = self.cell(field)
        if isinstance(value, str) and value.lstrip().startswith("["):
            with suppress(ValueError):
                value = json.loads(value)
        parts = value if isinstance(value, list) else re.split(r"[;；|]", cells.text(value))
        return tuple(filter(None, map(cells.text, parts)))

    def first(self, field: str) -> str:
        return next(iter(self.several(field)), "")

    def body(self) -> str:
        """The text, below its headline where it has one that it does not repeat."""
        headline, text = self.text("headline"), self.text("text")
        return text if not headline or text.startswith(headline) else f"{headline}\n{text}".strip()

    def author(self) -> str:
        return self.text("author") or self.text("author_name")

    def region(self) -> str:
        words = re.sub(r"^(发布于|来自|IP属地[:：]?)\s*", "", self.text("region"))
        return "" if _RAW_ADDRESS.fullmatch(words) else words[:20]

    def url(self) -> str:
        words = self.text("url")
        return words if re.match(r"https?://", words) else f"https:{words}" if words.startswith("//") else ""

    def source(self) -> str:
        """The site that the row names; a client's name (iPhone客户端) is none. Our own export names any source."""
        words = self.text("source")
        return words if self.kind == "documents" and re.fullmatch(r"[\w\-.]{1,40}", words) else site_of(words)

    def seen_at(self, otherwise: datetime) -> datetime:
        seen = self.moment("seen_at")
        return seen.at if seen else otherwise

    def passage(self, field: str, at: str) -> Passage | None:
        words = self.text(field)
        if not words:
            return None
        try:
            moment = self.moment(at)
        except BadCell:  # "3天后追加": the passage counts, its moment stays unknown
            moment = None
        return Passage(text=words, published_at=moment.at if moment else None)

    def fingerprint(self) -> bytes:
        """All that is read of the row, the same for the same row of a CSV, a workbook or JSON."""
        read = {field: cells.text(self.row.get(column)) for field, column in self.columns.items() if field != "seen_at"}
        return json.dumps({k: v for k, v in read.items() if v}, sort_keys=True, ensure_ascii=False).encode()


def _named(source: str, identity: str) -> str:
    return identity if not identity or identity.startswith(f"{source}:") else f"{source}:{identity}"
