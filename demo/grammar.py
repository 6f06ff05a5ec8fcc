"""The seeded grammar: clauses of aspect × polarity × appliance, and how they become reviews and posts."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import attrs
import yaml

from demo.catalogue import CATEGORIES

_PHRASES = Path(__file__).parent / "phrases"
_SLOT = re.compile(r"\{(\w+)\}")
POLARITIES = ("negative", "neutral", "positive")


def _load(name: str) -> Any:  # the phrase files are of many shapes
    return yaml.load(
        (_PHRASES / name).read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )


WORDS: dict[str, list[str]] = _load("words.yaml")
REVIEWS: dict[str, Any] = _load("reviews.yaml")
POSTS: dict[str, Any] = _load("posts.yaml")
SCRIPTS: dict[str, Any] = _load("scripts.yaml")


@attrs.frozen
class Clause:
    """A pattern of a clause, with its slots still open."""

    aspect: str
    polarity: str
    pattern: str


@cache
def clauses() -> dict[tuple[str, str], tuple[Clause, ...]]:
    """All clauses that can be said of an appliance, by (category, polarity)."""
    found: dict[tuple[str, str], list[Clause]] = {(c, p): [] for c in CATEGORIES for p in POLARITIES}
    for aspect, entry in (_load("service.yaml") | _load("product.yaml")).items():
        _add(found, aspect, entry, allowed=entry.get("for", CATEGORIES))
    for category, addons in _load("appliances.yaml").items():
        for aspect, entry in addons.items():
            _add(found, aspect, entry, allowed=(category,))
    return {key: tuple(value) for key, value in found.items()}


def patterns() -> set[Clause]:
    """Every clause pattern once."""
    return {clause for said in clauses().values() for clause in said}


def pick(rng: Random, category: str, polarity: str, *, favoured: Sequence[str] = (), aspect: str = "") -> Clause:
    """A clause about this appliance. `favoured` aspects come three times as often; `aspect` allows only that one.

    Raises ValueError where the appliance has no clause of that aspect.
    """
    wheel = _wheel(category, polarity, tuple(favoured), aspect)
    if not wheel:
        raise ValueError(f"no {polarity} clause about {aspect or 'anything'} of {category}")
    return rng.choice(rng.choice(wheel))


def fill(rng: Random, pattern: str, **known: str) -> str:
    """The pattern with its slots filled from `known`, else from the word lists. Raises KeyError for an unknown slot."""
    return _SLOT.sub(_filler(rng, known), pattern)


def say(rng: Random, clause: Clause, **known: str) -> str:
    """The clause as words."""
    return fill(rng, clause.pattern, **known)


@cache
def _wheel(category: str, polarity: str, favoured: tuple[str, ...], aspect: str) -> tuple[tuple[Clause, ...], ...]:
    said: dict[str, list[Clause]] = {}
    for clause in clauses()[category, polarity]:
        if not aspect or clause.aspect == aspect:
            said.setdefault(clause.aspect, []).append(clause)
    return tuple(tuple(said[name]) for name in said for _ in range(3 if name in favoured else 1))


def _filler(rng: Random, known: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    def word(slot: re.Match[str]) -> str:
        name = slot[1]
        return known[name] if name in known else rng.choice(WORDS[name])

    return word


def _add(
    found: dict[tuple[str, str], list[Clause]], aspect: str, entry: Mapping[str, list[str]], *, allowed: Sequence[str]
) -> None:
    for polarity in POLARITIES:
        for text in entry.get(polarity, ()):
            limit, bar, pattern = text.rpartition("|")
            for category in limit.split(",") if bar else allowed:
                found[category, polarity].append(Clause(aspect, polarity, pattern))
