"""Downloads at any size: what `flows.export.write` pushes becomes a stream that the browser pulls."""

import io
import queue
import threading
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, BinaryIO, cast
from urllib.parse import quote

from fastapi.responses import StreamingResponse

from flows.export import Row, write

CHUNK_BYTES = 64 * 1024
CHUNKS_AHEAD = 8  # at most half a MB waits for a slow browser
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


def download(rows: Iterable[Row], *, form: str, name: str, columns: Sequence[str] = ()) -> StreamingResponse:
    """Rows as a file of the browser; columns: its headings if there is none. What goes wrong before the first bytes is raised here; later it breaks the download off."""
    chunks = stream(rows, form, columns)
    first = next(chunks, b"")
    safe = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
    return StreamingResponse(
        chain([first], chunks),
        media_type=MEDIA.get(form, "application/octet-stream"),
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(safe)}.{form}"},
    )


def stream(rows: Iterable[Row], form: str, columns: Sequence[str] = ()) -> Iterator[bytes]:
    """The bytes of an export, while a thread of its own writes them; memory stays flat."""
    pipe = _Pipe()

    def fill() -> None:
        try:
            out = io.BufferedWriter(pipe, CHUNK_BYTES)
            write(rows, form, cast(BinaryIO, out), columns=columns)
            out.flush()
            out.detach()
            pipe.end(None)
        except BrokenPipeError:
            pass  # the browser went away: nobody waits for the rest
        except BaseException as error:
            pipe.end(error)

    threading.Thread(target=fill, name="download", daemon=True).start()
    try:
        yield from pipe.chunks()
    finally:
        pipe.hang_up()


class _Pipe(io.RawIOBase):
    """Bytes written in one thread and read in another, a few chunks ahead."""

    def __init__(self) -> None:
        self._queue: queue.Queue[bytes | BaseException | None] = queue.Queue(CHUNKS_AHEAD)
        self._gone = threading.Event()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # bytes-like, as RawIOBase has it
        chunk = bytes(data)
        if chunk:
            self._offer(chunk)
        return len(chunk)

    def end(self, error: BaseException | None) -> None:
        """Nothing more comes, because of an error or because all is written."""
        self._offer(error)

    def chunks(self) -> Iterator[bytes]:
        """What was written, until the end. Raises what broke the writing."""
        while (item := self._queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item

    def hang_up(self) -> None:
        """Nobody reads any more: the next write raises BrokenPipeError."""
        self._gone.set()

    def _offer(self, item: bytes | BaseException | None) -> None:
        while not self._gone.is_set():
            try:
                self._queue.put(item, timeout=0.2)
                return
            except queue.Full:
                continue
        raise BrokenPipeError("the reader has gone")
