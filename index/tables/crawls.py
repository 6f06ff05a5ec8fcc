"""What each crawl brought."""

from typing import Any

import attrs
from sqlalchemy import Engine, Row, select

from domain.paces import CrawlDone
from index.tables.columns import writing
from index.tables.schema import crawls


class Crawls:
    """One row a crawl."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def write(self, done: CrawlDone) -> None:
        """Keep it."""
        with writing(self._engine).begin() as connection:
            connection.execute(crawls.insert(), attrs.asdict(done))

    def recent(self, source: str, *, limit: int = 50) -> list[CrawlDone]:
        """A source's crawls, newest first."""
        wanted = select(crawls).where(crawls.c.source == source)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(crawls.c.began_at.desc(), crawls.c.number.desc()).limit(limit))
            return [_done(row) for row in rows]


def _done(row: Row[Any]) -> CrawlDone:
    values = dict(row._mapping)
    del values["number"]
    return CrawlDone(**values)
