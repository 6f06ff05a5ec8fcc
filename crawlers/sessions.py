"""Sessions: the cookies and local storage of a person who logged in by hand, and the encrypted files that keep them."""

import os
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crawlers.sites.logins import Login
from domain.errors import InvalidInput

NAME = re.compile(r"[\w-]{1,40}")
"""What an account may be called: letters, digits, Chinese, - and _."""
_MAGIC = b"tingchao session 1\n"
_NONCE_BYTES = 12


@attrs.frozen(kw_only=True)
class Cookie:
    """One cookie as a browser keeps it. Its value is a secret and in no message."""

    name: str
    value: str = attrs.field(repr=False)
    domain: str
    """`.jd.com` for a domain with all below, `item.jd.com` for one host."""
    path: str = "/"
    expires: float = -1
    """Unix seconds of real time; -1 = with the browser's own end."""
    http_only: bool = False
    secure: bool = False
    same_site: str = "Lax"
    """Strict, Lax or None."""


@attrs.frozen(kw_only=True)
class Session:
    """What makes a browser be somebody at one site."""

    cookies: tuple[Cookie, ...] = attrs.field(default=(), repr=False)
    origins: tuple[dict[str, Any], ...] = attrs.field(default=(), repr=False)  # Any: Playwright's JSON
    """Local storage by origin, as Playwright writes it."""
    user_agent: str = ""
    """Of the browser that logged in: a session that changes its browser is a stolen one in a site's eyes. Empty = unknown."""

    def storage_state(self) -> dict[str, Any]:  # Any: Playwright's JSON
        """As Playwright reads it."""
        return {"cookies": [_to_playwright(cookie) for cookie in self.cookies], "origins": list(self.origins)}

    def header_for(self, url: str) -> str:
        """The Cookie header that a browser would send there, over https only; empty for a foreign address."""
        parts = urlsplit(url)
        host, path = parts.hostname or "", parts.path or "/"
        if parts.scheme != "https":
            return ""
        fitting = [c for c in self.cookies if _domain_fits(host, c.domain) and _path_fits(path, c.path)]
        return "; ".join(f"{c.name}={c.value}" for c in sorted(fitting, key=lambda c: -len(c.path)))

    def ends_at(self, login: Login) -> datetime | None:
        """When the first of its identity cookies ends, real time; None where none says."""
        ends = [c.expires for c in self.cookies if c.name in login.identity and c.value and c.expires > 0]
        return datetime.fromtimestamp(min(ends), UTC) if ends else None


def session_of(
    storage_state: dict[str, Any], *, login: Login, user_agent: str = ""
) -> Session:  # Any: Playwright's JSON
    """A session from Playwright's storage_state; what belongs to other sites is left out."""
    origins = [
        o for o in storage_state.get("origins", ()) if is_the_sites(urlsplit(o.get("origin", "")).hostname or "", login)
    ]
    cookies = (_from_playwright(cookie) for cookie in storage_state.get("cookies", ()))
    kept = tuple(c for c in cookies if is_the_sites(c.domain, login))
    return Session(cookies=kept, origins=tuple(origins), user_agent=user_agent)


def is_the_sites(domain: str, login: Login) -> bool:
    """Is this cookie domain or host one of the site's?"""
    bare = domain.lstrip(".").lower()
    return any(bare == own or bare.endswith(f".{own}") for own in login.domains)


def logged_in(cookies: Iterable[Cookie], login: Login) -> bool:
    """Do these cookies show a person who has logged in, not a visitor?"""
    names = {c.name for c in cookies if c.value and is_the_sites(c.domain, login)}
    return any(names.issuperset(group) for group in login.proof)


class SessionFiles:
    """A folder with one encrypted file per source and account, readable by its owner only."""

    def __init__(self, folder: Path, *, key: bytes) -> None:
        """key: 32 bytes, kept elsewhere."""
        self._folder, self._cipher = folder, AESGCM(key)

    def save(self, source: str, name: str, session: Session) -> None:
        """Write or replace it in one step. Raises InvalidInput for a name that can't be one."""
        path = self._path(source, name)
        for folder in (self._folder, path.parent):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, msgspec.json.encode(session), _bound_to(source, name))
        aside = path.with_name(f"{path.name}.{os.getpid()}.part")
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(_MAGIC + nonce + sealed)
            out.flush()
            os.fsync(out.fileno())
        aside.replace(path)

    def load(self, source: str, name: str) -> Session:
        """The session. Raises InvalidInput where it is gone, damaged, or locked with another key."""
        path = self._path(source, name)
        again = f"log in again: tingchao login {source} --account {name}"
        if not path.is_file():
            raise InvalidInput(f"no saved session {name!r} of {source}; {again}")
        data = path.read_bytes()
        nonce, sealed = data[len(_MAGIC) :][:_NONCE_BYTES], data[len(_MAGIC) + _NONCE_BYTES :]
        try:
            plain = self._cipher.decrypt(nonce, sealed, _bound_to(source, name))
        except (InvalidTag, ValueError):
            raise InvalidInput(f"{path} can't be opened: damaged, or saved with another key; {again}") from None
        return msgspec.json.decode(plain, type=Session)

    def remove(self, source: str, name: str) -> bool:
        """Delete the file. False where there is none."""
        path = self._path(source, name)
        there = path.is_file()
        path.unlink(missing_ok=True)
        return there

    def check_name(self, source: str, name: str) -> None:
        """Raises InvalidInput for a name that can't be one."""
        if not NAME.fullmatch(source) or not NAME.fullmatch(name):
            raise InvalidInput(f"account name {name!r}: hoped for 1 to 40 letters, digits, Chinese characters, - or _")

    def _path(self, source: str, name: str) -> Path:
        self.check_name(source, name)
        return self._folder / source / f"{name}.session"


def _bound_to(source: str, name: str) -> bytes:
    """A file that is put in another's place does not open."""
    return f"{source}/{name}".encode()


def _domain_fits(host: str, domain: str) -> bool:
    bare = domain.lstrip(".")
    return host == bare or (domain.startswith(".") and host.endswith(f".{bare}"))


def _path_fits(path: str, of_cookie: str) -> bool:
    return path == of_cookie or (
        path.startswith(of_cookie) and (of_cookie.endswith("/") or path[len(of_cookie)] == "/")
    )


def _to_playwright(cookie: Cookie) -> dict[str, Any]:  # Any: Playwright's JSON
    return {
        "name": cookie.name,
        "value": cookie.value,
        "domain": cookie.domain,
        "path": cookie.path,
        "expires": cookie.expires,
        "httpOnly": cookie.http_only,
        "secure": cookie.secure or cookie.same_site == "None",
        "sameSite": cookie.same_site,
    }


def _from_playwright(cookie: dict[str, Any]) -> Cookie:  # Any: Playwright's JSON
    same_site = str(cookie.get("sameSite") or "Lax")
    return Cookie(
        name=str(cookie["name"]),
        value=str(cookie["value"]),
        domain=str(cookie["domain"]),
        path=str(cookie.get("path") or "/"),
        expires=float(cookie.get("expires", -1)),
        http_only=bool(cookie.get("httpOnly")),
        secure=bool(cookie.get("secure")),
        same_site=same_site if same_site in ("Strict", "Lax", "None") else "Lax",
    )
