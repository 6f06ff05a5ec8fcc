"""Pages waiting to be fetched, in rows that survive `kill -9`; wiring joins them to the crawlers' frontier."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import attrs
import msgspec
from sqlalchemy import Engine, Row, func, or_, select, update

from index.tables.columns import chunks, execute_counted, upsert, writing
from index.tables.schema import documents, frontier


@attrs.frozen(kw_only=True)
class WaitingPage:
    """A page to fetch; the same fields as a crawler's request."""

    source: str
    page: str
    """Page type in the adapter's words."""
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    browser: bool = False
    first: bool = True
    watch: str = ""
    priority: int = 0
    """Higher is fetched first."""

    @property
    def key(self) -> str:
        """Stable id: source, page type and address."""
        return hashlib.sha256(f"{self.source}\n{self.page}\n{self.url}".encode()).hexdigest()[:32]


@attrs.frozen(kw_only=True)
class LeasedPage:
    """A page that one crawl has taken; it comes back by itself when the lease runs out."""

    key: str
    page: WaitingPage
    depth: int
    """0 = a first page."""


class Frontier:
    """What to fetch next."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def add(self, pages: Iterable[WaitingPage], *, due: datetime, depth: int = 0) -> int:
        """Add pages that are not waiting already. Returns how many were new. A page that was done before becomes due again."""
        rows = {page.key: _row(page, due, depth) for page in pages}
        if not rows:
            return 0
        with writing(self._engine).begin() as connection:
            statement = upsert(connection, frontier)
            again = {name: statement.excluded[name] for name in next(iter(rows.values())) if name != "key"}
            done_before = frontier.c.done_at.is_not(None)
            statement = statement.on_conflict_do_update(index_elements=["key"], set_=again, where=done_before)
            return execute_counted(connection, statement, list(rows.values()))

    def lease(self, source: str, *, now: datetime, limit: int, lease_for: timedelta) -> list[LeasedPage]:
        """Take up to `limit` due pages of a source that nobody else holds: highest priority, then shallowest, then earliest."""
        here = (frontier.c.source == source) & frontier.c.done_at.is_(None) & (frontier.c.due_at <= now)
        free = or_(frontier.c.leased_until.is_(None), frontier.c.leased_until <= now)
        first = (frontier.c.priority.desc(), frontier.c.depth, frontier.c.due_at, frontier.c.key)
        with writing(self._engine).begin() as connection:
            wanted = select(frontier).where(here, free).order_by(*first).limit(limit)
            rows = connection.execute(wanted.with_for_update(skip_locked=True)).all()
            for keys in chunks(row.key for row in rows):
                mine = update(frontier).where(frontier.c.key.in_(keys))
                connection.execute(mine.values(leased_until=now + lease_for))
        return [LeasedPage(key=row.key, page=_page(row), depth=row.depth) for row in rows]

    def done(self, key: str, *, now: datetime) -> None:
        """The page's answer has been handed over."""
        self._change(key, done_at=now, leased_until=None, attempts=0)

    def release(self, key: str, *, due: datetime) -> None:
        """Not fetched, or to be tried again at `due`."""
        self._change(key, due_at=due, leased_until=None)

    def take_back(self, source: str) -> int:
        """Free the leases of a source whose crawl was killed; only for who knows that no other crawl of it runs. Returns how many."""
        held = (frontier.c.source == source) & frontier.c.leased_until.is_not(None)
        with writing(self._engine).begin() as connection:
            return connection.execute(update(frontier).where(held).values(leased_until=None)).rowcount

    def known(self, ids: Iterable[str]) -> set[str]:
        """Those of these document ids that are stored already: paging back in time may stop there."""
        found: set[str] = set()
        with self._engine.connect() as connection:
            for some in chunks(ids):
                found.update(connection.execute(select(documents.c.id).where(documents.c.id.in_(some))).scalars())
        return found

    def waiting(self, source: str) -> int:
        """Pages of a source that are not done."""
        here = (frontier.c.source == source) & frontier.c.done_at.is_(None)
        with self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(frontier).where(here)).scalar() or 0

    def _change(self, key: str, **values: Any) -> None:
        with writing(self._engine).begin() as connection:
            connection.execute(update(frontier).where(frontier.c.key == key).values(values))


def _row(page: WaitingPage, due: datetime, depth: int) -> dict[str, Any]:
    return {
        "key": page.key,
        "source": page.source,
        "page": page.page,
        "url": page.url,
        "headers": msgspec.json.encode(page.headers).decode(),
        "browser": page.browser,
        "first": page.first,
        "watch": page.watch,
        "priority": page.priority,
        "depth": depth,
        "due_at": due,
        "leased_until": None,
        "done_at": None,
        "attempts": 0,
    }


def _page(row: Row[Any]) -> WaitingPage:
    return WaitingPage(
        source=row.source,
        page=row.page,
        url=row.url,
        headers=msgspec.json.decode(row.headers, type=tuple[tuple[str, str], ...]),
        browser=row.browser,
        first=row.first,
        watch=row.watch,
        priority=row.priority,
    )
