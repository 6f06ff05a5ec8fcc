"""The health of a feed as rules: answers, age, share of bad answers, and a yield that stays away."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from domain.feeds import FeedState, Outcome, PageSeen, SourceStatus
from domain.health import Course, Yield, after, judged, stale_after, yields_of

NOW = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WELL = SourceStatus(name="weibo", state=FeedState.HEALTHY, last_success_at=NOW - 4 * MINUTE, last_outcome=Outcome.OK)
COURSE = Course(every=5 * MINUTE, watching_since=NOW - DAY)


def answered(*outcomes: Outcome, status: SourceStatus = WELL) -> SourceStatus:
    for n, outcome in enumerate(outcomes):
        page = PageSeen(source="weibo", page="search", url="u", outcome=outcome, seen_at=NOW + n * MINUTE)
        status = after(status, page)
    return status


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Outcome.OK, FeedState.HEALTHY),
        (Outcome.EMPTY, FeedState.HEALTHY),
        (Outcome.END, FeedState.HEALTHY),
        (Outcome.LOGIN_REQUIRED, FeedState.LOGIN_REQUIRED),
        (Outcome.CAPTCHA, FeedState.BLOCKED),
        (Outcome.RATE_LIMITED, FeedState.BLOCKED),
        (Outcome.BLOCKED, FeedState.BLOCKED),
        (Outcome.CHANGED, FeedState.CHANGED),
        (Outcome.WRONG_ITEM, FeedState.CHANGED),
        (Outcome.NOT_FOUND, FeedState.HEALTHY),
        (Outcome.UNAVAILABLE, FeedState.HEALTHY),
        (Outcome.TRUNCATED, FeedState.HEALTHY),
    ],
)
def test_one_answer_makes_this_of_a_healthy_source(outcome: Outcome, state: FeedState) -> None:
    assert answered(outcome).state is state


@pytest.mark.parametrize("before", [FeedState.LOGIN_REQUIRED, FeedState.BLOCKED, FeedState.CHANGED, FeedState.DEGRADED])
def test_any_trouble_ends_with_a_good_answer_and_not_with_a_busy_one(before: FeedState) -> None:
    troubled = attrs.evolve(WELL, state=before, failures=1)
    assert answered(Outcome.UNAVAILABLE, status=troubled).state is before
    assert answered(Outcome.EMPTY, status=troubled).state is FeedState.HEALTHY


def test_three_busy_answers_in_a_row_degrade_and_a_missing_page_counts_for_nothing() -> None:
    busy = Outcome.UNAVAILABLE
    assert answered(busy, busy, Outcome.NOT_FOUND).state is FeedState.HEALTHY
    assert answered(busy, busy, Outcome.NOT_FOUND, busy).state is FeedState.DEGRADED


def test_a_success_that_is_too_old_for_the_plan_is_stale_and_says_what_to_do() -> None:
    old = attrs.evolve(WELL, last_success_at=NOW - 3 * HOUR)
    found = judged(old, COURSE, now=NOW)
    assert found.state is FeedState.STALE
    assert "3 小时" in found.detail
    assert "5 分钟" in found.detail
    assert judged(old, attrs.evolve(COURSE, every=2 * HOUR), now=NOW).state is FeedState.HEALTHY
    assert judged(old, attrs.evolve(COURSE, every=None), now=NOW).state is FeedState.HEALTHY


def test_age_counts_from_the_start_of_the_product_and_from_the_switch() -> None:
    old = attrs.evolve(WELL, last_success_at=NOW - 3 * HOUR)
    assert judged(old, attrs.evolve(COURSE, watching_since=NOW - 10 * MINUTE), now=NOW).state is FeedState.HEALTHY
    never = SourceStatus(name="weibo")
    assert judged(never, COURSE, now=NOW).state is FeedState.STALE
    just_on = attrs.evolve(COURSE, state_since=NOW - 10 * MINUTE)
    assert judged(never, just_on, now=NOW).state is FeedState.UNKNOWN


def test_a_pause_for_the_budget_is_not_age() -> None:
    old = attrs.evolve(WELL, last_success_at=NOW - 3 * HOUR)
    assert judged(old, attrs.evolve(COURSE, paused="今日页数已用完"), now=NOW).state is FeedState.HEALTHY


@pytest.mark.parametrize("state", [FeedState.LOGIN_REQUIRED, FeedState.BLOCKED, FeedState.CHANGED, FeedState.OFF])
def test_what_a_person_must_mend_is_never_called_by_another_name(state: FeedState) -> None:
    status = attrs.evolve(WELL, state=state, last_success_at=NOW - DAY, on=state is not FeedState.OFF)
    assert judged(status, COURSE, now=NOW) == status


def test_many_bad_answers_among_good_ones_degrade() -> None:
    mixed = attrs.evolve(COURSE, answers={Outcome.OK: 4, Outcome.UNAVAILABLE: 5})
    assert judged(WELL, mixed, now=NOW).state is FeedState.DEGRADED
    few = attrs.evolve(COURSE, answers={Outcome.OK: 1, Outcome.UNAVAILABLE: 5})
    assert judged(WELL, few, now=NOW) == WELL
    gone = attrs.evolve(COURSE, answers={Outcome.OK: 4, Outcome.NOT_FOUND: 50})
    assert judged(WELL, gone, now=NOW) == WELL


def crawls(*, days: int, each: int, today: int) -> list[tuple[datetime, int]]:
    """Twelve crawls an hour around the clock; `each` new documents a crawl before today."""
    at, found = NOW - days * DAY, []
    while at < NOW:
        at += 5 * MINUTE
        found.append((at, today if at > NOW - 12 * HOUR else each))
    return found


def test_good_answers_without_anything_new_are_stale_where_the_usual_says_otherwise() -> None:
    yields = yields_of(crawls(days=10, each=3, today=0), now=NOW)
    assert [y.window for y in yields if y.missing] == [30 * MINUTE, 3 * HOUR, 12 * HOUR]
    assert yields[0] == Yield(window=30 * MINUTE, crawls=6, fresh=0, usual=18.0, low=18.0, days=9)
    found = judged(WELL, attrs.evolve(COURSE, yields=yields), now=NOW)
    assert found.state is FeedState.STALE
    assert "平时同一时段约 18 条" in found.detail


@pytest.mark.parametrize(
    ("days", "each", "today"),
    [(10, 3, 1), (5, 3, 0), (20, 0, 0)],
    ids=["something came", "history too short", "never much"],
)
def test_a_yield_that_says_nothing_leaves_a_source_healthy(days: int, each: int, today: int) -> None:
    yields = yields_of(crawls(days=days, each=each, today=today), now=NOW)
    assert judged(WELL, attrs.evolve(COURSE, yields=yields), now=NOW) == WELL


def test_a_quiet_hour_of_the_night_is_measured_against_nights() -> None:
    """Twenty-four documents a half-hour by day, none from 01:00 to 06:00 in Shanghai: 03:00 is quiet as ever."""
    found = []
    for n in range(14 * 288):
        at = NOW - n * 5 * MINUTE
        hour = (at + 8 * HOUR).hour
        found.append((at, 0 if 1 <= hour < 6 else 4))
    night = NOW.replace(hour=19)  # 03:00 in Shanghai
    asked = [(at, n) for at, n in found if at <= night - DAY] + [(night - n * 5 * MINUTE, 0) for n in range(24)]
    yields = yields_of(asked, now=night)
    assert not yields[0].missing
    assert yields[0].days >= 7


def test_how_long_is_too_long() -> None:
    assert stale_after(5 * MINUTE) == 35 * MINUTE
    assert stale_after(HOUR) == 3 * HOUR
    assert stale_after(5 * MINUTE, speed=30.0) == 45 * MINUTE
