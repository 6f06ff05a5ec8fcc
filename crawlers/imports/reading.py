"""Opening other tools' files: CSV, workbook, JSON, SQLite or an archive of them, by their bytes, as sheets of rows."""

import gzip
import io
import shutil
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import attrs

from crawlers.imports import archives, books, databases, records, separated
from crawlers.imports.encodings import encoding_of
from crawlers.imports.lines import Line, Noted, Refused, Sheet
from domain.errors import InvalidInput

HEAD_BYTES = 1 << 20
SPOOL_BYTES = 32 << 20
MOST_HTML_BYTES = 64 << 20
READ = "CSV、XLSX、XLS、JSON、JSONL、SQLite，或它们的 .gz、.zip"
_OTHER_FORMS = {
    b"\x89PNG": "PNG 图片", b"\xff\xd8\xff": "JPEG 图片", b"GIF8": "GIF 图片", b"RIFF": "图片或声音", b"%PDF": "PDF 文档",
    b"Rar!": "RAR 压缩包", b"7z\xbc\xaf": "7z 压缩包", b"BZh": "bzip2 压缩包", b"\xfd7zXZ": "xz 压缩包", b"\x28\xb5\x2f\xfd": "zstd 压缩包",
    b"PAR1": "Parquet 文件", b"\x00\x00\x00": "视频或其它二进制文件", b"{\\rtf": "RTF 文档", b"\x7fELF": "程序",
    b"MZ": "Windows 程序",
}  # fmt: skip
_TEXT_FORMS = (b"%PDF-", b"{\\rtf")
_WAYS = {
    "图片": "图片里的文字不会识别；请到后台导出表格",
    "PDF": "PDF 读不出列；请到后台导出 CSV 或 XLSX",
    "压缩包": "请先解压，或改打成 .zip",
}


@contextmanager
def opened(path: Path | str | BinaryIO, *, encoding: str = "") -> Iterator[Iterator[Sheet]]:
    """The sheets of a file, of `-` for stdin, or of a binary stream; the bytes tell the form, not the name.

    encoding: what somebody declared for a text file; empty = found out. Raises InvalidInput, at the latest with the first
    sheet, for a file that is not there, an encoding that doesn't fit, or a form that is none of ours.
    """
    name = str(path) if isinstance(path, str | Path) else "stream"
    with _binary(path, name) as stream:
        yield _sheets(_Source(stream=stream, name=name, encoding=encoding))


@attrs.frozen(kw_only=True)
class _Source:
    stream: BinaryIO
    name: str
    encoding: str = ""
    archived: bool = False


def _sheets(source: _Source) -> Iterator[Sheet]:
    head = _head(source.stream, source.name)
    if head.startswith(databases.MAGIC):
        yield from _database(source)
    elif head.startswith(b"\xd0\xcf\x11\xe0") or (
        head.startswith(b"PK\x03\x04") and archives.is_workbook(source.stream)
    ):
        yield from books.sheets(source.stream, source.name)
    elif head.startswith(b"PK\x03\x04") and not source.archived:
        yield from _members(source)
    else:
        _refuse_other_forms(head, source.name)
        yield from _text(source, head)


def _text(source: _Source, head: bytes) -> Iterator[Sheet]:
    encoding = encoding_of(head, source.encoding, source.name)
    beginning = head.decode(encoding, "ignore")
    start = beginning.lstrip("\ufeff \t\r\n")
    if start[:512].lower().startswith(("<html", "<!doctype html", "<table", "<meta", "<style")):
        if "<table" not in beginning.lower():
            raise InvalidInput(f"{source.name}：这是一个网页，里面没有表格（可能是登录页）；请登录后台重新导出")
        yield from books.html_sheets(source.stream.read(MOST_HTML_BYTES).decode(encoding, "replace"))
        return
    if start.startswith("<?xml"):
        raise InvalidInput(f"{source.name}：XML 表格读不了；请在 Excel 里打开后另存为 XLSX")
    text = io.TextIOWrapper(source.stream, encoding=encoding, errors="surrogateescape", newline="")
    try:
        if start.startswith(("{", "[")):
            lines = records.rows(text, array=start.startswith("["))
        else:
            lines = separated.rows(text, separator_of(beginning))
        yield Sheet(name="", lines=_to_the_end(lines))
    finally:
        with suppress(ValueError):  # the stream is closed already where nobody reads to the end
            text.detach()  # whoever opened it closes it


