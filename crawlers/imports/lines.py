"""What reading gives: sheets of numbered rows, and the rows that it could not take."""

from collections.abc import Iterator
from typing import Any

import attrs


@attrs.frozen(kw_only=True)
class Refused:
    """A row that was not taken."""

    line: int
    """1-based line of the file (of a workbook: row of the sheet) on which the row begins."""
    why: str
    """What is wrong with it and how to mend it, Chinese."""


@attrs.frozen(kw_only=True)
class Noted:
    """A row that was taken although something in it could not be trusted, or a part of the file that is not for us."""

    line: int
    """As `Refused.line`; 0 = the whole sheet."""
    why: str
    """What was left out or mended, Chinese."""


@attrs.frozen(kw_only=True)
class Line:
    """One row as the file has it, before anybody knows which one is the header."""

    number: int
    """As `Refused.line`."""
    cells: tuple[Any, ...]
    """Text from CSV, values from a workbook or database, one dict from JSON."""


@attrs.frozen(kw_only=True)
class Sheet:
    """A part of a file with a header of its own: a workbook's sheet, a database's table, a file in an archive."""

    name: str
    """Empty where the file has only this one."""
    lines: Iterator[Line | Refused | Noted]
    """Rows in order, blank ones left out; to be read before the next sheet is asked for."""


def whole(line: Line) -> dict[str, Any] | None:
    """The row's own names and values, where it brings them (JSON); else None."""
    return line.cells[0] if len(line.cells) == 1 and isinstance(line.cells[0], dict) else None
