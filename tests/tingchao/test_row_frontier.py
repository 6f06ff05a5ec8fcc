"""Lists that are read page by page while the world goes on: what is asked for next, over real tables and without a network."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from crawlers.answers import Answer
from crawlers.archive import Archive
from crawlers.handoff import FolderInbox
from crawlers.handover import Handover
from crawlers.job import CrawlJob
from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage
from domain.documents import Post, StoredDocument
from domain.feeds import Outcome, PageSeen
from index.store import Batch
from index.tables import Frontier, Ledger, open_tables
from tests.contracts.samples import document
from tingchao.row_frontier import RowFrontier

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SIZE = 10


class HandClock:
    """A clock that is moved by hand."""

    speed = 1.0

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def real_seconds(self, duration: timedelta) -> float:
        return 0.0


class Site:
    """A list of posts, newest first, ten a page; both the site and its adapter."""

    name, hosts = "pond", ("pond.example",)

    def __init__(self, count: int) -> None:
        self.posts = list(range(count, 0, -1))
        self.pinned: int | None = None
        self.wall: set[int] = set()
        self.busy: set[int] = set()
        self.thorough = False
        self.asked: list[int] = []

    def publish(self, count: int) -> None:
        for _ in range(count):
            self.posts.insert(0, max(self.posts) + 1)

    def request(self, page: int) -> PageRequest:
        return PageRequest(source="pond", page="list", url=f"https://pond.example/{page}", first=page == 1, priority=40)

    def answer(self, request: PageRequest, at: datetime) -> Answer:
        page = int(request.url.rpartition("/")[2])
        self.asked.append(page)
        if page in self.busy:
            return Answer(request=request, outcome=Outcome.UNAVAILABLE, reason="no answer in time")
        rows = self.posts[(page - 1) * SIZE : page * SIZE] if page not in self.wall else None
        return Answer(request=request, page=RawPage(url=request.url, body=json.dumps(rows).encode(), seen_at=at))

    def parse(self, page: RawPage) -> ParsedPage:
        rows = json.loads(page.body)
        if rows is None:
            return ParsedPage(site="pond", page="list", outcome=Outcome.CAPTCHA, reason="captcha")
        number = int(page.url.rpartition("/")[2])
        posts = [Post(id=f"pond:{n}", source="pond", url=page.url, text="漏水", seen_at=page.seen_at) for n in rows]
        if self.pinned and number == 1:
            posts.insert(0, attrs.evolve(posts[0], id=f"pond:{self.pinned}", pinned=True))
        more = (attrs.evolve(self.request(number + 1), priority=0),) if rows else ()
        return ParsedPage(
            site="pond", page="list", outcome=Outcome.OK if rows else Outcome.END, documents=tuple(posts), next_pages=more,
            thorough=self.thorough,
        )  # fmt: skip

    def first_pages(self, watch: object) -> list[PageRequest]:
        return [self.request(1)]

    def page_of(self, url: str) -> str | None:
        return "list"


class Bench:
    """One source crawled again and again, its inbox stored in between."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder, self.site, self.clock = folder, site, HandClock()
        self.archive = Archive(self.folder / "archive")
        self.fresh: list[int] = []
        self.set_aside = 0
        self.engine = open_tables(f"sqlite:///{self.folder / 'tables.db'}")
        self.frontier = RowFrontier(Frontier(self.engine), "pond")
        self.ledger = Ledger(self.engine)
        self.inbox = FolderInbox(self.folder / "inbox", pseudonym=lambda s, a: a)

    def crawl(self, *, pages: int = 30, store: bool = True, between: Any = None, plan: bool = True) -> Handover:
        """One crawl. between: called before each page; its documents are stored after each page where `store` is set."""
        if plan:
            self.frontier.add(self.site.first_pages(None), due=self.clock.now())
        handover = Handover(
            job=CrawlJob(source="pond", allowed_hosts=("pond.example",)),
            adapter=self.site,  # type: ignore[arg-type]
            frontier=self.frontier,
            inbox=self.inbox,
            archive=self.archive,
            clock=self.clock,
        )
        for _ in range(pages):
            leases = self.frontier.lease("pond", now=self.clock.now(), limit=1, lease_for=MINUTE)
            if not leases or handover.must_end:
                break
            if between:
                between()
            self.clock.at += timedelta(seconds=5)
            handover.take(leases[0], [self.site.answer(leases[0].request, self.clock.now())])
            handover.flush()
            if store:
                self.store()
        self.store()
        self.clock.at += 5 * MINUTE
        report = handover.report(0)
        self.fresh.append(report.fresh)
        self.set_aside += report.set_aside
        return handover

    def store(self) -> None:
        for name in self.inbox.pending():
            records = self.inbox.read(name)
            posts: list[StoredDocument] = [document(r.id, source="pond") for r in records if isinstance(r, Post)]
            seen = tuple(r for r in records if isinstance(r, PageSeen))
            self.ledger.store(Batch(receipt=name, documents=tuple(posts), pages=seen), [], now=self.clock.now())
            self.inbox.remove(name)

    def missing(self) -> list[int]:
        """Posts of the site that the ledger does not have."""
        known = self.frontier.known(f"pond:{n}" for n in self.site.posts)
        return [n for n in self.site.posts if f"pond:{n}" not in known]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    opened = Bench(tmp_path, Site(60))
    yield opened
    opened.archive.close()
    opened.engine.dispose()


