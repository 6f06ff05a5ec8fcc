"""Texts to train the judge of `about` with: our own templates, and texts put together of two or three labelled ones."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from random import Random
from zlib import crc32

import attrs

_CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
_MARK = "+"
"""Stands before each brand that a template is about."""
_VARIANTS = 6
_JOINTS = "，，，，。。；！ "
_LONGEST = 110
_MOST = 4
"""Brands in a text put together."""
_TRIES = 50


@attrs.frozen(kw_only=True)
class Template:
    """One filled template."""

    text: str
    marks: tuple[int, ...]
    """Where the brands begin that it is about."""
    source: str
    """The template, so that its variants can be weighed together."""


@attrs.frozen(kw_only=True)
class Labelled:
    """A text with the brands that it names, and those that it is about."""

    text: str
    named: frozenset[str] = frozenset()
    about: frozenset[str] = frozenset()


@cache
def templates() -> tuple[Template, ...]:
    """All lines of `about_texts/*.txt`, each filled in up to six ways; `# ` begins a comment."""
    paths = sorted(files(__package__).joinpath("about_texts").iterdir(), key=lambda path: path.name)
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return tuple(one for line in lines if line.strip() and not line.startswith("# ") for one in _filled(line))


def _filled(line: str) -> Iterator[Template]:
    slots = [choice.group(1).split("|") for choice in _CHOICE.finditer(line)]
    longest = max(map(len, slots), default=1)
    count = min(_VARIANTS, 2 * longest if len(slots) > 1 else longest)
    for text in dict.fromkeys(_variant(line, slots, number) for number in range(count)):
        parts = text.split(_MARK)
        marks = [sum(map(len, parts[: at + 1])) for at in range(len(parts) - 1)]
        yield Template(text="".join(parts), marks=tuple(marks), source=line)


def _variant(line: str, slots: Sequence[Sequence[str]], number: int) -> str:
    """The words of every second slot turn half as fast, so that slots are not always paired alike."""
    words = [
        slot[(number // (1 + at % 2) + crc32(f"{line}{at}".encode())) % len(slot)] for at, slot in enumerate(slots)
    ]
    chosen = iter(words)
    return _CHOICE.sub(lambda _: next(chosen), line)


def composed(texts: Sequence[Labelled], count: int, seed: int) -> list[Labelled]:
    """About `count` texts of two or three others with brands of their own: what is said of each stays true.

    In at least half of them one part names a brand that it is not about.
    """
    chance = Random(seed)
    parts = [one for one in texts if one.named and len(one.text) < 70 and "//@" not in one.text]
    asides = [one for one in parts if one.named - one.about]
    answer: list[Labelled] = []
    for _ in range(count * _TRIES if asides else 0):
        if len(answer) >= count:
            break
        chosen = [chance.choice(parts), chance.choice(asides if chance.random() < 0.5 else parts)]
        chosen += [chance.choice(parts)] if chance.random() < 0.15 else []
        chance.shuffle(chosen)
        named = [name for one in chosen for name in one.named]
        if len(named) <= _MOST and len(set(named)) == len(named) and sum(len(one.text) for one in chosen) <= _LONGEST:
            answer.append(_joined(chosen, chance))
    return answer


def _joined(parts: Sequence[Labelled], chance: Random) -> Labelled:
    text = parts[0].text.rstrip("。!！?？~ ")
    for one in parts[1:]:
        text += chance.choice(_JOINTS) + one.text.rstrip("。!！?？~ ")
    return Labelled(
        text=text,
        named=frozenset(name for one in parts for name in one.named),
        about=frozenset(name for one in parts for name in one.about),
    )
