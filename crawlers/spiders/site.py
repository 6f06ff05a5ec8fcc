"""One thin spider for every site: takes a page from the frontier, asks, and passes the answer on."""

from collections import deque
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import scrapy
from scrapy.http import Request, Response

from crawlers.addresses import is_allowed
from crawlers.answers import Answer, why
from crawlers.archive import Archive, without_secrets
from crawlers.frontier import Frontier, Lease
from crawlers.handoff import Inbox
from crawlers.handover import Handover
from crawlers.job import CrawlJob, CrawlReport
from crawlers.manners import CUT
from crawlers.sites.adapter import PageRequest, RawPage, SiteAdapter
from domain.feeds import Outcome
from domain.times import Clock

TOGETHER = 16
"""Pages leased and handed over at once, where they come faster than TOGETHER_S."""
TOGETHER_S = 0.2
"""Real seconds after which what has come is handed over: no site is asked so fast, a mirror of one may be."""


class SiteSpider(scrapy.Spider):
    """Asks, waits, passes bytes on. One request in flight: a site meets one patient reader, however many hosts it has."""

    name = "site"

    def __init__(
        self,
        *,
        job: CrawlJob,
        adapter: SiteAdapter,
        frontier: Frontier,
        inbox: Inbox,
        archive: Archive,
        clock: Clock,
        **kwargs: Any,  # Any: Scrapy's own
    ) -> None:
        """Everything that it uses is handed in; `report` tells how it went."""
        super().__init__(name=job.source, **kwargs)
        self.job, self.adapter, self.clock, self.frontier = job, adapter, clock, frontier
        self._handover = Handover(
            job=job, adapter=adapter, frontier=frontier, inbox=inbox, archive=archive, clock=clock
        )
        fast = not job.paced or clock.real_seconds(job.delay) < TOGETHER_S / TOGETHER
        self._together = TOGETHER if fast else 1
        self._hand: deque[Lease] = deque()
        self._began = self._flushed = monotonic()
        self.failure: Exception | None = None
        """What ended the crawl from our own side (disk full, table away): Scrapy would only log it."""

    async def start(self) -> AsyncIterator[Any]:  # Any: Scrapy's items; there are none
        """Work until the frontier is empty, the budget is spent or the site shows a risk answer."""
        try:
            for asked in range(self.job.pages_limit):
                lease = self._next(self.job.pages_limit - asked)
                if lease is None:
                    break
                await self._collect(lease)
            self._handover.flush()
        except Exception as error:
            self.failure = error
        finally:
            self._handover.abandon(self._hand)
        return
        yield  # makes this the async generator that Scrapy expects

    def report(self) -> CrawlReport:
        """How it went so far."""
        return self._handover.report(monotonic() - self._began)

    def _next(self, left: int) -> Lease | None:
        if self._handover.must_end:
            return None
        if not self._hand:
            self._flush()
            lease_for = self.job.lease * (self.clock.speed or 1.0)
            self._hand.extend(
                self.frontier.lease(
                    self.job.source, now=self.clock.now(), limit=min(self._together, left), lease_for=lease_for
                )
            )
        return self._hand.popleft() if self._hand else None

    async def _collect(self, lease: Lease) -> None:
        """One page from lease to hand-over. Whatever interrupts it, the page is not lost: it is given back, or its lease ends."""
        taken = False
        try:
            self._handover.take(lease, await self._ask(lease.request))
            taken = True
        finally:
            if not taken:
                self._hand.append(lease)
        waiting = len(self._handover)
        if waiting >= self._together or monotonic() - self._flushed > TOGETHER_S or self._handover.must_end:
            self._flush()

    def _flush(self) -> None:
        self._handover.flush()
        self._flushed = monotonic()

    async def _ask(self, request: PageRequest) -> list[Answer]:
        if not is_allowed(request.url, self.job.allowed_hosts):
            return [Answer(request=request, outcome=Outcome.CHANGED, reason=f"not an address of {self.job.source}")]
        try:
            if request.browser and self.job.browser and request.url.startswith("https:"):
                from crawlers.browser import listen  # an extra: loaded only when asked for

                return await listen(request, adapter=self.adapter, job=self.job, clock=self.clock, crawler=self.crawler)
            response = await self.crawler.engine.download_async(
                # one slot, so that the pace is the site's and not each of its hosts'
                Request(
                    request.url,
                    headers=dict(request.headers),
                    dont_filter=True,
                    meta={"download_slot": self.job.source},
                )
            )
        except Exception as error:
            outcome, reason = why(error)
            return [Answer(request=request, outcome=outcome, reason=reason)]
        cut = CUT in response.flags
        page = self._raw(response)
        return [
            Answer(request=request, page=page, outcome=Outcome.TRUNCATED if cut else None, reason="cut" if cut else "")
        ]

    def _raw(self, response: Response) -> RawPage:
        headers = tuple(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, values in response.headers.items()
            for value in values
        )
        return RawPage(
            url=response.url,
            body=response.body,
            status=response.status,
            headers=without_secrets(headers),
            seen_at=self.clock.now(),
        )
