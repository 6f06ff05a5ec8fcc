"""The tree of a query in tantivy's words."""

import math
import re
from datetime import datetime

from tantivy import FieldType, Occur, Query, Schema

from index.columns import FOLDED, characters, folded, micros
from index.nodes import And, Everything, Node, Not, Or, Range, Term

_REGEX = re.compile(r"([.?+*|(){}\[\]\\^$#&\-~])")
_NUMBERS = {"score": FieldType.Float, "spam": FieldType.Float, "rating": FieldType.Integer}


def translated(node: Node, schema: Schema) -> Query:
    """A tantivy query with the matches of `node`."""
    match node:
        case Term():
            return _term(node, schema)
        case Range():
            return _range(node, schema)
        case And():
            return Query.boolean_query([(Occur.Must, Query.all_query()), *(_clause(p, schema) for p in node.parts)])
        case Or():
            if not node.parts:
                return Query.empty_query()
            return Query.boolean_query([(Occur.Should, translated(p, schema)) for p in node.parts])
        case Not():
            return translated(And(parts=(node,)), schema)
        case Everything():
            return Query.all_query()


def ranked(node: Node, schema: Schema) -> Query:
    """The same matches; those that hold a word of the query as a whole word stand higher."""
    wanted = [Query.term_query(schema, "tokens", word) for word in whole_words(node)]
    base = translated(node, schema)
    if not wanted:
        return base
    return Query.boolean_query([(Occur.Must, base), *((Occur.Should, query) for query in wanted)])


def whole_words(node: Node) -> list[str]:
    """Text values that are not under a Not."""
    if isinstance(node, Term):
        return [node.value] if node.field == "text" and node.value else []
    return [word for part in getattr(node, "parts", ()) for word in whole_words(part)]


def _clause(node: Node, schema: Schema) -> tuple[Occur, Query]:
    if isinstance(node, Not):
        return Occur.MustNot, translated(node.part, schema)
    return Occur.Must, translated(node, schema)


def _term(node: Term, schema: Schema) -> Query:
    if node.field == "text":
        return _substring(node.value, schema)
    if node.field == "product":
        # the titles' dictionary is small: a look through it is cheaper than a field of characters
        return Query.regex_query(schema, "product", f".*{_REGEX.sub(_escape, folded(node.value))}.*")
    if node.field == "rating":
        whole = node.value.lstrip("-").isdecimal()
        return Query.term_query(schema, "rating", int(node.value)) if whole else Query.empty_query()
    value = folded(node.value) if node.field in FOLDED else node.value
    return Query.term_query(schema, node.field, value)


def _escape(found: re.Match[str]) -> str:
    return "\\" + found[1]


def _substring(text: str, schema: Schema) -> Query:
    if not text:
        return Query.all_query()
    single = characters(text).split(" ")
    if len(single) == 1:
        return Query.term_query(schema, "chars", single[0])
    return Query.phrase_query(schema, "chars", single)  # type: ignore[arg-type]  # a list of str is fine


def _range(node: Range, schema: Schema) -> Query:
    if node.field == "published_at":
        low = micros(node.low) if isinstance(node.low, datetime) else None
        high = micros(node.high) if isinstance(node.high, datetime) else None
        return between(schema, "at", FieldType.Integer, low, high)
    kind = _NUMBERS[node.field]
    return between(schema, node.field, kind, _bound(node.low, kind), _bound(node.high, kind))


def _bound(bound: float | datetime | None, kind: FieldType) -> float | None:
    if bound is None or isinstance(bound, datetime):
        return None
    return math.ceil(bound) if kind is FieldType.Integer else float(bound)


def between(schema: Schema, field: str, kind: FieldType, low: float | None, high: float | None) -> Query:
    """Values in [low, high); a document without the field never matches, one with it always where both are open."""
    if low is None and high is None:
        return Query.all_query()
    if low is not None and high is not None and low >= high:
        return Query.empty_query()
    return Query.range_query(schema, field, kind, low, high, include_upper=high is None)
