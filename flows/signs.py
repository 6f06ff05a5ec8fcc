"""What besides new posts is told at once: a negative post that spreads, and our brand or an open matter in a hot-search list."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from alerts.feeds import name as source_name
from alerts.severe import about
from alerts.spread import AGES, Spread, age_of, spreading, usual_tops
from domain.alerts import Alert, AlertKind, Sign, SignKind
from domain.documents import StoredDocument
from domain.engagement import HotRecord, Look
from domain.watches import Watch, needle
from flows.protocols import Engagement, HotTopics
from index.store import AlertLog, Ledger

LOOKED_WITHIN: Final = timedelta(minutes=15)
"""Looks of so long ago are judged again: a tick that was missed loses nothing."""
HISTORY: Final = timedelta(days=14)
RELEARN: Final = timedelta(hours=1)
TOLD_WITHIN: Final = timedelta(days=7)
"""A sign that belongs to an alert of so long ago is not told again."""
PEOPLES: Final = (AlertKind.SURGE, AlertKind.SEVERE)
"""Alerts about what people say."""
AGE_NAMES: Final = dict(zip(AGES, ("5 分钟", "15 分钟", "1 小时", "6 小时", "24 小时"), strict=True))
TOPIC: Final = re.compile(r"#([^#\s]{2,40})#")


@attrs.frozen(kw_only=True)
class Trace:
    """How a sign went on, look by look."""

    sign: Sign
    looks: tuple[Look, ...] = ()
    """Of a post that spreads, oldest first."""
    sightings: tuple[tuple[datetime, int, int | None], ...] = ()
    """(when, rank, heat) of a hot-search line, oldest first."""
    reposts: int = 0
    """Reposts of the post that are stored."""


@attrs.define(kw_only=True, eq=False)
class Signs:
    """Reads looks and hot topics anew each tick; only the usual is remembered, for an hour."""

    ledger: Ledger
    alerts: AlertLog
    engagement: Engagement
    hot: HotTopics
    _topics: Sequence[HotRecord] = attrs.field(default=(), init=False)
    _tops: dict[str, tuple[datetime, dict[timedelta, int]]] = attrs.field(factory=dict, init=False)

    def collect(self, *, now: datetime) -> None:
        """Read the hot-search list as it is now, once for all watches of a tick."""
        self._topics = [t for t in self.hot.since(now - LOOKED_WITHIN) if not t.advertised]

    def waiting(self, watch: Watch, *, now: datetime) -> tuple[Sign, ...]:
        """Signs for the watch's people that belong to none of its alerts yet, first seen first. A rival has none."""
        if watch.rival:
            return ()
        found = (*self._hot(watch), *self._spreading(watch, now))
        if not found:  # on nearly every tick of nearly every watch
            return ()
        told = {sign.key for alert in self._alerts(watch, now) for sign in alert.signs}
        return tuple(sorted((s for s in found if s.key not in told), key=lambda s: (s.at, s.key)))

    def trace(self, sign: Sign) -> Trace:
        """Everything that was seen of a sign."""
        if sign.kind is SignKind.HOT:
            _, source, title = sign.key.split(":", 2)
            return Trace(sign=sign, sightings=tuple(self.hot.sightings(title, source=source)))
        looks = self.engagement.looks([sign.document_id]).get(sign.document_id, [])
        return Trace(sign=sign, looks=tuple(looks), reposts=len(self.engagement.reposts_of(sign.document_id)))

    def _hot(self, watch: Watch) -> Iterable[Sign]:
        if not self._topics:
            return []
        matters = [a for a in self.alerts.open(watch.name) if a.kind in PEOPLES]
        ours = _topics_of(self.ledger.get([i for a in matters for i in a.document_ids[:100]]))
        return [_hot_sign(t) for t in self._topics if names(watch, t) or needle(t.title) in ours]

    def _spreading(self, watch: Watch, now: datetime) -> Iterable[Sign]:
        looks = self.engagement.of_watch(watch.name, since=now - LOOKED_WITHIN, until=now + RELEARN, negative=True)
        by_post: dict[str, list[Look]] = {}
        published = {look.document: at for at, look in looks}
        for _, look in looks:
            by_post.setdefault(look.document, []).append(look)
        found = {
            id_: spread
            for id_, seen in by_post.items()
            if (spread := spreading(published[id_], seen, self._usual_tops(watch, now)))
        }
        posts = self.ledger.get(list(found))
        return [_spread_sign(d, found[d.id]) for d in posts if about(watch, d)]

    def _usual_tops(self, watch: Watch, now: datetime) -> dict[timedelta, int]:
        known = self._tops.get(watch.name)
        if known is None or not timedelta() <= now - known[0] < RELEARN:
            looks = self.engagement.of_watch(watch.name, since=now - HISTORY, until=now - LOOKED_WITHIN)
            known = self._tops[watch.name] = (now, usual_tops(_one_an_age(looks)))
        return known[1]

    def _alerts(self, watch: Watch, now: datetime) -> list[Alert]:
        open_now = self.alerts.open(watch.name)
        recent = [a for a in self.alerts.recent(since=now - TOLD_WITHIN, limit=1000) if a.watch == watch.name]
        people = [a for a in (*open_now, *recent) if a.kind in PEOPLES]
        return list({a.id: a for a in people}.values())


def names(watch: Watch, topic: HotRecord) -> bool:
    """Is the line about the watch? By the brand as the reading part understood it, an alias or a word; excluded words take it away."""
    title = needle(topic.title)
    if any(needle(word) in title for word in watch.excluded if word):
        return False
    if watch.brand and needle(watch.brand) in map(needle, topic.brands):
        return True
    return any(needle(term) in title for term in (*watch.aliases, *watch.words) if term)


def _topics_of(posts: Iterable[StoredDocument]) -> frozenset[str]:
    """The #topics# under which an open matter is talked about."""
    return frozenset(needle(topic) for post in posts for topic in TOPIC.findall(post.text))


def _one_an_age(looks: Iterable[tuple[datetime, Look]]) -> Iterable[tuple[timedelta, int]]:
    """Of each post and age the first look."""
    first: dict[tuple[str, timedelta], int] = {}
    for published_at, look in looks:
        age = age_of(published_at, look.at)
        if age is not None:
            first.setdefault((look.document, age), look.engaged)
    return [(age, engaged) for (_, age), engaged in first.items()]


def _hot_sign(topic: HotRecord) -> Sign:
    place = f"第 {topic.rank} 位" if topic.rank else "置顶"
    heat = f"，热度 {topic.heat:,}" if topic.heat else ""
    label = f"（{topic.label}）" if topic.label else ""
    return Sign(
        key=f"hot:{topic.source}:{topic.title}",
        kind=SignKind.HOT,
        at=topic.first_seen,
        text=f"登上{source_name(topic.source)}热搜{place}：#{topic.title}#{label}{heat}",
        url=topic.url,
    )


def _spread_sign(post: StoredDocument, spread: Spread) -> Sign:
    look, usual = spread.look, spread.usual_top
    against = f"同龄帖子 99% 不到 {usual + 1}" if usual is not None else f"规则线 {spread.limit}，同龄帖子还太少"
    return Sign(
        key=f"spread:{post.id}",
        kind=SignKind.SPREAD,
        at=look.at,
        text=f"单帖扩散：发布 {AGE_NAMES[spread.age]}互动 {look.engaged:,}（转 {look.reposts or 0:,} 评 {look.comments or 0:,} 赞 {look.likes or 0:,}），{against}",
        url=post.url,
        document_id=post.id,
    )
