"""How a complaint went: when each of its statuses was first seen."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select

from domain.documents import ComplaintStep, Kind, StoredDocument
from index.tables.columns import chunks, upsert
from index.tables.schema import complaint_steps


class Complaints:
    """The steps of complaints, written with the documents by the ledger."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def steps(self, ids: Sequence[str]) -> Mapping[str, list[ComplaintStep]]:
        """Document id → its statuses, earliest first; documents without any are left out."""
        found: dict[str, list[ComplaintStep]] = {}
        with self._engine.connect() as connection:
            for some in chunks(ids):
                wanted = select(complaint_steps).where(complaint_steps.c.document.in_(some))
                for row in connection.execute(wanted.order_by(complaint_steps.c.seen_at, complaint_steps.c.status)):
                    found.setdefault(row.document, []).append(ComplaintStep(status=row.status, seen_at=row.seen_at))
        return found


def write_steps(connection: Connection, documents: Iterable[StoredDocument]) -> None:
    """Keep the first moment of each status, inside somebody's transaction. documents: as they were seen, not as they are merged."""
    first: dict[tuple[str, str], datetime] = {}
    for document in documents:
        if document.kind is Kind.COMPLAINT and document.status:
            key = (document.id, document.status)
            first[key] = min(document.seen_at, first.get(key, document.seen_at))
    if not first:
        return
    rows = [{"document": id_, "status": status, "seen_at": at} for (id_, status), at in first.items()]
    statement = upsert(connection, complaint_steps)
    earlier = statement.excluded.seen_at < complaint_steps.c.seen_at  # an older file may be imported later
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["document", "status"], set_={"seen_at": statement.excluded.seen_at}, where=earlier
        ),
        rows,
    )


def forget_steps(connection: Connection, ids: Iterable[str]) -> None:
    """Erase the steps of documents that are erased."""
    for some in chunks(ids):
        connection.execute(delete(complaint_steps).where(complaint_steps.c.document.in_(some)))
