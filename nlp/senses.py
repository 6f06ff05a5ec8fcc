"""Is a spelling the brand or an ordinary word (美的风景, 跟老板说, 园林内)? Cues are added up; the rules are in brands.yaml."""

import attrs

from nlp.cues import LOOK, Attached, Things, sense_patterns

_BASE = (2.0, 0.0, -1.0)
"""Where the sum begins, by how much the spelling is an ordinary word."""
_BEFORE_IN_NAMES = frozenset("达米莱伯范迈奥舍蒂埃雷贝凯缪圣阿塞古·迪罗卡斯帕亚巴索沙哈拉瓦托戈洛诺莫克利普泰-")
_BEHIND_IN_NAMES = frozenset("曼森姆斯默辛博赫丁伯茂维兹茨伍莎娜妮·瑞松柏蒂琳登顿-")
"""Characters that stand for sounds of foreign names."""
_SURE_SERVICE = frozenset(
    {"客服", "售后", "旗舰店", "官方", "专卖店", "厂家", "自营店", "师傅", "发布会", "维修", "服务站"}
)


@attrs.frozen(kw_only=True)
class Sense:
    """One spelling of a brand, and how to tell it from the ordinary word that is spelled alike."""

    name: str
    certain: bool = False
    """This spelling is always the brand."""
    typo: bool = False
    """A misspelling: the brand only before an appliance or its service."""
    word: int = 0
    """0 a name, 1 also an ordinary word, 2 mostly one."""
    given: bool = False
    """Also a person's given name."""
    edge: bool = False
    """Often a string across two words."""
    makes: frozenset[str] = frozenset()
    works: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    never_after: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    sure_before: tuple[str, ...] = ()
    """What follows when it is the brand: 美的的."""
    clash: tuple[str, ...] = ()
    foreign: bool = False
    """Also a part of foreign names."""
    keeper: bool = False
    """Its ordinary sense is a person who sells and serves, so that only appliances show the brand."""

    @property
    def plain(self) -> bool:
        """Nothing speaks against it anywhere."""
        return self.certain or not (
            self.typo or self.word or self.given or self.edge or self.not_after or self.not_before or self.clash
        )


@attrs.frozen(kw_only=True)
class Around:
    """What surrounds a spelling in its text."""

    before: str
    """Up to 16 characters, of the same text."""
    after: str
    """Up to LOOK characters."""
    clause: str
    """The clause around it."""
    context: bool
    """The text names an appliance, or a brand for certain."""
    titled: bool
    """The shop says that it is this brand."""
    company: bool
    """Another brand is named for certain."""
    categories: frozenset[str]
    """Appliances that the text names."""
    named_before: bool
    """An appliance that it may make stands before it: 烟机是老板的."""
    beside: bool
    """Joined to another brand by and, or, than."""


def is_brand(sense: Sense, around: Around, things: Things) -> bool:
    """Does the spelling mean the brand here?"""
    before, after = around.before, around.after
    patterns = sense_patterns()
    thing = things.after(after)
    goes_on = _goes_on(sense, after, thing)
    if before.endswith(sense.never_after) or (goes_on and not (around.beside or around.company)):
        return False
    attached = thing is not None and _is_its_own(sense, thing)
    served = thing is not None and thing.kind == "service" and (not sense.keeper or thing.word in _SURE_SERVICE)
    if sense.typo:
        return (thing is not None and (thing.category != "" or thing.word in _SURE_SERVICE)) or around.titled
    score = _BASE[sense.word] + 3 * attached + 2 * served + 3 * around.titled + 3 * around.beside
    score += around.context and (sense.word < 2 or around.titled)
    bought = patterns.bought.search(before) is not None
    score += 2.0 * bought
    score += 3.0 * (patterns.share.match(after) is not None)
    score += 2.5 * _is_model(after)
    score += 1.5 * (not sense.keeper and patterns.this_one.match(after) is not None)
    score += 2.0 * any(work in before + after for work in sense.works)
    score += 2.0 * (after.startswith(sense.sure_before) if sense.sure_before else False)
    score += 1.5 * (before.endswith("#") and after.startswith("#"))
    score += 1.2 * (sense.word == 2 and around.context and not (sense.keeper or sense.works or before[-1:] > "\u3400"))
    score += 1.2 * (not sense.keeper and not sense.makes.isdisjoint(around.categories))
    score += 2.0 * around.named_before
    score += 1.2 * (around.company and (not sense.keeper or not before.endswith("的")))
    score -= (9.0 if sense.keeper else 4.0) * goes_on
    score -= 3.0 * before.endswith(sense.not_after) if sense.not_after else 0
    score -= 2.6 * any(word in around.clause for word in sense.clash)
    if sense.word or sense.given or sense.foreign:
        score -= 3.0 * (patterns.counted.search(before) is not None)
        score -= 3.0 * (patterns.ordinary.match(after) is not None)
    if sense.given and patterns.surname.search(before):
        score -= 4
    bound = around.named_before or around.beside or bought
    if sense.edge and not bound and not patterns.edge.search(before):
        score -= 0.5 if around.company else 2.5
    if sense.foreign and (before[-1:] in _BEFORE_IN_NAMES or after[:1] in _BEHIND_IN_NAMES) and not around.beside:
        score -= 3.0
    return score > 0


def _is_its_own(sense: Sense, thing: Attached) -> bool:
    """Does the maker make what it stands before?"""
    if thing.category:
        return not sense.makes or thing.category in sense.makes
    if sense.keeper:
        return thing.word in sense.makes
    return thing.kind != "service" and (thing.kind != "other" or sense.word < 2)


def _goes_on(sense: Sense, after: str, thing: Attached | None) -> bool:
    """Do the words behind make another thing of it? 长虹挂天边 does, 长虹挂机 does not."""
    if not sense.not_before or not after.startswith(sense.not_before):
        return False
    if thing is None or not thing.category or not after.startswith(thing.word):
        return True
    return any(after.startswith(word) and not thing.word.startswith(word) for word in sense.not_before)


def may_be(sense: Sense, before: str, after: str) -> bool:
    """Could this be the brand, as far as the words at its edges say? Such a one is company for another."""
    return sense.certain or not (
        sense.typo
        or sense.keeper
        or before.endswith(sense.never_after)
        or before.endswith(sense.not_after)
        or after[:6].startswith(sense.not_before)
    )


def _is_model(after: str) -> bool:
    """A model number or size follows at once: 石头P20, 志高1.5匹."""
    plain = after.lstrip(" 的")[:4]
    return any(c.isdigit() for c in plain[:3]) and all(c.isascii() and c.isalnum() for c in plain[:1])


def look(view: str, start: int, end: int, place: int, length: int) -> tuple[str, str, str]:
    """What stands before and behind a word of the joined view, and its clause. start, end: its text."""
    before = view[max(start, place - 16) : place]
    after = view[place + length : min(end, place + length + LOOK)]
    return before, after, clause_around(before, view[place : place + length], after)


def clause_around(before: str, word: str, after: str) -> str:
    """The clause that holds a word: up to the nearest stops."""
    left = max((before.rfind(stop) for stop in ",。!?;\n"), default=-1)
    ends = [at for stop in ",。!?;\n" if (at := after.find(stop)) >= 0]
    return before[left + 1 :] + word + after[: min(ends, default=len(after))]
