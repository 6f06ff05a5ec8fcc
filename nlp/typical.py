"""Which words may name a theme: parts of speech from jieba's dictionary, and our own list of filler."""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from domain.documents import StoredDocument
from nlp.dictionaries import read, read_trivial, read_words
from nlp.normalize import normalize

NEGATIONS = frozenset({"不", "没", "没有", "不能", "无法", "无", "未", "不会"})
"""A phrase may begin with them: 不通电, 没有说明书."""
_NEVER = ("r", "p", "c", "u", "y", "e", "o", "m", "q", "d", "f", "x", "zg")
"""Pronouns, prepositions, conjunctions, particles, numbers, measures, adverbs, directions: no phrase begins or ends so."""
_NAMING = ("n", "vn", "an", "j", "l", "i", "eng")
"""Nouns and set phrases: one of them alone may name a theme."""
_NO_NAME = ("nr", "ns", "nt")
"""People, places and bodies."""


@cache
def may_begin(word: str) -> bool:
    """May a phrase begin with this word?"""
    if word in NEGATIONS or word == "买":
        return True
    return _may_stand_at_an_edge(word)


@cache
def may_end(word: str) -> bool:
    """May a phrase end with this word?"""
    return word not in NEGATIONS and word not in read_trivial() and _may_stand_at_an_edge(word)


def _may_stand_at_an_edge(word: str) -> bool:
    if word in _own():
        return True
    return not (word in _filler() or word in _function() or _tag(word).startswith(_NEVER)) and _worded(word)


def may_name(words: Sequence[str]) -> bool:
    """Do these words say of what kind a trouble is? One word must be a thing, a fault of ours or what can't be done."""
    if "".join(words) in _filler():
        return False
    if len(words) == 1:
        return carries(words[0]) and (_names(words[0]) or _fails(words[0]))
    told = [word for word in words if carries(word)]
    return any(_names(word) for word in told) or (bool(told) and any(w in NEGATIONS or _fails(w) for w in words))


@cache
def carries(word: str) -> bool:
    """Is it more than a word of buying, waiting, mood or grammar?"""
    if word in _filler() or word in _function() or word in NEGATIONS or word in read_trivial() or not _worded(word):
        return False
    tag = _tag(word)
    return word in _own() or (not tag.startswith((*_NEVER, *_NO_NAME, "t")) and (len(word) > 1 or bool(tag)))


@cache
def _names(word: str) -> bool:
    if word in _own():
        return True
    tag = _tag(word)
    if not tag:
        return len(word) > 2 and len(set(word)) > 1
    return tag.startswith(_NAMING) and not tag.startswith(_NO_NAME) and len(word) > 1


def _fails(word: str) -> bool:
    """打不开, 关不严: a verb that does not succeed."""
    return len(word) == 3 and word[1] == "不" and word not in _filler()


@cache
def _own() -> frozenset[str]:
    """Words of our own dictionary: parts, faults, functions."""
    return frozenset(word for word, _, _ in read_words() if len(word) > 1) - _filler() - _function()


def names_of(documents: Iterable[StoredDocument]) -> frozenset[str]:
    """Brands and appliances that these documents are about, and all that are known: what a review is about is no theme of it."""
    about = {name for d in documents for name in (*d.brands, d.category, d.line, d.model) if name}
    return names() | frozenset(map(normalize, about))


@cache
def names() -> frozenset[str]:
    """Known brands and appliances in all their spellings, normalised."""
    brands, categories = read("brands"), read("categories")
    aliases = (alias for entry in brands.values() for alias in (entry or {}).get("aliases", ()))
    words = (word for entry in categories.values() for word in entry)
    return frozenset(normalize(str(name)) for name in (*brands, *aliases, *categories, *words))


@cache
def _worded(word: str) -> bool:
    return any(character.isalpha() for character in word)


@cache
def _filler() -> frozenset[str]:
    lists = read("filler")
    return frozenset(lists["talk"]) | frozenset(lists["mood"])


@cache
def _function() -> frozenset[str]:
    return frozenset(read("filler")["function"]) - NEGATIONS


def _tag(word: str) -> str:
    """Part of speech in jieba's notation; empty for a word that it does not know, which may be a good name."""
    return _tags().get(word, "")


@cache
def _tags() -> dict[str, str]:
    """Read from the dictionary's file: importing jieba's own tagger takes two seconds, this a third of one."""
    spec = find_spec("jieba")
    if spec is None or not spec.submodule_search_locations:
        return {}
    path = Path(next(iter(spec.submodule_search_locations))) / "dict.txt"
    rows = (line.split(" ") for line in path.read_text(encoding="utf-8").splitlines())
    return {row[0]: row[2] for row in rows if len(row) == 3}