def separator_of(beginning: str) -> str:
    """See `separated.separator`; Excel's own first line `sep=;` decides where there is one."""
    first = beginning.lstrip("\ufeff")[:6].rstrip("\r\n")
    return first[4:5] if first.lower().startswith("sep=") and first[4:5] else separated.separator(beginning)


def _database(source: _Source) -> Iterator[Sheet]:
    if isinstance(source.stream, io.BufferedReader) and Path(str(source.stream.name)).is_file():
        yield from databases.sheets(Path(str(source.stream.name)), source.name)
        return
    with tempfile.TemporaryDirectory(prefix="tingchao-") as folder:  # SQLite reads files, not streams
        copy = Path(folder) / "import.db"
        with copy.open("wb") as out:
            shutil.copyfileobj(source.stream, out)
        yield from databases.sheets(copy, source.name)


def _members(source: _Source) -> Iterator[Sheet]:
    """The sheets of all files of an archive; one that can't be read is named and the others go on."""
    for member, content in archives.members(source.stream, source.name):
        with content:
            inner = _Source(stream=content, name=f"{source.name}/{member}", encoding=source.encoding, archived=True)
            try:
                for sheet in _sheets(inner):
                    yield attrs.evolve(sheet, name=f"{member} {sheet.name}".strip())
            except InvalidInput as error:
                yield Sheet(name=member, lines=iter([Refused(line=1, why=str(error))]))


def _refuse_other_forms(head: bytes, name: str) -> None:
    form = next((form for magic, form in _OTHER_FORMS.items() if head.startswith(magic)), "")
    if form and (b"\x00" in head[:4096] or head.startswith(_TEXT_FORMS)):  # a heading may begin with MZ, too
        way = next((way for word, way in _WAYS.items() if word in form), "请到后台导出表格")
        raise InvalidInput(f"{name}：这是{form}，不是数据表（not a table）。可以导入 {READ}；{way}")


@contextmanager
def _binary(path: Path | str | BinaryIO, name: str) -> Iterator[BinaryIO]:
    """A seekable, unpacked stream."""
    if isinstance(path, str | Path) and str(path) != "-":
        try:
            raw: BinaryIO = Path(path).open("rb")  # noqa: SIM115  # closed below, after the errors of opening are told apart
        except OSError as error:
            raise InvalidInput(f"{name}：打不开（{error.strerror}）") from error
    else:
        raw = _spooled(sys.stdin.buffer if isinstance(path, str | Path) else path)
    with raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if packed:
            with gzip.GzipFile(fileobj=raw, mode="rb") as unpacked:
                yield unpacked  # type: ignore[misc]  # GzipFile has all of BinaryIO that is used here
        else:
            yield raw


def _spooled(stream: BinaryIO) -> BinaryIO:
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115  # handed on, the caller closes it
    while part := stream.read(HEAD_BYTES):
        spool.write(part)
    spool.seek(0)
    return spool  # type: ignore[return-value]  # a SpooledTemporaryFile reads like a BinaryIO


def _head(stream: BinaryIO, name: str) -> bytes:
    """The first megabyte, or what can be unpacked of it; the stream is back at its start."""
    head = b""
    with suppress(EOFError, OSError, zlib.error):  # a cut file: the rows before the cut are read, then the cut is told
        while len(head) < HEAD_BYTES and (part := stream.read(1 << 16)):
            head += part
    stream.seek(0)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"):
        raise InvalidInput(f"{name}：文件是空的（empty file），或压缩包已损坏；请重新导出")
    return head


def _to_the_end(lines: Iterator[Line | Refused]) -> Iterator[Line | Refused | Noted]:
    """The rows, and one refusal where a packed file breaks off."""
    last = 0
    try:
        for line in lines:
            last = line.number if isinstance(line, Line) else line.line
            yield line
    except (EOFError, OSError, zlib.error, UnicodeDecodeError) as error:
        yield Refused(
            line=last + 1,
            why=f"文件从这里起残缺（{type(error).__name__}）：压缩包不完整，请重新下载或导出；此前的行已读取",
        )
