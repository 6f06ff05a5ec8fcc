"""Imported files: recognised by what is in them, listed by when they came."""

import attrs
from sqlalchemy import Engine, select

from domain.imports import ImportedFile
from index.tables.columns import replace, writing
from index.tables.schema import imported_files


class ImportedFiles:
    """Rows of imported_files."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def get(self, sha256: str) -> ImportedFile | None:
        """One by its digest; None if it was never imported to its end."""
        with self._engine.connect() as connection:
            row = connection.execute(select(imported_files).where(imported_files.c.sha256 == sha256)).one_or_none()
        return None if row is None else ImportedFile(**dict(row._mapping))

    def put(self, file: ImportedFile) -> None:
        """Remember; the same one again replaces what was known of it."""
        with writing(self._engine).begin() as connection:
            replace(connection, imported_files, [attrs.asdict(file)])

    def recent(self, limit: int = 50) -> list[ImportedFile]:
        """The last ones, newest first."""
        newest = (imported_files.c.imported_at.desc(), imported_files.c.sha256)
        with self._engine.connect() as connection:
            rows = connection.execute(select(imported_files).order_by(*newest).limit(limit)).all()
        return [ImportedFile(**dict(row._mapping)) for row in rows]

    def sources(self) -> list[str]:
        """Names of all sources that files came from."""
        with self._engine.connect() as connection:
            return list(connection.execute(select(imported_files.c.source).distinct()).scalars())
