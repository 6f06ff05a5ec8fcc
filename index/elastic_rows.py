"""What Elasticsearch keeps of a document: the mapping, the row, and the way back."""

from typing import Any, NamedTuple

import msgspec

from domain.documents import StoredDocument
from index import columns
from index.columns import FOLDED, KEYWORDS

Json = dict[str, Any]  # Elasticsearch's own shapes
_KEYWORD: Json = {"type": "keyword", "ignore_above": 2_000}
MAPPING: Json = {
    "dynamic": "strict",
    "properties": {
        "id": {"type": "keyword"},
        "version": {"type": "long"},
        "chars": {"type": "text", "analyzer": "whitespace", "norms": False},
        "tokens": {"type": "text", "analyzer": "whitespace", "index_options": "freqs"},
        **dict.fromkeys(KEYWORDS, _KEYWORD),
        **{f"{name}_folded": _KEYWORD | {"doc_values": False} for name in FOLDED},
        "at": {"type": "long"},
        "order": {"type": "long"},
        "published_at": {"type": "date"},
        "rating": {"type": "integer"},
        "score": {"type": "double"},
        "spam": {"type": "double"},
        "document": {"type": "object", "enabled": False},
    },
}
"""Only core features: the white-space analyser over words that we cut, so that both engines agree."""


class Held(NamedTuple):
    """What the cluster holds of an id: our version, and the cluster's own marks of that write."""

    version: int
    seq_no: int
    primary_term: int


def action(id_: str, held: Held | None) -> Json:
    """A bulk action that writes only if nobody else has written since we looked.

    Elasticsearch's external versions would do the comparing, but they also refuse an erased document that comes
    back soon: the tombstone keeps the higher version.
    """
    if held is None:
        return {"create": {"_id": id_}}
    return {"index": {"_id": id_, "if_seq_no": held.seq_no, "if_primary_term": held.primary_term}}


def row(document: StoredDocument) -> Json:
    """A document as the mapping wants it."""
    keywords = columns.keywords(document)
    values: Json = dict(keywords)
    for name in columns.FOLDED:
        value = keywords.get(name)
        if value:
            values[f"{name}_folded"] = (
                columns.folded(value) if isinstance(value, str) else [*map(columns.folded, value)]
            )
    values["id"], values["version"] = document.id, document.version
    values["chars"] = columns.characters(document.normalized)
    values["tokens"] = columns.words(document)
    values["at"] = columns.micros(document.published_at)
    values["order"] = columns.order(document)
    values["published_at"] = document.published_at
    values["rating"] = document.rating
    values["score"], values["spam"] = document.score, document.spam
    values["document"] = document
    return values


def document_of(hit: Json) -> StoredDocument:
    """A document from a search hit."""
    return msgspec.convert(hit["_source"]["document"], StoredDocument)
