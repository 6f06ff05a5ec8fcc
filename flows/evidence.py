"""Evidence: for a document the archived answers it was read from, and pictures of its page taken while an incident is open."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import attrs

from crawlers.archive import Archive
from domain.alerts import Alert, AlertKind
from domain.errors import InvalidInput
from index.store import AlertLog, Ledger
from index.tables.evidence import Evidence as Proofs
from index.tables.screenshots import Screenshot, Screenshots

PER_ALERT = 12
"""Posts of one incident that are pictured: its first ones, from which it grew."""


@attrs.frozen(kw_only=True)
class Wanted:
    """A page to take a picture of."""

    document: str
    source: str
    url: str
    alert: str


@attrs.frozen(kw_only=True)
class Piece:
    """One piece of evidence."""

    kind: str
    """answer (archived bytes) or screenshot."""
    document: str
    at: datetime
    """When the bytes were received or the picture was taken, aware UTC."""
    url: str
    sha256: str
    """As it was written down at the time, 64 hex digits."""
    where: str
    """WARC record id, or the picture's file."""
    size_bytes: int | None = None
    """None = gone."""
    intact: bool | None = None
    """Do the bytes still have that SHA-256? None = gone."""
    problem: str = ""
    """Why they can't be had, for people; empty where they can."""


@attrs.frozen(kw_only=True)
class EvidenceRoom:
    """Reads what was kept; taking pictures is a crawl's business."""

    alerts: AlertLog
    ledger: Ledger
    proofs: Proofs
    screenshots: Screenshots
    archive: Archive
    folder: Path
    """Where the pictures lie."""

    def wanted(self, *, skip: Iterable[str] = (), sources: Iterable[str], limit: int) -> list[Wanted]:
        """Pages of open incidents without a picture yet, earliest post first, spread over the incidents.

        skip: documents that could not be pictured lately. sources: those whose pages may be opened.
        """
        skipped, allowed = set(skip), set(sources)
        rows = [self._wanted_of(alert, skipped, allowed) for alert in self.alerts.open() if _has_posts(alert)]
        turns = [row[place] for place in range(PER_ALERT) for row in rows if place < len(row)]
        return list({w.document: w for w in turns}.values())[:limit]

    def of(self, document: str) -> list[Piece]:
        """Every piece about a document, oldest first; empty for one that was imported and never pictured."""
        pieces = [
            self._answer(proof.archive, proof.sha256, proof.url, proof.seen_at, document)
            for proof in self.proofs.of(document)
        ]
        pieces += [self._picture(shot) for shot in self.screenshots.of([document])]
        return sorted(pieces, key=lambda piece: piece.at)

    def read(self, piece: Piece) -> bytes:
        """The bytes of a piece. Raises InvalidInput where they are gone or changed."""
        if piece.problem:
            raise InvalidInput(piece.problem)
        if piece.kind == "answer":
            return self.archive.read_back(piece.where).body
        return (self.folder / piece.where).read_bytes()

    def pictures(self, documents: Iterable[str]) -> list[Screenshot]:
        """Screenshots of these documents, oldest first."""
        return self.screenshots.of(documents)

    def picture_file(self, document: str, sha256: str) -> Path | None:
        """The file of a picture that a page shows; None for an unknown one."""
        named = next((s.file for s in self.screenshots.of([document]) if s.sha256 == sha256), None)
        path = self.folder / named if named else None
        return path if path and path.is_file() else None

    def _wanted_of(self, alert: Alert, skipped: set[str], sources: set[str]) -> list[Wanted]:
        posts = sorted(self.ledger.get(alert.document_ids), key=lambda d: (d.published_at, d.id))[:PER_ALERT]
        pictured = {shot.document for shot in self.screenshots.of(d.id for d in posts)}
        return [
            Wanted(document=d.id, source=d.source, url=d.url, alert=alert.id)
            for d in posts
            if d.id not in pictured | skipped and d.source in sources and d.url.startswith("https://")
        ]

    def _answer(self, where: str, sha256: str, url: str, at: datetime, document: str) -> Piece:
        piece = Piece(kind="answer", document=document, at=at, url=url, sha256=sha256, where=where)
        try:
            body = self.archive.read_back(where).body
        except InvalidInput as error:
            return attrs.evolve(piece, problem=str(error))
        return _seen(piece, body)

    def _picture(self, shot: Screenshot) -> Piece:
        piece = Piece(
            kind="screenshot",
            document=shot.document,
            at=shot.taken_at,
            url=shot.url,
            sha256=shot.sha256,
            where=shot.file,
        )
        path = self.folder / shot.file
        if not path.is_file():
            return attrs.evolve(piece, problem=f"the picture {path} is gone")
        return _seen(piece, path.read_bytes())


def _seen(piece: Piece, data: bytes) -> Piece:
    intact = hashlib.sha256(data).hexdigest() == piece.sha256
    problem = "" if intact else f"{piece.where}: the bytes are no longer those of {piece.at:%Y-%m-%d}"
    return attrs.evolve(piece, size_bytes=len(data), intact=intact, problem=problem)


def _has_posts(alert: Alert) -> bool:
    return alert.kind in (AlertKind.SURGE, AlertKind.SEVERE)
