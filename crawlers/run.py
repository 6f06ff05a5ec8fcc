"""Runs one crawl in the current process: Twisted's reactor starts once, so each crawl is its own process."""

import logging
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import attrs
from scrapy.crawler import CrawlerProcess
from scrapy.settings import Settings

from crawlers.archive import Archive
from crawlers.frontier import Frontier
from crawlers.handoff import Inbox
from crawlers.job import CrawlJob, CrawlReport
from crawlers.settings import settings_for
from crawlers.sites.adapter import SiteAdapter
from crawlers.spiders.site import SiteSpider
from domain.errors import InvalidSettings
from domain.times import Clock

__all__ = ["CrawlJob", "CrawlReport", "run_crawl"]
log = logging.getLogger(__name__)


def run_crawl(
    job: CrawlJob, *, adapter: SiteAdapter, frontier: Frontier, inbox: Inbox, archive: Archive, clock: Clock
) -> CrawlReport:
    """Collect what the frontier holds for the job's source, until done, over budget or stopped. Blocks; once per process.

    Ctrl-C or SIGTERM ends it after the page in hand. Logs one line to stderr. Raises InvalidSettings, MissingExtra, and what archive,
    inbox or frontier raise: the page in hand is then given back.
    """
    job = attrs.evolve(job, allowed_hosts=(*_hosts(job, adapter), *job.private_hosts))
    if not logging.getLogger().handlers:
        logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(message)s")
    settings = Settings(settings_for(job, clock))
    with ExitStack() as stack:
        if job.browser:
            from crawlers.browser import browser_settings  # an extra: loaded only when asked for

            settings.setdict(browser_settings(job, stack))
        with _quiet_scrapy():
            process = CrawlerProcess(settings)
        crawler = process.create_crawler(SiteSpider)
        process.crawl(crawler, job=job, adapter=adapter, frontier=frontier, inbox=inbox, archive=archive, clock=clock)
        process.start()
    archive.close()
    if not isinstance(crawler.spider, SiteSpider):
        raise InvalidSettings(f"the crawl of {job.source} could not start; the log above says why")
    report = crawler.spider.report()
    log.info("%s", report.line())
    if crawler.spider.failure:
        raise crawler.spider.failure
    return report


def _hosts(job: CrawlJob, adapter: SiteAdapter) -> tuple[str, ...]:
    hosts = job.allowed_hosts or tuple(host for host in adapter.hosts if host != "*")
    if not hosts:
        raise InvalidSettings(f"source {job.source}: no hosts to ask; a shop's come from the products of the watches")
    return hosts


@contextmanager
def _quiet_scrapy() -> Iterator[None]:
    """Scrapy and its friends speak up from warnings on: our one line tells of the crawl, PageSeen of each page.

    Not where somebody is looking: with a root logger at DEBUG they say all they have.
    """
    if logging.getLogger().level == logging.DEBUG:
        yield
        return
    before = logging.root.manager.disable
    logging.disable(logging.INFO)  # Scrapy sets its own levels while its process is made, and greets at once
    try:
        yield
    finally:
        logging.disable(before)
    for name in ("scrapy", "twisted", "asyncio", "py.warnings"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # what they warn of with a traceback is told as the page's outcome
    logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)
    logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)
