"""What can be kept: watches × pages × pace × sessions → within how many minutes each watch is looked at again. Pure."""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

import attrs

from alerts.feeds import name as called

TARGET: Final = timedelta(minutes=15)
"""What a watch of people's words is promised."""
FIRST_SHARE: Final = 0.7
"""Of a session's time that the watches within the target may take, where not all fit: the rest must be reached too."""
ANSWER_S: Final = 1.0
"""Seconds that an answer takes besides the pause before it."""
CAREFUL_S: Final[Mapping[tuple[str, str], float]] = {("jd", "item"): 45.0, ("tmall", "item"): 45.0, ("taobao", "item"): 45.0}  # fmt: skip
"""Seconds between two pages of a kind that a site watches closely: 30–60 s, the middle (research/sites.md §9)."""
WITH_API: Final = ("weibo",)
"""Sites whose commercial API answers what a session would have to page for."""


@attrs.frozen(kw_only=True)
class Demand:
    """What one look at one watch asks of one source."""

    watch: str
    pages: float
    seconds: float
    """Of one session's time."""
    rival: bool = False
    """Looked at after our own."""


@attrs.frozen(kw_only=True)
class Capacity:
    """What a source can be asked."""

    source: str
    every: timedelta
    """Planned time between two looks; sooner nobody asks."""
    sessions: int = 1
    daily_pages: int | None = None
    """Pages that one session may ask for on one day; None = no limit but the pace."""


@attrs.frozen(kw_only=True)
class Tier:
    """Watches that are looked at again within the same time."""

    watches: tuple[str, ...]
    minutes: float


@attrs.frozen(kw_only=True)
class Promise:
    """What one source can keep."""

    source: str
    sessions: int
    round_seconds: float
    """One look at everything, with these sessions."""
    pages: float
    """Pages of one look at everything."""
    tiers: tuple[Tier, ...]
    """Fastest first; empty where nothing is asked."""
    target_minutes: float
    sessions_needed: int
    """For all within the target."""
    pages_a_day: float
    """What these tiers ask for from midnight to midnight."""
    budget: int | None = None
    """Pages that all sessions together may ask for on one day."""
    paused_from_hour: float | None = None
    """Hour of the Shanghai day from which the budget is spent and nothing is asked; None = it lasts."""

    @property
    def kept(self) -> bool:
        """Is everything within the target, all day?"""
        return self.sessions_needed <= self.sessions and self.paused_from_hour is None

    def minutes_of(self, watch: str) -> float | None:
        """Within how many minutes this watch is looked at again; None = not asked here."""
        return next((tier.minutes for tier in self.tiers if watch in tier.watches), None)


def seconds_of(source: str, page: str, *, delay_s: float, careful: bool = True) -> float:
    """Seconds of a session's time that one page takes. careful: a real site; False = a mirror of our own, asked as configured."""
    least = CAREFUL_S.get((source, page), 0.0) if careful else 0.0
    return max(delay_s, least) + (ANSWER_S if careful else 0.0)


def pages_in(span: timedelta, seconds: float, *, sessions: int = 1) -> int:
    """Pages that fit into a time."""
    return int(span.total_seconds() / seconds) * sessions


def promise(capacity: Capacity, demands: Iterable[Demand]) -> Promise:
    """What a source can keep for these watches; our own come before rivals, each in the order given."""
    asked = sorted((d for d in demands if d.pages > 0), key=lambda d: d.rival)
    target = max(TARGET, capacity.every)
    seconds, pages = sum(d.seconds for d in asked), sum(d.pages for d in asked)
    tiers = _tiers(asked, capacity, target)
    of = {d.watch: d.pages for d in asked}
    a_day = sum(of[w] * 24 * 60 / tier.minutes for tier in tiers for w in tier.watches)
    budget = None if capacity.daily_pages is None else capacity.daily_pages * capacity.sessions
    spent = budget is not None and a_day > budget
    return Promise(
        source=capacity.source,
        sessions=capacity.sessions,
        round_seconds=seconds / capacity.sessions,
        pages=pages,
        tiers=tiers,
        target_minutes=target.total_seconds() / 60,
        sessions_needed=max(math.ceil(seconds / target.total_seconds() - 1e-9), 1),
        pages_a_day=a_day,
        budget=budget,
        paused_from_hour=24 * budget / a_day if spent and budget is not None else None,
    )


