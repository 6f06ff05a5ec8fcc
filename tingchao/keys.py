"""The installation's one secret key: it makes pseudonyms and locks sessions, and lies outside the data folder."""

import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import InvalidSettings
from tingchao.commands.answers import say

KEY_FILE = "TINGCHAO_KEY_FILE"
"""Environment variable that names the key's file; without it `~/.config/tingchao/INSTALLATION.key`."""
MARKER = "installation.json"
"""In the data folder: the installation's id and its key's fingerprint, so that a wrong or lost key is noticed."""
_OLD = "key"
_SHORTEST_BYTES = 16


def installation_key(folder: Path, *, demo: bool) -> bytes:
    """The key of the installation in `folder`; made once, and moved out of the folder where an older version left it there.

    The demo's stays in its folder: it guards nothing real and goes with it. Raises InvalidSettings for a key that is
    missing, or that is another installation's: going on would give every known author a second pseudonym.
    """
    if demo:
        return _made(folder / _OLD)
    marker = folder / MARKER
    if not marker.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(folder / "key.lock"):
            if not marker.exists():
                _settle(folder, marker)
    said = json.loads(marker.read_text("utf-8"))
    place = _place(said["id"])
    key = next((p.read_bytes() for p in (place, folder / _OLD) if p.is_file()), None)
    if key is None:
        raise InvalidSettings(
            f"the key of this installation is not at {place}: put it back from your backup, or name its file in {KEY_FILE}. "
            f"If it is lost, remove {marker}: a new one is made, authors get new pseudonyms, sessions must be logged in again"
        )
    if said["key"] != _fingerprint(key):
        raise InvalidSettings(f"{place} is not the key of {folder} (made for another installation); see {KEY_FILE}")
    return key


def key_place(folder: Path, *, demo: bool) -> Path:
    """The file that a backup must hold, besides the data folder."""
    marker = folder / MARKER
    if demo or not marker.exists():
        return folder / _OLD
    place = _place(json.loads(marker.read_text("utf-8"))["id"])
    return place if place.is_file() else folder / _OLD


def derived(key: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose, from which the key itself can't be found."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"tingchao {purpose}".encode()).derive(key)


def _settle(folder: Path, marker: Path) -> None:
    """Give a folder its key and its marker; runs once in an installation's life."""
    installation = secrets.token_hex(4)
    place, old = _place(installation), folder / _OLD
    before = old.read_bytes() if old.is_file() else None
    try:
        key = _made(place, before)
    except OSError as error:
        key = _made(old)
        say(f"warning: the key stays in {old}, because {place} can't be written ({error.strerror}); see {KEY_FILE}")
    else:
        if before is not None and key != before:
            raise InvalidSettings(f"{place} and {old} hold different keys: remove the one that is not this folder's")
    if len(key) < _SHORTEST_BYTES:
        raise InvalidSettings(f"{place}: a key of {len(key)} bytes; hoped for at least {_SHORTEST_BYTES}")
    _write(marker, json.dumps({"id": installation, "key": _fingerprint(key)}).encode())
    if before is not None and place.is_file():  # only now: a kill before this line loses nothing
        old.unlink()
        say(f"note: the key moved from {old} to {place}: keep a copy of it apart from the data")


def _place(installation: str) -> Path:
    if named := os.environ.get(KEY_FILE):
        return Path(named).expanduser()
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return Path(home) / "tingchao" / f"{installation}.key"


def _made(path: Path, key: bytes | None = None) -> bytes:
    """The bytes of the file; where there is none, it is written whole, so that nobody ever reads half of it."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, key or secrets.token_bytes(32))
    return path.read_bytes()


def _write(path: Path, data: bytes) -> None:
    aside = path.with_name(f"{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(aside, path)  # unlike a rename it leaves the first one's file alone
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"tingchao " + key).hexdigest()[:16]


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
