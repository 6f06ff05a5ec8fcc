"""Words of a text: one interface, rjieba by default, jieba where asked for; models and emoticons stay whole."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from domain.errors import InvalidSettings
from nlp.dictionaries import read_words

MODEL = re.compile(
    r"(?<![a-z0-9])(?!(?:iphone|ipad|wifi|windows|win|mate|usb|type|mp|android|ios|app|vivo|oppo|http|www)[\- ]?[0-9])"
    r"(?=[a-z0-9]{0,8}[\-/]?[a-z]{0,4}[0-9])[a-z]{1,6}[0-9]{0,3}[a-z]{0,2}-?[0-9]{1,4}[a-z0-9]*(?:[\-/.][a-z0-9]*[a-z0-9])*(?:\([a-z0-9]{1,4}\))?"
)
"""A model number in a normalised text: kfr-35gw/nhgc1b, bcd-510wtpzm."""
_WHOLE = re.compile(rf"(\[[^\[\]\s]{{1,8}}\]|{MODEL.pattern})")
_MAYBE = re.compile(r"\[|[a-z]-?[0-9]")
_FREQUENCY = 20_000
"""High enough that a word of ours wins over its parts."""


class Segmenter(Protocol):
    """Cuts a normalised text into words, in order; blanks are left out, everything else is in exactly one word."""

    def cut(self, text: str) -> list[str]:
        """The words; empty for an empty text."""
        ...


def segmenter(engine: str = "rjieba", *, words: Iterable[str] = ()) -> Segmenter:
    """engine: rjieba or jieba. words: the user's own words in normalised form. Raises InvalidSettings for another engine."""
    own = [(word, _FREQUENCY, "n") for word in words]
    if engine == "rjieba":
        return _Rjieba(own)
    if engine == "jieba":
        return _Jieba([*read_words(), *own])
    raise InvalidSettings(f"segmentation engine {engine!r} is unknown: hoped for rjieba or jieba")


def is_model(text: str) -> bool:
    """Is a match of MODEL long and mixed enough to be a model number (g10 and 1.5p are not)?"""
    digits = sum(character.isdigit() for character in text)
    marked = "-" in text or "/" in text
    return len(text) >= 5 and digits >= (2 if marked else 3) and sum("a" <= c <= "z" for c in text) >= 2


def _words(text: str, cut: Any) -> list[str]:
    if _MAYBE.search(text) is None:
        return [word for word in cut(text) if not word.isspace()]
    words: list[str] = []
    for number, piece in enumerate(_WHOLE.split(text)):
        if number % 2 and (piece[0] == "[" or is_model(piece)):
            words.append(piece)
        elif piece:
            words += [word for word in cut(piece) if not word.isspace()]
    return words


class _Rjieba:
    def __init__(self, own: Sequence[tuple[str, int, str]]) -> None:
        """own: the user's words; without any, the engine that rjieba has made at import serves, and half of the start is saved."""
        import rjieba

        self._engine: Any = rjieba.Jieba() if own else rjieba
        for word, frequency, tag in (*read_words(), *own):
            self._engine.add_word(word, frequency, tag)

    def cut(self, text: str) -> list[str]:
        return _words(text, self._engine.cut)


class _Jieba:
    def __init__(self, entries: Iterable[tuple[str, int, str]]) -> None:
        import logging
        import warnings

        with warnings.catch_warnings():  # jieba itself warns of its old regular expressions and of pkg_resources
            warnings.simplefilter("ignore")
            import jieba
        jieba.setLogLevel(logging.WARNING)
        self._engine = jieba.Tokenizer()
        for word, frequency, tag in entries:
            self._engine.add_word(word, frequency, tag)

    def cut(self, text: str) -> list[str]:
        return _words(text, self._engine.lcut)
