"""Workbooks as sheets: XLSX, old XLS, ODS, and the HTML tables that back offices call .xls."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import html
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from crawlers.imports.lines import Line, Noted, Refused, Sheet
from domain.errors import InvalidInput

MOST_UNPACKED_BYTES = 1 << 30
"""A workbook that unpacks to more than this is refused before it is read."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def sheets(stream: BinaryIO, name: str) -> Iterator[Sheet]:
    """The sheets of a workbook in their order. Raises InvalidInput where it can't be opened."""
    content = stream.read(MOST_UNPACKED_BYTES + 1)
    if len(content) > MOST_UNPACKED_BYTES:
        raise InvalidInput(f"{name}：超过 1 GB；请分成几个文件，或另存为 CSV 再导入")
    if _ENCRYPTED in content[:65536] or _ENCRYPTED in content[-65536:]:
        raise InvalidInput(f"{name}：这个 Excel 文件设了打开密码；请在 Excel 里取消密码后另存，再导入")
    try:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED_BYTES:
                    raise InvalidInput(f"{name}：展开后超过 1 GB；请分成几个文件，或另存为 CSV 再导入")
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = book.sheet_names
    except (CalamineError, zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise InvalidInput(f"{name}：不是完整的 Excel 文件（{str(error)[:80]}）；请重新导出") from error
    for sheet in names:
        yield Sheet(name=sheet, lines=_rows(book, sheet))


def html_sheets(text: str) -> Iterator[Sheet]:
    """The tables of an HTML page, each a sheet; those within another are part of it."""
    found = [table for table in html.fromstring(text).iter("table") if not list(table.iterancestors("table"))]
    for number, table in enumerate(found, 1):
        yield Sheet(name=f"表 {number}" if len(found) > 1 else "", lines=_html_rows(table))


def _rows(book: CalamineWorkbook, name: str) -> Iterator[Line | Refused | Noted]:
    try:
        sheet = book.get_sheet_by_name(name)
        merged = _merged(sheet)
        held: dict[int, tuple[int, Any]] = {}  # column → (last row, value) of a cell that is merged downwards
        for number, cells in enumerate(sheet.to_python(skip_empty_area=False)):
            row: list[Any] = list(cells)
            for column, last in merged.get(number, ()):
                held[column] = last, row[column] if column < len(row) else ""
            for column, (last, value) in list(held.items()):
                if number > last:
                    del held[column]
                elif column < len(row) and row[column] in ("", None):
                    row[column] = value
            if any(cell not in ("", None) for cell in row):
                yield Line(number=number + 1, cells=tuple(row))
    except (CalamineError, ValueError) as error:
        yield Refused(line=1, why=f"工作表「{name}」读不出来（{str(error)[:80]}）")


def _merged(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """First row → (column, last row) of each cell that spans several rows; 0-based."""
    found: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        if bottom > top:
            found.setdefault(top, []).append((left, bottom))
    return found


def _html_rows(table: Any) -> Iterator[Line | Refused | Noted]:  # Any: an lxml element
    for number, row in enumerate(table.iter("tr"), 1):
        cells: list[str] = []
        for cell in row.iterchildren("td", "th"):
            span = cell.get("colspan") or "1"
            cells.append("".join(cell.itertext()).strip())
            cells.extend([""] * (min(int(span), 200) - 1 if span.isdigit() else 0))
        if any(cells):
            yield Line(number=number, cells=tuple(cells))
