"""首页看板: the figures of the first screen, each with the query that opens its rows."""

from collections import Counter
from datetime import datetime, timedelta

import attrs

from domain.alerts import Alert, Usual
from domain.feeds import SourceStatus
from domain.times import Clock, day_start, shanghai_day
from domain.watches import Watch, needle
from flows.monitor import Monitor
from flows.promises import told
from flows.protocols import Sources, Watches
from index.query import And, Node, Range, Term, render
from index.store import AlertLog, Documents


@attrs.frozen(kw_only=True)
class Tile:
    """One key figure."""

    title: str
    value: str
    detail: str
    """What is usual, or what to compare with, Chinese."""
    query: str
    """Search that gives exactly the rows behind `value`; empty where it counts no documents."""
    tone: str = "plain"
    """plain, bad or good: how the screen colours it."""


@attrs.frozen(kw_only=True)
class Trend:
    """Negatives a day of some brands."""

    days: tuple[str, ...]
    """ISO dates, Shanghai, oldest first, without gaps."""
    brands: dict[str, tuple[int, ...]]
    """Negative documents per day, as long as `days`."""
    queries: dict[str, str]
    """Search per brand over the whole span."""


@attrs.frozen(kw_only=True)
class OverviewPage:
    """All of the first screen."""

    at: datetime
    tiles: tuple[Tile, ...]
    trend: Trend
    alerts: tuple[Alert, ...]
    """Not resolved, newest first."""
    feeds: tuple[SourceStatus, ...]
    watches: tuple[Watch, ...]
    silent: dict[str, str]
    """Watch name → why its quiet is no good news (数据不足 …); watches that are well are left out."""
    promises: tuple[str, ...] = ()
    """What each source keeps and what was measured, a Chinese sentence each; those with a gap first."""
    last_document_at: datetime | None
    """Newest publishing time; None = nothing stored."""


@attrs.frozen(kw_only=True)
class Overview:
    """Reads the figures of the first screen."""

    documents: Documents
    alerts: AlertLog
    watches: Watches
    sources: Sources
    monitor: Monitor
    clock: Clock

    def page(self, *, days: int = 30) -> OverviewPage:
        """The first screen as of now."""
        now = self.clock.now()
        watches = tuple(self.watches.list())
        newest = self.documents.search(Range(field="published_at", high=now + timedelta(minutes=1)), limit=1).hits
        return OverviewPage(
            at=now,
            tiles=self._tiles(now, watches),
            trend=self._trend(now, tuple(w.brand for w in watches if w.brand), days),
            alerts=tuple(self.alerts.open()),
            feeds=tuple(self.monitor.statuses()),
            watches=watches,
            silent=self.monitor.silences(watches),
            promises=self.promises(),
            last_document_at=newest[0].document.published_at if newest else None,
        )

    def promises(self, *, also: Watch | None = None) -> tuple[str, ...]:
        """What each source keeps and what was measured, those with a gap first. also: a watch that is not saved yet."""
        feeds = self.monitor.feeds
        kept = sorted(feeds.promises(also=also), key=lambda p: (p.kept, p.source)) if feeds is not None else []
        return tuple(told(each, feeds.measured(each.source)) for each in kept) if feeds is not None else ()

    def _tiles(self, now: datetime, watches: tuple[Watch, ...]) -> tuple[Tile, ...]:
        start = day_start(shanghai_day(now))
        today: Node = Range(field="published_at", low=start, high=now)
        negative = And(parts=(Term(field="counted", value="negative"), today))
        total, bad = self.documents.count(today), self.documents.count(negative)
        usual = self._usual_today(watches, start, now)
        open_alerts = self.alerts.open()
        share = f"{bad / total:.0%}" if total else "—"
        return (
            Tile(title="今日声量", value=f"{total:,}", detail=_against(total, usual.total), query=render(today)),
            Tile(
                title="今日负面",
                value=f"{bad:,}",
                detail=f"占 {share}",
                query=render(negative),
                tone="bad" if usual.days >= 14 and bad > max(usual.high, 5) * 1.3 else "plain",
            ),
            Tile(
                title="未关闭预警",
                value=str(len(open_alerts)),
                detail="需要处理" if open_alerts else "没有待处理的预警",
                query="",
                tone="bad" if open_alerts else "good",
            ),
        )

    def _usual_today(self, watches: tuple[Watch, ...], start: datetime, now: datetime) -> Usual:
        parts = [self.monitor.usual(w.name, since=start, until=now) for w in watches]
        return Usual(
            negative=sum(u.negative for u in parts),
            low=sum(u.low for u in parts),
            high=sum(u.high for u in parts),
            total=sum(u.total for u in parts),
            days=min((u.days for u in parts), default=0),
        )

    def _trend(self, now: datetime, brands: tuple[str, ...], days: int) -> Trend:
        end = day_start(shanghai_day(now)) + timedelta(days=1)
        start = end - timedelta(days=days)
        names = tuple(shanghai_day(start + timedelta(days=i)).isoformat() for i in range(days))
        span = Range(field="published_at", low=start, high=end)
        negative = And(parts=(Term(field="counted", value="negative"), span))
        found = self.documents.histogram(negative, bucket_s=86_400, split="brand")
        counts: dict[str, Counter[str]] = {brand: Counter() for brand in brands}
        spelled = {needle(brand): brand for brand in brands}  # the query below asks without regard to case
        for stored, series in found.items():
            if brand := spelled.get(needle(stored)):
                counts[brand].update({shanghai_day(at).isoformat(): n for at, n in series})
        return Trend(
            days=names,
            brands={b: tuple(counts[b][d] for d in names) for b in brands},
            queries={b: render(And(parts=(*negative.parts, Term(field="brand", value=b)))) for b in brands},
        )


def _against(value: int, usual: float) -> str:
    return f"平时此刻约 {usual:,.0f}" if usual >= 1 else "历史不足，暂无平时值"
