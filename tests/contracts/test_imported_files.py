"""Imported files on SQLite and PostgreSQL: recognised by digest, listed newest first."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from domain.imports import ImportedFile
from index.tables.imports import ImportedFiles

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


def file(digest: str, *, hours: int = 0, source: str = "jd", stored: int = 3) -> ImportedFile:
    at = NOW + timedelta(hours=hours)
    return ImportedFile(
        sha256=digest, name=f"{digest}.csv", source=source, imported_at=at, rows=4, stored=stored, known=0, refused=1
    )


def test_a_file_comes_back_by_its_digest_and_the_same_again_replaces_it(engine: Engine) -> None:
    files = ImportedFiles(engine)
    assert files.get("a") is None
    files.put(file("a"))
    files.put(file("a", hours=1, stored=0))
    assert files.get("a") == file("a", hours=1, stored=0)


def test_the_newest_are_listed_first_with_all_sources(engine: Engine) -> None:
    files = ImportedFiles(engine)
    for place, digest in enumerate("cab"):
        files.put(file(digest, hours=place, source="jd" if digest == "a" else "门店"))
    assert [f.sha256 for f in files.recent(2)] == ["b", "a"]
    assert sorted(files.sources()) == ["jd", "门店"]
