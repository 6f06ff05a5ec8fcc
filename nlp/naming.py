"""Brands, categories, product lines and models found in one text, after the rules of sense."""

import re
from collections.abc import Iterable, Sequence

import attrs

from domain.analysis import Entity
from nlp.cues import sense_patterns
from nlp.entities import NO_CATEGORY, EntityTerms, Line, Naming, Titled
from nlp.part_patterns import patterns
from nlp.segment import MODEL, is_model
from nlp.senses import Around, Sense, is_brand, look, may_be

_BEHIND_LINE = re.compile(r"(?:系列|款|[0-9.]+(?:匹|p)|二代|[一二三]代)")
_SAID_WITHIN = 40
"""Characters behind an appliance in which something is said of it."""
_CONTEXT = 400
"""Characters of a text searched for signs that it speaks of appliances."""
_NEAR = 1
"""Characters between a brand and a line that is also an ordinary word."""
_SHORT_MODEL = re.compile(
    r"\s?(?:的)?(?:deebot|地宝)?\s?((?![ef][0-9](?![0-9a-z]))(?![0-9]+(?:匹|p|寸|升|l|kg|w|hz|g|k|v|ml)(?![a-z0-9]))[a-z]{1,4}[0-9]{1,4}[a-z]{0,6}(?:\s?(?:omni|pro|plus|max|ultra|lite|se|pure|air)(?![a-z])){0,2})(?![a-z0-9\-/])"
)
"""A short model, which is one only directly behind a brand or line: 石头 G20, 追觅H12, 科沃斯T20 OMNI; e4 is an error code."""
_NO_MODEL = re.compile(
    r"(?:wifi|app|usb|tds|pm|hdmi|type|mp|r(?:22|32|290|410a?)$|ip|no|vs|co|gb|plc|s7)[0-9]*$|(?:k|hz|p)[0-9]+hz"
)


@attrs.frozen(kw_only=True)
class Named:
    """A brand, category or model in one text, by its place in the joined view."""

    kind: str
    name: str
    place: int
    length: int


def named(
    found: Iterable[tuple[int, int, Naming]], view: str, start: int, end: int, *, titled: Titled, terms: EntityTerms
) -> list[Named]:
    """Brands, categories and lines of one text after the sense rules, by place; of overlapping words the first and longest counts.

    found: place, length and meaning, by place and then the longer first. start, end: the text in the joined view.
    """
    chosen = apart(found)
    setting: _Setting | None = None
    answer: list[Named] = []
    for number, (place, length, meaning) in enumerate(chosen):
        if isinstance(meaning, str):
            if meaning != NO_CATEGORY:
                answer.append(Named(kind="category", name=meaning, place=place, length=length))
        elif isinstance(meaning, Sense):
            if not meaning.certain:
                setting = setting or _setting(chosen, view, start, end, titled)
            if meaning.certain or (setting and setting.has(number, terms)):
                answer.append(Named(kind="brand", name=meaning.name, place=place, length=length))
    return _with_lines(answer, chosen, titled, view)


@attrs.frozen(kw_only=True)
class _Setting:
    """A text with the words found in it, for the senses of the doubtful ones."""

    chosen: Sequence[tuple[int, int, Naming]]
    view: str
    start: int
    end: int
    titled: Titled
    categories: frozenset[str]
    company: frozenset[str]
    context: bool

    def has(self, number: int, terms: EntityTerms) -> bool:
        """Is a doubtful word the brand?"""
        place, length, sense = self.chosen[number]
        assert isinstance(sense, Sense)
        before, after, clause = look(self.view, self.start, self.end, place, length)
        around = Around(
            before=before,
            after=after,
            clause=clause,
            context=self.context,
            titled=self.titled.brand == sense.name,
            company=bool(self.company - {sense.name}),
            categories=self.categories,
            named_before=self._is_named_before(number, sense),
            beside=_is_beside(self.chosen, number, self.view),
        )
        return is_brand(sense, around, terms.things)

    def _is_named_before(self, number: int, sense: Sense) -> bool:
        if not number:
            return False
        before, length, meaning = self.chosen[number - 1]
        between = self.view[before + length : self.chosen[number][0]]
        return (
            isinstance(meaning, str)
            and (not sense.makes or meaning in sense.makes)
            and len(between) <= 6
            and sense_patterns().appliance_before.fullmatch(between) is not None
        )


