"""Content codings undone, whatever label they bear, and never more than a cap."""

import sys
import zlib
from collections.abc import Iterable

import attrs
import brotli  # type: ignore[import-untyped]  # comes with Scrapy, as zstd does

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CHUNK = 64 * 1024
_GZIP, _ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
_CODINGS = ("gzip", "x-gzip", "deflate", "br", "zstd")


class TooLarge(Exception):
    """The body is larger than allowed once decompressed."""


@attrs.frozen(kw_only=True)
class Decoded:
    """A body without its codings."""

    body: bytes
    whole: bool = True
    """False where the compressed stream ends in the middle."""


def decoded(body: bytes, codings: Iterable[str], *, cap: int, cut: bool = False) -> Decoded:
    """The body as the site meant it.

    codings: as declared, in the order in which they were applied. Where a label lies the bytes decide: a body of another
    coding is decoded by that, one of none is left alone. cap: bytes; beyond them TooLarge, or with `cut` the first ones.
    """
    whole = True
    for coding in reversed([c.strip().lower() for c in codings if c.strip()] or ([""] if _magic(body) else [])):
        found = _undone(body, coding, cap)
        if found is None:
            continue
        if len(found.body) > cap and not cut:
            raise TooLarge(f"more than {cap} bytes once decompressed")
        body, whole = found.body[:cap], whole and found.whole
    return Decoded(body=body, whole=whole)


def _undone(body: bytes, coding: str, cap: int) -> Decoded | None:
    """The first reading that makes sense; None = the body bears no coding at all."""
    if not body:
        return None
    declared = "gzip" if coding == "x-gzip" else coding
    magic = _magic(body)
    order = dict.fromkeys(c for c in (declared if declared in _CODINGS else "", magic) if c)
    if magic and magic != declared:
        order = dict.fromkeys((magic, *order))
    for candidate in order:
        found = _try(body, candidate, cap)
        if found and (
            found.whole or candidate == magic or not _is_text(body)
        ):  # some text decodes to a few wrong bytes
            return found
    # a foreign label on a stream without magic bytes: believed only if it decodes to its very end
    for candidate in ("deflate", "br"):
        if candidate not in order and coding in _CODINGS:
            found = _try(body, candidate, cap)
            if found and found.whole:
                return found
    return None


def _try(body: bytes, coding: str, cap: int) -> Decoded | None:
    match coding:
        case "gzip":
            return _zlib(body, zlib.MAX_WBITS | 16, cap)
        case "deflate":  # some servers leave the zlib frame out
            return _zlib(body, zlib.MAX_WBITS, cap) or _zlib(body, -zlib.MAX_WBITS, cap)
        case "br":
            return _brotli(body, cap)
        case "zstd":
            return _zstd(body, cap)
    return None


def _zlib(body: bytes, bits: int, cap: int) -> Decoded | None:
    reader, parts, size, rest = zlib.decompressobj(bits), [], 0, body
    try:
        while rest and size <= cap and not reader.eof:
            parts.append(reader.decompress(rest, CHUNK))
            size += len(parts[-1])
            rest = reader.unconsumed_tail
            if reader.eof and bits > zlib.MAX_WBITS and reader.unused_data.startswith(_GZIP):  # a second member
                rest, reader = reader.unused_data, zlib.decompressobj(bits)
    except zlib.error:
        # a broken checksum or tail of what was read so far; nothing read means that it never was this coding
        return Decoded(body=b"".join(parts), whole=False) if size else None
    if bits < 0 and reader.eof and reader.unused_data:
        return None  # without a frame almost anything begins like deflate; only its end proves it
    return Decoded(body=b"".join(parts), whole=reader.eof or size > cap)


def _brotli(body: bytes, cap: int) -> Decoded | None:
    reader, parts, size, rest = brotli.Decompressor(), [], 0, body
    try:
        while size <= cap and not reader.is_finished():
            part = reader.process(rest, output_buffer_limit=CHUNK)
            rest = b""
            if not part:
                break
            parts.append(part)
            size += len(part)
    except brotli.error:
        return Decoded(body=b"".join(parts), whole=False) if size else None
    if not size and not reader.is_finished():
        return None
    return Decoded(body=b"".join(parts), whole=reader.is_finished() or size > cap)


def _zstd(body: bytes, cap: int) -> Decoded | None:
    reader, parts, size, rest = zstd.ZstdDecompressor(), [], 0, body
    try:
        while size <= cap and not reader.eof:
            part = reader.decompress(rest, CHUNK)
            rest = b""
            if not part and reader.needs_input:
                break
            parts.append(part)
            size += len(part)
    except zstd.ZstdError:
        return Decoded(body=b"".join(parts), whole=False) if size else None
    return Decoded(body=b"".join(parts), whole=reader.eof or size > cap)


def _magic(body: bytes) -> str:
    return "gzip" if body.startswith(_GZIP) else "zstd" if body.startswith(_ZSTD) else ""


def _is_text(body: bytes) -> bool:
    """Does it begin as readable text does, in whatever encoding: without control characters?"""
    return all(byte >= 0x20 or byte in b"\r\n\t" for byte in body[:512])
