"""Column types that are the same on SQLite and PostgreSQL, and the two things that every table needs."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
IN_LIST = 5_000
"""Values in one `IN (…)`: SQLite takes 32,766 parameters."""


class Moment(TypeDecorator[datetime]):
    """Aware UTC in Python, whole microseconds since 1970 in the table: one meaning, one order, on both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Raises TypeError for a time without zone."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Aware UTC."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


def upsert(connection: Connection, table: Table) -> Any:  # the two dialects' inserts share methods, but no type
    """An INSERT that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table)


def replace(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert, or replace the rows with the same primary key. Rows all have the same columns."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = upsert(connection, table)
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), rows)


def execute_counted(connection: Connection, statement: Any, rows: Sequence[dict[str, Any]]) -> int:
    """Run an INSERT for each row. Returns how many rows it touched; those that a conflict left alone don't count."""
    return int(connection.execute(statement, rows, execution_options={"preserve_rowcount": True}).rowcount)


def chunks(values: Iterable[T], size: int = IN_LIST) -> Iterator[list[T]]:
    """Lists of up to `size` values, in order."""
    rest = iter(values)
    while chunk := list(islice(rest, size)):
        yield chunk


def writing(engine: Engine) -> Engine:
    """The same engine, whose transactions take SQLite's write lock at their beginning: no later change of mind, no deadlock."""
    return engine.execution_options(tingchao_writes=True)
