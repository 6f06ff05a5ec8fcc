"""What is due: the first pages of every watch, before a crawl begins."""

import logging
from collections.abc import Iterable
from datetime import datetime

import attrs

from crawlers.frontier import OWN_PRIORITY, RIVAL_PRIORITY, Frontier
from crawlers.sites.adapter import PageRequest, SiteAdapter
from domain.watches import Watch

log = logging.getLogger(__name__)


def plan(adapter: SiteAdapter, watches: Iterable[Watch], frontier: Frontier, *, now: datetime) -> int:
    """Make the first pages of all watches due, ours before those of competitors. Returns how many pages are newly due.

    A watch of a brand that names its sources is asked only of those. Two watches that share a page share its answer: it
    is asked for once, for the first of them.
    """
    added = 0
    for watch in sorted(watches, key=lambda w: w.rival):
        if watch.sources and adapter.name not in watch.sources:
            continue
        try:
            added += frontier.add([_ranked(page, watch) for page in adapter.first_pages(watch)], due=now)
        except Exception:  # one bad watch must not stop the rest; it is told to the operator
            log.exception("first pages failed source=%s watch=%s", adapter.name, watch.name)
    return added


def _ranked(page: PageRequest, watch: Watch) -> PageRequest:
    """An adapter may move its pages a little up or down among those of the watch."""
    return attrs.evolve(
        page, watch=watch.name, priority=(RIVAL_PRIORITY if watch.rival else OWN_PRIORITY) + page.priority
    )
