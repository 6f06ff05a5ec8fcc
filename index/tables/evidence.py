"""From which archived answers each document was read."""

from collections.abc import Iterable
from datetime import datetime

import attrs
from sqlalchemy import Connection, Engine, select

from domain.feeds import PageSeen
from index.tables.columns import upsert
from index.tables.schema import evidence


@attrs.frozen(kw_only=True)
class Proof:
    """One archived answer that holds a document."""

    document: str
    archive: str
    """WARC record id."""
    sha256: str
    """Of the archived body, 64 hex digits."""
    url: str
    seen_at: datetime
    """When the bytes were received, aware UTC."""


class Evidence:
    """Proofs by document."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def of(self, document: str) -> list[Proof]:
        """The answers that held a document, oldest first; empty for an imported one."""
        wanted = select(evidence).where(evidence.c.document == document).order_by(evidence.c.seen_at)
        with self._engine.connect() as connection:
            return [Proof(**dict(row._mapping)) for row in connection.execute(wanted)]


def write_evidence(connection: Connection, seen: Iterable[PageSeen]) -> None:
    """Note what was read from each answer, inside somebody's transaction."""
    rows = [
        {"document": id_, "archive": page.archive, "sha256": page.sha256, "url": page.url, "seen_at": page.seen_at}
        for page in seen
        if page.archive
        for id_ in page.document_ids
    ]
    if rows:
        connection.execute(upsert(connection, evidence).on_conflict_do_nothing(), rows)