def test_a_second_crawl_stops_at_the_first_page_that_holds_only_old_news(bench: Bench) -> None:
    bench.crawl()
    assert bench.missing() == []
    bench.site.asked.clear()
    bench.site.publish(4)
    bench.crawl()
    assert bench.site.asked == [1, 2]
    assert bench.missing() == []
    assert bench.fresh == [60, 4]


@pytest.mark.parametrize("per_page", [1, 3, 10, 13])
@pytest.mark.parametrize("store", [True, False], ids=["stored-meanwhile", "stored-later"])
def test_posts_that_arrive_while_a_list_is_read_shift_its_pages_and_cost_none(
    bench: Bench, per_page: int, store: bool
) -> None:
    bench.crawl(store=store, between=lambda: bench.site.publish(per_page) if len(bench.site.posts) < 200 else None)
    for _ in range(2):
        bench.crawl(store=store)
    assert bench.missing() == []


def test_posts_that_are_deleted_while_a_list_is_read_hide_none(bench: Bench) -> None:
    def delete_newest() -> None:
        if len(bench.site.asked) in (1, 2):
            del bench.site.posts[:3]

    bench.crawl(between=delete_newest)
    bench.crawl()
    bench.crawl()
    hidden = bench.missing()
    assert hidden == [], "those that moved up a page while it was read are found when it is read again"


def test_a_captcha_in_the_middle_and_a_storm_before_a_person_acts_leave_no_gap(bench: Bench) -> None:
    bench.site.wall = {3}
    first = bench.crawl()
    assert first.stopped is Outcome.CAPTCHA
    assert bench.site.asked == [1, 2, 3]
    bench.site.wall = set()
    bench.site.publish(35)
    bench.crawl()
    bench.crawl()
    assert bench.missing() == []


def test_a_page_limit_in_the_middle_and_new_posts_leave_no_gap(bench: Bench) -> None:
    for _ in range(8):
        bench.crawl(pages=2)
        bench.site.publish(7)
    for _ in range(4):
        bench.crawl(pages=4)
    assert bench.missing() == []


def test_a_pinned_old_post_is_no_reason_to_stop(bench: Bench) -> None:
    bench.crawl()
    bench.site.pinned = 5
    bench.site.publish(14)
    bench.crawl()
    assert bench.missing() == []


def test_a_slice_of_the_past_is_read_whole(bench: Bench) -> None:
    bench.crawl()
    bench.site.asked.clear()
    bench.site.thorough = True
    bench.crawl()
    assert bench.site.asked == [1, 2, 3, 4, 5, 6, 7]


def test_an_unanswered_page_waits_longer_each_time_and_is_set_aside_at_last(bench: Bench) -> None:
    bench.site.busy = {3}
    waits = []
    bench.crawl()
    asked_at = bench.clock.now() - 5 * MINUTE
    for _ in range(400):
        before = len(bench.site.asked)
        bench.crawl(plan=False)
        if len(bench.site.asked) > before:
            now = bench.clock.now() - 5 * MINUTE
            waits.append(round((now - asked_at) / MINUTE))
            asked_at = now
    assert waits == [10, 20, 40, 80, 160]
    assert bench.set_aside == 1
    assert [p.url for p in bench.frontier.rows.set_aside("pond", since=START)] == ["https://pond.example/3"]
    bench.site.busy = set()
    bench.site.publish(1)
    bench.crawl()
    assert bench.missing() != [], "what lies behind a page that was given up stays away until its list is read anew"
