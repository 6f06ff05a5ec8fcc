"""The life of an incident, as pure decisions: it opens, grows, calms down, is claimed and closed; each step says whom to tell."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

import attrs

from alerts.severe import copies
from domain.alerts import Alert, AlertKind, AlertState, Evidence, Level, NoticeReason, Sign, Surge
from domain.analysis import SeverityClass
from domain.documents import StoredDocument
from domain.watches import Watch

RESOLVE_AFTER: Final = timedelta(minutes=30)
"""Calm for so long, and a surge is over."""
SEVERE_RESOLVE_AFTER: Final = timedelta(hours=24)
"""A severe matter is closed by people; by itself only after a day without a new post."""
REOPEN_WITHIN: Final = timedelta(hours=2)
REMIND_AFTER: Final = timedelta(hours=6)
SCORE_STEP: Final = 5.0
TELL_AT_ONCE: Final = 3
"""So many notices of one incident may go out without a pause; further ones wait, longer each time."""
DOCUMENTS: Final = 500
"""Posts that an alert keeps; the counts go on."""
RANK: Final = {Level.NOTICE: 1, Level.WARNING: 2, Level.PAGE: 3}
GRAVITY: Final = {
    None: 0,
    SeverityClass.REPUTATION: 1,
    SeverityClass.GROUP: 2,
    SeverityClass.REGULATOR: 3,
    SeverityClass.SAFETY: 4,
}


@attrs.frozen(kw_only=True)
class Situation:
    """All that a decision about one watch needs to know."""

    watch: Watch
    now: datetime
    surge: Surge | None = None
    """What the detector finds at this moment."""
    evidence: Evidence | None = None
    calm: bool = False
    """The counts are near the usual and the feeds answer: silence is good news."""
    severe: tuple[StoredDocument, ...] = ()
    """Severe documents that belong to no alert yet, first published first."""
    signs: tuple[Sign, ...] = ()
    """Signs that belong to no alert yet: a post that spreads, a hot-search line; first seen first."""
    documents: tuple[StoredDocument, ...] = ()
    """The watch's negative documents since the onset, any order."""
    clusters: frozenset[str] = frozenset()
    """Near-copy groups of the alert's own posts."""
    usual: float = 0.0
    """Negatives an hour that are usual now."""
    current: float = 0.0
    """Negatives in the last hour."""
    told: int = 0
    """Notices of this alert so far, counted once over all channels."""


@attrs.frozen(kw_only=True)
class Change:
    """An alert as it now is, and what that means for people."""

    alert: Alert
    reason: NoticeReason
    """QUIET = saved, but nobody is told."""
    action: str
    """Word for the audit: opened, grew, joined, reopened, calming, resolved; empty = figures only."""
    step: str
    """Makes the notice's key: equal for the same step of the same alert, however often it is decided."""


def open_or_grow(alert: Alert | None, situation: Situation) -> Change | None:
    """The next state of a watch's incident; None = nothing changes.

    alert: the open one, else the watch's last resolved one that may still be meant (its posts are repeated, or it ended less
    than two hours ago), else None.
    """
    if alert is None:
        return _opened(situation)
    if alert.state is AlertState.RESOLVED:
        return _after_the_end(alert, situation)
    return _grown(alert, situation) or _calmer(alert, situation)


def acknowledged(alert: Alert, *, by: str, note: str = "") -> Alert:
    """Somebody takes it on; it goes on being watched."""
    return attrs.evolve(alert, state=AlertState.ACKNOWLEDGED, owner=by, note=note or alert.note)


def resolved(alert: Alert, *, now: datetime, by: str, note: str = "") -> Alert:
    """Somebody closes it. While the same surge goes on it stays closed, unless it becomes clearly worse."""
    return attrs.evolve(
        alert, state=AlertState.RESOLVED, resolved_at=now, owner=alert.owner or by, note=note or alert.note
    )


def alert_id(watch: str, kind: AlertKind, onset: datetime, extra: str = "") -> str:
    """Stable id of an episode: the same watch, kind and onset give the same."""
    seed = "\x1f".join((watch, kind.value, onset.isoformat(), extra))
    return f"{kind.value}-{hashlib.sha256(seed.encode()).hexdigest()[:12]}"


def _opened(s: Situation) -> Change | None:
    if s.severe:
        first = s.severe[0]
        alert = _blank(s, AlertKind.SEVERE, onset=first.published_at, extra=first.id)
    elif s.signs:
        alert = _blank(s, AlertKind.SEVERE, onset=s.signs[0].at, extra=s.signs[0].key)
    elif s.surge:
        alert = _blank(s, AlertKind.SURGE, onset=s.surge.onset)
    else:
        return None
    alert = _with_posts(_with_figures(alert, s), s)
    if alert.kind is AlertKind.SURGE and RANK[alert.level] < RANK[Level.WARNING]:
        return Change(alert=alert, reason=NoticeReason.QUIET, action="opened", step="")
    return _told(alert, s, NoticeReason.FIRST, "opened", step="first")


