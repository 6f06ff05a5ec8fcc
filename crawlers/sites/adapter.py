"""The seam to a site: what an adapter is asked, and what it answers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

import attrs

from domain.documents import Document
from domain.feeds import HotTopic, Outcome
from domain.prices import PriceObservation, Product
from domain.watches import Watch


@attrs.frozen(kw_only=True)
class PageRequest:
    """A page to fetch."""

    source: str
    """Name of the source (adapter) that asked."""
    page: str
    """Page type in the adapter's words: reviews, search, price."""
    url: str
    """Real public address."""
    headers: tuple[tuple[str, str], ...] = ()
    browser: bool = False
    """Open it in a real browser and listen to the JSON that it loads."""
    first: bool = True
    """First page of a list: an empty one means empty, not end."""
    watch: str = ""
    """Watch it serves, for newest-first budgets; empty = none."""
    priority: int = 0
    """Higher is fetched first: see `flows.planning`; depth and due time decide among equals."""


@attrs.frozen(kw_only=True)
class RawPage:
    """An answer as received."""

    url: str
    """Real public address, after redirects the one that answered."""
    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    """Names in lower case."""
    seen_at: datetime
    """When the bytes were received, aware UTC; relative times are resolved against it."""


@attrs.frozen(kw_only=True)
class Stats:
    """The site's own totals, to show what was not collected."""

    total: int | None = None
    by_rating: dict[str, int] = attrs.field(factory=dict)
    """good, neutral, bad, or 1–5."""
    folded: int | None = None
    exact: bool = True
    """False where the site rounds (4.9万+)."""
    subject: str = ""
    """What is counted: a sku (`jd:1000…`), a search word, a post id; empty = whatever the page's address is about."""


@attrs.frozen(kw_only=True)
class ParsedPage:
    """What a page said."""

    site: str
    page: str
    outcome: Outcome
    reason: str = ""
    """Why this outcome, in a few English words; empty for ok."""
    documents: tuple[Document, ...] = ()
    """`author` holds the site's own id or name; the hand-off makes it a keyed hash."""
    prices: tuple[PriceObservation, ...] = ()
    products: tuple[Product, ...] = ()
    stats: Stats | None = None
    topics: tuple[HotTopic, ...] = ()
    """Lines of a hot-search list, in its order."""
    next_pages: tuple[PageRequest, ...] = ()
    """What to fetch next, most useful first; the crawl decides how far to go."""
    thorough: bool = False
    """A slice of the past, to be read whole: that its documents are known says nothing about what follows."""


class SiteAdapter(Protocol):
    """Knows one site: where its pages are, and what they say. Pure: no network, no clock."""

    @property
    def name(self) -> str:
        """Source name: `jd`."""
        ...

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts whose pages it reads; `*` = any (the generic shop page)."""
        ...

    def first_pages(self, watch: Watch) -> Iterable[PageRequest]:
        """The pages at which collecting for this watch starts, newest first. Empty where the site has nothing for it."""
        ...

    def page_of(self, url: str) -> str | None:
        """The page type that this address belongs to, from host, path and API name; None = not ours."""
        ...

    def parse(self, page: RawPage) -> ParsedPage:
        """Classify, then read. Never raises: a strange shape is `changed` with its reason."""
        ...


JsonObject = dict[str, Any]  # a site's own JSON, of any shape until the adapter has looked at it
