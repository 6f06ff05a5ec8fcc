"""The world's clock: world time runs `speed` times as fast as real time from a common anchor."""

import time
from datetime import UTC, datetime, timedelta, timezone

import attrs

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Zone of every time that the pretended sites print."""


@attrs.frozen(kw_only=True)
class DemoClock:
    """Equal in every process that holds the same three values."""

    real_anchor: float
    """Unix seconds of real time at which world time was `anchor`."""
    anchor: datetime
    """World time at `real_anchor`, aware."""
    speed: float = 30.0
    """World seconds per real second; 0 stands still at `anchor`."""

    def now(self) -> datetime:
        """World time, aware UTC."""
        elapsed = (time.time() - self.real_anchor) * self.speed
        return self.anchor.astimezone(UTC) + timedelta(seconds=elapsed)


def beijing(moment: datetime) -> datetime:
    """The moment as the sites print it."""
    return moment.astimezone(BEIJING)
