"""Every change of a source's health is kept, once, and addresses are kept without people."""

from datetime import UTC, datetime, timedelta

import attrs
from sqlalchemy import Engine

from domain.feeds import FeedState, Outcome, PageSeen, SourceStatus
from index.tables import Evidence, Sources

START = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def page(outcome: Outcome, minute: int = 0, **more: object) -> PageSeen:
    return PageSeen(
        source="weibo",
        page="search",
        url="https://m.weibo.cn/x",
        outcome=outcome,
        seen_at=START + minute * MINUTE,
        **more,  # type: ignore[arg-type]  # fields of the noun
    )


def test_each_change_of_health_is_one_line_with_its_reason(engine: Engine) -> None:
    sources = Sources(engine)
    sources.record([page(Outcome.OK), page(Outcome.OK, 1), page(Outcome.CAPTCHA, 2, reason="432")])
    sources.switch("weibo", on=True, reason="已验证", at=START + 5 * MINUTE)
    sources.record([page(Outcome.EMPTY, 6)])
    sources.switch("weibo", on=False, reason="换账号", at=START + 9 * MINUTE)
    told = [(c.before, c.after, c.at) for c in reversed(sources.states("weibo"))]
    unknown, healthy, blocked = FeedState.UNKNOWN, FeedState.HEALTHY, FeedState.BLOCKED
    assert told == [
        (unknown, healthy, START),
        (healthy, blocked, START + 2 * MINUTE),
        (blocked, healthy, START + 6 * MINUTE),
        (healthy, FeedState.OFF, START + 9 * MINUTE),
    ]
    assert sources.newest_states()["weibo"].reason == "换账号"
    assert "人工验证" in sources.states("weibo")[2].reason


def test_a_judgement_is_noted_once_and_ends_with_the_next_one(engine: Engine) -> None:
    sources = Sources(engine)
    sources.record([page(Outcome.OK)])
    stale = SourceStatus(name="weibo", state=FeedState.STALE, detail="已 2 小时没有成功采集")
    assert sources.note(stale, at=START + 120 * MINUTE)
    assert not sources.note(stale, at=START + 121 * MINUTE)
    sources.record([page(Outcome.OK, 122)])  # the answers' own state did not change: the judge has the word
    assert sources.newest_states()["weibo"].after is FeedState.STALE
    assert sources.note(attrs.evolve(stale, state=FeedState.HEALTHY, detail=""), at=START + 123 * MINUTE)
    assert [c.after for c in sources.states("weibo", limit=2)] == [FeedState.HEALTHY, FeedState.STALE]


def test_a_late_answer_changes_no_state(engine: Engine) -> None:
    sources = Sources(engine)
    sources.record([page(Outcome.OK, 10)])
    sources.record([page(Outcome.CAPTCHA, 3)])
    assert [c.after for c in sources.states("weibo")] == [FeedState.HEALTHY]


def test_no_address_that_is_kept_names_somebody(engine: Engine) -> None:
    sources = Sources(engine)
    url = "https://m.weibo.cn/api/container/getIndex?containerid=1076031234567890&uid=1234567890&st=tok"
    seen = attrs.evolve(page(Outcome.OK, archive="urn:a:1", sha256="ff", document_ids=("weibo:1",)), url=url)
    sources.record([seen])
    kept = "https://m.weibo.cn/api/container/getIndex?containerid=107603_&uid=_"
    assert [p.url for p in sources.pages("weibo", since=START, until=START + MINUTE)] == [kept]
    assert [p.url for p in Evidence(engine).of("weibo:1")] == [kept]


def test_bytes_that_are_read_again_correct_their_line_and_add_none(engine: Engine) -> None:
    sources = Sources(engine)
    first = page(Outcome.CHANGED, archive="urn:a:1", sha256="ff", reason="no cards")
    sources.record([first, page(Outcome.CAPTCHA, 5, archive="urn:a:2", sha256="ee")])
    again = attrs.evolve(first, outcome=Outcome.OK, reason="", items=3, document_ids=("weibo:1", "weibo:2"))
    sources.record([again])
    newest, oldest = sources.pages("weibo", since=START, until=START + 9 * MINUTE)
    assert (newest.outcome, oldest.outcome, oldest.items) == (Outcome.CAPTCHA, Outcome.OK, 3)
    assert Evidence(engine).of("weibo:2")
    status = sources.get("weibo")
    assert status is not None
    assert status.state is FeedState.BLOCKED
