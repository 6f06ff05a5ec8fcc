"""Aspects: which matter a clause speaks of, by its words."""

import re
from collections.abc import Iterable, Mapping, Sequence

import attrs

from nlp.taxonomy import NO_ASPECT, Taxonomy, Term

_NEGATED = re.compile(
    r"(?<!是)(?<!有)(?:没有?|无|零|毫无|不会?|不再|未|从不|从未|几乎没有?|基本没有?|基本不|一点不|一点都不|完全没有?|也没|都没有?|并没有?)"
    r"(?:任何|什么|啥|一点|一丝|半点|丝毫|明显的?|太大的?|大的?|出现|发现|听到|听见|感觉到|有|过|发生|存在|可见|的|漏|特别|很|太){0,3}$"
)
_ABSENT = re.compile(
    r"^(?:声|声音|现象|情况|问题)?(?:几乎|基本|完全|也|都|是|真的)*(?:(?:没有|没|听不到|听不见|不存在|为零|感觉不到|察觉不到)(?![^,]{0,3}(?:小|低|轻|减|消|处理|解决|改善|人|说的|宣传))"
    r"|没有?(?:想象|说的|那么|想的|很|太|特别|什么)(?:中)?(?:的)?(?:那么)?(?:大|响|吵|高))"
)
_DENIED = re.compile(
    r"(?:不|不太|不够|不怎么|没|没那么|不那么|并不|谈不上|算不上|不是|不是很|不是太|不是那么|不是特别|没觉得|没觉得多|没觉得有多|一点也?不|一点都不|哪里|不见得|毫不)$"
    r"|没有?(?:我|他|她|以前|之前|原来|原先|同|别|其他|其它|家里|去年|前年|实体|想象|说的|宣传|那么|这么|预期|预想|老|旧|美的|格力|海尔|想的)[^,没]{0,12}$"
)
_OWNERS = ("安装", "物流")
"""Aspects whose people are praised and blamed with the words of service."""
_SENTENCE = re.compile(r"[。!?;\n]")
_BESIDE = 16
_CROWDED = 14
"""A clause longer than this that names several aspects is read in pieces."""
_LONG, _LEAD, _TAIL = 34, 10, 20
"""Of a clause longer than `_LONG` the stretch of so many characters before and after the words is read."""


@attrs.define(kw_only=True)  # not frozen: made for every word found, and freezing would cost more than finding
class Mention:
    """An aspect in a clause; places are in the joined view."""

    aspect: str
    clause: int
    """Number of the clause."""
    start: int
    """First character of its words."""
    end: int
    word: str
    """The first of its words that is more than a heading."""
    soft: bool = True
    """Only soft words speak of it."""
    header: bool = True
    """Only a heading speaks of it."""
    good: int = 0
    """Words of praise, denied blame left out."""
    bad: int = 0
    denied: int = 0
    """Of them, praise that is denied: 不是很安静."""
    absent: int = 0
    """Trouble or blame that is said not to be there."""
    present: int = 0
    """Trouble that is there."""
    names: int = 0
    left: int = 0
    """The stretch that judges it begins here."""
    right: int = 0

    def leans(self) -> bool:
        """Do its own words judge?"""
        return bool(self.good or self.bad or self.absent or self.present)


def mentions(
    found: Iterable[tuple[int, int, Sequence[Term]]],
    clauses: Sequence[int],
    bounds: Sequence[int],
    view: str,
    category: str,
    taxonomy: Taxonomy,
) -> list[Mention]:
    """The aspects of one text, each at most once a clause, by place.

    found: place, length and terms of each word, by place and then the longer first; of words that overlap the first counts.
    clauses: number of the clause of each word. bounds: where each clause begins. category: the appliance, "" if unknown.
    """
    by_clause: dict[int, dict[str, Mention]] = {}
    covered, special = -1, False
    for (place, length, terms), clause in zip(found, clauses, strict=True):
        if place < covered:
            continue
        begin, end = bounds[clause], bounds[clause + 1]
        chosen = _meant(terms, view, place, length, begin, end, category)
        if not chosen:
            continue
        covered = place + length
        for term in chosen:
            if term.aspect == NO_ASPECT:
                continue
            special = special or term.soft or term.header
            here = by_clause.setdefault(clause, {})
            mention = here.get(term.aspect)
            if mention is None:
                mention = here[term.aspect] = Mention(
                    aspect=term.aspect, clause=clause, start=place, end=covered, word=view[place:covered]
                )
            elif mention.header and not term.header:
                mention.word = view[place:covered]
            mention.soft, mention.header = mention.soft and term.soft, mention.header and term.header
            mention.end = covered
            _weigh(mention, term, view, place, covered, begin, end)
    for here in by_clause.values():
        if len(here) > 1:
            _give_way(here, taxonomy)
    if special:
        _hand_over(by_clause, view)
    return _windowed([mention for here in by_clause.values() for mention in here.values()], bounds)


