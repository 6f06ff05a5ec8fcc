"""Uploaded files and their imports, which run on beside the pages that watch them."""

import threading
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any

import attrs

from crawlers.imports.mapping import Mapping
from domain.errors import InvalidInput, TingchaoError
from flows.imports import ImportReport, Imports

ENDINGS = (".csv", ".tsv", ".xlsx", ".xls", ".ods", ".jsonl", ".json", ".db", ".sqlite", ".sqlite3", ".zip")
KEPT = 20  # uploads remembered; the oldest go first


@attrs.frozen(kw_only=True)
class Upload:
    """One uploaded file on its way into the store."""

    id: str
    name: str
    """As the person calls it."""
    path: Path
    size_bytes: int
    state: str = "waiting"
    """waiting (for a yes), running, done, failed."""
    rows: int = 0
    """Rows read so far."""
    report: ImportReport | None = None
    fault: str = ""


class Uploads:
    """Keeps uploads of this run of the console; files lie in a folder of their own until imported."""

    def __init__(self, *, folder: Path, imports: Imports) -> None:
        """folder: where uploads lie. imports: the flow that takes them in."""
        self._folder, self._imports = folder, imports
        self._uploads: dict[str, Upload] = {}
        self._lock = threading.Lock()

    def receive(self, name: str, save: Callable[[Path], None]) -> Upload:
        """Keep an uploaded file; `save` writes it to the path given. Raises InvalidInput for a kind of file that is not read."""
        clean = clean_name(name)
        if not clean.lower().removesuffix(".gz").endswith(ENDINGS):
            raise InvalidInput(
                f"不认识 {clean!r} 这种文件：可以是 {'、'.join(ENDINGS)}，也可以再加 .gz。图片和 PDF 请到后台导出表格；纯文本请存成一列的 CSV，第一行写「评价内容」"
            )
        upload_id = token_hex(8)
        path = self._folder / upload_id / clean
        path.parent.mkdir(parents=True)
        save(path)
        upload = Upload(id=upload_id, name=clean, path=path, size_bytes=path.stat().st_size)
        with self._lock:
            self._uploads[upload_id] = upload
            forgotten = [self._uploads.pop(i) for i in list(self._uploads)[:-KEPT]]
        for old in forgotten:
            _discard(old)
        return upload

    def get(self, upload_id: str) -> Upload | None:
        """One upload; None if unknown."""
        return self._uploads.get(upload_id)

    def recent(self) -> list[Upload]:
        """All that are remembered, newest first."""
        return list(self._uploads.values())[::-1]

    def start(self, upload_id: str, *, source: str, mapping: str | Mapping = "", again: bool = False) -> None:
        """Import a waiting upload in the background; anything but a waiting one is left as it is. The rest as `Imports.run`."""
        with self._lock:
            upload = self._uploads[upload_id]
            if upload.state != "waiting":
                return
            self._uploads[upload_id] = attrs.evolve(upload, state="running")
        way = {"source": source, "mapping": mapping, "again": again}
        threading.Thread(target=self._run, args=(upload, way), name=f"import-{upload_id}", daemon=True).start()

    def _run(self, upload: Upload, way: dict[str, Any]) -> None:
        try:
            report = self._imports.run(upload.path, **way, progress=lambda rows: self._note(upload.id, rows=rows))
            self._note(upload.id, state="done", report=report, rows=report.rows)
        except TingchaoError as error:
            self._note(upload.id, state="failed", fault=str(error).replace(str(upload.path), upload.name))
        except BaseException:
            self._note(upload.id, state="failed", fault="导入中断：请看日志，再试一次不会重复入库")
            raise
        finally:
            _discard(upload)

    def _note(self, upload_id: str, **changed: Any) -> None:
        with self._lock:
            if upload_id in self._uploads:
                self._uploads[upload_id] = attrs.evolve(self._uploads[upload_id], **changed)


def clean_name(name: str) -> str:
    """The last part of a name without anything that a path or terminal takes amiss."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c if c.isalnum() or c in "-_." else "_" for c in last).lstrip(".")[-120:] or "file"


def _discard(upload: Upload) -> None:
    upload.path.unlink(missing_ok=True)
    if upload.path.parent.exists():
        upload.path.parent.rmdir()
