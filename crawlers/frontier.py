"""What to fetch next: a small protocol; index/tables holds its rows, wiring joins the two."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from crawlers.sites.adapter import PageRequest


@attrs.frozen(kw_only=True)
class Lease:
    """A page that one crawl has taken; it comes back by itself if the crawl dies."""

    key: str
    """Stable id of the request."""
    request: PageRequest
    depth: int
    """0 = a first page."""


class Frontier(Protocol):
    """Pages due, in rows that survive `kill -9`."""

    def add(self, requests: Iterable[PageRequest], *, due: datetime, depth: int = 0) -> int:
        """Add pages that are not waiting already. Returns how many were new. A page that was done before becomes due again."""
        ...

    def lease(self, source: str, *, now: datetime, limit: int, lease_for: timedelta) -> list[Lease]:
        """Take up to `limit` due pages of a source that nobody else holds: highest priority, then shallowest, then earliest."""
        ...

    def done(self, lease: Lease, *, now: datetime) -> None:
        """The page's answer has been handed over."""
        ...

    def release(self, lease: Lease, *, due: datetime) -> None:
        """Not fetched, or to be tried again at `due`."""
        ...

    def known(self, ids: Iterable[str]) -> set[str]:
        """Those of these document ids that are stored already: paging back in time may stop there."""
        ...
