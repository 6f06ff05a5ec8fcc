"""Reads a session that a person brings along: Playwright's storage_state, a browser's export, cookies.txt, or a Cookie header."""

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crawlers.sessions import Cookie, Session, is_the_sites, session_of
from crawlers.sites.logins import Login
from domain.errors import InvalidInput

_HTTP_ONLY = "#HttpOnly_"
_HEADER = re.compile(r"^\s*-?H?\s*['\"]?cookie:\s*(.+?)['\"]?\s*\\?$", re.IGNORECASE | re.MULTILINE)
_SAME_SITE = {"strict": "Strict", "lax": "Lax", "no_restriction": "None", "none": "None"}
WANTED = "hoped for a storage_state.json, a cookies.txt, a browser extension's JSON, or one Cookie header"


def read_session(text: str, *, login: Login, now: datetime) -> Session:
    """The site's part of what a person brings; all else in it is left out and forgotten.

    now: real time, aware UTC. Raises InvalidInput where nothing can be read, where nobody is logged in, or where it has ended; no
    message holds a value.
    """
    text = text.lstrip("\ufeff").strip()
    if not text:
        raise InvalidInput(f"nothing to read: {WANTED}")
    session = _read(text, login)
    if not session.cookies:
        raise InvalidInput(f"no cookie of {' or '.join(login.domains)} in it: {WANTED}")
    held = [c for c in session.cookies if c.name in login.identity and c.value]
    if not held:
        raise InvalidInput(
            f"nobody is logged in: none of the cookies {', '.join(login.identity)} is in it, only "
            f"{', '.join(sorted({c.name for c in session.cookies}))[:200]}"
        )
    if all(0 < c.expires <= now.timestamp() for c in held):
        raise InvalidInput(
            f"this session has ended: its {held[0].name} was good until {session.ends_at(login):%Y-%m-%d %H:%M} UTC"
        )
    return session


def _read(text: str, login: Login) -> Session:
    if text[0] in "{[":
        return _from_json(text, login)
    if "\t" in text:
        return Session(cookies=_from_netscape(text, login))
    return Session(cookies=_from_header(text, login))


def _from_json(text: str, login: Login) -> Session:
    try:
        said = json.loads(text)
        if isinstance(said, dict) and "origins" in said:
            return session_of(said, login=login)
        rows: Sequence[Any] = said["cookies"] if isinstance(said, dict) else said
        cookies = [_exported(row) for row in rows]
    except json.JSONDecodeError as error:
        raise InvalidInput(f"not readable as JSON: {error.msg} (line {error.lineno}); {WANTED}") from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InvalidInput(f"this JSON holds no list of cookies with name, value and domain; {WANTED}") from None
    return Session(cookies=tuple(c for c in cookies if is_the_sites(c.domain, login)))


def _exported(row: dict[str, Any]) -> Cookie:  # Any: a browser extension's JSON
    domain = str(row["domain"])
    if not row.get("hostOnly", True) and not domain.startswith("."):
        domain = f".{domain}"
    return Cookie(
        name=str(row["name"]),
        value=str(row["value"]),
        domain=domain,
        path=str(row.get("path") or "/"),
        expires=float(row.get("expirationDate") or row.get("expires") or -1),
        http_only=bool(row.get("httpOnly")),
        secure=bool(row.get("secure")),
        same_site=_SAME_SITE.get(str(row.get("sameSite")).lower(), "Lax"),
    )


def _from_netscape(text: str, login: Login) -> tuple[Cookie, ...]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        http_only = line.startswith(_HTTP_ONLY)
        line = line.removeprefix(_HTTP_ONLY)
        if not line.strip() or (line.startswith("#") and not http_only):
            continue
        fields = line.split("\t")
        if len(fields) == 6:  # an empty value whose tab an editor cut off
            fields.append("")
        try:
            domain, below, path, secure, expires, name, value = fields
            ends = float(expires or 0)
        except ValueError:
            raise InvalidInput(f"line {number} of cookies.txt: hoped for 7 fields with tabs between them") from None
        domain = f".{domain.lstrip('.')}" if below.upper() == "TRUE" else domain
        cookie = Cookie(
            name=name, value=value, domain=domain, path=path or "/", expires=ends or -1, http_only=http_only,
            secure=secure.upper() == "TRUE",
        )  # fmt: skip
        if is_the_sites(domain, login):
            found.append(cookie)
    return tuple(found)


def _from_header(text: str, login: Login) -> tuple[Cookie, ...]:
    """A header says no domain: its cookies go to all of the site's, as the person who copied it means it."""
    found = _HEADER.search(text)
    pairs = [part.strip().partition("=") for part in (found[1] if found else text).split(";") if "=" in part]
    return tuple(
        Cookie(name=name.strip(), value=value, domain=f".{domain}", secure=True)
        for name, _, value in pairs
        for domain in login.domains
        if re.fullmatch(r"[^\s\"(),/:<>@\[\]{}]+", name.strip())
    )
