"""Too much in too short a time: one author's flood, one text from many authors, a run of praise on one article."""

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from datetime import datetime

import attrs

AUTHOR_MINUTES, AUTHOR_FEW, AUTHOR_SOME, AUTHOR_MANY = 10, 5, 10, 20
"""So many texts of one author within so many minutes: odd, suspect, surely made."""
CROWD_MINUTES, CROWD_AUTHORS = 10, 5
"""So many authors with near-copies within so many minutes look hired."""
PRAISE_MINUTES, PRAISE_REVIEWS, PRAISE_CHARACTERS = 30, 10, 12
"""So many five-star reviews of hardly a word on one article."""
ODD, SUSPECT, SURE = 0.45, 0.6, 0.85
"""Spam scores. A crowd and a run of praise stay under what is left out anywhere: angry buyers copy each other's words, too."""
_KEYS, _TIMES = 50_000, 400
"""Authors, groups and articles remembered, and moments of each; beyond it the one not heard of for longest is forgotten."""


@attrs.frozen(kw_only=True)
class Event:
    """One text as bursts see it."""

    at: datetime
    """When it was published, to the minute or finer."""
    author: str = ""
    """Keyed hash; empty = unknown, which makes no burst."""
    cluster: str = ""
    """Group of near-copies; empty for a text that is too short, or a repost of another."""
    article: str = ""
    """`source:sku` of a five-star review of hardly a word, else empty."""


class Bursts:
    """What was published lately, by author, by group and by article. Adding the same events in any order gives the same state."""

    def __init__(self) -> None:
        """Empty."""
        self._seen: dict[str, _Windows] = {name: _Windows() for name in ("author", "crowd", "praise")}

    def add(self, event: Event) -> tuple[float, tuple[str, ...]]:
        """Remember an event; gives its spam score, 0…1, and the reasons, Chinese: those of the busiest time around it."""
        score, reasons = 0.0, []
        if event.author:
            count = self._seen["author"].add(event.author, event.at, "", AUTHOR_MINUTES)
            if count >= AUTHOR_FEW:
                score = SURE if count >= AUTHOR_MANY else SUSPECT if count >= AUTHOR_SOME else ODD
                reasons.append(f"同一作者{AUTHOR_MINUTES}分钟内发了{count}条")
        if event.cluster and event.author:
            count = self._seen["crowd"].add(event.cluster, event.at, event.author, CROWD_MINUTES)
            if count >= CROWD_AUTHORS:
                score = max(score, ODD)
                reasons.append(f"{CROWD_MINUTES}分钟内{count}个账号发了几乎相同的话")
        if event.article:
            count = self._seen["praise"].add(event.article, event.at, "", PRAISE_MINUTES)
            if count >= PRAISE_REVIEWS:
                score = max(score, ODD)
                reasons.append(f"同款商品{PRAISE_MINUTES}分钟内出现{count}条五星短评")
        return score, tuple(reasons)


class _Windows:
    """Moments by key, in order; of each key the newest few."""

    def __init__(self) -> None:
        self._moments: OrderedDict[str, list[tuple[float, str]]] = OrderedDict()

    def add(self, key: str, at: datetime, who: str, minutes: int) -> int:
        """The most events within the minutes before or after it, itself included; of a named `who` each counts once."""
        moments = self._moments.setdefault(key, [])
        self._moments.move_to_end(key)
        if len(self._moments) > _KEYS:
            self._moments.popitem(last=False)
        now, span = at.timestamp(), minutes * 60.0
        insort(moments, (now, who))
        del moments[:-_TIMES]
        first = bisect_left(moments, (now - span, ""))
        last = bisect_right(moments, (now + span, "\U0010ffff"))
        here = bisect_right(moments, (now, who))
        return max(_distinct(moments[first:here], who), _distinct(moments[max(0, here - 1) : last], who))


def _distinct(moments: list[tuple[float, str]], who: str) -> int:
    return len({name for _, name in moments}) if who else len(moments)
