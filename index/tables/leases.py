"""Who leads: one monitor, one ingest, even when several machines share the tables."""

import time
from collections.abc import Callable

from sqlalchemy import Engine, delete, or_, select

from index.tables.columns import execute_counted, upsert, writing
from index.tables.schema import leases


class Leases:
    """Rows of leases in real time; who stops renewing has lost it."""

    def __init__(self, engine: Engine, *, real_time: Callable[[], float] = time.time) -> None:
        """engine: from `open_tables`. real_time: Unix seconds."""
        self._engine, self._real_time = engine, real_time

    def take(self, name: str, holder: str, *, for_s: float) -> bool:
        """Take or renew it for `for_s` real seconds. False where somebody else holds it."""
        now = self._real_time()
        with writing(self._engine).begin() as connection:
            statement = upsert(connection, leases)
            free = or_(leases.c.holder == holder, leases.c.until <= now)
            taken = {"holder": holder, "until": now + for_s}
            statement = statement.on_conflict_do_update(index_elements=["name"], set_=taken, where=free)
            return execute_counted(connection, statement, [{"name": name, **taken}]) > 0

    def holder(self, name: str) -> str | None:
        """Who holds it now; None = nobody."""
        wanted = select(leases.c.holder).where(leases.c.name == name, leases.c.until > self._real_time())
        with self._engine.connect() as connection:
            return connection.execute(wanted).scalar()

    def give_back(self, name: str, holder: str) -> None:
        """Let the next one take it at once; somebody else's lease stays."""
        with writing(self._engine).begin() as connection:
            connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
