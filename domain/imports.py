"""Files that people bring in: what is remembered of each, so that the same one again is recognised."""

from datetime import datetime

import attrs


@attrs.frozen(kw_only=True)
class ImportedFile:
    """A file that was imported to its end."""

    sha256: str
    """Of its bytes and of how it was read (source and mapping that a person gave): hexadecimal."""
    name: str
    """Its name without folders."""
    source: str
    """Name of the source of most of its rows."""
    imported_at: datetime
    """When, product time, aware UTC."""
    rows: int
    stored: int
    known: int
    refused: int
