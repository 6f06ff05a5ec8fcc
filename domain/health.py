"""The health of a feed, as pure rules: what an answer, an age, a share of bad answers and a missing yield make of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Final

import attrs

from domain.feeds import FeedState, Outcome, PageSeen, SourceStatus

PATIENCE: Final = 3
"""Bad answers in a row from which a source that is only busy is called degraded."""
ROBOTS: Final = "robots.txt"
"""How the reason of a page begins that a site's robots refused."""
BAD_SHARE: Final = 0.5
"""Of the last hour's answers; from here on a source is degraded although good ones come between."""
LEAST_ANSWERS: Final = 8
"""Answers below which a share says nothing."""
ROUNDS: Final = 3
"""Planned rounds without a success after which a source is stale …"""
GRACE: Final = timedelta(minutes=30)
"""… and never sooner than so long after the first one that was missed: a crawl itself takes minutes."""
REAL_GRACE_S: Final = 90.0
"""Real seconds that a demo's fast clock leaves a crawl to start at all."""
WINDOWS: Final = (timedelta(minutes=30), timedelta(hours=3), timedelta(hours=12))
"""How long nothing new may come before it is held against the usual of the same time of day."""
DAYS: Final = 28
LEAST_DAYS: Final = 7
"""Days with a crawl at this time of day below which nothing is usual."""
LEAST_USUAL: Final = 8.0
"""New documents usual in a window; under it an empty window is no news (e⁻⁸ = 0.03 %)."""
LEAST_LOW: Final = 3
"""What the poorest tenth of the days had: a source with empty days now and then is not called stale."""

ROBOTS_ADVICE: Final = "robots.txt 不允许采集，来源已关闭；若公司决定继续，请写明理由：tingchao source on {} --reason …"
ADVICE: Final = {
    FeedState.LOGIN_REQUIRED: "登录已失效：请重新登录并更新 Cookie",
    FeedState.BLOCKED: "网站要求人工验证或拒绝访问：请先在浏览器里完成验证，再恢复采集",
    FeedState.CHANGED: "页面结构变了：请升级听潮，或把这次的原始页面发给我们",
    FeedState.DEGRADED: "网站连续没有给出正常回答：稍后会自动重试",
}
"""What a person must do, Chinese."""


@attrs.frozen(kw_only=True)
class StateChange:
    """One change of a source's health."""

    source: str
    at: datetime
    before: FeedState
    after: FeedState
    reason: str = ""
    """What made it so: the advice to people, or the site's own answer."""


@attrs.frozen(kw_only=True)
class Yield:
    """What a source gave in a window, beside the same time of day on the days before."""

    window: timedelta
    crawls: int
    """Crawls that ended in the window."""
    fresh: int
    """New documents that they brought."""
    usual: float
    """Median of the days before."""
    low: float
    """Poorest tenth of the days before."""
    days: int
    """Days before on which a crawl ended in the same window."""

    @property
    def missing(self) -> bool:
        """Did nothing come although the usual says that it should?"""
        known = self.days >= LEAST_DAYS and self.usual >= LEAST_USUAL and self.low >= LEAST_LOW
        return known and self.crawls > 0 and self.fresh == 0


@attrs.frozen(kw_only=True)
class Course:
    """What is known of a source beside its last answer."""

    every: timedelta | None = None
    """How often it is asked by plan; None = nothing is asked of it."""
    watching_since: datetime | None = None
    """Since when somebody could have asked, for who must not be alarmed because the product was off; None = that is no excuse."""
    state_since: datetime | None = None
    """When its state last changed."""
    answers: Mapping[Outcome, int] = attrs.field(factory=dict)
    """Of the last hour."""
    yields: Sequence[Yield] = ()
    """By window, shortest first."""
    paused: str = ""
    """Why it is not asked although it is on (a day's budget is spent), Chinese; its age is then no fault."""
    speed: float = 1.0
    """Of the clock."""


def after(status: SourceStatus, page: PageSeen) -> SourceStatus:
    """The status once this page has been answered so. A source that is off stays off; robots that refuse switch it off."""
    outcome = page.outcome
    if outcome is Outcome.BLOCKED and page.reason.startswith(ROBOTS):
        return attrs.evolve(status, on=False, state=FeedState.OFF, detail=ROBOTS_ADVICE.format(status.name))
    bad = not outcome.good and outcome is not Outcome.NOT_FOUND  # one page that is gone says nothing about the source
    failures = status.failures + 1 if bad else 0 if outcome.good else status.failures
    state = _by_answer(status.state, outcome, failures)
    return attrs.evolve(
        status,
        state=state if status.on else FeedState.OFF,
        detail=ADVICE.get(state, "") if status.on else status.detail,
        last_success_at=page.seen_at if outcome.good else status.last_success_at,
        last_item_at=page.seen_at if outcome.good and page.items else status.last_item_at,
        last_outcome=outcome,
        failures=failures,
    )


