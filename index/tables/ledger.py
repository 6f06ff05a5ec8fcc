"""The ledger of truth: documents, their counts, and what came with them, in one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import attrs
import msgspec
from sqlalchemy import Connection, Engine, bindparam, delete, func, select, update

from domain import times
from domain.alerts import TickCount
from domain.documents import StoredDocument
from domain.watches import Watch
from index.store import Batch, Stored
from index.tables import mentions as counting
from index.tables.columns import chunks, upsert, writing
from index.tables.complaints import forget_steps, write_steps
from index.tables.engagement import write_engagement
from index.tables.forgetting import without_forgotten
from index.tables.handling import forget_handling
from index.tables.hot import write_topics
from index.tables.merging import merged
from index.tables.prices import write_prices
from index.tables.schema import counts, documents, mentions, receipts, sequences, tombstones
from index.tables.sources import write_pages
from index.tables.totals import write_totals

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(StoredDocument).decode
_SCAN_ROWS = 2_000


class Ledger:
    """`index.store.Ledger` on our tables."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def store(self, batch: Batch, watches: Sequence[Watch], *, now: datetime | None = None) -> Stored:
        """All of the batch and its counts in one transaction; idempotent by receipt and by id. now: default the real time."""
        with writing(self._engine).begin() as connection:
            # PostgreSQL: the row lock makes writers take turns, so that sequences grow in the order of commits
            _next(connection, 0)
            done = _receipt(connection, batch.receipt)
            if done is not None:
                return done
            batch = without_forgotten(connection, batch)
            stored = _write(connection, batch.documents, watches, now or times.now())
            new = write_prices(connection, batch.prices, batch.products)
            stored = attrs.evolve(stored, stored=stored.stored + new, known=stored.known + len(batch.prices) - new)
            write_pages(connection, batch.pages)
            write_steps(connection, batch.documents)
            write_totals(connection, batch.totals)
            write_topics(connection, batch.topics)
            write_engagement(connection, batch.documents)
            row = {"name": batch.receipt, **attrs.asdict(stored)}
            connection.execute(receipts.insert(), row)
            return stored

    def receipt(self, name: str) -> Stored | None:
        """What became of an inbox file; None = not stored yet."""
        with self._engine.connect() as connection:
            return _receipt(connection, name)

    def recount(self, watch: Watch) -> int:
        """Match one new or changed watch against all documents. Returns its number of documents."""
        with writing(self._engine).begin() as connection:
            counting.forget(connection, watch.name)
            found = [m for document in _all(connection) for m in counting.mentions_of(document, (watch,))]
            counting.rewrite(connection, (), found)
            return len(found)

    def get(self, ids: Sequence[str]) -> list[StoredDocument]:
        """Rows in the order asked; unknown ids are left out."""
        with self._engine.connect() as connection:
            rows = _stored(connection, ids)
        return [rows[id_] for id_ in ids if id_ in rows]

    def known(self, ids: Iterable[str]) -> set[str]:
        """Those of these ids that are stored."""
        found: set[str] = set()
        with self._engine.connect() as connection:
            for some in chunks(ids):
                found.update(connection.execute(select(documents.c.id).where(documents.c.id.in_(some))).scalars())
        return found

    def stored_at(self, document_id: str) -> datetime | None:
        """When a document was first committed, product time, aware UTC; None if unknown."""
        with self._engine.connect() as connection:
            return connection.execute(select(documents.c.stored_at).where(documents.c.id == document_id)).scalar()

    def since(self, sequence: int, *, limit: int) -> list[tuple[int, StoredDocument]]:
        """Rows written after `sequence`, oldest write first: what an engine has still to take in."""
        wanted = select(documents.c.sequence, documents.c.body).where(documents.c.sequence > sequence)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(documents.c.sequence).limit(limit)).all()
        return [(row.sequence, _decode(row.body)) for row in rows]

    def erased_since(self, sequence: int, *, limit: int) -> list[tuple[int, str]]:
        """Ids erased after `sequence`, oldest first: what an engine has still to take out."""
        wanted = select(tombstones.c.sequence, tombstones.c.id).where(tombstones.c.sequence > sequence)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(tombstones.c.sequence).limit(limit)).all()
        return [(row.sequence, row.id) for row in rows]

    def last_sequence(self) -> int:
        """Sequence of the newest write or erasure; 0 = empty."""
        with self._engine.connect() as connection:
            found = connection.execute(select(sequences.c.value).where(sequences.c.name == "documents")).scalar()
        return found or 0

    def total(self) -> int:
        """Number of documents."""
        with self._engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(documents)).scalar() or 0

    def counts(self, watch: str, *, since: datetime, until: datetime) -> dict[str, list[TickCount]]:
        """Counts per source of one watch by publishing time, oldest first, empty ticks left out. [since, until)."""
        here = (counts.c.watch == watch) & (counts.c.start >= since) & (counts.c.start < until)
        found: dict[str, list[TickCount]] = {}
        with self._engine.connect() as connection:
            for row in connection.execute(select(counts).where(here).order_by(counts.c.start)):
                tick = TickCount(start=row.start, total=row.total, negative=row.negative, authors=row.authors)
                found.setdefault(row.source, []).append(tick)
        return found

    def documents_of(
        self, watch: str, *, since: datetime, until: datetime, negative: bool | None = None, limit: int = 200
    ) -> list[StoredDocument]:
        """A watch's documents by publishing time, newest first. [since, until). negative: as the counts see it."""
        here = (mentions.c.watch == watch) & (mentions.c.published_at >= since) & (mentions.c.published_at < until)
        if negative is not None:
            here &= mentions.c.negative == negative
        newest_first = (mentions.c.published_at.desc(), mentions.c.document)
        wanted = select(documents.c.body).join(mentions, mentions.c.document == documents.c.id).where(here)
        with self._engine.connect() as connection:
            return [_decode(body) for body in connection.execute(wanted.order_by(*newest_first).limit(limit)).scalars()]

    def erase(self, *, ids: Sequence[str] = (), author: str = "") -> list[str]:
        """Remove documents and their counts by id or by author hash. Returns the ids removed."""
        with writing(self._engine).begin() as connection:
            _next(connection, 0)
            gone = [
                id_
                for some in chunks(ids)
                for id_ in connection.execute(_ids().where(documents.c.id.in_(some))).scalars()
            ]
            if author:
                gone += connection.execute(_ids().where(documents.c.author == author)).scalars()
            gone = list(dict.fromkeys(gone))
            if gone:
                counting.rewrite(connection, gone, ())
                first = _next(connection, len(gone))
                connection.execute(
                    tombstones.insert(), [{"sequence": first + n, "id": id_} for n, id_ in enumerate(gone)]
                )
            for some in chunks(gone):
                connection.execute(delete(documents).where(documents.c.id.in_(some)))
            forget_steps(connection, gone)
            forget_handling(connection, gone)
        return gone


