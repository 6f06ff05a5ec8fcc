"""Wishes: what people want changed or added, by aspect and by typical phrase, each opening to exactly its rows."""

from typing import Any

import attrs

from domain.documents import StoredDocument
from domain.times import Clock
from flows.selections import Selection, any_of, periods, together
from flows.themes import Quote
from flows.trends import Trend, comparison, trend_row
from index.columns import NO_ASPECT
from index.query import Node, Term, render
from index.store import Documents
from nlp.normalize import normalize
from nlp.phrases import typical
from nlp.said import clauses
from nlp.themes import phrase_quotes, wish_quotes
from nlp.typical import names_of

SAMPLE = 1_500
_ALL_VALUES = 1_000
_QUOTED_ROWS = 40


@attrs.frozen(kw_only=True)
class WishRow:
    """One kind of wish."""

    theme: str
    """Aspect, 其他, or a typical phrase."""
    count: int
    """Documents; `query` finds exactly as many."""
    share: float
    """Of the selection's documents with a wish, 0–1."""
    query: str
    quotes: tuple[Quote, ...]
    trend: Trend
    phrases: tuple[str, ...] = ()
    """Of a typical phrase."""


@attrs.frozen(kw_only=True)
class WishList:
    """All wishes of a selection."""

    count: int
    """Documents with a wish."""
    query: str
    aspects: tuple[WishRow, ...]
    """Most frequent first; a document may wish for several."""
    phrases: tuple[WishRow, ...]
    """What they are about in words, most frequent first."""
    read: int
    """Documents that were read for phrases: the newest."""


@attrs.frozen(kw_only=True)
class Wishes:
    """Counts wishes over the stored documents, of any mood: who praises may wish too."""

    documents: Documents
    clock: Clock

    def of(self, selection: Selection, *, limit: int = 12, quoted: int = 3) -> WishList:
        """The wishes of a selection; its sentiment is left out of account."""
        here = selection.node()
        by_aspect = self.documents.facet(here, "wish", limit=_ALL_VALUES)
        if not by_aspect:
            return WishList(
                count=0, query=render(together(here, any_of("wish", [NO_ASPECT]))), aspects=(), phrases=(), read=0
            )
        any_wish = any_of("wish", [value for value, _ in by_aspect])
        wishing = together(here, any_wish)
        newest = self.documents.search(wishing, sort="time", limit=SAMPLE)
        compared = comparison(self.documents, selection, periods(selection, self.clock.now()))

        def row(theme: str, node: Node, quotes: list[tuple[str, str]], phrases: tuple[str, ...] = ()) -> WishRow:
            wanted = together(here, node)
            count = self.documents.count(wanted)
            return WishRow(
                theme=theme,
                count=count,
                share=round(count / max(1, newest.total), 4),
                query=render(wanted),
                quotes=tuple(Quote(id=i, text=t) for i, t in quotes),
                trend=compared.counted(self.documents, node, known=count),
                phrases=phrases,
            )

        read = [hit.document for hit in newest.hits]
        aspects = []
        for value, _ in by_aspect[:limit]:
            aspect = "" if value == NO_ASPECT else value
            term = Term(field="wish", value=value)
            shown = self.documents.search(together(here, term), sort="time", limit=_QUOTED_ROWS)
            aspects.append(row(value, term, wish_quotes((h.document for h in shown.hits), aspect, limit=quoted)))
        told = []
        for cluster in typical(_said(read), names=names_of(read), limit=limit):
            node = together(any_wish, any_of("text", cluster.phrases))
            holding = [d for d in read if any(p in d.normalized for p in cluster.phrases)][:_QUOTED_ROWS]
            told.append(row(cluster.name, node, phrase_quotes(holding, cluster.phrases, limit=quoted), cluster.phrases))
        told.sort(key=lambda each: (-each.count, each.theme))
        return WishList(
            count=newest.total, query=render(wishing), aspects=tuple(aspects), phrases=tuple(told), read=len(read)
        )  # fmt: skip


def wish_row(row: WishRow) -> dict[str, Any]:
    """The row that `themes --wishes --jsonl` gives."""
    return {
        "theme": row.theme,
        "count": row.count,
        "share": row.share,
        "query": row.query,
        "quotes": [attrs.asdict(quote) for quote in row.quotes],
        "phrases": list(row.phrases),
        **trend_row(row.trend),
    }


def _said(documents: list[StoredDocument]) -> list[tuple[str, tuple[str, ...], str]]:
    """The clauses that are wishes, with their words."""
    found = []
    for document in documents:
        wished = [normalize(wish.text) for wish in document.wishes]
        for clause in clauses(document):
            if any(clause.text in words or words in clause.text for words in wished if words):
                found.append((document.id, clause.tokens, clause.text))
    return found
