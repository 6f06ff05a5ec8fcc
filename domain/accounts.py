"""Accounts: sessions that people logged in by hand, and how they fare."""

from datetime import datetime, timedelta
from enum import StrEnum

import attrs

SOON = timedelta(days=2)
"""Time before its end from which a session is called expiring: long enough for somebody to log in again."""


class AccountState(StrEnum):
    """What is known of a session besides its dates."""

    READY = "ready"
    DEAD = "dead"
    """The site asked to log in again: the session is set aside until somebody does."""


class SessionHealth(StrEnum):
    """What a person reads."""

    READY = "ready"
    EXPIRING = "expiring"
    DEAD = "dead"


@attrs.frozen(kw_only=True)
class Account:
    """One session of one source; the secrets themselves are in an encrypted file."""

    source: str
    name: str
    """What the person called it: main, 备用."""
    state: AccountState = AccountState.READY
    detail: str = ""
    """What a person must do or know, Chinese; empty when ready."""
    saved_at: datetime
    """When somebody logged in, aware UTC."""
    valid_until: datetime | None = None
    """When the first of its identity cookies ends; None = the site did not say."""
    last_ok_at: datetime | None = None
    last_risk_at: datetime | None = None

    def health(self, now: datetime) -> SessionHealth:
        """Dead, soon to end, or ready."""
        ended = self.valid_until is not None and self.valid_until <= now
        if self.state is AccountState.DEAD or ended:
            return SessionHealth.DEAD
        if self.valid_until is not None and self.valid_until <= now + SOON:
            return SessionHealth.EXPIRING
        return SessionHealth.READY


@attrs.frozen(kw_only=True)
class LoginProgress:
    """Where a log-in stands that somebody watches from the console."""

    state: str
    """starting, code (scan it), done, failed."""
    said: str
    """For people, Chinese."""
    png: bytes | None = None
    """The QR code as the site shows it."""
