"""Spans of time as people choose them: presets and calendar days of Shanghai."""

from datetime import datetime, timedelta

import attrs

from domain.errors import InvalidInput
from domain.times import day_start, parse_iso, shanghai_day

PRESETS = {"": "全部时间", "today": "今天", "7": "近 7 天", "30": "近 30 天", "90": "近 90 天", "365": "近一年"}


@attrs.frozen(kw_only=True)
class Span:
    """A chosen span, and the words that chose it."""

    preset: str = ""
    """A key of PRESETS."""
    since_text: str = ""
    """As typed: a Shanghai day or ISO 8601."""
    until_text: str = ""
    """As typed; a bare day is included."""
    since: datetime | None = None
    """Aware UTC; None = open."""
    until: datetime | None = None
    """Aware UTC, exclusive; None = open."""

    @property
    def params(self) -> dict[str, str]:
        """What an address carries to choose the same span again."""
        chosen = {"span": self.preset, "since": self.since_text, "until": self.until_text}
        return {k: v for k, v in chosen.items() if v}


def span_of(*, preset: str = "", since: str = "", until: str = "", now: datetime) -> Span:
    """The span that a form or address asks for; typed days win over a preset. Raises InvalidInput for a text that is no time."""
    if since or until:
        return Span(
            since_text=since,
            until_text=until,
            since=moment(since) if since else None,
            until=moment(until, end=True) if until else None,
        )
    if preset not in PRESETS:
        raise InvalidInput(f"没有 {preset!r} 这个时间段：可选 {'、'.join(PRESETS)}")
    if not preset:
        return Span()
    today = day_start(shanghai_day(now))
    days = 0 if preset == "today" else int(preset) - 1
    return Span(preset=preset, since=today - timedelta(days=days))


def moment(text: str, *, end: bool = False) -> datetime:
    """A moment from a day or ISO 8601, aware UTC; `end` takes a bare day as its end. Raises InvalidInput."""
    try:
        at = parse_iso(text)
    except ValueError:
        raise InvalidInput(f"{text!r} 不是日期：请写成 2025-04-30 或 2025-04-30T14:30") from None
    return at + timedelta(days=1) if end and len(text.strip()) == 10 else at
