"""Who was asked, at which address, and what was refused: a file of JSON Lines beside the data, rotated."""

import fcntl
import os
from datetime import UTC, datetime
from pathlib import Path

import attrs
import msgspec

ROTATE_BYTES = 8 * 1024 * 1024
KEEP = 5
"""Full files that are kept beside the current one: egress.jsonl.1 is the newest."""


@attrs.frozen(kw_only=True)
class Connection:
    """One line: a request of the plain transport, or a connection of the browser."""

    transport: str
    """`http` or `browser`."""
    host: str
    port: int
    address: str = ""
    """IP address that was really asked; empty = none, or the company's proxy knows."""
    received: int = 0
    """Bytes that came in."""
    refused: str = ""
    """Why it was refused, cut or failed; empty = it went through."""


class Audit:
    """Appends lines; several processes may write the same file."""

    def __init__(self, path: Path | None, *, rotate_bytes: int = ROTATE_BYTES) -> None:
        """path: None = nothing is kept."""
        self._path = path
        self._rotate_bytes = rotate_bytes
        self._handle = -1

    def write(self, connection: Connection) -> None:
        """Append a line, with the real time: a clock that is moved must not move it."""
        if self._path is None:
            return
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds")} | attrs.asdict(connection)
        os.write(self._open(self._path), msgspec.json.encode(line) + b"\n")

    def close(self) -> None:
        """Close the file; the next line opens it again."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def _open(self, path: Path) -> int:
        if self._handle >= 0:
            mine, there = os.fstat(self._handle), _stat(path)
            if there is None or there.st_ino != mine.st_ino:  # somebody else has rotated it
                self.close()
            elif mine.st_size >= self._rotate_bytes:
                self._rotate(path)
        if self._handle < 0:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return self._handle

    def _rotate(self, path: Path) -> None:
        fcntl.flock(self._handle, fcntl.LOCK_EX)  # given back with the handle
        there = _stat(path)
        if there is not None and there.st_ino == os.fstat(self._handle).st_ino:
            for number in range(KEEP - 1, 0, -1):
                older = path.with_name(f"{path.name}.{number}")
                if older.exists():
                    older.replace(path.with_name(f"{path.name}.{number + 1}"))
            path.replace(path.with_name(f"{path.name}.1"))
        self.close()


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None
