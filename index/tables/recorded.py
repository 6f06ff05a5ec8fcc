"""What was made of archived answers when they came: their outcome, and the documents that were read from them."""

from datetime import datetime

import attrs
from sqlalchemy import Engine, select

from domain.feeds import Outcome
from index.tables.schema import evidence, pages


@attrs.frozen(kw_only=True)
class Recorded:
    """One answer as it was read when it came."""

    page: str
    outcome: Outcome
    reason: str
    items: int


@attrs.frozen(kw_only=True)
class Read:
    """Which documents were read from which answers of a source."""

    by_answer: dict[str, set[str]]
    """Record id → ids of documents."""
    newest: dict[str, str]
    """Document id → record id of the newest answer that held it."""
    once: set[str]
    """Documents that only one of these answers held."""


class Records:
    """Reads the lines of archived answers."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def answers(self, source: str, *, since: datetime | None, until: datetime | None) -> dict[str, Recorded]:
        """By record id, of those seen in [since, until)."""
        here = [pages.c.source == source, pages.c.archive != ""]
        here += [pages.c.seen_at >= since] if since else []
        here += [pages.c.seen_at < until] if until else []
        wanted = select(pages.c.archive, pages.c.page, pages.c.outcome, pages.c.reason, pages.c["items"])
        with self._engine.connect() as connection:
            return {
                row[0]: Recorded(page=row[1], outcome=Outcome(row[2]), reason=row[3], items=row[4])
                for row in connection.execute(wanted.where(*here))
            }

    def documents(self, source: str, *, since: datetime | None) -> Read:
        """Of a source's answers seen since a moment, whatever came later included: the newest look is known."""
        here = [evidence.c.archive.startswith(f"urn:tingchao:{source}-", autoescape=True)]
        here += [evidence.c.seen_at >= since] if since else []
        by_answer: dict[str, set[str]] = {}
        newest: dict[str, str] = {}
        once: set[str] = set()
        wanted = select(evidence.c.document, evidence.c.archive).where(*here).order_by(evidence.c.seen_at)
        with self._engine.connect() as connection:
            for document, archive in connection.execute(wanted):
                by_answer.setdefault(archive, set()).add(document)
                (once.discard if document in newest else once.add)(document)
                newest[document] = archive
        return Read(by_answer=by_answer, newest=newest, once=once)
