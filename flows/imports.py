"""Files of other tools become documents: guessed or saved mapping, good rows in, bad rows named, the same file once."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

import attrs

from crawlers.imports.columns import KIND_WORDS, WORDS
from crawlers.imports.lines import Noted, Refused
from crawlers.imports.mapping import Guess, Mapping, corrected, values_of
from crawlers.imports.rows import look, read_documents
from crawlers.imports.sources import source_of
from domain.documents import Document, Post, Review
from domain.errors import InvalidInput
from domain.imports import ImportedFile
from domain.prices import PriceObservation
from domain.times import Clock

FIELDS: Final = WORDS
"""Our field → what people call it."""
KINDS: Final = {kind: words for kind, words in KIND_WORDS.items() if kind != "documents"}
"""What a person may say that the rows of a file are → what people call it."""
PART_ROWS = 2_000  # one inbox file: one transaction of moderate size
MOST_NOTES = 1_000
SAMPLE_ROWS = 40
"""So many rows tell whether a renamed file is known under another source."""
TELLING_CHARACTERS = 8
"""An id this long is hardly another file's by chance."""
READING = 1
"""Counts up when the same file would now be read otherwise: it is then no longer the same."""


@attrs.frozen(kw_only=True)
class ImportReport:
    """What became of one file."""

    file: str
    rows: int
    stored: int
    known: int
    refused: tuple[Refused, ...]
    notes: tuple[Noted, ...] = ()
    """What could not be trusted in rows that were taken, and parts of the file that are not for us."""
    source: str = ""
    """Name of the source of most of its rows."""
    before: ImportedFile | None = None
    """The same file, imported earlier: nothing was stored now."""


@attrs.frozen(kw_only=True)
class Receipt:
    """What became of one part in the store."""

    stored: int
    known: int


class Handover(Protocol):
    """Gives items to whoever holds the store, and waits for what became of them."""

    def give(self, items: list[Document | PriceObservation]) -> str:
        """Hand over; returns the name of the part."""
        ...

    def wait(self, name: str) -> Receipt:
        """Block until the part is stored. Raises StoreUnavailable if nobody stores it."""
        ...


class SavedMappings(Protocol):
    """Mappings that people saved, by name."""

    def get(self, name: str) -> Mapping | None:
        """One by name, or in a .toml or .json file of that name; None if unknown."""
        ...

    def all(self) -> dict[str, Mapping]:
        """All by name."""
        ...

    def save(self, name: str, mapping: Mapping) -> None:
        """Insert, or replace the one with this name."""
        ...

    def remove(self, name: str) -> bool:
        """False if unknown."""
        ...


class Files(Protocol):
    """The files that were imported; `index.tables.imports` has them."""

    def get(self, sha256: str) -> ImportedFile | None:
        """One by its digest; None if unknown."""
        ...

    def put(self, file: ImportedFile) -> None:
        """Remember."""
        ...

    def recent(self, limit: int = 50) -> list[ImportedFile]:
        """The last ones, newest first."""
        ...

    def sources(self) -> list[str]:
        """Names of all sources that files came from."""
        ...


@attrs.frozen(kw_only=True)
class Imports:
    """Imports files through the inbox, whether the product runs or not."""

    handover: Handover
    clock: Clock
    mappings: SavedMappings
    files: Files
    known: Callable[[Iterable[str]], set[str]]
    """Those of some document ids that are stored."""

    def preview(self, path: Path) -> tuple[Guess, ...]:
        """The guess for each sheet of a file, the most telling first. Raises InvalidInput for a file that can't be read."""
        return tuple(sorted(look(path, saved=self.mappings.all()), key=lambda each: not each.certain))

    def corrected(self, guess: Guess, *, columns: dict[str, str], kind: str = "", source: str = "") -> Mapping:
        """The guess with what a person says is otherwise: field → column, empty = not read. Raises InvalidSettings."""
        return corrected(guess, columns=columns, kind=kind, source=source)

    def run(
        self,
        path: Path,
        *,
        source: str = "",
        mapping: str | Mapping = "",
        again: bool = False,
        progress: Callable[[int], None] = lambda rows: None,
    ) -> ImportReport:
        """Import one file. mapping: a name, or the mapping itself; empty = saved for these headings, else guessed.

        The same file, read in the same way, is recognised and nothing is stored; again: store it all the same.
        Raises InvalidInput for an unknown mapping, a guess that is not certain, or a file without rows.
        """
        chosen = self._mapping(path, mapping)
        digest = _digest(path, source, chosen)
        before = None if again else self.files.get(digest)
        reading = _Reading(
            path=path,
            mapping=chosen,
            saved={} if chosen else self.mappings.all(),
            source=source or self._settled(path, chosen),
            seen_at=self.clock.now(),
        )
        waiting: list[str] = []
        rows = 0
        for part in reading.parts():
            if before is None:
                waiting.append(self.handover.give(part))
            rows += len(part)
            progress(rows)
        if not rows and not reading.refused:
            raise InvalidInput(f"{path}：只有列名，没有数据行，什么也没有导入；请检查导出时的筛选条件")
        receipts = [self.handover.wait(name) for name in waiting]
        report = reading.report(
            stored=sum(r.stored for r in receipts),
            known=sum(r.known for r in receipts) if before is None else rows,
            rows=rows,
            before=before,
        )
        if before is None:
            self._remember(digest, report)
        return report

    def _mapping(self, path: Path, wanted: str | Mapping) -> Mapping | None:
        """The mapping that a person chose; None where the file speaks for itself."""
        if isinstance(wanted, Mapping):
            return wanted
        if wanted:
            saved = self.mappings.get(wanted)
            if saved is None:
                raise InvalidInput(
                    f"no saved mapping named {wanted!r} (see `tingchao mapping list`); a mapping in a file ends in .toml or .json"
                )
            return saved
        guesses = self.preview(path)
        if not any(guess.certain for guess in guesses):
            raise InvalidInput(_uncertain(path, guesses[0]))
        return None

    def _settled(self, path: Path, mapping: Mapping | None) -> str:
        """The source under which a file's rows are stored already, where only its name would now call it otherwise."""
        own = source_of(str(path))
        with closing(
            read_documents(path, mapping=mapping, saved=self.mappings.all(), seen_at=self.clock.now())
        ) as found:
            first = [item for item in islice(found, SAMPLE_ROWS) if isinstance(item, Post | Review)]
        names = [item.id.removeprefix(f"{own}:") for item in first if item.source == own]
        telling = [name for name in names if len(name) >= TELLING_CHARACTERS]  # 1, 2, 3 are anybody's
        for source in self.files.sources() if telling else ():
            if source != own and 2 * len(self.known([f"{source}:{name}" for name in telling])) > len(telling):
                return source
        return ""

    def _remember(self, digest: str, report: ImportReport) -> None:
        self.files.put(
            ImportedFile(
                sha256=digest,
                name=Path(report.file).name,
                source=report.source,
                imported_at=self.clock.now(),
                rows=report.rows,
                stored=report.stored,
                known=report.known,
                refused=len(report.refused),
            )
        )


