"""Files of other tools as bytes, made by the tests; and what reading them gives, sorted."""

import csv
import io
import json
import sqlite3
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from crawlers.imports.lines import Noted, Refused
from crawlers.imports.rows import read_documents

SEEN = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)
Rows = Sequence[Mapping[str, Any]]


def read(content: str | bytes | Path, **options: Any) -> list[Any]:
    """Everything that a file gives, in order."""
    raw = content.encode() if isinstance(content, str) else content
    return list(read_documents(raw if isinstance(raw, Path) else io.BytesIO(raw), **({"seen_at": SEEN} | options)))


def taken(items: list[Any]) -> list[Any]:
    """The documents and prices."""
    return [item for item in items if not isinstance(item, Refused | Noted)]


def refused(items: list[Any]) -> list[tuple[int, str]]:
    """(line, why) of the rows that were not taken."""
    return [(item.line, item.why) for item in items if isinstance(item, Refused)]


def noted(items: list[Any]) -> list[tuple[int, str]]:
    """(line, why) of what was mended or left out."""
    return [(item.line, item.why) for item in items if isinstance(item, Noted)]


def as_csv(rows: Rows, *, encoding: str = "utf-8-sig", mark: str = ",") -> bytes:
    """Comma-separated, the columns of the first row."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=mark)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


def as_json(rows: Rows) -> bytes:
    """An array over many lines."""
    return json.dumps(list(rows), ensure_ascii=False, indent=2).encode()


def as_jsonl(rows: Rows) -> bytes:
    """An object a line."""
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def as_workbook(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """XLSX from rows of cells."""
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as workbook:
        moments = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(number, column, cell, moments)
                    else:
                        sheet.write(number, column, cell)
    return book.getvalue()


def as_database(tables: Mapping[str, Rows], folder: Path) -> Path:
    """A SQLite file."""
    path = folder / "sqlite_tables.db"
    database = sqlite3.connect(path)
    for name, rows in tables.items():
        columns = ", ".join(f'"{column}"' for column in rows[0])
        database.execute(f'CREATE TABLE "{name}" ({columns})')
        marks = ", ".join("?" * len(rows[0]))
        database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', [tuple(row.values()) for row in rows])
    database.commit()
    database.close()
    return path


def as_zip(files: Mapping[str, bytes]) -> bytes:
    """An archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()
