"""The engine at scale: Elasticsearch 8.19 or 9, core features only, the same answers as the embedded one."""

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec

from domain.documents import StoredDocument
from domain.errors import InvalidQuery, StoreUnavailable
from index import columns
from index.elastic_query import ranked, translated
from index.elastic_rows import MAPPING, Held, Json, action, document_of, row
from index.nodes import Node
from index.store import Found, Hit

_CHUNK = 1_000
_SCAN_ROWS = 2_000
_ALL_VALUES = 65_000
_TRIES = 5
_CONFLICT = 409
_NEWEST_FIRST: list[Json] = [{"order": "desc"}, {"id": "asc"}]
_encode = msgspec.json.Encoder().encode


class Elastic:
    """`Documents` in a cluster: one alias over the indexes of this installation."""

    def __init__(
        self,
        hosts: Sequence[str],
        *,
        index_prefix: str = "tingchao",
        api_key: str | None = None,
        basic_auth: tuple[str, str] | None = None,
        ca_file: str | None = None,
        timeout_s: float = 30,
        shards: int = 1,
        replicas: int | None = None,
    ) -> None:
        """hosts: addresses with scheme and port. basic_auth: user and password. replicas: None = the cluster's default.

        Asks nothing yet: the index is made at the first question, so that a product starts while its cluster is away.
        """
        from elasticsearch import Elasticsearch  # half a second that only its users pay

        options: Json = {"request_timeout": timeout_s, "max_retries": 2, "retry_on_timeout": True}
        if api_key:
            options["api_key"] = api_key
        if basic_auth:
            options["basic_auth"] = basic_auth
        if ca_file:
            options["ca_certs"] = ca_file
        self._client = Elasticsearch(list(hosts), **options)
        self._where = ", ".join(hosts)
        self._alias, self._state = f"{index_prefix}-documents", f"{index_prefix}-state"
        self._shards, self._replicas = shards, replicas
        self._prepared = False

    def put(self, documents: Iterable[StoredDocument]) -> int:
        """Insert or replace; visible to readers on return. Returns how many were written."""
        rows, written = iter(documents), 0
        while chunk := list(islice(rows, _CHUNK)):
            written += self._bulk(chunk)
        if written:
            with self._asking():
                self._client.indices.refresh(index=self._alias)
        return written

    def search(self, query: Node, *, sort: str = "time", limit: int = 20, after: str | None = None) -> Found:
        """One page of matches. sort: `time` (newest first) or `relevance`."""
        wanted: Json = {"size": limit, "track_total_hits": True, "source_includes": ["document"]}
        if sort == "relevance":
            skip = columns.offset(after)
            answer = self._search(**wanted, query=ranked(query), from_=skip)
            total = int(answer["hits"]["total"]["value"])
            more = limit and skip + limit < min(total, columns.MAXIMUM_OFFSET)
            hits = tuple(Hit(document=document_of(h), score=float(h["_score"])) for h in answer["hits"]["hits"])
            return Found(total=total, hits=hits, after=str(skip + limit) if more else None)
        if sort != "time":
            raise InvalidQuery(f"不认识排序 {sort!r}；可用：time relevance")
        place = columns.cursor(after)
        if place is not None:
            wanted["search_after"] = [place.order, place.id]
        wanted["size"] = limit + 1  # one more tells whether there is a next page
        answer = self._search(**wanted, query=_unscored(query), sort=_NEWEST_FIRST)
        rows = answer["hits"]["hits"]
        return Found(
            total=int(answer["hits"]["total"]["value"]),
            hits=tuple(Hit(document=document_of(h), score=0.0) for h in rows[:limit]),
            after=_mark(rows[limit - 1]) if limit and len(rows) > limit else None,
        )

    def count(self, query: Node) -> int:
        """Number of matches, exact."""
        with self._asking():
            return int(self._client.count(index=self._alias, query=_unscored(query))["count"])

    def scan(self, query: Node) -> Iterator[StoredDocument]:
        """All matches, newest first, any number, memory flat."""
        place: Json = {}
        while True:
            rows = self._search(
                query=_unscored(query),
                sort=_NEWEST_FIRST,
                size=_SCAN_ROWS,
                source_includes=["document"],
                track_total_hits=False,
                **place,
            )["hits"]["hits"]
            yield from map(document_of, rows)
            if len(rows) < _SCAN_ROWS:
                return
            place = {"search_after": rows[-1]["sort"]}

    def facet(self, query: Node, field: str, *, limit: int = 20) -> list[tuple[str, int]]:
        """Matches per value, most first, equal ones by value."""
        _check_facet(field)
        wanted = {"field": field, "size": limit, "order": [{"_count": "desc"}, {"_key": "asc"}]}
        answer = self._search(query=_unscored(query), size=0, aggregations={"values": {"terms": wanted}})
        return [(str(b["key"]), int(b["doc_count"])) for b in answer["aggregations"]["values"]["buckets"]]

    def histogram(
        self, query: Node, *, bucket_s: int, split: str | None = None
    ) -> dict[str, list[tuple[datetime, int]]]:
        """Matches per time bucket, buckets aligned to Shanghai midnight, oldest first, empty ones left out."""
        by_time = {
            "histogram": {
                "field": "at",
                "interval": bucket_s * 1_000_000,
                "offset": columns.bucket_offset(bucket_s),
                "min_doc_count": 1,
            }
        }
        wanted: Json = {"times": by_time}
        if split is not None:
            _check_facet(split)
            wanted = {"values": {"terms": {"field": split, "size": _ALL_VALUES}, "aggs": {"times": by_time}}}
        answer = self._search(query=_unscored(query), size=0, aggregations=wanted)["aggregations"]
        if split is None:
            series = _series(answer["times"]["buckets"])
            return {"": series} if series else {}
        return {str(b["key"]): _series(b["times"]["buckets"]) for b in answer["values"]["buckets"]}

    def delete(self, ids: Sequence[str]) -> int:
        """Remove by id. Returns how many ids were asked for."""
        rest = iter(ids)
        while chunk := list(islice(rest, _CHUNK)):
            with self._asking():
                operations: list[Any] = [_encode({"delete": {"_id": id_}}) for id_ in chunk]
                self._complain(self._client.bulk(index=self._alias, operations=operations), accepted=(404,))
        with self._asking():
            self._client.indices.refresh(index=self._alias)
        return len(ids)

    def sequence(self) -> int:
        """How far in the ledger this engine has come."""
        with self._asking():
            held = self._client.options(ignore_status=404).get(index=self._state, id="ledger")
        return int(held["_source"]["sequence"]) if held.get("found") else 0

    def advance(self, sequence: int) -> None:
        """Remember durably that all ledger rows up to `sequence` are in."""
        with self._asking():
            self._client.index(index=self._state, id="ledger", document={"sequence": sequence})

    def reset(self) -> None:
        """Take every document away and start again at sequence 0; the ledger still has them all."""
        with self._asking():
            held = self._client.options(ignore_status=404).indices.get_alias(name=self._alias)
            for name in held if "error" not in held else ():
                self._client.indices.delete(index=name)
            self._client.options(ignore_status=404).indices.delete(index=self._state)
            self._prepare()

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def _prepare(self) -> None:
        """Make the index and its state where they are missing."""
        settings: Json = {
            "number_of_shards": self._shards,
            "refresh_interval": "30s",  # we refresh ourselves when a batch is in
        }
        if self._replicas is not None:
            settings["number_of_replicas"] = self._replicas
        if not self._client.indices.exists_alias(name=self._alias):
            # two processes may do this at once: the second is told that it exists
            self._client.options(ignore_status=400).indices.create(
                index=f"{self._alias}-000001",
                mappings=MAPPING,
                settings=settings,
                aliases={self._alias: {"is_write_index": True}},
            )
        if not self._client.indices.exists(index=self._state):
            self._client.options(ignore_status=400).indices.create(
                index=self._state,
                mappings={"dynamic": "strict", "properties": {"sequence": {"type": "long"}}},
                settings={"number_of_shards": 1} | {k: v for k, v in settings.items() if k == "number_of_replicas"},
            )
        self._prepared = True

    def _bulk(self, chunk: list[StoredDocument]) -> int:
        """Write what is newer than what is held; what another writer changed meanwhile is looked at again."""
        waiting: dict[str, StoredDocument] = {}
        for document in chunk:
            if document.id not in waiting or document.version > waiting[document.id].version:
                waiting[document.id] = document
        written = 0
        for _ in range(_TRIES):
            held = self._held(list(waiting))
            fresh = [d for d in waiting.values() if d.id not in held or d.version > held[d.id].version]
            if not fresh:
                return written
            operations: list[Any] = []  # lines of JSON, which the client passes on as they are
            for document in fresh:
                operations += [_encode(action(document.id, held.get(document.id))), _encode(row(document))]
            with self._asking():
                answer = self._client.bulk(index=self._alias, operations=operations)
                written += self._complain(answer, accepted=(_CONFLICT,))
            statuses = [next(iter(item.values()))["status"] for item in answer["items"]]
            waiting = {d.id: d for d, status in zip(fresh, statuses, strict=True) if status == _CONFLICT}
            if not waiting:
                return written
        raise StoreUnavailable(
            f"Elasticsearch ({self._where}): {len(waiting)} documents are being written by somebody else"
        )

    def _held(self, ids: list[str]) -> dict[str, Held]:
        with self._asking():
            answer = self._client.mget(index=self._alias, ids=ids, source_includes=["version"])
        return {
            doc["_id"]: Held(doc["_source"]["version"], doc["_seq_no"], doc["_primary_term"])
            for doc in answer["docs"]
            if doc.get("found")
        }

    def _complain(self, answer: Any, *, accepted: tuple[int, ...]) -> int:  # the client's answer has no useful type
        """Items that did what was asked; raises StoreUnavailable for the first that failed otherwise."""
        results = [next(iter(item.values())) for item in answer["items"]]
        failed = [r for r in results if r["status"] >= 300 and r["status"] not in accepted]
        if failed:
            reason = failed[0].get("error", {}).get("reason", failed[0]["status"])
            raise StoreUnavailable(f"Elasticsearch ({self._where}): {len(failed)} documents refused: {reason}")
        return sum(1 for r in results if r["status"] < 300)

    def _search(self, **wanted: Any) -> Any:  # the client's answer has no useful type
        with self._asking():
            return self._client.search(index=self._alias, allow_partial_search_results=False, **wanted)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Failures of the client in words of the product."""
        from elasticsearch import ApiError, TransportError, UnsupportedProductError

        try:
            if not self._prepared:
                self._prepare()
            yield
        except UnsupportedProductError:
            message = "answers, but is not Elasticsearch 8 or 9 (OpenSearch and 7.x are not supported)"
            raise StoreUnavailable(
                f"{self._where}: {message}; use the embedded engine or Elastic's own server"
            ) from None
        except ApiError as error:
            raise StoreUnavailable(
                f"Elasticsearch ({self._where}) refused: {error.status_code} {error.message}"
            ) from None
        except TransportError as error:
            hint = "is it running, and is [store] hosts right?"
            raise StoreUnavailable(f"Elasticsearch ({self._where}) does not answer: {error.message}; {hint}") from None


def _unscored(query: Node) -> Json:
    return {"bool": {"filter": [translated(query)]}}


def _mark(hit: Json) -> str:
    order, id_ = hit["sort"]
    return columns.Cursor(order=int(order), id=id_).text()


def _check_facet(field: str) -> None:
    if field not in columns.FACETS:
        raise InvalidQuery(f"不能按 {field!r} 分组；可用：{' '.join(columns.FACETS)}")


def _series(buckets: list[Json]) -> list[tuple[datetime, int]]:
    return sorted((columns.moment(math.floor(b["key"])), int(b["doc_count"])) for b in buckets)