@attrs.define(kw_only=True)
class _Reading:
    """One file while it is read: its parts, and what was met on the way."""

    path: Path
    mapping: Mapping | None
    saved: dict[str, Mapping]
    source: str
    seen_at: datetime
    refused: list[Refused] = attrs.field(factory=list)
    notes: list[Noted] = attrs.field(factory=list)
    unlisted: int = 0
    """Notes beyond those that are kept."""
    sources: Counter[str] = attrs.field(factory=Counter)

    def parts(self) -> Iterator[list[Document | PriceObservation]]:
        """The documents and prices, so many at a time."""
        # a price list without times was observed when it was written: imported again it is the same observation
        written = min(self.seen_at, datetime.fromtimestamp(self.path.stat().st_mtime, UTC))
        part: list[Document | PriceObservation] = []
        for item in read_documents(
            self.path, source=self.source, mapping=self.mapping, saved=self.saved, seen_at=self.seen_at
        ):
            if isinstance(item, Refused | Noted):
                self._told(item)
                continue
            if isinstance(item, PriceObservation) and item.seen_at == self.seen_at:
                item = attrs.evolve(item, seen_at=written)
            self.sources[item.source] += 1
            part.append(item)
            if len(part) >= PART_ROWS:
                yield part
                part = []
        if part:
            yield part

    def report(self, *, rows: int, stored: int, known: int, before: ImportedFile | None) -> ImportReport:
        """What became of it."""
        more = [Noted(line=0, why=f"另有 {self.unlisted:,} 行有同样的情况，没有一一列出")] if self.unlisted else []
        return ImportReport(
            file=str(self.path),
            rows=rows + len(self.refused),
            stored=stored,
            known=known,
            refused=tuple(self.refused),
            notes=(*self.notes, *more),
            source=next((name for name, _ in self.sources.most_common(1)), ""),
            before=before,
        )

    def _told(self, item: Refused | Noted) -> None:
        if isinstance(item, Refused):
            self.refused.append(item)
        elif len(self.notes) < MOST_NOTES:
            self.notes.append(item)
        else:
            self.unlisted += 1


def _digest(path: Path, source: str, mapping: Mapping | None) -> str:
    """Of the file's bytes and of how a person wants it read."""
    way = json.dumps([READING, source, values_of(mapping) if mapping else None], sort_keys=True, ensure_ascii=False)
    with path.open("rb") as file:
        return hashlib.sha256(hashlib.file_digest(file, "sha256").digest() + way.encode()).hexdigest()


def _uncertain(path: Path, guess: Guess) -> str:
    columns = "，".join(f"{field}={column}" for field, column in guess.mapping.columns.items())
    where = f"{path} 的工作表「{guess.sheet}」" if guess.sheet else str(path)
    if guess.mapping.columns == {} and not guess.header:
        return f"{where}：没有一列可读；请检查导出的文件"
    return (
        f"{where}：{guess.why}。文件的列：{'，'.join(guess.header) or '（无）'}；猜测：{guess.mapping.kind} {columns or '（没有）'}。"
        "请用 --column text=列名 指出正文是哪一列（可加 --save-mapping 名称 存下来），在控制台「导入数据」里点选，"
        "或写一个 mapping.toml（kind 与 [columns]，见 docs/reference.md），再用 --mapping mapping.toml 导入"
    )