def _grown(alert: Alert, s: Situation) -> Change | None:
    """A surge or a severe document meets an open alert."""
    if s.surge is None and not s.severe and not s.signs:
        return None
    after = attrs.evolve(_with_posts(_with_figures(alert, s), s), calm_since=None)
    step = alert.last_notice_at.isoformat() if alert.last_notice_at else "first"
    if alert.last_notice_at is None:  # so far only on the screen
        if RANK[after.level] >= RANK[Level.WARNING]:
            return _told(after, s, NoticeReason.FIRST, "opened", step="first")
        return _quiet(alert, after)
    if _escalated(alert, after, s) or (_grave_news(alert, s) and s.told < TELL_AT_ONCE):
        return _told(after, s, NoticeReason.GROWING, "escalated", step=step)
    if s.now - alert.last_notice_at >= _pause(s) and _much_worse(alert, after, s):
        return _told(after, s, NoticeReason.GROWING, "grew", step=step)
    return _quiet(alert, after)


def _escalated(before: Alert, after: Alert, s: Situation) -> bool:
    """Louder than what people were told: a level up, a graver matter, or a severe post that has become a surge."""
    joined = before.kind is AlertKind.SEVERE and before.last_notice_score == 0 and s.surge is not None
    return (
        RANK[after.level] > RANK[before.level]
        or GRAVITY[after.severity] > GRAVITY[before.severity]
        or (joined and s.surge is not None and RANK[s.surge.level] >= RANK[Level.WARNING])
    )


def _grave_news(alert: Alert, s: Situation) -> bool:
    """A sign, or a severe document that repeats none of the alert's posts: another victim, another report."""
    if s.signs:
        return True
    ids = frozenset(alert.document_ids)
    return any(not copies(d, ids=ids, clusters=s.clusters) for d in s.severe)


def _much_worse(alert: Alert, after: Alert, s: Situation) -> bool:
    """Worth another message: five points more, twice the authors, or six hours and nobody has claimed it."""
    return (
        after.score >= alert.last_notice_score + SCORE_STEP
        or after.authors >= 2 * max(alert.last_notice_authors, 5)
        or (
            alert.state is AlertState.OPEN
            and alert.last_notice_at is not None
            and s.now - alert.last_notice_at >= REMIND_AFTER
        )
    )


def _pause(s: Situation) -> timedelta:
    """Time between two notices of one growing alert: it doubles, so that a storm stays a handful of messages."""
    doublings: int = min(max(s.told - 1, 0), 4)
    return s.watch.quiet * int(2**doublings)


def _calmer(alert: Alert, s: Situation) -> Change | None:
    """Nothing new: perhaps it is over."""
    if not s.calm:
        return _quiet(alert, attrs.evolve(_with_figures(alert, s), calm_since=None))
    since = alert.calm_since or s.now
    after = attrs.evolve(_with_figures(alert, s), calm_since=since)
    enough = SEVERE_RESOLVE_AFTER if alert.kind is AlertKind.SEVERE else RESOLVE_AFTER
    if s.now - since < enough:
        return _quiet(alert, after)
    over = attrs.evolve(after, state=AlertState.RESOLVED, resolved_at=s.now)
    never_told = alert.last_notice_at is None
    step = "first" if alert.last_notice_at is None else alert.last_notice_at.isoformat()
    reason = NoticeReason.QUIET if never_told else NoticeReason.RESOLVED
    return Change(alert=over, reason=reason, action="resolved", step=step)


def _after_the_end(alert: Alert, s: Situation) -> Change | None:
    """Something happens after a resolved alert: the same matter, or a new one."""
    ended = alert.resolved_at or alert.opened_at
    repeats = [d for d in s.severe if copies(d, ids=frozenset(alert.document_ids), clusters=s.clusters)]
    if s.signs or len(repeats) < len(s.severe):
        return _opened(s)
    same_surge = s.surge is not None and s.surge.onset < ended
    recent = s.surge is not None and s.now - ended < REOPEN_WITHIN
    if s.surge and not same_surge and not recent:
        return _opened(s)
    by_a_person = alert.calm_since is None  # the automatic end waits for calm, people need not
    worse = s.surge is not None and s.surge.evidence.score >= alert.last_notice_score + SCORE_STEP
    if s.surge and RANK[s.surge.level] >= RANK[Level.WARNING] and (worse or not (by_a_person or same_surge)):
        after = attrs.evolve(alert, state=AlertState.OPEN, resolved_at=None, calm_since=None)
        after = _with_posts(_with_figures(after, s), s)
        step = alert.last_notice_at.isoformat() if alert.last_notice_at else "first"
        told_before = alert.last_notice_at is not None
        reason = NoticeReason.GROWING if told_before else NoticeReason.FIRST
        return _told(after, s, reason, "reopened", step=step)
    return _quiet(alert, _with_ids(alert, repeats, always=frozenset(d.id for d in repeats))) if repeats else None


