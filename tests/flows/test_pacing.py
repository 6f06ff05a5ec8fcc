"""How often a watch is asked for, what holds it back, and what people are told about it."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.feeds import FeedState, Outcome, SourceStatus
from domain.paces import Pace, PaceReason, PauseReason, parse_quiet_hours
from domain.watches import Watch
from flows.pacing import Budget, chosen, is_due, may_crawl, next_pace, pauses, stated_rest

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai
MINUTE = timedelta(minutes=1)
USUAL = 5 * MINUTE
OURS, RIVAL = Watch(name="岚川", brand="岚川"), Watch(name="澄海", brand="澄海", rival=True)
NIGHT = parse_quiet_hours("23:00-07:00")


def after(watch: Watch, news: list[int | None], *, usual: timedelta = USUAL) -> list[Pace]:
    """The paces that a row of crawls leaves behind; each number is the new documents of one."""
    pace, paces = None, []
    for fresh in news:
        pace = next_pace(pace, watch, source="weibo", usual=usual, fresh=fresh, now=NOW)
        paces.append(pace)
    return paces


def minutes(paces: list[Pace]) -> list[float]:
    return [round(pace.every / MINUTE, 2) for pace in paces]


def test_a_watch_with_news_is_asked_for_more_often_down_to_a_minute() -> None:
    paces = after(OURS, [3, 1, 9, 2])
    assert minutes(paces) == [2.5, 1.25, 1.0, 1.0]
    assert {p.reason for p in paces} == {PaceReason.HOT}
    assert paces[-1].next_at == NOW + MINUTE
    assert paces[-1].last_fresh_at == NOW


def test_our_own_watch_is_never_slower_than_the_settings_say() -> None:
    paces = after(OURS, [5, 5, *[0] * 20])
    assert max(p.every for p in paces) == USUAL
    assert paces[-1].reason == PaceReason.CALM
    assert paces[-1].last_fresh_at == NOW


def test_a_calm_rival_is_asked_for_less_and_less_down_to_a_bound_and_wakes_at_once() -> None:
    paces = after(RIVAL, [0] * 12)
    assert minutes(paces)[:3] == [7.5, 11.25, 16.88]
    assert paces[-1].every == 6 * USUAL
    assert paces[-1].reason == PaceReason.RIVAL_CALM
    assert next_pace(paces[-1], RIVAL, source="weibo", usual=USUAL, fresh=1, now=NOW).every == 3 * USUAL


def test_a_crawl_that_was_stopped_says_nothing_about_the_pace() -> None:
    assert minutes(after(OURS, [1, None, None])) == [2.5, 2.5, 2.5]
    assert after(OURS, [1, None])[-1].reason == PaceReason.STOPPED


def test_an_interval_under_a_minute_is_the_users_own_wish() -> None:
    assert minutes(after(OURS, [1, 1], usual=MINUTE / 2)) == [0.5, 0.5]


def test_a_changed_setting_reaches_an_old_pace() -> None:
    slow = Pace(source="weibo", watch=OURS.name, next_at=NOW, every=6 * USUAL)
    assert next_pace(slow, OURS, source="weibo", usual=USUAL, fresh=0, now=NOW).every == USUAL


def test_a_round_that_comes_a_little_early_is_not_lost() -> None:
    pace = Pace(source="weibo", watch="岚川", next_at=NOW + USUAL, every=USUAL)
    assert is_due(pace, OURS, now=NOW + USUAL - timedelta(seconds=90))
    assert not is_due(pace, RIVAL, now=NOW + USUAL - timedelta(seconds=90))
    assert is_due(pace, RIVAL, now=NOW + USUAL - timedelta(seconds=90), slack=2 * MINUTE)
    assert not is_due(pace, OURS, now=NOW + 2 * MINUTE)


def test_rivals_rest_in_quiet_hours_and_ours_never() -> None:
    night = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)  # 00:30 in Shanghai
    both = [RIVAL, OURS]
    assert [w.name for w in chosen(both, {}, source="jd", quiet=NIGHT, now=night)] == ["岚川"]
    assert [w.name for w in chosen(both, {}, source="jd", quiet=NIGHT, now=NOW)] == ["岚川", "澄海"]
    elsewhere = Watch(name="微博专用", sources=("weibo",))
    assert chosen([elsewhere], {}, source="jd", quiet=None, now=NOW) == []


@pytest.mark.parametrize(
    ("hours", "utc", "quiet"),
    [
        ("01:00-06:00", 17, True), ("01:00-06:00", 22, False), ("01:00-06:00", 16, False), ("23:00-07:00", 15, True),
        ("23:00-07:00", 22, True), ("23:00-07:00", 23, False), ("23:00-07:00", 14, False),
    ],
)  # fmt: skip
def test_quiet_hours_are_shanghai_hours_perhaps_over_midnight(hours: str, utc: int, quiet: bool) -> None:
    found = parse_quiet_hours(hours)
    assert found is not None
    assert found.holds(datetime(2026, 11, 22, utc, tzinfo=UTC)) is quiet


def test_quiet_hours_that_are_none_say_what_was_hoped_for() -> None:
    assert parse_quiet_hours("") is None
    for wrong in ("nights", "25:00-06:00", "01:00", "03:00-03:00", "01:00-02:00-03:00"):
        with pytest.raises(ValueError, match="hoped for 01:00-06:00"):
            parse_quiet_hours(wrong)


def told(status: SourceStatus | None = None, rest: Pace | None = None, budgets: tuple[Budget, ...] = (), **k: object):
    return pauses("weibo", status=status, rest=rest, budgets=budgets, watches=[OURS, RIVAL], quiet=None, now=NOW, **k)


def test_a_source_that_nothing_holds_back_has_no_pause() -> None:
    assert (
        told(SourceStatus(name="weibo", last_outcome=Outcome.OK), budgets=(Budget(account="", spent=3, allowed=9),))
        == []
    )
    assert told(budgets=(Budget(account="", spent=3, allowed=None),)) == []


def test_a_spent_day_is_told_with_its_figures_and_its_end_unless_another_session_has_pages_left() -> None:
    spent, fresh = Budget(account="main", spent=200, allowed=200), Budget(account="备用", spent=20, allowed=200)
    [pause] = told(budgets=(spent,))
    assert (pause.reason, pause.text) == (PauseReason.BUDGET, "今日页数已用完（200/200），明天 00:00 恢复")
    assert pause.until == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert told(budgets=(spent, fresh)) == []


def test_a_risk_answer_waits_for_a_person_without_an_end() -> None:
    ill = SourceStatus(name="weibo", state=FeedState.BLOCKED, detail="请先完成验证", last_outcome=Outcome.CAPTCHA)
    [pause] = told(ill)
    assert (pause.reason, pause.until, pause.text) == (PauseReason.PERSON, None, "请先完成验证")
    assert not may_crawl(ill, None, now=NOW)


def test_a_rest_that_the_site_named_ends_by_itself_even_after_a_risk_answer() -> None:
    limited = SourceStatus(name="weibo", state=FeedState.BLOCKED, last_outcome=Outcome.RATE_LIMITED)
    rest = Pace(source="weibo", watch="", next_at=NOW + 20 * MINUTE, every=timedelta(0), reason="网站要求稍后再来")
    [pause] = told(limited, rest)
    assert (pause.reason, pause.text) == (PauseReason.SITE_ASKED, "网站要求稍后再来，20:20 恢复")
    assert not may_crawl(limited, rest, now=NOW)
    assert may_crawl(limited, rest, now=NOW + 20 * MINUTE)
    assert not may_crawl(SourceStatus(name="weibo", on=False), rest, now=NOW + 20 * MINUTE)


def test_a_site_that_names_more_than_a_day_after_a_risk_answer_has_banned_us() -> None:
    day = timedelta(hours=24)
    for risk in (True, False):
        assert stated_rest(NOW + MINUTE, now=NOW, risk=risk) == NOW + MINUTE
        assert stated_rest(NOW - MINUTE, now=NOW, risk=risk) is None
        assert stated_rest(None, now=NOW, risk=risk) is None
    assert stated_rest(NOW + 2 * day, now=NOW, risk=True) is None
    assert stated_rest(NOW + 2 * day, now=NOW, risk=False) == NOW + day


def test_quiet_hours_are_told_for_each_rival() -> None:
    night = datetime(2026, 11, 22, 16, 30, tzinfo=UTC)
    found = pauses("weibo", status=None, rest=None, budgets=(), watches=[OURS, RIVAL], quiet=NIGHT, now=night)
    assert [(p.watch, p.reason, p.text) for p in found] == [
        ("澄海", PauseReason.QUIET_HOURS, "竞品安静时段，07:00 恢复")
    ]
