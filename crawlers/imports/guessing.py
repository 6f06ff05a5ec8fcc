"""What a file seems to be, from its headings and first rows: the tool that wrote it, or the names of its columns."""

import re
from collections.abc import Mapping as Table
from collections.abc import Sequence
from typing import Any

from crawlers.imports import cells
from crawlers.imports.columns import FIELD_OF, KIND_WORDS, NEVER_READ, RANK, WORDS, plain
from crawlers.imports.layouts import PEOPLE, Layout, layout_of
from crawlers.imports.mapping import Guess, Mapping
from crawlers.imports.sources import site_in

PREVIEW_ROWS = 8
PREVIEW_CHARACTERS = 60
_REVIEW_FIELDS = frozenset({"rating", "sku", "product", "variant", "append", "polarity", "reply"})
_POST_FIELDS = frozenset({"bid", "reposts", "comments", "followers", "repost_of", "headline", "author_kind"})
_COMPLAINT_NAMES = ("投诉", "工单")
_PRICE_FIELDS = (
    "sku", "product", "brand", "shop", "price", "list_price", "promotions", "in_stock", "currency", "published_at", "seen_at",
    "url", "source",
)  # fmt: skip
_COMPLAINT_FIELDS = ("target", "demands", "status")
_TIME = re.compile(r"20\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}")
_STAR_WORDS = ("分", "星", "评")
_REVIEW_WORDS = ("评价", "review", "rate")


def guess_columns(
    header: Sequence[str], rows: Sequence[Table[str, Any]], *, header_line: int = 0, about: Sequence[str] = ()
) -> Guess:
    """The mapping for a header and some of its rows; label-like columns are never taken for anything.

    about: texts that may name the site: title lines above the header, the sheet's name.
    """
    named = [name for name in header if name]
    layout = layout_of(named, rows)
    columns = _by_name(named, rows)
    if layout:
        columns |= _told(layout, named)
        columns = {field: name for field, name in columns.items() if name}
    kind = layout.kind if layout else _kind(columns, named)
    source = layout.source if layout else _source(named, about)
    certain = kind != PEOPLE and _certain(kind, columns)
    if kind not in ("prices", PEOPLE) and "text" not in columns and (longest := _longest_text(named, columns, rows)):
        columns["text"] = longest
        columns |= _by_values(named, columns, rows)
        kind = "reviews" if "rating" in columns and kind == "posts" else kind
    columns = _wanted(kind, columns)
    mapping = Mapping(kind=kind, columns=columns, source=source)
    return Guess(
        mapping=mapping,
        certain=certain,
        why=_why(mapping, certain, layout, named),
        layout=layout.name if layout else "",
        header=tuple(named),
        ignored=tuple(name for name in named if name not in columns.values()),
        header_line=header_line,
        rows=preview(named, rows),
    )


def preview(header: Sequence[str], rows: Sequence[Table[str, Any]]) -> tuple[tuple[str, ...], ...]:
    """The first rows as short texts, for a person to look at."""
    return tuple(tuple(_short(row.get(name)) for name in header) for row in rows[:PREVIEW_ROWS])


def _short(value: Any) -> str:
    words = cells.text(value)
    return words if len(words) <= PREVIEW_CHARACTERS else f"{words[:PREVIEW_CHARACTERS]}…"


def _told(layout: Layout, header: Sequence[str]) -> dict[str, str]:
    """What a layout says of its fields; an empty name takes the field away."""
    names = {plain(name): name for name in header}
    return {field: names.get(column, "") for field, column in layout.fields.items() if not column or column in names}


def _by_name(header: Sequence[str], rows: Sequence[Table[str, Any]]) -> dict[str, str]:
    """Field → column; where two columns fit, the one that its alias list names first."""
    found: dict[str, tuple[int, str]] = {}
    for name in header:
        key = plain(name)
        field = None if key in NEVER_READ else FIELD_OF.get(key)
        if key == "score" and not all(str(row.get(name)) in ("1", "2", "3", "4", "5") for row in rows):
            field = None  # a bare score is stars only where it looks like stars; elsewhere it is a judgement
        if field is None:
            continue
        found[field] = min(found.get(field, (len(FIELD_OF), "")), (RANK[field][key], name))
    return {field: name for field, (_, name) in found.items()}


