"""The raw answers as WARC files: a mended parser can be run again, and evidence has bytes, time and SHA-256."""

import hashlib
import logging
import os
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Self

import attrs
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawlers.sites.adapter import RawPage
from crawlers.warc import Cut, members, take_out
from domain.errors import InvalidInput

log = logging.getLogger(__name__)
ROTATE_BYTES = 64 * 1024 * 1024
_PREFIX = "urn:tingchao:"
_TAKEN_OUT = "WARC/1.1\r\nWARC-Type: metadata\r\nWARC-Record-ID: <urn:tingchao:taken-out>"
"""Stands where an answer was erased on request; it says nothing about it."""
# never written: what would let somebody else speak as us, and what no longer describes the bytes kept
_SECRET = ("set-cookie", "set-cookie2", "cookie", "authorization", "proxy-authorization", "proxy-authenticate")
_TRANSPORT = ("content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive")


@attrs.frozen(kw_only=True)
class ArchiveRecord:
    """Where an answer is kept."""

    id: str
    """WARC-Record-ID, `urn:tingchao:FILE:OFFSET`: it says itself where the record begins."""
    sha256: str
    """Of the body as parsed, 64 hex digits."""


class Archive:
    """A folder of gzipped WARC files. One writer per object, any number of objects and readers per folder."""

    def __init__(self, folder: Path, *, rotate_bytes: int = ROTATE_BYTES) -> None:
        """folder: made if missing. rotate_bytes: a file that has reached this size is closed and the next one begun."""
        self.folder = folder
        self._rotate_bytes = rotate_bytes
        self._file: BinaryIO | None = None
        self._name = ""
        self._written = False

    def write(self, source: str, page: RawPage, *, durable: bool = True) -> ArchiveRecord:
        """Keep an answer, durably on return, or once `sync` was called. The body is kept as parsed (content coding undone), cookies are left out."""
        file = self._open(source)
        digest = hashlib.sha256(page.body).hexdigest()
        record_id = f"{_PREFIX}{self._name}:{file.tell()}"
        writer = WARCWriter(file, gzip=True, warc_version="1.1")
        writer.write_record(_record(writer, page, record_id, digest))
        self._written = True
        if durable:
            self.sync()
        return ArchiveRecord(id=record_id, sha256=digest)

    def sync(self) -> None:
        """All that was written is on the disk on return."""
        if self._file is not None and self._written:
            self._file.flush()
            os.fsync(self._file.fileno())
        self._written = False

    def read_back(self, record: ArchiveRecord | str) -> RawPage:
        """The answer of a record or record id, as it was handed to the parser. Raises InvalidInput if it is gone or damaged."""
        record_id = record if isinstance(record, str) else record.id
        path, offset = self._place(record_id)
        with path.open("rb") as file:
            file.seek(offset)
            for found in ArchiveIterator(file):
                if found.rec_type != "response":
                    raise InvalidInput(f"archived answer {record_id!r} was taken out on request")
                return _page(found, record_id)
        raise InvalidInput(f"archive file {path} ends before {record_id!r}")

    def replay(
        self,
        source: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        told: Callable[[str], None] = log.warning,
    ) -> Iterator[tuple[str, RawPage]]:
        """(record id, answer) of what is kept of a source, seen in [since, until), oldest file first.

        told: gets a sentence for each file that a crash cut (it ends early) and for each damaged record (it is passed over).
        """
        for path in self.files(source):
            try:
                for offset, raw in members(path):
                    found = self._kept(path, offset, raw, told)
                    if found is not None and _within(found[1].seen_at, since, until):
                        yield found
            except Cut as error:
                told(f"{error}; the records before it were read")
            except FileNotFoundError:  # retention was here in the meantime
                continue

    def files(self, source: str = "*") -> list[Path]:
        """Files of a source, or of all, oldest first."""
        return sorted(self.folder.glob(f"{source}-*.warc.gz"))

    def expire(self, before: datetime) -> tuple[int, int]:
        """Take away the files that were last written before a real moment. Returns how many, and their bytes."""
        old = [(path, path.stat()) for path in self.files()]
        gone = [(path, stat.st_size) for path, stat in old if stat.st_mtime < before.timestamp()]
        for path, _ in gone:
            path.unlink(missing_ok=True)
        return len(gone), sum(size for _, size in gone)

    def take_out(self, record_id: str) -> bool:
        """Erase one answer; the others of its file keep their place. False where it is gone already. Raises InvalidInput."""
        try:
            path, offset = self._place(record_id)
        except InvalidInput:
            return False
        return take_out(path, offset, f"{_TAKEN_OUT}\r\nContent-Length: 0\r\n\r\n\r\n\r\n".encode())

    def _place(self, record_id: str) -> tuple[Path, int]:
        name, _, offset = record_id.removeprefix(_PREFIX).rpartition(":")
        path = self.folder / name
        if not record_id.startswith(_PREFIX) or "/" in name or not offset.isdigit() or not path.is_file():
            raise InvalidInput(f"no archived answer {record_id!r} in {self.folder}")
        return path, int(offset)

    def _kept(self, path: Path, offset: int, raw: bytes, told: Callable[[str], None]) -> tuple[str, RawPage] | None:
        record_id = f"{_PREFIX}{path.name}:{offset}"
        try:
            found = next(iter(ArchiveIterator(BytesIO(raw))), None)
            return None if found is None or found.rec_type != "response" else (record_id, _page(found, record_id))
        except InvalidInput as error:
            told(str(error))
        except Exception as error:  # warcio raises whatever its parsers do at a record that is none
            told(f"archived answer {record_id!r} can't be read: {type(error).__name__}: {error}")
        return None

    def __enter__(self) -> Self:
        """The archive itself; leaving closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the current file; the next write begins a new one."""
        if self._file is not None:
            self.sync()
            self._file.close()
            self._file = None

    def _open(self, source: str) -> BinaryIO:
        if self._file is not None and (
            self._file.tell() >= self._rotate_bytes or not self._name.startswith(f"{source}-")
        ):
            self.close()
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            # real time, only so that names sort; the random part keeps processes and machines apart
            stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
            self._name = f"{source}-{stamp}-{secrets.token_hex(4)}.warc.gz"
            self._file = (self.folder / self._name).open("xb")
        return self._file


