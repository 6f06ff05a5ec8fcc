"""Brands, categories and model numbers in a text, and which of the brands it is about."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import attrs

from domain.analysis import Entity
from nlp.dictionaries import read
from nlp.normalize import normalize
from nlp.segment import MODEL, is_model

_PLACE = re.compile(
    r"(?:电器|集团|空调)?(?:的)?(?:大厦|大楼|广场|大道|地产|置业|物业|总部|工业园|园区|小区|体育馆|球场|中学|小学|幼儿园|学校|大学|公寓|酒店|车站|站台|地铁站"
    r"|(?:专卖店|门店|店|展厅|柜台|公司|厂|工厂)?(?:门口|旁边|旁|隔壁|对面|附近|楼下|楼上|后面|前面))"
)
_OWNER = re.compile(
    r"(?:电器|集团|智家|科技)?(?:的)?(?:旗下|控股|子公司|代工|贴牌|收购|并购|股票|股价|股份|股东|涨停|跌停|市值|分红|财报|年报|营收|净利|业绩|员工|校招|实习|招聘|面试"
    r"|冠名|赞助|独家冠名|特约播出|杯|联赛|老板娘|的股|a股|港股|基金|年会|裁员|创始人)"
)
_WORK = re.compile(
    r"(?:在|去|进|到|入职|加入|面试|投了?|跳槽到?|离开|毕业于|持有|买入|抛了|重仓|满仓|加仓|减仓|梭哈|定投)(?:了)?$"
)
_WORK_AFTER = re.compile(
    r"(?:电器|集团)?(?:里|那边)?(?:上班|工作|打工|实习|面试|做(?:销售|导购|研发)|当|干了|的offer|股|股票|[0-9]+股)"
)
_OWNED = re.compile(r"(?:被|由|属于|隶属于?|归属于?|母公司是?|东家)$")
_FOIL = re.compile(
    r"(?:本来|原本|原来|原先|开始|之前|当初)(?:是)?(?:想|要|打算|准备|看中|看上|看好)(?:了)?(?:的)?(?:去)?(?:买|入手|选|换|装)?(?:的是|了|个|一台|台)?$"
    r"|差点(?:就)?(?:买|选|入手)了?$|(?<!再也)(?<!绝对)(?<!坚决)没有?(?:买|选|考虑)$|(?:冒充|假冒|山寨|仿冒|仿|高仿|贴)(?:的)?$|(?:还)?以为(?:是|买的是)$|(?:又|并|可|也)不是$|哪像$|学(?:学|习)?$|堪称.{0,4}(?:中|界)的$"
)


_LOOK = 12
"""Characters looked at on either side of a word."""


@attrs.frozen(kw_only=True)
class Sense:
    """How to tell a brand from the ordinary word with the same spelling."""

    name: str
    certain: bool
    """This spelling is always the brand."""
    needs: bool = False
    """Only beside an appliance."""
    not_after: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()


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


class EntityTerms:
    """The words for brands and categories, with the user's own brands."""

    def __init__(self, extra_brands: Mapping[str, Sequence[str]] | None = None) -> None:
        """extra_brands: canonical name → further spellings, any script; a known name gets the spellings added."""
        self.brands: dict[str, Sense] = {}
        for name, entry in read("brands").items():
            rules = Sense(
                name=name,
                certain=False,
                needs=entry.get("needs", False),
                not_after=tuple(entry.get("not_after", ())),
                not_before=tuple(entry.get("not_before", ())),
            )
            self._add(name, entry.get("aliases", ()), rules, with_name=not entry.get("only_aliases", False))
        for name, aliases in (extra_brands or {}).items():
            self._add(name, aliases, self.brands.get(normalize(name)) or Sense(name=name, certain=True), with_name=True)
        self.categories = {normalize(word): name for name, words in read("categories").items() for word in words}
        self._canonical = {normalize(sense.name): sense.name for sense in self.brands.values()}
        self.title = lru_cache(maxsize=20_000)(self._title)

    def _add(self, name: str, aliases: Iterable[str], rules: Sense, *, with_name: bool) -> None:
        if with_name:
            self.brands[normalize(name)] = rules
        for alias in aliases:
            if alias.strip():
                self.brands[normalize(alias.strip())] = Sense(name=name, certain=True)

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
            (plain.rfind(word), len(word), category) for word, category in self.categories.items() if word in plain
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
    found: Iterable[tuple[int, int, Sense | str]], view: str, start: int, end: int, *, titled: Titled
) -> list[Named]:
    """Brands and categories of one text after the sense rules, by place; of overlapping words the first and longest counts.

    found: place, length and meaning (a Sense, or a category's name), by place and then the longer first.
    start, end: the text in the joined view.
    """
    chosen: list[tuple[int, int, Sense | str]] = []
    covered = -1
    for place, length, meaning in found:
        if place >= covered:
            chosen.append((place, length, meaning))
            covered = place + length
    context = bool(titled.category or titled.brand) or any(
        isinstance(meaning, str) or meaning.certain for _, _, meaning in chosen
    )
    answer = []
    for place, length, meaning in chosen:
        if isinstance(meaning, str):
            answer.append(Named(kind="category", name=meaning, place=place, length=length))
        elif meaning.certain or _is_brand(
            meaning,
            view[max(start, place - _LOOK) : place],
            view[place + length : min(end, place + length + _LOOK)],
            context=context,
        ):
            answer.append(Named(kind="brand", name=meaning.name, place=place, length=length))
    return answer


def _is_brand(sense: Sense, before: str, after: str, *, context: bool) -> bool:
    if sense.needs and not context:
        return False
    return not (before.endswith(sense.not_after) or after.startswith(sense.not_before))


def models_in(view: str, start: int, end: int) -> list[Named]:
    """Model numbers between two places of the joined view."""
    return [
        Named(kind="model", name=found.group(), place=found.start(), length=found.end() - found.start())
        for found in MODEL.finditer(view, start, end)
        if is_model(found.group())
    ]


def about(brands: Sequence[Named], view: str, start: int, end: int, *, titled: Titled) -> tuple[str, ...]:
    """Canonical brands of whose product or service the text says something: the shop's first, then by place.

    A brand that is only a place, an owner, an employer, a share, a sponsor or a mere foil is left out. start, end: the
    poster's own words in the joined view.
    """
    names = [titled.brand] if titled.brand else []
    for brand in brands:
        if not start <= brand.place < end:
            continue
        before, after = (
            view[max(start, brand.place - 14) : brand.place],
            view[brand.place + brand.length : min(end, brand.place + 24)],
        )
        if not _aside(before, after):
            names.append(brand.name)
    return tuple(dict.fromkeys(names))


def _aside(before: str, after: str) -> bool:
    """Is the brand named for something else than its product or service?"""
    if _PLACE.match(after) or _OWNER.match(after) or _FOIL.search(before):
        return True
    if _OWNED.search(before) and re.match(r"(?:集团|电器)?(?:收购|控股|冠名|赞助|独家)", after):
        return True
    return bool(_WORK.search(before) and _WORK_AFTER.match(after))


def entity(found: Named, text: str, start: int, end: int) -> Entity:
    """The domain's noun; a model keeps the spelling of the text."""
    name = text[start:end] if found.kind == "model" else found.name
    return Entity(kind=found.kind, name=name, start=start, end=end)
