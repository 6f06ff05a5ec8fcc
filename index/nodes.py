"""The small tree that a query becomes: made by `index.parsing`, translated by each engine."""

from datetime import datetime

import attrs


@attrs.frozen(kw_only=True)
class Term:
    """A field has a value; in the field `text` the normalised text holds it as a substring."""

    field: str
    """text, source, kind, brand, category, model, sku, product, sentiment, counted, rating, aspect, bad, good, severity, cluster, author, id."""
    value: str
    """Of `text` normalised already; of `product` a part of the title; of all others the whole value, letters of either case."""


@attrs.frozen(kw_only=True)
class Range:
    """A number or time lies in [low, high); None = open."""

    field: str
    """rating, score, published_at, spam."""
    low: float | datetime | None = None
    high: float | datetime | None = None


@attrs.frozen(kw_only=True)
class And:
    """All parts match."""

    parts: tuple["Node", ...]


@attrs.frozen(kw_only=True)
class Or:
    """At least one part matches."""

    parts: tuple["Node", ...]


@attrs.frozen(kw_only=True)
class Not:
    """The part does not match."""

    part: "Node"


@attrs.frozen(kw_only=True)
class Everything:
    """Matches every document."""


Node = Term | Range | And | Or | Not | Everything
NOTHING = Not(part=Everything())
"""Matches no document."""


def simplify(node: Node) -> Node:
    """The same matches in one agreed shape: flat, without parts that say nothing, ranges of one field in an And joined.

    `Everything` and `NOTHING` are left only at the root. Doing it twice is doing it once.
    """
    match node:
        case Term(field="text", value=""):
            return Everything()
        case Range(low=None, high=None):
            return Everything()
        case Not():
            inner = simplify(node.part)
            return inner.part if isinstance(inner, Not) else Not(part=inner)
        case And():
            return _and(_flat(node.parts, And))
        case Or():
            return _or(_flat(node.parts, Or))
        case _:
            return node


def _flat(parts: tuple[Node, ...], kind: type[And] | type[Or]) -> list[Node]:
    flat: list[Node] = []
    for part in map(simplify, parts):
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return flat


def _and(parts: list[Node]) -> Node:
    if NOTHING in parts:
        return NOTHING
    kept = _joined([p for p in parts if p != Everything()])
    if not kept:
        return Everything()
    return kept[0] if len(kept) == 1 else And(parts=tuple(kept))


def _or(parts: list[Node]) -> Node:
    if Everything() in parts:
        return Everything()
    kept = [p for p in parts if p != NOTHING]
    if not kept:
        return NOTHING
    return kept[0] if len(kept) == 1 else Or(parts=tuple(kept))


def _joined(parts: list[Node]) -> list[Node]:
    """Ranges of one field become one, at the place of the first."""
    ranges: dict[str, Range] = {}
    for part in parts:
        if isinstance(part, Range):
            ranges[part.field] = _overlap(ranges[part.field], part) if part.field in ranges else part
    kept: list[Node] = []
    for part in parts:
        if not isinstance(part, Range):
            kept.append(part)
        elif part.field in ranges:
            kept.append(ranges.pop(part.field))
    return kept


def _overlap(one: Range, other: Range) -> Range:
    lows = [r.low for r in (one, other) if r.low is not None]
    highs = [r.high for r in (one, other) if r.high is not None]
    # a field's bounds are all numbers or all times
    low = max(lows) if lows else None
    high = min(highs) if highs else None
    return Range(field=one.field, low=low, high=high)
