"""The watchman: each tick counts, judges, opens and closes incidents, and owes the notices in the same transaction."""

import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from alerts import feeds as feed_rules
from alerts.detectors import (
    LOOK_BACK,
    Weighed,
    judge_weighed,
    no_data,
    page_score_for,
    surge,
    weigh,
)
from alerts.episodes import RANK, Change, Situation, open_or_grow
from alerts.notices import compose, why
from alerts.severe import clusters_of, copies
from alerts.statistic import LEAST_AUTHORS
from alerts.usual import FULL_DAYS, Profile
from domain.alerts import Alert, AlertKind, AlertState, Evidence, NoticeReason, Surge, TickCount, Usual
from domain.documents import StoredDocument
from domain.feeds import SourceStatus
from domain.health import Course, judged
from domain.times import TICK, Clock, tick_start
from domain.watches import Watch
from flows.feeds import Feeds
from flows.price_watch import PriceWatch
from flows.profiles import ALL, Profiles, together
from flows.protocols import Sources, Watches
from flows.severe_watch import SevereWatch
from flows.signs import Signs
from index.store import AlertLog, Ledger, Prices

HOUR: Final = timedelta(hours=1)
REMEMBERED: Final = timedelta(days=7)
"""A resolved incident's posts are known again for so long."""
SPEAKING: Final = 0.3
"""A source with this share of the recent posts decides whether there is history enough."""
SPAM: Final = 0.5
STALE_AFTER: Final = timedelta(hours=6)
"""Without a plan of the sources, a healthy word is stale after so long."""

log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True, eq=False)
class Judged:
    """What one watch looks like at one moment."""

    evidence: Evidence
    surge: Surge | None
    calm: bool
    usual: float
    """Negatives an hour that are usual now."""
    current: float
    """Negatives in the last hour."""
    at: datetime