def _meant(
    terms: Sequence[Term], view: str, place: int, length: int, begin: int, end: int, category: str
) -> list[Term]:
    """The meanings of a word that hold here, one an aspect."""
    if len(terms) == 1 and terms[0].company is None and not terms[0].only:
        return [terms[0]]
    chosen: list[Term] = []
    for term in terms:
        if term.only and not (category in term.only if category else term.sure):
            continue
        if term.company is not None and not term.company.holds(
            view[max(begin, place - _BESIDE) : place], view[place + length : min(end, place + length + _BESIDE)]
        ):
            continue
        if all(other.aspect != term.aspect for other in chosen):
            chosen.append(term)
    return chosen


def _weigh(mention: Mention, term: Term, view: str, place: int, covered: int, begin: int, end: int) -> None:
    """Add what one word says to the mention."""
    before = view[max(begin, place - _BESIDE) : place]
    doubtful = "不" in before or "没" in before or "无" in before or "未" in before or "零" in before
    if term.trouble or (term.lean < 0 and term.company is None):
        absent = (doubtful and _NEGATED.search(before)) or (
            term.trouble and _ABSENT.search(view[covered : min(end, covered + _BESIDE)])
        )
        if absent:
            mention.absent += 1
        elif term.trouble:
            mention.present += 1
        else:
            mention.bad += 1
    elif term.lean < 0:
        mention.bad += 1
    elif term.lean > 0:
        if term.company is None and (doubtful or "哪" in before) and _DENIED.search(before):
            mention.bad += 1
            mention.denied += 1
        elif term.denies:
            mention.absent += 1
        else:
            mention.good += 1
    else:
        mention.names += 1


def _give_way(here: dict[str, Mention], taxonomy: Taxonomy) -> None:
    """Take out of a clause headings beside something more exact, and names of what another aspect takes."""
    exact = any(not mention.header for mention in here.values())
    for aspect, mention in list(here.items()):
        takers = taxonomy.yields.get(aspect)
        taken = takers is not None and not takers.isdisjoint(here) and (aspect != "安装" or not mention.leans())
        if taken or (mention.header and exact):
            del here[aspect]


def _hand_over(by_clause: dict[int, dict[str, Mention]], view: str) -> None:
    """Give soft mentions to the installer or the courier of the same clause, or of the ones before in the sentence."""
    for clause, here in by_clause.items():
        for aspect, mention in list(here.items()):
            if not mention.soft or aspect in _OWNERS:
                continue
            owners = [here[owner] for owner in _OWNERS if owner in here]
            if owners:
                del here[aspect]
                for owner in owners:
                    owner.good, owner.bad = owner.good + mention.good, owner.bad + mention.bad
                    owner.absent, owner.end = owner.absent + mention.absent, max(owner.end, mention.end)
            elif owner_before := _owner_before(by_clause, clause, aspect, mention, view):
                del here[aspect]
                mention.aspect = owner_before
                here.setdefault(owner_before, mention)


def _owner_before(
    by_clause: Mapping[int, Mapping[str, Mention]], clause: int, aspect: str, mention: Mention, view: str
) -> str:
    """The installing or the delivery that the two clauses before spoke of last; "" = neither."""
    before = [
        other
        for at in (clause - 1, clause - 2)
        for name, other in by_clause.get(at, {}).items()
        if name in _OWNERS or name == aspect
    ]
    last = max(before, key=lambda other: other.end, default=None)
    if last is None or last.aspect not in _OWNERS or _SENTENCE.search(view, last.end, mention.start):
        return ""
    return last.aspect


def _windowed(found: list[Mention], bounds: Sequence[int]) -> list[Mention]:
    """The mentions with the stretch that judges each: its clause, or its part of a crowded or long one."""
    found.sort(key=lambda mention: mention.start)
    for at, mention in enumerate(found):
        begin, end = bounds[mention.clause], bounds[mention.clause + 1]
        mention.left, mention.right = begin, end
        if end - begin <= _CROWDED:
            continue
        if at + 1 < len(found) and found[at + 1].clause == mention.clause and found[at + 1].start > mention.end + 2:
            mention.right = found[at + 1].start
        if at and found[at - 1].clause == mention.clause and found[at - 1].right <= mention.start:
            mention.left = max(begin, found[at - 1].right)
        if mention.right - mention.left > _LONG:
            mention.left = max(mention.left, mention.start - _LEAD)
            mention.right = min(mention.right, mention.end + _TAIL)
    return found
