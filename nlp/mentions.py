"""Which brands a text is about: every mention gets its part, then what the clauses say is dealt out to the mentions."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import attrs

from nlp.cues import LOOK, Things, sense_patterns
from nlp.part_patterns import patterns
from nlp.parts import SOFT, TOPICS, Foil, Named, Part, foil_of, part_of, topic

_STOP = re.compile(r"[,。!?;:\n~…#()\[\]{}\"“”—]|(?<![0-9])\.(?![0-9])|(?<=[^\x00-\x7f]) +(?=[^\x00-\x7f])")
_JOINT = re.compile(r"\s*(?:和|跟|与|、|还有|或者?|以及|还是|加|/|\+|&)?\s*")
_OWN_CATEGORY = 6
"""Characters between an appliance and the brand behind it: 空调买的格力."""


_HOUSE = re.compile(r"(?:家|集团|旗下|智家|电器)?(?:的|系)?")
"""Between a maker and its brand: 海尔家的统帅."""
_MOST = 200
"""Mentions of brands that are looked at; a text with more is a list."""
_TAIL = 3
"""Characters behind the last brand that are taken for a statement, whatever they say."""
_LEADS = 4
"""Characters before a brand that still begins its clause: 我家海尔, 但是海尔."""
_PREDICATE = 2
"""Characters behind a brand that make a statement where another brand begins a clause alike."""
_OTHERS_AND_OURS = re.compile(
    r"(?:隔壁|邻居|对门|楼[上下]|朋友|同事|亲戚)家?(?:里|装|用|买)的(?:是)?.{2,30}?(?:我的|我家|我这|我们家)|人家.{1,30}?(?:我的|我家|我这|我们家)|(?:我的|我家|我这|我们家).{1,30}?人家"
)


@attrs.define(kw_only=True)
class Mention:
    """One brand in the poster's own words; places are in these words."""

    name: str
    start: int
    end: int
    clause: tuple[int, int] = (0, 0)
    before: str = ""
    """From the brand before, or the beginning of the clause."""
    after: str = ""
    """To the brand behind, or the end of the clause."""
    joined: bool = False
    """Shares what is said with the mention before (格力和美的)."""
    category: str = ""
    beyond: str = ""
    """`after` without the appliance, part or device that it stands before."""
    attached: bool = False
    """Stands before an appliance."""
    part: Part = Part.PRODUCT
    foil: Foil = Foil.NONE
    stated: bool = False
    told: bool = False
    """The rules' verdict."""


def read_mentions(
    brands: Sequence[tuple[str, int, int]],
    categories: Sequence[tuple[str, int]],
    own: str,
    *,
    things: Things,
    makers: Mapping[str, str],
) -> list[Mention]:
    """The mentions with their parts, by place; `told` where the text says something of the brand's product or service.

    brands: name, start and end; categories: name and start; both by place in `own`, the poster's own words, normalised.
    makers: brand → the maker that owns it.
    """
    found = _mentions(brands[:_MOST], own, things)
    for mention in _verdict(found, categories, own, makers):
        mention.told = True
    return found


def _verdict(
    found: list[Mention], categories: Sequence[tuple[str, int]], own: str, makers: Mapping[str, str]
) -> list[Mention]:
    _owners(found, own, makers)
    for mention in found:
        mention.category = mention.category or _category_before(mention, categories, own)
    kept = _without_asides(found, own, bool(categories))
    if len({mention.name for mention in kept}) < 2:
        return [] if _only_foil(kept) else kept
    _weaken(kept)
    _deal(kept, categories, own)
    return _told(kept, own)


def _mentions(brands: Sequence[tuple[str, int, int]], own: str, things: Things) -> list[Mention]:
    stops = [0, *(stop.end() for stop in _STOP.finditer(own)), len(own) + 1]
    answer: list[Mention] = []
    at = 0
    for number, (name, start, end) in enumerate(brands):
        while stops[at + 1] <= start:
            at += 1
        first, last = stops[at], max(stops[at + 1] - 1, end)
        mention = Mention(name=name, start=start, end=end, clause=(first, last))
        left = answer[-1].end if answer and answer[-1].end > first else first
        right = brands[number + 1][1] if number + 1 < len(brands) else last
        mention.before, mention.after = own[left:start], own[end : min(last, right)]
        mention.joined = bool(answer) and _JOINT.fullmatch(own[answer[-1].end : start]) is not None
        if mention.joined:
            mention.before = answer[-1].before
        thing = things.after(own[end : min(last, end + LOOK)])
        if thing and thing.end <= len(mention.after):
            mention.category, mention.attached = thing.category, thing.kind not in ("service", "other")
        else:
            thing = None
        mention.beyond = mention.after[thing.end :] if thing and mention.attached else mention.after
        mention.part = part_of(
            Named(
                leads=right < last,
                follows=left > first,
                before=mention.before,
                after=own[end:last],
                thing=thing,
                clause=own[first:last],
            )
        )
        answer.append(mention)
    _share(answer)
    return answer