@attrs.define(kw_only=True, eq=False)
class Monitor:
    """Judges every watch, source and followed price. All state is in the tables: a restart forgets nothing."""

    ledger: Ledger
    alerts: AlertLog
    prices: Prices
    watches: Watches
    sources: Sources
    clock: Clock
    link: Callable[[str], str] = lambda alert_id: ""
    """Alert id → its console address."""
    operators: tuple[str, ...] = ()
    """Channels that hear of feed trouble; empty = all channels of all watches."""
    feeds: Feeds | None = None
    """None: a source is judged by its last answer and its age alone."""
    signs: Signs | None = None
    """None: neither looks nor hot-search lists are kept."""
    _profiles: Profiles = attrs.field(init=False)
    _severe: SevereWatch = attrs.field(init=False)
    _price_watch: PriceWatch = attrs.field(init=False)
    _judged: dict[str, Judged] = attrs.field(factory=dict, init=False)
    _since: datetime | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        """The parts that remember share the stores."""
        self._profiles = Profiles(ledger=self.ledger, alerts=self.alerts)
        self._severe = SevereWatch(ledger=self.ledger, alerts=self.alerts)
        self._price_watch = PriceWatch(prices=self.prices, alerts=self.alerts)

    def tick(self) -> list[Alert]:
        """Look at everything once. Returns the alerts that changed. One bad watch never stops the rest."""
        now = self.clock.now()
        watches = self.watches.list()
        statuses = self.feeds.judge() if self.feeds is not None else self._statuses(now)
        self._profiles.forget(self._profiles.known() - {w.name for w in watches})
        changed: list[Alert] = []
        changed += self._safely("feeds", lambda: self._feeds(watches, statuses, now))
        self._safely("severe", lambda: self._severe.collect(watches, now=now))
        if (signs := self.signs) is not None:
            self._safely("signs", lambda: signs.collect(now=now))
        page_score = page_score_for(sum(not w.rival for w in watches))
        for watch in watches:
            if not watch.rival:
                changed += self._safely(watch.name, lambda w=watch: self._people(w, statuses, page_score, now))  # type: ignore[misc]  # mypy can't see through the default
            changed += self._safely(watch.name, lambda w=watch: self._prices_of(w, now))  # type: ignore[misc]
        return changed

    def evidence(self, watch: str) -> Evidence | None:
        """How near an alarm the watch is now; None for an unknown watch or a rival. Judged anew if the last tick is not of this minute."""
        found = self._find(watch)
        if found is None or found.rival:
            return None
        now, judged = self.clock.now(), self._judged.get(watch)
        if judged is None or not timedelta() <= now - judged.at <= timedelta(minutes=1):
            judged = self._judge(found, self._statuses(now), now)
        return judged.evidence

    def silence(self, watch: str) -> str:
        """Why the watch's quiet is no good news (数据不足 …), Chinese; empty = its sources answer."""
        found = self._find(watch)
        return self.silences([found]).get(watch, "") if found else ""

    def silences(self, watches: Sequence[Watch]) -> dict[str, str]:
        """The same of those watches that have something to tell, by name."""
        if self.feeds is not None:
            found = self.feeds.silences(watches)
        else:
            statuses = self._statuses(self.clock.now())
            found = {w.name: [feed_rules.silence(s) for s in self._followed(w, statuses)] for w in watches}
        told = {name: "；".join(filter(None, said)) for name, said in found.items()}
        return {name: f"数据不足：{said}" for name, said in told.items() if said}

    def statuses(self) -> list[SourceStatus]:
        """Every source that was ever asked or switched, as it is judged now."""
        return self.feeds.statuses() if self.feeds is not None else self._statuses(self.clock.now())

    def usual(self, watch: str, *, since: datetime, until: datetime) -> Usual:
        """What is usual for a watch over all sources in [since, until), from what was published before the last three hours."""
        profile = self._profile(watch)
        return _nothing() if profile is None else profile.usual(window=until - since, at=until)

    def usual_series(self, watch: str, *, since: datetime, until: datetime) -> list[tuple[datetime, Usual]]:
        """The usual of each five-minute tick that begins in [tick of since, until), oldest first."""
        profile = self._profile(watch)
        if profile is None or until <= since:
            return []
        first = tick_start(since)
        starts = [first + n * TICK for n in range(math.ceil((until - first) / TICK))]
        return [(at, profile.usual(window=TICK, at=at + TICK)) for at in starts]

    # --- people's words: surges and severe posts -------------------------------------------------------------

    def _people(self, watch: Watch, statuses: Sequence[SourceStatus], page_score: float, now: datetime) -> list[Alert]:
        judged = self._judge(watch, statuses, now, page_score=page_score)
        self._judged[watch.name] = judged
        severe = self._severe.waiting(watch)
        signs = self.signs.waiting(watch, now=now) if self.signs else ()
        alert = self._meant(watch, judged, severe, now)
        if alert is None and judged.surge is None and not severe and not signs:
            self._severe.done(watch)
            return []
        situation = attrs.evolve(self._situation(watch, alert, judged, severe, now), signs=signs)
        change = open_or_grow(alert, situation)
        saved = self._save(change, watch.channels, now) if change else []
        self._severe.done(watch)
        return saved

    def _judge(
        self, watch: Watch, statuses: Sequence[SourceStatus], now: datetime, *, page_score: float = 15.0
    ) -> Judged:
        """The loudest of all sources together and each by itself."""
        profiles = self._profiles.of(watch, now=now)
        counts = self.ledger.counts(watch.name, since=now - LOOK_BACK - TICK, until=now)
        followed = self._followed(watch, statuses)
        dead = [s for s in followed if feed_rules.troubled(s)]
        whole = together(counts.values())
        usual = profiles[ALL].usual(window=HOUR, at=now).negative
        current = float(sum(t.negative for t in whole if t.start > now - HOUR))
        series: dict[str, Sequence[TickCount]] = {ALL: whole}
        if len(counts) > 1:
            # a source with fewer authors than any window needs has nothing of its own to say
            speaking = {source for source, ticks in counts.items() if sum(t.authors for t in ticks) >= LEAST_AUTHORS}
            series |= {source: counts[source] for source in speaking if source in profiles}
        asked = _trusted(profiles, counts)
        weighed = {source: weigh(asked[source], ticks, now=now) for source, ticks in series.items()}
        evidence, provisional = _loudest(watch, asked, weighed, now=now, page_score=page_score)
        found = surge(watch.name, evidence, provisional=provisional, now=now)
        unheard = tuple(feed_rules.silence(s) for s in dead)
        if dead and len(dead) == len(followed) and found is None:  # what was heard before may still be a surge
            nothing = no_data(profiles[ALL], now=now, awaited=unheard)
            return Judged(evidence=nothing, surge=None, calm=False, usual=usual, current=current, at=now)
        evidence = attrs.evolve(evidence, awaited=(*evidence.awaited, *unheard))
        return Judged(
            evidence=evidence,
            surge=attrs.evolve(found, evidence=evidence) if found else None,
            calm=not dead and all(w.calm for w in weighed.values()),
            usual=usual,
            current=current,
            at=now,
        )

    def _meant(self, watch: Watch, judged: Judged, severe: Sequence[StoredDocument], now: datetime) -> Alert | None:
        """The alert that this moment is about: the open one, else one that ended and whose posts come back, else the last."""
        standing = _people_only(self.alerts.open(watch.name))
        if standing:
            return standing[0]
        if judged.surge is None and not severe:
            return None
        recent = self.alerts.recent(since=now - REMEMBERED, limit=1000)
        ended = [a for a in _people_only(recent) if a.watch == watch.name and a.state is AlertState.RESOLVED]
        for alert in ended:
            ids, clusters = frozenset(alert.document_ids), self._clusters(alert)
            if any(copies(d, ids=ids, clusters=clusters) for d in severe):
                return alert
        return max(ended, key=lambda a: a.resolved_at or a.opened_at, default=None)

    def _situation(
        self, watch: Watch, alert: Alert | None, judged: Judged, severe: tuple[StoredDocument, ...], now: datetime
    ) -> Situation:
        found = judged.surge
        onset = min(filter(None, (alert.onset if alert else None, found.onset if found else None)), default=None)
        posts = (
            self.ledger.documents_of(watch.name, since=onset, until=now + TICK, negative=True, limit=500)
            if onset and found
            else []
        )
        return Situation(
            watch=watch,
            now=now,
            surge=found,
            evidence=judged.evidence,
            calm=judged.calm,
            severe=severe,
            documents=tuple(d for d in posts if d.spam < SPAM),
            clusters=self._clusters(alert) if alert and severe else frozenset(),
            usual=judged.usual,
            current=judged.current,
            told=self._told(alert) if alert and (found or severe) else 0,
        )

    def _clusters(self, alert: Alert) -> frozenset[str]:
        return clusters_of(self.ledger.get(alert.document_ids[:500]))

    def _told(self, alert: Alert) -> int:
        """Steps of the alert that were told, each once over all channels."""
        return len({(n.reason, n.created_at) for n, _ in self.alerts.deliveries(alert.id)})

    # --- feeds and prices -----------------------------------------------------------------------------------

    def _feeds(self, watches: Sequence[Watch], statuses: Sequence[SourceStatus], now: datetime) -> list[Alert]:
        channels = self.operators or tuple(dict.fromkeys(c for w in watches for c in w.channels))
        standing = [a for a in self.alerts.open() if a.kind is AlertKind.FEED]
        changed: list[Alert] = []
        for status in statuses:
            alert = next((a for a in standing if feed_rules.of_source(a, status.name)), None)
            since = self.feeds.since(status.name) if self.feeds is not None and alert is None else None
            change = feed_rules.feed_change(alert, status, now=now, since=since)
            changed += self._save(change, channels, now) if change else []
        return changed

    def _prices_of(self, watch: Watch, now: datetime) -> list[Alert]:
        changes = self._price_watch.changes(watch, now=now)
        saved = [alert for change in changes for alert in self._save(change, watch.channels, now)]
        self._price_watch.looked(watch)
        return saved

    # --- shared ---------------------------------------------------------------------------------------------

    def _save(self, change: Change, channels: Iterable[str], now: datetime) -> list[Alert]:
        """The alert as it now is and the notices that it owes, in one transaction."""
        alert = change.alert
        if alert.kind in (AlertKind.SURGE, AlertKind.SEVERE) and alert.state is not AlertState.RESOLVED:
            alert = attrs.evolve(alert, why="\n".join(why(alert, now=now)))
        notices = []
        if change.reason is not NoticeReason.QUIET:
            posts = self.ledger.get(alert.document_ids) if alert.document_ids else []
            address = self.link(alert.id)
            notices = [
                compose(alert, change.reason, channel=c, now=now, documents=posts, link=address, step=change.step)
                for c in dict.fromkeys(channels)
            ]
        self.alerts.save(alert, notices, action=change.action)
        if change.action:
            log.info("alert id=%s kind=%s action=%s reason=%s", alert.id, alert.kind, change.action, change.reason)
        return [alert]

    def _safely(self, name: str, step: Callable[[], list[Alert] | None]) -> list[Alert]:
        """One watch's trouble is told to the operator's log and stops nothing else; the next tick tries again."""
        try:
            return step() or []
        except Exception:  # anything may be wrong with one watch's rows, and the others still need their watchman
            log.exception("monitor step failed step=%s", name)
            return []

    def _statuses(self, now: datetime) -> list[SourceStatus]:
        self._since = self._since or now
        if self.feeds is not None:
            return self.feeds.statuses(patient=True)
        course = Course(every=STALE_AFTER / 3, watching_since=self._since)
        return [judged(s, course, now=now) for s in self.sources.all()]

    def _followed(self, watch: Watch, statuses: Iterable[SourceStatus]) -> list[SourceStatus]:
        """Sources that are on and that the watch follows, as far as it has anything to ask there."""
        followed = [s for s in statuses if s.on and (not watch.sources or s.name in watch.sources)]
        return followed if self.feeds is None else [s for s in followed if self.feeds.concerns(watch, s.name)]

    def _find(self, name: str) -> Watch | None:
        return self.watches.get(name)

    def _profile(self, name: str) -> Profile | None:
        watch = self._find(name)
        return None if watch is None else self._profiles.of(watch, now=self.clock.now())[ALL]


