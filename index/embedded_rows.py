"""What the embedded engine writes into tantivy for a document, and how it reads it back."""

import msgspec
import tantivy
from tantivy import DocAddress, Searcher

from domain.documents import StoredDocument
from index import columns

_encode = msgspec.json.Encoder().encode
decoded = msgspec.json.Decoder(StoredDocument).decode
"""A document from its stored bytes."""


class Held(msgspec.Struct):
    """The little of a stored row that tells which version it is."""

    id: str
    version: int


held = msgspec.json.Decoder(Held).decode
"""Id and version from stored bytes, the rest passed over."""


def schema() -> tantivy.Schema:
    """The columns; a change needs a new SHAPE."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("chars", tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("tokens", tokenizer_name="whitespace", index_option="freq")
    for name in columns.KEYWORDS:
        tokenizer = "folded" if name in columns.FOLDED else "raw"
        builder.add_text_field(name, tokenizer_name=tokenizer, index_option="basic", fast=True)
    for name in ("at", "order", "rating"):
        builder.add_integer_field(name, indexed=name == "rating", fast=True)
    for name in ("score", "spam"):
        builder.add_float_field(name, fast=True)
    builder.add_bytes_field("json", stored=True)
    return builder.build()


def register(index: tantivy.Index) -> None:
    """Teach an opened index our way with keywords: found in either case, counted as stored."""
    whole = tantivy.Tokenizer.raw()
    folding = tantivy.TextAnalyzerBuilder(whole).filter(tantivy.Filter.lowercase()).build()
    index.register_tokenizer("folded", folding)
    index.register_fast_field_tokenizer("folded", tantivy.TextAnalyzerBuilder(whole).build())


def row(document: StoredDocument, schema: tantivy.Schema) -> tantivy.Document:
    """A document as tantivy takes it."""
    values: dict[str, object] = dict(columns.keywords(document))
    values["id"] = document.id
    values["chars"] = columns.characters(document.normalized)
    values["tokens"] = columns.words(document)
    values["at"] = columns.micros(document.published_at)
    values["order"] = columns.order(document)
    values["rating"] = document.rating if document.rating is not None else []
    values["score"], values["spam"] = document.score, document.spam
    values["json"] = _encode(document)
    return tantivy.Document.from_dict(values, schema)


def stored(searcher: Searcher, address: DocAddress) -> bytes:
    """The stored bytes of a row."""
    return bytes(searcher.doc(address).get_first("json"))  # type: ignore[arg-type]  # every row has it