def _share(found: list[Mention]) -> None:
    """Foils, with what follows the last of joined brands."""
    for number in range(len(found) - 1, -1, -1):
        mention = found[number]
        following = found[number + 1] if number + 1 < len(found) else None
        joined = following is not None and following.joined
        mention.foil = following.foil if following and joined else foil_of(mention.before, mention.after)
        if following and joined and mention.part is Part.PRODUCT and not mention.attached:
            mention.part = following.part if following.part is not Part.OWNER else mention.part


def _owners(found: list[Mention], own: str, makers: Mapping[str, str]) -> None:
    """A maker named beside a brand of its own is its owner, unless its product is named or both are compared."""
    cues, names = patterns(), {mention.name for mention in found}
    owned = {makers.get(name, name) for name in names if makers.get(name, name) != name}
    if owned.isdisjoint(names):
        return
    for mention in found:
        if mention.name not in owned or mention.part is not Part.PRODUCT or cues.like.search(mention.before):
            continue
        if cues.choice.search(own):
            continue
        clause = own[slice(*mention.clause)]
        mates = any(other.clause == mention.clause and other.name != mention.name for other in found)
        if (mates and cues.owned_words.search(clause) and not (mention.attached and mention.category)) or (
            not mention.joined and things_of_service(mention.after)
        ):
            mention.part = Part.OWNER
    for mention, behind in pairwise(found):
        if makers.get(behind.name) == mention.name != behind.name and _HOUSE.fullmatch(own[mention.end : behind.start]):
            mention.part = Part.OWNER


def things_of_service(after: str) -> bool:
    """Is the maker named for its service only?"""
    return re.match(r"(?:的|家的|家|电器|集团)?(?:师傅|售后|客服|服务|维修|系统|体系|平台|app|官网)", after) is not None


def _category_before(mention: Mention, categories: Sequence[tuple[str, int]], own: str) -> str:
    near = [
        name
        for name, start in categories
        if mention.clause[0] <= start < mention.start and mention.start - start <= _OWN_CATEGORY
    ]
    return near[-1] if near else ""


def _without_asides(found: list[Mention], own: str, appliance: bool) -> list[Mention]:
    """Mentions of a product; a device or trifle only where no other brand is named."""
    kept = [
        mention
        for mention in found
        if mention.part is Part.PRODUCT
        or (mention.part is Part.ACQUIRED and (appliance or sense_patterns().appliance.search(own, mention.clause[1])))
    ]
    if not kept:
        parts = {mention.part for mention in found}
        soft = [mention for mention in found if mention.part is Part.THING or (appliance and len(found) == 1)]
        return soft if parts <= SOFT else []
    if patterns().dealers.search(own) and not patterns().offers.search(own):
        return []
    whole = topic(own) if not appliance else Part.PRODUCT
    if whole is Part.PRODUCT and not appliance and patterns().work_text.search(own):
        whole = Part.WORK if not sense_patterns().appliance.search(own) else whole
    aside = {mention.name for mention in found if mention.part in TOPICS}
    if whole in (Part.WORK, Part.SPONSOR) and aside:
        kept = [m for m in kept if m.attached or m.name not in aside]
    elif whole in TOPICS:
        kept = [m for m in kept if m.attached or patterns().bought.search(m.before)]
    elif not appliance and aside:
        kept = [m for m in kept if m.attached or m.name not in aside or patterns().said.search(m.before + m.after)]
    return kept


def _only_foil(kept: list[Mention]) -> bool:
    return bool(kept) and all(mention.foil is Foil.STRONG for mention in kept)


