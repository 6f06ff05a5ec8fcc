"""The watched folder: what is dropped there is imported once it is whole, and lies afterwards in done or refused with the reason."""

import logging
from collections.abc import Iterator
from pathlib import Path

import attrs

from crawlers.imports.sources import site_of, slug
from domain.errors import StoreUnavailable, TingchaoError
from flows.imports import ImportReport, Imports

DONE, REFUSED = "done", "refused"
WHY = ".why.txt"
_UNFINISHED = (".part", ".tmp", ".crdownload", ".download", ".filepart", "~", WHY, "-wal", "-shm", "-journal")
LISTED_ROWS = 500
log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Taken:
    """One file that was looked at in this round."""

    name: str
    """Its place below the folder."""
    report: ImportReport | None
    """What became of it; None = refused as a whole."""
    why: str = ""
    """Why it was refused."""


@attrs.frozen(kw_only=True)
class Left:
    """A file that lies in `refused`."""

    name: str
    why: str


@attrs.define(kw_only=True, eq=False)
class ImportFolder:
    """Takes in what is dropped. A file counts as whole when size and time have not changed since the last look.

    A subfolder's name is the saved mapping of that name, else the source: `import/京东/…`, `import/门店回访/…`.
    """

    path: Path
    imports: Imports
    _seen: dict[Path, tuple[int, int]] = attrs.field(factory=dict, init=False)

    def take(self) -> list[Taken]:
        """Import every file that has not changed since the last call. Returns what was taken, refused ones included."""
        present = {file: _stamp(file) for file in self._waiting()}
        whole = [file for file, stamp in present.items() if stamp and self._seen.get(file) == stamp]
        self._seen = {file: stamp for file, stamp in present.items() if stamp and file not in whole}
        return [self._one(file) for file in whole]

    def refused(self, limit: int = 20) -> list[Left]:
        """What lies in `refused`, newest first, with the reasons."""
        folder = self.path / REFUSED
        reasons = (
            sorted(folder.rglob(f"*{WHY}"), key=lambda p: p.stat().st_mtime, reverse=True) if folder.is_dir() else []
        )
        return [
            Left(name=str(p.relative_to(folder)).removesuffix(WHY), why=p.read_text("utf-8")[:500])
            for p in reasons[:limit]
        ]

    def waiting(self) -> int:
        """How many files wait for their turn."""
        return sum(1 for _ in self._waiting())

    def _waiting(self) -> Iterator[Path]:
        if not self.path.is_dir():
            return
        for file in sorted(self.path.rglob("*")):
            parts = file.relative_to(self.path).parts
            hidden = any(part.startswith((".", "~$")) for part in parts)
            if hidden or parts[0] in (DONE, REFUSED) or file.name.lower().endswith(_UNFINISHED):
                continue
            if file.is_file() and not file.is_symlink():
                yield file

    def _one(self, file: Path) -> Taken:
        name = str(file.relative_to(self.path))
        try:
            mapping, source = self._way(file)
            report = self.imports.run(file, mapping=mapping, source=source)
        except (StoreUnavailable, OSError):
            raise  # not the file's fault: it waits for the next round
        except TingchaoError as error:
            return self._refuse(file, str(error).replace(str(file), file.name))
        except Exception as error:  # one file must not keep those behind it waiting for ever
            log.exception("import failed file=%s", name)
            return self._refuse(
                file, f"读取时出错（{type(error).__name__}: {str(error)[:200]}）；请看日志，或换一种格式导出"
            )
        log.info(
            "imported file=%s rows=%d stored=%d known=%d refused=%d",
            name, report.rows, report.stored, report.known, len(report.refused),
        )  # fmt: skip
        self._move(file, DONE, _lines(report))
        return Taken(name=name, report=report)

    def _refuse(self, file: Path, why: str) -> Taken:
        name = str(file.relative_to(self.path))
        log.warning("import refused file=%s: %s", name, why)
        self._move(file, REFUSED, why)
        return Taken(name=name, report=None, why=why)

    def _way(self, file: Path) -> tuple[str, str]:
        """(mapping, source) that the subfolder's name says; empty in the folder itself."""
        parts = file.relative_to(self.path).parts
        if len(parts) == 1:
            return "", ""
        folder = parts[0]
        return (folder, "") if folder in self.imports.mappings.all() else ("", site_of(folder) or slug(folder))

    def _move(self, file: Path, where: str, why: str) -> None:
        """Out of the way, never over an older file of the same name; the reason first, so that it is never missing."""
        target = self.path / where / file.relative_to(self.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        number = 1
        while target.exists() or target.with_name(target.name + WHY).exists():
            number += 1
            target = target.with_name(f"{file.stem} ({number}){file.suffix}")
        if why:
            target.with_name(target.name + WHY).write_text(why + "\n", "utf-8")
        file.replace(target)


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except OSError:  # taken away between listing and looking
        return None
    return stat.st_size, stat.st_mtime_ns


def _lines(report: ImportReport) -> str:
    """What was refused and noted, a line each; empty where all is well."""
    lines = [f"第 {r.line} 行没有导入：{r.why}" for r in report.refused]
    lines += [f"第 {n.line} 行：{n.why}" if n.line else n.why for n in report.notes]
    more = [f"……共 {len(lines)} 条"] if len(lines) > LISTED_ROWS else []
    return "\n".join(lines[:LISTED_ROWS] + more)
