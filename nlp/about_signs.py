"""Signs of a brand in a text that no n-gram shows: its place among the brands and clauses, its sense, and the rules' own reading."""

from collections.abc import Sequence

from nlp.about_cases import STOPS, Case
from nlp.mentions import Mention
from nlp.parts import Foil, Part

_PARTS = {part: number for number, part in enumerate(Part)}
_FOILS = {foil: number for number, foil in enumerate(Foil)}
_STOPS = {stop: number for number, stop in enumerate(STOPS, 1)}
_LEADS = 2
"""Characters before a brand that still begins its clause."""
ROOM, _EDGE = 64, 63
"""More values than any sign has; the value at the beginning of a text."""
_LONG = 25
"""Characters by which lengths of texts are told apart."""


def signs_of_spellings(case: Case) -> list[tuple[int, ...]]:
    """One row a candidate, one column a kind of sign."""
    names = case.names
    numbers = [names[one.name] for one in case.candidates]
    clauses = [case.clause(one.start) for one in case.candidates]
    judged = {case.clause(place) for place in case.aspects}
    return [_placed(case, at, clauses, numbers, judged) + _read(one.mention) for at, one in enumerate(case.candidates)]


def _placed(
    case: Case, number: int, clauses: Sequence[int], numbers: Sequence[int], judged: set[int]
) -> tuple[int, ...]:
    """Where a spelling stands among clauses and other brands."""
    candidate, clause = case.candidates[number], clauses[number]
    start, end = case.clause_span(clause)
    others = [at for at, other in enumerate(numbers) if other != numbers[number]]
    theirs = {clauses[at] for at in others}
    mates = [at for at in others if clauses[at] == clause] if clause in theirs else []
    later = min((at for at in theirs if at > clause), default=-1)
    free = (later if later >= 0 else len(case.ends) + 1) - clause - 1
    return (
        candidate.start - start <= _LEADS,
        min(end - candidate.end, 3),
        min(len(mates), 3),
        2 * any(at < number for at in mates) + any(at > number for at in mates),
        0 if clause + 1 in theirs else 1 if clause < len(case.ends) else 2,
        0 if clause - 1 in theirs else 1 if clause else 2,
        min(free, 5),
        later < 0,
        clause in judged,
        clause + 1 in judged and clause + 1 not in theirs,
        any(clause < at <= clause + free for at in judged),
        _STOPS.get(case.own[end - 1 : end], 0),
        _STOPS.get(case.own[start - 1 : start], 0) if start else _EDGE,
    )


def _read(mention: Mention | None) -> tuple[int, ...]:
    """What the rules say of a spelling; all 0 where it is an ordinary word to them."""
    if mention is None:
        return (0,) * 6
    return (
        1 + _PARTS[mention.part],
        1 + _FOILS[mention.foil],
        1 + mention.stated,
        1 + mention.attached,
        1 + bool(mention.category),
        1 + mention.joined,
    )


def signs_of_brands(case: Case) -> list[tuple[int, ...]]:
    """One row a brand, in order of first place: what is known of it and of its text."""
    kept = {one.name for one in case.candidates if one.mention}
    last = len(case.names) - 1
    many, appliances, length = min(len(kept), 5), min(len(case.appliances), 2), min(len(case.own) // _LONG, 6)
    answer: list[tuple[int, ...]] = []
    for name, number in case.names.items():
        senses = [one.sense for one in case.candidates if one.name == name]
        known = name in kept
        answer.append(
            (
                known,
                2 * max(sense.word for sense in senses) + known,
                2 * any(sense.keeper for sense in senses) + known,
                any(sense.certain for sense in senses),
                many,
                min(number, 4),
                number == last,
                min(len(senses), 3),
                5 * min(number, 3) + min(many, 4),
                appliances,
                length,
            )
        )
    return answer
