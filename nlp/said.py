"""The clauses of a stored document, each with its words, and whether an aspect or a wish already speaks of it."""

import re
from collections.abc import Iterator

import attrs

from domain.documents import StoredDocument
from nlp.normalize import normalize

_STOP = re.compile(r"[,。!?;…~\n\r\t、:()\[\]\"'“”‘’<>《》【】|/]+|\.{2,}|\s{2,}")
_TURN = re.compile(r"但是|可是|不过|然而|另外")


@attrs.frozen(kw_only=True)
class Clause:
    """A stretch of a text that says one thing."""

    document: str
    """Id."""
    text: str
    """Normalised."""
    tokens: tuple[str, ...]
    """Its words in order, without punctuation."""
    covered: bool
    """An aspect opinion or a wish speaks of it."""


def clauses(document: StoredDocument) -> list[Clause]:
    """The clauses of a document in order."""
    text = document.normalized
    spoken = [words if words in text else normalize(words) for words in _spoken(document)]
    placed = _placed(text, document.tokens)
    found, at = [], 0
    for start, end in _bounds(text):
        words = []
        while at < len(placed) and placed[at][0] < end:
            if placed[at][0] >= start:
                words.append(placed[at][1])
            at += 1
        said = text[start:end].strip()
        if said:
            covered = any(said in words_ or words_ in said for words_ in spoken if words_)
            found.append(Clause(document=document.id, text=said, tokens=tuple(words), covered=covered))
    return found


def _spoken(document: StoredDocument) -> Iterator[str]:
    yield from (opinion.opinion for opinion in document.aspects)
    yield from (wish.text for wish in document.wishes)


def _bounds(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for stop in _STOP.finditer(text):
        yield from _turned(text, start, stop.start())
        start = stop.end()
    yield from _turned(text, start, len(text))


def _turned(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for turn in _TURN.finditer(text, start, end):
        if turn.start() > start:
            yield start, turn.start()
        start = turn.end()
    if start < end:
        yield start, end


def _placed(text: str, tokens: tuple[str, ...]) -> list[tuple[int, str]]:
    """(place, word) of each token, in order; a token that the text does not hold any more is passed over."""
    places, at = [], 0
    for token in tokens:
        found = text.find(token, at)
        if found < 0:
            continue
        places.append((found, token))
        at = found + len(token)
    return places
