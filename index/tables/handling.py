"""What a team does about single documents: where each stands, and every step that led there."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, func, select

from domain.handling import Handling, HandlingState, Step
from index.tables.columns import chunks, replace, writing
from index.tables.schema import handling, handling_audit


class HandlingLog:
    """Rows of handling, each change with its line of audit in one transaction."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def save(self, now: Handling, steps: Sequence[Step]) -> None:
        """Write where a document stands, and the steps that led there. `now.updated_at` is set."""
        row = {
            "document": now.document,
            "state": now.state.value,
            "owner": now.owner,
            "cause": now.cause,
            "note": now.note,
            "by": now.by,
            "updated_at": now.updated_at,
        }
        lines = [{"document": now.document, "at": s.at, "by": s.by, "action": s.action, "note": s.note} for s in steps]
        with writing(self._engine).begin() as connection:
            replace(connection, handling, [row])
            if lines:
                connection.execute(handling_audit.insert(), lines)

    def get(self, ids: Iterable[str]) -> dict[str, Handling]:
        """Document id → where it stands; documents that nobody touched are left out."""
        found: dict[str, Handling] = {}
        with self._engine.connect() as connection:
            for some in chunks(ids):
                for row in connection.execute(select(handling).where(handling.c.document.in_(some))):
                    found[row.document] = _handling(row)
        return found

    def rows(self, *, state: HandlingState | None = None, owner: str = "") -> list[Handling]:
        """Touched documents, the latest change first. state: None = all."""
        here: list[ColumnElement[bool]] = [handling.c.state == state.value] if state else []
        here += [handling.c.owner == owner] if owner else []
        wanted = select(handling).where(*here).order_by(handling.c.updated_at.desc(), handling.c.document)
        with self._engine.connect() as connection:
            return [_handling(row) for row in connection.execute(wanted)]

    def audit(self, document: str) -> list[Step]:
        """Every step of one document, oldest first."""
        wanted = select(handling_audit).where(handling_audit.c.document == document).order_by(handling_audit.c.number)
        with self._engine.connect() as connection:
            return [Step(at=r.at, by=r.by, action=r.action, note=r.note) for r in connection.execute(wanted)]

    def owners(self) -> list[tuple[str, int]]:
        """Owners with their number of documents, most first."""
        count = func.count()
        wanted = select(handling.c.owner, count).where(handling.c.owner != "").group_by(handling.c.owner)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(count.desc(), handling.c.owner)).all()
        return [(name, number) for name, number in rows]


def forget_handling(connection: Connection, ids: Iterable[str]) -> int:
    """Take out what was done about documents that are erased, notes and audit included. Returns how many rows of both."""
    count = 0
    for some in chunks(ids):
        for table in (handling, handling_audit):
            count += connection.execute(delete(table).where(table.c.document.in_(some))).rowcount
    return count


def _handling(row: Row[Any]) -> Handling:
    return Handling(
        document=row.document,
        state=HandlingState(row.state),
        owner=row.owner,
        cause=row.cause,
        note=row.note,
        by=row.by,
        updated_at=row.updated_at,
    )
