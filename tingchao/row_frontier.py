"""The crawlers' frontier over the rows of the tables; joins two rooms that don't know each other."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import attrs

from crawlers.frontier import TRIES, Fate, Lease, Settled, pause_after
from crawlers.sites.adapter import PageRequest
from index import tables
from index.tables import LeasedPage, SettledPage, Spent, WaitingPage


@attrs.frozen
class RowFrontier:
    """What one crawl of one source works through. See crawlers.frontier.Frontier for each method."""

    rows: tables.Frontier
    source: str
    account: str = ""
    """The session whose day the pages are counted against."""

    def add(self, requests: Iterable[PageRequest], *, due: datetime, depth: int = 0) -> int:
        """Pages that are not waiting yet."""
        return self.rows.add([_waiting(request) for request in requests], due=due, depth=depth)

    def lease(self, source: str, *, now: datetime, limit: int, lease_for: timedelta) -> list[Lease]:
        """Pages that are due."""
        return [_lease(page) for page in self.rows.lease(source, now=now, limit=limit, lease_for=lease_for)]

    def settle(self, settled: Sequence[Settled], *, now: datetime, asked: int) -> None:
        """What became of them, with the session's count of the day in the same transaction."""
        spent = Spent(source=self.source, account=self.account, pages=asked)
        self.rows.settle([_settled(each, now) for each in settled], now=now, spent=spent)

    def known(self, ids: Iterable[str], *, before: datetime | None = None) -> set[str]:
        """What is stored."""
        return self.rows.known(ids, before=before)


def _settled(settled: Settled, now: datetime) -> SettledPage:
    lease = settled.lease
    tries = lease.attempts + 1 if settled.fate is Fate.UNANSWERED else 0
    due = {
        Fate.DONE: None,
        Fate.RETURNED: now,
        Fate.UNANSWERED: None if tries >= TRIES else now + pause_after(tries),
    }[settled.fate]
    return SettledPage(
        key=lease.key,
        due=due,
        attempts=lease.attempts if settled.fate is Fate.RETURNED else tries,
        follow=tuple(_waiting(request) for request in settled.follow),
        depth=lease.depth,
        since=lease.since,
    )


def _waiting(request: PageRequest) -> WaitingPage:
    return WaitingPage(**attrs.asdict(request, recurse=False))


def _lease(leased: LeasedPage) -> Lease:
    page = PageRequest(**attrs.asdict(leased.page, recurse=False))
    return Lease(key=leased.key, request=page, depth=leased.depth, since=leased.since, attempts=leased.attempts)
