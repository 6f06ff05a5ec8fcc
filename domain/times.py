"""Time: aware UTC inside, Asia/Shanghai for people, and the one clock that wiring hands to every process."""

import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

import attrs

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")  # no daylight saving since 1991: a fixed offset is exact
TICK = timedelta(minutes=5)
"""Length of a counting bucket; ticks start at multiples of it since the Unix epoch."""
UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""Day of imported rows whose file says no time: before every period that is looked at, so that they never pass for news."""


class Clock(Protocol):
    """What time it is, and how long a wait takes. Real outside the demo; scaled in the demo; moved by hand in tests."""

    @property
    def speed(self) -> float:
        """Seconds of product time per real second: 1.0 outside the demo, 0.0 for a clock that stands still."""
        ...

    def now(self) -> datetime:
        """Product time, aware UTC."""
        ...

    def real_seconds(self, duration: timedelta) -> float:
        """How many real seconds to wait so that `duration` of product time passes."""
        ...


class SystemClock:
    """The real time."""

    speed = 1.0

    def now(self) -> datetime:
        """Aware UTC from the operating system."""
        return now()

    def real_seconds(self, duration: timedelta) -> float:
        """The duration itself, in seconds."""
        return duration.total_seconds()


@attrs.frozen(kw_only=True)
class ScaledClock:
    """A clock that runs `speed` times as fast from a common anchor, equal in every process that holds the same three values."""

    real_anchor: float
    """Unix seconds of real time at which product time was `anchor`."""
    anchor: datetime
    """Product time at `real_anchor`, aware UTC."""
    speed: float
    """Seconds of product time per real second; 0 stands still at `anchor`."""

    def now(self) -> datetime:
        """Product time, aware UTC."""
        return self.anchor + timedelta(seconds=(time.time() - self.real_anchor) * self.speed)

    def real_seconds(self, duration: timedelta) -> float:
        """Real seconds for `duration` of product time; 0 where the clock stands still."""
        return duration.total_seconds() / self.speed if self.speed else 0.0


def now() -> datetime:
    """The real time, aware UTC."""
    return datetime.now(UTC)


def tick_start(moment: datetime) -> datetime:
    """Start of the five-minute tick that holds `moment`, aware UTC."""
    seconds = int(TICK.total_seconds())
    return datetime.fromtimestamp(int(moment.timestamp()) // seconds * seconds, UTC)


def shanghai(moment: datetime) -> datetime:
    """The same moment as people in China read it."""
    return moment.astimezone(SHANGHAI)


def shanghai_day(moment: datetime) -> date:
    """The calendar day of a report: a Shanghai day."""
    return moment.astimezone(SHANGHAI).date()


def day_start(day: date) -> datetime:
    """Midnight in Shanghai at which `day` begins, aware UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI).astimezone(UTC)


def iso_shanghai(moment: datetime) -> str:
    """ISO 8601 with +08:00 to the second: `2025-02-21T14:13:55+08:00`."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")


def parse_iso(text: str) -> datetime:
    """A moment from ISO 8601; a text without zone is Shanghai time. Raises ValueError for anything else."""
    moment = datetime.fromisoformat(text.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)
