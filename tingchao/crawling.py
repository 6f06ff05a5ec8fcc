"""One crawl of one source in this process: plan, fetch, hand off, and store where no product runs."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import attrs

from crawlers.archive import Archive
from crawlers.frontier import Lease
from crawlers.job import CrawlJob, CrawlReport
from crawlers.run import run_crawl
from crawlers.sites.adapter import PageRequest, SiteAdapter
from domain.errors import AlreadyRunning, InvalidInput
from domain.watches import Watch
from flows.backfill import Past, plan_history
from flows.planning import plan
from flows.rereads import Rereads, plan_hot_list
from index import tables
from index.tables import LeasedPage, WaitingPage
from tingchao.folders import Folder, chosen_folder, held
from tingchao.opening import demo_environment, inbox_of, open_tables
from tingchao.processes import end_with_parent
from tingchao.settings import Site, load
from tingchao.sources import ADAPTERS, cookie


@attrs.frozen
class RowFrontier:
    """The crawlers' frontier over the rows of the tables; joins two rooms that don't know each other."""

    rows: tables.Frontier

    def add(self, requests: Iterable[PageRequest], *, due: datetime, depth: int = 0) -> int:
        """See crawlers.frontier.Frontier."""
        return self.rows.add((WaitingPage(**attrs.asdict(r)) for r in requests), due=due, depth=depth)

    def lease(self, source: str, *, now: datetime, limit: int, lease_for: timedelta) -> list[Lease]:
        """See crawlers.frontier.Frontier."""
        return [_lease(p) for p in self.rows.lease(source, now=now, limit=limit, lease_for=lease_for)]

    def done(self, lease: Lease, *, now: datetime) -> None:
        """See crawlers.frontier.Frontier."""
        self.rows.done(lease.key, now=now)

    def release(self, lease: Lease, *, due: datetime) -> None:
        """See crawlers.frontier.Frontier."""
        self.rows.release(lease.key, due=due)

    def known(self, ids: Iterable[str]) -> set[str]:
        """See crawlers.frontier.Frontier."""
        return self.rows.known(ids)


def crawl_once(source: str, *, watch: str = "", past: Past | None = None) -> CrawlReport:
    """Crawl a source for all watches, or one; with `past` also what was published then.

    Raises InvalidInput for a source that is unknown or off, an unknown watch, or a past that the source can't be asked for.
    """
    if source not in ADAPTERS:
        raise InvalidInput(f"no source named {source!r}; known: {', '.join(ADAPTERS)}")
    end_with_parent()
    folder = chosen_folder().made()
    with held(folder.path / f"crawl-{source}.lock", what=f"a crawl of {source}"):
        report = _crawl(folder, source, watch, past)
    with suppress(AlreadyRunning):
        from tingchao.wiring import store_waiting

        store_waiting(folder)
    return report


def _crawl(folder: Folder, source: str, watch_name: str, past: Past | None) -> CrawlReport:
    """Only what a crawl needs is opened, because every crawl pays for its own start."""
    settings, clock = load(folder.path), folder.clock()
    demo_environment(folder)
    engine = open_tables(settings, folder)
    status = tables.Sources(engine).get(source)
    site = settings.sites.get(source, Site())
    if not site.on or (status and not status.on):
        why = f": {status.reason}" if status and status.reason else ""
        raise InvalidInput(f"{source} is off{why}; switch it on: tingchao source on {source}")
    watches = _watches(tables.Watches(engine), watch_name)
    adapter = ADAPTERS[source](site.transport == "browser")
    frontier = RowFrontier(tables.Frontier(engine))
    frontier.rows.take_back(source)  # leases of a crawl that was killed; no other crawl of this source runs
    if past:
        plan_history(adapter, watches, frontier, past=past, now=clock.now())
    plan(adapter, watches, frontier, now=clock.now())
    plan_hot_list(adapter, watches, frontier, now=clock.now())
    rereads = Rereads(ledger=tables.Ledger(engine), engagement=tables.Engagement(engine))
    rereads.plan(adapter, watches, frontier, now=clock.now())
    job = CrawlJob(
        source=source,
        pages_limit=site.pages,
        delay=timedelta(seconds=site.delay_seconds * max(clock.speed, 1.0)),
        origin=site.origin,
        cookie=cookie(settings, folder, source),
        browser=site.transport == "browser",
        obey_robots=not (status and status.against_robots),
        allowed_hosts=_hosts(adapter, watches),
        user_agent=settings.crawl.user_agent,
    )
    return run_crawl(
        job,
        adapter=adapter,
        frontier=frontier,
        inbox=inbox_of(folder),
        archive=Archive(folder.archive),
        clock=clock,
    )


def _watches(rows: tables.Watches, name: str) -> list[Watch]:
    if not name:
        return rows.list()
    watch = rows.get(name)
    if watch is None:
        raise InvalidInput(f"no watch named {name!r}: `tingchao watch list` shows them")
    return [watch]


def _hosts(adapter: SiteAdapter, watches: list[Watch]) -> tuple[str, ...]:
    """The adapter's own hosts; the generic shop page may ask only the hosts of followed products."""
    if "*" not in adapter.hosts:
        return adapter.hosts
    pages = [r for w in watches for r in adapter.first_pages(w)]
    return tuple(sorted({urlsplit(p.url).netloc for p in pages}))


def _lease(leased: LeasedPage) -> Lease:
    page = PageRequest(**attrs.asdict(leased.page))
    return Lease(key=leased.key, request=page, depth=leased.depth)