def _kind(columns: dict[str, str], header: Sequence[str]) -> str:
    fields = set(columns)
    if "price" in fields and "text" not in fields:
        return "prices"
    if {"target", "demands"} & fields or any(word in name for name in header for word in _COMPLAINT_NAMES):
        return "complaints"
    if len(fields & _REVIEW_FIELDS) >= len(fields & _POST_FIELDS) and fields & _REVIEW_FIELDS:
        return "reviews"
    return "reviews" if any(word in columns.get("text", "").lower() for word in _REVIEW_WORDS) else "posts"


def _source(header: Sequence[str], about: Sequence[str]) -> str:
    """The site by its own words: 京东商品编号, a title 京麦评价导出; tickets and complaints have a name of their own."""
    if site := site_in(about):
        return site
    own = [name for name in header if plain(name) not in NEVER_READ]
    if any("工单" in name for name in own):
        return "工单"
    if any(name.startswith(("投诉对象", "投诉单号", "投诉编号", "被投诉")) for name in own):
        return "tousu"
    if any("宝贝" in name or "旺旺" in name for name in own):
        return "taobao"
    return site_in(own)


def _certain(kind: str, columns: dict[str, str]) -> bool:
    if kind == "prices":
        return "price" in columns and bool({"sku", "product", "headline"} & set(columns))
    return "text" in columns or (kind == "complaints" and "headline" in columns)


def _longest_text(header: Sequence[str], columns: dict[str, str], rows: Sequence[Table[str, Any]]) -> str:
    """The unnamed column that holds the longest Chinese texts; empty if none has any."""
    best, length = "", 8.0
    for name in header:
        if name in columns.values() or plain(name) in NEVER_READ:
            continue
        texts = [v for row in rows if isinstance(v := row.get(name), str) and re.search(r"[\u4e00-\u9fff]", v)]
        mean = sum(map(len, texts)) / len(texts) if texts else 0.0
        if mean > length:
            best, length = name, mean
    return best


def _by_values(header: Sequence[str], columns: dict[str, str], rows: Sequence[Table[str, Any]]) -> dict[str, str]:
    """Times and stars among the columns whose names say nothing, for a person to confirm."""
    found: dict[str, str] = {}
    for name in header:
        values = [value for row in rows if (value := cells.text(row.get(name)))]
        if not values or name in columns.values() or plain(name) in NEVER_READ:
            continue
        if "published_at" not in columns and all(map(_TIME.match, values)):
            found.setdefault("published_at", name)
        elif "rating" not in columns and any(w in name for w in _STAR_WORDS) and set(values) <= set("12345"):
            found.setdefault("rating", name)
    return found


def _wanted(kind: str, columns: dict[str, str]) -> dict[str, str]:
    """Only the fields that this kind of row has."""
    columns = dict(columns)
    headline = columns.get("headline")
    if kind == "prices" and headline and "product" not in columns:
        columns["product"] = headline
    if kind in ("prices", "reviews"):
        columns.pop("headline", None)
    if kind == "prices":
        return {field: columns[field] for field in _PRICE_FIELDS if field in columns}
    if kind != "documents":
        columns.pop("seen_at", None)
        columns.pop("kind", None)
    unwanted = ["price", "list_price", "promotions", "in_stock", "currency", "shop"]
    unwanted += [] if kind in ("complaints", "documents") else _COMPLAINT_FIELDS
    return {field: name for field, name in columns.items() if field not in unwanted}


def _why(mapping: Mapping, certain: bool, layout: Layout | None, header: Sequence[str]) -> str:
    if mapping.kind == PEOPLE:
        return f"{layout.name if layout else '人物表'}：只有账号和人的信息，不读取"
    what = KIND_WORDS[mapping.kind]
    pairs = "，".join(f"{WORDS.get(field, field)}←{name}" for field, name in mapping.columns.items())
    if certain:
        return f"{layout.name}（{what}）：{pairs}" if layout else f"按列名认出是{what}：{pairs}"
    if len(header) == 1:
        return f"像是没有列名的纯文本（第一行是「{header[0][:20]}」）：请在最前面加一行，写上「评价内容」"
    missing = "价格和商品" if mapping.kind == "prices" else "正文"
    return f"列名里没有认得的{missing}列，只能猜是{what}（{pairs or '一列也没认出'}）；请指定映射"
