"""The seams to everything that is kept: `Documents` (two engines), `Ledger`, `Prices`, `AlertLog`.

The ledger of truth is the table `documents`. Both engines follow it: each stored row carries a growing
sequence number, an engine remembers how far it has come, and catching up twice changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import attrs

from domain.alerts import Alert, Delivery, Notice, TickCount
from domain.documents import StoredDocument
from domain.errors import StoreUnavailable
from domain.feeds import HotTopic, PageSeen, SiteTotal
from domain.prices import PriceObservation, Product
from domain.watches import Watch
from index.query import Node


class IndexDamaged(StoreUnavailable):
    """An index that can't be read or has an old shape; nothing is lost: reset it and catch up from the ledger."""


@attrs.frozen(kw_only=True)
class Hit:
    """One search result."""

    document: StoredDocument
    score: float
    """BM25, comparable only within one answer."""


@attrs.frozen(kw_only=True)
class Found:
    """One page of results."""

    total: int
    """All matches, not only those on this page."""
    hits: tuple[Hit, ...]
    after: str | None
    """Opaque cursor of the next page; None = no more."""


class Documents(Protocol):
    """A search engine over the ledger's rows. Idempotent by id: the highest version wins, whatever the order of arrival."""

    def put(self, documents: Iterable[StoredDocument]) -> int:
        """Insert or replace; visible to readers on return. Returns how many were written. Raises StoreUnavailable."""
        ...

    def search(self, query: Node, *, sort: str = "time", limit: int = 20, after: str | None = None) -> Found:
        """One page of matches. sort: `time` (newest first, ties in a fixed order, the same in both engines) or `relevance`."""
        ...

    def count(self, query: Node) -> int:
        """Number of matches, exact."""
        ...

    def scan(self, query: Node) -> Iterator[StoredDocument]:
        """All matches, newest first, any number, memory flat."""
        ...

    def facet(self, query: Node, field: str, *, limit: int = 20) -> list[tuple[str, int]]:
        """Matches per value of `source kind sentiment brand category model sku product rating aspect bad good severity cluster author counted`.

        Most first, equal ones by value.
        """
        ...

    def histogram(
        self, query: Node, *, bucket_s: int, split: str | None = None
    ) -> dict[str, list[tuple[datetime, int]]]:
        """Matches per time bucket of `published_at`, buckets aligned to Shanghai midnight, oldest first, empty ones left out.

        split: a facet field; the answer then has one entry per value, else one entry under "".
        """
        ...

    def delete(self, ids: Sequence[str]) -> int:
        """Remove by id. Returns how many ids were asked for."""
        ...

    def sequence(self) -> int:
        """How far in the ledger this engine has come, as last given to `advance`."""
        ...

    def advance(self, sequence: int) -> None:
        """Remember durably that all ledger rows up to `sequence` are in."""
        ...

    def close(self) -> None:
        """Give back files and connections."""
        ...


@attrs.frozen(kw_only=True)
class Stored:
    """What became of a batch in the ledger."""

    stored: int
    """New ids and new price observations."""
    updated: int
    """Known ids with new content."""
    known: int
    """Nothing new."""


@attrs.frozen(kw_only=True)
class Batch:
    """One inbox file, analysed: stored in one transaction, or not at all."""

    receipt: str
    """Name of the inbox file; a second batch with the same name stores nothing."""
    documents: tuple[StoredDocument, ...] = ()
    prices: tuple[PriceObservation, ...] = ()
    products: tuple[Product, ...] = ()
    pages: tuple[PageSeen, ...] = ()
    totals: tuple[SiteTotal, ...] = ()
    topics: tuple[HotTopic, ...] = ()


class Ledger(Protocol):
    """Documents as truth, with the counts per watch and tick that the monitor reads."""

    def store(self, batch: Batch, watches: Sequence[Watch], *, now: datetime) -> Stored:
        """All of the batch and its counts in one transaction; idempotent by receipt and by id. now: product time of storing."""
        ...

    def receipt(self, name: str) -> Stored | None:
        """What became of an inbox file; None = not stored yet."""
        ...

    def recount(self, watch: Watch) -> int:
        """Match one new or changed watch against all documents. Returns its number of documents."""
        ...

    def get(self, ids: Sequence[str]) -> list[StoredDocument]:
        """Rows in the order asked; unknown ids are left out."""
        ...

    def stored_at(self, document_id: str) -> datetime | None:
        """When a document was first committed, product time, aware UTC; None if unknown."""
        ...

    def since(self, sequence: int, *, limit: int) -> list[tuple[int, StoredDocument]]:
        """Rows written after `sequence`, oldest write first: what an engine has still to take in."""
        ...

    def erased_since(self, sequence: int, *, limit: int) -> list[tuple[int, str]]:
        """Ids erased after `sequence`, oldest first: what an engine has still to take out."""
        ...

    def last_sequence(self) -> int:
        """Sequence of the newest write or erasure; 0 = empty."""
        ...

    def counts(self, watch: str, *, since: datetime, until: datetime) -> dict[str, list[TickCount]]:
        """Counts per source (key) of one watch by publishing time, oldest first, empty ticks left out. [since, until)."""
        ...

    def documents_of(
        self, watch: str, *, since: datetime, until: datetime, negative: bool | None = None, limit: int = 200
    ) -> list[StoredDocument]:
        """A watch's documents by publishing time, newest first."""
        ...

    def erase(self, *, ids: Sequence[str] = (), author: str = "") -> list[str]:
        """Remove documents and their counts by id or by author hash. Returns the ids removed."""
        ...


class Prices(Protocol):
    """Price observations and the products that they are of."""

    def put(self, observations: Iterable[PriceObservation], products: Iterable[Product]) -> int:
        """Store; equal (sku, shop, seen_at) only once. Returns how many were new."""
        ...

    def products(self) -> list[Product]:
        """All known products, by brand and title."""
        ...

    def history(
        self, sku: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[PriceObservation]:
        """Observations of one product over all shops, oldest first."""
        ...

    def latest(self, skus: Sequence[str] | None = None) -> Mapping[str, list[PriceObservation]]:
        """Newest observation per shop of each product."""
        ...

    def all(self, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[PriceObservation]:
        """Every observation, oldest first, memory flat."""
        ...


class AlertLog(Protocol):
    """Alerts, the notices that they owe, and what became of each: state change and debt in one transaction."""

    def save(
        self, alert: Alert, notices: Sequence[Notice] = (), *, by: str = "", action: str = "", note: str = ""
    ) -> None:
        """Write the alert as it now is, the notices that it owes, and an audit line. A notice whose key exists is not owed again."""
        ...

    def get(self, alert_id: str) -> Alert | None:
        """One alert, None if unknown."""
        ...

    def open(self, watch: str | None = None) -> list[Alert]:
        """Alerts that are not resolved, newest first."""
        ...

    def recent(self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 200) -> list[Alert]:
        """Alerts by opening time, newest first."""
        ...

    def audit(self, alert_id: str) -> list[tuple[datetime, str, str, str]]:
        """(when, by, action, note) of one alert, oldest first."""
        ...

    def claim(self, *, now: datetime, limit: int = 20, claim_s: float = 60) -> list[Notice]:
        """Take waiting notices that are due, so that no other sender takes them; unsent claims come back after `claim_s` real seconds."""
        ...

    def settle(self, delivery: Delivery, *, next_try: datetime | None = None) -> None:
        """Write the outcome of a try; `next_try` puts it back in the queue."""
        ...

    def deliveries(self, alert_id: str) -> list[tuple[Notice, Delivery]]:
        """All notices of an alert with their latest outcome, oldest first."""
        ...
