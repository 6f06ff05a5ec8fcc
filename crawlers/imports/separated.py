"""CSV and its relatives as rows: any separator, broken quotation, cells that are far too long."""

import csv
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import TextIO

from crawlers.imports.columns import known_name
from crawlers.imports.lines import Line, Refused

LONGEST_RECORD_LINES = 200
"""A cell with more line breaks than this is an open quotation mark, not a text."""
LONGEST_LINE = 1 << 20
"""Characters; what is longer is no row of a table."""
LONGEST_CELL = csv.field_size_limit()
SEPARATORS = (",", "\t", ";", "|")
_LOOKED_AT_LINES = 40


def separator(head: str) -> str:
    """What separates the cells: that which lays names of columns bare, else stands equally often in most of the first lines."""
    lines = [line for line in head.splitlines()[:_LOOKED_AT_LINES] if line.strip()]

    def fit(mark: str) -> tuple[int, int, int]:
        names = max((sum(map(known_name, line.split(mark))) for line in lines if mark in line), default=0)
        counts = Counter(line.count(mark) for line in lines if mark in line)
        columns, times = max(counts.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        return names, times, columns

    return max(SEPARATORS, key=fit)


def rows(text: TextIO, mark: str) -> Iterator[Line | Refused]:
    """CSV records; one with a broken quotation costs only its own first line, reading goes on with the next."""
    source = _bounded(text)
    waiting: deque[str | None] = deque()
    number = 0
    while True:
        first = waiting.popleft() if waiting else next(source, "")
        if first == "":
            return
        number += 1
        if first is None:
            yield Refused(line=number, why=f"这一行超过 {LONGEST_LINE:,} 个字符，不像表格的一行；请检查导出文件")
            continue
        taken = [first]
        cells = _cells(taken, mark)
        while cells is None and len(taken) < LONGEST_RECORD_LINES:
            more = waiting.popleft() if waiting else next(source, "")
            if more == "" or more is None:
                break
            taken.append(more)
            cells = _cells(taken, mark)
        if cells is None or isinstance(cells, str):
            waiting.extendleft(reversed(taken[1:]))
            yield Refused(line=number, why=cells or "引号没有闭合，这一行从这里被截断或缺了一个引号")
            continue
        if any(cell.strip() for cell in cells):
            yield Line(number=number, cells=tuple(cells))
        number += len(taken) - 1


def _bounded(text: TextIO) -> Iterator[str | None]:
    """The file's lines with their ends; None for one that is far too long, which is never held as a whole."""
    while line := text.readline(LONGEST_LINE):
        if len(line) < LONGEST_LINE or line.endswith("\n"):
            yield line
            continue
        while (rest := text.readline(LONGEST_LINE)) and not rest.endswith("\n"):
            pass
        yield None


def _cells(lines: list[str], mark: str) -> list[str] | str | None:
    """The cells of a record; None where its quotation is still open, a text (why) where it is broken."""
    try:
        return next(csv.reader(lines, delimiter=mark, strict=True), [])
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None
        if "field limit" in str(error):
            return f"有一格超过 {LONGEST_CELL:,} 个字符，不像一条评价；这一行没有读"
        if len(lines) == 1:
            return _leniently(lines, mark)
        return f"引号不成对，这一行读不出来（{error}）"


def _leniently(lines: Iterable[str], mark: str) -> list[str] | str:
    """A quotation mark inside a quoted cell that nobody doubled: lenient reading keeps the columns."""
    try:
        return next(csv.reader(lines, delimiter=mark), [])
    except csv.Error as error:
        return f"引号不成对，这一行读不出来（{error}）"
