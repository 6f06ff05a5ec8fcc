"""Opening other tools' files: CSV, XLSX or JSON Lines, packed or not, in whatever encoding, as rows with their line numbers."""

import csv
import gzip
import io
import json
import re
import sys
import tempfile
import zipfile
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import attrs
from python_calamine import CalamineError, CalamineWorkbook

from domain.errors import InvalidInput

HEAD_BYTES = 1 << 20
SPOOL_BYTES = 32 << 20
LONGEST_RECORD_LINES = 200
"""A cell with more line breaks than this is an open quotation mark, not a text."""
# GBK read as UTF-8 breaks at nearly every character, so a few broken rows leave a file UTF-8; read as GBK, much else passes.
_MOST_DAMAGE = {"utf-8": 0.25, "gb18030": 0.02}
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_ENCODING_NAMES = {"gbk": "gb18030", "gb2312": "gb18030", "cp936": "gb18030", "utf8": "utf-8", "utf-8-sig": "utf-8"}


@attrs.frozen(kw_only=True)
class Refused:
    """A row that was not taken."""

    line: int
    """1-based line of the file (of a workbook: row of the sheet) on which the row begins."""
    why: str
    """What is wrong with it and how to mend it, Chinese."""


@attrs.frozen(kw_only=True)
class Line:
    """One row as the file has it, before anybody knows which one is the header."""

    number: int
    """As `Refused.line`."""
    cells: tuple[Any, ...]
    """Text from CSV, values from a workbook, one dict from JSON Lines."""
    sheet: str = ""
    """Name of the workbook's sheet; empty for other files."""


@attrs.frozen(kw_only=True)
class Table:
    """An open file."""

    form: str
    """csv, workbook or json."""
    encoding: str
    """Python's name of the text encoding; empty for a workbook."""
    lines: Iterator[Line | Refused]
    """Rows in file order; blank ones are left out."""


@contextmanager
def opened(path: Path | str | BinaryIO, *, encoding: str = "") -> Iterator[Table]:
    """A file, `-` for stdin, or a binary stream, unpacked if it is gzip; the bytes tell the form, not the name.

    encoding: what somebody declared; empty = found out. Raises InvalidInput for a file that is not there, an encoding
    that doesn't fit, or a form that is none of ours.
    """
    name = str(path) if isinstance(path, str | Path) else "stream"
    with _binary(path, name) as stream:
        head = _head(stream, name)
        if head.startswith(_WORKBOOKS):
            yield Table(form="workbook", encoding="", lines=_workbook(stream, name))
            return
        found = _encoding(head, encoding, name)
        text = io.TextIOWrapper(stream, encoding=found, errors="surrogateescape", newline="")
        start = head[:64].decode(found, errors="ignore").lstrip("\ufeff \t\r\n")
        json_form = start.startswith(("{", "["))
        lines = (
            _json(text, array=start.startswith("["))
            if json_form
            else _csv(text, _delimiter(head.decode(found, "ignore")))
        )
        yield Table(form="json" if json_form else "csv", encoding=found, lines=_to_the_end(lines))


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
    if not head.strip(b"\xef\xbb\xbf\xff\xfe \t\r\n"):
        raise InvalidInput(f"{name}：文件是空的，或压缩包已损坏")
    return head


def _encoding(head: bytes, declared: str, name: str) -> str:
    """The encoding that the first megabyte fits; a declared one is only believed if it does."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    damage = {"utf-8": _damage(head, "utf-8"), "gb18030": _damage(head, "gb18030")}
    fits = next((encoding for encoding, limit in _MOST_DAMAGE.items() if damage[encoding] < limit), "")
    wanted = _ENCODING_NAMES.get(declared.lower().replace("_", "-"), declared.lower())
    if wanted == "gb18030" and fits == "utf-8" and not head.isascii():
        damage[wanted] = 1.0  # Chinese GBK text practically never passes for UTF-8, the other way round it often does
    if wanted in damage and damage[wanted] >= _MOST_DAMAGE[wanted]:
        other = (
            f"它看起来是 {'GBK/GB18030' if fits == 'gb18030' else 'UTF-8'}" if fits else "也不是另一种常见的中文编码"
        )
        way = f"请把编码改成 {fits}，或留空让系统自己判断" if fits else "请用原软件重新导出为 UTF-8"
        line = _first_broken_line(head, wanted)
        raise InvalidInput(f"{name}：第 {line} 行起不是声明的 {wanted.upper()} 编码，{other}；{way}", line=line)
    if not fits:
        raise InvalidInput(f"{name}：认不出文字编码（不是 UTF-8，也不是 GBK）；请用原软件重新导出为 UTF-8")
    chosen = wanted if wanted in damage else fits
    return "utf-8-sig" if chosen == "utf-8" else chosen


def _damage(head: bytes, encoding: str) -> float:
    """Share of the characters beyond ASCII that this encoding can't read, 0 … 1; unreadable control bytes count too."""
    whole = head[: head.rfind(b"\n") + 1] or head  # the megabyte may end inside a character
    text = whole.decode(encoding, errors="replace")
    beyond = len(text) - len(text.encode("ascii", "ignore"))
    strange = text.count("\ufffd") + text.count("\x00")
    if encoding == "gb18030":  # other encodings read as GBK fall into its private-use corner
        strange += len(_PRIVATE.findall(text))
    return strange / beyond if beyond else float("\x00" in text)


