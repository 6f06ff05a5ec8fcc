"""差评处理: the bad reviews as a list of work, by state, owner and filter, with counts that are exact on any engine."""

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from domain.analysis import Polarity
from domain.documents import Kind, StoredDocument
from domain.handling import Handling, HandlingState
from domain.times import iso_shanghai
from flows.reviews import HandlingLog
from flows.search import published
from flows.selections import Selection, any_of, together
from index.query import Node, Or, Range, Term
from index.store import Documents, Ledger

_IDS = 500
"""Ids in one query; Elasticsearch takes 1,024 clauses."""
_READ = 500
BAD = Or(parts=(Term(field="sentiment", value=Polarity.NEGATIVE.value), Range(field="rating", high=3)))
"""A bad review: its words blame, or it has one or two stars."""
REVIEWS = Or(parts=(Term(field="kind", value=Kind.REVIEW.value), Term(field="kind", value=Kind.COMPLAINT.value)))


@attrs.frozen(kw_only=True)
class Asked:
    """What the list is asked for."""

    selection: Selection
    """Its sentiment is left out of account."""
    aspect: str = ""
    """Only what blames it."""
    state: HandlingState | None = None
    """None = all."""
    owner: str = ""
    cause: str = ""
    """Only those of which a person confirmed this root cause: 漏水/接口."""

    @property
    def touched_only(self) -> bool:
        """Is something asked for that only people's decisions have?"""
        return bool(self.owner or self.cause)

    def node(self) -> Node:
        """The bad reviews and complaints of the selection, whatever their state."""
        parts: list[Node] = [REVIEWS, BAD, self.selection.node()]
        if self.aspect:
            parts.append(Term(field="bad", value=self.aspect))
        return together(*parts)


@attrs.frozen(kw_only=True)
class Job:
    """One line of the list."""

    document: StoredDocument
    handling: Handling


@attrs.frozen(kw_only=True)
class Work:
    """One page of the list."""

    jobs: tuple[Job, ...]
    """Untouched ones by time, the newest first; touched ones by their latest change."""
    total: int
    """All lines, not only those of the page."""
    counts: dict[HandlingState, int]
    """Documents per state under the same filter (of the owner too, except for the untouched), zeros included."""
    owners: tuple[tuple[str, int], ...]
    """All owners with their documents."""
    after: str
    """Where the next page begins; empty = no more."""


