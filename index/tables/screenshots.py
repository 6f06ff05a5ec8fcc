"""Screenshots of posts in incidents: which file shows which document, and its SHA-256."""

from collections.abc import Iterable
from datetime import datetime

import attrs
from sqlalchemy import Engine, select

from index.tables.columns import chunks, replace, writing
from index.tables.schema import screenshots


@attrs.frozen(kw_only=True)
class Screenshot:
    """One picture of one page."""

    document: str
    taken_at: datetime
    """Product time, aware UTC."""
    alert: str
    """Id of the incident for which it was taken."""
    file: str
    """Relative to the evidence folder."""
    sha256: str
    """Of the file, 64 hex digits."""
    url: str
    """Where the page ended after its redirects."""


class Screenshots:
    """Rows of screenshots."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def add(self, shot: Screenshot) -> None:
        """Keep one; the same moment again replaces it."""
        with writing(self._engine).begin() as connection:
            replace(connection, screenshots, [attrs.asdict(shot)])

    def of(self, documents: Iterable[str]) -> list[Screenshot]:
        """Those of these documents, oldest first."""
        found = []
        with self._engine.connect() as connection:
            for ids in chunks(documents):
                wanted = select(screenshots).where(screenshots.c.document.in_(ids))
                found += [Screenshot(**dict(row._mapping)) for row in connection.execute(wanted)]
        return sorted(found, key=lambda shot: (shot.taken_at, shot.document))
