"""What else is kept of a document besides its row: found, taken away, and never taken in again."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import attrs
import msgspec
from sqlalchemy import Connection, Engine, delete, or_, select, update

from domain.alerts import Alert, Notice
from domain.documents import StoredDocument
from index.store import Batch
from index.tables.columns import chunks, replace, writing
from index.tables.schema import (
    alerts,
    complaint_steps,
    documents,
    engagement,
    evidence,
    facts,
    handling,
    handling_audit,
    notices,
    reposts,
    screenshots,
)

AUTHOR, DOCUMENT = "forgotten:author:", "forgotten:document:"
"""Names of the facts that say who and what is not taken in again; their value is the audit line."""
REMOVED = "（引文已按删除请求移除）"
QUOTED = 24
"""Characters of a text by which a quote of it is known again."""
_alert, _notice = msgspec.json.Decoder(Alert).decode, msgspec.json.Decoder(Notice).decode


@attrs.frozen(kw_only=True)
class Forgotten:
    """One request that was carried out: the audit line."""

    kind: str
    """author or document."""
    value: str
    """Keyed hash, or document id."""
    at: datetime
    by: str = ""
    reason: str = ""
    removed: dict[str, int] = attrs.field(factory=dict)
    """What was taken away: documents, archived answers, screenshots … and how many."""


class Forgetting:
    """Rows of what was forgotten."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def note(self, done: Forgotten) -> None:
        """Keep the audit line; from now on nothing of it is stored again. An earlier line of the same is added up."""
        name = f"{AUTHOR if done.kind == 'author' else DOCUMENT}{done.value}"
        with writing(self._engine).begin() as connection:
            held = connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()
            before = msgspec.json.decode(held, type=Forgotten).removed if held else {}
            sums = {what: before.get(what, 0) + done.removed.get(what, 0) for what in {*before, *done.removed}}
            line = msgspec.json.encode(attrs.evolve(done, removed=sums)).decode()
            replace(connection, facts, [{"name": name, "value": line}])

    def all(self) -> list[Forgotten]:
        """All audit lines, oldest first."""
        here = or_(facts.c.name.startswith(AUTHOR), facts.c.name.startswith(DOCUMENT))
        with self._engine.connect() as connection:
            found = [msgspec.json.decode(v, type=Forgotten) for v in connection.execute(select(facts.c.value).where(here)).scalars()]  # fmt: skip
        return sorted(found, key=lambda line: line.at)

    def ids_of(self, author: str) -> list[str]:
        """Documents of an author."""
        with self._engine.connect() as connection:
            return list(connection.execute(select(documents.c.id).where(documents.c.author == author)).scalars())

    def answers_with(self, ids: Iterable[str]) -> list[str]:
        """Record ids of the archived answers that held any of these documents."""
        return self._column(evidence.c.archive, evidence.c.document, ids)

    def pictures_of(self, ids: Iterable[str]) -> list[str]:
        """Files of the screenshots of these documents."""
        return self._column(screenshots.c.file, screenshots.c.document, ids)

    def take_away(self, ids: Sequence[str], *, author: str = "") -> dict[str, int]:
        """Everything of these documents but their own rows, in one transaction. Returns how many rows of what."""
        removed: dict[str, int] = {}
        with writing(self._engine).begin() as connection:
            quotes, touched = _quotes(connection, ids), _with_ids(connection, ids)
            removed["alerts"], removed["quotes"] = _out_of_alerts(connection, touched, set(ids), quotes)
            for table in (evidence, screenshots, engagement, complaint_steps, handling, handling_audit):
                removed[table.name] = sum(
                    connection.execute(delete(table).where(table.c.document.in_(some))).rowcount for some in chunks(ids)
                )
            removed["reposts"] = sum(
                connection.execute(delete(reposts).where(or_(reposts.c.child.in_(some), reposts.c.parent.in_(some)))).rowcount
                for some in chunks(ids)
            )  # fmt: skip
            if author:
                removed["reposts"] += connection.execute(delete(reposts).where(reposts.c.author == author)).rowcount
        return removed

    def _column(self, wanted: "object", where: "object", ids: Iterable[str]) -> list[str]:
        found: dict[str, None] = {}
        with self._engine.connect() as connection:
            for some in chunks(ids):
                found.update(dict.fromkeys(connection.execute(select(wanted).where(where.in_(some))).scalars()))  # type: ignore[call-overload,attr-defined]  # columns have no common type
        return list(found)


def without_forgotten(connection: Connection, batch: Batch) -> Batch:
    """The batch without what somebody asked to forget: no document, and no evidence of it."""
    here = or_(facts.c.name.startswith(AUTHOR), facts.c.name.startswith(DOCUMENT))
    names = set(connection.execute(select(facts.c.name).where(here)).scalars())
    if not names:
        return batch
    gone = {d.id for d in batch.documents if f"{AUTHOR}{d.author}" in names}
    gone |= {name.removeprefix(DOCUMENT) for name in names if name.startswith(DOCUMENT)}
    return attrs.evolve(
        batch,
        documents=tuple(d for d in batch.documents if d.id not in gone),
        pages=tuple(
            attrs.evolve(page, document_ids=tuple(i for i in page.document_ids if i not in gone))
            for page in batch.pages
        ),
    )


def _quotes(connection: Connection, ids: Iterable[str]) -> list[str]:
    """How the texts begin, as notices quote them."""
    found = []
    for some in chunks(ids):
        for body in connection.execute(select(documents.c.body).where(documents.c.id.in_(some))).scalars():
            text = " ".join(msgspec.json.decode(body, type=StoredDocument).text.split())
            found.append(text[:QUOTED])
    return [text for text in found if text]


def _with_ids(connection: Connection, ids: Collection[str]) -> list[Alert]:
    wanted = set(ids)
    bodies = connection.execute(select(alerts.c.body)).scalars()
    return [alert for body in bodies if wanted & set((alert := _alert(body)).document_ids)]


def _out_of_alerts(
    connection: Connection, touched: Sequence[Alert], ids: Collection[str], quotes: Sequence[str]
) -> tuple[int, int]:
    lines = 0
    for alert in touched:
        kept = attrs.evolve(alert, document_ids=tuple(i for i in alert.document_ids if i not in ids))
        body = msgspec.json.encode(kept).decode()
        connection.execute(update(alerts).where(alerts.c.id == alert.id).values(body=body))
        for row in connection.execute(select(notices.c.key, notices.c.body).where(notices.c.alert == alert.id)).all():
            notice = _notice(row.body)
            told = tuple(REMOVED if any(q in line for q in quotes) else line for line in notice.lines)
            if told != notice.lines:
                lines += sum(a != b for a, b in zip(told, notice.lines, strict=True))
                changed = msgspec.json.encode(attrs.evolve(notice, lines=told)).decode()
                connection.execute(update(notices).where(notices.c.key == row.key).values(body=changed))
    return len(touched), lines
