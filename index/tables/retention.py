"""Rows that are kept for a time only. What they were counted into, and the evidence of documents, stays."""

from datetime import datetime

from sqlalchemy import ColumnElement, Engine, Table, delete

from index.tables.columns import writing
from index.tables.schema import crawls, frontier, hot_sightings, page_budgets, pages, source_states


class Retention:
    """Takes old rows away."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def expire_lines(self, before: datetime) -> dict[str, int]:
        """Lines of how pages were answered, of crawls, of states and of hot-search looks, by table. before: product time."""
        day = before.date().isoformat()
        old: dict[Table, ColumnElement[bool]] = {
            pages: pages.c.seen_at < before,
            crawls: crawls.c.ended_at < before,
            hot_sightings: hot_sightings.c.seen_at < before,
            source_states: source_states.c.at < before,
            page_budgets: page_budgets.c.day < day,
        }
        return {table.name: self._delete(table, here) for table, here in old.items()}

    def expire_fetched(self, before: datetime) -> int:
        """Addresses that were fetched before a moment of product time: they stand as the site gave them, ids of people included.

        A page that is wanted again is planned again; one that still waits stays.
        """
        return self._delete(frontier, frontier.c.done_at < before)

    def _delete(self, table: Table, here: ColumnElement[bool]) -> int:
        with writing(self._engine).begin() as connection:
            return connection.execute(delete(table).where(here)).rowcount
