"""Hot-search lists 热搜榜: each topic's rank and heat over time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import attrs
import msgspec
from sqlalchemy import Connection, Engine, Row, select

from domain.engagement import HotRecord
from domain.feeds import HotTopic
from index.tables.columns import upsert, writing
from index.tables.schema import hot_sightings, hot_topics


class HotTopics:
    """Topics by their titles."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def record(self, topics: Iterable[HotTopic]) -> None:
        """Keep one look at a list."""
        with writing(self._engine).begin() as connection:
            write_topics(connection, topics)

    def since(self, moment: datetime, *, source: str = "weibo") -> list[HotRecord]:
        """Topics seen at or after a moment, best rank first."""
        here = (hot_topics.c.source == source) & (hot_topics.c.last_seen >= moment)
        with self._engine.connect() as connection:
            rows = connection.execute(select(hot_topics).where(here).order_by(hot_topics.c.rank, hot_topics.c.title))
            return [_record(row) for row in rows]

    def sightings(self, title: str, *, source: str = "weibo") -> list[tuple[datetime, int, int | None]]:
        """(when, rank, heat) of one topic, oldest first."""
        here = (hot_sightings.c.source == source) & (hot_sightings.c.title == title)
        with self._engine.connect() as connection:
            rows = connection.execute(select(hot_sightings).where(here).order_by(hot_sightings.c.seen_at))
            return [(row.seen_at, row.rank, row.heat) for row in rows]


def write_topics(connection: Connection, topics: Iterable[HotTopic]) -> None:
    """The same inside somebody's transaction; a look that arrives late changes neither last rank nor heat."""
    ordered = sorted(topics, key=lambda topic: topic.seen_at)
    if not ordered:
        return
    look = {(t.source, t.title, t.seen_at): t for t in ordered}
    rows = [
        {"source": t.source, "title": t.title, "seen_at": t.seen_at, "rank": t.rank, "heat": t.heat}
        for t in look.values()
    ]
    connection.execute(upsert(connection, hot_sightings).on_conflict_do_nothing(), rows)
    for topic in look.values():
        _keep(connection, topic)


def _keep(connection: Connection, topic: HotTopic) -> None:
    known = connection.execute(
        select(hot_topics).where((hot_topics.c.source == topic.source) & (hot_topics.c.title == topic.title))
    ).first()
    ranks = [r for r in (topic.rank, known.best_rank if known else 0) if r > 0]
    heats = [h for h in (topic.heat, known.peak_heat if known else None) if h is not None]
    newer = known is None or topic.seen_at >= known.last_seen
    row = {
        **attrs.asdict(topic, filter=lambda field, _: field.name != "seen_at"),
        "brands": msgspec.json.encode(topic.brands).decode(),
        "first_seen": min(topic.seen_at, known.first_seen) if known else topic.seen_at,
        "last_seen": max(topic.seen_at, known.last_seen) if known else topic.seen_at,
        "rank": topic.rank if newer or known is None else known.rank,
        "heat": topic.heat if newer or known is None else known.heat,
        "best_rank": min(ranks, default=0),
        "peak_heat": max(heats, default=None),
    }
    statement = upsert(connection, hot_topics).values(row)
    changed = {name: statement.excluded[name] for name in row if name not in ("source", "title")}
    connection.execute(statement.on_conflict_do_update(index_elements=["source", "title"], set_=changed))


def _record(row: Row[Any]) -> HotRecord:
    return HotRecord(**dict(row._mapping) | {"brands": msgspec.json.decode(row.brands, type=tuple[str, ...])})
