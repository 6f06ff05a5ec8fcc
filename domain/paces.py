"""How often a watch is asked for at a source, and why it is not asked for now."""

from datetime import datetime, time, timedelta
from enum import StrEnum

import attrs

from domain.times import shanghai


class PaceReason(StrEnum):
    """Why a watch is asked for as often as it is."""

    FIRST = "first"
    """Never asked for before."""
    HOT = "hot"
    """It had news at the last look."""
    CALM = "calm"
    """Nothing new: back towards the usual."""
    RIVAL_CALM = "rival_calm"
    """Nothing new about a competitor: slower than the usual, up to a bound."""
    STOPPED = "stopped"
    """The crawl ended before it was known whether there is news: the pace stays."""


class PauseReason(StrEnum):
    """Why pages are not asked for although they are due."""

    BUDGET = "budget"
    """The session has had its pages of this day."""
    QUIET_HOURS = "quiet_hours"
    """Watches of rivals rest at night."""
    SITE_ASKED = "site_asked"
    """The site itself said when to come again."""
    PERSON = "person"
    """A risk answer: somebody must act before anything is asked again."""


@attrs.frozen(kw_only=True)
class Pace:
    """When a watch is asked for next at a source."""

    source: str
    watch: str
    """Empty = the source as a whole: it rests until `next_at`."""
    next_at: datetime
    every: timedelta
    last_fresh_at: datetime | None = None
    """When it last had a document that the ledger did not know."""
    reason: str = PaceReason.FIRST
    """A PaceReason; for a source as a whole the words of its pause."""


@attrs.frozen(kw_only=True)
class Pause:
    """A gap in a promise that has a cause."""

    source: str
    watch: str
    """Empty = every watch."""
    reason: PauseReason
    until: datetime | None
    """When it ends by itself; None = when a person has acted."""
    text: str
    """For people, Chinese: 今日页数已用完（200/200），明天 00:00 恢复."""


@attrs.frozen(kw_only=True)
class CrawlDone:
    """One crawl that ended."""

    source: str
    account: str = ""
    """The session that was used; empty = the only one, or none."""
    began_at: datetime
    ended_at: datetime
    pages: int = 0
    """Answers received."""
    documents: int = 0
    fresh: int = 0
    """Documents that the ledger did not know."""
    stopped: str = ""
    """The risk answer that stopped it; empty = it ran to its end."""
    reason: str = ""
    """Why it stopped, or the last thing that went wrong."""


@attrs.frozen(kw_only=True)
class QuietHours:
    """Hours of a Shanghai day, perhaps over midnight. [start, end)."""

    start: time
    end: time

    def holds(self, moment: datetime) -> bool:
        """Is it quiet then?"""
        clock = shanghai(moment).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def ends_after(self, moment: datetime) -> datetime:
        """The next end of quiet hours after `moment`, aware UTC."""
        here = shanghai(moment)
        end = here.replace(hour=self.end.hour, minute=self.end.minute, second=0, microsecond=0)
        return (end if end > here else end + timedelta(days=1)).astimezone(moment.tzinfo)


def parse_quiet_hours(text: str) -> QuietHours | None:
    """`01:00-06:00`; None for an empty text. Raises ValueError that says what was hoped for."""
    if not text.strip():
        return None
    try:
        start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError:
        raise ValueError(f"{text!r} are no hours; hoped for 01:00-06:00") from None
    if start == end:
        raise ValueError(f"{text!r}: quiet hours that never end; hoped for 01:00-06:00")
    return QuietHours(start=start, end=end)
