"""Training texts for the severity model: our own whole texts and templates, filled and set among ordinary clauses."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from random import Random

import attrs
import yaml

CLASSES = ("none", "safety", "group", "regulator", "reputation")
"""Order of the model's columns."""


@attrs.frozen
class Example:
    """A labelled text."""

    text: str
    kind: int
    """Column of the model."""
    source: str
    """Template it comes of, so that its variants never lie on both sides of a split."""


@cache
def templates() -> tuple[tuple[str, str, str], ...]:
    """Class, kind and template of every line of `severity_texts/*.yaml`."""
    found = []
    for name in ("safety", "matters", "nothing", "more"):
        path = files(__package__).joinpath(f"severity_texts/{name}.yaml")
        if not path.is_file():
            continue
        content: Mapping[str, str] = yaml.safe_load(path.read_text(encoding="utf-8"))
        for kind, lines in content.items():
            family = kind if kind in CLASSES else "safety" if name == "safety" else "none"
            found += [(family, kind, line) for line in lines.splitlines() if line.strip()]
    return tuple(found)


@cache
def _slots() -> Mapping[str, tuple[str, ...]]:
    content = yaml.safe_load(files(__package__).joinpath("severity_texts/slots.yaml").read_text(encoding="utf-8"))
    return {name: tuple(map(str, words)) for name, words in content.items()}


def filled(template: str, chance: Random) -> str:
    """The template with a word in each slot."""
    slots = _slots()
    for name, words in slots.items():
        hole = f"{{{name}}}"
        while hole in template:
            template = template.replace(hole, chance.choice(words), 1)
    return template


def examples(variants: int = 3, seed: int = 5) -> Iterator[Example]:
    """Each template filled `variants` times, some among ordinary clauses; whole texts too."""
    chance = Random(seed)
    for family, kind, template in templates():
        for turn in range(variants):
            text = filled(template, chance)
            if turn and kind != "reposted":
                text = _among(text, chance)
            yield Example(text, CLASSES.index(family), template)


def _among(text: str, chance: Random) -> str:
    """The text before, behind or between clauses that say nothing grave."""
    slots = _slots()
    before = filled(chance.choice(slots["before"]), chance) + chance.choice("，。,") if chance.random() < 0.4 else ""
    after = chance.choice("，。！ ") + filled(chance.choice(slots["after"]), chance) if chance.random() < 0.4 else ""
    if chance.random() < 0.15:
        before = f"#{filled(chance.choice(slots['tag']), chance)}#{before}"
    return before + text + after


@cache
def spared() -> frozenset[str]:
    """First 16 hexadecimal digits of SHA-256 of public texts that do report something grave, found by reading them."""
    path = files(__package__).joinpath("severity_texts/spared.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line.split()[0] for line in lines if line.strip() and not line.startswith("#"))
