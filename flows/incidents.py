"""舆情预警: one alert with everything behind it, and what people do with it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import attrs

from alerts.episodes import acknowledged, resolved
from alerts.notices import compose
from domain.alerts import Alert, AlertState, Delivery, Notice, NoticeReason
from domain.documents import StoredDocument
from domain.errors import InvalidInput
from domain.times import Clock
from flows.monitor import Monitor
from flows.protocols import Watches
from flows.signs import Trace
from index.query import Node, Or, Term, render
from index.store import AlertLog, Documents, Ledger
from nlp.themes import salient_words


@attrs.frozen(kw_only=True)
class Link:
    """One step of the latency chain."""

    step: str
    """Chinese: 发布 采集 入库 发现 发送 送达."""
    at: datetime | None
    """None = has not happened."""
    since_start_s: float | None
    """Seconds of product time since publication."""


@attrs.frozen(kw_only=True)
class Band:
    """Negatives against the usual, tick by tick."""

    starts: tuple[datetime, ...]
    """Start of each five-minute tick, oldest first."""
    negative: tuple[int, ...]
    low: tuple[float, ...]
    usual: tuple[float, ...]
    high: tuple[float, ...]
    onset: datetime | None


@attrs.frozen(kw_only=True)
class AlertPage:
    """Everything about one alert."""

    alert: Alert
    band: Band | None
    """None for alerts about prices and feeds."""
    documents: tuple[StoredDocument, ...]
    """First published first, at most 50."""
    query: str
    """Search that opens the alert's rows."""
    words: tuple[tuple[str, float], ...]
    """Words that stand out against the watch's usual negatives, strongest first, with their log-odds z."""
    chain: tuple[Link, ...]
    deliveries: tuple[tuple[Notice, Delivery], ...]
    audit: tuple[tuple[datetime, str, str, str], ...]
    """(when, by, action, note), oldest first."""
    traces: tuple[Trace, ...] = ()
    """How each of its signs (a post that spreads, a hot-search line) went on."""


