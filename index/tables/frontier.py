"""Pages waiting to be fetched, in rows that survive `kill -9`; wiring joins them to the crawlers' frontier."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import attrs
import msgspec
from sqlalchemy import Connection, Engine, Row, bindparam, func, or_, select, true, update

from index.tables.columns import chunks, execute_counted, upsert, writing
from index.tables.paces import spend
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
    since: datetime | None = None
    """When its list was begun at the first page."""
    attempts: int = 0
    """Tries in a row that got no answer."""


@attrs.frozen(kw_only=True)
class SettledPage:
    """What became of a page, and what it leads to."""

    key: str
    due: datetime | None
    """When it is to be asked for again; None = it is done."""
    attempts: int = 0
    """Tries in a row that got no answer; done with some = set aside."""
    follow: tuple[WaitingPage, ...] = ()
    depth: int = 0
    """Of the page itself."""
    since: datetime | None = None


@attrs.frozen(kw_only=True)
class Spent:
    """Pages that one session asked for."""

    source: str
    account: str
    pages: int


class Frontier:
    """What to fetch next."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def add(self, pages: Iterable[WaitingPage], *, due: datetime, depth: int = 0) -> int:
        """Add pages that are not waiting already. Returns how many were new. A page that was done before becomes due again."""
        rows = {page.key: _row(page, due, depth, due) for page in pages}
        if not rows:
            return 0
        with writing(self._engine).begin() as connection:
            return _add(connection, rows)

    def settle(self, settled: Iterable[SettledPage], *, now: datetime, spent: Spent | None = None) -> None:
        """Finish pages and make due what they lead to, all or nothing. spent: counted against the session's day with them."""
        found = list(settled)
        following = {page.key: _row(page, now, each.depth + 1, each.since) for each in found for page in each.follow}
        with writing(self._engine).begin() as connection:
            if found:
                connection.execute(_SETTLE, [_end(each, now) for each in found])
            if following:
                _add(connection, following)
            if spent and spent.pages:
                spend(connection, spent.source, spent.account, at=now, pages=spent.pages)

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
        return [
            LeasedPage(key=row.key, page=_page(row), depth=row.depth, since=row.since, attempts=row.attempts)
            for row in rows
        ]

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

    def known(self, ids: Iterable[str], *, before: datetime | None = None) -> set[str]:
        """Those of these document ids that are stored already (before that time): paging back in time may stop there."""
        found: set[str] = set()
        earlier = documents.c.stored_at < before if before else true()
        with self._engine.connect() as connection:
            for some in chunks(ids):
                wanted = select(documents.c.id).where(documents.c.id.in_(some), earlier)
                found.update(connection.execute(wanted).scalars())
        return found

    def waiting(self, source: str) -> int:
        """Pages of a source that are not done."""
        here = (frontier.c.source == source) & frontier.c.done_at.is_(None)
        with self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(frontier).where(here)).scalar() or 0

    def is_due(self, source: str, *, now: datetime) -> bool:
        """Does a page wait whose time has come, leased or not?"""
        here = (frontier.c.source == source) & frontier.c.done_at.is_(None) & (frontier.c.due_at <= now)
        with self._engine.connect() as connection:
            return connection.execute(select(frontier.c.key).where(here).limit(1)).first() is not None

    def set_aside(self, source: str, *, since: datetime) -> list[WaitingPage]:
        """Pages given up since then, after too many tries without an answer."""
        given_up = (frontier.c.source == source) & (frontier.c.done_at >= since) & (frontier.c.attempts > 0)
        with self._engine.connect() as connection:
            return [_page(row) for row in connection.execute(select(frontier).where(given_up))]

    def _change(self, key: str, **values: Any) -> None:
        with writing(self._engine).begin() as connection:
            connection.execute(update(frontier).where(frontier.c.key == key).values(values))


_SETTLE = (
    update(frontier)
    .where(frontier.c.key == bindparam("of"))
    .values(
        done_at=bindparam("done"),
        due_at=func.coalesce(bindparam("due", type_=frontier.c.due_at.type), frontier.c.due_at),
        attempts=bindparam("tries"),
        leased_until=None,
    )
)


def _end(page: SettledPage, now: datetime) -> dict[str, Any]:
    return {"of": page.key, "done": None if page.due else now, "due": page.due, "tries": page.attempts}


def _add(connection: Connection, rows: dict[str, dict[str, Any]]) -> int:
    statement = upsert(connection, frontier)
    again = {name: statement.excluded[name] for name in next(iter(rows.values())) if name != "key"}
    statement = statement.on_conflict_do_update(
        index_elements=["key"], set_=again, where=frontier.c.done_at.is_not(None)
    )
    return execute_counted(connection, statement, list(rows.values()))


def _row(page: WaitingPage, due: datetime, depth: int, since: datetime | None) -> dict[str, Any]:
    return {
        "since": since,
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
