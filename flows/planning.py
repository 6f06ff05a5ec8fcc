"""What is due: the first pages of every watch, before a crawl begins."""

import logging
from collections.abc import Iterable
from datetime import datetime

from crawlers.frontier import Frontier
from crawlers.sites.adapter import SiteAdapter
from domain.watches import Watch

log = logging.getLogger(__name__)


def plan(adapter: SiteAdapter, watches: Iterable[Watch], frontier: Frontier, *, now: datetime) -> int:
    """Make the first pages of all watches due. Returns how many pages are newly due.

    A watch of a brand that names its sources is asked only of those.
    """
    added = 0
    for watch in watches:
        if watch.sources and adapter.name not in watch.sources:
            continue
        try:
            added += frontier.add(adapter.first_pages(watch), due=now)
        except Exception:  # one bad watch must not stop the rest; it is told to the operator
            log.exception("first pages failed source=%s watch=%s", adapter.name, watch.name)
    return added