@attrs.frozen(kw_only=True)
class Incidents:
    """Reads and handles alerts."""

    alerts: AlertLog
    ledger: Ledger
    documents: Documents
    watches: Watches
    monitor: Monitor
    clock: Clock
    link: Callable[[str], str]
    """Alert id → its console address."""

    def page(self, alert_id: str) -> AlertPage | None:
        """One alert; None if unknown."""
        alert = self.alerts.get(alert_id)
        if alert is None:
            return None
        posts = tuple(sorted(self.ledger.get(alert.document_ids), key=lambda d: (d.published_at, d.id)))
        return AlertPage(
            alert=alert,
            band=self.band(alert) if alert.kind in ("surge", "severe") else None,
            documents=posts[:50],
            query=query_of(alert),
            words=self._words(alert, posts),
            chain=self.chain(alert),
            deliveries=tuple(self.alerts.deliveries(alert.id)),
            audit=tuple(self.alerts.audit(alert.id)),
            traces=tuple(self.monitor.signs.trace(sign) for sign in alert.signs) if self.monitor.signs else (),
        )

    def acknowledge(self, alert_id: str, *, by: str, note: str = "") -> Alert:
        """Somebody takes it on. Raises InvalidInput for an unknown or resolved alert."""
        alert = self._existing(alert_id)
        if alert.state is AlertState.RESOLVED:
            raise InvalidInput(f"alert {alert_id} is resolved: it can't be claimed any more")
        after = acknowledged(alert, by=by, note=note)
        self.alerts.save(after, by=by, action="acknowledged", note=note)
        return after

    def resolve(self, alert_id: str, *, by: str, note: str = "") -> Alert:
        """Somebody closes it; its channels are told. Raises InvalidInput for an unknown alert."""
        alert = self._existing(alert_id)
        if alert.state is AlertState.RESOLVED:
            return alert
        now = self.clock.now()
        after = resolved(alert, now=now, by=by, note=note)
        watch = self.watches.get(alert.watch)
        notices = [
            compose(after, NoticeReason.RESOLVED, channel=channel, now=now, documents=(), link=self.link(alert.id))
            for channel in (watch.channels if watch else ())
        ]
        self.alerts.save(after, notices, by=by, action="resolved", note=note)
        return after

    def band(self, alert: Alert) -> Band:
        """Three hours before the onset until now, or until an hour after it was resolved."""
        start = (alert.onset or alert.opened_at) - timedelta(hours=3)
        end = min(self.clock.now(), (alert.resolved_at or self.clock.now()) + timedelta(hours=1))
        return band(self.monitor, self.ledger, alert.watch, since=start, until=end, onset=alert.onset)

    def chain(self, alert: Alert) -> tuple[Link, ...]:
        """Published → collected → stored → detected → sent → delivered, of the alert's first post and first notice."""
        first, stored = self._first_known(alert)
        deliveries = self.alerts.deliveries(alert.id)
        sent = min((d.sent_at for _, d in deliveries if d.sent_at), default=None)
        delivered = min((d.delivered_at for _, d in deliveries if d.delivered_at), default=None)
        start = first.published_at if first else alert.opened_at
        times: tuple[tuple[str, datetime | None], ...] = (
            ("发布", first.published_at if first else None),
            ("采集", first.seen_at if first else None),
            ("入库", stored),
            ("发现", alert.opened_at),
            ("发送", sent),
            ("送达", delivered),
        )
        return tuple(Link(step=s, at=at, since_start_s=(at - start).total_seconds() if at else None) for s, at in times)

    def _first_known(self, alert: Alert) -> tuple[StoredDocument | None, datetime | None]:
        """The first published of the posts that were stored when the alert opened, and when that was.

        A post that came late may be older, but nothing was detected by it.
        """
        posts = sorted(self.ledger.get(alert.document_ids), key=lambda d: (d.published_at, d.id))
        for post in posts:
            stored = self.ledger.stored_at(post.id)
            if stored is not None and stored <= alert.opened_at:
                return post, stored
        return (posts[0], self.ledger.stored_at(posts[0].id)) if posts else (None, None)

    def _words(self, alert: Alert, posts: tuple[StoredDocument, ...]) -> tuple[tuple[str, float], ...]:
        until = alert.first_post_at or alert.opened_at
        usual = self.ledger.documents_of(
            alert.watch, since=until - timedelta(days=28), until=until, negative=True, limit=400
        )
        return tuple(salient_words([d.tokens for d in posts], [d.tokens for d in usual], limit=12)) if posts else ()

    def _existing(self, alert_id: str) -> Alert:
        alert = self.alerts.get(alert_id)
        if alert is None:
            raise InvalidInput(f"no alert {alert_id}: `tingchao export alerts` lists them")
        return alert


def query_of(alert: Alert) -> str:
    """A search that gives exactly the alert's documents; empty where it has none."""
    parts: tuple[Node, ...] = tuple(Term(field="id", value=i) for i in alert.document_ids)
    return render(Or(parts=parts)) if len(parts) > 1 else render(parts[0]) if parts else ""


def band(
    monitor: Monitor, ledger: Ledger, watch: str, *, since: datetime, until: datetime, onset: datetime | None
) -> Band:
    """Negatives per tick beside the usual band of one watch over all its sources."""
    usual = monitor.usual_series(watch, since=since, until=until)
    counts: dict[datetime, int] = {}
    for ticks in ledger.counts(watch, since=since, until=until).values():
        for tick in ticks:
            counts[tick.start] = counts.get(tick.start, 0) + tick.negative
    return Band(
        starts=tuple(at for at, _ in usual),
        negative=tuple(counts.get(at, 0) for at, _ in usual),
        low=tuple(round(u.low, 2) for _, u in usual),
        usual=tuple(round(u.negative, 2) for _, u in usual),
        high=tuple(round(u.high, 2) for _, u in usual),
        onset=onset,
    )
