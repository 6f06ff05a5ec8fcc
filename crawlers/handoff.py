"""The inbox between collecting and storing: each batch is one file, whole or not there, gone only when it is stored."""

import itertools
import logging
import os
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import attrs
import msgspec

from domain.documents import AuthorKind, Post, Review
from domain.feeds import HotTopic, PageSeen, SiteTotal
from domain.prices import PriceObservation, Product

Record = Post | Review | Product | PriceObservation | PageSeen | SiteTotal | HotTopic
TYPES: dict[str, type[Record]] = {
    "post": Post,
    "review": Review,
    "product": Product,
    "price": PriceObservation,
    "page": PageSeen,
    "total": SiteTotal,
    "topic": HotTopic,
}
_TAGS = {noun: tag for tag, noun in TYPES.items()}
_PUBLIC = (AuthorKind.ORGANISATION, AuthorKind.MEDIA, AuthorKind.GOVERNMENT)
_STALE_TEMP_S = 3600
log = logging.getLogger(__name__)


class Inbox(Protocol):
    """Batches on their way to the ledger. They survive `kill -9`; the same batch may be read again until it is removed."""

    def put(self, source: str, records: Sequence[Record]) -> str:
        """Hand over a batch, durably on return. Authors become keyed hashes here. Returns its name: the ledger's receipt."""
        ...

    def pending(self) -> list[str]:
        """Names of the batches that wait, oldest first."""
        ...

    def read(self, name: str) -> tuple[Record, ...]:
        """The nouns of a batch, in order. Damaged lines are set aside with a message, the good ones are given."""
        ...

    def remove(self, name: str) -> None:
        """The batch is stored; removing one that is gone is fine."""
        ...


class _Head(msgspec.Struct, tag="inbox", tag_field="type"):
    source: str
    records: int
    version: int = 1


class _Line(msgspec.Struct):
    type: str
    value: msgspec.Raw


@attrs.frozen(kw_only=True)
class Damage:
    """Why a line of a batch could not be read."""

    line: int
    """1-based line of the file; 0 = the whole file."""
    why: str
    text: bytes = b""


class FolderInbox:
    """An inbox in a folder of JSON Lines files; several processes may put and one may read."""

    def __init__(self, folder: Path, *, pseudonym: Callable[[str, str], str]) -> None:
        """folder: made if missing. pseudonym: (source, author) -> keyed hash; no author reaches the disk without it."""
        self.folder = folder
        self._pseudonym = pseudonym
        self._counter = itertools.count()
        self._process = secrets.token_hex(4)
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, source: str, records: Sequence[Record]) -> str:
        """See Inbox: written aside, flushed to the disk, then renamed."""
        name = self._new_name(source)
        aside = self.folder / f".{name}.tmp"
        lines = [msgspec.json.encode(_Head(source=source, records=len(records)))]
        lines += [_encode(self._without_names(record)) for record in records]
        with aside.open("xb") as file:
            file.write(b"\n".join(lines) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        aside.rename(self.folder / name)
        _sync_folder(self.folder)
        return name

    def pending(self) -> list[str]:
        """See Inbox. Half-written files that a killed process left an hour ago are swept out: they hold unmasked text."""
        for stale in self.folder.glob(".*.tmp"):
            if time.time() - stale.stat().st_mtime > _STALE_TEMP_S:
                stale.unlink(missing_ok=True)
        return sorted(path.name for path in self.folder.glob("*.jsonl"))

    def read(self, name: str) -> tuple[Record, ...]:
        """See Inbox. Damage goes to `quarantine/NAME` with its reasons, and one warning to the log. Raises FileNotFoundError."""
        records: list[Record] = []
        damages: list[Damage] = []
        for found in _lines((self.folder / name).read_bytes()):
            if isinstance(found, Damage):
                damages.append(found)
            else:
                records.append(found)
        if damages:
            self._quarantine(name, damages, good=len(records))
        return tuple(records)

    def remove(self, name: str) -> None:
        """See Inbox."""
        (self.folder / name).unlink(missing_ok=True)

    def _new_name(self, source: str) -> str:
        plain = re.sub(r"[^\w]+", "-", source)[:40]
        # nanoseconds sort the batches; process and counter keep equal moments apart
        return f"{time.time_ns():020d}-{self._process}-{next(self._counter):06d}-{plain}.jsonl"

    def _without_names(self, record: Record) -> Record:
        if isinstance(record, Review):
            return attrs.evolve(record, author=self._pseudonym(record.source, record.author) if record.author else "")
        if isinstance(record, Post):
            author = self._pseudonym(record.source, record.author) if record.author else ""
            public = record.author_name if record.author_kind in _PUBLIC else ""
            return attrs.evolve(record, author=author, author_name=public)
        return record

    def _quarantine(self, name: str, damages: Sequence[Damage], *, good: int) -> None:
        folder = self.folder / "quarantine"
        folder.mkdir(exist_ok=True)
        rows = (f"line {d.line}: {d.why}\n".encode() + (d.text + b"\n" if d.text else b"") for d in damages)
        (folder / name).write_bytes(b"".join(rows))
        log.warning(
            "inbox file damaged name=%s good=%d damaged=%d first=%r kept=%s",
            name, good, len(damages), f"line {damages[0].line}: {damages[0].why}", folder / name,
        )  # fmt: skip


def _encode(record: Record) -> bytes:
    try:
        return msgspec.json.encode({"type": _TAGS[type(record)], "value": record})
    except UnicodeEncodeError:  # a site cut an emoji in two: half a surrogate pair has no UTF-8
        return msgspec.json.encode({"type": _TAGS[type(record)], "value": _well_formed(record)})


def _well_formed(value: Any) -> Any:  # Any: walks nouns, tuples and plain values alike
    if type(value) is str:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, tuple):
        return tuple(_well_formed(each) for each in value)
    if attrs.has(type(value)):
        fields = (f.name for f in attrs.fields(type(value)))
        return attrs.evolve(value, **{name: _well_formed(getattr(value, name)) for name in fields})
    return value


def _lines(content: bytes) -> Iterator[Record | Damage]:
    """Nouns and damages in the order of the file; lines promised by its head and missing are a damage too."""
    lines = content.split(b"\n")
    tail = lines.pop()  # empty in a whole file: every line ends in a newline
    try:
        promised = msgspec.json.decode(lines[0] if lines else tail, type=_Head).records
    except msgspec.DecodeError as error:
        yield Damage(line=1, why=f"not the head of an inbox file: {error}", text=content)
        return
    yield from _read_lines(lines[1:])
    if tail:
        yield Damage(line=len(lines) + 1, why="cut in the middle", text=tail)
    if len(lines) - 1 + bool(tail) < promised:
        yield Damage(line=0, why=f"{promised} records promised, {len(lines) - 1} whole lines found")


def _read_lines(lines: Iterable[bytes]) -> Iterator[Record | Damage]:
    for number, line in enumerate(lines, start=2):
        try:
            head = msgspec.json.decode(line, type=_Line)
            if head.type not in TYPES:
                raise msgspec.ValidationError(f"unknown record type {head.type!r}, hoped for one of {', '.join(TYPES)}")
            yield msgspec.json.decode(head.value, type=TYPES[head.type])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            yield Damage(line=number, why=str(error), text=line)


def _sync_folder(folder: Path) -> None:
    """A rename is durable only when the folder itself is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
