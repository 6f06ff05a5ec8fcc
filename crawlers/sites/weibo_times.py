"""Weibo's times: 刚刚, 5分钟前, 昨天 12:01, 06-14, 08月11日 22:30 resolved against the moment the page was received."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import attrs

from domain.times import SHANGHAI, day_start, shanghai

_MONTHS = dict(
    zip(("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), range(1, 13), strict=True)
)
_SKEW = timedelta(days=1)
"""How far a yearless date may lie ahead of us before it means last year: clocks differ, and pages are made before midnight."""
_CLOCK = r"\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"


@attrs.frozen(kw_only=True)
class SiteTime:
    """A time as a site gave it."""

    at: datetime | None = None
    """Aware UTC; None = not understood."""
    date_only: bool = False
    """A bare date: `at` is midnight in Shanghai."""


def resolve(raw: str, seen_at: datetime) -> SiteTime:
    """The moment that `raw` means for a page received at `seen_at`; an unknown form gives no moment, never a wrong one."""
    text = raw.strip()[:64]
    for pattern, read in _FORMS:
        match = pattern.fullmatch(text)
        if match is None:
            continue
        try:
            return read(match, seen_at.replace(microsecond=0))
        except (ValueError, OverflowError):  # 31 February, hour 25: the form fits, the moment does not exist
            return SiteTime()
    return SiteTime()


def _just_now(match: re.Match[str], seen_at: datetime) -> SiteTime:
    return SiteTime(at=seen_at.astimezone(UTC))


def _ago(match: re.Match[str], seen_at: datetime) -> SiteTime:
    count = int(match["count"])
    unit = {"秒": "seconds", "分钟": "minutes", "小时": "hours", "天": "days"}[match["unit"]]
    return SiteTime(at=(seen_at - timedelta(**{unit: count})).astimezone(UTC))


def _day_word(match: re.Match[str], seen_at: datetime) -> SiteTime:
    days_back = {"今天": 0, "昨天": 1, "前天": 2}[match["word"]]
    at = _at(shanghai(seen_at).date() - timedelta(days=days_back), match)
    if at - seen_at > timedelta(hours=12):  # 今天23:58 received at 00:00:03: the page was made before midnight
        at -= timedelta(days=1)
    return SiteTime(at=at)


def _month_day(match: re.Match[str], seen_at: datetime) -> SiteTime:
    today = shanghai(seen_at).date()
    day = _latest(int(match["month"]), int(match["day"]), not_after=today + _SKEW)
    return SiteTime(at=_at(day, match)) if match["hour"] else SiteTime(at=day_start(day), date_only=True)


def _full_date(match: re.Match[str], seen_at: datetime) -> SiteTime:
    day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    return SiteTime(at=_at(day, match)) if match["hour"] else SiteTime(at=day_start(day), date_only=True)


def _english(match: re.Match[str], seen_at: datetime) -> SiteTime:
    day = f"{match['year']}-{_MONTHS[match['month']]:02d}-{int(match['day']):02d}"
    return SiteTime(at=datetime.fromisoformat(f"{day}T{match['clock']}{match['zone']}").astimezone(UTC))


def _at(day: date, match: re.Match[str]) -> datetime:
    second = int(match["second"] or 0)
    local = datetime(day.year, day.month, day.day, int(match["hour"]), int(match["minute"]), second, tzinfo=SHANGHAI)
    return local.astimezone(UTC)


def _latest(month: int, day: int, *, not_after: date) -> date:
    """The latest date with this month and day; 29 February goes back to a leap year."""
    for year in range(not_after.year, not_after.year - 9, -1):
        try:
            candidate = date(year, month, day)
        except ValueError:
            continue
        if candidate <= not_after:
            return candidate
    raise ValueError(f"no such day: {month}-{day}")


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], SiteTime]], ...] = (
    (re.compile(r"刚刚|现在"), _just_now),
    (re.compile(r"(?P<count>\d{1,5})\s*(?P<unit>秒|分钟|小时|天)前"), _ago),
    (re.compile(rf"(?P<word>今天|昨天|前天){_CLOCK}"), _day_word),
    (re.compile(rf"(?P<month>\d{{1,2}})(?:-|月)(?P<day>\d{{1,2}})日?(?:{_CLOCK})?"), _month_day),
    (re.compile(rf"(?P<year>\d{{4}})[-/年](?P<month>\d{{1,2}})[-/月](?P<day>\d{{1,2}})日?(?:{_CLOCK})?"), _full_date),
    (
        re.compile(
            r"[A-Z][a-z]{2} (?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(?P<day>\d{1,2}) (?P<clock>\d{2}:\d{2}:\d{2}) "
            r"(?P<zone>[+-]\d{4}) (?P<year>\d{4})"
        ),
        _english,
    ),
)
