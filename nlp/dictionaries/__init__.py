"""Dictionaries that people may edit: YAML and word lists, read once at the start."""

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast where libyaml is there


def read(name: str) -> Any:  # the shape is each reader's own
    """The content of `name`.yaml."""
    return yaml.load(files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"), Loader=_Loader)


def read_words() -> list[tuple[str, int, str]]:
    """Word, frequency and part of speech of each line of words.txt, the format of jieba's user dictionaries."""
    lines = files(__package__).joinpath("words.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    return [(row[0], int(row[1]) if len(row) > 1 else 20000, row[2] if len(row) > 2 else "n") for row in rows]


@cache
def read_trivial() -> frozenset[str]:
    """Words that carry no theme of their own."""
    lines = files(__package__).joinpath("trivial.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
