"""Stdout holds the answer only: JSON Lines out, lines in, messages to stderr."""

import gzip
import sys
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec
import typer
from rich.console import Console

from domain.errors import InvalidInput
from domain.times import day_start, parse_iso

BOM = b"\xef\xbb\xbf"
UNREADABLE = (OSError, EOFError, zlib.error)
"""What a damaged archive or disk raises while it is read."""
console = Console(stderr=True)
_encoder = msgspec.json.Encoder()


def emit(row: Any) -> None:
    """One JSON object, one line, UTF-8."""
    sys.stdout.buffer.write(_encoder.encode(row) + b"\n")


def flush() -> None:
    """Let a reading program see what was emitted."""
    sys.stdout.buffer.flush()


def say(message: str) -> None:
    """A sentence for people."""
    typer.echo(message, err=True)


def lines_in(path: str = "-") -> Iterator[tuple[int, bytes]]:
    """(number, line) from a file, a `.gz` file or stdin (`-`), numbers from 1, without line ends and byte order mark.

    Raises InvalidInput where the file can't be read, after the lines before that place.
    """
    number = 0
    with open_bytes(path) as stream:
        try:
            for number, line in enumerate(stream, start=1):
                yield number, line.rstrip(b"\r\n").removeprefix(BOM if number == 1 else b"")
        except UNREADABLE as error:
            raise InvalidInput(f"{path}: unreadable from here on: {error}", line=number + 1) from None


def read_bytes(path: str) -> bytes:
    """All of a file, a `.gz` file or stdin (`-`). Raises InvalidInput."""
    with open_bytes(path) as stream:
        try:
            return stream.read()
        except UNREADABLE as error:
            raise InvalidInput(f"{path}: can't be read: {error}") from None


def open_bytes(path: str) -> BinaryIO:
    """A file for reading; `-` is stdin, `.gz` is unpacked. Raises InvalidInput for one that can't be opened."""
    if path == "-":
        return sys.stdin.buffer
    if not Path(path).exists():
        raise InvalidInput(f"{path}: no such file")
    try:
        return gzip.open(path, "rb") if path.endswith(".gz") else open(path, "rb")  # type: ignore[return-value]  # GzipFile reads like one
    except OSError as error:
        raise InvalidInput(f"{path}: can't be opened: {error.strerror}") from None


def moment(text: str | None, *, option: str) -> datetime | None:
    """A time option: ISO 8601, or a bare Shanghai day. Raises InvalidInput."""
    if not text:
        return None
    try:
        if len(text) == 10:
            return day_start(datetime.fromisoformat(text).date())
        return parse_iso(text)
    except ValueError:
        raise InvalidInput(f"{option} {text!r} is no time: write 2026-11-01 or 2026-11-01T08:00+08:00") from None


class Faults:
    """Bad lines of an input: each is told at once, good ones go on, the command ends with 2."""

    def __init__(self) -> None:
        self.count = 0

    def tell(self, error: Exception, *, line: int | None = None) -> None:
        """One message on stderr."""
        self.count += 1
        say(f"error: {'line ' + str(line) + ': ' if line else ''}{error}")

    def exit_code(self) -> None:
        """Leave with 2 if anything was wrong."""
        flush()
        if self.count:
            raise typer.Exit(2)
