"""Copies and bursts over all that is stored: each new text joins its group and its author's time, a text seen again stays where it is."""

from collections.abc import Iterator, Sequence

import attrs

from domain.analysis import Analysis
from domain.documents import Document, Post, Review, StoredDocument
from domain.times import UNDATED
from index.store import Ledger
from nlp.bursts import PRAISE_CHARACTERS, Bursts, Event
from nlp.duplicates import NearDuplicates
from nlp.spam import COPIED_CHARACTERS, with_burst, with_copies

REMEMBERED = 50_000
"""Newest writes whose texts are known again after a restart."""
_ROWS = 5_000


@attrs.define(kw_only=True)
class Copies:
    """The groups and bursts of one ledger; read back from it when they are first needed."""

    ledger: Ledger
    _groups: NearDuplicates | None = attrs.field(default=None, init=False)
    _bursts: Bursts = attrs.field(factory=Bursts, init=False)
    _given: dict[str, Analysis] = attrs.field(factory=dict, init=False)
    """What the last call gave for new documents: asked again because they could not be stored, they count once."""

    def mark(self, documents: Sequence[Document], analyses: Sequence[Analysis]) -> list[Analysis]:
        """The analyses with their groups, in order. A document that is stored already keeps its group and its score."""
        ids = [d.id for d in documents]
        stored = {d.id: d for d in self.ledger.get(list(dict.fromkeys(ids)))}
        groups = self._known()
        again = {id_: self._given[id_] for id_ in ids if id_ not in stored and id_ in self._given}
        new = [n for n, id_ in enumerate(ids) if id_ not in stored and id_ not in again and id_ not in ids[:n]]
        names = dict(zip(new, groups.add_many([analyses[n].normalized for n in new]), strict=True))
        marked: list[Analysis] = []
        for number, (document, analysis) in enumerate(zip(documents, analyses, strict=True)):
            if number in names:
                name = names[number]
                analysis = with_copies(analysis, cluster=name, copies=groups.size(name))
                event = event_of(document, normalized=analysis.normalized, cluster=name)
                marked.append(with_burst(analysis, *self._bursts.add(event)) if event else analysis)
            else:
                before = again.get(document.id) or stored.get(document.id)
                marked.append(_as_before(analysis, before) if before else analysis)
        self._given = again | {ids[n]: marked[n] for n in new}
        return marked

    def _known(self) -> NearDuplicates:
        if self._groups is None:
            self._groups, self._bursts = NearDuplicates(), Bursts()
            for rows in self._rows():
                self._groups.add_many([d.normalized for d in rows], [d.cluster for d in rows])
                for document in rows:
                    if event := event_of(document, normalized=document.normalized, cluster=document.cluster):
                        self._bursts.add(event)
        return self._groups

    def _rows(self) -> Iterator[list[StoredDocument]]:
        at = max(0, self.ledger.last_sequence() - REMEMBERED)
        while rows := self.ledger.since(at, limit=_ROWS):
            yield [document for _, document in rows]
            at = rows[-1][0]


def event_of(document: Document | StoredDocument, *, normalized: str, cluster: str) -> Event | None:
    """What bursts see of a document; None where the site gave no time, or only a date."""
    at = document.published_at
    if at is None or at == UNDATED or document.date_only:
        return None
    repost = document.repost_of if isinstance(document, Post | StoredDocument) else None
    rating, sku = (document.rating, document.sku) if isinstance(document, Review | StoredDocument) else (None, "")
    praise = rating == 5 and bool(sku) and len(normalized) <= PRAISE_CHARACTERS
    return Event(
        at=at,
        author=document.author,
        cluster="" if repost or len(normalized) < COPIED_CHARACTERS else cluster,
        article=f"{document.source}:{sku}" if praise else "",
    )


def _as_before(analysis: Analysis, stored: StoredDocument | Analysis) -> Analysis:
    if stored.normalized == analysis.normalized:
        return attrs.evolve(analysis, cluster=stored.cluster, spam=stored.spam, spam_reasons=stored.spam_reasons)
    return attrs.evolve(analysis, cluster=stored.cluster)
