"""Deletion on request: a document, or all of an author, out of everything that we keep, counted and never taken in again."""

from collections.abc import Callable
from pathlib import Path

import attrs

from crawlers.archive import Archive
from domain.errors import InvalidInput
from domain.times import Clock
from index.store import Ledger
from index.tables.forgetting import Forgetting, Forgotten


@attrs.frozen(kw_only=True)
class Forget:
    """Carries out requests. A request that was interrupted is simply made again."""

    rows: Forgetting
    ledger: Ledger
    archive: Archive
    pictures: Path
    """Folder of the screenshots."""
    quarantine: Path
    """Folder of damaged inbox files."""
    clock: Clock
    settled: Callable[[], None] = lambda: None
    """Lets what waits in the inbox be stored first: it may hold more of the same."""

    def document(self, id_: str, *, by: str = "", reason: str = "") -> Forgotten:
        """One document. Raises InvalidInput for an id that is none."""
        if ":" not in id_:
            raise InvalidInput(
                f"{id_!r} is no document id, such as weibo:5012345678901234; `tingchao search` shows them"
            )
        self.rows.note(Forgotten(kind="document", value=id_, at=self.clock.now(), by=by, reason=reason))
        self.settled()
        return self._done("document", id_, [id_], by=by, reason=reason)

    def author(self, hash_: str, *, by: str = "", reason: str = "") -> Forgotten:
        """Everything of an author, by the keyed hash that documents show. Raises InvalidInput for a hash that is none."""
        if len(hash_) != 16 or not set(hash_) <= set("0123456789abcdef"):
            raise InvalidInput(
                f"{hash_!r} is no author hash: 16 digits of 0–9 and a–f, as `author` of a document shows"
            )
        self.rows.note(Forgotten(kind="author", value=hash_, at=self.clock.now(), by=by, reason=reason))
        self.settled()
        return self._done("author", hash_, self.rows.ids_of(hash_), by=by, reason=reason)

    def all(self) -> list[Forgotten]:
        """What was forgotten so far, oldest first."""
        return self.rows.all()

    def _done(self, kind: str, value: str, ids: list[str], *, by: str, reason: str) -> Forgotten:
        # files first: their names stand in the rows, which go last, so that a request made again finds them
        removed = {"archived_answers": sum(self.archive.take_out(each) for each in self.rows.answers_with(ids))}
        removed["screenshot_files"] = sum(self._unlink(name) for name in self.rows.pictures_of(ids))
        removed["quarantined_files"] = sum(self._quarantined(id_) for id_ in ids)
        removed |= self.rows.take_away(ids, author=value if kind == "author" else "")
        removed["documents"] = len(self.ledger.erase(ids=ids, author=value if kind == "author" else ""))
        counted = {what: count for what, count in removed.items() if count}
        done = Forgotten(kind=kind, value=value, at=self.clock.now(), by=by, reason=reason, removed=counted)
        self.rows.note(done)
        return done

    def _unlink(self, name: str) -> bool:
        path = (self.pictures / name).resolve()
        if not path.is_relative_to(self.pictures.resolve()) or not path.is_file():
            return False
        path.unlink()
        return True

    def _quarantined(self, id_: str) -> int:
        """Damaged inbox files that name the document go as a whole: what in them belongs to whom can't be told."""
        if not self.quarantine.is_dir():
            return 0
        wanted = id_.encode()
        found = [path for path in self.quarantine.iterdir() if path.is_file() and wanted in path.read_bytes()]
        for path in found:
            path.unlink()
        return len(found)
