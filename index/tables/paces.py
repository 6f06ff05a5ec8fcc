"""How often watches are asked for at each source, and how many pages its sessions have had."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, delete, select

from domain.paces import Pace
from domain.times import shanghai_day
from index.tables.columns import replace, upsert, writing
from index.tables.schema import paces, page_budgets


class Paces:
    """The newest pace per source and watch."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def of(self, source: str) -> dict[str, Pace]:
        """A source's paces by watch; the empty name is the source's own pause."""
        wanted = select(paces).where(paces.c.source == source)
        with self._engine.connect() as connection:
            return {row.watch: _pace(row) for row in connection.execute(wanted)}

    def save(self, changed: Iterable[Pace]) -> None:
        """Insert, or replace those of the same source and watch."""
        rows = [_row(pace) for pace in changed]
        with writing(self._engine).begin() as connection:
            replace(connection, paces, rows)

    def forget(self, watches: Iterable[str]) -> None:
        """Watches that were changed, or are gone: they are due everywhere."""
        with writing(self._engine).begin() as connection:
            connection.execute(delete(paces).where(paces.c.watch.in_([name for name in watches if name])))

    def rest(self, source: str, *, until: datetime, reason: str) -> None:
        """The source as a whole is left alone until then."""
        self.save([Pace(source=source, watch="", next_at=until, every=timedelta(0), reason=reason)])

    def wake(self, source: str) -> None:
        """A person has acted: no rest any more."""
        with writing(self._engine).begin() as connection:
            connection.execute(delete(paces).where(paces.c.source == source, paces.c.watch == ""))


class Budgets:
    """Pages that each session has asked for, by Shanghai day."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def spent(self, source: str, account: str, *, at: datetime) -> int:
        """Pages asked for on the day of `at`."""
        here = (page_budgets.c.source == source) & (page_budgets.c.account == account)
        wanted = select(page_budgets.c.pages).where(here & (page_budgets.c.day == str(shanghai_day(at))))
        with self._engine.connect() as connection:
            return connection.execute(wanted).scalar() or 0

    def spent_by_account(self, source: str, *, at: datetime) -> dict[str, int]:
        """The same for every session of a source that asked for something that day."""
        here = (page_budgets.c.source == source) & (page_budgets.c.day == str(shanghai_day(at)))
        wanted = select(page_budgets.c.account, page_budgets.c.pages).where(here)
        with self._engine.connect() as connection:
            return {row.account: row.pages for row in connection.execute(wanted)}


def spend(connection: Connection, source: str, account: str, *, at: datetime, pages: int) -> None:
    """Count pages, inside the transaction that settles them: a kill forgets neither or both."""
    row = {"source": source, "account": account, "day": str(shanghai_day(at)), "pages": pages}
    statement = upsert(connection, page_budgets)
    more = {"pages": page_budgets.c.pages + statement.excluded.pages}
    connection.execute(statement.on_conflict_do_update(index_elements=["source", "account", "day"], set_=more), [row])


def _row(pace: Pace) -> dict[str, Any]:
    return {
        "source": pace.source,
        "watch": pace.watch,
        "next_at": pace.next_at,
        "every_s": round(pace.every.total_seconds()),
        "last_fresh_at": pace.last_fresh_at,
        "reason": str(pace.reason),
    }


def _pace(row: Row[Any]) -> Pace:
    return Pace(
        source=row.source,
        watch=row.watch,
        next_at=row.next_at,
        every=timedelta(seconds=row.every_s),
        last_fresh_at=row.last_fresh_at,
        reason=row.reason,
    )
