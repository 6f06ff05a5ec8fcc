"""What blame is laid on: the cause that a blaming clause, or one beside it, names."""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache

import attrs

from nlp.dictionaries import read

_DENIED_REACH = 3
"""Characters before a word in which 不是 or 排除 takes it away."""
_REACH = 26
"""Characters to either side of the blame in which its own clause is searched."""
_SENTENCE = re.compile(r"[。!?;\n]")


@attrs.frozen(kw_only=True)
class Cause:
    """One cause that a word names."""

    name: str
    sure: bool
    """Names it in the clause before or after, too."""


@attrs.frozen(kw_only=True)
class CauseTerms:
    """The words of `causes.yaml`."""

    words: Mapping[str, Mapping[str, Cause]]
    """Word → aspect → cause."""
    because: re.Pattern[str]
    denied: re.Pattern[str]


@cache
def cause_terms() -> CauseTerms:
    """The shipped dictionary."""
    entries = dict(read("causes"))
    because, denied = entries.pop("because"), entries.pop("denied")
    words: dict[str, dict[str, Cause]] = {}
    for aspect, causes in entries.items():
        for name, kinds in causes.items():
            for sure in (True, False):  # a word of both lists is sure
                for word in kinds["sure" if sure else "here"]:
                    words.setdefault(word, {}).setdefault(aspect, Cause(name=name, sure=sure))
    longest_first = sorted(denied, key=len, reverse=True)
    return CauseTerms(
        words=words,
        because=re.compile("|".join(map(re.escape, because))),
        denied=re.compile(f"(?:{'|'.join(map(re.escape, longest_first))})[^,]{{0,{_DENIED_REACH}}}$"),
    )


@attrs.frozen(kw_only=True)
class CauseWords:
    """Words of a batch that name causes, by place and then the longer first."""

    places: Sequence[int]
    lengths: Sequence[int]
    meanings: Sequence[Mapping[str, Cause]]


def cause_of(
    aspect: str,
    start: int,
    end: int,
    clause: int,
    bounds: Sequence[int],
    limits: tuple[int, int],
    found: CauseWords,
    view: str,
) -> str:
    """The cause of blame for an aspect; "" where none is named surely.

    start, end: the words of the blame in the joined view. clause: their number. bounds: where clauses begin. limits: the text.
    The own clause is asked first, then the one after, then the one before, as far as the sentence goes.
    """
    begin, stop = bounds[clause], bounds[clause + 1]
    left, right = max(begin, start - _REACH), min(stop, end + _REACH)
    for sure in (True, False):  # where only a place is named, as in 外机漏水, a neighbour may say why
        if own := _named(aspect, left, right, found, view, begin, sure=sure):
            return min(own, key=lambda one: (_distance(one[0], one[1], start, end), one[0]))[2]
        if sure and (beside := _beside(aspect, clause, bounds, limits, found, view)):
            return beside
    return ""


def _beside(
    aspect: str, clause: int, bounds: Sequence[int], limits: tuple[int, int], found: CauseWords, view: str
) -> str:
    """The cause that the clause after or before names, as far as the sentence goes."""
    begin, stop = bounds[clause], bounds[clause + 1]
    if clause + 2 < len(bounds) and stop < limits[1] and not _SENTENCE.match(view, stop - 1):
        after = bounds[clause + 2]
        if beside := _named(aspect, stop, after, found, view, stop, sure=not _because(view, stop, after)):
            return beside[0][2]
    if clause and begin > limits[0] and not _SENTENCE.match(view, begin - 1):
        before = bounds[clause - 1]
        if beside := _named(aspect, before, begin, found, view, before, sure=not _because(view, before, begin)):
            return beside[-1][2]
    return ""


def _named(
    aspect: str, left: int, right: int, found: CauseWords, view: str, clause: int, *, sure: bool
) -> list[tuple[int, int, str]]:
    """Start, end and name of the causes of an aspect between two places. sure: only those that stand for themselves."""
    answer: list[tuple[int, int, str]] = []
    for at in range(bisect_left(found.places, left), bisect_left(found.places, right)):
        place, length, cause = found.places[at], found.lengths[at], found.meanings[at].get(aspect)
        if cause is None or (sure and not cause.sure) or (answer and place < answer[-1][1]):
            continue
        if not cause_terms().denied.search(view[max(clause, place - 6) : place]):
            answer.append((place, place + length, cause.name))
    return answer


def _distance(start: int, end: int, left: int, right: int) -> int:
    return max(0, start - right, left - end)


def _because(view: str, left: int, right: int) -> bool:
    return cause_terms().because.search(view, left, right) is not None