def _tiers(asked: Sequence[Demand], capacity: Capacity, target: timedelta) -> tuple[Tier, ...]:
    if not asked:
        return ()
    sessions, span = capacity.sessions, target.total_seconds()
    total = sum(d.seconds for d in asked)
    if total <= span * sessions:
        minutes = max(total / sessions, capacity.every.total_seconds()) / 60
        return (Tier(watches=tuple(d.watch for d in asked), minutes=minutes),)
    first: list[Demand] = []
    taken = 0.0
    for demand in asked:
        if taken + demand.seconds > FIRST_SHARE * span * sessions:
            break
        first.append(demand)
        taken += demand.seconds
    rest = asked[len(first) :]
    rate = sessions - taken / span  # session seconds a second that are left for the rest
    tiers = (Tier(watches=tuple(d.watch for d in first), minutes=span / 60),) if first else ()
    return (*tiers, Tier(watches=tuple(d.watch for d in rest), minutes=sum(d.seconds for d in rest) / rate / 60))


def sentence(kept: Promise) -> str:
    """The promise in people's words, Chinese, one sentence or two."""
    site = called(kept.source)
    if not kept.tiers:
        return f"{site}：没有监测需要采集"
    parts = [f"{len(t.watches)} 个监测 {_minutes(t.minutes)} 分钟内" for t in kept.tiers]
    return f"{site}：{'、'.join(parts)}看完一轮{_gap(kept)}"


def gap(kept: Promise) -> str:
    """What would close the gap, Chinese; empty where there is none."""
    return _gap(kept).lstrip("；")


def _gap(kept: Promise) -> str:
    said = ""
    if kept.sessions_needed > kept.sessions:
        more = kept.sessions_needed - kept.sessions
        api = "或接入商业 API" if kept.source in WITH_API else ""
        said += f"；再加 {more} 个会话{api}，才能全部进 {_minutes(kept.target_minutes)} 分钟"
    if kept.paused_from_hour is not None:
        hour = min(kept.paused_from_hour, 23.98)
        clock = f"{int(hour):02}:{int(hour % 1 * 60):02}"
        said += f"；每天约 {clock} 用完当日 {kept.budget:,} 页预算，之后到 24:00 为承诺暂停（全天需要约 {kept.pages_a_day:,.0f} 页）"
    return said


def _minutes(minutes: float) -> str:
    return f"{math.ceil(minutes - 1e-6)}"


@attrs.frozen(kw_only=True)
class Measured:
    """What a source really kept over the last day."""

    cycle_s: float | None = None
    """Median time between two good looks at the same page; None = fewer than two."""
    longest_s: float | None = None
    """The longest of them, up to now."""
    p50_s: float | None = None
    """Median time from publishing to stored, of what was published while we looked."""
    p95_s: float | None = None
    posts: int = 0
    """Posts behind the delays."""


def measured(looks: Iterable[Sequence[float]], delays: Sequence[float], *, now: float) -> Measured:
    """Measured figures from Unix times of good looks, oldest first, a list for each page, and delays in seconds.

    The wait since the last look counts as long as it lasts. A page that was never looked at says nothing here.
    """
    gaps: list[float] = []
    longest: float | None = None
    for times in looks:
        if not times:
            continue
        between = [b - a for a, b in itertools.pairwise(times)]
        gaps += between
        longest = max([*between, now - times[-1], *([longest] if longest is not None else [])])
    return Measured(
        cycle_s=share_of(gaps, 0.5),
        longest_s=longest,
        p50_s=share_of(delays, 0.5),
        p95_s=share_of(delays, 0.95),
        posts=len(delays),
    )


def share_of(values: Sequence[float], share: float) -> float | None:
    """The value that this share of all does not exceed (nearest rank); None for none."""
    if not values:
        return None
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def told(kept: Promise, found: Measured) -> str:
    """Promise and measurement in one line, Chinese."""
    return "。".join(filter(None, (sentence(kept), comparison(kept, found))))


def comparison(kept: Promise, found: Measured) -> str:
    """Measured beside promised, Chinese; empty where nothing was measured."""
    said = []
    if found.cycle_s is not None and found.longest_s is not None:
        said.append(
            f"实测两次采集间隔中位 {_span(found.cycle_s)}、最长 {_span(found.longest_s)}"
            + ("（超出承诺）" if kept.tiers and found.cycle_s > 60 * kept.tiers[-1].minutes * 1.2 else "")
        )
    if found.p50_s is not None and found.p95_s is not None:
        said.append(f"发布到入库 p50 {_span(found.p50_s)}、p95 {_span(found.p95_s)}（{found.posts:,} 条）")
    return "；".join(said)


def _span(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:.1f} 分钟" if minutes < 120 else f"{minutes / 60:.1f} 小时"
