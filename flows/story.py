"""危机时钟: one screen that tells a crisis as it happens, from the first post to the message on the phone."""

from datetime import datetime, timedelta
from typing import Any

import attrs

from domain.alerts import Alert, Evidence
from domain.documents import StoredDocument
from domain.feeds import SourceStatus
from domain.times import Clock
from flows.incidents import Band, Incidents, Link, band
from flows.monitor import Monitor
from flows.protocols import Sources, Watches
from index.store import AlertLog, Ledger


@attrs.frozen(kw_only=True)
class StoryPage:
    """What the one screen shows at this moment."""

    at: datetime
    """Product time."""
    speed: float
    watch: str
    """The watch that the screen follows; empty where none exists."""
    watches: tuple[str, ...]
    posts: tuple[StoredDocument, ...]
    """Newest of the watch, newest first, at most 30."""
    band: Band | None
    evidence: Evidence | None
    """How near an alarm is; None = nothing to judge yet."""
    silence: str
    """Why quiet is no good news (数据不足 …); empty = the feeds are well."""
    alert: Alert | None
    """The newest alert that is not resolved, else the newest of the last 12 hours."""
    chain: tuple[Link, ...]
    message: dict[str, Any] | None
    """The first message of the alert as sent: title, lines, channel, reason; None = none yet."""
    messages: int
    """Messages owed or sent about the alert."""
    feeds: tuple[SourceStatus, ...]


@attrs.frozen(kw_only=True)
class Story:
    """Reads the one screen."""

    ledger: Ledger
    alerts: AlertLog
    watches: Watches
    sources: Sources
    monitor: Monitor
    incidents: Incidents
    clock: Clock

    def page(self, watch_name: str = "") -> StoryPage:
        """The screen for one watch; without a name for the one with the newest open alert, else the first of our own."""
        now = self.clock.now()
        names = [w.name for w in self.watches.list()]
        alert = self._alert(watch_name, now)
        name = watch_name if watch_name in names else alert.watch if alert and alert.watch in names else self._ours()
        since = now - timedelta(hours=6)
        deliveries = self.alerts.deliveries(alert.id) if alert else []
        first = deliveries[0][0] if deliveries else None
        onset = alert.onset if alert else None
        evidence = self.monitor.evidence(name) if name else None
        return StoryPage(
            at=now,
            speed=self.clock.speed,
            watch=name,
            watches=tuple(names),
            posts=tuple(self.ledger.documents_of(name, since=since, until=now + timedelta(minutes=1), limit=30))
            if name
            else (),
            band=band(
                self.monitor,
                self.ledger,
                name,
                since=since,
                until=now,
                onset=onset or (evidence.onset if evidence else None),
            )
            if name
            else None,
            evidence=evidence,
            silence=self.monitor.silence(name) if name else "",
            alert=alert,
            chain=self.incidents.chain(alert) if alert else (),
            message=attrs.asdict(first) if first else None,
            messages=len(deliveries),
            feeds=tuple(self.monitor.statuses()),
        )

    def _alert(self, watch_name: str, now: datetime) -> Alert | None:
        def ours(alerts: list[Alert]) -> list[Alert]:
            kinds = ("surge", "severe")
            return [a for a in alerts if a.kind in kinds and watch_name in ("", a.watch)]

        standing = ours(self.alerts.open()) or ours(self.alerts.recent(since=now - timedelta(hours=12), limit=20))
        return standing[0] if standing else None

    def _ours(self) -> str:
        watches = self.watches.list()
        return next((w.name for w in watches if not w.rival), watches[0].name if watches else "")
