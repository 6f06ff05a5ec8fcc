"""The way in for other tools' files: look at one, then read its rows as documents and prices, bad rows named."""

import re
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from collections.abc import Mapping as Table
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO

import attrs

from crawlers.imports import cells
from crawlers.imports.cells import BadCell
from crawlers.imports.guessing import guess_columns
from crawlers.imports.headings import Heading, heading_of, heading_with
from crawlers.imports.layouts import PEOPLE
from crawlers.imports.lines import Line, Noted, Refused, Sheet, whole
from crawlers.imports.mapping import Guess, Mapping, fitting
from crawlers.imports.nouns import Maker
from crawlers.imports.reading import opened
from crawlers.imports.sources import DEFAULT, source_of
from domain.documents import Document
from domain.errors import InvalidInput
from domain.prices import PriceObservation

Item = Document | PriceObservation | Refused | Noted
_UNREADABLE = re.compile("[\udc80-\udcff]")  # bytes that the encoding does not know, kept by surrogateescape
LOOKED_AT_ROWS = 60
FEW_ROWS = 12
"""A sheet this short without one known heading is a note to the reader, not data."""
_IDS = ("id", "sku", "post", "parent", "repost_of", "author")


def guess(path: Path | str | BinaryIO, *, saved: Table[str, Mapping] | None = None) -> Guess:
    """What a file seems to be, by its most telling sheet. Raises InvalidInput for a file that can't be read at all."""
    guesses = look(path, saved=saved)
    return next((each for each in guesses if each.certain), guesses[0])


def look(path: Path | str | BinaryIO, *, saved: Table[str, Mapping] | None = None) -> tuple[Guess, ...]:
    """What each sheet of a file seems to be, at least one, from its first rows. Raises InvalidInput as `guess`."""
    with opened(path) as sheets:
        found = [each for sheet in sheets if (each := _look(sheet.name, _head(sheet), saved or {}))]
    if not found:
        raise InvalidInput(f"{path if isinstance(path, str | Path) else 'stream'}：文件里没有一行可读的数据")
    return tuple(found)


def read_documents(
    path: Path | str | BinaryIO,
    *,
    source: str = "",
    mapping: Mapping | None = None,
    saved: Table[str, Mapping] | None = None,
    seen_at: datetime,
) -> Generator[Item, None, None]:
    """The file's documents and prices in its order, and what was refused or noted, each where it stands.

    source: name of the source; empty = the mapping's, else by headings and the file's name. mapping: None = the saved
    one made for these headings, else guessed, for each sheet by itself. saved: mappings by name.
    seen_at: when the file was received, aware UTC. The same file gives the same ids each time.
    Raises InvalidInput, at the latest after the last sheet, where the file can't be read, no sheet has a mapped column, or
    the guess is certain of none.
    """
    named = isinstance(path, str | Path) and str(path) != "-"
    reader = _Reader(
        mapping=mapping,
        saved=saved or {},
        source=source,
        otherwise=source_of(str(path)) if named else DEFAULT,
        seen_at=seen_at,
    )
    with opened(path, encoding=mapping.encoding if mapping else "") as sheets:
        for sheet in sheets:
            yield from reader.items(sheet)
    if reader.fault and not reader.taken:
        raise InvalidInput(reader.fault)


