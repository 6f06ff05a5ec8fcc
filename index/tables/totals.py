"""What sites say they have of something, beside what was collected of it."""

from collections.abc import Iterable
from typing import Any

import attrs
import msgspec
from sqlalchemy import Connection, Engine, Row, select

from domain.feeds import SiteTotal
from domain.people import public_address
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
    """Keep the newest of each, inside somebody's transaction; a total that arrives late changes nothing. Subjects name nobody."""
    told = [attrs.evolve(t, subject=public_address(t.subject) if "://" in t.subject else t.subject) for t in totals]
    newest = {(t.source, t.page, t.subject): t for t in sorted(told, key=lambda t: t.seen_at)}
    replace(connection, site_totals, [_row(t) for t in newest.values() if not _known_better(connection, t)])


def _known_better(connection: Connection, total: SiteTotal) -> bool:
    key = (site_totals.c.source == total.source) & (site_totals.c.page == total.page)
    wanted = select(site_totals.c.seen_at).where(key, site_totals.c.subject == total.subject)
    held = connection.execute(wanted).scalar()
    return held is not None and held > total.seen_at


def _row(total: SiteTotal) -> dict[str, Any]:
    return attrs.asdict(total) | {"by_rating": msgspec.json.encode(total.by_rating).decode()}


def _total(row: Row[Any]) -> SiteTotal:
    return SiteTotal(**dict(row._mapping) | {"by_rating": msgspec.json.decode(row.by_rating, type=dict[str, int])})
