"""One thin spider for every site: takes a page from the frontier, asks, archives, has it parsed, hands it off, marks it done."""

import logging
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from time import monotonic
from typing import Any

import attrs
import scrapy
from scrapy.http import Request, Response

from crawlers.addresses import is_allowed, may_follow
from crawlers.answers import Answer, judge, site_total, why
from crawlers.archive import Archive, without_secrets
from crawlers.frontier import Frontier, Lease
from crawlers.handoff import Inbox
from crawlers.job import CrawlJob, CrawlReport
from crawlers.settings import DEPTH_LIMIT
from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage, SiteAdapter
from domain.feeds import Outcome, PageSeen
from domain.times import Clock

TRY_AGAIN = timedelta(minutes=10)
"""Product time until a later page that was not answered is asked for again; a first page comes with the next crawl."""
_LATER = (Outcome.UNAVAILABLE, Outcome.TRUNCATED)
log = logging.getLogger(__name__)


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
        self.job, self.adapter, self.clock = job, adapter, clock
        self.frontier, self.inbox, self.archive = frontier, inbox, archive
        self._counts: Counter[str] = Counter()
        self._outcomes: Counter[Outcome] = Counter()
        self._stopped: Outcome | None = None
        self._reason = ""
        self._began = monotonic()
        self.failure: Exception | None = None
        """What ended the crawl from our own side (disk full, table away): Scrapy would only log it."""

    async def start(self) -> AsyncIterator[Any]:  # Any: Scrapy's items; there are none
        """Work until the frontier is empty, the budget is spent or the site shows a risk answer."""
        try:
            for _ in range(self.job.pages_limit):
                lease = None if self._stopped else self._next()
                if lease is None:
                    break
                await self._collect(lease)
        except Exception as error:
            self.failure = error
        return
        yield  # makes this the async generator that Scrapy expects

    def report(self) -> CrawlReport:
        """How it went so far."""
        return CrawlReport(
            source=self.job.source,
            pages=self._counts["pages"],
            documents=self._counts["documents"],
            prices=self._counts["prices"],
            skipped=self._counts["skipped"],
            seconds=monotonic() - self._began,
            outcomes=dict(self._outcomes),
            stopped=self._stopped,
            reason=self._reason,
            robots_refused=self._counts["robots"],
        )

    def _next(self) -> Lease | None:
        real = self.job.lease * (self.clock.speed or 1.0)
        leases = self.frontier.lease(self.job.source, now=self.clock.now(), limit=1, lease_for=real)
        return leases[0] if leases else None

    async def _collect(self, lease: Lease) -> None:
        """One page from lease to done. Whatever interrupts it, the page is not lost: it is given back, or its lease ends."""
        finished = False
        try:
            answers = await self._ask(lease.request)
            outcomes = [self._take(lease, answer) for answer in answers]
            self._settle(lease, outcomes)
            finished = True
        finally:
            if not finished:
                self.frontier.release(lease, due=self.clock.now())

    def _settle(self, lease: Lease, outcomes: list[Outcome]) -> None:
        now = self.clock.now()
        if self._stopped:  # to be asked again when a person has acted
            self.frontier.release(lease, due=now)
        elif lease.depth and all(outcome in _LATER for outcome in outcomes):
            self.frontier.release(lease, due=now + TRY_AGAIN)
        else:
            self.frontier.done(lease, now=now)

    async def _ask(self, request: PageRequest) -> list[Answer]:
        if not is_allowed(request.url, self.job.allowed_hosts):
            return [Answer(request=request, outcome=Outcome.CHANGED, reason=f"not an address of {self.job.source}")]
        try:
            if request.browser and self.job.browser and request.url.startswith("https:"):
                from crawlers.browser import listen  # an extra: loaded only when asked for

                return await listen(request, adapter=self.adapter, job=self.job, clock=self.clock, crawler=self.crawler)
            response = await self.crawler.engine.download_async(
                Request(request.url, headers=dict(request.headers), dont_filter=True)
            )
        except Exception as error:
            outcome, reason = why(error)
            return [Answer(request=request, outcome=outcome, reason=reason)]
        cut = "dataloss" in response.flags
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

    def _take(self, lease: Lease, answer: Answer) -> Outcome:
        """Archive, parse and hand off one answer, in this order: a kill between two of them repeats work and loses none."""
        request, page = answer.request, answer.page
        kept = self.archive.write(self.job.source, page) if page else None
        parsed = self._read(request, page) if page else None
        outcome, reason = judge(answer, parsed)
        documents = parsed.documents if parsed else ()
        prices = parsed.prices if parsed else ()
        products = parsed.products if parsed else ()
        seen = PageSeen(
            source=self.job.source,
            page=(parsed and parsed.page) or request.page,
            url=page.url if page else request.url,
            outcome=outcome,
            reason=reason,
            items=len(documents) + len(prices) + len(products) + len(parsed.topics if parsed else ()),
            seen_at=page.seen_at if page else self.clock.now(),
            archive=kept.id if kept else "",
            sha256=kept.sha256 if kept else "",
            document_ids=tuple(d.id for d in documents) if kept else (),
        )
        total = site_total(parsed, page) if parsed and page else None
        topics = parsed.topics if parsed else ()
        fresh = self._any_new(parsed)  # asked before the hand-off, or the ledger may know them by now
        self.inbox.put(self.job.source, [*documents, *prices, *products, *((total,) if total else ()), *topics, seen])
        self._count(seen, documents=len(documents), prices=len(prices))
        if parsed and outcome.good and fresh:
            self._follow(lease, parsed, heard=answer.heard)
        return outcome

    def _read(self, request: PageRequest, page: RawPage) -> ParsedPage:
        try:
            return self.adapter.parse(page)
        except Exception as error:  # an adapter promises not to raise: one that does must not stop the crawl
            log.exception("adapter raised site=%s page=%s", self.job.source, request.page)
            reason = f"the adapter raised {type(error).__name__}"
            return ParsedPage(site=self.job.source, page=request.page, outcome=Outcome.CHANGED, reason=reason)

    def _any_new(self, parsed: ParsedPage | None) -> bool:
        """Is there anything that the ledger does not have? Pinned posts are old news; a page without documents counts as new."""
        ids = {d.id for d in parsed.documents if not getattr(d, "pinned", False)} if parsed else set()
        return not ids or bool(ids - self.frontier.known(ids))

    def _follow(self, lease: Lease, parsed: ParsedPage, *, heard: bool) -> None:
        if lease.depth >= DEPTH_LIMIT:
            return
        # what a browser heard is not asked for again without one: the site would see a second, poorer client
        pages = [
            attrs.evolve(page, source=self.job.source, watch=page.watch or lease.request.watch)
            for page in parsed.next_pages
            if self._may_lead(lease.request.url, page.url) and (page.browser or not heard)
        ]
        self.frontier.add(pages, due=self.clock.now(), depth=lease.depth + 1)

    def _may_lead(self, from_url: str, url: str) -> bool:
        job = self.job
        return may_follow(url, from_url=from_url, hosts=job.allowed_hosts, private_hosts=job.private_hosts)

    def _count(self, seen: PageSeen, *, documents: int, prices: int) -> None:
        self._outcomes[seen.outcome] += 1
        self._counts["pages"] += bool(seen.archive)
        self._counts["documents"] += documents
        self._counts["prices"] += prices
        self._counts["robots"] += seen.outcome is Outcome.BLOCKED and not seen.archive
        if not seen.outcome.good:
            self._counts["skipped"] += 1
            self._reason = seen.reason
        # a rule of robots.txt is no risk: other pages of the site may be welcome
        if seen.outcome.risk and seen.archive:
            self._stopped = seen.outcome
