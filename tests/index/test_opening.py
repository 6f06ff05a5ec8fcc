"""Opening the tables: migrations, manners, refusals."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from domain.errors import InvalidSettings, StoreUnavailable
from index.tables import open_tables
from index.tables.opening import HEAD, MIGRATIONS
from index.tables.schema import metadata


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(tmp_path: Path) -> None:
    engine = open_tables(f"sqlite:///{tmp_path}/t.db")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_newest_migration_is_the_one_that_opening_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_sqlite_waits_for_locks_and_survives_a_power_cut(tmp_path: Path) -> None:
    engine = open_tables(f"sqlite:///{tmp_path}/deep/er/t.db")
    with engine.connect() as connection:
        values = [
            connection.execute(text(f"PRAGMA {p}")).scalar() for p in ("journal_mode", "synchronous", "foreign_keys")
        ]
        assert [*values, connection.execute(text("PRAGMA busy_timeout")).scalar()] == ["wal", 2, 1, 30_000]
    engine.dispose()


def test_opening_twice_changes_nothing_and_needs_no_alembic(tmp_path: Path) -> None:
    open_tables(f"sqlite:///{tmp_path}/t.db").dispose()
    code = f"import sys; from index.tables import open_tables; open_tables('sqlite:///{tmp_path}/t.db'); print('alembic' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False"


def test_processes_that_open_new_tables_at_once_all_succeed(tmp_path: Path) -> None:
    code = f"from index.tables import open_tables, Facts; Facts(open_tables('sqlite:///{tmp_path}/t.db')).get('x')"
    started = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(3)]
    told = [one.communicate()[1] for one in started]
    assert [one.returncode for one in started] == [0, 0, 0], told


@pytest.mark.parametrize("url", ["mysql://x/y", "tables.db", "", "oracle:///x"])
def test_other_databases_are_refused_by_name(url: str) -> None:
    with pytest.raises(InvalidSettings, match="hoped for sqlite:///FILE or postgresql"):
        open_tables(url)


def test_a_database_that_does_not_answer_is_unavailable_and_its_password_stays_secret() -> None:
    with pytest.raises(StoreUnavailable, match="does not answer") as caught:
        open_tables("postgresql://me:s3cret@127.0.0.1:1/x")
    assert "s3cret" not in str(caught.value)


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.db").write_bytes(b"not a database, not a database, not a database" * 99)
    with pytest.raises(StoreUnavailable, match=r"t\.db"):
        open_tables(f"sqlite:///{tmp_path}/t.db")
