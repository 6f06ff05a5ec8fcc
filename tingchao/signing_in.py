"""Sessions of one installation: made by a log-in, brought by a person, refreshed by a crawl, forgotten."""

import os
from collections.abc import Callable
from datetime import timedelta

import attrs
from sqlalchemy import Engine

from crawlers.login import Code, log_in
from crawlers.session_reading import read_session
from crawlers.sessions import Session, SessionFiles
from crawlers.sites.logins import LOGINS, Login
from domain.accounts import Account
from domain.errors import InvalidInput
from domain.times import now as real_now
from index import tables
from index.tables.accounts import Accounts
from tingchao.egress import way_out
from tingchao.folders import Folder
from tingchao.keys import derived
from tingchao.opening import demo_environment, open_tables
from tingchao.settings import Settings, Site, load
from tingchao.sources import ADAPTERS


def session_files(folder: Folder) -> SessionFiles:
    """The installation's encrypted sessions."""
    return SessionFiles(folder.sessions, key=derived(folder.key(), "sessions"))


def login_of(source: str) -> Login:
    """How a person logs in there. Raises InvalidInput for an unknown source, and for one that needs nobody."""
    if source not in ADAPTERS:
        raise InvalidInput(f"no source named {source!r}; known: {', '.join(ADAPTERS)}")
    if source not in LOGINS:
        raise InvalidInput(f"{source} needs no session; those that do: {', '.join(s for s in ADAPTERS if s in LOGINS)}")
    return LOGINS[source]


def has_display() -> bool:
    """Is there a screen on which a window can open?"""
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def sign_in(
    folder: Folder, source: str, account: str, *, window: bool, patience_s: float, show: Callable[[Code], None]
) -> Account:
    """Let a person log in with a browser, and keep the session. Raises as `crawlers.login.log_in` does."""
    login = login_of(source)
    files = session_files(folder)
    files.check_name(source, account)
    settings = load(folder.path)
    demo_environment(folder)
    site = settings.sites.get(source, Site())
    with way_out(settings, folder, login.hosts, origin=site.origin) as egress:
        session = log_in(login, egress=egress, window=window, patience_s=patience_s, show=show)
    return _keep(folder, settings, source, account, session)


def bring(folder: Folder, source: str, account: str, text: str) -> Account:
    """Keep a session that a person exported elsewhere. Raises InvalidInput where it is none."""
    session = read_session(text, login=login_of(source), now=real_now())
    session_files(folder).check_name(source, account)
    return _keep(folder, load(folder.path), source, account, session)


def forget(folder: Folder, source: str, account: str) -> bool:
    """Delete a session and its row. False where there was none."""
    engine = open_tables(load(folder.path), folder)
    try:
        known = Accounts(engine).remove(source, account)
    finally:
        engine.dispose()
    return session_files(folder).remove(source, account) or known


def valid_for(session: Session, source: str) -> timedelta | None:
    """Real time until the first of its identity cookies ends; None where none says."""
    ends = session.ends_at(LOGINS[source]) if source in LOGINS else None
    return None if ends is None else ends - real_now()


def _keep(folder: Folder, settings: Settings, source: str, account: str, session: Session) -> Account:
    folder.made()
    session_files(folder).save(source, account, session)
    clock, lasts = folder.clock(), valid_for(session, source)
    row = Account(
        source=source, name=account, saved_at=clock.now(), valid_until=None if lasts is None else clock.now() + lasts
    )
    engine = open_tables(settings, folder)
    try:
        rows = Accounts(engine)
        before = next((a for a in rows.all(source) if a.name == account), None)
        row = attrs.evolve(row, last_ok_at=before.last_ok_at if before else None)
        rows.save(row)
        _mend(engine, source)
    finally:
        engine.dispose()
    return row


def _mend(engine: Engine, source: str) -> None:
    """A person has acted: a source that waited for that is asked again."""
    sources = tables.Sources(engine)
    status = sources.get(source)
    if status and status.on and status.last_outcome and status.last_outcome.risk:
        sources.switch(source, on=True, reason=status.reason)
