"""The words for brands, categories and product lines, and what a shop's title says."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import attrs

from nlp.cues import Things
from nlp.dictionaries import read
from nlp.normalize import normalize
from nlp.segment import MODEL, is_model
from nlp.senses import Sense

__all__ = ["NO_CATEGORY", "EntityTerms", "Line", "Naming", "Sense", "Titled"]

NO_CATEGORY = "无"
"""Entry of `categories.yaml` with words that only look like an appliance (电视剧)."""


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
        self.makers = {name: group for name, (group, _) in self._groups.items()}
        """Brand → the maker that owns it, or itself."""
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
            foreign=entry.get("foreign", False),
            keeper=entry.get("keeper", False),
        )
        for typo in entry.get("typos", ()):
            self.brands.setdefault(normalize(typo), Sense(name=name, typo=True))
        also = entry.get("also", ())
        for word in also or (name,):
            self.brands[normalize(word)] = rules if not rules.plain else attrs.evolve(rules, certain=True)
        self._add_certain(name, (name,) if also else ())
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
            if word in plain and category != NO_CATEGORY
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
