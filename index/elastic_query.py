"""The tree of a query in Elasticsearch's words."""

import re
from datetime import datetime

from index.columns import FOLDED, characters, folded, micros
from index.elastic_rows import Json
from index.nodes import And, Everything, Node, Not, Or, Range, Term

_WILD = re.compile(r"([*?\\])")


def translated(node: Node) -> Json:
    """A query clause with the matches of `node`."""
    match node:
        case Term():
            return _term(node)
        case Range():
            return _range(node)
        case And():
            wanted = [translated(part) for part in node.parts if not isinstance(part, Not)]
            unwanted = [translated(part.part) for part in node.parts if isinstance(part, Not)]
            return {"bool": {"must": wanted or [{"match_all": {}}], "must_not": unwanted}}
        case Or():
            if not node.parts:
                return {"match_none": {}}
            return {"bool": {"should": [translated(part) for part in node.parts], "minimum_should_match": 1}}
        case Not():
            return {"bool": {"must_not": [translated(node.part)]}}
        case Everything():
            return {"match_all": {}}


def ranked(node: Node) -> Json:
    """The same matches; those that hold a word of the query as a whole word stand higher."""
    wanted = [{"term": {"tokens": word}} for word in _whole_words(node)]
    return {"bool": {"must": [translated(node)], "should": wanted}}


def _whole_words(node: Node) -> list[str]:
    if isinstance(node, Term):
        return [node.value] if node.field == "text" and node.value else []
    return [word for part in getattr(node, "parts", ()) for word in _whole_words(part)]


def _term(node: Term) -> Json:
    if node.field == "text":
        return _substring(node.value)
    if node.field == "product":
        return {"wildcard": {"product_folded": {"value": f"*{_WILD.sub(_escape, folded(node.value))}*"}}}
    if node.field == "rating":
        whole = node.value.lstrip("-").isdecimal()
        return {"term": {"rating": int(node.value)}} if whole else {"match_none": {}}
    if node.field in FOLDED:
        return {"term": {f"{node.field}_folded": folded(node.value)}}
    return {"term": {node.field: node.value}}


def _escape(found: re.Match[str]) -> str:
    return "\\" + found[1]


def _substring(text: str) -> Json:
    if not text:
        return {"match_all": {}}
    single = characters(text)
    if " " not in single:
        return {"term": {"chars": single}}
    return {"match_phrase": {"chars": {"query": single}}}


def _range(node: Range) -> Json:
    bounds = {"gte": _bound(node.low), "lt": _bound(node.high)}
    kept = {name: bound for name, bound in bounds.items() if bound is not None}
    if not kept:
        return {"match_all": {}}
    return {"range": {"at" if node.field == "published_at" else node.field: kept}}


def _bound(bound: float | datetime | None) -> float | None:
    return micros(bound) if isinstance(bound, datetime) else bound
