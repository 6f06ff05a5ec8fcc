"""Saved import mappings: which column of somebody's file is what, by name."""

from typing import Any

import msgspec
from sqlalchemy import Engine, delete, select

from index.tables.columns import replace, writing
from index.tables.schema import mappings

Mapping = dict[str, Any]  # JSON of the import's own shape


class Mappings:
    """Rows of mappings."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def get(self, name: str) -> Mapping | None:
        """One by name; None if unknown."""
        with self._engine.connect() as connection:
            body = connection.execute(select(mappings.c.body).where(mappings.c.name == name)).scalar()
        return None if body is None else msgspec.json.decode(body, type=Mapping)

    def all(self) -> dict[str, Mapping]:
        """All by name."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(mappings).order_by(mappings.c.name)).all()
        return {row.name: msgspec.json.decode(row.body, type=Mapping) for row in rows}

    def save(self, name: str, mapping: Mapping) -> None:
        """Insert, or replace the one with this name."""
        with writing(self._engine).begin() as connection:
            replace(connection, mappings, [{"name": name, "body": msgspec.json.encode(mapping).decode()}])

    def remove(self, name: str) -> bool:
        """False if unknown."""
        with writing(self._engine).begin() as connection:
            return connection.execute(delete(mappings).where(mappings.c.name == name)).rowcount > 0
