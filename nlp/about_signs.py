"""Signs of a brand in a text that no n-gram shows: its place among the brands and clauses, its sense, and the rules' own reading."""

from collections.abc import Iterator, Sequence

from nlp.about_cases import STOPS, Candidate, Case
from nlp.parts import Foil, Part

_PARTS, _FOILS, _STOPS = tuple(Part), tuple(Foil), {stop: number for number, stop in enumerate(STOPS, 1)}
_LEADS = 2
"""Characters before a brand that still begins its clause."""
_ROOM = 64
"""More values than any sign has."""
_LONG = 25
"""Characters by which lengths of texts are told apart."""


def signs(case: Case) -> Iterator[tuple[int, int]]:
    """Number of the brand in its text, and sign."""
    clauses = [case.clause(one.start) for one in case.candidates]
    numbers = [case.names[one.name] for one in case.candidates]
    judged = {case.clause(place) for place in case.aspects}
    for number, candidate in enumerate(case.candidates):
        values = [*_placed(case, number, clauses, numbers, judged), *_read(candidate)]
        for kind, value in enumerate(values):
            yield numbers[number], kind * _ROOM + value
    yield from _whole(case, numbers, len(values))


def _placed(case: Case, number: int, clauses: Sequence[int], numbers: Sequence[int], judged: set[int]) -> Iterator[int]:
    """Where a spelling stands among clauses and other brands."""
    candidate, clause = case.candidates[number], clauses[number]
    start, end = case.clause_span(clause)
    others = [at for at, other in enumerate(numbers) if other != numbers[number]]
    mates = [at for at in others if clauses[at] == clause]
    theirs = {clauses[at] for at in others}
    later = min((at for at in theirs if at > clause), default=-1)
    free = (later if later >= 0 else len(case.ends) + 1) - clause - 1
    yield int(candidate.start - start <= _LEADS)
    yield min(end - candidate.end, 3)
    yield min(len(mates), 3)
    yield 2 * any(at < number for at in mates) + any(at > number for at in mates)
    yield 0 if clause + 1 in theirs else 1 if clause < len(case.ends) else 2
    yield 0 if clause - 1 in theirs else 1 if clause else 2
    yield min(free, 5)
    yield int(later < 0)
    yield int(clause in judged)
    yield int(clause + 1 in judged and clause + 1 not in theirs)
    yield int(any(at in judged for at in range(clause + 1, clause + 1 + free)))
    yield _STOPS.get(case.own[end - 1 : end], 0)
    yield _STOPS.get(case.own[start - 1 : start], 0) if start else 63


def _read(candidate: Candidate) -> Iterator[int]:
    """What the rules say of a spelling; all 0 where it is an ordinary word to them."""
    mention = candidate.mention
    yield 1 + _PARTS.index(mention.part) if mention else 0
    yield 1 + _FOILS.index(mention.foil) if mention else 0
    yield 1 + mention.stated if mention else 0
    yield 1 + mention.attached if mention else 0
    yield 1 + bool(mention.category) if mention else 0
    yield 1 + mention.joined if mention else 0


def _whole(case: Case, numbers: Sequence[int], first: int) -> Iterator[tuple[int, int]]:
    """What is known of each brand of a text, and of the text. first: number of the first kind of sign."""
    kept = {one.name for one in case.candidates if one.mention}
    many = len(case.names)
    for name, number in case.names.items():
        senses = [one.sense for one in case.candidates if one.name == name]
        known = name in kept
        values = (
            known,
            2 * max(sense.word for sense in senses) + known,
            2 * any(sense.keeper for sense in senses) + known,
            any(sense.certain for sense in senses),
            min(len(kept), 5),
            min(number, 4),
            number == many - 1,
            min(numbers.count(number), 3),
            5 * min(number, 3) + min(len(kept), 4),
            min(len(case.appliances), 2),
            min(len(case.own) // _LONG, 6),
        )
        for kind, value in enumerate(values, first):
            yield number, kind * _ROOM + int(value)
