"""Which session a crawl takes: healthy ones in turn, each within its own budget of a day."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum

import attrs

from domain.accounts import Account, SessionHealth

_NEVER = datetime.min.replace(tzinfo=UTC)


class Turn(StrEnum):
    """Why a crawl has the session that it has, or none."""

    CHOSEN = "chosen"
    NONE_SAVED = "none_saved"
    """Nobody has logged in here: the crawl goes on without, or with the cookie that the settings name."""
    ALL_DEAD = "all_dead"
    """A person must log in again."""
    ALL_SPENT = "all_spent"
    """Every living session has asked for its pages of today."""


@attrs.frozen(kw_only=True)
class Choice:
    """The session whose turn it is."""

    turn: Turn
    account: Account | None = None
    pages_left: int | None = None
    """That it may still ask for today; None = no limit."""


def whose_turn(
    accounts: Iterable[Account], *, now: datetime, used_today: Mapping[str, int], daily_pages: int | None
) -> Choice:
    """The living session that has rested longest, among those with pages left today.

    accounts: of one source. used_today: pages asked for by account name.
    """
    saved = list(accounts)
    living = [a for a in saved if a.health(now) is not SessionHealth.DEAD]
    if not living:
        return Choice(turn=Turn.ALL_DEAD if saved else Turn.NONE_SAVED)
    rested = [a for a in living if daily_pages is None or used_today.get(a.name, 0) < daily_pages]
    if not rested:
        return Choice(turn=Turn.ALL_SPENT)
    chosen = min(rested, key=lambda a: (max(a.last_ok_at or _NEVER, a.last_risk_at or _NEVER), a.name))
    left = None if daily_pages is None else daily_pages - used_today.get(chosen.name, 0)
    return Choice(turn=Turn.CHOSEN, account=chosen, pages_left=left)


def another_is_living(accounts: Iterable[Account], *, now: datetime) -> bool:
    """Can a source go on after a session died, because somebody saved a second one?"""
    return any(a.health(now) is not SessionHealth.DEAD for a in accounts)