def judged(status: SourceStatus, course: Course, *, now: datetime) -> SourceStatus:
    """The status with its age, its bad answers and its yield taken into account.

    What only a person can mend (a login, a refusal, a changed page) stands whatever else is known.
    """
    if not status.on or status.state not in (FeedState.HEALTHY, FeedState.DEGRADED, FeedState.UNKNOWN, FeedState.STALE):
        return status
    if said := _too_old(status, course, now):
        return attrs.evolve(status, state=FeedState.STALE, detail=said)
    if status.state is FeedState.UNKNOWN:
        return status
    empty = next((y for y in course.yields if y.missing), None)
    if empty is not None and not course.paused:
        return attrs.evolve(status, state=FeedState.STALE, detail=_nothing_new(empty))
    if said := _many_bad(course.answers):
        return attrs.evolve(status, state=FeedState.DEGRADED, detail=said)
    if status.state is FeedState.STALE:  # what made it so is over
        return attrs.evolve(status, state=FeedState.HEALTHY, detail="")
    return status


def stale_after(every: timedelta, *, speed: float = 1.0) -> timedelta:
    """How long without a success is too long for a source that is asked so often. speed: of the clock."""
    return max(ROUNDS * every, every + GRACE, timedelta(seconds=REAL_GRACE_S * max(speed, 0.0)))


def yields_of(crawls: Sequence[tuple[datetime, int]], *, now: datetime) -> tuple[Yield, ...]:
    """What came in each window of WINDOWS up to now, beside the same hours of the days before.

    crawls: (when it ended, how many new documents it brought), any order, of the last DAYS days and a window more.
    """
    return tuple(_yield(crawls, window, now) for window in WINDOWS)


def _yield(crawls: Sequence[tuple[datetime, int]], window: timedelta, now: datetime) -> Yield:
    day = timedelta(days=1)
    found: dict[int, list[int]] = {}
    for at, fresh in crawls:
        back = now - at
        if back >= timedelta() and back % day < window:
            found.setdefault(back // day, []).append(fresh)
    today = found.pop(0, [])
    before = sorted(sum(each) for days, each in found.items() if days <= DAYS)
    low = before[len(before) // 10] if before else 0
    return Yield(
        window=window,
        crawls=len(today),
        fresh=sum(today),
        usual=float(median(before)) if before else 0.0,
        low=float(low),
        days=len(before),
    )


def _by_answer(before: FeedState, outcome: Outcome, failures: int) -> FeedState:
    if outcome.good:
        return FeedState.HEALTHY
    if outcome is Outcome.LOGIN_REQUIRED:
        return FeedState.LOGIN_REQUIRED
    if outcome in (Outcome.CAPTCHA, Outcome.BLOCKED, Outcome.RATE_LIMITED):
        return FeedState.BLOCKED
    if outcome in (Outcome.CHANGED, Outcome.WRONG_ITEM):
        return FeedState.CHANGED
    if outcome is Outcome.NOT_FOUND or failures < PATIENCE:
        return before
    return FeedState.DEGRADED


def _too_old(status: SourceStatus, course: Course, now: datetime) -> str:
    """Why its last success is too long ago, Chinese; empty where it is not."""
    if course.every is None or course.paused:
        return ""
    known = [at for at in (status.last_success_at, course.watching_since) if at is not None]
    if status.state is FeedState.UNKNOWN and course.state_since is not None:
        known.append(course.state_since)  # switched on a moment ago: nothing was due before
    if not known:
        return ""  # never asked, and nobody knows since when it could have been
    age = now - max(known)
    if age <= stale_after(course.every, speed=course.speed):
        return ""
    last = f"已 {in_words(now - status.last_success_at)}没有成功采集" if status.last_success_at else "还没有成功采集过"
    return f"{last}（计划每 {in_words(course.every)}一次）：请运维检查采集进程与网络（tingchao doctor）"


def _nothing_new(empty: Yield) -> str:
    return (
        f"应答都正常，但近 {in_words(empty.window)}没有一条新内容，平时同一时段约 {empty.usual:.0f} 条："
        "请用同一账号在浏览器里搜索核对，账号可能被限制"
    )


def _many_bad(answers: Mapping[Outcome, int]) -> str:
    total = sum(answers.values())
    bad = sum(n for outcome, n in answers.items() if not outcome.good and outcome is not Outcome.NOT_FOUND)
    if total < LEAST_ANSWERS or bad < BAD_SHARE * total:
        return ""
    return f"近 1 小时 {total} 次应答中 {bad} 次不正常：稍后会自动重试，持续则请运维查看原因"


def in_words(length: timedelta) -> str:
    """A length of time, Chinese, rounded to what people say: 35 分钟, 3 小时, 2 天."""
    minutes = max(round(length.total_seconds() / 60), 1)
    if minutes < 120:
        return f"{minutes} 分钟"
    return f"{round(minutes / 60)} 小时" if minutes < 48 * 60 else f"{round(minutes / 1440)} 天"
