"""Known things that are looked at again: posts about us as they grow older, and the hot-search list in every crawl."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol, runtime_checkable

import attrs

from alerts.spread import AGES, due_age
from crawlers.frontier import Frontier
from crawlers.sites.adapter import PageRequest
from domain.documents import Kind, StoredDocument
from domain.watches import Watch
from flows.protocols import Engagement
from index.store import Ledger

AT_ONCE: Final = 10
"""Pages of one crawl that go to known posts at most: the rest is for new ones."""
PRIORITY: Final = 80
"""Before the deep pages of a search, after the hot-search list."""
HOT_PRIORITY: Final = 90


@runtime_checkable
class Rereading(Protocol):
    """A site whose posts can be asked for one by one."""

    name: str

    def reread_page(self, document_id: str) -> PageRequest | None:
        """The page that shows a known post's present counts; None where there is none."""
        ...


@runtime_checkable
class HotListing(Protocol):
    """A site with a hot-search list."""

    def hot_pages(self) -> Iterable[PageRequest]:
        """The pages of the list as it is now."""
        ...


def plan_hot_list(site: object, watches: Iterable[Watch], frontier: Frontier, *, now: datetime) -> int:
    """Make the hot-search list due, before everything else, where somebody of ours is watched. Returns how many pages."""
    if not isinstance(site, HotListing) or all(watch.rival for watch in watches):
        return 0
    return frontier.add([attrs.evolve(page, priority=HOT_PRIORITY) for page in site.hot_pages()], due=now)


@attrs.frozen(kw_only=True)
class Rereads:
    """Chooses which known posts are read again now."""

    ledger: Ledger
    engagement: Engagement

    def plan(self, site: object, watches: Iterable[Watch], frontier: Frontier, *, now: datetime) -> int:
        """Make the pages of posts due, newest first, AT_ONCE at most. Returns how many pages are newly due.

        site: an adapter; one that can't ask for single posts plans nothing. A rival's posts are not read again.
        """
        if not isinstance(site, Rereading):
            return 0
        pages = []
        for watch in watches:
            if watch.rival or (watch.sources and site.name not in watch.sources):
                continue
            due = self._due(watch, site.name, now)
            asked = (site.reread_page(document.id) for document in due)
            pages += [attrs.evolve(page, watch=watch.name, priority=PRIORITY) for page in asked if page]
        newest_first = list({p.url: p for p in pages}.values())[:AT_ONCE]
        return frontier.add(newest_first, due=now)

    def _due(self, watch: Watch, source: str, now: datetime) -> list[StoredDocument]:
        since = now - AGES[-1] - timedelta(hours=2)
        posts = [
            d
            for d in self.ledger.documents_of(watch.name, since=since, until=now, limit=500)
            if d.source == source and d.kind is Kind.POST and not d.gone and not d.date_only
        ]
        looks = self.engagement.looks([d.id for d in posts])
        return [d for d in posts if due_age(d.published_at, [look.at for look in looks.get(d.id, [])], now=now)]
