"""The life of an incident: it opens once, grows aloud or in silence, calms down, opens again, and never loses anything."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.episodes import Change, Situation, acknowledged, open_or_grow, resolved
from alerts.notices import key_of
from domain.alerts import Alert, AlertKind, AlertState, Evidence, Level, NoticeReason, Surge, Usual
from domain.analysis import Polarity, SeverityClass
from domain.documents import Kind, StoredDocument
from domain.watches import Watch

START = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
WATCH = Watch(name="岚川", brand="岚川", channels=("公关群",))
MINUTE = timedelta(minutes=1)


def document(number: int, *, minute: float = 0, severity: SeverityClass | None = None, **more: Any) -> StoredDocument:
    at = START + minute * MINUTE
    return StoredDocument(
        id=f"weibo:{number}",
        source="weibo",
        kind=Kind.POST,
        text=f"岚川热水器第 {number} 次出问题",
        normalized="岚川热水器出问题",
        published_at=at,
        seen_at=at + 2 * MINUTE,
        author=f"author{number}",
        sentiment=Polarity.NEGATIVE,
        score=-0.9,
        p_negative=0.95,
        severity=severity,
        severity_reason="漏电伤人" if severity else "",
        brands=("岚川",),
        **more,
    )


def surge(score: float, *, authors: int = 8, minute: float = 0, level: Level | None = None) -> Surge:
    usual = Usual(negative=0.5, low=0, high=2, total=5, days=28, corrected=0.5)
    level = level or (Level.PAGE if score >= 15 else Level.WARNING if score >= 12 else Level.NOTICE)
    evidence = Evidence(
        window_minutes=15,
        authors=authors,
        negative=authors,
        total=authors + 4,
        usual=usual,
        score=score,
        needed_score=15,
        needed_authors=6,
        level=level,
        onset=START + minute * MINUTE,
    )
    return Surge(watch=WATCH.name, level=level, onset=START + minute * MINUTE, evidence=evidence)


def moment(minute: float, **more: Any) -> Situation:
    return Situation(watch=WATCH, now=START + minute * MINUTE, **more)


def opened(situation: Situation) -> Change:
    change = open_or_grow(None, situation)
    assert change is not None
    return change


def then(alert: Alert, situation: Situation) -> Change:
    change = open_or_grow(alert, situation)
    assert change is not None
    return change


def test_nothing_opens_nothing() -> None:
    assert open_or_grow(None, moment(0)) is None


def test_a_page_opens_an_incident_and_is_told_first() -> None:
    change = opened(moment(5, surge=surge(16), documents=(document(1), document(2, minute=3))))
    assert (change.reason, change.alert.kind, change.alert.level) == (NoticeReason.FIRST, AlertKind.SURGE, Level.PAGE)
    assert change.alert.document_ids == ("weibo:1", "weibo:2")
    assert change.alert.first_post_at == START
    assert change.alert.evidence is not None


def test_a_notice_stays_on_the_screen_until_it_becomes_a_warning() -> None:
    quiet = opened(moment(5, surge=surge(10.5)))
    assert quiet.reason is NoticeReason.QUIET
    loud = then(quiet.alert, moment(10, surge=surge(12.5)))
    assert (loud.reason, loud.alert.id) == (NoticeReason.FIRST, quiet.alert.id)


def test_a_warning_that_becomes_a_page_is_told_at_once() -> None:
    first = opened(moment(5, surge=surge(12.5)))
    change = then(first.alert, moment(6, surge=surge(15.5)))
    assert (change.reason, change.action) == (NoticeReason.GROWING, "escalated")


def test_a_growing_surge_is_told_again_only_after_the_quiet_time() -> None:
    first = opened(moment(5, surge=surge(16, authors=8)))
    early = then(first.alert, moment(20, surge=surge(40, authors=30), told=1))
    assert early.reason is NoticeReason.QUIET
    late = then(early.alert, moment(36, surge=surge(41, authors=31), told=1))
    assert late.reason is NoticeReason.GROWING


def test_an_unchanged_surge_is_not_repeated_for_six_hours_and_then_once_unless_claimed() -> None:
    alert = opened(moment(0, surge=surge(16))).alert
    for minute in range(5, 355, 5):
        change = open_or_grow(alert, moment(minute, surge=surge(16), told=1))
        assert change is None or change.reason is NoticeReason.QUIET
    reminded = then(alert, moment(361, surge=surge(16), told=1))
    assert reminded.reason is NoticeReason.GROWING
    claimed = acknowledged(alert, by="林", note="在查")
    change = open_or_grow(claimed, moment(361, surge=surge(16), told=1))
    assert change is None or change.reason is NoticeReason.QUIET


def test_a_severe_post_is_told_at_once_and_the_later_surge_joins_it_as_an_escalation_told_once() -> None:
    severe = opened(moment(4, severe=(document(1, severity=SeverityClass.SAFETY),)))
    assert (severe.alert.kind, severe.reason) == (AlertKind.SEVERE, NoticeReason.FIRST)
    assert severe.alert.severity is SeverityClass.SAFETY
    joined = then(severe.alert, moment(12, surge=surge(16, authors=10), told=1))
    assert (joined.reason, joined.action) == (NoticeReason.GROWING, "escalated")
    assert joined.alert.id == severe.alert.id
    assert joined.alert.kind is AlertKind.SEVERE
    assert joined.alert.score == 16
    again = open_or_grow(joined.alert, moment(13, surge=surge(17, authors=11), told=2))
    assert again is not None
    assert again.reason is NoticeReason.QUIET


def test_a_severe_post_in_a_running_surge_raises_it_and_is_told_at_once() -> None:
    running = opened(moment(5, surge=surge(16)))
    change = then(running.alert, moment(8, surge=surge(16), severe=(document(9, minute=7, severity=SeverityClass.REGULATOR),), told=1))  # fmt: skip
    assert change.reason is NoticeReason.GROWING
    assert change.alert.severity is SeverityClass.REGULATOR
    assert "weibo:9" in change.alert.document_ids


def test_near_copies_and_reposts_of_a_severe_post_join_in_silence() -> None:
    first = opened(moment(4, severe=(document(1, severity=SeverityClass.SAFETY, cluster="c1"),)))
    copies = (
        document(2, minute=5, severity=SeverityClass.SAFETY, cluster="c1"),
        document(3, minute=5, severity=SeverityClass.SAFETY, repost_of="weibo:1"),
        document(4, minute=5, severity=SeverityClass.SAFETY, parent="weibo:1"),
    )
    change = then(first.alert, moment(6, severe=copies, clusters=frozenset({"c1"}), told=1))
    assert (change.reason, change.action) == (NoticeReason.QUIET, "joined")
    assert set(change.alert.document_ids) == {"weibo:1", "weibo:2", "weibo:3", "weibo:4"}


def test_another_victim_is_told_at_once_but_a_storm_of_them_is_not() -> None:
    alert, told = opened(moment(0, severe=(document(0, severity=SeverityClass.SAFETY),))).alert, 1
    for number in range(1, 500):
        report = (document(number, minute=number / 10, severity=SeverityClass.SAFETY),)
        change = open_or_grow(alert, moment(number / 10, severe=report, told=told))
        assert change is not None
        told += change.reason is NoticeReason.GROWING
        alert = change.alert
    assert len(alert.document_ids) == 500
    assert told <= 4


def test_a_storm_that_doubles_every_ten_minutes_for_two_hours_is_a_handful_of_messages() -> None:
    alert, told = None, 0
    for minute in range(0, 120, 1):
        authors = int(5 * 2 ** (minute / 10))
        change = open_or_grow(alert, moment(minute, surge=surge(15 + authors, authors=authors), told=told))
        if change:
            told += change.reason is not NoticeReason.QUIET
            alert = change.alert
    assert 2 <= told <= 4


def test_a_surge_is_over_after_half_an_hour_of_calm_and_said_to_be() -> None:
    alert = opened(moment(0, surge=surge(16))).alert
    for minute in (60, 70, 80):
        change = open_or_grow(alert, moment(minute, calm=True))
        assert change is None or change.reason is NoticeReason.QUIET
        alert = change.alert if change else alert
    over = then(alert, moment(90, calm=True))
    assert (over.reason, over.alert.state) == (NoticeReason.RESOLVED, AlertState.RESOLVED)


def test_a_break_in_the_calm_starts_the_half_hour_anew() -> None:
    alert = opened(moment(0, surge=surge(16))).alert
    alert = then(alert, moment(60, calm=True)).alert
    alert = then(alert, moment(80, calm=False)).alert
    alert = then(alert, moment(85, calm=True)).alert
    assert then(alert, moment(100, calm=True, current=1)).alert.state is AlertState.OPEN
    assert then(alert, moment(116, calm=True)).alert.state is AlertState.RESOLVED


def test_an_incident_that_was_never_told_ends_without_a_word() -> None:
    alert = opened(moment(0, surge=surge(10.5))).alert
    alert = then(alert, moment(30, calm=True)).alert
    over = then(alert, moment(61, calm=True))
    assert (over.reason, over.alert.state) == (NoticeReason.QUIET, AlertState.RESOLVED)


def test_a_severe_incident_does_not_end_by_itself_within_the_day() -> None:
    alert = opened(moment(0, severe=(document(1, severity=SeverityClass.SAFETY),))).alert
    alert = then(alert, moment(5, calm=True)).alert
    change = open_or_grow(alert, moment(600, calm=True))
    assert change is None or change.alert.state is AlertState.OPEN
    assert then(alert, moment(5 + 24 * 60, calm=True)).alert.state is AlertState.RESOLVED


def ended(*, told_score: float = 16) -> Alert:
    alert = opened(moment(0, surge=surge(told_score))).alert
    alert = then(alert, moment(60, calm=True)).alert
    return then(alert, moment(91, calm=True)).alert


def test_a_rise_within_two_hours_of_the_end_is_the_same_incident() -> None:
    change = then(ended(), moment(150, surge=surge(16, minute=140)))
    assert (change.action, change.reason, change.alert.state) == ("reopened", NoticeReason.GROWING, AlertState.OPEN)
    assert change.alert.id == ended().id


def test_a_resolved_alert_opens_again_as_a_new_episode_when_more_than_two_hours_have_passed() -> None:
    change = then(ended(), moment(300, surge=surge(16, minute=290)))
    assert (change.action, change.reason) == ("opened", NoticeReason.FIRST)
    assert change.alert.id != ended().id


def test_an_incident_closed_by_a_person_stays_closed_while_the_same_surge_goes_on() -> None:
    alert = opened(moment(0, surge=surge(16))).alert
    closed = resolved(alert, now=START + 20 * MINUTE, by="林", note="误报")
    assert closed.note == "误报"
    for minute in (21, 60, 200):
        assert open_or_grow(closed, moment(minute, surge=surge(17))) is None
    worse = then(closed, moment(30, surge=surge(25)))
    assert (worse.action, worse.reason) == ("reopened", NoticeReason.GROWING)


def test_a_new_severe_post_after_the_end_opens_a_new_incident_and_a_copy_does_not() -> None:
    alert = opened(moment(0, severe=(document(1, severity=SeverityClass.SAFETY, cluster="c1"),))).alert
    closed = resolved(alert, now=START + 20 * MINUTE, by="林")
    other = then(closed, moment(30, severe=(document(2, minute=29, severity=SeverityClass.SAFETY, cluster="c2"),), clusters=frozenset({"c1"})))  # fmt: skip
    assert other.alert.id != alert.id
    copy = then(closed, moment(30, severe=(document(3, minute=29, severity=SeverityClass.SAFETY, cluster="c1"),), clusters=frozenset({"c1"})))  # fmt: skip
    assert (copy.alert.id, copy.reason, copy.alert.state) == (alert.id, NoticeReason.QUIET, AlertState.RESOLVED)


moments = st.lists(
    st.tuples(
        st.integers(1, 40),
        st.sampled_from([None, 10.5, 12.5, 16.0, 22.0, 40.0]),
        st.booleans(),
        st.integers(0, 2),
        st.sampled_from(["", "ack", "resolve"]),
    ),
    min_size=1,
    max_size=40,
)


@given(moments)
def test_whatever_happens_no_severe_post_is_lost_and_no_two_told_steps_share_a_key(
    steps: list[tuple[int, float | None, bool, int, str]],
) -> None:
    known: dict[str, Alert] = {}
    current: Alert | None = None
    told: dict[str, int] = {}
    keys: list[str] = []
    minute, number, sent = 0, 0, set()
    for gap, score, calm, new, hand in steps:
        minute += gap
        posts = tuple(document(number + n, minute=minute, severity=SeverityClass.SAFETY, cluster=f"c{number + n}") for n in range(new))  # fmt: skip
        number += new
        sent |= {d.id for d in posts}
        found = surge(score, minute=minute, authors=5 + minute) if score else None
        situation = moment(minute, surge=found, calm=calm and not found, severe=posts, told=told.get(current.id, 0) if current else 0)  # fmt: skip
        change = open_or_grow(current, situation)
        if change:
            before = known.get(change.alert.id)
            assert before is None or set(before.document_ids) <= set(change.alert.document_ids)
            current = known[change.alert.id] = change.alert
            if change.reason is not NoticeReason.QUIET:
                keys.append(key_of(change.alert.id, change.reason, change.step, "公关群"))
                told[change.alert.id] = told.get(change.alert.id, 0) + 1
            # deciding the same thing twice (a second monitor, a crash before the commit) gives the same key
            twice = open_or_grow(before if before is not None else None, situation) if before is current else change
            assert twice is None or twice.step == change.step
        if current and hand == "ack" and current.state is AlertState.OPEN:
            current = known[current.id] = acknowledged(current, by="林")
        if current and hand == "resolve" and current.state is not AlertState.RESOLVED:
            current = known[current.id] = resolved(current, now=situation.now, by="林")
    assert sent <= {i for alert in known.values() for i in alert.document_ids}
    assert len(keys) == len(set(keys))


def test_ids_are_stable_for_the_same_watch_kind_and_onset() -> None:
    one, two = (opened(moment(m, surge=surge(16))).alert.id for m in (5, 6))
    assert one == two
    other = attrs.evolve(WATCH, name="岚川小家电")
    changed = open_or_grow(None, Situation(watch=other, now=START, surge=surge(16)))
    assert changed is not None
    assert changed.alert.id != one


@pytest.mark.parametrize("state", [AlertState.OPEN, AlertState.ACKNOWLEDGED])
def test_what_changes_nothing_is_not_written(state: AlertState) -> None:
    alert = attrs.evolve(opened(moment(0, surge=surge(16))).alert, state=state)
    assert open_or_grow(alert, moment(1)) is None
