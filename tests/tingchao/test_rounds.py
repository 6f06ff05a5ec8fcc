"""A round over real tables: which watches it asks for, how many pages it may have, and what it leaves behind."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest
from sqlalchemy import Engine

from crawlers.job import CrawlReport
from domain.errors import InvalidSettings
from domain.feeds import Outcome, PageSeen
from domain.paces import PaceReason, PauseReason
from domain.watches import Watch
from index.tables import Budgets, Crawls, Frontier, Paces, Sources, Spent, WaitingPage, open_tables
from tests.tingchao.test_row_frontier import HandClock
from tingchao.rounds import Round, round_of, upstream_proxy
from tingchao.settings import Crawl, Settings, Site

MINUTE = timedelta(minutes=1)
OURS, RIVAL = Watch(name="岚川", brand="岚川"), Watch(name="澄海", brand="澄海", rival=True)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()  # 20:00 in Shanghai


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    found = open_tables(f"sqlite:///{tmp_path / 'tables.db'}")
    yield found
    found.dispose()


def opened(engine: Engine, clock: HandClock, crawl: Crawl | None = None, **site: object) -> Round:
    settings = Settings(sites={"weibo": Site(**site)}, crawl=crawl or Crawl())  # type: ignore[arg-type]
    return round_of("weibo", settings=settings, engine=engine, clock=clock)


def ended(here: Round, clock: HandClock, **report: object) -> None:
    """A crawl of both watches that began a moment ago."""
    began = clock.at
    clock.at += timedelta(seconds=30)
    here.ended(CrawlReport(source="weibo", **report), asked=[OURS, RIVAL], account="main", began=began)  # type: ignore[arg-type]


def answered(engine: Engine, clock: HandClock, outcome: Outcome) -> None:
    seen = PageSeen(source="weibo", page="search", url="https://m.weibo.cn/", outcome=outcome, seen_at=clock.at)
    Sources(engine).record([seen])


def test_a_new_watch_is_due_and_after_a_crawl_it_waits_its_interval_from_the_crawls_beginning(
    engine: Engine, clock: HandClock
) -> None:
    here = opened(engine, clock, every_minutes=10)
    assert here.due([RIVAL, OURS]) == [OURS, RIVAL]
    assert here.is_worth_a_crawl([OURS])
    began = clock.at
    ended(here, clock, fresh_by_watch={"岚川": 0, "澄海": 0})
    assert here.due([OURS, RIVAL]) == []
    assert not here.is_worth_a_crawl([OURS, RIVAL])
    assert Paces(engine).of("weibo")["岚川"].next_at == began + 10 * MINUTE
    clock.at = began + 10 * MINUTE
    assert here.due([OURS, RIVAL]) == [OURS]
    clock.at = began + 15 * MINUTE
    assert here.due([OURS, RIVAL]) == [OURS, RIVAL]


def test_a_watch_with_news_is_worth_a_crawl_between_two_rounds(engine: Engine, clock: HandClock) -> None:
    here = opened(engine, clock)
    ended(here, clock, fresh_by_watch={"岚川": 4, "澄海": 0})
    assert not here.has_hot_watch([OURS, RIVAL])
    clock.at += 3 * MINUTE
    assert here.has_hot_watch([OURS, RIVAL])
    assert here.due([OURS, RIVAL]) == [OURS]
    assert Paces(engine).of("weibo")["岚川"].reason == PaceReason.HOT


def test_a_page_left_over_is_worth_a_crawl(engine: Engine, clock: HandClock) -> None:
    here = opened(engine, clock)
    ended(here, clock, fresh_by_watch={"岚川": 0, "澄海": 0})
    Frontier(engine).add([WaitingPage(source="weibo", page="search", url="https://m.weibo.cn/2")], due=clock.at)
    assert here.is_worth_a_crawl([OURS])


def test_a_session_has_its_pages_of_a_day_and_new_ones_at_shanghai_midnight(engine: Engine, clock: HandClock) -> None:
    here = opened(engine, clock, pages=20, daily_pages=50)
    assert here.pages_left("") == 20
    Frontier(engine).settle([], now=clock.at, spent=Spent(source="weibo", account="", pages=45))
    assert here.pages_left("") == 5
    Frontier(engine).settle([], now=clock.at, spent=Spent(source="weibo", account="", pages=5))
    assert here.pages_left("") == 0
    assert not here.is_worth_a_crawl([OURS])
    [pause] = here.pauses([OURS, RIVAL])
    assert (pause.reason, pause.text) == (PauseReason.BUDGET, "今日页数已用完（50/50），明天 00:00 恢复")
    clock.at = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
    assert here.pages_left("") == 20
    assert here.is_worth_a_crawl([OURS])
    assert here.pauses([OURS]) == []
    assert Budgets(engine).spent("weibo", "", at=clock.at) == 0


def test_a_risk_answer_waits_for_a_person(engine: Engine, clock: HandClock) -> None:
    here = opened(engine, clock)
    answered(engine, clock, Outcome.CAPTCHA)
    ended(here, clock, stopped=Outcome.CAPTCHA, reason="captcha")
    clock.at += timedelta(days=3)
    assert not here.is_worth_a_crawl([OURS])
    assert [p.reason for p in here.pauses([OURS])] == [PauseReason.PERSON]
    Sources(engine).switch("weibo", on=True, reason="已完成验证", at=clock.at)
    assert here.is_worth_a_crawl([OURS])
    assert here.pages_left("") == 20


def test_a_time_that_the_site_names_ends_by_itself_with_one_careful_page(engine: Engine, clock: HandClock) -> None:
    here = opened(engine, clock)
    answered(engine, clock, Outcome.RATE_LIMITED)
    ended(here, clock, stopped=Outcome.RATE_LIMITED, pages=1, wait_until=clock.at + 20 * MINUTE)
    assert not here.is_worth_a_crawl([OURS])
    [pause] = here.pauses([OURS])
    assert (pause.reason, pause.text) == (PauseReason.SITE_ASKED, "网站要求稍后再来，20:20 恢复")
    clock.at += 20 * MINUTE
    assert here.is_worth_a_crawl([OURS])
    assert here.pages_left("") == 1
    answered(engine, clock, Outcome.OK)
    ended(here, clock, pages=1, fresh_by_watch={"岚川": 1})
    assert here.pages_left("") == 20
    assert here.pauses([OURS]) == []


def test_a_second_refusal_after_the_named_time_waits_for_a_person(engine: Engine, clock: HandClock) -> None:
    here = opened(engine, clock)
    answered(engine, clock, Outcome.RATE_LIMITED)
    ended(here, clock, stopped=Outcome.RATE_LIMITED, pages=1, wait_until=clock.at + 20 * MINUTE)
    clock.at += 21 * MINUTE
    answered(engine, clock, Outcome.RATE_LIMITED)
    ended(here, clock, stopped=Outcome.RATE_LIMITED, pages=1)
    clock.at += timedelta(days=1)
    assert not here.is_worth_a_crawl([OURS])
    assert [p.reason for p in here.pauses([OURS])] == [PauseReason.PERSON]


def test_rivals_rest_in_quiet_hours(engine: Engine, clock: HandClock) -> None:
    here = opened(engine, clock, Crawl(quiet_hours="19:00-21:00"))
    assert here.due([RIVAL, OURS]) == [OURS]
    assert [(p.watch, p.reason) for p in here.pauses([OURS, RIVAL])] == [("澄海", PauseReason.QUIET_HOURS)]


def test_every_crawl_leaves_a_line(engine: Engine, clock: HandClock) -> None:
    began = clock.at
    ended(opened(engine, clock), clock, pages=3, documents=30, fresh=4, stopped=Outcome.CAPTCHA, reason="captcha")
    [line] = Crawls(engine).recent("weibo")
    assert attrs.asdict(line) == {
        "source": "weibo", "account": "main", "began_at": began, "ended_at": clock.at, "pages": 3, "documents": 30,
        "fresh": 4, "stopped": "captcha", "reason": "captcha",
    }  # fmt: skip


def test_a_fast_clock_does_not_start_crawls_without_pause(engine: Engine, clock: HandClock) -> None:
    clock.speed = 30.0
    here = opened(engine, clock)
    ended(here, clock, fresh_by_watch={"岚川": 9})
    assert Paces(engine).of("weibo")["岚川"].every == 5 * MINUTE, "ten real seconds"


def test_quiet_hours_and_a_proxy_that_are_none_say_which_setting_and_what_was_hoped_for(
    engine: Engine, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidSettings, match=r"\[crawl\] quiet_hours.*01:00-06:00"):
        opened(engine, clock, Crawl(quiet_hours="nights"))
    crawl = Crawl(upstream_proxy_env="COMPANY_PROXY")
    monkeypatch.delenv("COMPANY_PROXY", raising=False)
    with pytest.raises(InvalidSettings, match="COMPANY_PROXY is not set"):
        upstream_proxy(crawl)
    for wrong in (
        "socks5://proxy:1080",
        "https://proxy:443",
        "proxy.example:8080",
        "http://:s3cret@",
        "http://p:99999",
    ):
        monkeypatch.setenv("COMPANY_PROXY", wrong)
        with pytest.raises(InvalidSettings, match="hoped for http://") as told:
            upstream_proxy(crawl)
        assert "s3cret" not in str(told.value)
    monkeypatch.setenv("COMPANY_PROXY", "http://crawler:s3cret@proxy.example:8080")
    assert upstream_proxy(crawl) == "http://crawler:s3cret@proxy.example:8080"
    assert upstream_proxy(Crawl()) == ""
