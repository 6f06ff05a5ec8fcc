"""The replica on loopback, and an installation that crawls it: `replica.play("jd-risk-605")`, `replica.collect("jd")`."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
import uvicorn
from sqlalchemy import Engine

from crawlers.handoff import FolderInbox
from demo.cases.case import Request, Scene
from demo.cases.desk import Desk
from demo.ledger import Span
from demo.server import SENDING, application
from demo.sites import LEDGERS
from demo.world import World
from domain.documents import StoredDocument
from domain.feeds import FeedState, PageSeen, SourceStatus
from domain.watches import Watch, WatchedProduct
from flows.collect import Ingest
from flows.copies import Copies
from index import tables
from index.tables import WaitingPage
from nlp.analyzer import Analyzer
from tingchao.folders import COOKIE, DemoState, Folder, demo_folder, held
from tingchao.opening import inbox_of, open_tables
from tingchao.settings import Settings
from tingchao.sources import ADAPTERS

ROOT = Path(__file__).parents[2]
SEED = 7
START = datetime(2026, 11, 11, 6, 0, tzinfo=UTC)  # a Wednesday, 14:00 in Shanghai
HISTORY = timedelta(days=14)  # about thirty reviews of a product, three pages


def pytest_itemcollected(item: pytest.Item) -> None:
    """`-k jd-risk-605` finds `test_jd_risk_605`."""
    item.extra_keyword_matches.add(item.name.partition("[")[0].removeprefix("test_").replace("_", "-"))


class MovedClock:
    """Stands still until the test moves it."""

    speed = 0.0

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def real_seconds(self, duration: timedelta) -> float:
        return 0.0

    def step(self, step: timedelta) -> None:
        self._now += step


class CrawlServer:
    """The process that forks a crawl for each call."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("crawl_server.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert self._process.stdout
        assert self._process.stdout.readline() == "ready\n"

    def crawl(self, source: str, *, environment: dict[str, str], log: Path) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        asked = {"source": source, "environment": environment, "log": str(log)}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        said = json.loads(self._process.stdout.readline())
        if "error" in said:
            raise AssertionError(f"{said['error']}\n{log.read_text('utf-8')[-3000:]}")
        return dict(said["report"])

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(10)
        assert self._process.stdout
        self._process.stdout.close()


@attrs.frozen(kw_only=True)
class Crawl:
    """One crawl: its report, every answer as classified, what it took longest for, and its log."""

    report: dict[str, Any]
    pages: tuple[PageSeen, ...]
    log: str

    @property
    def outcomes(self) -> dict[str, int]:
        """How many answers of each outcome."""
        return dict(Counter(page.outcome.value for page in self.pages))

    @property
    def reasons(self) -> list[str]:
        """Why answers were not ok, in order."""
        return [page.reason for page in self.pages if page.reason]


