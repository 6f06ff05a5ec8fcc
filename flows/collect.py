"""Collect: what came in is read, stored and made searchable."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import attrs

from crawlers.handoff import Inbox
from domain.analysis import Analysis, Polarity
from domain.documents import Document, Post, Review, StoredDocument, with_analysis
from domain.feeds import HotTopic, PageSeen, SiteTotal
from domain.prices import PriceObservation, Product
from domain.times import Clock
from flows.contradictions import flags_of
from flows.copies import Copies
from flows.protocols import Watches
from index.store import Batch, Documents, Ledger, Stored
from nlp.analyzer import Reading
from nlp.normalize import mask

FOLLOW_ROWS = 2_000


class Reader(Protocol):
    """Reads texts; `nlp.analyzer.Analyzer` does."""

    def analyze_many(self, readings: Sequence[Reading]) -> list[Analysis]:
        """One analysis a reading, in order."""
        ...


@attrs.frozen(kw_only=True)
class Ingest:
    """Inbox → analysis → ledger → index. One process at a time runs it: the holder of the writer's lock."""

    inbox: Inbox
    reader: Reader
    copies: Copies
    ledger: Ledger
    documents: Documents
    watches: Watches
    clock: Clock
    follow_rows: int = FOLLOW_ROWS
    """Rows that the index takes at once."""

    def drain(self) -> int:
        """Store every waiting file and bring the index up to the ledger. Returns how many files. Raises StoreUnavailable."""
        taken = self.take_all()
        self.follow()
        return taken

    def take_all(self) -> int:
        """Store every waiting file, whether the index answers or not. Returns how many were taken."""
        names = self.inbox.pending()
        for name in names:
            self.take(name)
        return len(names)

    def take(self, name: str) -> Stored:
        """Store one file. It is removed only after the commit; taken twice it stores nothing twice."""
        known = self.ledger.receipt(name)
        stored = known or self.ledger.store(self._batch(name), self.watches.list(), now=self.clock.now())
        self.inbox.remove(name)
        return stored

    def follow(self) -> int:
        """Bring the index up to the ledger as it is now: what was erased goes out, new rows go in. Returns how many of both."""
        # what is written from here on has a higher sequence and is for the next time: rows and erasures are read one
        # after the other, and an erasure between the two reads must not be passed over
        last, at, count = self.ledger.last_sequence(), self.documents.sequence(), 0
        while at < last:
            gone = self.ledger.erased_since(at, limit=self.follow_rows)
            rows = self.ledger.since(at, limit=self.follow_rows)
            at = min([last, *(part[-1][0] for part in (gone, rows) if len(part) == self.follow_rows)])
            ids = [id_ for sequence, id_ in gone if sequence <= at]
            taken = [document for sequence, document in rows if sequence <= at]
            if ids:  # first: an id that was stored again since has its row behind its erasure
                self.documents.delete(ids)
            self.documents.put(taken)
            self.documents.advance(at)
            count += len(ids) + len(taken)
        return count

    def _batch(self, name: str) -> Batch:
        items = self.inbox.read(name)
        documents = [i for i in items if isinstance(i, (Post, Review))]
        return Batch(
            receipt=name,
            documents=tuple(read(documents, self.reader, self.copies)),
            prices=tuple(i for i in items if isinstance(i, PriceObservation)),
            products=tuple(i for i in items if isinstance(i, Product)),
            pages=tuple(i for i in items if isinstance(i, PageSeen)),
            totals=tuple(i for i in items if isinstance(i, SiteTotal)),
            topics=tuple(self._read_topics([i for i in items if isinstance(i, HotTopic)])),
        )

    def _read_topics(self, topics: Sequence[HotTopic]) -> Iterable[HotTopic]:
        """Whom a hot-search line is about: a brand's name alone may be a town or an adjective."""
        about = self.reader.analyze_many([Reading(text=topic.title, source=topic.source) for topic in topics])
        return (attrs.evolve(t, brands=analysis.about) for t, analysis in zip(topics, about, strict=True))


def read(documents: Sequence[Document], reader: Reader, copies: Copies) -> Iterable[StoredDocument]:
    """Analyse documents; a review and its 追评 are read as one text. What a complaint demands and a shop answers is masked as the text is."""
    analyses = reader.analyze_many([reading(d) for d in documents])
    first, last = _parts(documents, reader)
    analyses = _with_last_words(analyses, last)
    analyses = copies.mark(documents, analyses)
    return (
        _masked(with_analysis(d, a, flags=flags_of(d, a, first=first.get(n), last=last.get(n))))
        for n, (d, a) in enumerate(zip(documents, analyses, strict=True))
    )


def _parts(documents: Sequence[Document], reader: Reader) -> tuple[dict[int, Analysis], dict[int, Analysis]]:
    """Of reviews with a 追评, by place: the reading of the first words where the 追评 blames, and the reading of the 追评."""
    later = {n: d.append.text for n, d in enumerate(documents) if isinstance(d, Review) and d.append}
    last = _read_texts(documents, later, reader)
    turned = {n: documents[n].text for n, analysis in last.items() if analysis.sentiment is Polarity.NEGATIVE}
    return _read_texts(documents, turned, reader), last


def _read_texts(documents: Sequence[Document], texts: dict[int, str], reader: Reader) -> dict[int, Analysis]:
    readings = [attrs.evolve(reading(documents[n]), text=text) for n, text in texts.items()]
    return dict(zip(texts, reader.analyze_many(readings) if readings else (), strict=True))


def _with_last_words(analyses: Sequence[Analysis], last: dict[int, Analysis]) -> list[Analysis]:
    """A complaint in the 追评 is what the buyer thinks now, however warm the praise before it: its mood is the review's."""
    return [
        attrs.evolve(analysis, sentiment=last[n].sentiment, p=last[n].p)
        if n in last and last[n].sentiment is Polarity.NEGATIVE and analysis.sentiment is not Polarity.NEGATIVE
        else analysis
        for n, analysis in enumerate(analyses)
    ]


def _masked(stored: StoredDocument) -> StoredDocument:
    if not (stored.demands or stored.target or stored.seller_replies):
        return stored
    replies = (attrs.evolve(reply, text=mask(reply.text)) for reply in stored.seller_replies)
    return attrs.evolve(
        stored,
        demands=tuple(mask(demand) for demand in stored.demands),
        target=mask(stored.target),
        seller_replies=tuple(replies),
    )


def reading(document: Document) -> Reading:
    """What the analyzer is told about a document. A complaint is about the company that it is against, as a product's title says."""
    return Reading(
        text=whole_text(document),
        brand=document.brand,
        product=document.product or (document.target if isinstance(document, Post) else ""),
        source=document.source,
        author=document.author,
        default_text=isinstance(document, Review) and document.default_text,
    )


def whole_text(document: Document) -> str:
    """The text with a review's later addition."""
    if isinstance(document, Review) and document.append:
        return f"{document.text}\n【追评】{document.append.text}"
    return document.text