@attrs.define(kw_only=True)
class _Reader:
    """Reads the sheets of one file."""

    mapping: Mapping | None
    saved: Table[str, Mapping]
    source: str
    otherwise: str
    seen_at: datetime
    met: Counter[bytes] = attrs.field(factory=Counter)
    taken: bool = False
    """A sheet was read."""
    fault: str = ""
    """Why the first unread sheet was not."""

    def items(self, sheet: Sheet) -> Iterator[Item]:
        """One sheet's."""
        head = _head(sheet)
        lines = [line for line in head if isinstance(line, Line)]
        named = bool(lines) and whole(lines[0]) is not None
        guessed = None if self.mapping else _look(sheet.name, head, self.saved)
        mapping = self.mapping or (guessed.mapping if guessed else None)
        heading = None if named or mapping is None else heading_with(lines, set(mapping.columns.values()))
        if mapping is None or (guessed and not guessed.certain) or not (named or heading):
            yield from (each for each in head if not isinstance(each, Line))
            yield from self._left_out(sheet.name, guessed, lines)
            return
        self.taken = True
        rows = list(_named(chain(head), heading))
        yield from self._made(
            chain(head, sheet.lines), heading, mapping, [r.values for r in rows if isinstance(r, _Row)]
        )

    def _left_out(self, name: str, guessed: Guess | None, lines: list[Line]) -> Iterator[Item]:
        """Says why a sheet is not read; an empty one is nothing to speak of."""
        if not lines:
            return
        where = f"工作表「{name}」" if name else "文件"
        if guessed and guessed.mapping.kind == PEOPLE:
            self.fault = self.fault or f"{where}是{guessed.why}"
            yield Noted(line=0, why=f"{where}是{guessed.why}")
            return
        if self.mapping:
            why = f"{where}没有映射要的列：{'，'.join(self.mapping.columns.values())}"
        else:
            why = f"{guessed.why if guessed else '没有数据'}；文件的列：{'，'.join(guessed.header) if guessed else '（无）'}"
        self.fault = self.fault or why
        if not name:
            return
        heading = heading_of(lines)
        if heading is not None and not heading.score and len(lines) <= FEW_ROWS:
            yield Noted(line=0, why=f"{where}只有说明文字，没有读")
        else:
            yield Refused(line=lines[0].number, why=f"{where}没有认得的列，整张跳过；要读它请指定映射")

    def _made(
        self,
        lines: Iterable[Line | Refused | Noted],
        heading: Heading | None,
        mapping: Mapping,
        first: list[Table[str, Any]],
    ) -> Iterator[Item]:
        rounded = {
            field
            for field in _IDS
            if field in mapping.columns and cells.rounded_column(row.get(mapping.columns[field]) for row in first)
        }
        maker = Maker(
            mapping=mapping,
            source=self.source or mapping.source or self.otherwise,
            seen_at=self.seen_at,
            met=self.met,
            rounded=frozenset(rounded),
        )
        for row in _named(lines, heading):
            if isinstance(row, _Row):
                yield from _item(maker, row)
            else:
                yield row


@attrs.frozen(kw_only=True)
class _Row:
    """A row whose cells have the names of their columns."""

    line: int
    values: Table[str, Any]


def _item(maker: Maker, row: _Row) -> Iterator[Item]:
    if any(isinstance(value, str) and _UNREADABLE.search(value) for value in row.values.values()):
        yield Refused(line=row.line, why="含有读不出来的字节，文件这一行的编码已损坏")
        return
    try:
        noun, lost = maker.make(row.values)
    except BadCell as bad:
        yield Refused(line=row.line, why=str(bad))
        return
    for why in lost:
        yield Noted(line=row.line, why=why)
    yield noun


def _head(sheet: Sheet) -> list[Line | Refused | Noted]:
    return list(islice(sheet.lines, LOOKED_AT_ROWS))


def _look(name: str, head: list[Line | Refused | Noted], saved: Table[str, Mapping]) -> Guess | None:
    """The guess for a sheet, or the saved mapping made for its headings; None for a sheet without rows."""
    lines = [line for line in head if isinstance(line, Line)]
    records = [record for line in lines if (record := whole(line)) is not None]
    heading = None if records else heading_of(lines)
    if records:
        rows: list[Table[str, Any]] = list(records)
        header = list(dict.fromkeys(str(key) for record in records for key in record))
    elif heading is not None:
        rows = [row.values for row in _named(lines, heading) if isinstance(row, _Row)]
        header = list(heading.names)
    else:
        return None
    titles = heading.titles if heading else ()
    found = guess_columns(header, rows, header_line=heading.line if heading else 0, about=[*titles, name])
    if known := fitting(header, saved):
        unread = tuple(column for column in found.header if column not in known[1].columns.values())
        why = f"列名与保存的映射「{known[0]}」一致，按它读取"
        found = attrs.evolve(found, mapping=known[1], certain=True, why=why, ignored=unread, layout="", saved=known[0])
    return attrs.evolve(found, sheet=name)


def _named(lines: Iterable[Line | Refused | Noted], heading: Heading | None) -> Iterator[_Row | Refused | Noted]:
    """The rows below the header with the names of their columns; None: each row brings its own (JSON)."""
    data = False
    for line in lines:
        if not isinstance(line, Line):
            yield line
        elif heading is None:
            yield _record(line)
        elif line.number <= heading.line or heading.ended_by(line) or heading.again(line):
            continue
        elif data or not heading.translated_by(line):
            data = True
            yield _row(heading.names, line)


def _record(line: Line) -> _Row | Refused:
    values = whole(line)
    return (
        Refused(line=line.number, why="这一行不是 JSON 对象")
        if values is None
        else _Row(line=line.number, values=values)
    )


def _row(header: tuple[str, ...], line: Line) -> _Row | Refused:
    extra = line.cells[len(header) :]
    if len(line.cells) < len(header) or any(cell not in ("", None) for cell in extra):
        return Refused(line=line.number, why=f"应有 {len(header)} 列，这一行有 {len(line.cells)} 列")
    return _Row(line=line.number, values={name: cell for name, cell in zip(header, line.cells, strict=False) if name})
