"""Which session a crawl takes: healthy ones in turn, each within its own budget of a day."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

import attrs

from domain.accounts import Account, LoginProgress, SessionHealth

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


_WORDS = {SessionHealth.READY: "可用", SessionHealth.EXPIRING: "即将到期", SessionHealth.DEAD: "已失效"}


def told(account: Account, now: datetime) -> tuple[str, str]:
    """Its health and what to do, Chinese."""
    health = account.health(now)
    again = f"tingchao login {account.source} --account {account.name}"
    if account.detail:
        return _WORDS[health], account.detail
    if health is SessionHealth.DEAD:
        return _WORDS[health], f"已过有效期：{again}"
    if account.valid_until is None:
        return _WORDS[health], ""
    days = (account.valid_until - now).total_seconds() / 86_400
    hint = f"，请提前重新登录：{again}" if health is SessionHealth.EXPIRING else ""
    return _WORDS[health], f"还有 {days:.1f} 天到期{hint}"


def in_short(accounts: Iterable[Account], now: datetime) -> str:
    """How many sessions are in which health, the oldest log-in's age: `2 可用 · 1 已失效（最久 12 天前登录）`; a dash for none."""
    saved = list(accounts)
    if not saved:
        return "—"
    health = Counter(account.health(now) for account in saved)
    counts = " · ".join(f"{health[state]} {word}" for state, word in _WORDS.items() if health[state])
    days = (now - min(account.saved_at for account in saved)).days
    return f"{counts}（最久 {days} 天前登录）" if days else counts


class Sessions(Protocol):
    """The sessions as the console shows and makes them."""

    def accounts(self) -> list[Account]:
        """All, by source and name."""
        ...

    def sources(self) -> list[str]:
        """Those where somebody can log in."""
        ...

    def why_no_browser(self) -> str:
        """What is missing to log in from here; empty if nothing is."""
        ...

    def begin(self, source: str, account: str) -> None:
        """Open the log-in page. Raises InvalidInput for an unknown source or an impossible name, or while another log-in goes on."""
        ...

    def progress(self, source: str, account: str) -> LoginProgress | None:
        """Where it stands; None where none was begun."""
        ...

    def forget(self, source: str, account: str) -> bool:
        """Delete it. False where there is none."""
        ...
