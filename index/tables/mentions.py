"""Which documents belong to which watch, and the counts per watch, source and tick that the monitor reads."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
from sqlalchemy import Connection, bindparam, delete, select, update

from domain.documents import StoredDocument
from domain.times import tick_start
from domain.watches import Watch, matches
from index.counting import counts_as_negative
from index.tables.columns import chunks, upsert
from index.tables.schema import counts, mentions

MEMORY = timedelta(hours=24)
"""An author counts once in this time."""


Place = tuple[str, str, datetime]
"""Watch, source, start of the tick."""


@attrs.frozen(kw_only=True)
class Mention:
    """One document of one watch."""

    watch: str
    document: str
    source: str
    published_at: datetime
    negative: bool
    author: str
    date_only: bool = False
    """Its time of day is unknown: it belongs to the watch, but to no tick; midnight would look like a spike."""
    fresh: bool = False

    @property
    def place(self) -> Place:
        """Where it counts."""
        return self.watch, self.source, tick_start(self.published_at)


def mentions_of(document: StoredDocument, watches: Iterable[Watch]) -> list[Mention]:
    """One for each watch that the document belongs to; freshness is not known yet."""
    negative = counts_as_negative(document)
    return [
        Mention(
            watch=watch.name,
            document=document.id,
            source=document.source,
            published_at=document.published_at,
            negative=negative,
            author=document.author,
            date_only=document.date_only,
        )
        for watch in watches
        if matches(watch, document)
    ]


def rewrite(connection: Connection, documents: Collection[str], new: Sequence[Mention]) -> None:
    """Take the mentions of these documents away, write the new ones, and make the counts what they then are."""
    change: Counter[tuple[Place, str]] = Counter()
    old = _taken(connection, documents)
    for mention in old:
        _count(change, mention, -1)
    # an unknown author is a new one
    fresh_ones = [attrs.evolve(m, fresh=m.negative and not m.author and not m.date_only) for m in new]
    for rows in chunks(fresh_ones):
        connection.execute(mentions.insert(), [_row(m) for m in rows])
    for mention in fresh_ones:
        _count(change, mention, 1)
    told = [m for m in (*old, *new) if m.negative and m.author and not m.date_only]
    if told:
        authors, times = {(m.watch, m.author) for m in told}, [m.published_at for m in told]
        _refresh(connection, authors, min(times) - MEMORY, max(times) + MEMORY, change)
    _apply(connection, change)


def forget(connection: Connection, watch: str) -> None:
    """Take a watch's mentions and counts away."""
    connection.execute(delete(mentions).where(mentions.c.watch == watch))
    connection.execute(delete(counts).where(counts.c.watch == watch))


def _taken(connection: Connection, documents: Collection[str]) -> list[Mention]:
    """The mentions of these documents, which are deleted."""
    found: list[Mention] = []
    for ids in chunks(documents):
        here = mentions.c.document.in_(ids)
        rows = connection.execute(select(mentions).where(here)).mappings().all()
        if rows:
            connection.execute(delete(mentions).where(here))
            found.extend(Mention(**row) for row in rows)
    return found


def _refresh(
    connection: Connection,
    authors: Collection[tuple[str, str]],
    since: datetime,
    until: datetime,
    change: Counter[tuple[Place, str]],
) -> None:
    """Say anew which negatives of these (watch, author) pairs are fresh; a late arrival may change its followers."""
    flips: list[dict[str, Any]] = []
    for names in chunks(sorted({author for _, author in authors})):
        rows = connection.execute(
            select(mentions)
            .where(mentions.c.author.in_(names), mentions.c.negative, ~mentions.c.date_only)
            # the first one's own past decides about it, so look one memory further back
            .where(mentions.c.published_at >= since - MEMORY, mentions.c.published_at <= until)
            .order_by(mentions.c.watch, mentions.c.author, mentions.c.published_at, mentions.c.document)
        ).mappings()
        before: tuple[str, str, datetime] | None = None
        for row in rows:
            mention = Mention(**row)
            same = before is not None and before[:2] == (mention.watch, mention.author)
            fresh = not same or before is None or mention.published_at - before[2] >= MEMORY
            before = mention.watch, mention.author, mention.published_at
            judged = (mention.watch, mention.author) in authors and mention.published_at >= since
            if judged and fresh != mention.fresh:
                change[(mention.place, "authors")] += 1 if fresh else -1
                flips.append({"w": mention.watch, "d": mention.document, "f": fresh})
    if flips:
        here = (mentions.c.watch == bindparam("w")) & (mentions.c.document == bindparam("d"))
        connection.execute(update(mentions).where(here).values(fresh=bindparam("f")), flips)


def _count(change: Counter[tuple[Place, str]], mention: Mention, sign: int) -> None:
    if mention.date_only:
        return
    change[(mention.place, "total")] += sign
    change[(mention.place, "negative")] += sign * mention.negative
    change[(mention.place, "authors")] += sign * mention.fresh


def _apply(connection: Connection, change: Counter[tuple[Place, str]]) -> None:
    places = sorted({place for (place, _), by in change.items() if by})
    rows: list[dict[str, Any]] = [
        {"watch": place[0], "source": place[1], "start": place[2]}
        | {name: change[(place, name)] for name in ("total", "negative", "authors")}
        for place in places
    ]
    if not rows:
        return
    statement = upsert(connection, counts)
    sums = {n: counts.c[n] + statement.excluded[n] for n in ("total", "negative", "authors")}
    statement = statement.on_conflict_do_update(index_elements=["watch", "source", "start"], set_=sums)
    connection.execute(statement, rows)
    if any(row["total"] < 0 for row in rows):
        connection.execute(delete(counts).where(counts.c.total <= 0, counts.c.watch.in_({p[0] for p in places})))


def _row(mention: Mention) -> dict[str, Any]:
    return attrs.asdict(mention)
