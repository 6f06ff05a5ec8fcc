"""Brands, categories, product lines and model numbers in a text, and which of the brands it is about."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import attrs

from domain.analysis import Entity
from nlp.cues import Things, sense_patterns
from nlp.dictionaries import read
from nlp.mentions import brands_about
from nlp.normalize import normalize
from nlp.segment import MODEL, is_model
from nlp.senses import Around, Sense, is_brand, look

__all__ = ["EntityTerms", "Line", "Named", "Naming", "Sense", "Titled"]

_BEHIND_LINE = re.compile(r"(?:系列|款|[0-9.]+(?:匹|p)|二代|[一二三]代)")
_CONTEXT = 400
"""Characters of a text searched for signs that it speaks of appliances."""
_NEAR = 2
"""Characters between a brand and a line that is also an ordinary word."""
_NO_CATEGORY = "无"
"""Entry of `categories.yaml` with words that only look like an appliance (电视剧)."""
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


@attrs.frozen(kw_only=True)
class Titled:
    """What a shop's brand and title say; empty where they say nothing."""

    brand: str = ""
    category: str = ""
    model: str = ""


@attrs.frozen(kw_only=True)
class Line:
    """A maker's product line: 酷省电, 云佳."""

    name: str
    brands: frozenset[str]
    sure: bool
    """No ordinary word: it needs no brand or appliance beside it."""


Naming = Sense | Line | str
"""What a word names: a brand, a product line, or a category by its name."""


class EntityTerms:
    """The words for brands, categories and product lines, with the user's own brands."""

    def __init__(self, extra_brands: Mapping[str, Sequence[str]] | None = None) -> None:
        """extra_brands: canonical name → further spellings, any script; a known name gets the spellings added."""
        self.brands: dict[str, Sense] = {}
        entries = read("brands")
        for name, entry in entries.items():
            self._add_known(name, entry)
        for name, aliases in (extra_brands or {}).items():
            known = self.brands.get(normalize(name))
            self._add_certain(name, aliases if known else (name, *aliases))
        self.categories = {normalize(word): name for name, words in read("categories").items() for word in words}
        self.lines = _lines()
        self.things = Things({word: "" for word, line in self.lines.items() if line.sure} | self.categories)
        self._groups = {name: (entry.get("group", name), entry.get("group_of", {})) for name, entry in entries.items()}
        self._canonical = {normalize(sense.name): sense.name for sense in self.brands.values()}
        self.title = lru_cache(maxsize=20_000)(self._title)

    def _add_known(self, name: str, entry: Mapping[str, Any]) -> None:
        """One brand of brands.yaml."""
        rules = Sense(
            name=name,
            word=entry.get("word", 0),
            given=entry.get("name", False),
            edge=entry.get("edge", False),
            makes=frozenset(entry.get("makes", ())),
            works=tuple(entry.get("works", ())),
            not_after=tuple(entry.get("not_after", ())),
            never_after=tuple(entry.get("never_after", ())),
            not_before=tuple(entry.get("not_before", ())),
            sure_before=tuple(entry.get("sure_before", ())),
            clash=tuple(entry.get("clash", ())),
            keeper=entry.get("keeper", False),
        )
        for typo in entry.get("typos", ()):
            self.brands.setdefault(normalize(typo), Sense(name=name, typo=True))
        for word in (name, *entry.get("also", ())):
            self.brands[normalize(word)] = rules if not rules.plain else attrs.evolve(rules, certain=True)
        self._add_certain(name, entry.get("aliases", ()))

    def _add_certain(self, name: str, aliases: Iterable[str]) -> None:
        for alias in aliases:
            if alias.strip():
                self.brands[normalize(alias.strip())] = Sense(name=name, certain=True)

    def groups(self, brands: Sequence[str], category: str) -> tuple[str, ...]:
        """The makers that own the brands, each once, in order; a brand of no group stands for itself.

        category: the appliance talked about, which decides where a name was sold to two makers.
        """
        owners = [self._groups.get(brand, (brand, {})) for brand in brands]
        return tuple(dict.fromkeys(by_category.get(category, group) for group, by_category in owners))

    def canonical(self, brand: str) -> str:
        """The canonical name of a brand as a shop writes it: 格力（GREE） → 格力; an unknown brand without its brackets."""
        plain = normalize(brand).strip()
        outer = re.sub(r"[(\[【].*?[)\]】]", "", plain).strip()
        for part in (plain, outer, *re.split(r"[()\[\]【】/|,·\s]+", plain)):
            if part in self._canonical:
                return self._canonical[part]
            if part in self.brands:
                return self.brands[part].name
        return re.sub(r"\s*[（(【\[].*?[)）】\]]", "", brand).strip() or brand.strip()

    def _title(self, brand: str, product: str) -> Titled:
        """Brand, category and model that a shop's brand column and product title give."""
        plain = normalize(product)
        name = self.canonical(brand) if brand.strip() else self._brand_of_title(plain)
        words = [
            (plain.rfind(word), len(word), category)
            for word, category in self.categories.items()
            if word in plain and category != _NO_CATEGORY
        ]
        category = max(words, key=lambda word: (word[1], word[0]))[2] if words else ""
        models = [found.group() for found in MODEL.finditer(plain) if is_model(found.group())]
        model = max(models, key=len).upper() if models else ""
        if model:
            at = plain.index(model.lower())
            model = product[at : at + len(model)] if len(product) == len(plain) else model
        return Titled(brand=name, category=category, model=model)

    def _brand_of_title(self, title: str) -> str:
        found = [(title.find(word), -len(word), sense.name) for word, sense in self.brands.items() if word in title]
        return min(found)[2] if found else ""


