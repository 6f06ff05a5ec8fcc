"""How posts are passed on: their counts each time that they were seen, and who reposted whom."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, select

from domain.documents import Kind, StoredDocument
from domain.engagement import Look, Repost
from index.tables.columns import chunks, upsert
from index.tables.schema import engagement, mentions, reposts

WATCHED_FOR = timedelta(hours=48)
"""Looks at older posts are not kept: their life is over."""


class Engagement:
    """Looks and reposts by document."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def looks(self, documents: Sequence[str]) -> dict[str, list[Look]]:
        """Looks per document, oldest first; one without any is left out."""
        found: dict[str, list[Look]] = {}
        with self._engine.connect() as connection:
            for some in chunks(documents):
                wanted = select(engagement).where(engagement.c.document.in_(some)).order_by(engagement.c.seen_at)
                for row in connection.execute(wanted):
                    found.setdefault(row.document, []).append(_look(row))
        return found

    def of_watch(
        self, watch: str, *, since: datetime, until: datetime, negative: bool | None = None
    ) -> list[tuple[datetime, Look]]:
        """(publishing time, look) of a watch's posts by time of the look, oldest first. [since, until)."""
        here = (mentions.c.watch == watch) & (engagement.c.seen_at >= since) & (engagement.c.seen_at < until)
        here &= mentions.c.date_only.is_(False)
        if negative is not None:
            here &= mentions.c.negative.is_(negative)
        joined = engagement.join(mentions, mentions.c.document == engagement.c.document)
        wanted = select(mentions.c.published_at, *engagement.c).select_from(joined).where(here)
        with self._engine.connect() as connection:
            return [_dated(row) for row in connection.execute(wanted.order_by(engagement.c.seen_at))]

    def reposts_of(self, parent: str, *, limit: int = 500) -> list[Repost]:
        """Known reposts of a post, oldest first."""
        wanted = select(reposts).where(reposts.c.parent == parent).order_by(reposts.c.at, reposts.c.child).limit(limit)
        with self._engine.connect() as connection:
            return [Repost(child=row.child, author=row.author, at=row.at) for row in connection.execute(wanted)]


def write_engagement(connection: Connection, documents: Iterable[StoredDocument]) -> None:
    """Keep the counts and edges of freshly seen documents, inside somebody's transaction."""
    seen = list(documents)
    looks = {(d.id, d.seen_at): _row(d) for d in seen if _has_life(d)}
    if looks:
        connection.execute(upsert(connection, engagement).on_conflict_do_nothing(), list(looks.values()))
    edges = {(d.id, parent): _edge(d, parent) for d in seen for parent in _reposted(d)}
    if edges:
        connection.execute(upsert(connection, reposts).on_conflict_do_nothing(), list(edges.values()))


def _has_life(document: StoredDocument) -> bool:
    counted = (document.reposts, document.comments, document.likes) != (None, None, None)
    young = document.seen_at - document.published_at <= WATCHED_FOR
    return document.kind is Kind.POST and counted and young


def _row(document: StoredDocument) -> dict[str, Any]:
    return {
        "document": document.id,
        "seen_at": document.seen_at,
        "reposts": document.reposts,
        "comments": document.comments,
        "likes": document.likes,
    }


def _reposted(document: StoredDocument) -> set[str]:
    """The original, and in a chain the repost that was passed on."""
    between = document.parent if document.kind is Kind.POST else None
    return {parent for parent in (document.repost_of, between) if parent}


def _edge(document: StoredDocument, parent: str) -> dict[str, Any]:
    return {
        "child": document.id,
        "parent": parent,
        "author": document.author,
        "at": document.published_at,
    }


def _dated(row: Any) -> tuple[datetime, Look]:  # Any: SQLAlchemy's row of this join
    return row.published_at, _look(row)


def _look(row: Any) -> Look:  # Any: as above
    return Look(document=row.document, at=row.seen_at, reposts=row.reposts, comments=row.comments, likes=row.likes)
