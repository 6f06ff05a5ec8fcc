"""Dictionaries that people may edit: YAML and word lists, read once at the start."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where libyaml is there


def read(name: str) -> Any:  # the shape is each reader's own
    """The content of `name`.yaml."""
    return yaml.load(files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"), Loader=_Loader)


Word = tuple[str, int, str]
"""Word in normalised form, frequency, part of speech in jieba's letters."""


@cache
def read_words() -> tuple[Word, ...]:
    """All lines of `words/`, the format of jieba's user dictionaries; of a word in two files the first counts."""
    paths = sorted(files(__package__).joinpath("words").iterdir(), key=lambda path: path.name)
    rows = [row for path in paths if path.name.endswith(".txt") for row in word_lines(path.read_text(encoding="utf-8"))]
    return tuple({row[0]: row for row in reversed(rows)}.values())[::-1]


def word_lines(text: str) -> list[Word]:
    """The words of a user dictionary: `word [frequency] [tag]` a line, # begins a comment."""
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(row[0], int(row[1]) if len(row) > 1 else 20000, row[2] if len(row) > 2 else "n") for row in rows]


@cache
def read_trivial() -> frozenset[str]:
    """Words that carry no theme of their own."""
    lines = files(__package__).joinpath("trivial.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