@attrs.frozen(kw_only=True)
class WorkList:
    """Joins the index, which knows the reviews, with the log, which knows what was done."""

    documents: Documents
    ledger: Ledger
    log: HandlingLog

    def page(self, asked: Asked, *, limit: int = 30, after: str = "") -> Work:
        """One page. after: from the page before."""
        node, touched = asked.node(), self.log.rows()
        by_id = {h.document: h for h in touched if asked.owner in ("", h.owner) and asked.cause in ("", h.cause)}
        counts: dict[HandlingState, int] = {
            state: self._count(node, [h.document for h in by_id.values() if h.state is state])
            for state in HandlingState
        }
        if not asked.touched_only:
            counts[HandlingState.NEW] = self._untouched(node, touched)
        jobs, following = self._jobs(asked, node, touched, by_id, limit, after)
        total = sum(counts.values()) if asked.state is None else counts[asked.state]
        return Work(
            jobs=tuple(jobs),
            total=total,
            counts={state: counts[state] for state in HandlingState},
            owners=tuple(self.log.owners()),
            after=following,
        )

    def every(self, asked: Asked) -> Iterator[Job]:
        """All lines of the list, page by page."""
        after = ""
        while True:
            page = self.page(asked, limit=_READ, after=after)
            yield from page.jobs
            if not page.after:
                return
            after = page.after

    def confirmed(self, selection: Selection, theme: str) -> list[tuple[str, int]]:
        """Root causes of a theme that people confirmed among the bad reviews of a selection, with documents, most first."""
        node = Asked(selection=selection).node()
        held: dict[str, list[str]] = {}
        for handling in self.log.rows():
            if handling.cause.startswith(f"{theme}/"):
                held.setdefault(handling.cause, []).append(handling.document)
        counts = [(cause, self._count(node, ids)) for cause, ids in held.items()]
        return sorted(((c, n) for c, n in counts if n), key=lambda pair: (-pair[1], pair[0]))

    def _untouched(self, node: Node, touched: Sequence[Handling]) -> int:
        fresh = [h.document for h in touched if h.state is HandlingState.NEW]
        return self.documents.count(node) - self._count(node, [h.document for h in touched]) + self._count(node, fresh)

    def _count(self, node: Node, ids: Sequence[str]) -> int:
        return sum(self.documents.count(together(node, any_of("id", some))) for some in _chunks(ids))

    def _jobs(
        self,
        asked: Asked,
        node: Node,
        touched: Sequence[Handling],
        by_id: dict[str, Handling],
        limit: int,
        after: str,
    ) -> tuple[list[Job], str]:
        """`after` is t:NUMBER within the touched ones, u:CURSOR within the untouched, which follow."""
        part, _, mark = after.partition(":")
        jobs: list[Job] = []
        if part != "u" and (asked.touched_only or asked.state is not HandlingState.NEW):
            decided = [h for h in by_id.values() if asked.touched_only or h.state is not HandlingState.NEW]
            wanted = [h for h in decided if asked.state in (None, h.state)]
            begin = int(mark) if mark.isdecimal() else 0
            jobs, reached = self._touched_jobs(node, wanted, begin, limit)
            if reached < len(wanted):
                return jobs, f"t:{reached}"
            mark = ""
        if asked.state not in (None, HandlingState.NEW) or asked.touched_only:
            return jobs, ""
        if len(jobs) == limit:
            return jobs, "u:"
        done = {h.document for h in touched if h.state is not HandlingState.NEW}
        fresh = {h.document: h for h in touched if h.state is HandlingState.NEW}
        cursor: str | None = mark or None
        while len(jobs) < limit:
            found = self.documents.search(node, sort="time", limit=limit - len(jobs), after=cursor)
            jobs += [
                Job(document=h.document, handling=fresh.get(h.document.id, Handling(document=h.document.id)))
                for h in found.hits
                if h.document.id not in done
            ]
            cursor = found.after
            if cursor is None:
                return jobs, ""
        return jobs, f"u:{cursor}"

    def _touched_jobs(self, node: Node, wanted: list[Handling], begin: int, limit: int) -> tuple[list[Job], int]:
        jobs: list[Job] = []
        reached = begin
        for some in _chunks(wanted[begin:]):
            matching = together(node, any_of("id", [h.document for h in some]))
            ids = {h.document.id: h.document for h in self.documents.search(matching, limit=len(some)).hits}
            for handling in some:
                if len(jobs) == limit:
                    return jobs, reached
                reached += 1
                if handling.document in ids:
                    jobs.append(Job(document=ids[handling.document], handling=handling))
        return jobs, reached


def handling_row(job: Job) -> dict[str, Any]:
    """The row that `export handling` gives: what was read beside what a person confirmed, so that it can teach."""
    d, h = job.document, job.handling
    read = dict.fromkeys(f"{a.aspect}/{a.cause}" for a in d.aspects if a.cause and a.polarity is Polarity.NEGATIVE)
    return {
        "id": d.id,
        "state": h.state.value,
        "owner": h.owner,
        "cause_confirmed": h.cause,
        "cause_read": list(read),
        "aspects_read": list(dict.fromkeys(a.aspect for a in d.aspects if a.polarity is Polarity.NEGATIVE)),
        "note": h.note,
        "by": h.by,
        "updated_at": iso_shanghai(h.updated_at) if h.updated_at else None,
        "published_at": published(d),
        "source": d.source,
        "brand": list(d.brands),
        "category": d.category,
        "model": d.model,
        "rating": d.rating,
        "sentiment": d.sentiment.value,
        "text": d.text,
        "url": d.url,
    }


def _chunks(values: Sequence[Any]) -> Iterator[list[Any]]:
    for at in range(0, len(values), _IDS):
        yield list(values[at : at + _IDS])
