"""A source whose robots refuse goes off by itself, and on again only by a decision that is kept."""

from datetime import UTC, datetime
from pathlib import Path

from domain.feeds import FeedState, Outcome, PageSeen
from index.tables import Sources, open_tables

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def seen(outcome: Outcome, reason: str = "") -> PageSeen:
    return PageSeen(
        source="jd", page="reviews", url="https://club.jd.com/x", outcome=outcome, reason=reason, seen_at=AT
    )


def test_robots_that_refuse_switch_a_source_off_and_a_captcha_does_not(tmp_path: Path) -> None:
    sources = Sources(open_tables(f"sqlite:///{tmp_path}/tables.db"))
    sources.record([seen(Outcome.CAPTCHA)])
    captcha = sources.get("jd")
    assert captcha is not None
    assert captcha.on
    sources.record([seen(Outcome.BLOCKED, "robots.txt")])
    status = sources.get("jd")
    assert status is not None
    assert (status.on, status.state) == (False, FeedState.OFF)
    assert "--reason" in status.detail


def test_switching_on_says_that_a_person_has_acted_so_that_crawls_begin_again(tmp_path: Path) -> None:
    sources = Sources(open_tables(f"sqlite:///{tmp_path}/tables.db"))
    sources.record([seen(Outcome.BLOCKED, "robots.txt")])
    sources.switch("jd", on=True, reason="法务 2026-11-20 同意")
    status = sources.get("jd")
    assert status is not None
    assert (status.on, status.last_outcome, status.reason) == (True, None, "法务 2026-11-20 同意")


def test_only_a_reason_given_after_robots_refused_is_a_decision_against_them(tmp_path: Path) -> None:
    sources = Sources(open_tables(f"sqlite:///{tmp_path}/tables.db"))

    def against() -> bool:
        status = sources.get("jd")
        assert status is not None
        return status.against_robots

    sources.switch("jd", on=False, reason="账号更换中")
    sources.switch("jd", on=True, reason="账号已换好")
    assert not against(), "robots were never asked about: they are obeyed"
    sources.record([seen(Outcome.BLOCKED, "robots.txt")])
    sources.switch("jd", on=True, reason="法务 2026-11-20 同意")
    assert against()
    sources.switch("jd", on=True, reason="会话已恢复")
    assert against(), "mending a session does not take the decision back"
    sources.switch("jd", on=False, reason="暂停")
    sources.switch("jd", on=True, reason="继续")
    assert not against()
