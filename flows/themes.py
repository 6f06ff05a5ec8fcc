"""What people complain of (or praise): themes counted over any filter, each opening to exactly its rows."""

from datetime import datetime
from typing import Any

import attrs

from domain.analysis import Polarity
from flows.search import Search
from index.query import And, Everything, Node, Range, Term, render
from index.store import Documents
from nlp.themes import Theme, quotes, themes

EVERYTHING = Everything()
SIDES = {Polarity.NEGATIVE: "bad", Polarity.POSITIVE: "good"}


@attrs.frozen(kw_only=True)
class Quote:
    """A short clause that shows a theme."""

    id: str
    """Document it is from."""
    text: str


@attrs.frozen(kw_only=True)
class ThemeRow:
    """One theme of a selection."""

    theme: str
    """Aspect name."""
    count: int
    """Documents; `tingchao search QUERY` with `query` gives exactly as many rows."""
    share: float
    """Of the selected documents of that sentiment, 0–1."""
    lift: float
    """How many times as frequent as among documents of the other side."""
    query: str
    quotes: tuple[Quote, ...]


@attrs.frozen(kw_only=True)
class Selection:
    """What themes are asked of; empty fields select everything."""

    brand: str = ""
    category: str = ""
    model: str = ""
    since: datetime | None = None
    until: datetime | None = None
    sentiment: Polarity = Polarity.NEGATIVE
    within: Node = EVERYTHING
    """Only among the matches of this query."""

    def node(self, sentiment: Polarity | None) -> Node:
        """The selection as a query, with a sentiment or without."""
        named = (("brand", self.brand), ("category", self.category), ("model", self.model))
        parts: list[Node] = [Term(field=f, value=v) for f, v in named if v]
        if sentiment:
            parts.append(Term(field="sentiment", value=sentiment.value))
        if self.since or self.until:
            parts.append(Range(field="published_at", low=self.since, high=self.until))
        if self.within != EVERYTHING:
            parts.append(self.within)
        return And(parts=tuple(parts)) if len(parts) > 1 else parts[0] if parts else Everything()


@attrs.frozen(kw_only=True)
class Themes:
    """Counts themes over the stored documents."""

    documents: Documents
    search: Search

    def of(self, selection: Selection, *, limit: int = 15, quoted: int = 3) -> list[ThemeRow]:
        """Themes of a selection, most frequent first; only those of the taxonomy, none with a count of 0."""
        asked = selection.sentiment if selection.sentiment in SIDES else Polarity.NEGATIVE
        other = Polarity.POSITIVE if asked is Polarity.NEGATIVE else Polarity.NEGATIVE
        field = SIDES[asked]
        here, there = selection.node(asked), selection.node(other)
        ranked = themes(
            dict(self.documents.facet(here, field, limit=100)),
            dict(self.documents.facet(there, field, limit=100)),
            negatives=self.documents.count(here),
            positives=self.documents.count(there),
            limit=limit,
        )
        return [self._row(theme, here, field, asked, quoted) for theme in ranked]

    def _row(self, theme: Theme, here: Node, field: str, side: Polarity, quoted: int) -> ThemeRow:
        wanted = And(parts=(*_parts(here), Term(field=field, value=theme.theme)))
        found = self.documents.search(wanted, sort="time", limit=40)
        chosen = quotes((h.document for h in found.hits), theme.theme, polarity=side, limit=quoted)
        return ThemeRow(
            theme=theme.theme,
            count=theme.count,
            share=theme.share,
            lift=theme.lift,
            query=render(wanted),
            quotes=tuple(Quote(id=document_id, text=text) for document_id, text in chosen),
        )


def _parts(node: Node) -> tuple[Node, ...]:
    if isinstance(node, And):
        return node.parts
    return () if isinstance(node, Everything) else (node,)


def theme_row(row: ThemeRow) -> dict[str, Any]:
    """The row that `themes --jsonl` and `export themes` give."""
    return attrs.asdict(row)
