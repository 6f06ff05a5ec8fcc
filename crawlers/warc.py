"""Gzip members of a WARC file: read one by one up to where a crash cut them, and taken out in place."""

import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from domain.errors import InvalidInput

_CHUNK = 64 * 1024
_MAGIC = b"\x1f\x8b\x08"
_WITH_COMMENT = 0x10
"""Gzip's FLG bit: a comment stands in the header; it fills up the room of what was taken out."""


class Cut(InvalidInput):
    """A file ends, or can't be read on, in the middle of a member."""


def members(path: Path) -> Iterator[tuple[int, bytes]]:
    """(offset, bytes unpacked) of each member, in order. Raises Cut at the first that is not whole, after those before it."""
    with path.open("rb") as file:
        rest, offset = b"", 0
        while True:
            unpacked, length, rest = _member(file, rest, path, offset)
            if not length:
                return
            yield offset, unpacked
            offset += length


def take_out(path: Path, offset: int, record: bytes) -> bool:
    """Put a small record in the room of the member at `offset`, in place: all other offsets stay, an appending crawl is not disturbed.

    Returns False where that member holds the record already. Raises Cut where no whole member begins there, and InvalidInput
    where it is shorter than the record.
    """
    with path.open("r+b") as file:
        file.seek(offset)
        unpacked, length, _ = _member(file, b"", path, offset)
        if not length:
            raise Cut(f"{path}: nothing at byte {offset}")
        if unpacked == record:
            return False
        file.seek(offset)
        file.write(_filling(record, length, path))
        file.flush()
        os.fsync(file.fileno())
    return True


def _member(file: BinaryIO, rest: bytes, path: Path, offset: int) -> tuple[bytes, int, bytes]:
    """One member unpacked, its length in the file, and what was read beyond it. Length 0 = the file ended well."""
    unpack, parts, length = zlib.decompressobj(31), [], 0
    while not unpack.eof:
        chunk = rest or file.read(_CHUNK)
        rest = b""
        if not chunk:
            if not length:
                return b"", 0, b""
            raise Cut(f"{path}: cut at byte {offset + length}, in the record that begins at {offset}")
        try:
            parts.append(unpack.decompress(chunk))
        except zlib.error as error:
            raise Cut(f"{path}: unreadable from byte {offset}: {error}") from None
        length += len(chunk) - len(unpack.unused_data)
    return b"".join(parts), length, unpack.unused_data


def _filling(record: bytes, length: int, path: Path) -> bytes:
    """A gzip member of exactly this length that unpacks to the record."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(record) + deflate.flush()
    tail = zlib.crc32(record).to_bytes(4, "little") + (len(record) & 0xFFFFFFFF).to_bytes(4, "little")
    room = length - len(_MAGIC) - 7 - 1 - len(packed) - len(tail)
    if room < 0:
        raise InvalidInput(f"{path}: a record of {length} bytes has no room for the note that it was taken out")
    header = _MAGIC + bytes([_WITH_COMMENT]) + bytes(4) + b"\x00\xff"
    return header + b" " * room + b"\x00" + packed + tail
