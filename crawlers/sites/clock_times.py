"""Times of lists that write today's as a bare clock: 16:18, 01-02 08:57, 2014-01-20 11:31, 2024-8-6 22:11, 57分钟前, epoch seconds."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from crawlers.sites.weibo_times import SiteTime, resolve
from domain.times import SHANGHAI, shanghai

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_AHEAD = timedelta(minutes=10)
"""How far a bare clock may lie ahead of ours before it means yesterday."""
_EPOCHS = (datetime(2000, 1, 1, tzinfo=UTC).timestamp(), datetime(2100, 1, 1, tzinfo=UTC).timestamp())


def moment(raw: Any, seen_at: datetime) -> SiteTime:  # a site's own value
    """What a list's time means for a page received at `seen_at`; nothing for an unknown form, never a wrong moment."""
    text = " ".join(raw.split())[:64] if isinstance(raw, str) else ""
    match = _CLOCK.fullmatch(text)
    if match is None:
        return resolve(text, seen_at)
    hour, minute, second = (int(part or 0) for part in match.groups())
    if hour > 23 or minute > 59 or second > 59:
        return SiteTime()
    day = shanghai(seen_at).date()
    at = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)
    return SiteTime(at=(at - timedelta(days=1) if at > seen_at + _AHEAD else at).astimezone(UTC))


def epoch(raw: Any) -> datetime | None:  # a site's own value
    """Aware UTC from seconds or milliseconds since 1970, as a number or as digits; None for anything else."""
    text = str(raw).strip() if isinstance(raw, int | str) and not isinstance(raw, bool) else ""
    if not re.fullmatch(r"\d{9,13}(?:\.\d+)?", text):
        return None
    seconds = float(text)
    seconds = seconds / 1000 if seconds >= 1e11 else seconds
    return datetime.fromtimestamp(seconds, UTC) if _EPOCHS[0] <= seconds < _EPOCHS[1] else None
