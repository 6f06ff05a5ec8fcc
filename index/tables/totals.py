"""What sites say they have of something, beside what was collected of it."""

from collections.abc import Iterable
from typing import Any

import attrs
import msgspec
from sqlalchemy import Connection, Engine, Row, select

from domain.feeds import SiteTotal
from index.tables.columns import replace
from index.tables.schema import site_totals


class Totals:
    """The newest total per source, page type and subject."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def of(self, source: str) -> list[SiteTotal]:
        """A source's totals, by page type and subject."""
        wanted = select(site_totals).where(site_totals.c.source == source)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(site_totals.c.page, site_totals.c.subject))
            return [_total(row) for row in rows]


def write_totals(connection: Connection, totals: Iterable[SiteTotal]) -> None:
    """Keep the newest of each, inside somebody's transaction."""
    newest = {(t.source, t.page, t.subject): t for t in sorted(totals, key=lambda t: t.seen_at)}
    replace(connection, site_totals, [_row(total) for total in newest.values()])


def _row(total: SiteTotal) -> dict[str, Any]:
    return attrs.asdict(total) | {"by_rating": msgspec.json.encode(total.by_rating).decode()}


def _total(row: Row[Any]) -> SiteTotal:
    return SiteTotal(**dict(row._mapping) | {"by_rating": msgspec.json.decode(row.by_rating, type=dict[str, int])})
