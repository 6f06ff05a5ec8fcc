"""The embedded engine: a tantivy index in a folder, one writer, many readers, safe against `kill -9`."""

import shutil
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import tantivy
from tantivy import FieldType, Occur, Query, Searcher

from domain.documents import StoredDocument
from domain.errors import AlreadyRunning, InvalidQuery, StoreUnavailable
from index import columns
from index import embedded_health as health
from index import embedded_rows as rows_of
from index.embedded_query import ranked, translated
from index.nodes import Node
from index.store import Found, Hit

_CHUNK = 20_000
_SCAN_ROWS = 2_000
_SPARE_ROWS = 8
_ALL_VALUES = 65_000
_HEAP_BYTES = 64_000_000


class Embedded:
    """`Documents` in a folder of this machine."""

    def __init__(self, folder: Path, *, writable: bool = True) -> None:
        """folder: made if it is not there. writable: False for the processes that only read.

        Raises AlreadyRunning where another process writes, IndexDamaged where `reset` and a rebuild are needed.
        """
        self._folder, self._lock = folder, threading.RLock()
        folder.mkdir(parents=True, exist_ok=True)
        self._schema = rows_of.schema()
        health.check_folder(folder)
        with self._mending():
            self._index = tantivy.Index(self._schema, str(folder))
            rows_of.register(self._index)
            self._index.config_reader("manual")
            self._seen = self._stamp()
            health.probe(self._index.searcher())
        self._writer = self._open_writer() if writable else None

    @staticmethod
    def reset(folder: Path) -> None:
        """Take the whole index away; the next one opened there is empty, at sequence 0."""
        shutil.rmtree(folder, ignore_errors=True)

    def put(self, documents: Iterable[StoredDocument]) -> int:
        """Insert or replace; visible to readers on return. Returns how many were written."""
        rows = iter(documents)
        written = 0
        while chunk := list(islice(rows, _CHUNK)):
            with self._lock:
                written += self._put(chunk)
        return written

    def search(self, query: Node, *, sort: str = "time", limit: int = 20, after: str | None = None) -> Found:
        """One page of matches. sort: `time` (newest first) or `relevance`."""
        if sort == "relevance":
            return self._by_relevance(query, limit=limit, skip=columns.offset(after))
        if sort != "time":
            raise InvalidQuery(f"不认识排序 {sort!r}；可用：time relevance")
        base, place = translated(query, self._schema), columns.cursor(after)
        with self._mending():
            searcher = self._searcher()
            rows = self._page(searcher, base, limit=limit + 1, after=place)
            total = self._count(searcher, base)
        return Found(
            total=total,
            hits=tuple(Hit(document=document, score=0.0) for _, document in rows[:limit]),
            after=_mark(rows[limit - 1]) if limit and len(rows) > limit else None,
        )

    def count(self, query: Node) -> int:
        """Number of matches, exact."""
        base = translated(query, self._schema)
        with self._mending():
            return self._count(self._searcher(), base)

    def scan(self, query: Node) -> Iterator[StoredDocument]:
        """All matches as they are now, newest first, any number, memory flat."""
        base = translated(query, self._schema)
        with self._mending():
            searcher = self._searcher()
        after: columns.Cursor | None = None
        while True:
            with self._mending():
                rows = self._page(searcher, base, limit=_SCAN_ROWS, after=after)
            yield from (document for _, document in rows)
            if len(rows) < _SCAN_ROWS:
                return
            after = columns.Cursor(order=rows[-1][0], id=rows[-1][1].id)

    def facet(self, query: Node, field: str, *, limit: int = 20) -> list[tuple[str, int]]:
        """Matches per value, most first, equal ones by value."""
        _check_facet(field)
        size = max(limit * 5, 1_000) if field == "cluster" else _ALL_VALUES
        answer = self._aggregated(query, {"values": {"terms": {"field": field, "size": size, "segment_size": size}}})
        found = [(_value(b["key"]), int(b["doc_count"])) for b in answer["values"]["buckets"]]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def histogram(
        self, query: Node, *, bucket_s: int, split: str | None = None
    ) -> dict[str, list[tuple[datetime, int]]]:
        """Matches per time bucket, buckets aligned to Shanghai midnight, oldest first, empty ones left out."""
        by_time = {
            "histogram": {
                "field": "at",
                "interval": float(bucket_s * 1_000_000),
                "offset": float(columns.bucket_offset(bucket_s)),
                "min_doc_count": 1,
            }
        }
        wanted: dict[str, Any] = {"times": by_time}
        if split is not None:
            _check_facet(split)
            values = {"field": split, "size": _ALL_VALUES, "segment_size": _ALL_VALUES}
            wanted = {"values": {"terms": values, "aggs": {"times": by_time}}}
        answer = self._aggregated(query, wanted)
        if split is None:
            series = _series(answer["times"]["buckets"])
            return {"": series} if series else {}
        return {_value(b["key"]): _series(b["times"]["buckets"]) for b in answer["values"]["buckets"]}

    def delete(self, ids: Sequence[str]) -> int:
        """Remove by id. Returns how many ids were asked for."""
        with self._lock:
            writer = self._writing()
            with self._undoing(writer):
                for id_ in ids:
                    writer.delete_documents_by_term("id", id_)
                writer.commit()
            self._index.reload()
        return len(ids)

    def sequence(self) -> int:
        """How far in the ledger this engine has come."""
        return health.read_state(self._folder).sequence

    def advance(self, sequence: int) -> None:
        """Remember durably that all ledger rows up to `sequence` are in."""
        with self._lock:
            self._writing()
            health.write_state(self._folder, health.State(sequence=sequence))

    def verify(self) -> None:
        """Compare every file with its checksum. Raises IndexDamaged. Reads everything: about 1 s a GB."""
        health.check_bytes(self._folder)

    def close(self) -> None:
        """Let the last merges end and give the folder to the next writer."""
        with self._lock:
            if self._writer is not None:
                writer, self._writer = self._writer, None
                writer.wait_merging_threads()

    # writing

    def _open_writer(self) -> tantivy.IndexWriter:
        try:
            return self._index.writer(heap_size=_HEAP_BYTES, num_threads=1)
        except ValueError as error:
            if "LockBusy" not in str(error):
                raise StoreUnavailable(f"{self._folder}: can't be written: {error}") from None
            message = f"{self._folder}: another process writes this index; hand files to it, or stop it first"
            raise AlreadyRunning(message) from None

    def _writing(self) -> tantivy.IndexWriter:
        if self._writer is None:
            raise StoreUnavailable(f"{self._folder}: opened for reading only, or closed; open it with writable=True")
        return self._writer

    def _put(self, chunk: list[StoredDocument]) -> int:
        writer = self._writing()
        newest: dict[str, StoredDocument] = {}
        for document in chunk:
            if document.id not in newest or document.version > newest[document.id].version:
                newest[document.id] = document
        held = self._versions(list(newest))
        fresh = [d for d in newest.values() if d.version > held.get(d.id, -1)]
        if not fresh:
            return 0
        with self._undoing(writer):
            for document in fresh:
                if document.id in held:
                    writer.delete_documents_by_term("id", document.id)
                writer.add_document(rows_of.row(document, self._schema))
            writer.commit()
        self._index.reload()
        return len(fresh)

    @contextmanager
    def _undoing(self, writer: tantivy.IndexWriter) -> Iterator[None]:
        """All of a change or nothing; a writer that a full disk killed is replaced."""
        try:
            yield
        except BaseException as error:
            try:
                writer.rollback()
            except ValueError:
                self._writer = None
                del writer
                self._writer = self._open_writer()
            if isinstance(error, ValueError | OSError):
                raise StoreUnavailable(f"{self._folder}: not written: {error}") from None
            raise

    def _versions(self, ids: list[str]) -> dict[str, int]:
        with self._mending():
            searcher = self._searcher()
            found = searcher.search(Query.term_set_query(self._schema, "id", ids), len(ids), count=False)
            rows = (rows_of.held(rows_of.stored(searcher, address)) for _, address in found.hits)
            return {row.id: row.version for row in rows}

    # reading

    def _searcher(self) -> Searcher:
        """The newest commit, another process's too."""
        if self._writer is None:
            stamp = self._stamp()
            if stamp != self._seen:
                with self._lock:
                    self._index.reload()
                    self._seen = stamp
        return self._index.searcher()

    def _stamp(self) -> tuple[int, int]:
        meta = (self._folder / health.META).stat()
        return meta.st_mtime_ns, meta.st_ino

    def _count(self, searcher: Searcher, query: Query) -> int:
        return int(searcher.search(query, 1, count=True).count)  # type: ignore[attr-defined]  # the stub forgets it

    def _aggregated(self, query: Node, wanted: dict[str, Any]) -> dict[str, Any]:
        base = translated(query, self._schema)
        with self._mending():
            return self._searcher().aggregate(base, wanted)

    def _page(
        self, searcher: Searcher, query: Query, *, limit: int, after: columns.Cursor | None
    ) -> list[tuple[int, StoredDocument]]:
        """Up to `limit` rows after the cursor, each with its order."""
        if after is not None:
            up_to = Query.range_query(self._schema, "order", FieldType.Integer, None, after.order)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, up_to)])
        asked = limit + _SPARE_ROWS
        while True:
            hits = searcher.search(query, asked, count=False, order_by_field="order").hits
            complete = len(hits) < asked
            # rows of equal order come in no order of their own: the last group may be cut, the others are sorted by id
            whole = hits if complete else [hit for hit in hits if hit[0] != hits[-1][0]]
            if complete or len(whole) >= limit + _SPARE_ROWS // 2:
                rows = [(int(order), rows_of.decoded(rows_of.stored(searcher, address))) for order, address in whole]
                rows.sort(key=lambda row: (-row[0], row[1].id))
                rows = [row for row in rows if after is None or (-row[0], row[1].id) > (-after.order, after.id)]
                if complete or len(rows) >= limit:
                    return rows[:limit]
            asked *= 2

    def _by_relevance(self, query: Node, *, limit: int, skip: int) -> Found:
        base = ranked(query, self._schema)
        with self._mending():
            searcher = self._searcher()
            found = searcher.search(base, max(limit, 1), count=True, offset=skip)
            hits = [
                Hit(document=rows_of.decoded(rows_of.stored(searcher, a)), score=float(score))
                for score, a in found.hits[:limit]
            ]
        total = int(found.count)  # type: ignore[attr-defined]  # the stub forgets it
        more = skip + limit < min(total, columns.MAXIMUM_OFFSET)
        return Found(total=total, hits=tuple(hits), after=str(skip + limit) if more and limit else None)

    def _mending(self) -> AbstractContextManager[None]:
        return health.mending(self._folder)


def _mark(row: tuple[int, StoredDocument]) -> str:
    return columns.Cursor(order=row[0], id=row[1].id).text()


def _check_facet(field: str) -> None:
    if field not in columns.FACETS:
        raise InvalidQuery(f"不能按 {field!r} 分组；可用：{' '.join(columns.FACETS)}")


def _value(key: str | float) -> str:
    return key if isinstance(key, str) else str(int(key))


def _series(buckets: list[dict[str, float]]) -> list[tuple[datetime, int]]:
    return sorted((columns.moment(int(b["key"])), int(b["doc_count"])) for b in buckets if b["doc_count"])