def named(
    found: Iterable[tuple[int, int, Naming]], view: str, start: int, end: int, *, titled: Titled, terms: EntityTerms
) -> list[Named]:
    """Brands, categories and lines of one text after the sense rules, by place; of overlapping words the first and longest counts.

    found: place, length and meaning, by place and then the longer first. start, end: the text in the joined view.
    """
    chosen = _apart(found)
    setting: _Setting | None = None
    answer: list[Named] = []
    for number, (place, length, meaning) in enumerate(chosen):
        if isinstance(meaning, str):
            if meaning != _NO_CATEGORY:
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
    company: bool
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
            company=self.company,
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
    named = {meaning for _, _, meaning in chosen if isinstance(meaning, str) and meaning != _NO_CATEGORY}
    company = any(isinstance(m, Sense) and not m.word and not m.typo for _, _, m in chosen)
    context = (
        bool(named or company or titled.category or titled.brand)
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
        company=company,
        context=context,
    )


def _apart(found: Iterable[tuple[int, int, Naming]]) -> list[tuple[int, int, Naming]]:
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
        and ((len(between) <= 4 and joined.fullmatch(between)) or (not between and other[0] > place))
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


def about(
    names: Sequence[Named], view: str, start: int, end: int, *, titled: Titled, things: Things
) -> tuple[str, ...]:
    """Canonical brands of whose product or service the text says something: the shop's first, then by place.

    A brand that is only a place, an owner, an employer, a share, a sponsor or a mere foil is left out. names: of the text.
    start, end: the poster's own words in the joined view.
    """
    own = [name for name in names if start <= name.place < end]
    brands = [(name.name, name.place - start, name.place - start + name.length) for name in own if name.kind == "brand"]
    told: list[str] = []
    if brands:
        categories = [(name.name, name.place - start) for name in own if name.kind == "category"]
        told = brands_about(brands, categories, view[start:end], things=things)
    return tuple(dict.fromkeys([titled.brand, *told] if titled.brand else told))


def entity(found: Named, text: str, start: int, end: int) -> Entity:
    """The domain's noun; a model keeps the spelling of the text."""
    name = text[start:end] if found.kind == "model" else found.name
    return Entity(kind=found.kind, name=name, start=start, end=end)


def _lines() -> dict[str, Line]:
    """Word → product line, from lines.yaml; a name that several makers use belongs to each of them."""
    owners: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    ordinary: set[str] = set()
    for brand, lines in read("lines").items():
        for name, entry in lines.items():
            for word in (name, *(entry or {}).get("aliases", ())):
                owners.setdefault(normalize(word), set()).add(brand)
                names.setdefault(normalize(word), name)
                if (entry or {}).get("word"):
                    ordinary.add(normalize(word))
    return {
        word: Line(name=names[word], brands=frozenset(brands), sure=word not in ordinary)
        for word, brands in owners.items()
    }
