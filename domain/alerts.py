"""Alerts: a surge becomes an alert (incident, 舆情事件), an alert owes notices, a notice has deliveries."""

from datetime import datetime
from enum import StrEnum

import attrs

from domain.analysis import SeverityClass


class AlertKind(StrEnum):
    """What happened."""

    SURGE = "surge"
    SEVERE = "severe"
    PRICE = "price"
    FEED = "feed"


class AlertState(StrEnum):
    """Where the people are with it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class NoticeReason(StrEnum):
    """Why a notice is sent, or why none is."""

    FIRST = "first"
    GROWING = "growing"
    RESOLVED = "resolved"
    QUIET = "quiet"
    """Nothing is sent: told a short while ago and not much worse since."""
    TEST = "test"
    """A person asked for a test message."""


class Level(StrEnum):
    """How loudly a surge speaks."""

    NOTICE = "notice"
    WARNING = "warning"
    PAGE = "page"


@attrs.frozen(kw_only=True)
class TickCount:
    """What one watch had from one source in one five-minute tick of publishing time."""

    start: datetime
    """Start of the tick, aware UTC."""
    total: int = 0
    """Documents whose time of day is known; a bare date would stand at midnight like a spike."""
    negative: int = 0
    """Negative documents, default texts and clear spam left out."""
    authors: int = 0
    """Negative documents whose author wrote no other negative in the 24 h before."""


@attrs.frozen(kw_only=True)
class Usual:
    """What is to be expected of one watch in one window, from its own past."""

    negative: float
    """Distinct new negative authors expected in the window."""
    low: float
    """Lower edge of the usual band (10th percentile)."""
    high: float
    """Upper edge of the usual band (90th percentile)."""
    total: float
    """Documents of any sentiment expected in the window."""
    days: int
    """Days of history behind it; under 14 every surge is provisional."""
    corrected: float = 0.0
    """`negative` once the window's own volume is taken into account; equal to it where the volume is as usual."""


@attrs.frozen(kw_only=True)
class Evidence:
    """How near a window is to an alarm: what is there, what is awaited. Shown as 证据不足 until it suffices."""

    window_minutes: int
    """The window that speaks loudest."""
    authors: int
    """Distinct new negative authors seen in it."""
    negative: int
    """Negative documents seen in it."""
    total: int
    usual: Usual
    score: float
    """Log-likelihood ratio of the best window; 0 = as usual."""
    needed_score: float
    """Score at which a page is sent."""
    needed_authors: int
    """Authors in this window at which score and minimum would both suffice."""
    awaited: tuple[str, ...] = ()
    """What is missing, in people's Chinese words; empty = enough."""
    level: Level | None = None
    """Loudest level reached; None = as usual or not enough evidence."""
    reason: str = ""
    """Why this level or none, one of the detector's named reasons."""
    onset: datetime | None = None
    """Where the rise began by the best window, aware UTC."""
    source: str = ""
    """The source that was judged; empty = all sources of the watch together."""


@attrs.frozen(kw_only=True)
class Surge:
    """A detector's finding about one watch."""

    watch: str
    level: Level
    onset: datetime
    evidence: Evidence
    provisional: bool = False
    """Under 14 days of history."""


class SignKind(StrEnum):
    """What besides a new post is told at once."""

    SPREAD = "spread"
    """One negative post about us is passed on far beyond what is usual for its age."""
    HOT = "hot"
    """Our brand, or an open alert's topic, stands in a hot-search list."""


@attrs.frozen(kw_only=True)
class Sign:
    """Something grave that is no new post."""

    key: str
    """Stable: `hot:weibo:TITLE`, `spread:weibo:5012…`; told once."""
    kind: SignKind
    at: datetime
    """When it was first seen, aware UTC."""
    text: str
    """What it is, a Chinese sentence with its figures."""
    url: str = ""
    document_id: str = ""
    """The post that spreads; empty for a hot-search line."""


@attrs.frozen(kw_only=True)
class Alert:
    """One episode: opened once, told of growth, resolved once."""

    id: str
    """Stable: made of watch, kind and onset."""
    kind: AlertKind
    watch: str
    brand: str = ""
    topic: str = ""
    """What it is about, in a few words."""
    state: AlertState = AlertState.OPEN
    severity: SeverityClass | None = None
    level: Level = Level.PAGE
    opened_at: datetime
    onset: datetime | None = None
    first_post_at: datetime | None = None
    """Publishing time of its first post."""
    usual: float = 0.0
    """Negatives an hour that are usual at this time."""
    now: float = 0.0
    """Negatives in the last hour."""
    score: float = 0.0
    authors: int = 0
    """Distinct negative authors since the onset."""
    last_notice_at: datetime | None = None
    last_notice_score: float = 0.0
    last_notice_authors: int = 0
    calm_since: datetime | None = None
    """Since when the counts have been usual again; None = not calm."""
    resolved_at: datetime | None = None
    owner: str = ""
    note: str = ""
    document_ids: tuple[str, ...] = ()
    """The posts that belong to it, first published first."""
    why: str = ""
    """Why it fired, Chinese sentences for people; every figure is a field of this alert or its evidence."""
    evidence: Evidence | None = None
    signs: tuple[Sign, ...] = ()
    """What besides new posts made it grave, in the order of arrival."""


@attrs.frozen(kw_only=True)
class Notice:
    """A message about an alert for one channel; made once, repeated with the same key."""

    key: str
    """hash(alert, reason, step, channel): a repeat carries the same."""
    alert_id: str
    channel: str
    """Name of the channel in the settings."""
    reason: NoticeReason
    title: str
    lines: tuple[str, ...]
    """Body, a line each, plain Chinese text; the notifier dresses it for its channel."""
    link: str = ""
    """Console address of the alert."""
    created_at: datetime


@attrs.frozen(kw_only=True)
class Delivery:
    """The outcome of sending a notice."""

    key: str
    channel: str
    attempts: int = 0
    outcome: str = "waiting"
    """waiting, delivered, retry, dead."""
    detail: str = ""
    created_at: datetime
    sent_at: datetime | None = None
    """When the last try began."""
    delivered_at: datetime | None = None