def _blank(s: Situation, kind: AlertKind, *, onset: datetime, extra: str = "") -> Alert:
    return Alert(
        id=alert_id(s.watch.name, kind, onset, extra),
        kind=kind,
        watch=s.watch.name,
        brand=s.watch.brand,
        topic="负面激增" if kind is AlertKind.SURGE else "",
        level=Level.NOTICE,
        opened_at=s.now,
        onset=onset,
        first_post_at=onset if kind is AlertKind.SEVERE else None,
    )


def _with_figures(alert: Alert, s: Situation) -> Alert:
    """The alert with this moment's figures; level and score only rise, and the evidence of the peak is kept."""
    alert = attrs.evolve(alert, usual=round(s.usual, 2), now=s.current)
    if s.severe or s.signs:
        topic = _topic(s.severe[0]) if s.severe else s.signs[0].text
        alert = attrs.evolve(alert, level=Level.PAGE, topic=alert.topic or topic)
    if s.surge is None:
        return alert
    level = max(alert.level, s.surge.level, key=lambda each: RANK[each])
    peak = s.surge.evidence.score >= alert.score
    return attrs.evolve(
        alert,
        level=level,
        score=max(alert.score, s.surge.evidence.score),
        evidence=s.surge.evidence if peak or alert.evidence is None else alert.evidence,
        onset=min(alert.onset or s.surge.onset, s.surge.onset) if alert.kind is AlertKind.SURGE else alert.onset,
    )


def _with_posts(alert: Alert, s: Situation) -> Alert:
    """The alert with the posts that belong to it, first published first, and the authors counted since the onset."""
    since = alert.onset or s.now
    belonging = [d for d in s.documents if d.published_at >= since and not d.default_text] if s.surge else []
    posts = sorted({d.id: d for d in (*s.severe, *belonging)}.values(), key=lambda d: (d.published_at, d.id))
    alert = _with_ids(alert, posts, always=frozenset(d.id for d in s.severe))
    spreading = [sign.document_id for sign in s.signs if sign.document_id]
    missing = [id_ for id_ in spreading if id_ not in alert.document_ids]
    alert = attrs.evolve(alert, signs=(*alert.signs, *s.signs), document_ids=(*alert.document_ids, *missing))
    authors = len({d.author or d.id for d in posts})
    first = posts[0].published_at if posts else None
    return attrs.evolve(
        alert,
        authors=max(alert.authors, authors, s.surge.evidence.authors if s.surge else 0),
        first_post_at=min(filter(None, (alert.first_post_at, first)), default=None),
        severity=_gravest(s.severe, alert.severity),
    )


def _with_ids(alert: Alert, posts: list[StoredDocument], *, always: frozenset[str] = frozenset()) -> Alert:
    """The alert with these posts' ids. Beyond DOCUMENTS only severe ones are kept, so that none is ever told anew."""
    new = [d.id for d in posts if d.id not in set(alert.document_ids)]
    room = max(DOCUMENTS - len(alert.document_ids), 0)
    kept = [i for at, i in enumerate(new) if at < room or i in always]
    return attrs.evolve(alert, document_ids=(*alert.document_ids, *kept))


def _gravest(documents: tuple[StoredDocument, ...], known: SeverityClass | None) -> SeverityClass | None:
    return max((known, *(d.severity for d in documents)), key=lambda each: GRAVITY[each])


def _topic(document: StoredDocument) -> str:
    return document.severity_reason or "大号或媒体的强烈负面"


def _told(alert: Alert, s: Situation, reason: NoticeReason, action: str, *, step: str) -> Change:
    told = attrs.evolve(
        alert,
        last_notice_at=s.now,
        last_notice_score=s.surge.evidence.score if s.surge else alert.last_notice_score,
        last_notice_authors=alert.authors,
    )
    return Change(alert=told, reason=reason, action=action, step=step)


def _quiet(before: Alert, after: Alert) -> Change | None:
    """Save what has changed and tell nobody; None where nothing has."""
    if after == before:
        return None
    action = "joined" if len(after.document_ids) > len(before.document_ids) else ""
    return Change(alert=after, reason=NoticeReason.QUIET, action=action, step="")
