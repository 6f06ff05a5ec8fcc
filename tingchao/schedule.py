"""Every periodic job of a running product, by APScheduler; each one's next and last run and its misfires are kept as rows."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from domain.errors import AlreadyRunning, StoreUnavailable
from domain.times import now as real_now
from domain.watches import Watch
from flows.collect import Ingest
from index.tables import Jobs, Paces
from tingchao.demo import beat
from tingchao.importing import folder_held, import_folder
from tingchao.own_models import chosen_name
from tingchao.pictures import PictureJob
from tingchao.plans import longest_s
from tingchao.retention import expire
from tingchao.rounds import Round, round_of
from tingchao.settings import Site
from tingchao.sources import ADAPTERS, idle
from tingchao.wiring import House

log = logging.getLogger(__name__)

INGEST_S = 0.5
NOTIFY_S = 0.5
RECORD_EVERY_S = 5.0
PICTURES_S = 20.0
"""Real seconds between two rounds of pictures at least: each starts a browser."""
INDEX_PAUSE_S = 10.0
HOT_S = 5.0
"""Real seconds between two looks for watches that have news."""
RETENTION_HOURS = 6
CRAWL = "crawl:"
BUSY_JOBS = ("ingest", "index", "notify", "import-folder", "new-watches", "hot-watches", "demo-clock")
"""Jobs of seconds, for which a run left out while the last one works is no news."""


class Schedule:
    """Starts and stops the jobs of one product. Intervals are product time, so they scale with its clock."""

    def __init__(self, house: House, *, roles: tuple[str, ...]) -> None:
        self._house, self._roles = house, roles
        self._rows = Jobs(house.engine)
        self._recorded: dict[str, float] = {}
        self._began: dict[str, float] = {}
        self._intervals: dict[str, timedelta] = {}
        self._children: set[subprocess.Popen[bytes]] = set()
        self._crawling: set[str] = set()
        self._stopping = threading.Event()
        self._starting = threading.Lock()
        self._watched: list[Watch] = []
        self._imports = import_folder(house.folder, house.desk.imports)
        self._loading = threading.Lock()
        self._index_again = 0.0
        self._ingest: Ingest | None = None
        self._loaded: tuple[frozenset[tuple[str, tuple[str, ...]]], str] = frozenset(), ""
        self._pool = ThreadPoolExecutor(len(ADAPTERS) + 12)  # a crawl holds one until its process ends
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": self._pool},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(self._record, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)
        self._scheduler.add_listener(self._missed, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)

    def start_storing(self) -> None:
        """Begin to store what arrives in the inbox and the import folder."""
        self._every("ingest", timedelta(seconds=INGEST_S), lambda: self._reader().take_all(), real=True)
        self._every("index", timedelta(seconds=INGEST_S), self.index, real=True)
        self._every("import-folder", timedelta(seconds=5), self.import_folder, real=True)
        self._run()

    def start_watching(self) -> None:
        """Begin to crawl, judge and tell. The first crawls start at once."""
        house = self._house
        if "monitor" in self._roles:
            self._every("monitor", timedelta(minutes=1), house.desk.monitor.tick)
            self._every("notify", timedelta(seconds=NOTIFY_S), house.outbox.deliver_due, real=True)
            self._every("retention", timedelta(hours=RETENTION_HOURS), lambda: expire(house), real=True)
        if "crawler" in self._roles:
            self._watched = house.desk.watches.list()
            for name in ADAPTERS:
                site = house.settings.sites.get(name, Site())
                if site.on and not idle(name, site):
                    self._every(f"{CRAWL}{name}", self._round(name).usual, partial(self.crawl, name))
            self._every("new-watches", timedelta(seconds=2), self.crawl_for_new_watches, real=True)
            self._every("hot-watches", timedelta(seconds=HOT_S), self.crawl_for_hot_watches, real=True)
            seldom = max(timedelta(minutes=1), timedelta(seconds=PICTURES_S * house.clock.speed))
            self._every("pictures", seldom, PictureJob(house, children=self._children, busy=self._crawling).run)
        if house.folder.demo:
            self._every("demo-clock", timedelta(seconds=1), lambda: beat(house.folder, house.clock), real=True)
        self._run()

    def stop(self) -> None:
        """End: running crawls are asked to stop after the page in hand; a start that comes later does nothing."""
        with self._starting:
            self._stopping.set()
        for child in list(self._children):
            child.terminate()
        if self._scheduler.running:
            # waiting for the jobs is done outside: the scheduler would hold its lock, which a job may ask for
            self._scheduler.shutdown(wait=False)
            self._pool.shutdown(wait=True)

    def _run(self) -> None:
        with self._starting:
            if not (self._scheduler.running or self._stopping.is_set()):
                self._scheduler.start()

    def index(self) -> None:
        """Bring the index up to the ledger. While it does not answer, documents wait in the ledger and alerts go on."""
        if time.monotonic() < self._index_again:
            return
        try:
            self._reader().follow()
        except StoreUnavailable:
            self._index_again = time.monotonic() + INDEX_PAUSE_S
            raise

    def _reader(self) -> Ingest:
        """What stores; the analyzer is loaded anew when the watched brands or the model in use have changed."""
        brands = frozenset((w.brand, w.aliases) for w in self._house.desk.watches.list())
        wanted = brands, chosen_name(self._house.folder.path)
        with self._loading:
            if self._ingest is None or wanted != self._loaded:
                self._ingest, self._loaded = self._house.ingest(), wanted
            return self._ingest

    def import_folder(self) -> None:
        """Import what was dropped into the import folder; another process that does so at the moment goes first."""
        with suppress(AlreadyRunning), folder_held(self._house.folder):
            self._imports.take()

    def crawl_for_new_watches(self) -> None:
        """A watch that was added or changed is crawled for at once, not at the next round."""
        watches = self._house.desk.watches.list()
        if watches == self._watched:
            return
        changed = {w.name for w in (*watches, *self._watched) if not (w in watches and w in self._watched)}
        Paces(self._house.engine).forget(changed)
        self._watched = watches
        for job in self._scheduler.get_jobs():
            if job.id.startswith(CRAWL):
                job.modify(next_run_time=real_now())

    def crawl_for_hot_watches(self) -> None:
        """A watch that has news is crawled for again before the next round."""
        watches = self._house.desk.watches.list()
        for job in self._scheduler.get_jobs() if watches else ():
            source = job.id.removeprefix(CRAWL)
            idle = job.id.startswith(CRAWL) and source not in self._crawling
            if idle and self._round(source).has_hot_watch(watches):
                job.modify(next_run_time=real_now())

    def _round(self, source: str) -> Round:
        house = self._house
        return round_of(source, settings=house.settings, engine=house.engine, clock=house.clock)

    def crawl(self, source: str) -> None:
        """One crawl in its own process; a source that rests or waits for a person is left alone."""
        watches = self._house.desk.watches.list()
        if not watches or self._stopping.is_set() or not self._round(source).is_worth_a_crawl(watches):
            return
        if source in self._crawling:  # pictures of its posts are being taken: one request in flight per site
            return
        with (self._house.folder.path / "crawl.log").open("ab") as out:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "tingchao", "crawl", source, "--once", "--due"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
            self._children.add(child)
            self._crawling.add(source)
            try:
                code = child.wait(longest_s(source, self._house.settings.sites.get(source, Site())))
            except subprocess.TimeoutExpired:
                child.kill()
                code = child.wait()
            finally:
                self._children.discard(child)
                self._crawling.discard(source)
        if code and not self._stopping.is_set():
            raise RuntimeError(f"{source} 的采集进程异常结束（代码 {code}），详见 {self._house.folder.path}/crawl.log")

    def _every(self, name: str, interval: timedelta, work: Callable[[], Any], *, real: bool = False) -> None:
        seconds = interval.total_seconds() if real else self._house.clock.real_seconds(interval)

        self._intervals[name] = interval * (self._house.clock.speed or 1.0) if real else interval

        def timed() -> None:
            self._began[name] = time.monotonic()
            work()

        self._scheduler.add_job(timed, "interval", seconds=max(seconds, 0.2), id=name, next_run_time=real_now())

    def _missed(self, event: Any) -> None:  # Any: APScheduler ships no types
        if event.job_id not in BUSY_JOBS:
            self._rows.misfired(event.job_id)

    def _record(self, event: Any) -> None:  # Any: APScheduler ships no types
        name, now = event.job_id, time.monotonic()
        error = (str(event.exception) or type(event.exception).__name__) if event.code == EVENT_JOB_ERROR else ""
        if error:
            log.error("job failed name=%s error=%s", name, error)
        elif now - self._recorded.get(name, -RECORD_EVERY_S) < RECORD_EVERY_S:
            return  # jobs of half a second need no row each time
        self._recorded[name] = now
        began = self._began.pop(name, now)
        self._rows.ran(name, at=self._house.clock.now(), seconds=now - began, error=error)
        # the scheduler itself is not asked: it holds its lock while it waits for this very thread to end
        self._rows.planned(name, next_at=self._house.clock.now() + self._intervals[name])