def without_secrets(headers: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """Response headers as adapter and archive get them: no cookies, nothing about a transport that is undone."""
    return tuple((n, v) for n, v in headers if n.lower() not in (*_SECRET, *_TRANSPORT))


def _within(moment: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or moment >= since) and (until is None or moment < until)


def _record(writer: WARCWriter, page: RawPage, record_id: str, digest: str) -> ArcWarcRecord:
    headers = [(n, " ".join(v.splitlines())) for n, v in without_secrets(page.headers)]
    http = StatusAndHeaders(f"{page.status} -", [*headers, ("content-length", str(len(page.body)))], "HTTP/1.1")
    warc = {
        "WARC-Record-ID": f"<{record_id}>",
        "WARC-Date": page.seen_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "WARC-Payload-Digest": f"sha256:{digest}",
    }
    return writer.create_warc_record(
        page.url,
        "response",
        payload=BytesIO(page.body),
        length=len(page.body),  # without it warcio throws our SHA-256 away and writes its own SHA-1
        http_headers=http,
        warc_headers_dict=warc,
    )


def _page(record: ArcWarcRecord, record_id: str) -> RawPage:
    body = record.content_stream().read()
    kept = record.rec_headers.get_header("WARC-Payload-Digest")
    if record.rec_headers.get_header("WARC-Record-ID") != f"<{record_id}>" or kept != (
        f"sha256:{hashlib.sha256(body).hexdigest()}"
    ):
        raise InvalidInput(f"archived answer {record_id!r} is damaged: its bytes do not match {kept}")
    return RawPage(
        url=record.rec_headers.get_header("WARC-Target-URI"),
        body=body,
        status=int(record.http_headers.get_statuscode()),
        headers=tuple((n, v) for n, v in record.http_headers.headers if n != "content-length"),
        seen_at=datetime.fromisoformat(record.rec_headers.get_header("WARC-Date")),
    )