@attrs.define(kw_only=True)
class Replica:
    """The pretended internet with a small world, and an installation beside it."""

    world: World
    desk: Desk
    clock: MovedClock
    folder: Folder
    engine: Engine
    inbox: FolderInbox
    ingest: Ingest
    server: CrawlServer
    environment: dict[str, str]
    sites: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    """What the settings file says of each site; change it, and the next crawl reads it."""
    sku: str = ""
    """The product that the test is about."""

    # --- the play

    def play(self, *names: str) -> Scene:
        """Start cases; returns the last one's scene."""
        return [self.desk.start(name) for name in names][-1]

    def stop(self, *names: str) -> None:
        """Stop cases."""
        for name in names:
            assert self.desk.stop(name), f"{name} does not play"

    def restore(self) -> None:
        """A person logs in again or solves the captcha, and says so to the product."""
        self.desk.restore()
        self.world.restore()
        for status in self.sources.all():
            self.sources.switch(status.name, on=True, reason=status.reason)

    def wait(self, **by: float) -> None:
        """Time passes for world and product: `wait(minutes=11)`."""
        self.clock.step(timedelta(**by))
        self._tell_time()

    # --- the product

    def follow(self, *urls: str, brand: str = "澜川", **more: Any) -> Watch:
        """A watch of a brand with its product pages."""
        watch = Watch(name=brand, brand=brand, products=tuple(WatchedProduct(url=u) for u in urls), **more)
        tables.Watches(self.engine).save(watch)
        return watch

    def site(self, name: str, **settings: Any) -> None:
        """Settings of one site: `site("jd", pages=5)`."""
        self.sites[name].update(settings)

    def ask(self, source: str, *urls: str, page: str = "page", first: bool = True) -> None:
        """Make these addresses due, beside what the watches ask for."""
        pages = [WaitingPage(source=source, page=page, url=url, first=first) for url in urls]
        assert tables.Frontier(self.engine).add(pages, due=self.clock.now(), depth=0 if first else 1) == len(urls)

    def crawl(self, source: str) -> Crawl:
        """One crawl in its own process over HTTP, nothing stored yet."""
        self._write_settings()
        log = self.folder.path / f"crawl-{source}.log"
        before = log.stat().st_size if log.exists() else 0
        waiting = set(self.inbox.pending())
        report = self.server.crawl(source, environment=self.environment, log=log)
        files = [name for name in self.inbox.pending() if name not in waiting]
        pages = tuple(r for name in files for r in self.inbox.read(name) if isinstance(r, PageSeen))
        return Crawl(report=report, pages=pages, log=log.read_bytes()[before:].decode())

    def store(self) -> None:
        """Everything in the inbox goes into the ledger, analysed, with the state of the sources."""
        self.ingest.take_all()

    def collect(self, source: str) -> Crawl:
        """Crawl, then store."""
        crawl = self.crawl(source)
        self.store()
        return crawl

    # --- what came of it

    @property
    def sources(self) -> tables.Sources:
        """Status rows."""
        return tables.Sources(self.engine)

    def status(self, source: str) -> SourceStatus:
        """Health of a source."""
        status = self.sources.get(source)
        assert status, f"{source} was never crawled"
        return status

    def state(self, source: str) -> FeedState:
        """State of a source."""
        return self.status(source).state

    def documents(self, source: str = "", kind: str = "") -> list[StoredDocument]:
        """What is stored, oldest write first."""
        rows = [document for _, document in self.ingest.ledger.since(0, limit=100_000)]
        return [d for d in rows if source in ("", d.source) and kind in ("", d.kind.value)]

    def document(self, id_: str) -> StoredDocument:
        """One by its id."""
        (found,) = self.ingest.ledger.get([id_])
        return found

    def stored_ids(self, source: str, kind: str) -> set[str]:
        """The sites' own ids of what is stored."""
        return {d.id.removeprefix(f"{source}:") for d in self.documents(source, kind)}

    def existing_ids(self, source: str, kind: str, **span: Any) -> set[str]:
        """The sites' own ids of what there is in the world."""
        return LEDGERS[source][kind](self.world, Span(**span))

    def missing(self, source: str, kind: str, **span: Any) -> set[str]:
        """What exists and is not stored."""
        return self.existing_ids(source, kind, **span) - self.stored_ids(source, kind)

    def invented(self, source: str, kind: str, **span: Any) -> set[str]:
        """What is stored and does not exist."""
        return self.stored_ids(source, kind) - self.existing_ids(source, kind, **span)

    def complete(self, source: str, kind: str, **span: Any) -> bool:
        """Collected = existing, once each: ids are unique in the ledger, so two sets tell."""
        return not self.missing(source, kind, **span) and not self.invented(source, kind, **span)

    def asked(self, path: str = "") -> list[Request]:
        """What the sites were asked, robots.txt left out, oldest first; only paths that begin so."""
        requests = [request for request, _ in self.desk.asked]
        return [r for r in requests if r.path != "/robots.txt" and r.path.startswith(path)]

    # --- inside

    def _tell_time(self) -> None:
        state = DemoState.read(self.folder.path)
        assert state
        attrs.evolve(state, anchor=self.clock.now().isoformat()).write(self.folder.path)

    def _write_settings(self) -> None:
        parts = [
            "\n".join([f"[sites.{name}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())])
            for name, values in self.sites.items()
        ]
        (self.folder.path / "tingchao.toml").write_text("\n\n".join(parts) + "\n", "utf-8")


@pytest.fixture(scope="session")
def crawl_server() -> Iterator[CrawlServer]:
    server = CrawlServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def reader() -> Any:
    return Analyzer.load(extra_brands={"澜川": ("lanchuan",)})


@pytest.fixture(scope="session")
def empty_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "tables.db"
    tables.open_tables(f"sqlite:///{path}").dispose()
    return path


@pytest.fixture
def replica(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, crawl_server: CrawlServer, reader: Any, empty_tables: Path
) -> Iterator[Replica]:
    """A world two weeks old, 30 or so reviews of each product, and an installation without watches."""
    environment = {"TINGCHAO_DATA": str(tmp_path), "TINGCHAO_DEMO": "1", COOKIE: "SUB=demo-session"}
    environment["XDG_STATE_HOME"] = environment["XDG_DATA_HOME"] = str(tmp_path / "home")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    folder, clock = demo_folder().made(), MovedClock(START)
    shutil.copy(empty_tables, folder.tables)
    app = application(seed=SEED, started=START, now=clock.now, folder=tmp_path / "world", history=HISTORY)
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False, **SENDING)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    _write_state(folder, port)
    engine = open_tables(Settings(), folder)
    inbox = inbox_of(folder)
    ledger = tables.Ledger(engine)
    ingest = Ingest(
        inbox=inbox, reader=reader, copies=Copies(ledger=ledger), ledger=ledger, documents=_NoIndex(),
        watches=tables.Watches(engine), clock=clock,
    )  # fmt: skip
    usual = {"origin": f"http://127.0.0.1:{port}", "cookie_env": COOKIE, "delay_seconds": 0, "pages": 200}
    with held(folder.path / "writer.lock", what="the test"):  # so that a crawl does not store by itself
        yield Replica(
            world=app.state.world, desk=app.state.desk, clock=clock, folder=folder, engine=engine, inbox=inbox,
            ingest=ingest, server=crawl_server, environment=environment, sites={name: dict(usual) for name in ADAPTERS},
        )  # fmt: skip
    engine.dispose()
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def product() -> Callable[[str], Any]:
    """A product of the invented maker by its category, 热水器."""
    from demo.catalogue import OURS, product_of

    return lambda category: product_of(OURS, category)


class _NoIndex:
    """The cases look at the ledger; search has its own tests."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the cases have no search engine: {name}")


def _write_state(folder: Folder, port: int) -> None:
    DemoState(
        seed=SEED, started=START.isoformat(), real_anchor=time.time(), anchor=START.isoformat(), speed=0.0, port=port
    ).write(folder.path)
