"""The embedded engine's folder: its place in the ledger, and whether its files are what they should be."""

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from tantivy import DocAddress, Query, Searcher

from domain.errors import StoreUnavailable
from index.store import IndexDamaged

SHAPE = 2
"""Counts up with every change of the schema; another shape is rebuilt from the ledger."""
META = "meta.json"
_STATE = "state.json"
_SUFFIXES = ("store", "term", "idx", "pos", "fast", "fieldnorm")
_WAY_OUT = "the ledger still has every document: rebuild the index from it (reset, then catch up)"
_FOOTER = struct.Struct("<II")
_READ_BYTES = 1 << 20


class State(msgspec.Struct):
    """What the engine remembers beside tantivy's own files."""

    sequence: int = 0
    shape: int = SHAPE


class _Segment(msgspec.Struct):
    segment_id: str


class _Meta(msgspec.Struct):
    segments: list[_Segment]


class _Footer(msgspec.Struct):
    crc: int


def damaged(folder: Path, what: object) -> IndexDamaged:
    """The error that tells the way out."""
    return IndexDamaged(f"{folder}: {what}; {_WAY_OUT}")


def read_state(folder: Path) -> State:
    """Sequence 0 where nothing was written yet. Raises IndexDamaged."""
    try:
        return msgspec.json.decode((folder / _STATE).read_bytes(), type=State)
    except FileNotFoundError:
        return State()
    except msgspec.DecodeError as error:
        raise damaged(folder, f"{_STATE} can't be read ({error})") from None


def write_state(folder: Path, state: State) -> None:
    """Durable on return, whole or not at all."""
    aside = folder / f"{_STATE}.part"
    with aside.open("wb") as file:
        file.write(msgspec.json.encode(state))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / _STATE)
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_folder(folder: Path) -> None:
    """Raises IndexDamaged where files are missing or of another shape. Cheap: looks at names only."""
    state = read_state(folder)
    if state.shape != SHAPE:
        raise damaged(folder, f"made in shape {state.shape}, this version writes {SHAPE}")
    if not (folder / META).exists():
        if (folder / _STATE).exists():
            # an empty index that believes it has come far in the ledger would stay empty
            raise damaged(folder, f"{META} is gone")
        return
    missing = [path.name for path in _files(folder) if not path.exists()]
    if missing:
        raise damaged(folder, f"{missing[0]} is gone")


def check_bytes(folder: Path) -> None:
    """Raises IndexDamaged where a file's checksum is not the one in its footer. Reads everything: about 1 s a GB."""
    for path in _files(folder):
        if path.exists() and not _sound(path):  # a merge may take it away meanwhile
            raise damaged(folder, f"{path.name} has changed since it was written")


def probe(searcher: Searcher) -> None:
    """Touch each segment's columns and rows, so that damage shows at the start and not in the night."""
    searcher.aggregate(Query.all_query(), {"newest": {"max": {"field": "order"}}})
    for segment in range(searcher.num_segments):
        searcher.doc(DocAddress(segment, 0))


@contextmanager
def mending(folder: Path) -> Iterator[None]:
    """Failures of the library while reading, in words of the product."""
    try:
        yield
    except (ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise StoreUnavailable(f"{folder}: {error}") from None
        raise damaged(folder, error) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # how a failed assertion of the library arrives
            raise
        raise damaged(folder, error) from None


def _files(folder: Path) -> list[Path]:
    try:
        meta = msgspec.json.decode((folder / META).read_bytes(), type=_Meta)
    except msgspec.DecodeError as error:
        raise damaged(folder, f"{META} can't be read ({error})") from None
    ids = [segment.segment_id.replace("-", "") for segment in meta.segments]
    return [folder / f"{id_}.{suffix}" for id_ in ids for suffix in _SUFFIXES]


def _sound(path: Path) -> bool:
    """Does the body's CRC-32 equal the one in tantivy's footer (JSON, its length, a magic number)?"""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _FOOTER.size))
        length, _magic = _FOOTER.unpack(file.read(_FOOTER.size))
        body = size - _FOOTER.size - length
        if body < 0:
            return False
        file.seek(body)
        try:
            footer = msgspec.json.decode(file.read(length), type=_Footer)
        except msgspec.DecodeError:
            return False
        file.seek(0)
        crc = 0
        while body > 0:
            piece = file.read(min(_READ_BYTES, body))
            crc, body = zlib.crc32(piece, crc), body - len(piece)
    return crc == footer.crc