def _write(connection: Connection, batch: Sequence[StoredDocument], watches: Sequence[Watch], now: datetime) -> Stored:
    held = _stored(connection, [d.id for d in batch])
    before, changed = set(held), dict[str, StoredDocument]()
    for document in batch:  # in order: a batch may hold one id twice
        old = held.get(document.id)
        newer = merged(old, document) if old else None if document.gone and not document.text else document
        if newer is not None:
            held[document.id] = changed[document.id] = newer
    first = _next(connection, len(changed))
    rows = [_row(document, first + n) for n, document in enumerate(changed.values())]
    new = [row | {"stored_at": now} for row in rows if row["id"] not in before]
    if new:
        connection.execute(documents.insert(), new)
    again = [row for row in rows if row["id"] in before]
    if again:
        connection.execute(
            update(documents).where(documents.c.id == bindparam("known")),
            [{"known": row.pop("id"), **row} for row in again],
        )
    found = [m for document in changed.values() for m in counting.mentions_of(document, watches)]
    counting.rewrite(connection, before & changed.keys(), found)
    return Stored(stored=len(new), updated=len(rows) - len(new), known=len(batch) - len(rows))


def _row(document: StoredDocument, sequence: int) -> dict[str, Any]:
    return {
        "id": document.id,
        "sequence": sequence,
        "version": document.version,
        "source": document.source,
        "author": document.author,
        "published_at": document.published_at,
        "body": _encode(document).decode(),
    }


def _stored(connection: Connection, ids: Iterable[str]) -> dict[str, StoredDocument]:
    found: dict[str, StoredDocument] = {}
    for some in chunks(ids):
        wanted = select(documents.c.id, documents.c.body).where(documents.c.id.in_(some))
        found.update((row.id, _decode(row.body)) for row in connection.execute(wanted))
    return found


def _all(connection: Connection) -> Iterator[StoredDocument]:
    at = 0
    wanted = select(documents.c.sequence, documents.c.body).order_by(documents.c.sequence).limit(_SCAN_ROWS)
    while rows := connection.execute(wanted.where(documents.c.sequence > at)).all():
        yield from (_decode(row.body) for row in rows)
        at = rows[-1].sequence


def _ids() -> Any:  # a Select whose type says only what it is made of
    return select(documents.c.id)


def _receipt(connection: Connection, name: str) -> Stored | None:
    row = connection.execute(select(receipts).where(receipts.c.name == name)).first()
    return None if row is None else Stored(stored=row.stored, updated=row.updated, known=row.known)


def _next(connection: Connection, number: int) -> int:
    """The first of `number` new sequences; holds the counter's row until the transaction ends."""
    statement = upsert(connection, sequences).values(name="documents", value=0)
    connection.execute(statement.on_conflict_do_nothing())
    grown = update(sequences).where(sequences.c.name == "documents").values(value=sequences.c.value + number)
    last = connection.execute(grown.returning(sequences.c.value)).scalar_one()
    return int(last) - number + 1
