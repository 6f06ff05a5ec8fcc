"""SQLite files as sheets: each table with its columns as the header."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from crawlers.imports.lines import Line, Noted, Refused, Sheet
from domain.errors import InvalidInput

MAGIC = b"SQLite format 3\x00"


def sheets(path: Path, name: str) -> Iterator[Sheet]:
    """The tables of a database, opened for reading only. Raises InvalidInput where it can't be read."""
    with closing(_opened(path, name)) as database:
        for table in _tables(database, name):
            yield Sheet(name=table, lines=_rows(database, table))


def _opened(path: Path, name: str) -> sqlite3.Connection:
    try:
        # a journal beside the file is read too; a copy without one may lie in a folder where nothing can be written
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    except sqlite3.Error as error:
        raise InvalidInput(f"{name}：SQLite 文件打不开（{error}）") from error


def _tables(database: sqlite3.Connection, name: str) -> list[str]:
    try:
        found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return [row[0] for row in found if not row[0].startswith("sqlite_")]
    except sqlite3.Error as error:
        raise InvalidInput(f"{name}：不是完整的 SQLite 文件（{error}）；请在原工具停止后再复制一次") from error


def _rows(database: sqlite3.Connection, table: str) -> Iterator[Line | Refused | Noted]:
    number = 1
    try:
        quoted = table.replace('"', '""')
        cursor = database.execute(f'SELECT * FROM "{quoted}"')  # a name that the database itself gave, quoted
        yield Line(number=1, cells=tuple(column[0] for column in cursor.description))
        for number, row in enumerate(cursor, 2):
            yield Line(number=number, cells=row)
    except sqlite3.Error as error:
        yield Refused(line=number + 1, why=f"数据表「{table}」从这里起读不出来（{error}）")
