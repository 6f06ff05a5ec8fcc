"""Posts about us are asked for again as they grow older, and only those."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import attrs
import pytest

from crawlers.sites.adapter import PageRequest
from domain.documents import Kind
from domain.watches import Watch
from flows.rereads import AT_ONCE, HOT_PRIORITY, PRIORITY, Rereads, plan_hot_list
from index.store import Batch
from index.tables import Engagement, Ledger, open_tables
from tests.contracts.samples import MINUTE, START, document

OURS = Watch(name="岚川", brand="岚川")


class Site:
    name = "weibo"

    def reread_page(self, document_id: str) -> PageRequest | None:
        return PageRequest(source="weibo", page="post", url=f"https://m.weibo.cn/statuses/show?id={document_id[6:]}")


class Pages:
    """What was made due."""

    def __init__(self) -> None:
        self.pages: list[PageRequest] = []

    def add(self, requests: Iterable[PageRequest], *, due: datetime, depth: int = 0) -> int:
        new = list(requests)
        self.pages += new
        return len(new)


class Desk:
    def __init__(self, folder: Path) -> None:
        engine = open_tables(f"sqlite:///{folder / 'tables.sqlite'}")
        self.ledger = Ledger(engine)
        self.rereads = Rereads(ledger=self.ledger, engagement=Engagement(engine))

    def post(self, number: int, *, age: timedelta, seen: timedelta = timedelta(), **changes: object) -> None:
        found = document(
            f"weibo:{number}",
            published_at=START - age,
            seen_at=START - age + seen,
            **{"kind": Kind.POST, "likes": 1, **changes},
        )
        self.ledger.store(Batch(receipt=f"{number}-{seen}", documents=(found,)), [OURS], now=START)

    def due(self, *watches: Watch, site: object | None = None) -> list[str]:
        pages = Pages()
        self.rereads.plan(site or Site(), watches or (OURS,), pages, now=START)  # type: ignore[arg-type]
        assert all((p.priority, p.watch) == (PRIORITY, "岚川") for p in pages.pages)
        return [p.url.rpartition("=")[2] for p in pages.pages]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_post_is_due_when_it_has_passed_an_age_unseen(desk: Desk) -> None:
    desk.post(1, age=4 * MINUTE)
    desk.post(2, age=6 * MINUTE, seen=MINUTE)
    desk.post(3, age=7 * MINUTE, seen=5 * MINUTE)
    desk.post(4, age=70 * MINUTE, seen=20 * MINUTE)
    desk.post(5, age=timedelta(hours=30))
    assert desk.due() == ["2", "4"]


def test_comments_deleted_posts_and_bare_dates_are_not_asked_for(desk: Desk) -> None:
    desk.post(1, age=6 * MINUTE, kind=Kind.COMMENT)
    desk.post(2, age=6 * MINUTE, gone=True)
    desk.post(3, age=6 * MINUTE, date_only=True)
    desk.post(4, age=6 * MINUTE, source="tieba")
    assert desk.due() == []


def test_a_rivals_posts_are_not(desk: Desk) -> None:
    desk.post(1, age=6 * MINUTE)
    assert desk.due(attrs.evolve(OURS, rival=True)) == []
    assert desk.due(attrs.evolve(OURS, sources=("jd",))) == []


def test_new_posts_keep_most_of_a_crawl(desk: Desk) -> None:
    for number in range(1, 31):
        desk.post(number, age=(6 + number / 10) * MINUTE)
    assert desk.due() == [str(n) for n in range(1, AT_ONCE + 1)]


def test_a_site_without_such_pages_plans_nothing(desk: Desk) -> None:
    desk.post(1, age=6 * MINUTE)
    assert desk.due(site=object()) == []


class HotSite(Site):
    def hot_pages(self) -> Iterable[PageRequest]:
        return [PageRequest(source="weibo", page="hot", url="https://weibo.com/ajax/side/hotSearch")]


def test_the_hot_list_comes_first_in_every_crawl_of_somebody_of_ours() -> None:
    pages = Pages()
    assert plan_hot_list(HotSite(), [OURS], pages, now=START) == 1  # type: ignore[arg-type]
    assert [p.priority for p in pages.pages] == [HOT_PRIORITY]
    assert plan_hot_list(HotSite(), [attrs.evolve(OURS, rival=True)], pages, now=START) == 0  # type: ignore[arg-type]
    assert plan_hot_list(Site(), [OURS], pages, now=START) == 0  # type: ignore[arg-type]
