"""From a query text to the tree: luqum reads the syntax, we read the fields and values."""

import math
import re
from collections.abc import Callable
from datetime import datetime

from luqum import tree
from luqum.exceptions import ParseError
from luqum.thread import parse as read

from domain.errors import InvalidQuery
from index.fields import FIELDS, Field, Sort, field_named, nearest
from index.fullwidth import Plain, plain
from index.moments import span
from index.nodes import NOTHING, And, Everything, Node, Not, Or, Range, Term, simplify

MAXIMUM_BYTES = 40_000  # the query that opens an alert names its 500 posts
MAXIMUM_MARKS = 7_000
"""Blanks, quotation marks, brackets and colons: each may be a token, and a second's worth of tokens is enough."""
MAXIMUM_CLAUSES = 1_000
MAXIMUM_NESTING = 150
SPAM = 0.8
"""Spam score from which `spam:是` holds."""
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_MARKS = re.compile(r"[\s\"():]")
_STAR = re.compile(r"(?<!\\)\*")
_YES, _NO = ("是", "yes", "true", "1"), ("否", "no", "false", "0")


def parse(text: str, *, now: datetime, normalize: Callable[[str], str]) -> Node:
    """The tree of a query, simplified. An empty text matches everything.

    now: what `since:30d` counts from. normalize: makes words and phrases look as the stored `normalized` does.
    Raises InvalidQuery with the place and the mend.
    """
    if len(text.encode("utf-8", "replace")) > MAXIMUM_BYTES:
        raise InvalidQuery(f"查询太长：最多 {MAXIMUM_BYTES:,} 字节（约 {MAXIMUM_BYTES // 3:,} 个汉字）；请拆成几个查询")
    query = plain(text)
    if len(_MARKS.findall(query.text)) > MAXIMUM_MARKS:
        raise InvalidQuery(f"条件太多（最多 {MAXIMUM_CLAUSES:,} 个）；请拆成几个查询")
    if not query.text.strip():
        return Everything()
    try:
        syntax = read(query.text)
    except ParseError as error:
        raise _misread(query, str(error)) from None
    except ValueError as error:
        raise InvalidQuery(f"读不懂这个查询（{error}）；请把特殊符号放进引号") from None
    reader = _Reader(query=query, now=now, normalize=normalize)
    return simplify(reader.node(syntax, None))


def _misread(query: Plain, complaint: str) -> InvalidQuery:
    found = re.search(r"position (\d+)", complaint)
    if found is None:
        return InvalidQuery(
            "查询在这里断了；请删掉末尾的 AND、OR、NOT 或冒号，或把后半句写完", position=query.place(len(query.text))
        )
    at = int(found[1])
    shown = query.text[at : at + 12].split()[:1] or [""]
    return InvalidQuery(f"读不懂 {shown[0]!r}；若要按原样搜索，请放进引号", position=query.place(at))


