"""One crawl of one source in this process: plan, fetch, hand off, and store where no product runs."""

from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlsplit

import attrs

from crawlers.archive import Archive
from crawlers.job import CrawlJob, CrawlReport
from crawlers.run import run_crawl
from crawlers.sites.adapter import SiteAdapter
from crawlers.sites.logins import LOGINS
from domain.errors import AlreadyRunning, InvalidInput
from domain.feeds import Outcome, PageSeen, SourceStatus
from domain.times import Clock
from domain.watches import Watch
from flows.accounts import Turn
from flows.backfill import Past, plan_history
from flows.planning import plan
from flows.rereads import Rereads, plan_hot_list
from index import tables
from tingchao.folders import Folder, chosen_folder, held
from tingchao.opening import demo_environment, inbox_of, open_tables
from tingchao.plans import pause_s
from tingchao.processes import end_with_parent
from tingchao.rounds import Round, round_of, upstream_proxy
from tingchao.row_frontier import RowFrontier
from tingchao.settings import Settings, Site, load
from tingchao.sources import ADAPTERS, adapter_of, cookie
from tingchao.turns import SessionTurn


def crawl_once(source: str, *, watch: str = "", past: Past | None = None, due: bool = False) -> CrawlReport:
    """Crawl a source for all watches, one, or those that are due; with `past` also what was published then.

    Raises InvalidInput for a source that is unknown or off, an unknown watch, or a past that the source can't be asked for.
    """
    if source not in ADAPTERS:
        raise InvalidInput(f"no source named {source!r}; known: {', '.join(ADAPTERS)}")
    end_with_parent()
    folder = chosen_folder().made()
    with held(folder.path / f"crawl-{source}.lock", what=f"a crawl of {source}"):
        report = _crawl(folder, source, watch, past, due=due)
    with suppress(AlreadyRunning):
        from tingchao.wiring import store_waiting

        store_waiting(folder)
    return report


def _crawl(folder: Folder, source: str, watch_name: str, past: Past | None, *, due: bool) -> CrawlReport:
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
    here = round_of(source, settings=settings, engine=engine, clock=clock)
    turn = here.session(folder)
    if turn.dead:
        return _told_to_log_in(folder, turn, clock, status)
    account = turn.account
    pages = 0 if turn.turn is Turn.ALL_SPENT else here.pages_left(account)
    if not pages:
        return CrawlReport(source=source, reason=f"the {site.daily_pages} pages of this day are spent")
    adapter = adapter_of(source, site)
    frontier = RowFrontier(tables.Frontier(engine), source, account)
    frontier.rows.take_back(source)  # leases of a crawl that was killed; no other crawl of this source runs
    began = clock.now()
    asked = here.due(watches) if due else watches
    if past:
        plan_history(adapter, watches, frontier, past=past, now=began)
    plan(adapter, asked, frontier, now=began)
    plan_hot_list(adapter, watches, frontier, now=began)
    rereads = Rereads(ledger=tables.Ledger(engine), engagement=tables.Engagement(engine))
    rereads.plan(adapter, watches, frontier, now=began)
    job = attrs.evolve(job_of(folder, settings, here, status, adapter, watches, pages), **turn.for_job())
    report = run_crawl(
        job,
        adapter=adapter,
        frontier=frontier,
        inbox=inbox_of(folder),
        archive=Archive(folder.archive),
        clock=clock,
    )
    turn.ended(report, engine=engine, clock=clock)
    here.ended(report, asked=asked, account=account, began=began)
    return report


def _told_to_log_in(folder: Folder, turn: SessionTurn, clock: Clock, status: SourceStatus | None) -> CrawlReport:
    """Nothing is asked without a living session: the source says so, once."""
    if status is None or status.last_outcome is not Outcome.LOGIN_REQUIRED:
        seen = PageSeen(
            source=turn.source, page="session", url=LOGINS[turn.source].page, outcome=Outcome.LOGIN_REQUIRED,
            reason=turn.dead, seen_at=clock.now(),
        )  # fmt: skip
        inbox_of(folder).put(turn.source, [seen])
    return CrawlReport(source=turn.source, stopped=Outcome.LOGIN_REQUIRED, reason=turn.dead)


def job_of(
    folder: Folder,
    settings: Settings,
    here: Round,
    status: SourceStatus | None,
    adapter: SiteAdapter,
    watches: list[Watch],
    pages: int,
) -> CrawlJob:
    """What a crawl of this source is asked to do, without its session."""
    site = here.site
    return CrawlJob(
        source=here.source,
        pages_limit=pages,
        delay=timedelta(seconds=pause_s(here.source, site) * max(here.clock.speed, 1.0)),
        origin=site.origin,
        cookie=cookie(settings, folder, here.source),
        browser=site.transport == "browser",
        resource_hosts=LOGINS[here.source].hosts if here.source in LOGINS else (),
        obey_robots=not (status and status.against_robots),
        allowed_hosts=_hosts(adapter, watches),
        private_hosts=tuple(getattr(adapter, "private_hosts", ())),
        upstream_proxy=upstream_proxy(settings.crawl),
        deadline=timedelta(seconds=site.answer_seconds),
        audit=folder.path / "egress.jsonl",
        user_agent=settings.crawl.user_agent,
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
