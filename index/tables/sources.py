"""Sources: whether each is on and who said so, how it answers, and what that means."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, Engine, Row, delete, func, select, update

from domain.feeds import FeedState, Outcome, PageSeen, SourceStatus
from domain.health import ROBOTS, StateChange, after
from domain.people import public_address
from domain.times import now as real_now
from index.tables.columns import replace, writing
from index.tables.evidence import write_evidence
from index.tables.schema import paces, pages, source_audit, source_states, sources


class Sources:
    """Status rows of the sources."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def all(self) -> list[SourceStatus]:
        """All known sources by name."""
        with self._engine.connect() as connection:
            return [_status(row) for row in connection.execute(select(sources).order_by(sources.c.name))]

    def get(self, name: str) -> SourceStatus | None:
        """One by name; None if unknown."""
        with self._engine.connect() as connection:
            row = connection.execute(select(sources).where(sources.c.name == name)).first()
        return None if row is None else _status(row)

    def save(self, status: SourceStatus) -> None:
        """Insert, or replace the one with this name, whatever was seen."""
        with writing(self._engine).begin() as connection:
            replace(connection, sources, [_row(status, _last_seen(connection, status.name))])

    def note(self, status: SourceStatus, *, at: datetime) -> bool:
        """Remember what a source is judged to be (its age and yield taken into account). Returns whether that is a change."""
        with writing(self._engine).begin() as connection:
            return write_state(connection, status.name, status.state, at=at, reason=status.detail or status.reason)

    def states(self, name: str, *, limit: int = 50) -> list[StateChange]:
        """Changes of a source's health, newest first."""
        wanted = select(source_states).where(source_states.c.source == name)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(source_states.c.number.desc()).limit(limit))
            return [_change(row) for row in rows]

    def newest_states(self) -> dict[str, StateChange]:
        """The last change of each source's health, by source."""
        newest = select(func.max(source_states.c.number)).group_by(source_states.c.source)
        with self._engine.connect() as connection:
            rows = connection.execute(select(source_states).where(source_states.c.number.in_(newest)))
            return {row.source: _change(row) for row in rows}

    def switch(self, name: str, *, on: bool, reason: str, by: str = "", at: datetime | None = None) -> None:
        """Switch it, known or not; the reason is kept and audited. at: real time if not given.

        On also means that a person has mended what was wrong: its last answer is no reason any more to leave it alone.
        Only a reason given after robots had refused is a decision against them; it stands until somebody switches off.
        """
        with writing(self._engine).begin() as connection:
            row = connection.execute(select(sources).where(sources.c.name == name)).first()
            status = SourceStatus(name=name) if row is None else _status(row)
            state = FeedState.UNKNOWN if on and status.state is FeedState.OFF else status.state
            decided = status.against_robots if status.on else bool(reason) and ROBOTS in status.detail
            changed = attrs.evolve(
                status, on=on, reason=reason, against_robots=on and decided, state=state if on else FeedState.OFF
            )
            if on:
                changed = attrs.evolve(
                    changed, last_outcome=None, failures=0, detail="" if not status.on else status.detail
                )
            if on:  # a person has looked: the rest that the site asked for is over
                connection.execute(delete(paces).where(paces.c.source == name, paces.c.watch == ""))
            replace(connection, sources, [_row(changed, _last_seen(connection, name))])
            moment = at or real_now()
            write_state(connection, name, changed.state, at=moment, reason=reason)
            line = {"source": name, "at": moment, "on": on, "reason": reason, "by": by}
            connection.execute(source_audit.insert(), line)

    def audit(self, name: str) -> list[tuple[datetime, str, bool, str]]:
        """(when, by, on, reason) of one source, oldest first."""
        wanted = select(source_audit).where(source_audit.c.source == name).order_by(source_audit.c.number)
        with self._engine.connect() as connection:
            return [(row.at, row.by, row.on, row.reason) for row in connection.execute(wanted)]

    def record(self, seen: Iterable[PageSeen]) -> None:
        """Keep how pages were answered, and what that makes of their sources."""
        with writing(self._engine).begin() as connection:
            write_pages(connection, list(seen))

    def pages(self, name: str, *, since: datetime, until: datetime, limit: int = 500) -> list[PageSeen]:
        """A source's answers, newest first. [since, until)."""
        here = (pages.c.source == name) & (pages.c.seen_at >= since) & (pages.c.seen_at < until)
        wanted = select(pages).where(here).order_by(pages.c.seen_at.desc(), pages.c.number.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [_page(row) for row in connection.execute(wanted)]


def write_pages(connection: Connection, seen: Iterable[PageSeen]) -> None:
    """The same as `record`, inside somebody's transaction. Addresses are kept without people and sessions.

    An answer that is handed over again (its archived bytes were read anew) takes the place of its old line.
    """
    newest_last = [attrs.evolve(page, url=public_address(page.url)) for page in sorted(seen, key=lambda p: p.seen_at)]
    if not newest_last:
        return
    new = [page for page in newest_last if not _written_again(connection, page)]
    if new:
        connection.execute(pages.insert(), [_seen_row(page) for page in new])
    write_evidence(connection, newest_last)
    for name in dict.fromkeys(page.source for page in new):
        _write_status(connection, name, [page for page in new if page.source == name])


def write_state(connection: Connection, source: str, state: FeedState, *, at: datetime, reason: str = "") -> bool:
    """Keep a change of health, inside somebody's transaction; what is no change keeps nothing. Returns whether it was one."""
    wanted = select(source_states.c.after).where(source_states.c.source == source)
    before = connection.execute(wanted.order_by(source_states.c.number.desc()).limit(1)).scalar()
    before = before or FeedState.UNKNOWN.value
    if before == state.value:
        return False
    line = {"source": source, "at": at, "before": before, "after": state.value, "reason": reason}
    connection.execute(source_states.insert(), line)
    return True


def _write_status(connection: Connection, name: str, seen: Iterable[PageSeen]) -> None:
    row = connection.execute(select(sources).where(sources.c.name == name)).first()
    status = SourceStatus(name=name) if row is None else _status(row)
    last_seen = None if row is None else row.last_seen_at
    for page in seen:
        if last_seen is not None and page.seen_at < last_seen:
            continue  # what was seen before the newest answer, and arrives late, changes nothing
        before, status, last_seen = status, after(status, page), page.seen_at
        if status.state is not before.state:
            told = page.reason or page.outcome.value
            write_state(connection, name, status.state, at=page.seen_at, reason=status.detail or told)
    replace(connection, sources, [_row(status, last_seen)])


def _written_again(connection: Connection, page: PageSeen) -> bool:
    if not page.archive:
        return False
    here = (pages.c.source == page.source) & (pages.c.seen_at == page.seen_at) & (pages.c.archive == page.archive)
    values = {"outcome": page.outcome.value, "reason": page.reason, "items": page.items, "page": page.page}
    return connection.execute(update(pages).where(here).values(values)).rowcount > 0


def _seen_row(page: PageSeen) -> dict[str, Any]:
    row = attrs.asdict(page) | {"outcome": page.outcome.value}
    del row["document_ids"]  # the table `evidence` has them
    return row


def _change(row: Row[Any]) -> StateChange:
    return StateChange(
        source=row.source, at=row.at, before=FeedState(row.before), after=FeedState(row.after), reason=row.reason
    )


def _last_seen(connection: Connection, name: str) -> datetime | None:
    return connection.execute(select(sources.c.last_seen_at).where(sources.c.name == name)).scalar()


def _row(status: SourceStatus, last_seen: datetime | None) -> dict[str, Any]:
    row = attrs.asdict(status) | {"last_seen_at": last_seen, "state": status.state.value}
    row["last_outcome"] = status.last_outcome.value if status.last_outcome else None
    return row


def _status(row: Row[Any]) -> SourceStatus:
    values = dict(row._mapping)
    del values["last_seen_at"]
    values["state"] = FeedState(values["state"])
    values["last_outcome"] = Outcome(values["last_outcome"]) if values["last_outcome"] else None
    return SourceStatus(**values)


def _page(row: Row[Any]) -> PageSeen:
    values = dict(row._mapping)
    del values["number"]
    return PageSeen(**values | {"outcome": Outcome(row.outcome)})
