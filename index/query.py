"""The query language of people: parsed into a small tree of our own, translated by each engine."""

from datetime import datetime

import attrs


@attrs.frozen(kw_only=True)
class Term:
    """A field has a value; in the field `text` the normalised text holds it as a substring."""

    field: str
    """text, source, kind, brand, category, model, sku, product, sentiment, rating, aspect, bad, good, severity, cluster, author, id."""
    value: str


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
