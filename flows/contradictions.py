"""Where a review's parts speak against each other: its stars, its words, its 追评 and a reward for praise. Pure rules, and their counts."""

from typing import Any

import attrs

from domain.analysis import Analysis, Polarity
from domain.documents import Document, Flag, Review, StoredDocument
from domain.times import Clock
from flows.selections import Selection, periods, together
from flows.trends import Trend, comparison, trend_row
from index.query import Term, render
from index.store import Documents
from nlp.paid import paid_praise

HIGH, LOW = 4, 2
"""Stars that praise from, and that blame up to."""
SURE = 0.9
"""Probability of the text's mood from which it contradicts its stars; the table is in docs/models/contradictions.md."""


def flags_of(
    document: Document, analysis: Analysis, *, first: Analysis | None = None, last: Analysis | None = None
) -> tuple[Flag, ...]:
    """The contradictions of one document, in the order of `Flag`. Only reviews have any.

    first, last: the readings of its first words and of its 追评, each by itself; None without a 追评.
    """
    if not isinstance(document, Review) or document.default_text:
        return ()
    p, stars = analysis.p, document.rating
    found = {
        Flag.PRAISED_STARS: stars is not None and stars >= HIGH and p.negative >= SURE,
        Flag.BLAMED_STARS: stars is not None and stars <= LOW and p.positive >= SURE,
        Flag.TURNED: bool(first and last and last.sentiment is Polarity.NEGATIVE and first.sentiment is not Polarity.NEGATIVE),
        Flag.PAID: bool(paid_praise(analysis.masked)),
    }  # fmt: skip
    return tuple(flag for flag, holds in found.items() if holds)


@attrs.frozen(kw_only=True)
class Contradiction:
    """One kind of contradiction in a selection."""

    flag: Flag
    count: int
    """Documents; `query` finds exactly as many."""
    share: float
    """Of all documents of the selection, 0–1."""
    query: str
    trend: Trend
    samples: tuple[StoredDocument, ...]
    """The newest."""


def contradiction_row(row: Contradiction) -> dict[str, Any]:
    """The row that a file of contradictions has."""
    return {
        "flag": row.flag.value,
        "count": row.count,
        "share": row.share,
        "query": row.query,
        **trend_row(row.trend),
        "samples": [{"id": d.id, "text": d.text[:120]} for d in row.samples],
    }


@attrs.frozen(kw_only=True)
class Contradictions:
    """Counts them over the stored documents."""

    documents: Documents
    clock: Clock

    def of(self, selection: Selection, *, samples: int = 3) -> list[Contradiction]:
        """Every kind, in the order of `Flag`, also those that do not occur; the selection's sentiment is left out of account."""
        here = selection.node()
        total = self.documents.count(here)
        counts = dict(self.documents.facet(here, "flag", limit=len(Flag)))
        compared = comparison(self.documents, selection, periods(selection, self.clock.now()))
        rows = []
        for flag in Flag:
            term = Term(field="flag", value=flag.value)
            wanted, count = together(here, term), counts.get(flag.value, 0)
            newest = self.documents.search(wanted, sort="time", limit=samples).hits if count and samples else ()
            rows.append(
                Contradiction(
                    flag=flag,
                    count=count,
                    share=round(count / max(1, total), 4),
                    query=render(wanted),
                    trend=compared.counted(self.documents, term, known=count),
                    samples=tuple(hit.document for hit in newest),
                )
            )
        return rows
