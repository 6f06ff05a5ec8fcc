"""Every bad review has its own card: what the text says where, what speaks against what, and what was done about it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Protocol

import attrs
import msgspec

from domain.analysis import AspectOpinion, Wish
from domain.documents import ComplaintStep, Kind, StoredDocument
from domain.errors import InvalidInput
from domain.handling import Handling, HandlingState, Step
from domain.times import Clock, iso_shanghai
from flows.protocols import Complaints
from flows.search import published
from index.query import And, Not, Term, render
from index.store import Documents, Ledger
from nlp.normalize import mask

LONGEST_NOTE = 1_000


class HandlingLog(Protocol):
    """What teams do about documents; `index.tables.HandlingLog`."""

    def save(self, now: Handling, steps: Sequence[Step]) -> None:
        """Write where a document stands, and the steps that led there."""
        ...

    def get(self, ids: Sequence[str]) -> dict[str, Handling]:
        """Document id → where it stands; untouched ones are left out."""
        ...

    def rows(self, *, state: HandlingState | None = None, owner: str = "") -> list[Handling]:
        """Touched documents, the latest change first."""
        ...

    def audit(self, document: str) -> list[Step]:
        """Every step of one document, oldest first."""
        ...

    def owners(self) -> list[tuple[str, int]]:
        """Owners with their number of documents, most first."""
        ...


@attrs.frozen(kw_only=True)
class Piece:
    """A stretch of the text, with all that was read in it."""

    text: str
    opinions: tuple[AspectOpinion, ...] = ()
    wishes: tuple[Wish, ...] = ()
    ends: tuple[AspectOpinion, ...] = ()
    """Opinions whose last stretch this is: where their label stands."""


@attrs.frozen(kw_only=True)
class Card:
    """All that is known about one document."""

    document: StoredDocument
    pieces: tuple[Piece, ...]
    """The text, cut where an opinion or wish begins or ends."""
    opinions: tuple[AspectOpinion, ...]
    """By place; two of the same aspect, polarity and place only once."""
    copies: int
    """Other documents with nearly the same text."""
    copies_query: str
    steps: tuple[ComplaintStep, ...]
    """Of a complaint, how it went at the site."""
    handling: Handling
    audit: tuple[Step, ...]
    causes: tuple[str, ...]
    """Causes to choose from: those of the text first, then those that are usual for its aspects; as `cause` has them."""


@attrs.frozen(kw_only=True)
class Change:
    """What a person decides about a review; None leaves a part as it is."""

    by: str
    state: HandlingState | None = None
    owner: str | None = None
    cause: str | None = None
    """As the query field `cause`: 漏水/接口; empty = takes a confirmation back."""
    note: str = ""


@attrs.frozen(kw_only=True)
class Reviews:
    """Shows cards and keeps what is decided about them."""

    ledger: Ledger
    documents: Documents
    complaints: Complaints
    log: HandlingLog
    clock: Clock

    def card(self, document_id: str) -> Card | None:
        """The card of a document; None for an unknown id."""
        found = self.ledger.get([document_id])
        if not found:
            return None
        document = found[0]
        opinions = once(document)
        near = And(parts=(Term(field="cluster", value=document.cluster), Not(part=Term(field="id", value=document.id))))
        steps = self.complaints.steps([document.id]) if document.kind is Kind.COMPLAINT else {}
        return Card(
            document=document,
            pieces=pieces(document.text, opinions, document.wishes),
            opinions=opinions,
            copies=self.documents.count(near) if document.cluster else 0,
            copies_query=render(near) if document.cluster else "",
            steps=tuple(steps.get(document.id, ())),
            handling=self.log.get([document.id]).get(document.id, Handling(document=document.id)),
            audit=tuple(self.log.audit(document.id)),
            causes=self._causes(document),
        )

    def handle(self, document_id: str, change: Change) -> Handling:
        """Write a decision with its audit. Raises InvalidInput for an unknown document, or nobody who decides."""
        by = change.by.strip()[:40]
        if not by:
            raise InvalidInput("请填写您的名字：处理记录要写明是谁做的")
        if not self.ledger.get([document_id]):
            raise InvalidInput(f"没有这条内容：{document_id}")
        before = self.log.get([document_id]).get(document_id, Handling(document=document_id))
        note = mask(change.note.strip())[:LONGEST_NOTE]
        after = _after(before, change)
        steps = _steps(before, after, note)
        if not steps:
            return before
        now = self.clock.now()
        after = attrs.evolve(after, note=note or before.note, by=by, updated_at=now)
        self.log.save(after, [Step(at=now, by=by, action=action, note=said) for action, said in steps])
        return after

    def _causes(self, document: StoredDocument) -> tuple[str, ...]:
        blamed = tuple(dict.fromkeys(a.aspect for a in document.aspects if a.polarity.value == "negative"))
        own = [f"{a.aspect}/{a.cause}" for a in document.aspects if a.cause and a.polarity.value == "negative"]
        usual = []
        for aspect in blamed:
            facet = self.documents.facet(Term(field="bad", value=aspect), "cause", limit=200)
            usual += [value for value, _ in facet if value.startswith(f"{aspect}/")][:8]
        return tuple(dict.fromkeys([*own, *usual]))


def _after(before: Handling, change: Change) -> Handling:
    owner = before.owner if change.owner is None else change.owner.strip()[:40]
    state = change.state or before.state
    if state is HandlingState.NEW and owner:
        state = HandlingState.ASSIGNED  # somebody takes care of it now
    cause = before.cause if change.cause is None else change.cause.strip()[:60]
    return attrs.evolve(before, state=state, owner=owner, cause=cause)


def _steps(before: Handling, after: Handling, note: str) -> list[tuple[str, str]]:
    """(action, words) of each part that changed; a note alone is a step too."""
    steps = []
    if after.owner != before.owner:
        steps.append(("owner", after.owner))
    if after.cause != before.cause:
        steps.append(("cause", after.cause))
    if after.state is not before.state:
        steps.append((after.state.value, note))
    elif note:
        steps.append(("note", note))
    return steps


def once(document: StoredDocument) -> tuple[AspectOpinion, ...]:
    """The opinions by place, each told once, at places of the text as it is stored."""
    found: dict[tuple[object, ...], AspectOpinion] = {}
    for opinion in document.aspects:
        start, end = placed(document.text, opinion.opinion, opinion.start, opinion.end)
        moved = attrs.evolve(opinion, start=start, end=end)
        found.setdefault((opinion.aspect, opinion.polarity, opinion.cause, start, end), moved)
    return tuple(sorted(found.values(), key=lambda o: (o.start, o.end, o.aspect)))


def placed(text: str, words: str, start: int, end: int) -> tuple[int, int]:
    """Where words stand in a stored text; masking may have moved them from their place in the text as given. (0, 0) = nowhere."""
    if words and text[start:end] == words:
        return start, end
    places = []
    at = text.find(words) if words else -1
    while at >= 0:
        places.append(at)
        at = text.find(words, at + 1)
    if not places:
        return 0, 0
    nearest = min(places, key=lambda place: (abs(place - start), place))
    return nearest, nearest + len(words)


def pieces(text: str, opinions: Sequence[AspectOpinion], wishes: Sequence[Wish]) -> tuple[Piece, ...]:
    """The text cut at every place where an opinion or a wish begins or ends; together the pieces are the text."""
    wished = [(w, *placed(text, w.text, w.start, w.end)) for w in wishes]
    edges = {0, len(text)} | {e for o in opinions for e in (o.start, o.end)} | {e for _, *span in wished for e in span}
    cuts = sorted(edge for edge in edges if 0 <= edge <= len(text))
    found = []
    for start, end in pairwise(cuts):
        here = tuple(o for o in opinions if o.start <= start and end <= o.end)
        found.append(
            Piece(
                text=text[start:end],
                opinions=here,
                wishes=tuple(w for w, a, b in wished if a <= start and end <= b),
                ends=tuple(o for o in here if o.end == end),
            )
        )
    return tuple(found)


def card_row(card: Card) -> dict[str, Any]:
    """The object that `review ID --jsonl` prints."""
    d, h = card.document, card.handling
    return {
        "id": d.id,
        "source": d.source,
        "kind": d.kind.value,
        "url": d.url,
        "text": d.text,
        "published_at": published(d),
        "rating": d.rating,
        "sentiment": d.sentiment.value,
        "score": d.score,
        "p_negative": d.p_negative,
        "brand": list(d.brands),
        "group": list(d.groups),
        "category": d.category,
        "line": d.line,
        "model": d.model,
        "aspects": msgspec.to_builtins(card.opinions),
        "wishes": msgspec.to_builtins(d.wishes),
        "flags": [flag.value for flag in d.flags],
        "severity": d.severity.value if d.severity else None,
        "spam": d.spam,
        "spam_reasons": list(d.spam_reasons),
        "copies": card.copies,
        "copies_query": card.copies_query,
        "seller_replies": [{"text": r.text, "published_at": r.published_at and iso_shanghai(r.published_at)} for r in d.seller_replies],
        "steps": [{"status": s.status, "seen_at": iso_shanghai(s.seen_at)} for s in card.steps],
        "handling": {
            "state": h.state.value,
            "owner": h.owner,
            "cause": h.cause,
            "note": h.note,
            "by": h.by,
            "updated_at": iso_shanghai(h.updated_at) if h.updated_at else None,
        },
        "audit": [{"at": iso_shanghai(s.at), "by": s.by, "action": s.action, "note": s.note} for s in card.audit],
    }  # fmt: skip
