"""How often each watch is asked for: hot ones every minute or so, calm ones slower, and what holds them all back."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from domain.feeds import SourceStatus
from domain.paces import Pace, PaceReason, Pause, PauseReason, QuietHours
from domain.times import day_start, shanghai, shanghai_day
from domain.watches import Watch

QUICKEST: Final = timedelta(minutes=1)
"""No watch is asked for more often."""
QUICKER: Final = 0.5
"""A watch with news is asked for again after half the time."""
SLOWER: Final = 1.5
"""A watch without news after one and a half times."""
SLOWEST_RIVAL: Final = 6
"""Times the usual interval that a calm competitor is asked for at least."""
LONGEST_REST: Final = timedelta(hours=24)
"""Longest rest that ends by itself."""


def next_pace(
    before: Pace | None,
    watch: Watch,
    *,
    source: str,
    usual: timedelta,
    fresh: int | None,
    now: datetime,
    quickest: timedelta = QUICKEST,
) -> Pace:
    """When a watch is asked for next, by a crawl that began at `now`.

    before: its pace until now; None = it was never asked for. usual: the interval of the settings. fresh: documents that
    the ledger did not know; None = the crawl was stopped before that could be told. quickest: the shortest interval.
    A watch of ours is never slower than usual, a rival's never slower than SLOWEST_RIVAL times that.
    """
    quickest = min(quickest, usual)
    slowest = usual * SLOWEST_RIVAL if watch.rival else usual
    every = min(max(before.every, quickest), slowest) if before else usual
    last = before.last_fresh_at if before else None
    if fresh is None:
        reason = PaceReason.STOPPED
    elif fresh:
        every, last, reason = max(every * QUICKER, quickest), now, PaceReason.HOT
    else:
        every = min(every * SLOWER, slowest)
        reason = PaceReason.RIVAL_CALM if every > usual else PaceReason.CALM if before else PaceReason.FIRST
    return Pace(
        source=source, watch=watch.name, next_at=now + every, every=every, last_fresh_at=last, reason=reason
    )  # fmt: skip


def is_due(pace: Pace | None, watch: Watch, *, now: datetime, slack: timedelta = timedelta(0)) -> bool:
    """Is it time? A little early counts, or a round of the schedule that comes a second too soon would cost a whole one.

    slack: how early at least. A third of the interval for our own watches, a tenth for a rival's.
    """
    return pace is None or now >= pace.next_at - max(pace.every / (10 if watch.rival else 3), slack)


def chosen(
    watches: Iterable[Watch],
    paces: Mapping[str, Pace],
    *,
    source: str,
    quiet: QuietHours | None,
    now: datetime,
    slack: timedelta = timedelta(0),
) -> list[Watch]:
    """The watches to be asked for now at a source: those that are due, ours first. Rivals rest in quiet hours, ours never."""
    here = [w for w in watches if not w.sources or source in w.sources]
    awake = [w for w in here if not (w.rival and quiet and quiet.holds(now))]
    due = [w for w in awake if is_due(paces.get(w.name), w, now=now, slack=slack)]
    return sorted(due, key=lambda w: w.rival)


@attrs.frozen(kw_only=True)
class Budget:
    """What one session may ask for on one day."""

    account: str
    spent: int
    allowed: int | None
    """None = no limit."""

    @property
    def left(self) -> int | None:
        """Pages left today; None = no limit."""
        return None if self.allowed is None else max(self.allowed - self.spent, 0)


def pauses(
    source: str,
    *,
    status: SourceStatus | None,
    rest: Pace | None,
    budgets: Iterable[Budget],
    watches: Iterable[Watch],
    quiet: QuietHours | None,
    now: datetime,
) -> list[Pause]:
    """What holds a source back now, most general first; empty = nothing does.

    rest: the pace of the source as a whole (`paces` row without watch). budgets: one for each session that is used; the
    source pauses when all of them are spent.
    """
    found: list[Pause] = []
    if status and status.on and status.last_outcome and status.last_outcome.risk and rest is None:
        found.append(_pause(source, PauseReason.PERSON, None, status.detail or "网站要求人工处理：处理后请恢复采集"))
    if rest and rest.next_at > now:
        found.append(
            _pause(source, PauseReason.SITE_ASKED, rest.next_at, f"{rest.reason}，{_clock(rest.next_at, now)} 恢复")
        )
    all_budgets = list(budgets)
    if all_budgets and all(b.left == 0 for b in all_budgets):
        tomorrow = day_start(shanghai_day(now) + timedelta(days=1))
        spent, allowed = sum(b.spent for b in all_budgets), sum(b.allowed or 0 for b in all_budgets)
        text = f"今日页数已用完（{spent}/{allowed}），{_clock(tomorrow, now)} 恢复"
        found.append(_pause(source, PauseReason.BUDGET, tomorrow, text))
    if quiet and quiet.holds(now):
        ends = quiet.ends_after(now)
        text = f"竞品安静时段，{_clock(ends, now)} 恢复"
        resting = [w for w in watches if w.rival and (not w.sources or source in w.sources)]
        found += [_pause(source, PauseReason.QUIET_HOURS, ends, text, watch=w.name) for w in resting]
    return found


def may_crawl(status: SourceStatus | None, rest: Pace | None, *, now: datetime) -> bool:
    """May a source be asked without a person? Not when it is off, rests, or gave a risk answer without naming a time."""
    if status is not None and not status.on:
        return False
    if rest is not None and rest.next_at > now:
        return False
    return rest is not None or not (status and status.last_outcome and status.last_outcome.risk)


def stated_rest(wait_until: datetime | None, *, now: datetime, risk: bool) -> datetime | None:
    """Until when a source rests by the site's own word, a day at most; None = it named no time.

    risk: it was a risk answer; a longer rest than a day is then no pause but a ban, and waits for a person.
    """
    if wait_until is None or wait_until <= now or (risk and wait_until - now > LONGEST_REST):
        return None
    return min(wait_until, now + LONGEST_REST)


def _pause(source: str, reason: PauseReason, until: datetime | None, text: str, *, watch: str = "") -> Pause:
    return Pause(source=source, watch=watch, reason=reason, until=until, text=text)


def _clock(moment: datetime, now: datetime) -> str:
    there = shanghai(moment)
    day = (
        ""
        if there.date() == shanghai(now).date()
        else "明天 "
        if moment - now < timedelta(days=2)
        else f"{there:%m-%d} "
    )
    return f"{day}{there:%H:%M}"
