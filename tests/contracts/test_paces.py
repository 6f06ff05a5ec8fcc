"""What crawls, paces, budgets and the frontier's settling promise, on SQLite and on PostgreSQL."""

from datetime import timedelta

import attrs
from sqlalchemy import Engine

from domain.paces import CrawlDone, Pace
from index.store import Batch
from index.tables import Budgets, Crawls, Frontier, LeasedPage, Ledger, Paces, SettledPage, Sources, Spent, WaitingPage
from tests.contracts.samples import DAY, HOUR, MINUTE, START, document


def page(number: int, **changes: object) -> WaitingPage:
    return attrs.evolve(WaitingPage(source="jd", page="reviews", url=f"https://shop.example/{number}"), **changes)


def taken(frontier: Frontier, now: object = START) -> list[LeasedPage]:
    return frontier.lease("jd", now=now, limit=9, lease_for=HOUR)  # type: ignore[arg-type]


def test_what_a_page_leads_to_is_due_in_the_same_moment_as_the_page_is_done(engine: Engine) -> None:
    frontier = Frontier(engine)
    frontier.add([page(1)], due=START)
    [lease] = taken(frontier)
    assert lease.since == START
    settled = SettledPage(key=lease.key, due=None, follow=(page(2), page(3, priority=7)), depth=0, since=lease.since)
    spent = Spent(source="jd", account="main", pages=1)
    frontier.settle([settled], now=START + MINUTE, spent=spent)
    found = taken(frontier, START + MINUTE)
    assert [(f.page.url[-1], f.depth, f.since) for f in found] == [("3", 1, START), ("2", 1, START)]
    assert Budgets(engine).spent("jd", "main", at=START) == 1


def test_an_unanswered_page_keeps_its_tries_and_is_set_aside_at_last(engine: Engine) -> None:
    frontier = Frontier(engine)
    frontier.add([page(1)], due=START)
    [lease] = taken(frontier)
    frontier.settle([SettledPage(key=lease.key, due=START + HOUR, attempts=1)], now=START)
    assert taken(frontier, START + HOUR - MINUTE) == []
    [again] = taken(frontier, START + HOUR)
    assert again.attempts == 1
    assert frontier.set_aside("jd", since=START) == []
    frontier.settle([SettledPage(key=again.key, due=None, attempts=6)], now=START + 2 * HOUR)
    assert frontier.set_aside("jd", since=START) == [page(1)]
    assert frontier.set_aside("jd", since=START + 3 * HOUR) == []
    assert frontier.waiting("jd") == 0
    assert not frontier.is_due("jd", now=START + DAY)
    frontier.add([page(1)], due=START + DAY)
    assert [t.attempts for t in taken(frontier, START + DAY)] == [0], "asked for again by a new round, it starts anew"


def test_only_what_was_stored_before_a_list_was_begun_ends_it(engine: Engine) -> None:
    frontier, ledger = Frontier(engine), Ledger(engine)
    old, new = document("weibo:1"), document("weibo:2")
    ledger.store(Batch(receipt="a", documents=(old,)), [], now=START - HOUR)
    ledger.store(Batch(receipt="b", documents=(new,)), [], now=START + MINUTE)
    ids = ["weibo:1", "weibo:2", "weibo:3"]
    assert frontier.known(ids) == {"weibo:1", "weibo:2"}
    assert frontier.known(ids, before=START) == {"weibo:1"}


def test_budgets_count_per_session_and_shanghai_day(engine: Engine) -> None:
    frontier, budgets = Frontier(engine), Budgets(engine)
    for account, pages in (("main", 3), ("main", 4), ("备用", 1)):
        frontier.settle([], now=START, spent=Spent(source="jd", account=account, pages=pages))
    frontier.settle([], now=START + DAY, spent=Spent(source="jd", account="main", pages=9))
    assert budgets.spent_by_account("jd", at=START) == {"main": 7, "备用": 1}
    assert budgets.spent("jd", "main", at=START + DAY) == 9
    assert budgets.spent("weibo", "main", at=START) == 0


def test_paces_are_kept_per_source_and_watch_and_a_rest_is_woken_by_a_person(engine: Engine) -> None:
    paces = Paces(engine)
    pace = Pace(source="jd", watch="岚川", next_at=START + HOUR, every=5 * MINUTE, last_fresh_at=START, reason="hot")
    paces.save([pace, attrs.evolve(pace, watch="澄海")])
    paces.save([attrs.evolve(pace, every=timedelta(seconds=90))])
    paces.rest("jd", until=START + DAY, reason="网站要求稍后再来")
    assert paces.of("jd")["岚川"] == attrs.evolve(pace, every=timedelta(seconds=90))
    assert paces.of("jd")[""].next_at == START + DAY
    assert paces.of("weibo") == {}
    paces.wake("jd")
    paces.forget(["岚川"])
    assert set(paces.of("jd")) == {"澄海"}


def test_crawls_are_listed_newest_first(engine: Engine) -> None:
    crawls = Crawls(engine)
    done = CrawlDone(
        source="jd", account="main", began_at=START, ended_at=START + MINUTE, pages=5, documents=50, fresh=7,
        stopped="captcha", reason="605",
    )  # fmt: skip
    for late in (0, 2, 1):
        crawls.write(attrs.evolve(done, began_at=START + late * HOUR))
    crawls.write(attrs.evolve(done, source="weibo"))
    assert [c.began_at for c in crawls.recent("jd", limit=2)] == [START + 2 * HOUR, START + HOUR]
    assert crawls.recent("jd")[-1] == done


def test_switching_a_source_on_ends_the_rest_that_its_site_asked_for(engine: Engine) -> None:
    paces = Paces(engine)
    paces.rest("jd", until=START + DAY, reason="网站要求稍后再来")
    Sources(engine).switch("jd", on=True, reason="", at=START)
    assert paces.of("jd") == {}
