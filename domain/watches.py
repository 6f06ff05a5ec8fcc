"""Watches: what a team follows, and which documents belong to it."""

import unicodedata
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache

import attrs

from domain.documents import StoredDocument


@attrs.frozen(kw_only=True)
class WatchedProduct:
    """A product that a watch follows, by page address or by site and id."""

    url: str
    """Public product page; the site's adapter reads the sku from it."""
    title: str = ""
    floor: Decimal | None = None
    """控价 line in yuan; None = no line."""


@attrs.frozen(kw_only=True)
class Watch:
    """What a team follows: words, products, sources, and whom to tell."""

    name: str
    """Unique, chosen by people: 澜川."""
    brand: str = ""
    """Canonical brand; empty for a watch of words only."""
    rival: bool = False
    """A competitor: prices and comparisons, but no crisis pages."""
    aliases: tuple[str, ...] = ()
    """Other spellings and nicknames of the brand."""
    words: tuple[str, ...] = ()
    """Further words; any of them makes a match."""
    excluded: tuple[str, ...] = ()
    """Words that take a match away."""
    products: tuple[WatchedProduct, ...] = ()
    sources: tuple[str, ...] = ()
    """Names of sources; empty = all that are on."""
    channels: tuple[str, ...] = ()
    """Names of channels in the settings that are told."""
    minimum_authors: int = 5
    """Distinct new authors below which a surge is never paged."""
    strength: float = 2.0
    """How many times the usual the negatives must reach."""
    quiet: timedelta = timedelta(minutes=30)
    """Time between two notices of one growing alert."""

    @property
    def terms(self) -> tuple[str, ...]:
        """Everything that is searched for: the brand, its aliases, its words; no repeats, in this order."""
        return tuple(dict.fromkeys(t for t in (self.brand, *self.aliases, *self.words) if t))


def matches(watch: Watch, document: StoredDocument) -> bool:
    """Does the document belong to the watch?

    Yes where it is about the brand or holds one of the terms, holds no excluded word and comes from a followed source.
    """
    if watch.sources and document.source not in watch.sources:
        return False
    text = document.normalized
    if any(word in text for word in map(needle, watch.excluded) if word):
        return False
    brand = needle(watch.brand)
    return (brand != "" and any(needle(b) == brand for b in document.brands)) or any(
        term in text for term in map(needle, watch.terms) if term
    )


@lru_cache(maxsize=65_536)
def needle(term: str) -> str:
    """A term as it stands in normalised text: half width, lower case, no blanks around it; empty for a blank one."""
    return unicodedata.normalize("NFKC", term).strip().lower()
