"""Search for people: a query text in, rows with marks, facets and a cursor out."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import attrs
import msgspec

from domain.documents import ComplaintStep, Kind, StoredDocument
from domain.times import UNDATED, Clock, iso_shanghai
from flows.protocols import Complaints
from index.query import And, Node, Range, Term, parse
from index.store import Documents, Found
from nlp.normalize import normalize

FACETS = ("sentiment", "source", "brand", "category", "bad", "flag")


@attrs.frozen(kw_only=True)
class Marked:
    """A document with the places that the query found in its text."""

    document: StoredDocument
    marks: tuple[tuple[int, int], ...]
    """Half-open code point spans of `document.text`, in order, not overlapping."""
    steps: tuple[ComplaintStep, ...] = ()
    """Of a complaint, how it went."""


@attrs.frozen(kw_only=True)
class Answer:
    """One page of search results for a screen."""

    query: str
    total: int
    rows: tuple[Marked, ...]
    after: str | None
    """Cursor of the next page; None = no more."""
    facets: dict[str, list[tuple[str, int]]]
    """Per field of FACETS the values with their counts, most first."""


@attrs.frozen(kw_only=True)
class Search:
    """Answers queries over the stored documents."""

    documents: Documents
    complaints: Complaints
    normalize: Callable[[str], str]
    clock: Clock

    def node(self, query: str, *, since: datetime | None = None, until: datetime | None = None) -> Node:
        """The parsed query, limited to documents published in [since, until). Raises InvalidQuery."""
        tree = parse(query, now=self.clock.now(), normalize=self.normalize)
        if since is None and until is None:
            return tree
        return And(parts=(tree, Range(field="published_at", low=since, high=until)))

    def find(
        self,
        query: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        sort: str = "time",
        limit: int = 20,
        after: str | None = None,
        facets: bool = True,
    ) -> Answer:
        """One page with marks and facets. sort: `time` (newest first) or `relevance`. Raises InvalidQuery."""
        node = self.node(query, since=since, until=until)
        found: Found = self.documents.search(node, sort=sort, limit=limit, after=after)
        words = text_terms(node)
        steps = self.complaints.steps([h.document.id for h in found.hits if h.document.kind is Kind.COMPLAINT])
        return Answer(
            query=query,
            total=found.total,
            rows=tuple(
                Marked(
                    document=h.document,
                    marks=marks(h.document.text, words),
                    steps=tuple(steps.get(h.document.id, ())),
                )
                for h in found.hits
            ),
            after=found.after,
            facets={f: self.documents.facet(node, f, limit=12) for f in FACETS} if facets else {},
        )

    def count(self, query: str, *, since: datetime | None = None, until: datetime | None = None) -> int:
        """Number of matches. Raises InvalidQuery."""
        return self.documents.count(self.node(query, since=since, until=until))

    def scan(
        self, query: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[StoredDocument]:
        """Every match, newest first, memory flat. Raises InvalidQuery."""
        return self.documents.scan(self.node(query, since=since, until=until))


def text_terms(node: Node) -> tuple[str, ...]:
    """The words of a query that are looked for in the text, those under a Not left out."""
    if isinstance(node, Term):
        return (node.value,) if node.field == "text" and node.value else ()
    parts = getattr(node, "parts", ())
    return tuple(dict.fromkeys(word for part in parts for word in text_terms(part)))


def marks(text: str, words: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Where the words stand in the text as it is written: either case, full width, traditional; touching places become one."""
    seen, origins = _seen(text)
    spans = sorted(
        (origins[at], origins[at + len(word) - 1] + 1) for word in words if word for at in _places(seen, word)
    )
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _seen(text: str) -> tuple[str, Sequence[int]]:
    """The text as matching sees it, and for each of its characters the place in the text that it comes from."""
    whole = normalize(text)
    if whole == text:
        return whole, range(len(text))
    parts = [normalize(character) for character in text]  # one character may become several, or none
    if len(whole) == len(text) and all(len(part) == 1 for part in parts):
        return whole, range(len(text))  # the whole knows phrases that keep an old character
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def document_row(document: StoredDocument) -> dict[str, Any]:
    """The row that `search --jsonl` and `export documents` give; design.md §4 fixes its fields."""
    return {
        "id": document.id,
        "source": document.source,
        "kind": document.kind.value,
        "url": document.url,
        "text": document.text,
        "normalized": document.normalized,
        "published_at": published(document),
        "seen_at": iso_shanghai(document.seen_at),
        "rating": document.rating,
        "sku": document.sku,
        "product": document.product,
        "brand": list(document.brands),
        "category": document.category,
        "model": document.model,
        "sentiment": document.sentiment.value,
        "score": document.score,
        "aspects": msgspec.to_builtins(document.aspects),
        "spam": document.spam,
        "cluster": document.cluster,
    }


def published(document: StoredDocument) -> str | None:
    """Publishing time in ISO 8601 with +08:00; a bare date stays a date; None where the file that it came from says none."""
    if document.published_at == UNDATED:
        return None
    text = iso_shanghai(document.published_at)
    return text[:10] if document.date_only else text
