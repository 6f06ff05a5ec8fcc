"""What the judge of the feeds reads: rows that `index/tables` keeps, and the plan of each source that wiring makes."""

from datetime import datetime, timedelta
from typing import Protocol

import attrs

from crawlers.sites.adapter import SiteAdapter
from domain.accounts import Account
from domain.feeds import SourceStatus
from domain.health import StateChange
from domain.paces import Pace, QuietHours


class SourceRows(Protocol):
    """The sources as `index/tables` keeps them."""

    def all(self) -> list[SourceStatus]:
        """All known sources by name."""
        ...

    def newest_states(self) -> dict[str, StateChange]:
        """The last change of each source's health, by source."""
        ...

    def note(self, status: SourceStatus, *, at: datetime) -> bool:
        """Remember what a source is judged to be. Returns whether that is a change."""
        ...


class AccountRows(Protocol):
    """The sessions as `index/tables` keeps them."""

    def all(self, source: str = "") -> list[Account]:
        """Those of a source, or of all."""
        ...


class PaceRows(Protocol):
    """How often watches are asked for, as `index/tables` keeps it."""

    def of(self, source: str) -> dict[str, Pace]:
        """A source's paces by watch; the empty name is the source's own pause."""
        ...


class BudgetRows(Protocol):
    """Pages that sessions had, as `index/tables` keeps them."""

    def spent_by_account(self, source: str, *, at: datetime) -> dict[str, int]:
        """Pages asked for on the day of `at`, by session."""
        ...


@attrs.frozen(kw_only=True)
class SourcePlan:
    """How a source is to be asked, as the settings say."""

    adapter: SiteAdapter
    on: bool = True
    every: timedelta
    delay_s: float
    daily_pages: int | None = None
    careful: bool = True
    """A real site; False = a mirror of our own."""
    quiet: QuietHours | None = None
    """Hours of a Shanghai day in which rivals are not asked for."""
