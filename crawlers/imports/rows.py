"""The way in for other tools' files: look at one, then read its rows as documents and prices, bad rows named."""

import re
from collections.abc import Generator, Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import attrs

from crawlers.imports.cells import BadCell
from crawlers.imports.mapping import Guess, Mapping, guess_columns, header_score, source_of
from crawlers.imports.nouns import Maker
from crawlers.imports.reading import Line, Refused, Table, opened
from domain.documents import Document
from domain.errors import InvalidInput
from domain.prices import PriceObservation

_UNREADABLE = re.compile("[\udc80-\udcff]")  # bytes that the encoding does not know, kept by surrogateescape
HEADER_WITHIN_ROWS = 10  # title lines and merged cells stand above the header of back-office exports
LOOKED_AT_ROWS = 60


@attrs.frozen(kw_only=True)
class _Named:
    """A row whose cells have the names of their columns."""

    line: int
    values: dict[str, Any]


def guess(path: Path | str | BinaryIO) -> Guess:
    """What a file seems to be, from its first rows. Raises InvalidInput for a file that can't be read at all."""
    with opened(path) as table:
        return _look(table, list(islice(table.lines, LOOKED_AT_ROWS)))


def read_documents(
    path: Path | str | BinaryIO, *, source: str = "", mapping: Mapping | None = None, seen_at: datetime
) -> Iterator[Document | PriceObservation | Refused]:
    """The file's documents and prices in its order, and a Refused for each row that is not taken.

    source: name of the source; empty = the mapping's, else by the file's name. mapping: None = guessed.
    seen_at: when the file was received, aware UTC. The same file gives the same ids each time.
    Raises InvalidInput, at the first item, where the file can't be read, lacks a mapped column, or the guess is not certain.
    """
    with opened(path, encoding=mapping.encoding if mapping else "") as table:
        head = list(islice(table.lines, LOOKED_AT_ROWS))
        chosen = mapping or _certain(_look(table, head))
        name = (
            source
            or chosen.source
            or (source_of(str(path)) if isinstance(path, str | Path) and str(path) != "-" else "import")
        )
        maker = Maker(mapping=chosen, source=name, seen_at=seen_at)
        for row in _rows(table.form, chain(head, table.lines), chosen):
            yield row if isinstance(row, Refused) else _made(maker, row)


def _made(maker: Maker, row: _Named) -> Document | PriceObservation | Refused:
    if any(isinstance(value, str) and _UNREADABLE.search(value) for value in row.values.values()):
        return Refused(line=row.line, why="含有读不出来的字节，文件这一行的编码已损坏")
    try:
        return maker.make(row.values)
    except BadCell as bad:
        return Refused(line=row.line, why=str(bad))


def _certain(guessed: Guess) -> Mapping:
    if not guessed.certain:
        raise InvalidInput(f"{guessed.why}；文件的列：{'，'.join(guessed.header) or '（无）'}")
    return guessed.mapping


def _look(table: Table, head: list[Line | Refused]) -> Guess:
    lines = [line for line in head if isinstance(line, Line)]
    if table.form == "json":
        rows = [line.cells[0] for line in lines]
        return guess_columns(list(dict.fromkeys(str(name) for row in rows for name in row)), rows)
    place = _header_place(lines)
    if place is None:
        raise InvalidInput("文件里没有一行可读的数据")
    header = _header(lines[place])
    rows = [
        dict(zip(header, line.cells, strict=False)) for line in lines[place + 1 :] if line.sheet == lines[place].sheet
    ]
    return guess_columns(header, rows, header_line=lines[place].number)


def _header_place(lines: list[Line]) -> int | None:
    """Which of the first rows is the header: the one with most names that we know, else the first with several cells."""
    first = lines[:HEADER_WITHIN_ROWS]
    if not first:
        return None
    scores = [header_score(line.cells) for line in first]
    if max(scores):
        return scores.index(max(scores))
    return next((n for n, line in enumerate(first) if sum(cell not in ("", None) for cell in line.cells) > 1), 0)


def _header(line: Line) -> list[str]:
    """Names of the columns; a repeated one gets a number, a blank one stays blank."""
    names: list[str] = []
    for cell in line.cells:
        name = str(cell or "").strip().removeprefix("\ufeff")
        names.append(f"{name}_{names.count(name) + 1}" if name and name in names else name)
    return names


def _rows(form: str, lines: Iterable[Line | Refused], mapping: Mapping) -> Iterator[_Named | Refused]:
    if form == "json":
        for line in lines:
            yield line if isinstance(line, Refused) else _Named(line=line.number, values=line.cells[0])
        return
    sheet: str | None = None
    waiting: list[Line] = []
    header: list[str] | None = None
    taken = False
    for line in lines:
        if isinstance(line, Refused):
            yield line
            continue
        if line.sheet != sheet:
            if waiting and header is None:
                taken |= (yield from _begun(waiting, mapping))[0]
            sheet, waiting, header = line.sheet, [], None
        if header is None:
            waiting.append(line)
            if len(waiting) < HEADER_WITHIN_ROWS:
                continue
            found, header = yield from _begun(waiting, mapping)
            taken |= found
            continue
        if header:
            yield _row(header, line)
    if waiting and header is None:
        taken |= (yield from _begun(waiting, mapping))[0]
    if not taken:
        raise InvalidInput(f"文件没有映射要的列：{'，'.join(mapping.columns.values())}")


def _begun(waiting: list[Line], mapping: Mapping) -> Generator[_Named | Refused, None, tuple[bool, list[str]]]:
    """The rows among the first of a sheet; returns whether its header holds the mapping's columns, and the header."""
    for place, line in enumerate(waiting):
        header = _header(line)
        if set(mapping.columns.values()) <= set(header):
            for row in waiting[place + 1 :]:
                yield _row(header, row)
            return True, header
    if waiting[0].sheet:
        yield Refused(line=waiting[0].number, why=f"工作表「{waiting[0].sheet}」没有映射要的列，整张跳过")
    return False, []


def _row(header: list[str], line: Line) -> _Named | Refused:
    extra = line.cells[len(header) :]
    if len(line.cells) < len(header) or any(cell not in ("", None) for cell in extra):
        return Refused(line=line.number, why=f"应有 {len(header)} 列，这一行有 {len(line.cells)} 列")
    return _Named(line=line.number, values={name: cell for name, cell in zip(header, line.cells, strict=False) if name})