def _weaken(kept: list[Mention]) -> None:
    """Brands before the one that was bought at last are foils, unless they were had themselves."""
    cues = patterns()
    for number, mention in enumerate(kept):
        if mention.foil is not Foil.NONE or (mention.attached and cues.had.search(mention.before)):
            continue
        bought = any(other.name != mention.name and cues.chosen.search(other.before) for other in kept[number + 1 :])
        if not bought or cues.had.search(mention.before + mention.after) or cues.chosen.search(mention.before):
            continue
        if not cues.said.search(mention.after) or cues.hearsay.search(mention.before + mention.after):
            mention.foil = Foil.WEAK


def _deal(kept: list[Mention], categories: Sequence[tuple[str, int]], own: str) -> None:
    """Marks the mentions of which something is said."""
    said, compared = patterns().said, patterns().compared
    for number, mention in enumerate(kept):
        last = number + 1 == len(kept) or not kept[number + 1].joined
        text = mention.after if last else kept[number + 1].after
        if mention.foil is Foil.NONE and said.search(mention.before + "\n" + text):
            mention.stated = True
        if mention.foil is Foil.NONE and mention.after and patterns().like.search(mention.before):
            mention.stated = True
        clause = own[slice(*mention.clause)]
        mates = {other.name for other in kept if other.clause == mention.clause}
        if len(mates) > 1 and mention.foil is not Foil.STRONG and compared.search(clause):
            mention.stated = True
    _deal_parallel(kept)
    final = next((mention for mention in reversed(kept) if mention.foil is Foil.NONE), None)
    if final and len(own) - final.end >= _TAIL:
        for mention in _group(kept, kept.index(final)):
            mention.stated = True
    _deal_clauses(kept, categories, own)


def _deal_parallel(kept: list[Mention]) -> None:
    """Brands that begin clauses of one build are set against each other, whatever is said: A 的罩深, B 的风量大."""
    plain = patterns().aside
    heads = [
        mention
        for mention in kept
        if mention.foil is Foil.NONE
        and mention.start - mention.clause[0] <= _LEADS
        and len(mention.beyond) >= (1 if mention.attached else _PREDICATE)
        and not plain.search(mention.before + "<>" + mention.after)
    ]
    if len({mention.name for mention in heads}) > 1:
        for mention in heads:
            for mate in _group(kept, kept.index(mention)):
                mate.stated = True


def _deal_clauses(kept: list[Mention], categories: Sequence[tuple[str, int]], own: str) -> None:
    """Gives clauses without a brand to the brands of their appliance, else to the brands named last."""
    said = patterns().said
    for number, mention in enumerate(kept):
        end = kept[number + 1].clause[0] if number + 1 < len(kept) else len(own)
        at = mention.clause[1] + 1
        for clause_start, clause_end in _clauses(own, at, end):
            if not said.search(own[clause_start:clause_end]) or patterns().foiled.search(own[clause_start:clause_end]):
                continue
            if mention.foil is Foil.STRONG or (
                mention.foil is Foil.WEAK
                and (
                    patterns().dear.search(own[clause_start:clause_end])
                    or patterns().hearsay.search(own[clause_start:clause_end])
                )
            ):
                continue
            appliances = {name for name, start in categories if clause_start <= start < clause_end}
            same = [m for m in kept[: number + 1] if m.category and m.category in appliances]
            for target in same or _group(kept, number):
                target.stated = True


def _group(kept: list[Mention], number: int) -> list[Mention]:
    group = [kept[number]]
    while number and kept[number].joined:
        number -= 1
        group.append(kept[number])
    return group


def _clauses(own: str, start: int, end: int) -> list[tuple[int, int]]:
    answer = []
    for stop in _STOP.finditer(own, min(start, end), end):
        answer.append((start, stop.start()))
        start = stop.end()
    return [*answer, (start, end)] if start < end else answer


def _told(kept: list[Mention], own: str) -> list[Mention]:
    """The mentions of which something is said; all that are no foil where nothing is, or where all are compared."""
    wanted = [mention for mention in kept if mention.foil is not Foil.STRONG]
    if (
        (patterns().choice.search(own) and not patterns().settled.search(own))
        or patterns().offers.search(own)
        or _OTHERS_AND_OURS.search(own)
        or patterns().rest.search(own)
    ):
        stated = wanted
    else:
        stated = [mention for mention in kept if mention.stated]
    return stated or wanted or kept
