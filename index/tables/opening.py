"""Opening the tables: an engine with the right manners, at the newest migration."""

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from domain.errors import InvalidSettings, StoreUnavailable
from index.tables.columns import writing

HEAD = "0003"
"""Newest migration; a test compares it with the scripts."""
MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
BUSY_MS = 30_000
_MIGRATION_LOCK = 711_020_001


def open_tables(url: str) -> Engine:
    """An engine on `sqlite:///FILE` or `postgresql://…`, its tables at the newest migration.

    Raises InvalidSettings for an address of neither kind, StoreUnavailable where the database does not answer.
    """
    engine = _engine(url)
    try:
        if _revision(engine) != HEAD:
            _upgrade(engine)
    except OperationalError as error:
        raise StoreUnavailable(f"{engine.url.render_as_string()}: the database does not answer: {error.orig}") from None
    except DatabaseError as error:
        raise StoreUnavailable(f"{engine.url.render_as_string()}: can't be opened: {error.orig}") from None
    return engine


def _engine(url: str) -> Engine:
    try:
        address = make_url(url)
    except ArgumentError:
        raise InvalidSettings(
            "tables.url: not a database address; hoped for sqlite:///FILE or postgresql://…"
        ) from None
    if address.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    if address.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise InvalidSettings(f"tables.url: {address.drivername}: hoped for sqlite:///FILE or postgresql://…")
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(address, connect_args={"timeout": BUSY_MS / 1000})
    event.listen(engine, "connect", _sqlite_manners)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_manners(connection: object, _record: object) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]  # sqlite3's own BEGINs come too late
    cursor = connection.cursor()  # type: ignore[attr-defined]  # any DBAPI connection has it
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("tingchao_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(engine: Engine) -> None:
    from alembic import command  # a quarter of a second that only a new installation pays
    from alembic.config import Config

    with writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
