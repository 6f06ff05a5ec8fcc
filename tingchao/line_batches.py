"""Lines of a stream in batches: a full one at once, a half-filled one as soon as the input pauses."""

import io
import os
import select
from collections.abc import Iterator
from typing import BinaryIO

from domain.errors import InvalidInput
from tingchao.commands.answers import BOM, UNREADABLE, open_bytes

Batch = list[tuple[int, bytes]]
"""(number from 1, line without its end) of lines that are not blank."""

_LINES, _BYTES = 512, 1 << 20
_CHUNK_BYTES = 1 << 18
_PAUSE_SECONDS = 0.05
"""So long nothing may come before the lines at hand are answered: a person or a slow program waits for them."""


def batches(path: str) -> Iterator[Batch]:
    """All lines of a file, a `.gz` file or stdin (`-`), in order.

    Raises InvalidInput where the file can't be read, after the batch of the lines before that place.
    """
    number = 0
    with open_bytes(path) as stream:
        batch: Batch = []
        size = 0
        try:
            for line in _lines(stream):
                if line is not None:
                    number += 1
                    line = line.removeprefix(BOM) if number == 1 else line
                    if line.strip():
                        batch.append((number, line))
                        size += len(line)
                if batch and (line is None or len(batch) >= _LINES or size >= _BYTES):
                    yield batch
                    batch, size = [], 0
        except UNREADABLE as error:
            if batch:
                yield batch
            raise InvalidInput(f"{path}: unreadable from here on: {error}", line=number + 1) from None
        if batch:
            yield batch


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Lines without their ends; None where the input pauses."""
    parts: list[bytes] = []
    for chunk in _chunks(stream):
        if not chunk:
            yield None
            continue
        first, *others = chunk.split(b"\n")
        parts.append(first)
        if others:
            yield b"".join(parts).rstrip(b"\r")
            for line in others[:-1]:
                yield line.rstrip(b"\r")
            parts = [others[-1]]
    if any(parts):
        yield b"".join(parts).rstrip(b"\r")


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """What can be read now, piece by piece; an empty one where nothing came for a moment."""
    place = _pipe(stream)
    if place is None:
        while chunk := stream.read1(_CHUNK_BYTES):  # type: ignore[attr-defined]  # all that open_bytes gives can
            yield chunk
        return
    while True:
        if not select.select([place], [], [], _PAUSE_SECONDS)[0]:
            yield b""
            select.select([place], [], [])
        chunk = os.read(place, _CHUNK_BYTES)
        if not chunk:
            return
        yield chunk


def _pipe(stream: BinaryIO) -> int | None:
    """Number of the open file where a program or a person may be writing at the other end."""
    if not isinstance(stream, io.BufferedReader):
        return None
    try:
        place = stream.fileno()
    except OSError:
        return None
    return None if os.path.isfile(place) else place
