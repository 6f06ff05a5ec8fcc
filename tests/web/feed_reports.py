"""Reports of invented feeds for the console's tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.accounts import Account
from domain.feeds import FeedState, Outcome, PageSeen, SiteTotal, SourceStatus
from domain.health import WINDOWS, StateChange, Yield
from domain.paces import CrawlDone, Pause, PauseReason
from flows.feed_reports import Bar, Coverage, FeedPage, FeedReport
from flows.promises import Capacity, Demand, Measured, promise

NOW = datetime(2025, 4, 30, 11, 20, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


PROMISED = "微博：18 个监测 15 分钟内、22 个监测 40 分钟内看完一轮；再加 1 个会话或接入商业 API，才能全部进 15 分钟"


class FakeFeedDesk:
    """Reports over the fake sources: a day of answers with a bad hour, folded reviews, one change."""

    def __init__(self, sources: Any) -> None:
        self.sources = sources

    def all(self) -> list[FeedReport]:
        return [self._report(status) for status in self.statuses()]

    def statuses(self) -> list[SourceStatus]:
        return self.sources.all() or [SourceStatus(name="jd")]

    def page(self, name: str) -> FeedPage | None:
        status = self.sources.get(name)
        if status is None:
            return None
        change = StateChange(
            source=name, at=ago(47), before=FeedState.HEALTHY, after=status.state, reason=status.detail
        )
        crawl = CrawlDone(
            source=name,
            began_at=ago(52),
            ended_at=ago(47),
            pages=12,
            documents=80,
            fresh=3,
            stopped="login_required",
            reason="ok=-100",
        )
        seen = PageSeen(
            source=name,
            page="search",
            url="https://m.weibo.cn/search?q=<b>",
            outcome=Outcome.LOGIN_REQUIRED,
            reason="ok=-100 <i>",
            seen_at=ago(47),
        )
        return FeedPage(report=self._report(status), changes=(change,), crawls=(crawl,), pages=(seen,), silences={"澜川": status.detail} if status.detail else {})  # fmt: skip

    def _report(self, status: SourceStatus) -> FeedReport:
        hours = tuple(
            Bar(start=ago(60 * (24 - n)), good=n, refused=2, outcomes={Outcome.OK: n, Outcome.CAPTCHA: 2})
            if n % 5
            else Bar(start=ago(60 * (24 - n)))
            for n in range(24)
        )
        days = tuple(
            Bar(start=ago(1440 * (14 - n)), good=40, other=4, outcomes={Outcome.OK: 40, Outcome.UNAVAILABLE: 4})
            for n in range(14)
        )
        total = SiteTotal(
            source=status.name,
            page="reviews",
            subject="610009",
            total=500,
            folded=507,
            exact=False,
            by_rating={"good": 470, "bad": 30},
            seen_at=ago(9),
        )
        covered = Coverage(total=total, collected=47, query='source:"jd" AND sku:"610009"')
        kept = promise(
            Capacity(source="weibo", every=timedelta(minutes=5), daily_pages=9000),
            [Demand(watch=f"w{n}", pages=5.7, seconds=34.2) for n in range(40)],
        )
        return FeedReport(
            status=status, since=ago(47), todo=status.detail, every=timedelta(minutes=5), hours=hours, days=days,
            yields=tuple(Yield(window=w, crawls=6, fresh=0, usual=18.0, low=9.0, days=20) for w in WINDOWS),
            coverage=(covered,), promise=kept if status.name == "weibo" else None, measured=Measured(cycle_s=300, longest_s=720, p50_s=200, p95_s=600, posts=84),
            pauses=(Pause(source=status.name, watch="", reason=PauseReason.BUDGET, until=None, text="今日页数已用完（200/200）"),) if status.name == "weibo" else (),
            accounts=(Account(source=status.name, name="主号", saved_at=ago(4000)),), spent_today=120, daily_pages=9000,
        )  # fmt: skip
