"""Back-fill: what a source still has of the past, asked for where a team wants to know how it was."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, Protocol, runtime_checkable

import attrs

from crawlers.frontier import Frontier
from crawlers.sites.adapter import PageRequest
from domain.errors import InvalidInput
from domain.times import iso_shanghai
from domain.watches import Watch

PRIORITY: Final = 5
"""After everything that is new: a back-fill may take days, the newest posts never wait for it."""


@attrs.frozen(kw_only=True)
class Past:
    """A stretch of the past, half-open."""

    since: datetime
    """Aware."""
    until: datetime | None = None
    """Aware; None = now."""


@runtime_checkable
class WithHistory(Protocol):
    """A site whose search can be asked for a stretch of time."""

    name: str

    def history_pages(self, watch: Watch, *, since: datetime, until: datetime) -> Iterable[PageRequest]:
        """First pages of slices that together hold what was published in [since, until), newest first."""
        ...


def plan_history(site: object, watches: Iterable[Watch], frontier: Frontier, *, past: Past, now: datetime) -> int:
    """Make the slices of the past due; later crawls go on with them. Returns how many pages are newly due.

    Raises InvalidInput for a site that can't be asked for the past, and for a stretch that is empty or lies ahead.
    """
    until = min(past.until or now, now)
    if not isinstance(site, WithHistory):
        name = getattr(site, "name", "this source")
        raise InvalidInput(f"{name} can't be asked for the past; import an export of it instead: tingchao import FILE")
    if past.since >= until:
        raise InvalidInput(f"--since {iso_shanghai(past.since)} is not before {iso_shanghai(until)}")
    pages = [
        attrs.evolve(page, watch=watch.name, priority=PRIORITY)
        for watch in watches
        if not watch.sources or site.name in watch.sources
        for page in site.history_pages(watch, since=past.since, until=until)
    ]
    return frontier.add(pages, due=now)
