"""Sources: whether each is on and who said so, how it answers, and what that means."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Connection, Engine, Row, select

from domain.feeds import FeedState, Outcome, PageSeen, SourceStatus
from domain.times import now as real_now
from index.tables.columns import replace, writing
from index.tables.evidence import write_evidence
from index.tables.schema import pages, source_audit, sources

PATIENCE = 3
"""Bad answers in a row from which a source that is only busy is called degraded."""
ROBOTS = "robots.txt"
"""How the reason of a page begins that a site's robots refused."""
_ROBOTS_ADVICE = "robots.txt 不允许采集，来源已关闭；若公司决定继续，请写明理由：tingchao source on {} --reason …"
_ADVICE = {
    FeedState.LOGIN_REQUIRED: "登录已失效：请重新登录并更新 Cookie",
    FeedState.BLOCKED: "网站要求人工验证或拒绝访问：请先在浏览器里完成验证，再恢复采集",
    FeedState.CHANGED: "页面结构变了：请升级听潮，或把这次的原始页面发给我们",
    FeedState.DEGRADED: "网站连续没有给出正常回答：稍后会自动重试",
}


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
            replace(connection, sources, [_row(changed, _last_seen(connection, name))])
            line = {"source": name, "at": at or real_now(), "on": on, "reason": reason, "by": by}
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


def after(status: SourceStatus, page: PageSeen) -> SourceStatus:
    """The status once this page has been answered so. A source that is off stays off; robots that refuse switch it off."""
    outcome = page.outcome
    if outcome is Outcome.BLOCKED and page.reason.startswith(ROBOTS):
        return attrs.evolve(status, on=False, state=FeedState.OFF, detail=_ROBOTS_ADVICE.format(status.name))
    bad = not outcome.good and outcome is not Outcome.NOT_FOUND  # one page that is gone says nothing about the source
    failures = status.failures + 1 if bad else 0 if outcome.good else status.failures
    state = _state(status.state, outcome, failures)
    return attrs.evolve(
        status,
        state=state if status.on else FeedState.OFF,
        detail=_ADVICE.get(state, "") if status.on else status.detail,
        last_success_at=page.seen_at if outcome.good else status.last_success_at,
        last_item_at=page.seen_at if outcome.good and page.items else status.last_item_at,
        last_outcome=outcome,
        failures=failures,
    )


def _state(before: FeedState, outcome: Outcome, failures: int) -> FeedState:
    if outcome.good:
        return FeedState.HEALTHY
    if outcome is Outcome.LOGIN_REQUIRED:
        return FeedState.LOGIN_REQUIRED
    if outcome in (Outcome.CAPTCHA, Outcome.BLOCKED, Outcome.RATE_LIMITED):
        return FeedState.BLOCKED
    if outcome in (Outcome.CHANGED, Outcome.WRONG_ITEM):
        return FeedState.CHANGED
    if outcome is Outcome.NOT_FOUND or failures < PATIENCE:
        return before
    return FeedState.DEGRADED


def write_pages(connection: Connection, seen: Iterable[PageSeen]) -> None:
    """The same as `record`, inside somebody's transaction."""
    newest_last = sorted(seen, key=lambda page: page.seen_at)
    if not newest_last:
        return
    connection.execute(pages.insert(), [_seen_row(page) for page in newest_last])
    write_evidence(connection, newest_last)
    for name in dict.fromkeys(page.source for page in newest_last):
        row = connection.execute(select(sources).where(sources.c.name == name)).first()
        status = SourceStatus(name=name) if row is None else _status(row)
        last_seen = None if row is None else row.last_seen_at
        for page in newest_last:
            # what was seen before the newest answer, and arrives late, changes nothing
            if page.source == name and (last_seen is None or page.seen_at >= last_seen):
                status, last_seen = after(status, page), page.seen_at
        replace(connection, sources, [_row(status, last_seen)])


def _seen_row(page: PageSeen) -> dict[str, Any]:
    row = attrs.asdict(page) | {"outcome": page.outcome.value}
    del row["document_ids"]  # the table `evidence` has them
    return row


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
