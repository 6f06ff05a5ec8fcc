"""Every periodic job, as its process last wrote it: next, last, misfires."""

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Engine, select

from index.tables.columns import upsert, writing
from index.tables.schema import jobs


@attrs.frozen(kw_only=True)
class Job:
    """One periodic job. Times are product time, aware UTC."""

    name: str
    next_at: datetime | None = None
    """None = not planned."""
    last_at: datetime | None = None
    """When its last run ended."""
    last_s: float | None = None
    """Real seconds of its last run."""
    last_error: str = ""
    """Empty = the last run went well."""
    misfires: int = 0
    """Runs that were left out because the last one or the machine was late."""


class Jobs:
    """Rows of jobs."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def all(self) -> list[dict[str, Any]]:
        """name, next, last (aware UTC or None), misfires, last_error, last_s; by name."""
        return [
            {"name": j.name, "next": j.next_at, "last": j.last_at}
            | {"misfires": j.misfires, "last_error": j.last_error, "last_s": j.last_s}
            for j in self.list()
        ]

    def list(self) -> "list[Job]":
        """All jobs by name."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(jobs).order_by(jobs.c.name)).mappings()
            return [Job(**row) for row in rows]

    def planned(self, name: str, *, next_at: datetime | None) -> None:
        """When it will run next."""
        self._write(name, next_at=next_at)

    def ran(self, name: str, *, at: datetime, seconds: float, error: str = "") -> None:
        """A run ended at `at` after `seconds` real seconds; error: its message, empty if it went well."""
        self._write(name, last_at=at, last_s=seconds, last_error=error)

    def misfired(self, name: str) -> None:
        """A run was left out."""
        self._write(name, misfires=jobs.c.misfires + 1)

    def _write(self, name: str, **values: Any) -> None:
        new = {"last_error": "", "misfires": 0} | values
        if "misfires" in values:
            new["misfires"] = 1
        with writing(self._engine).begin() as connection:
            statement = upsert(connection, jobs).values(name=name, **new)
            connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))
