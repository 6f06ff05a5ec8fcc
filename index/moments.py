"""Times as people write them in a query: 30d, 昨天, 2026-01-01, 2026-01-01T08:00."""

import re
from datetime import date, datetime, timedelta

from domain.times import day_start, parse_iso, shanghai_day

_UNITS = {
    **dict.fromkeys(("min", "m", "分钟", "分"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "小时", "时"), timedelta(hours=1)),
    **dict.fromkeys(("d", "天", "日"), timedelta(days=1)),
    **dict.fromkeys(("w", "周", "星期"), timedelta(days=7)),
    **dict.fromkeys(("mo", "个月", "月"), timedelta(days=30)),
    **dict.fromkeys(("y", "年"), timedelta(days=365)),
}
_AGO = re.compile(rf"(\d{{1,5}})({'|'.join(sorted(_UNITS, key=len, reverse=True))})", re.IGNORECASE)
_DAYS_AGO = {"now": None, "today": 0, "今天": 0, "yesterday": 1, "昨天": 1, "前天": 2}
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def span(text: str, *, now: datetime) -> tuple[datetime, datetime]:
    """The half-open span [start, end) that a written time covers: a day, a month, or a single microsecond.

    `30d` is that long before `now`; days and months are Shanghai's. Raises ValueError for anything else.
    """
    text = text.strip()
    if found := _AGO.fullmatch(text):
        moment = now - int(found[1]) * _UNITS[found[2].lower()]
        return moment, moment + timedelta(microseconds=1)
    if text.lower() in _DAYS_AGO:
        days = _DAYS_AGO[text.lower()]
        return (now, now + timedelta(microseconds=1)) if days is None else _days(shanghai_day(now) - timedelta(days))
    if found := _DAY.fullmatch(text):
        return _days(date(int(found[1]), int(found[2]), int(found[3])))
    if found := _MONTH.fullmatch(text):
        first = date(int(found[1]), int(found[2]), 1)
        return day_start(first), day_start((first + timedelta(days=32)).replace(day=1))
    moment = parse_iso(text)
    return moment, moment + timedelta(microseconds=1)


def written(moment: datetime) -> str:
    """A moment as `span` reads it back: a bare date for a midnight in Shanghai, else ISO 8601."""
    day = shanghai_day(moment)
    return day.isoformat() if day_start(day) == moment else moment.isoformat()


def _days(first: date) -> tuple[datetime, datetime]:
    return day_start(first), day_start(first + timedelta(days=1))
