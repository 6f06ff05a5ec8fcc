"""Every brand in a text that might be what it is about, with what the rules know of it; the judge of `nlp.about` decides."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property

import attrs

from nlp.entities import EntityTerms, Naming
from nlp.mentions import Mention, read_mentions
from nlp.naming import Named, apart
from nlp.senses import Sense

BRAND, APPLIANCE = "\ue200", "\ue201"
"""Stand for a brand and for an appliance."""
STOPS = ',。!?;:\n~…#()[]{}"“”—'
"""Characters that end a clause."""
_STOP = re.compile(f"[{re.escape(STOPS)}]")
_NUMBER = re.compile(r"[0-9]+")
_MOST = 200
"""Brands that are looked at; a text with more is a list."""
_BEFORE, _BEHIND = 40, 70
"""Characters read before the first and behind the last brand."""


@attrs.frozen(kw_only=True)
class Candidate:
    """One spelling of a brand in the poster's own words."""

    name: str
    start: int
    end: int
    sense: Sense
    mention: Mention | None
    """As the rules read it; None where they take the spelling for an ordinary word."""


@attrs.frozen(kw_only=True)
class Piece:
    """A stretch of the text, or what stands for a brand or an appliance."""

    text: str
    candidate: int = -1
    """Number of the brand's spelling."""


@attrs.define(kw_only=True, slots=False)
class Case:
    """One text in which a brand may be named."""

    own: str
    """The poster's own words, normalised."""
    candidates: Sequence[Candidate]
    """By place; at least one."""
    appliances: Sequence[tuple[int, int]]
    """Places and lengths of the words for appliances."""
    aspects: Sequence[int]
    """Places of the words for aspects of a product."""

    @cached_property
    def names(self) -> dict[str, int]:
        """Number of each brand, in order of its first place."""
        return {name: number for number, name in enumerate(dict.fromkeys(one.name for one in self.candidates))}

    @cached_property
    def pieces(self) -> Sequence[Piece]:
        """The text near its brands, with stand-ins for brands and appliances; every number is 0."""
        at = max(self.candidates[0].start - _BEFORE, 0)
        last = self.candidates[-1].end + _BEHIND
        marks = [(one.start, one.end, number) for number, one in enumerate(self.candidates)]
        marks += [(place, place + length, -1) for place, length in self.appliances if place < last]
        answer: list[Piece] = []
        for start, end, number in sorted(marks):
            if start < at:
                continue
            if start > at:
                answer.append(Piece(text=_NUMBER.sub("0", self.own[at:start])))
            answer.append(Piece(text=APPLIANCE if number < 0 else BRAND, candidate=number))
            at = end
        return [*answer, Piece(text=_NUMBER.sub("0", self.own[at:last]))]

    @cached_property
    def ends(self) -> Sequence[int]:
        """One past each stop, by place in `own`."""
        return [stop.end() for stop in _STOP.finditer(self.own)]

    def clause(self, place: int) -> int:
        """Number of the clause in which a place of `own` lies."""
        return bisect_right(self.ends, place)

    def clause_span(self, number: int) -> tuple[int, int]:
        """Where a clause begins and ends; its stop counts as its own."""
        return self.ends[number - 1] if number else 0, self.ends[number] if number < len(self.ends) else len(self.own)


def case_of(
    found: Sequence[tuple[int, int, Naming]],
    names: Sequence[Named],
    aspects: Sequence[int],
    view: str,
    start: int,
    end: int,
    *,
    terms: EntityTerms,
) -> Case | None:
    """The brands of one text; None if it has none.

    found: its words for brands, categories and lines, names: those that the rules of sense let stand, aspects: places of
    aspects; all by place in the joined view. start, end: the poster's own words in it.
    """
    spelled = [(at, length, sense) for at, length, sense in apart(found) if isinstance(sense, Sense) and at < end]
    if not spelled:
        return None
    own = view[start:end]
    inside = [name for name in names if start <= name.place < end]
    brands = sorted((name.place - start, name.length, name.name) for name in inside if name.kind == "brand")
    categories = [(name.name, name.place - start) for name in inside if name.kind == "category"]
    read = read_mentions(
        [(name, at, at + length) for at, length, name in brands],
        categories,
        own,
        things=terms.things,
        makers=terms.makers,
    )
    by_place = {mention.start: mention for mention in read}
    candidates = [
        Candidate(
            name=sense.name, start=at - start, end=at - start + length, sense=sense, mention=by_place.get(at - start)
        )
        for at, length, sense in spelled
        if at - start in by_place or not sense.typo
    ]
    if not candidates:
        return None
    return Case(
        own=own,
        candidates=candidates[:_MOST],
        appliances=[(name.place - start, name.length) for name in inside if name.kind == "category"],
        aspects=[at - start for at in aspects],
    )
