"""The frontier: what to fetch next. It survives `kill -9` and knows what is stored; its rows live in the tables."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

import attrs

from crawlers.sites.adapter import PageRequest

OWN_PRIORITY = 40
"""First pages of our own watches."""
RIVAL_PRIORITY = 30
"""First pages of competitors: before anybody's deep pages, which are older."""
DEEPER = 20
"""What a page found on another one ranks below it, once: our deep pages 20, a rival's 10."""
TRIES = 6
"""Times that a page may stay without an answer; then it is set aside, counted and shown."""
FIRST_PAUSE = timedelta(minutes=10)
"""Product time until the second try; each further pause is twice as long, 5 h 10 min in all."""


@attrs.frozen(kw_only=True)
class Lease:
    """A page that this crawl has taken; it comes back by itself when the lease runs out."""

    key: str
    """Stable id of the request: source, page type, address."""
    request: PageRequest
    depth: int = 0
    """0 = a first page."""
    since: datetime | None = None
    """When its list was begun at the first page: only what was stored before then ends it."""
    attempts: int = 0
    """Tries in a row that got no answer."""


class Fate(StrEnum):
    """What becomes of a page that was asked for."""

    DONE = "done"
    """Its answer has been handed over."""
    RETURNED = "returned"
    """To be asked for again as if it had not been: a person must act first, or the crawl ended."""
    UNANSWERED = "unanswered"
    """Busy or cut: again after a pause that grows; set aside after TRIES."""


@attrs.frozen(kw_only=True)
class Settled:
    """A page, what became of it, and what it leads to."""

    lease: Lease
    fate: Fate
    follow: tuple[PageRequest, ...] = ()


class Frontier(Protocol):
    """Pages due, in rows that survive `kill -9`."""

    def add(self, requests: Iterable[PageRequest], *, due: datetime, depth: int = 0) -> int:
        """Add pages that are not waiting already. Returns how many were new. A page that was done before becomes due again."""
        ...

    def lease(self, source: str, *, now: datetime, limit: int, lease_for: timedelta) -> list[Lease]:
        """Take up to `limit` due pages of a source that nobody else holds: highest priority, then shallowest, then earliest."""
        ...

    def settle(self, settled: Sequence[Settled], *, now: datetime, asked: int) -> None:
        """Pages are finished, together: their answers are in the inbox already. asked: how many of them the site saw."""
        ...

    def known(self, ids: Iterable[str], *, before: datetime | None = None) -> set[str]:
        """Those of these document ids that are stored already (before that time): paging back may stop there."""
        ...


def followed(priority: int) -> int:
    """Priority of a page that was found on one of this priority."""
    first_page = min(priority, OWN_PRIORITY)
    return first_page - DEEPER if first_page >= RIVAL_PRIORITY else first_page


def pause_after(attempts: int) -> timedelta:
    """How long a page waits that got no answer `attempts` times in a row."""
    return FIRST_PAUSE * (1 << (max(attempts, 1) - 1))
