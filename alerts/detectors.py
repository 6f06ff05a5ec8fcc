"""The surge rule for one watch: from its profile and its last counts to evidence that says what it found or what it awaits."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

import attrs
import numpy as np

from alerts import statistic
from alerts.statistic import WINDOWS, Array
from alerts.usual import FULL_DAYS, TICK_S, Profile, number
from domain.alerts import Evidence, Level, Surge, TickCount, Usual
from domain.times import TICK

NOTICE_SCORE: Final = 10.0
WARNING_SCORE: Final = 12.0
PAGE_SCORE: Final = 15.0
CALM_SCORE: Final = 6.0
FLOOD_AUTHORS: Final = 10
FLOOD_SHARE: Final = 0.4
LOOK_BACK: Final = TICK * WINDOWS[-1]
"""How much of the past a judgement reads: the longest window."""
SHOWN_WINDOW: Final = 15
"""Minutes of the window that is shown while none speaks."""


class Reason(StrEnum):
    """Why the detector said what it said; `alerts.notices.REASONS` has the Chinese."""

    AS_USUAL = "as_usual"
    TOO_FEW_AUTHORS = "too_few_authors"
    TOO_WEAK = "too_weak"
    """More than usual, but chance or a small rise would do it."""
    FLOOD = "flood"
    """疑似刷屏: many posts, few authors."""
    PROVISIONAL = "provisional"
    """Enough, but the history is too short for a page."""
    SURGE = "surge"
    NO_DATA = "no_data"
    """数据不足: no source of the watch answers."""


@attrs.frozen(kw_only=True, eq=False)
class Weighed:
    """Every window at this moment; arrays in the order of WINDOWS."""

    authors: Array
    negative: Array
    total: Array
    expected: Array
    """Authors expected by the season alone."""
    mean: Array
    """Authors expected once the volume is taken into account."""
    k: Array
    score: Array

    @property
    def calm(self) -> bool:
        """The last 15 and the last 60 minutes are both near the usual: an incident may end."""
        return bool(self.score[WINDOWS.index(3)] < CALM_SCORE and self.score[WINDOWS.index(12)] < CALM_SCORE)


def weigh(profile: Profile, recent: Iterable[TickCount], *, now: datetime) -> Weighed:
    """Count and expect, for each window that ends now.

    recent: the last three hours' counts, any order, of one source or several added together. Later ticks are ignored.
    """
    last = number(now)
    ticks = np.arange(last - WINDOWS[-1] + 1, last + 1)
    counts = np.zeros((3, len(ticks)))
    for tick in recent:
        at = number(tick.start) - int(ticks[0])
        if 0 <= at < len(ticks):
            counts[:, at] += (tick.total, tick.negative, tick.authors)
    mu, nu = profile.ticks(ticks)
    passed = np.ones(len(ticks))
    passed[-1] = max((now.timestamp() % TICK_S) / TICK_S, 0.02)  # of the tick under way only its past part is due
    total, negative, authors, mu_w, nu_w = (statistic.window_sums(a) for a in (*counts, mu * passed, nu * passed))
    rest, hour, fitted = total - negative, WINDOWS.index(statistic.HOUR_TICKS), profile.baseline
    ratio60 = statistic.hour_ratio(rest[hour], nu_w[hour])
    mean = mu_w * statistic.exposure(rest, nu_w, ratio60)
    k = statistic.size(rest, fitted.steady, fitted.burst, fitted.posts, np.array(WINDOWS, dtype=np.float64))
    score = np.maximum(statistic.likelihood_ratio(authors, mean, k), 0.0)
    return Weighed(authors=authors, negative=negative, total=total, expected=mu_w, mean=mean, k=k, score=score)


def judge(
    profile: Profile,
    recent: Iterable[TickCount],
    *,
    now: datetime,
    minimum_authors: int = 5,
    strength: float = 2.0,
    page_score: float = PAGE_SCORE,
    source: str = "",
) -> Evidence:
    """The evidence at this moment: level and reason if there is enough, and what is awaited if there is not.

    minimum_authors: distinct new authors under which nothing is told aloud. strength: multiple of the expected that a warning
    and a page need. page_score: follows the number of series that a team watches, see `page_score_for`.
    """
    return judge_weighed(
        weigh(profile, recent, now=now),
        profile,
        now=now,
        minimum_authors=minimum_authors,
        strength=strength,
        page_score=page_score,
        source=source,
    )


def judge_weighed(
    weighed: Weighed,
    profile: Profile,
    *,
    now: datetime,
    minimum_authors: int,
    strength: float,
    page_score: float = PAGE_SCORE,
    source: str = "",
) -> Evidence:
    """As `judge`, from windows that are weighed already."""
    levels = [
        _level(weighed, w, minimum=minimum_authors, strength=strength, page_score=page_score, profile=profile)
        for w in range(len(WINDOWS))
    ]
    best = _loudest(weighed, levels)
    length = TICK * WINDOWS[best]
    needed_score = WARNING_SCORE if profile.provisional else page_score
    mean, k = float(weighed.mean[best]), float(weighed.k[best])
    needed = max(statistic.authors_for(needed_score, mean=mean, k=k), minimum_authors, math.ceil(strength * mean))
    window = profile.usual(window=length, at=_end(now))
    evidence = Evidence(
        window_minutes=WINDOWS[best] * TICK_S // 60,
        authors=int(weighed.authors[best]),
        negative=int(weighed.negative[best]),
        total=int(weighed.total[best]),
        usual=attrs.evolve(window, negative=float(weighed.expected[best]), corrected=mean),
        score=round(float(weighed.score[best]), 2),
        needed_score=needed_score,
        needed_authors=needed,
        level=levels[best],
        onset=_onset(best, now),
        source=source,
    )
    reason = _reason(evidence, weighed, best, profile, minimum=minimum_authors)
    return attrs.evolve(evidence, reason=reason, awaited=_awaited(evidence, weighed, profile, reason))


def surge(watch: str, evidence: Evidence, *, provisional: bool, now: datetime) -> Surge | None:
    """The finding that evidence amounts to; None while it says nothing."""
    if evidence.level is None:
        return None
    return Surge(
        watch=watch, level=evidence.level, onset=evidence.onset or now, evidence=evidence, provisional=provisional
    )


def page_score_for(series: int) -> float:
    """The page score at which a team with so many series has at most one false page a week by simulation (surge.md §5)."""
    known = ((200, 15.0), (500, 18.0), (1000, 20.0), (5000, 24.0))
    return float(np.interp(series, [n for n, _ in known], [score for _, score in known]))


def _level(
    weighed: Weighed, w: int, *, minimum: int, strength: float, page_score: float, profile: Profile
) -> Level | None:
    score, authors = weighed.score[w], weighed.authors[w]
    if score < NOTICE_SCORE:
        return None
    enough = authors >= minimum and authors >= strength * weighed.mean[w] and not _flood(weighed, w)
    if not enough or score < WARNING_SCORE:
        return Level.NOTICE
    return Level.PAGE if score >= page_score and not profile.provisional else Level.WARNING


def _flood(weighed: Weighed, w: int) -> bool:
    """Many posts by few authors."""
    return bool(weighed.authors[w] < FLOOD_AUTHORS and weighed.authors[w] < FLOOD_SHARE * weighed.negative[w])


def _loudest(weighed: Weighed, levels: list[Level | None]) -> int:
    """The window with the highest level, then the highest score; a short one where none has a score."""
    rank = {None: 0, Level.NOTICE: 1, Level.WARNING: 2, Level.PAGE: 3}
    if not weighed.score.any():
        return WINDOWS.index(SHOWN_WINDOW * 60 // TICK_S)
    return max(range(len(levels)), key=lambda w: (rank[levels[w]], weighed.score[w]))


def _end(now: datetime) -> datetime:
    """The end of the tick under way: windows are whole ticks."""
    return datetime.fromtimestamp((int(now.timestamp()) // TICK_S + 1) * TICK_S, UTC)


def _onset(best: int, now: datetime) -> datetime:
    """Start of the loudest window: where the rise is most likely to have begun."""
    return _end(now) - TICK * WINDOWS[best]


def _reason(evidence: Evidence, weighed: Weighed, best: int, profile: Profile, *, minimum: int) -> Reason:
    if evidence.negative >= 5 and _flood(weighed, best) and evidence.level is not Level.PAGE:
        return Reason.FLOOD
    if evidence.level is Level.PAGE:
        return Reason.SURGE
    if evidence.level is Level.WARNING:
        return Reason.PROVISIONAL if profile.provisional else Reason.SURGE
    if evidence.score < CALM_SCORE / 2 and evidence.authors <= max(evidence.usual.high, 2):
        return Reason.AS_USUAL
    return Reason.TOO_FEW_AUTHORS if evidence.authors < minimum else Reason.TOO_WEAK


def _awaited(evidence: Evidence, weighed: Weighed, profile: Profile, reason: Reason) -> tuple[str, ...]:
    """What is missing for the loudest level that this watch can have; empty = nothing."""
    awaited = []
    if reason is Reason.FLOOD:
        awaited.append(f"疑似刷屏：{evidence.negative} 条负面只来自 {evidence.authors} 位作者，等待更多独立作者")
    missing = evidence.needed_authors - evidence.authors
    if evidence.level is not Level.PAGE and missing > 0:
        awaited.append(
            f"还需 {missing} 位新作者（近 {evidence.window_minutes} 分钟 {evidence.authors} / {evidence.needed_authors}）"
        )
        minutes = _minutes_until(weighed, evidence)
        if minutes:
            awaited.append(f"照此速度再观察 {minutes} 分钟")
    if profile.provisional:
        awaited.append(f"历史只有 {profile.days} 天，满 {FULL_DAYS} 天后才发电话级预警")
    return tuple(awaited)


def _minutes_until(weighed: Weighed, evidence: Evidence) -> int | None:
    """Minutes until the evidence suffices if the last quarter of an hour goes on as it is; None = not within an hour."""
    quarter = WINDOWS.index(3)
    rate = float(weighed.authors[quarter]) / 3
    if rate <= 1.2 * float(weighed.mean[quarter]) / 3 or weighed.authors[quarter] < 2:
        return None
    for more in range(1, 13):
        for w, length in enumerate(WINDOWS):
            mean = float(weighed.mean[w]) * (length + more) / length
            authors = float(weighed.authors[w]) + rate * more
            score = statistic.likelihood_ratio(np.array(authors), np.array(mean), weighed.k[w])
            if score >= evidence.needed_score and authors >= 5:
                return more * TICK_S // 60
    return None


def no_data(profile: Profile, *, now: datetime, awaited: tuple[str, ...]) -> Evidence:
    """Evidence of a watch none of whose sources answers: silence that is no good news. awaited: who must do what."""
    window = timedelta(minutes=SHOWN_WINDOW)
    expected: Usual = profile.usual(window=window, at=_end(now))
    return Evidence(
        window_minutes=SHOWN_WINDOW,
        authors=0,
        negative=0,
        total=0,
        usual=expected,
        score=0.0,
        needed_score=PAGE_SCORE,
        needed_authors=max(5, math.ceil(2 * expected.negative)),
        awaited=awaited,
        reason=Reason.NO_DATA,
    )
