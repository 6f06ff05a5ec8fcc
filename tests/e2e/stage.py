"""A whole installation against the pretended world with a clock that the test moves: crawls are real processes over HTTP."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import uvicorn

from demo.catalogue import CATALOGUE
from demo.history import write_history
from demo.server import application
from demo.world import World
from domain.alerts import Alert
from flows.collect import Ingest
from index.tables import Facts
from tingchao.demo import prepare, watches
from tingchao.folders import DemoState, Folder, demo_folder, held
from tingchao.product import HISTORY_DONE
from tingchao.wiring import House, opened

START = datetime(2026, 11, 11, 6, 0, tzinfo=UTC)  # a Wednesday, 14:00 in Shanghai; no member day of the shops


class MovedClock:
    """Stands still until the test moves it; the folder's demo.json tells the crawl processes."""

    speed = 0.0

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def real_seconds(self, duration: timedelta) -> float:
        return 0.0

    def step(self, step: timedelta) -> None:
        """Time passes in this process only."""
        self._now += step

    def move(self, folder: Folder, step: timedelta) -> None:
        """Time passes in every process of the installation."""
        self.step(step)
        state = DemoState.read(folder.path)
        assert state is not None
        attrs.evolve(state, anchor=self._now.isoformat()).write(folder.path)


@attrs.define(kw_only=True)
class Stage:
    """What a test plays on."""

    house: House
    world: World
    sink: Any
    clock: MovedClock
    folder: Folder
    ingest: Ingest

    def minute(self, *, crawl: tuple[str, ...] = ()) -> None:
        """A minute passes; then crawl, store, judge and send, as the product's jobs would."""
        self.clock.move(self.folder, timedelta(minutes=1))
        for source in crawl:
            self.crawl(source)
        self.ingest.drain()
        self.house.desk.monitor.tick()
        self.house.outbox.deliver_due()

    def minutes(self, count: int, *, every: int = 5, crawl: tuple[str, ...] = ("weibo",)) -> None:
        """So many minutes pass, with a crawl every five."""
        for number in range(1, count + 1):
            self.minute(crawl=crawl if number % every == 0 else ())

    def crawl(self, source: str) -> dict[str, Any]:
        """One crawl in its own process. Returns its report."""
        done = subprocess.run(
            [sys.executable, "-m", "tingchao", "crawl", source],
            env=os.environ | {"TINGCHAO_DEMO": "1"},
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def messages(self, channel: str = "slack") -> list[Any]:
        """What the sink received on a channel, oldest first."""
        return [m for m in self.sink.messages if m.kind == channel]

    def alerts(self, *kinds: str) -> list[Alert]:
        """All alerts of these kinds, newest first."""
        return [a for a in self.house.desk.alerts.recent(limit=100) if a.kind.value in kinds]


def with_history(folder: Folder) -> None:
    """Make a demo installation that has its watches and 90 days of imported history."""
    state = prepare(folder, speed=1.0, now=START)
    attrs.evolve(state, anchor=START.isoformat(), speed=0.0).write(folder.path)
    with opened(folder, clock=MovedClock(START)) as house:
        for watch in watches(CATALOGUE):
            house.desk.watches.save(watch)
        for file in write_history(folder.path / "history", seed=state.seed, started=START):
            report = house.desk.imports.run(file)
            assert not report.refused, report.refused[:3]
        Facts(house.engine).set(HISTORY_DONE, state.started)


@contextmanager
def stage(template: Path, data: Path) -> Iterator[Stage]:
    """A copy of the installation with its world answering on loopback. TINGCHAO_DATA must name `data` already."""
    shutil.copytree(template, data, dirs_exist_ok=True)
    folder, clock = demo_folder(), MovedClock(START)
    state = attrs.evolve(prepare(folder, speed=1.0, now=START), anchor=START.isoformat(), speed=0.0)
    state.write(folder.path)
    with ExitStack() as stack:
        app = application(seed=state.seed, started=START, now=clock.now, folder=folder.path / "world")
        stack.enter_context(_served(app, state.port))
        stack.enter_context(held(folder.path / "writer.lock", what="the test"))
        house = stack.enter_context(opened(folder, writer=True, clock=clock))
        yield Stage(
            house=house,
            world=app.state.world,
            sink=app.state.sink,
            clock=clock,
            folder=folder,
            ingest=house.ingest(),
        )


@contextmanager
def _served(app: Any, port: int) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield
    server.should_exit = True
    thread.join(10)