def _setting(chosen: Sequence[tuple[int, int, Naming]], view: str, start: int, end: int, titled: Titled) -> _Setting:
    named = {meaning for _, _, meaning in chosen if isinstance(meaning, str) and meaning != NO_CATEGORY}
    company = {
        meaning.name
        for place, length, meaning in chosen
        if isinstance(meaning, Sense)
        and may_be(meaning, view[max(start, place - 6) : place], view[place + length : end])
    }
    sure = any(isinstance(m, Sense) and not m.word and not m.typo and m.name in company for _, _, m in chosen)
    context = (
        bool(named or sure or len(company) > 1 or titled.category or titled.brand)
        or any(isinstance(m, Line) for _, _, m in chosen)
        or sense_patterns().appliance.search(view, start, min(end, start + _CONTEXT)) is not None
    )
    return _Setting(
        chosen=chosen,
        view=view,
        start=start,
        end=end,
        titled=titled,
        categories=frozenset(named | {titled.category}),
        company=frozenset(company),
        context=context,
    )


def apart(found: Iterable[tuple[int, int, Naming]]) -> list[tuple[int, int, Naming]]:
    """Words that do not overlap: the first counts, and of those that begin together the longest."""
    chosen: list[tuple[int, int, Naming]] = []
    covered = -1
    for place, length, meaning in found:
        if place >= covered:
            chosen.append((place, length, meaning))
            covered = place + length
    return chosen


def _is_beside(chosen: Sequence[tuple[int, int, Naming]], number: int, view: str) -> bool:
    """Joined to another brand by and, or, than."""
    place, length, _ = chosen[number]
    pairs = []
    if number:
        before = chosen[number - 1]
        pairs.append((before, view[before[0] + before[1] : place]))
    if number + 1 < len(chosen):
        behind = chosen[number + 1]
        pairs.append((behind, view[place + length : behind[0]]))
    joined = sense_patterns().together
    return any(
        isinstance(other[2], Sense)
        and not other[2].typo
        and (
            (len(between) <= 4 and joined.fullmatch(between))
            or (not between and (other[0] > place or not other[2].word))
        )
        for other, between in pairs
    )


def _with_lines(
    names: list[Named], chosen: Sequence[tuple[int, int, Naming]], titled: Titled, view: str
) -> list[Named]:
    """The same with product lines: sure ones, and those of a brand that is named or whose shop it is."""
    lines = [(place, length, meaning) for place, length, meaning in chosen if isinstance(meaning, Line)]
    if not lines:
        return names
    makers = [name for name in names if name.kind == "brand"]
    brands = {name.name for name in makers} | {titled.brand}
    appliance = bool(titled.category) or any(name.kind == "category" for name in names)
    for place, length, line in lines:
        if line.sure:
            meant = bool(brands & line.brands) or appliance
        else:
            meant = bool(brands & line.brands) and (
                _BEHIND_LINE.match(view, place + length) is not None
                or any(0 <= place - name.place - name.length <= _NEAR for name in makers if name.name in line.brands)
                or any(0 <= name.place - place - length <= 1 for name in names if name.kind == "category")
            )
        if meant:
            names.append(Named(kind="line", name=line.name, place=place, length=length))
    return sorted(names, key=lambda name: name.place)


def talked_about_first(names: list[Named], view: str, end: int) -> list[Named]:
    """The same, with the appliance of which something is said before the other appliances; end: of the text in the joined view."""
    categories = [name for name in names if name.kind == "category"]
    if len({name.name for name in categories}) < 2:
        return names
    said = patterns().said
    for number, name in enumerate(categories):
        following = categories[number + 1].place if number + 1 < len(categories) else end
        if said.search(view, name.place + name.length, min(following, name.place + _SAID_WITHIN)):
            first = min(names.index(one) for one in categories)
            others = [one for one in names if one is not name]
            return [*others[:first], name, *others[first:]]
    return names


def models_in(names: Sequence[Named], view: str, start: int, end: int) -> list[Named]:
    """Model numbers between two places of the joined view: long ones anywhere, short ones behind a brand or line of `names`."""
    found = [
        Named(kind="model", name=match.group(), place=match.start(), length=match.end() - match.start())
        for match in MODEL.finditer(view, start, end)
        if is_model(match.group())
    ]
    places = {name.place for name in found}
    return [*found, *(name for name in _short_models(names, view, end) if name.place not in places)]


def _short_models(names: Sequence[Named], view: str, end: int) -> list[Named]:
    """Short models directly behind a brand or a line: g20 in 石头 G20."""
    answer = []
    for name in names:
        if name.kind in ("brand", "line"):
            found = _SHORT_MODEL.match(view, name.place + name.length, min(end, name.place + name.length + 30))
            if found and not _NO_MODEL.match(found.group(1)):
                answer.append(
                    Named(kind="model", name=found.group(1), place=found.start(1), length=len(found.group(1)))
                )
    return answer


def entity(found: Named, text: str, start: int, end: int) -> Entity:
    """The domain's noun; a model keeps the spelling of the text."""
    name = text[start:end] if found.kind == "model" else found.name
    return Entity(kind=found.kind, name=name, start=start, end=end)
