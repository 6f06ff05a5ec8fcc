"""Wishes: what the author wants changed or added (要是有背光就好了), told apart from hopes for luck, advice and threats."""

import re
from collections.abc import Iterable, Sequence
from functools import cache

import attrs

from nlp.aspects import Mention
from nlp.dictionaries import read

_LOOK = 24
"""Characters looked at before a word."""
_LONGEST = 80
"""Characters looked at after it, and of the longest wish."""
_SENTENCE = re.compile(r"[。!?;\n\x1e]")
_GOES_ON = re.compile(r"(?:也|并|再|能|或者)?(?:把|将|让|增加|加上|加个|改成|改进|取消|别再|不要再|尽快)")
"""A clause that begins so goes on with the wish before it."""
_SERVICE = "客服售后"
"""Named in many wishes as the one who is asked; what is asked for goes before it."""


@attrs.frozen(kw_only=True)
class WishRule:
    """What must, and must not, stand beside a word for it to be of a wish."""

    before: re.Pattern[str] | None
    not_before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    not_after: re.Pattern[str] | None
    reaches: bool
    """Does the wish go on to where `after` ends?"""


@cache
def wish_terms() -> dict[str, tuple[WishRule, ...]]:
    """Word → its rules, from `wishes.yaml`."""
    answer: dict[str, tuple[WishRule, ...]] = {}
    for entry in read("wishes"):
        before, not_before, after, not_after = (
            re.compile(entry[key]) if entry.get(key) else None for key in ("before", "not_before", "after", "not_after")
        )
        rule = WishRule(
            before=before,
            not_before=not_before,
            after=after,
            not_after=not_after,
            reaches=after is not None and "就" in after.pattern,
        )
        for word in entry["words"]:
            answer[word] = (*answer.get(word, ()), rule)
    return answer


def wished(
    found: Iterable[tuple[int, int, int, Sequence[WishRule]]], bounds: Sequence[int], view: str, start: int, end: int
) -> list[tuple[int, int]]:
    """Stretches of the joined view that are wishes, by place, none overlapping.

    found: place, length, number of the clause and rules of each word, by place. bounds: where clauses begin. start, end: the text.
    """
    answer: list[tuple[int, int]] = []
    for place, length, clause, rules in found:
        begin, stop = bounds[clause], min(bounds[clause + 1], end)
        for rule in rules:
            reach = _reach(rule, view, max(start, place - _LOOK), place, place + length, end)
            if reach is None:
                continue
            stop = max(stop, _clause_end(reach, bounds, clause, end))
            if _GOES_ON.match(view, stop) and not _SENTENCE.match(view, stop - 1):
                stop = _clause_end(stop + 1, bounds, clause, end)
            if answer and begin < answer[-1][1]:
                answer[-1] = (answer[-1][0], max(answer[-1][1], stop))
            else:
                answer.append((begin, min(stop, begin + 2 * _LONGEST)))
            break
    return answer


def _reach(rule: WishRule, view: str, left: int, place: int, covered: int, end: int) -> int | None:
    """Where the wish reaches to; None where the word is of none."""
    before = view[left:place]
    before = before[max((found.end() for found in _SENTENCE.finditer(before)), default=0) :]
    if (rule.before is not None and not rule.before.search(before)) or (
        rule.not_before is not None and rule.not_before.search(before)
    ):
        return None
    after = view[covered : min(end, covered + _LONGEST)]
    stop = _SENTENCE.search(after)
    after = after[: stop.start()] if stop else after
    follows = rule.after.search(after) if rule.after is not None else None
    if rule.after is not None and follows is None:
        return None
    if rule.not_after is not None and rule.not_after.search(after):
        return None
    return covered + follows.end() if follows is not None and rule.reaches else covered


def _clause_end(place: int, bounds: Sequence[int], clause: int, end: int) -> int:
    """End of the clause that holds a place at or after `clause`."""
    while clause + 2 < len(bounds) and bounds[clause + 1] < place:
        clause += 1
    return min(bounds[clause + 1], end)


def apart(spoken: Sequence[Mention], stretches: Sequence[tuple[int, int]]) -> tuple[list[Mention], list[str]]:
    """The mentions outside of wishes, and per wish the aspect that it names first, "" where it names none."""
    kept: list[Mention] = []
    aspects = [""] * len(stretches)
    for mention in spoken:
        inside = next((at for at, (left, right) in enumerate(stretches) if left <= mention.start < right), None)
        if inside is None:
            kept.append(mention)
        elif not aspects[inside] or (mention.aspect != _SERVICE and aspects[inside] == _SERVICE):
            aspects[inside] = mention.aspect
    return kept, aspects
