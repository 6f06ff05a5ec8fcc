"""From the tree back to a query text that people can read, change and run again."""

import math
import re
from datetime import datetime

from index.fields import field_named
from index.moments import written
from index.nodes import And, Everything, Node, Not, Or, Range, Term, simplify

_BARE = re.compile(r"[\w·][\w·.]*")
_RESERVED = {"AND", "OR", "NOT", "TO"}


def render(node: Node) -> str:
    """A text whose parse gives `simplify(node)` again; empty for Everything.

    Holds for trees whose text values are normalised; `parse` makes only such.
    """
    simple = simplify(node)
    return "" if simple == Everything() else _written(simple, inside=False)


def _written(node: Node, *, inside: bool) -> str:
    """inside: the node is a part of another one, so that more than one word needs brackets."""
    match node:
        case Term(field="text"):
            return _value(node.value)
        case Term():
            return f"{node.field}:{_value(node.value)}"
        case Range():
            words = _range(node)
        case And():
            words = [_written(part, inside=not isinstance(part, Range)) for part in node.parts]
        case Or():
            words = [" OR ".join(_written(part, inside=True) for part in node.parts)]
            return f"({words[0]})" if inside else words[0]
        case Not():
            return "-" + _written(node.part, inside=True)
        case Everything():
            return '""'
    return f"({' '.join(words)})" if inside and len(words) > 1 else " ".join(words)


def _value(text: str) -> str:
    if _BARE.fullmatch(text) and text not in _RESERVED:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _range(node: Range) -> list[str]:
    words = []
    if node.low is not None:
        words.append(_bound(node.field, ">=", node.low))
    if node.high is not None:
        words.append(_bound(node.field, "<", node.high))
    return words


def _bound(field: str, comparison: str, bound: float | datetime) -> str:
    if isinstance(bound, datetime):
        if field == "published_at":
            return f"{'since' if comparison == '>=' else 'until'}:{_value_of_time(bound)}"
        return f"{field}:{comparison}{_value_of_time(bound)}"
    known = field_named(field)
    if known is not None and known.whole and bound == int(bound):
        return f"{field}:{comparison}{_number(int(bound))}"
    before = math.nextafter(bound, -math.inf)
    if len(repr(before)) < len(repr(bound)):  # came from `<= 0.8` or `> 0.8`
        return f"{field}:{'<=' if comparison == '<' else '>'}{_number(before)}"
    return f"{field}:{comparison}{_number(bound)}"


def _number(number: float) -> str:
    text = repr(number)
    return text if number >= 0 and "-" not in text else f'"{text}"'


def _value_of_time(moment: datetime) -> str:
    text = written(moment)
    return text if len(text) == 10 else f'"{text}"'