def _trusted(profiles: Mapping[str, Profile], counts: Mapping[str, Sequence[TickCount]]) -> Mapping[str, Profile]:
    """The profiles, with the days of ALL those of the youngest source that speaks loudly now.

    A source that was switched on yesterday must not borrow the months of another.
    """
    recent = {source: sum(t.total for t in ticks) for source, ticks in counts.items()}
    everything = sum(recent.values())
    speaking = [source for source, n in recent.items() if n >= SPEAKING * everything and n > 0]
    known = [profiles[source].days if source in profiles else 0 for source in speaking]
    days = min([profiles[ALL].days, *known])
    return {**profiles, ALL: attrs.evolve(profiles[ALL], days=days)}


def _loudest(
    watch: Watch, profiles: Mapping[str, Profile], weighed: Mapping[str, Weighed], *, now: datetime, page_score: float
) -> tuple[Evidence, bool]:
    """The evidence of all sources together, unless one source by itself reaches a higher level. Also: is it provisional?"""
    judged = {
        source: judge_weighed(
            each,
            profiles[source],
            now=now,
            minimum_authors=watch.minimum_authors,
            strength=watch.strength,
            page_score=page_score,
            source=source,
        )
        for source, each in weighed.items()
    }
    rank: Callable[[str], int] = lambda source: RANK[level] if (level := judged[source].level) else 0  # noqa: E731
    best = max(judged, key=lambda source: (rank(source), source == ALL))
    return judged[best], profiles[best].days < FULL_DAYS


def _people_only(alerts: Iterable[Alert]) -> list[Alert]:
    return [a for a in alerts if a.kind in (AlertKind.SURGE, AlertKind.SEVERE)]


def _nothing() -> Usual:
    return Usual(negative=0.0, low=0.0, high=0.0, total=0.0, days=0)
