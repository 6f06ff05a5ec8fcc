"""Weibo's relative times mean a moment only together with the moment the page was received."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.sites.weibo_times import resolve
from domain.times import iso_shanghai

NOON = "2026-06-15T12:00:00+08:00"
AFTER_MIDNIGHT = "2026-06-15T00:00:30+08:00"
NEW_YEAR = "2026-01-01T00:03:00+08:00"


@pytest.mark.parametrize(
    ("raw", "seen", "meant"),
    [
        ("刚刚", NOON, "2026-06-15T12:00:00+08:00"),
        ("30秒前", NOON, "2026-06-15T11:59:30+08:00"),
        ("5分钟前", AFTER_MIDNIGHT, "2026-06-14T23:55:30+08:00"),
        ("15小时前", NOON, "2026-06-14T21:00:00+08:00"),
        ("昨天 12:01", NOON, "2026-06-14T12:01:00+08:00"),
        ("昨天 23:59", NEW_YEAR, "2025-12-31T23:59:00+08:00"),
        ("今天09:29", NOON, "2026-06-15T09:29:00+08:00"),
        ("今天 08:15", NOON, "2026-06-15T08:15:00+08:00"),
        ("今天23:58", AFTER_MIDNIGHT, "2026-06-14T23:58:00+08:00"),
        ("今天 12:20", NOON, "2026-06-15T12:20:00+08:00"),
        ("08月11日 22:30", NOON, "2025-08-11T22:30:00+08:00"),
        ("2025年08月11日 22:30", NOON, "2025-08-11T22:30:00+08:00"),
        ("Sat Jun 15 11:44:46 +0800 2019", NOON, "2019-06-15T11:44:46+08:00"),
        ("Sat Jun 15 03:44:46 +0000 2019", NOON, "2019-06-15T11:44:46+08:00"),
        ("2026-06-01 07:08", NOON, "2026-06-01T07:08:00+08:00"),
        ("2026-6-1 7:08:09", NOON, "2026-06-01T07:08:09+08:00"),
    ],
)
def test_a_time_means_a_moment_in_shanghai(raw: str, seen: str, meant: str) -> None:
    time = resolve(raw, datetime.fromisoformat(seen))
    assert time.at is not None
    assert (iso_shanghai(time.at), time.date_only) == (meant, False)


@pytest.mark.parametrize(
    ("raw", "seen", "day"),
    [
        ("06-14", NOON, "2026-06-14"),
        ("06-16", NOON, "2026-06-16"),  # a clock that is behind by some hours, not a post of last year
        ("06-17", NOON, "2025-06-17"),
        ("12-31", NEW_YEAR, "2025-12-31"),
        ("01-01", "2025-12-31T23:59:50+08:00", "2026-01-01"),
        ("02-29", NOON, "2024-02-29"),
        ("2018-12-31", NOON, "2018-12-31"),
    ],
)
def test_a_bare_date_stays_a_date_at_midnight_in_shanghai(raw: str, seen: str, day: str) -> None:
    time = resolve(raw, datetime.fromisoformat(seen))
    assert time.at is not None
    assert (iso_shanghai(time.at), time.date_only) == (f"{day}T00:00:00+08:00", True)


@pytest.mark.parametrize(
    "raw", ["", "很久以前", "13-40", "今天25:00", "Sat Foo 15 11:44:46 +0800 2019", "2026-02-30", "99999天前天"]
)
def test_a_time_that_is_not_understood_gives_no_moment(raw: str) -> None:
    assert resolve(raw, datetime.fromisoformat(NOON)).at is None


@given(st.text(alphabet="0123456789年月日昨今天前分钟小时:- +", max_size=24))
def test_no_text_makes_the_clock_raise(raw: str) -> None:
    resolve(raw, datetime.fromisoformat(NOON))
