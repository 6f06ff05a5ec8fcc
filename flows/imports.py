"""Files of other tools become documents: guessed or saved mapping, good rows in, bad rows named."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import attrs

from crawlers.imports.mapping import Mapping
from crawlers.imports.reading import Refused
from crawlers.imports.rows import guess, read_documents
from domain.documents import Document
from domain.errors import InvalidInput
from domain.prices import PriceObservation
from domain.times import Clock

PART_ROWS = 2_000  # one inbox file: one transaction of moderate size


@attrs.frozen(kw_only=True)
class ImportReport:
    """What became of one file."""

    file: str
    rows: int
    stored: int
    known: int
    refused: tuple[Refused, ...]


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


@attrs.frozen(kw_only=True)
class Imports:
    """Imports files through the inbox, whether the product runs or not."""

    handover: Handover
    clock: Clock
    mappings: Callable[[str], Mapping | None]
    """A saved mapping by name; None if unknown."""

    def preview(self, path: Path) -> Any:
        """The guess for a file: mapping, certain or not, why. Raises InvalidInput for a file that can't be read."""
        return guess(path)

    def run(
        self,
        path: Path,
        *,
        source: str = "",
        mapping: str = "",
        progress: Callable[[int], None] = lambda rows: None,
    ) -> ImportReport:
        """Import one file. Raises InvalidInput for an unknown mapping, a guess that is not certain, or a file without rows."""
        chosen = self._mapping(path, mapping)
        refused: list[Refused] = []
        rows = stored = known = 0
        waiting: list[str] = []
        for part in self._parts(path, source, chosen, refused, self.clock.now()):
            waiting.append(self.handover.give(part))
            rows += len(part)
            progress(rows)
        if not waiting and not refused:
            raise InvalidInput(f"{path}：只有列名，没有数据行，什么也没有导入；请检查导出时的筛选条件")
        for name in waiting:
            receipt = self.handover.wait(name)
            stored, known = stored + receipt.stored, known + receipt.known
        return ImportReport(
            file=str(path), rows=rows + len(refused), stored=stored, known=known, refused=tuple(refused)
        )

    def _mapping(self, path: Path, name: str) -> Mapping:
        if name:
            saved = self.mappings(name)
            if saved is None:
                raise InvalidInput(f"no saved mapping named {name!r}; a mapping in a file ends in .toml or .json")
            return saved
        guessed = guess(path)
        if not guessed.certain:
            columns = "，".join(f"{field}={column}" for field, column in guessed.mapping.columns.items())
            raise InvalidInput(
                f"{path}：{guessed.why}。文件的列：{'，'.join(guessed.header) or '（无）'}；猜测：{guessed.mapping.kind} {columns or '（没有）'}。"
                "请写一个 mapping.toml（kind 与 [columns]，见 docs/reference.md），再用 --mapping mapping.toml 导入"
            )
        return guessed.mapping

    def _parts(
        self, path: Path, source: str, mapping: Mapping, refused: list[Refused], seen_at: datetime
    ) -> Iterator[list[Document | PriceObservation]]:
        # a price list without times was observed when it was written: imported again it is the same observation
        written = min(seen_at, datetime.fromtimestamp(path.stat().st_mtime, UTC))
        part: list[Document | PriceObservation] = []
        for item in read_documents(path, source=source, mapping=mapping, seen_at=seen_at):
            if isinstance(item, Refused):
                refused.append(item)
                continue
            if isinstance(item, PriceObservation) and item.seen_at == seen_at:
                item = attrs.evolve(item, seen_at=written)
            part.append(item)
            if len(part) >= PART_ROWS:
                yield part
                part = []
        if part:
            yield part
