"""Zip archives of export files: their members, whatever encoding their names are in, and none that could fill the disk."""

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from domain.errors import InvalidInput

MOST_MEMBERS = 500
MOST_UNPACKED_BYTES = 4 << 30
_SPOOL_BYTES = 32 << 20
_WORKBOOK_PARTS = ("[Content_Types].xml", "xl/workbook.xml", "content.xml")
_NO_TABLES = (
    ".jpg", ".jpeg", ".png", ".gif", ".webp", ".mp4", ".mov", ".mp3", ".m4a", ".txt", ".md", ".pdf", ".html", ".ds_store", "thumbs.db",
)  # fmt: skip


def is_workbook(stream: BinaryIO) -> bool:
    """Is this zip a workbook (XLSX, ODS) and no archive of files? A broken one counts as a workbook."""
    try:
        with zipfile.ZipFile(stream) as packed:
            return bool(set(_WORKBOOK_PARTS) & set(packed.namelist()))
    except (zipfile.BadZipFile, OSError, ValueError):
        return True
    finally:
        stream.seek(0)


def members(stream: BinaryIO, name: str) -> Iterator[tuple[str, BinaryIO]]:
    """(name, content) of each file in a zip archive that may hold a table. Raises InvalidInput for one that can't be unpacked."""
    with zipfile.ZipFile(stream) as packed:
        wanted = [part for part in packed.infolist() if _may_hold_rows(part)]
        if not wanted:
            raise InvalidInput(f"{name}：压缩包里没有可以导入的文件（CSV、XLSX、JSONL、SQLite）")
        if len(wanted) > MOST_MEMBERS or sum(part.file_size for part in wanted) > MOST_UNPACKED_BYTES:
            raise InvalidInput(f"{name}：压缩包太大（{len(wanted):,} 个文件）；请分成几个压缩包")
        for part in sorted(wanted, key=lambda part: part.filename):
            yield _name(part), _content(packed, part, name)


def _may_hold_rows(part: zipfile.ZipInfo) -> bool:
    lower = part.filename.lower()
    return not (part.is_dir() or lower.startswith("__macosx/") or "/." in f"/{lower}" or lower.endswith(_NO_TABLES))


def _name(part: zipfile.ZipInfo) -> str:
    """Windows writes Chinese names in GBK without saying so; zipfile then reads them as cp437."""
    if part.flag_bits & 0x800 or part.filename.isascii():
        return part.filename
    try:
        return part.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return part.filename


def _content(packed: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> BinaryIO:
    spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115  # handed on, the caller closes it
    try:
        with packed.open(part) as source:
            while piece := source.read(1 << 20):
                spool.write(piece)
                if spool.tell() > MOST_UNPACKED_BYTES:
                    raise InvalidInput(f"{name}：「{_name(part)}」展开后太大")
    except RuntimeError as error:  # what zipfile raises for a password
        raise InvalidInput(f"{name}：压缩包设了密码；请解压后再导入") from error
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError) as error:
        raise InvalidInput(f"{name}：「{_name(part)}」解压不出来（{str(error)[:60]}）；请重新下载或打包") from error
    spool.seek(0)
    return spool  # type: ignore[return-value]  # a SpooledTemporaryFile reads like a BinaryIO
