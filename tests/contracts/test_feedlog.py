"""What the rows tell of a feed: figures that add up, aligned to Shanghai days, on both databases."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from domain.feeds import Outcome, PageSeen
from index.store import Batch
from index.tables import Frontier, Ledger, Sources, WaitingPage
from index.tables.feedlog import FeedLog
from index.tables.schema import crawls
from tests.contracts.samples import document, watch

START = datetime(2026, 11, 17, 16, 0, tzinfo=UTC)
"""Midnight in Shanghai."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def page(at: datetime, outcome: Outcome = Outcome.OK, url: str = "https://a.example/1", items: int = 1) -> PageSeen:
    return PageSeen(source="weibo", page="search", url=url, outcome=outcome, items=items, seen_at=at)


def test_outcomes_stand_in_shanghai_days_and_add_up(engine: Engine) -> None:
    seen = [page(START + n * HOUR, Outcome.OK if n % 3 else Outcome.CAPTCHA) for n in range(-5, 30)]
    Sources(engine).record(seen)
    log = FeedLog(engine)
    days = log.outcomes("weibo", since=START - DAY, until=START + 3 * DAY, bucket=DAY)
    assert list(days) == [START - DAY, START, START + DAY]
    assert [sum(each.values()) for each in days.values()] == [5, 24, 6]
    hours = log.outcomes("weibo", since=START, until=START + 2 * HOUR, bucket=HOUR)
    assert hours == {START: {Outcome.CAPTCHA: 1}, START + HOUR: {Outcome.OK: 1}}
    assert log.answers("weibo", since=START, until=START + DAY) == {Outcome.OK: 16, Outcome.CAPTCHA: 8}
    assert log.first_look("weibo") == START - 5 * HOUR
    assert log.first_look("jd") is None


def test_yields_are_crawls_or_pages_where_none_was_noted(engine: Engine) -> None:
    Sources(engine).record([page(START, items=4)])
    log, since, until = FeedLog(engine), START - HOUR, START + HOUR
    assert log.yields("weibo", since=since, until=until) == [(START, 4)]
    line = {
        "source": "weibo", "account": "", "began_at": START, "ended_at": START + MINUTE,
        "pages": 3, "documents": 9, "fresh": 2, "stopped": "", "reason": "",
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(crawls.insert(), line)
    assert log.yields("weibo", since=since, until=until) == [(START + MINUTE, 2)]
    (crawl,) = log.crawls("weibo", since=since, until=until)
    assert (crawl.pages, crawl.documents, crawl.fresh) == (3, 9, 2)


def test_a_page_counts_as_asked_once_it_was_answered(engine: Engine) -> None:
    frontier, log = Frontier(engine), FeedLog(engine)
    requests = [WaitingPage(source="weibo", page="search", url=f"https://a.example/{n}") for n in (1, 2)]
    frontier.add(requests, due=START)
    (lease, *_) = frontier.lease("weibo", now=START, limit=1, lease_for=HOUR)
    frontier.done(lease.key, now=START + MINUTE)
    since = START - HOUR
    assert log.asked("weibo", requests, since=since) == {lease.page.url: START + MINUTE}
    frontier.add(requests, due=START + HOUR)  # due again: the frontier knows no time any more, the answers do
    assert log.asked("weibo", requests, since=since) == {}
    Sources(engine).record([page(START + 2 * MINUTE, Outcome.CAPTCHA, url=requests[0].url)])
    assert log.asked("weibo", requests, since=since) == {requests[0].url: START + 2 * MINUTE}


def test_looks_are_the_good_answers_of_an_address(engine: Engine) -> None:
    a, b = "https://a.example/1", "https://a.example/2"
    Sources(engine).record(
        [page(START, url=a), page(START + HOUR, Outcome.CAPTCHA, url=a), page(START + 2 * HOUR, url=a)]
    )
    assert FeedLog(engine).looks("weibo", [a, b], since=START) == {a: [START, START + 2 * HOUR], b: []}


def test_delays_are_from_publishing_to_the_first_commit(engine: Engine) -> None:
    followed = watch("weibo 监测", brand="岚川")
    rows = [
        document("weibo:1", published_at=START, brands=("岚川",)),
        document("weibo:2", published_at=START + HOUR, brands=("岚川",), date_only=True),
    ]
    Ledger(engine).store(Batch(receipt="a", documents=tuple(rows)), [followed], now=START + 4 * MINUTE)
    found = FeedLog(engine).delays(followed.name, since=START - DAY, until=START + DAY)
    assert found == {"weibo": [(START, 240.0)]}
