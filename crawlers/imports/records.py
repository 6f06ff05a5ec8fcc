"""JSON as rows: an object a line, an array of objects, or one object that holds such an array."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any, TextIO

from crawlers.imports.columns import FIELD_OF, plain
from crawlers.imports.lines import Line, Refused

_HOLDERS = (
    "weibo", "data", "list", "items", "rows", "records", "results", "result", "posts", "notes", "comments", "contents",
    "reviews",
)  # fmt: skip
"""Names under which tools keep the array (weibo-crawler: {user, weibo: […]})."""


def rows(text: TextIO, *, array: bool) -> Iterator[Line | Refused]:
    """The objects; with an array the number is the place in it, else the line."""
    if array:
        yield from _array(text.read())
        return
    first = text.readline()
    if _is_object(first) and (second := text.readline()):  # an object a line
        yield from _lines(chain([first, second], text))
        return
    document = first + text.read()  # one object, perhaps over many lines
    held = _held(document)
    yield from _array(json.dumps(held)) if held is not None else _lines(iter(document.splitlines(keepends=True)))


def _held(document: str) -> list[Any] | None:
    """The array of objects that one object holds; None for anything else, also for an object that is a row itself."""
    try:
        value = json.loads(document.strip().removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or any(FIELD_OF.get(plain(key)) in ("text", "headline") for key in value):
        return None
    for name in _HOLDERS:
        inner = value.get(name)
        if isinstance(inner, list) and inner and all(isinstance(each, dict) for each in inner):
            return inner
        if isinstance(inner, dict) and (deeper := _held(json.dumps(inner))):
            return deeper
    return None


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line.strip().removeprefix("\ufeff")), dict)
    except (ValueError, RecursionError):
        return False


def _lines(lines: Iterator[str]) -> Iterator[Line | Refused]:
    for number, line in enumerate(lines, 1):
        line = line.strip().removeprefix("\ufeff")
        if not line:
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Refused(line=number, why=f"不是完整的 JSON（{str(error)[:80]}）")
            continue
        yield _line(number, value, "行")


def _array(text: str) -> Iterator[Line | Refused]:
    """The array's objects one by one, so that a cut array still gives those before the cut."""
    decoder = json.JSONDecoder()
    position = text.index("[") + 1
    number = 0
    while True:
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
        if text[position : position + 1] == "]":
            return
        number += 1
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            yield Refused(line=number, why=f"JSON 数组在第 {number} 项处残缺，此后读不出来")
            return
        yield _line(number, value, "项")


def _line(number: int, value: Any, what: str) -> Line | Refused:
    if isinstance(value, dict):
        return Line(number=number, cells=(value,))
    return Refused(line=number, why=f"这一{what}不是 JSON 对象")
