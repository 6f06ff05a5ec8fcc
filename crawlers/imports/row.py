"""A row of another tool's file, seen through its mapping: our fields out of its cells."""

import json
import re
from collections.abc import Mapping as Table
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

import attrs

from crawlers.imports import cells
from crawlers.imports.cells import BadCell
from crawlers.imports.columns import FIELD_OF, RANK, plain
from crawlers.imports.sources import site_of
from crawlers.sites.weibo_numbers import to_mid
from domain.documents import Passage
from domain.times import UNDATED

_STAYS: Final[tuple[str, ...]] = (
    "headline",
    "text",
    "author",
    "author_name",
    "sku",
    "product",
    "variant",
    "url",
    "post",
    "parent",
    "rating",
)
"""What of a row is the same in every export of it; counts, replies, states and later additions are not."""
_RAW_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]+", re.I)
_WEIBO_URL = re.compile(r"https?://(?:m\.)?weibo\.(?:com|cn)/(?:detail|status|\d{5,12})/(\w+)")


@attrs.frozen(kw_only=True)
class Row:
    """A row seen through its mapping."""

    row: Table[str, Any]
    columns: dict[str, str]
    kind: str
    rounded: frozenset[str] = frozenset()
    lost: list[str] = attrs.field(factory=list)
    """Ids of the row that could not be used, and why."""

    def name(self, field: str) -> str:
        """The file's name of a field's column, for messages."""
        return self.columns.get(field, field)

    def cell(self, field: str) -> Any:
        """What stands in a field's column; None where the file has none."""
        column = self.columns.get(field)
        return None if column is None else self.row.get(column)

    def text(self, field: str) -> str:
        """The same as text."""
        return cells.text(self.cell(field))

    def key(self, field: str) -> str:
        """An id; empty, and told in `lost`, where a spreadsheet has rounded it."""
        try:
            return cells.identity(self.cell(field), self.name(field), rounded=field in self.rounded)
        except BadCell as bad:
            if str(bad) not in self.lost:
                self.lost.append(str(bad))
            return ""

    def moment(self, field: str) -> cells.Moment | None:
        """When, as a field says. Raises BadCell."""
        return cells.moment(self.cell(field))

    def published(self) -> tuple[datetime, bool]:
        """When, and whether that is a bare date; a row that says no time is put before all times."""
        moment = self.moment("published_at")
        return (moment.at, moment.date_only) if moment else (UNDATED, True)

    def count(self, field: str) -> int | None:
        """A number of things."""
        return cells.count(self.cell(field))

    def asked(self) -> Any:
        """The price cell; where it is empty (no 到手价 today), the next best price that the row names."""
        own = self.cell("price")
        if cells.text(own) or "price" not in self.columns:
            return own
        others = [(RANK["price"][plain(name)], name) for name in self.row if FIELD_OF.get(plain(name)) == "price"]
        return next((self.row[name] for _, name in sorted(others) if cells.text(self.row[name])), own)

    def several(self, field: str, marks: str = r"[;；|]") -> tuple[str, ...]:
        """A list, a JSON list in a cell, or texts joined by ；."""
        value = self.cell(field)
        if isinstance(value, str) and value.lstrip().startswith("["):
            with suppress(ValueError):
                value = json.loads(value)
        parts = value if isinstance(value, list) else re.split(marks, cells.text(value))
        return tuple(filter(None, map(cells.text, parts)))

    def first(self, field: str) -> str:
        """The first of `several`."""
        return next(iter(self.several(field)), "")

    def body(self) -> str:
        """The text, below its headline where it has one that it does not repeat; of a review without words its 追评."""
        headline, text = self.text("headline"), cells.passage(self.cell("text"))
        whole = text if not headline or text.startswith(headline) else f"{headline}\n{text}".strip()
        return whole or (cells.passage(self.cell("append")) if self.kind == "reviews" else "")

    def author(self) -> str:
        """An id or a name that tells authors apart; empty for masked names."""
        return self.key("author") or cells.nickname(self.cell("author_name"))

    def above(self, *, own: str) -> str:
        """What a comment answers: a comment, else the post. Weibo names the comment itself where it answers the post."""
        parent = self.key("parent")
        return parent if parent not in ("", "0", "-1", own) else self.key("post")

    def weibo_id(self, source: str) -> str:
        """The long id that a post's short id or address holds; empty for anything else."""
        if source != "weibo" or self.kind not in ("posts", "documents"):
            return ""
        found = _WEIBO_URL.match(self.url())
        return to_mid(self.text("bid")) or (found and to_mid(found[1])) or ""

    def region(self) -> str:
        """The province, without the words around it; never an address of the network."""
        words = re.sub(r"^(发布于|来自|IP属地[:：]?)\s*", "", self.text("region"))
        return "" if _RAW_ADDRESS.fullmatch(words) else words[:20]

    def url(self) -> str:
        """A web address; empty for anything else."""
        words = self.text("url")
        return words if re.match(r"https?://", words) else f"https:{words}" if words.startswith("//") else ""

    def source(self) -> str:
        """The site that the row names; a client's name (iPhone客户端) is none. Our own export names any source."""
        words = self.text("source")
        return words if self.kind == "documents" and re.fullmatch(r"[\w\-.]{1,40}", words) else site_of(words)

    def seen_at(self, otherwise: datetime) -> datetime:
        """When it was collected, where the row says so."""
        seen = self.moment("seen_at")
        return seen.at if seen else otherwise

    def passage(self, field: str, at: str) -> Passage | None:
        """A later text with its time, of which only the text is needed."""
        words = cells.passage(self.cell(field))
        if not words:
            return None
        try:
            moment = self.moment(at)
        except BadCell:  # "3天后追加": the passage counts, its moment stays unknown
            moment = None
        return Passage(text=words, published_at=moment.at if moment else None)

    def fingerprint(self) -> bytes:
        """What tells the row from others, the same for the same row of a CSV, a workbook or JSON, and of a later export."""
        read = {field: cells.text(self.cell(field)) for field in _STAYS if field in self.columns}
        unusable = {field for field in ("author", "sku", "post", "parent") if read.get(field) and not self.key(field)}
        moment = self.moment("published_at")
        read = {field: value for field, value in read.items() if value and field not in unusable}
        if moment:
            read["published_at"] = moment.at.isoformat()
        return json.dumps(read, sort_keys=True, ensure_ascii=False).encode()