def _first_broken_line(head: bytes, encoding: str) -> int:
    for number, line in enumerate(head.split(b"\n"), 1):
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            return number
    return 1


def _to_the_end(lines: Iterator[Line | Refused]) -> Iterator[Line | Refused]:
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


def _delimiter(head: str) -> str:
    first = next((line for line in head.splitlines() if line.strip()), "")
    return max((",", "\t", ";", "|"), key=first.count)


def _csv(text: Iterable[str], delimiter: str) -> Iterator[Line | Refused]:
    """CSV records; one with a broken quotation costs only its own first line, reading goes on with the next."""
    source = iter(text)
    waiting: deque[str] = deque()
    number = 0
    while True:
        first = waiting.popleft() if waiting else next(source, None)
        if first is None:
            return
        number += 1
        taken = [first]
        cells = _cells(taken, delimiter)
        while cells is None and len(taken) < LONGEST_RECORD_LINES:
            more = waiting.popleft() if waiting else next(source, None)
            if more is None:
                break
            taken.append(more)
            cells = _cells(taken, delimiter)
        if cells is None or isinstance(cells, str):
            waiting.extendleft(reversed(taken[1:]))
            yield Refused(line=number, why=cells or "引号没有闭合，这一行从这里被截断或缺了一个引号")
            continue
        if any(cell.strip() for cell in cells):
            yield Line(number=number, cells=tuple(cells))
        number += len(taken) - 1


def _cells(lines: list[str], delimiter: str) -> list[str] | str | None:
    """The cells of a record; None where its quotation is still open, a text (why) where it is broken."""
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            return None
        if len(lines) == 1:
            try:  # a quotation mark inside a quoted cell that nobody doubled: lenient reading keeps the columns
                return next(csv.reader(lines, delimiter=delimiter), [])
            except csv.Error:
                pass
        return f"引号不成对，这一行读不出来（{error}）"


def _json(text: Iterable[str], *, array: bool) -> Iterator[Line | Refused]:
    """One object a line, or one array of objects (then the number is the place in the array)."""
    if array:
        yield from _json_array("".join(text))
        return
    for number, line in enumerate(text, 1):
        line = line.strip().removeprefix("\ufeff")
        if not line:
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Refused(line=number, why=f"不是完整的 JSON（{str(error)[:80]}）")
            continue
        yield (
            Line(number=number, cells=(value,))
            if isinstance(value, dict)
            else Refused(line=number, why="这一行不是 JSON 对象")
        )


def _json_array(text: str) -> Iterator[Line | Refused]:
    """The array's objects one by one, so that a cut array still gives those before the cut."""
    decoder = json.JSONDecoder()
    position = text.index("[") + 1
    number = 0
    while True:
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
        if text[position : position + 1] == "]":
            return
        number += 1
        try:
            value, position = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            yield Refused(line=number, why=f"JSON 数组在第 {number} 项处残缺，此后读不出来")
            return
        yield (
            Line(number=number, cells=(value,))
            if isinstance(value, dict)
            else Refused(line=number, why="这一项不是 JSON 对象")
        )


def _workbook(stream: BinaryIO, name: str) -> Iterator[Line | Refused]:
    """The rows of all sheets, in order."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(stream.read()))
        names = book.sheet_names
    except (CalamineError, zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
        raise InvalidInput(f"{name}：不是完整的 Excel 文件（{str(error)[:80]}）；请重新导出") from error
    for sheet in names:
        try:
            for number, row in enumerate(book.get_sheet_by_name(sheet).to_python(skip_empty_area=False), 1):
                if any(cell not in ("", None) for cell in row):
                    yield Line(number=number, cells=tuple(row), sheet=sheet)
        except (CalamineError, ValueError) as error:
            yield Refused(line=1, why=f"工作表「{sheet}」读不出来（{str(error)[:80]}）")
