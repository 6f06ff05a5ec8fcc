"""The spread rule, with ages and limits in sight."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.spread import AGES, LEAST, age_of, due_age, spreading, usual_tops
from domain.engagement import Look

BORN = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def look(after: timedelta, engaged: int) -> Look:
    return Look(document="weibo:1", at=BORN + after, reposts=engaged // 2, likes=engaged - engaged // 2)


def test_what_a_site_does_not_show_counts_as_none() -> None:
    assert Look(document="weibo:1", at=BORN, comments=3).engaged == 3


@pytest.mark.parametrize(
    ("minutes", "age"), [(4, None), (4.5, 5), (14, 15), (13, 5), (59, 60), (300, 60), (355, 360), (2000, 1440)]
)
def test_a_look_belongs_to_the_last_age_passed_with_a_tenth_of_slack(minutes: float, age: int | None) -> None:
    assert age_of(BORN, BORN + minutes * MINUTE) == (None if age is None else age * MINUTE)


def test_a_top_is_known_from_thirty_posts_on() -> None:
    assert usual_tops([(HOUR, n) for n in range(29)]) == {}
    assert usual_tops([(HOUR, n) for n in range(100)]) == {HOUR: 98}


def test_an_everyday_post_does_not_spread() -> None:
    assert spreading(BORN, [look(15 * MINUTE, LEAST[15 * MINUTE] - 1)], {}) is None
    assert spreading(BORN, [], {}) is None
    assert spreading(BORN, [look(MINUTE, 10_000)], {}) is None  # too young to be compared


def test_without_a_past_the_rule_line_decides() -> None:
    found = spreading(BORN, [look(HOUR, 300)], {})
    assert found is not None
    assert (found.limit, found.usual_top, found.age) == (300, None, HOUR)


def test_a_brand_that_is_used_to_much_needs_three_times_its_top() -> None:
    tops = {HOUR: 400}
    assert spreading(BORN, [look(HOUR, 1_199)], tops) is None
    assert spreading(BORN, [look(HOUR, 1_200)], tops) is not None


def test_the_newest_look_decides_whatever_the_order() -> None:
    looks = [look(HOUR, 5_000), look(6 * HOUR, 900)]
    assert spreading(BORN, looks, {}) is None
    assert spreading(BORN, looks[::-1], {}) is None


@pytest.mark.parametrize("age", AGES)
def test_each_age_is_due_once(age: timedelta) -> None:
    now = BORN + age + MINUTE
    assert due_age(BORN, [], now=now) == age
    assert due_age(BORN, [BORN + age * 0.89], now=now) == age
    assert due_age(BORN, [BORN + age * 0.9], now=now) is None


def test_a_post_found_late_is_not_read_for_the_ages_it_missed() -> None:
    assert due_age(BORN, [BORN + 3 * HOUR], now=BORN + 4 * HOUR) is None
    assert due_age(BORN, [BORN + 3 * HOUR], now=BORN + 6 * HOUR) == 6 * HOUR
    assert due_age(BORN, [], now=BORN + 4 * MINUTE) is None