class _Reader:
    """Walks luqum's tree of one query."""

    def __init__(self, *, query: Plain, now: datetime, normalize: Callable[[str], str]) -> None:
        self._query, self._now, self._normalize = query, now, normalize
        self._clauses = self._depth = 0

    def node(self, item: tree.Item, field: Field | None) -> Node:
        """Our node for one of luqum's; field: the one that holds for words without their own."""
        self._depth += 1
        if self._depth > MAXIMUM_NESTING:
            raise self._wrong(item, f"查询套得太深（最多 {MAXIMUM_NESTING} 层）；请去掉多余的 NOT、减号和括号")
        try:
            return self._node(item, field)
        finally:
            self._depth -= 1

    def _node(self, item: tree.Item, field: Field | None) -> Node:
        match item:
            case tree.AndOperation() | tree.UnknownOperation():
                return And(parts=tuple(self.node(child, field) for child in item.children))
            case tree.OrOperation():
                return Or(parts=tuple(self.node(child, field) for child in item.children))
            case tree.Not() | tree.Prohibit():
                return Not(part=self.node(item.a, field))
            case tree.Plus():
                return self.node(item.a, field)
            case tree.Group() | tree.FieldGroup():
                return self.node(item.expr, field)
            case tree.SearchField():
                return self.node(item.expr, self._field(item))
            case tree.Phrase() | tree.Word():
                return self._value(item, field)
            case tree.From() | tree.To():
                return self._comparison(item, field)
            case tree.Range():
                return self._range(item, field)
            case _:
                raise self._wrong(item, "不支持通配、模糊（~）、加权（^）和正则（/…/）；若要按原样搜索，请放进引号")

    def _field(self, item: tree.SearchField) -> Field:
        field = field_named(_ESCAPED.sub(r"\1", item.name))
        if field is None:
            near = nearest(item.name)
            hint = f"是否想写 {near}:" if near else f"可用：{' '.join(f.name for f in FIELDS)}"
            raise self._wrong(item, f"没有名为 {item.name!r} 的字段，{hint}；若要搜索冒号本身，请放进引号")
        return field

    def _value(self, item: tree.Term, field: Field | None) -> Node:
        self._count(item)
        text = self._text(item)
        if field is None or field.sort is Sort.TEXT:
            return Term(field="text", value=self._normalize(text))
        if field.sort is Sort.TIME:
            return self._time(item, field, text)
        if field.sort is Sort.NUMBER:
            return self._equal(item, field, text)
        if not text.strip():
            raise self._wrong(item, f"{field.name}: 后面缺少值")
        return Term(field=field.name, value=self._choice(item, field, text) if field.choices else text)

    def _text(self, item: tree.Term) -> str:
        if isinstance(item, tree.Phrase):
            return _ESCAPED.sub(r"\1", item.value[1:-1])
        if _STAR.search(item.value):
            raise self._wrong(item, "不支持通配符 *；一个词已经是任意位置的匹配，若要搜索星号本身，请放进引号")
        return _ESCAPED.sub(r"\1", item.value)

    def _choice(self, item: tree.Item, field: Field, text: str) -> str:
        stored = dict(field.choices).get(text.strip().lower())
        if stored is None:
            known = " ".join(dict.fromkeys(shown for shown, _ in field.choices))
            raise self._wrong(item, f"{field.name}: 不认识 {text!r}，可用：{known}")
        return stored

    def _time(self, item: tree.Item, field: Field, text: str) -> Range:
        start, end = self._span(item, text)
        if field.name == "since":
            return Range(field="published_at", low=start)
        if field.name == "until":
            return Range(field="published_at", high=start)
        return Range(field=field.name, low=start, high=end)

    def _equal(self, item: tree.Item, field: Field, text: str) -> Node:
        if field.name == "spam" and text.lower() in (*_YES, *_NO):
            return Range(field="spam", low=SPAM) if text.lower() in _YES else Range(field="spam", high=SPAM)
        number = self._number(item, field, text)
        if field.whole:
            return Term(field=field.name, value=str(int(number))) if number == int(number) else NOTHING
        return Range(field=field.name, low=number, high=math.nextafter(number, math.inf))

    def _comparison(self, item: tree.From | tree.To, field: Field | None) -> Node:
        """`<` and `<=` are luqum's To, `>` and `>=` its From."""
        self._count(item)
        bounded = self._bounded(item, field)
        if isinstance(item, tree.To):
            return Range(field=bounded.name, high=self._bound(item, bounded, item.a, after=item.include))
        return Range(field=bounded.name, low=self._bound(item, bounded, item.a, after=not item.include))

    def _range(self, item: tree.Range, field: Field | None) -> Node:
        self._count(item)
        bounded = self._bounded(item, field)
        low = self._bound(item, bounded, item.low, after=not item.include_low)
        high = self._bound(item, bounded, item.high, after=item.include_high)
        return Range(field=bounded.name, low=low, high=high)

    def _bounded(self, item: tree.Item, field: Field | None) -> Field:
        if field is None or field.sort not in (Sort.NUMBER, Sort.TIME) or field.name in ("since", "until"):
            raise self._wrong(
                item,
                "大小比较只用于 rating（星级）、score、spam 和 published_at（日期），例如 星级:<=2；若要搜索这个符号，请放进引号",
            )
        return field

    def _bound(self, item: tree.Item, field: Field, value: tree.Item, *, after: bool) -> float | datetime | None:
        """The half-open bound at a value, or just after it; None for the open end `*`."""
        if isinstance(value, tree.Prohibit):  # luqum reads the sign of a number in brackets as a NOT
            value = tree.Word("-" + value.a.value)
        if value.value == "*":
            return None
        text = self._text(value)
        if field.sort is Sort.TIME:
            return self._span(item, text)[1 if after else 0]
        number = self._number(item, field, text)
        if field.whole:  # `<= 2.5` and `< 3` say the same of whole numbers
            return float(math.floor(number) + 1 if after else math.ceil(number))
        return math.nextafter(number, math.inf) if after else number

    def _number(self, item: tree.Item, field: Field, text: str) -> float:
        try:
            number = float(text.strip().removesuffix("星"))
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or abs(number) > 1e9:
            raise self._wrong(item, f"{field.name}: {text!r} 不是数字，例如 {field.name}:<=2") from None
        return number

    def _span(self, item: tree.Item, text: str) -> tuple[datetime, datetime]:
        try:
            return span(text, now=self._now)
        except (ValueError, OverflowError):
            raise self._wrong(
                item, f'时间 {text!r} 读不懂；请写 30d、12h、昨天、2026-01-31 或 "2026-01-31T08:00"'
            ) from None

    def _count(self, item: tree.Item) -> None:
        self._clauses += 1
        if self._clauses > MAXIMUM_CLAUSES:
            raise self._wrong(item, f"条件太多（最多 {MAXIMUM_CLAUSES:,} 个）；请拆成几个查询")

    def _wrong(self, item: tree.Item, message: str) -> InvalidQuery:
        return InvalidQuery(message, position=None if item.pos is None else self._query.place(item.pos))
