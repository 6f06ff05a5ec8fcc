"""Real services for the contracts: a PostgreSQL server and an Elasticsearch node, started once and ended with the tests."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from index.tables import open_tables
from index.tables.schema import metadata

ROOT = Path(__file__).resolve().parents[2]
STRICT = os.environ.get("TINGCHAO_REQUIRE_ALL") == "1"
PATIENCE_S = 180


def lacking(reason: str) -> None:
    """Skip with the reason, or fail where nothing may be skipped."""
    if STRICT:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def elastic_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a real Elasticsearch 9.5 node on loopback."""
    log = tmp_path_factory.mktemp("elasticsearch") / "log"
    command = [sys.executable, str(ROOT / "tools" / "elasticsearch-node" / "start.py")]
    with log.open("wb") as errors, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as node:
        assert node.stdout is not None
        url = node.stdout.readline().decode().strip()  # the script gives up by itself
        if not url:
            code = node.wait(timeout=PATIENCE_S)
            message = f"Elasticsearch can't start here: {log.read_text(errors='replace')[-600:]}"
            if code == 3:
                lacking(message)
            pytest.fail(message)
        try:
            yield url
        finally:
            node.terminate()
            node.wait(timeout=60)


def postgres_binaries() -> Path | None:
    """Folder of initdb and postgres."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return next((place for place in reversed(places) if (place / "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a PostgreSQL server of our own on loopback."""
    binaries = postgres_binaries()
    if binaries is None:
        lacking("PostgreSQL's initdb is neither on the PATH nor under /usr/lib/postgresql")
        return
    as_user: dict[str, int] = {}
    home = tmp_path_factory.mktemp("postgres")
    if os.geteuid() == 0:  # the server refuses to run as root
        try:
            account = pwd.getpwnam("postgres")
        except KeyError:
            lacking("PostgreSQL refuses to run as root, and there is no account named postgres")
            return
        as_user = {"user": account.pw_uid, "group": account.pw_gid}
        home = Path(f"/tmp/tingchao-postgres-{os.getpid()}")  # pytest's folders are closed to other accounts
        home.mkdir()
        os.chown(home, account.pw_uid, account.pw_gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        make = [
            binaries / "initdb",
            "-D",
            home / "data",
            "-A",
            "trust",
            "-U",
            "tingchao",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]
        subprocess.run(make, check=True, capture_output=True, cwd="/", **as_user)
        serve = [binaries / "postgres", "-D", home / "data", "-p", str(port), "-k", home, "-h", "127.0.0.1", "-F"]
        with (home / "log").open("wb") as log, subprocess.Popen(serve, stderr=log, cwd="/", **as_user) as server:
            try:
                url = f"postgresql://tingchao@127.0.0.1:{port}/postgres"
                wait_for(url, server)
                yield url
            finally:
                server.send_signal(signal.SIGINT)  # end now, sessions too
    finally:
        shutil.rmtree(home, ignore_errors=True)


def wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    end = time.monotonic() + 60
    while True:
        try:
            with engine.connect():
                break
        except Exception:
            if time.monotonic() > end or server.poll() is not None:
                raise
            time.sleep(0.1)
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with empty tables."""
    path = tmp_path_factory.mktemp("sqlite") / "tables.db"
    open_tables(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Empty tables on each database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "tables.db")
        opened = open_tables(f"sqlite:///{tmp_path}/tables.db")
    else:
        opened = open_tables(request.getfixturevalue("postgres_url"))
        with opened.begin() as connection:
            connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY"))
    yield opened
    opened.dispose()
