"""Answers on their way out: archived, parsed, handed to the inbox and settled in the frontier, in this order, some at a time."""

import logging
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import attrs

from crawlers.addresses import may_follow
from crawlers.answers import Answer, judge, site_total
from crawlers.archive import Archive
from crawlers.frontier import TRIES, Fate, Frontier, Lease, Settled, followed
from crawlers.handoff import Inbox, Record
from crawlers.job import CrawlJob, CrawlReport
from crawlers.settings import DEPTH_LIMIT
from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage, SiteAdapter
from domain.feeds import Outcome, PageSeen
from domain.times import Clock

LATER = (Outcome.UNAVAILABLE, Outcome.TRUNCATED, Outcome.WRONG_ITEM)
REMEMBERED = 20_000
"""Ids of this crawl that are remembered, so that a shifted page is not counted as news twice."""
log = logging.getLogger(__name__)


@attrs.define
class _Taken:
    """One page that was asked for, parsed and not yet handed over."""

    lease: Lease
    asked: bool = True
    outcomes: list[Outcome] = attrs.field(factory=list)
    parsed: list[tuple[ParsedPage, bool]] = attrs.field(factory=list)
    """What good answers said, and whether a browser heard them."""
    ids: set[str] = attrs.field(factory=set)


class Handover:
    """Collects answers until `flush`. A kill before it repeats those pages and loses none: their leases end by themselves."""

    def __init__(
        self, *, job: CrawlJob, adapter: SiteAdapter, frontier: Frontier, inbox: Inbox, archive: Archive, clock: Clock
    ) -> None:
        self._job, self._adapter, self._clock = job, adapter, clock
        self._frontier, self._inbox, self._archive = frontier, inbox, archive
        self._taken: list[_Taken] = []
        self._records: list[Record] = []
        self._counts: Counter[str] = Counter()
        self._outcomes: Counter[Outcome] = Counter()
        self._fresh: Counter[str] = Counter()
        self._counted: OrderedDict[str, None] = OrderedDict()
        self._reason = ""
        self.stopped: Outcome | None = None
        """The risk answer at which the crawl must end."""
        self.wait_until: datetime | None = None
        """The site asked to be left alone until then: the crawl must end as well."""

    def __len__(self) -> int:
        return len(self._taken)

    @property
    def must_end(self) -> bool:
        """Nothing may be asked any more."""
        return self.stopped is not None or self.wait_until is not None

    def take(self, lease: Lease, answers: Iterable[Answer]) -> None:
        """Archive and parse what came of one page."""
        taken = _Taken(lease=lease, asked=False)
        for answer in answers:
            self._take(taken, answer)
        self._taken.append(taken)

    def flush(self) -> None:
        """Hand over all that was taken, durably. Where it raises, `abandon` gives the pages back."""
        taken, records = self._taken, self._records
        if not taken:
            return
        self._taken, self._records = [], []
        done = False
        try:
            known = self._frontier.known({id_ for each in taken for id_ in each.ids})
            settled = [self._settled(each, known) for each in taken]  # asked before the hand-off changes what is known
            self._archive.sync()
            if records:
                self._inbox.put(self._job.source, records)
            self._settle(settled, asked=sum(each.asked for each in taken))
            done = True
        finally:
            if not done:
                self._taken = taken

    def abandon(self, leases: Iterable[Lease]) -> None:
        """The end: these pages, and those that could not be handed over, are to be asked for again."""
        returned = [Settled(lease=lease, fate=Fate.RETURNED) for lease in (*leases, *(t.lease for t in self._taken))]
        self._taken = []
        if returned:
            self._settle(returned, asked=0)

    def report(self, seconds: float) -> CrawlReport:
        """How it went so far."""
        return CrawlReport(
            source=self._job.source,
            pages=self._counts["pages"],
            documents=self._counts["documents"],
            prices=self._counts["prices"],
            skipped=self._counts["skipped"],
            seconds=seconds,
            outcomes=dict(self._outcomes),
            stopped=self.stopped,
            reason=self._reason,
            robots_refused=self._counts["robots"],
            fresh=sum(self._fresh.values()),
            fresh_by_watch=dict(self._fresh),
            wait_until=self.wait_until,
            set_aside=self._counts["set_aside"],
        )

    def _take(self, taken: _Taken, answer: Answer) -> None:
        request, page, source = answer.request, answer.page, self._job.source
        kept = self._archive.write(source, page, durable=False) if page else None
        parsed = self._read(request, page) if page else None
        outcome, reason = judge(answer, parsed)
        documents = parsed.documents if parsed else ()
        prices = parsed.prices if parsed else ()
        products = parsed.products if parsed else ()
        topics = parsed.topics if parsed else ()
        total = site_total(parsed, page) if parsed and page else None
        seen = PageSeen(
            source=source,
            page=(parsed and parsed.page) or request.page,
            url=page.url if page else request.url,
            outcome=outcome,
            reason=reason,
            items=len(documents) + len(prices) + len(products) + len(topics),
            seen_at=page.seen_at if page else self._clock.now(),
            archive=kept.id if kept else "",
            sha256=kept.sha256 if kept else "",
            document_ids=tuple(d.id for d in documents) if kept else (),
        )
        self._records += [*documents, *prices, *products, *((total,) if total else ()), *topics, seen]
        self._counts["documents"] += len(documents)
        self._counts["prices"] += len(prices)
        self._count(seen)
        if page and not outcome.good:
            self.wait_until = self.wait_until or _wait_until(page, self._clock.now())
        taken.asked |= page is not None or outcome is Outcome.UNAVAILABLE
        taken.outcomes.append(outcome)
        taken.ids.update(d.id for d in documents)
        if parsed and outcome.good:
            taken.parsed.append((parsed, answer.heard))

    def _read(self, request: PageRequest, page: RawPage) -> ParsedPage:
        try:
            return self._adapter.parse(page)
        except Exception as error:  # an adapter promises not to raise: one that does must not stop the crawl
            log.exception("adapter raised site=%s page=%s", self._job.source, request.page)
            reason = f"the adapter raised {type(error).__name__}"
            return ParsedPage(site=self._job.source, page=request.page, outcome=Outcome.CHANGED, reason=reason)

    def _settled(self, taken: _Taken, known: set[str]) -> Settled:
        lease = taken.lease
        self._count_fresh(lease.request.watch, taken, known)
        good, risky = (any(getattr(o, what) for o in taken.outcomes) for what in ("good", "risk"))
        if self.must_end and (risky or not good):
            return Settled(lease=lease, fate=Fate.RETURNED)  # asked again when a person has acted or the rest is over
        if lease.depth and all(outcome in LATER for outcome in taken.outcomes):
            return Settled(lease=lease, fate=Fate.UNANSWERED)
        follow = [p for parsed, heard in taken.parsed for p in self._following(lease, parsed, known, heard=heard)]
        return Settled(lease=lease, fate=Fate.DONE, follow=tuple(follow))

    def _settle(self, settled: Sequence[Settled], *, asked: int) -> None:
        self._counts["set_aside"] += sum(
            each.fate is Fate.UNANSWERED and each.lease.attempts + 1 >= TRIES for each in settled
        )
        self._frontier.settle(settled, now=self._clock.now(), asked=asked)

    def _count_fresh(self, watch: str, taken: _Taken, known: set[str]) -> None:
        if not any(outcome.good for outcome in taken.outcomes):
            return
        new = [id_ for id_ in taken.ids - known if id_ not in self._counted]
        self._fresh[watch] += len(new)
        self._counted.update(dict.fromkeys(new))
        while len(self._counted) > REMEMBERED:
            self._counted.popitem(last=False)

    def _following(self, lease: Lease, parsed: ParsedPage, known: set[str], *, heard: bool) -> list[PageRequest]:
        """The pages to which an answer leads: none beyond the depth limit, or where all that it lists is old news."""
        if not parsed.next_pages or lease.depth >= DEPTH_LIMIT or self._is_old_news(lease, parsed, known):
            return []
        job = self._job
        # what a browser heard is not asked for again without one: the site would see a second, poorer client
        return [
            attrs.evolve(
                page,
                source=job.source,
                watch=page.watch or lease.request.watch,
                priority=page.priority or followed(lease.request.priority),
            )
            for page in parsed.next_pages
            if (page.browser or not heard)
            and may_follow(
                page.url, from_url=lease.request.url, hosts=job.allowed_hosts, private_hosts=job.private_hosts
            )
        ]

    def _is_old_news(self, lease: Lease, parsed: ParsedPage, known: set[str]) -> bool:
        """Was everything listed stored before this list was begun? Pinned posts say nothing about their neighbours.

        What was stored since does not count: pages shift while they are read, and a list that a captcha cut begins again
        in the middle of what it had already brought.
        """
        ids = {d.id for d in parsed.documents if not getattr(d, "pinned", False)}
        if not ids or parsed.thorough or not ids <= known:
            return False
        return ids <= self._frontier.known(ids, before=lease.since)

    def _count(self, seen: PageSeen) -> None:
        self._outcomes[seen.outcome] += 1
        self._counts["pages"] += bool(seen.archive)
        self._counts["robots"] += seen.outcome is Outcome.BLOCKED and not seen.archive
        if not seen.outcome.good:
            self._counts["skipped"] += 1
            self._reason = seen.reason
        # a rule of robots.txt is no risk: other pages of the site may be welcome
        if seen.outcome.risk and seen.archive:
            self.stopped = seen.outcome


def _wait_until(page: RawPage, now: datetime) -> datetime | None:
    """When the site wants to be asked again: seconds, or a time by the site's own clock, which may be wrong."""
    headers = dict(page.headers)
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return now + timedelta(seconds=min(int(text), 10**7))
    try:
        then = parsedate_to_datetime(text)
        there = parsedate_to_datetime(headers["date"]) if "date" in headers else now
        return now + (then - there)
    except (ValueError, TypeError):
        return None
