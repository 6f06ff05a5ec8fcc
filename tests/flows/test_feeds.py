"""Feeds on real tables: every state is told to the watches that it concerns, and what is promised is what was asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from sqlalchemy import Engine

from crawlers.sites.jd import Jd
from crawlers.sites.weibo import Weibo
from domain.accounts import Account
from domain.alerts import NoticeReason
from domain.feeds import FeedState, Outcome, PageSeen, SourceStatus
from domain.paces import CrawlDone, Pace, QuietHours
from domain.watches import Watch, WatchedProduct
from flows.feed_rows import SourcePlan
from flows.feeds import NO_FEED, Feeds
from flows.monitor import Monitor
from index.store import Batch
from index.tables import AlertLog, Budgets, Crawls, Frontier, Ledger, Paces, Prices, Sources, WaitingPage, Watches
from index.tables.accounts import Accounts
from index.tables.feedlog import FeedLog
from index.tables.opening import open_tables
from tests.flows.desks import HandClock, document

NOW = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OURS = Watch(name="岚川", brand="岚川", channels=("值班",))
RIVAL = Watch(name="北屿", brand="北屿", rival=True)


@attrs.define(kw_only=True)
class Rig:
    engine: Engine
    clock: HandClock
    plans: dict[str, SourcePlan]
    feeds: Feeds = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.feeds = Feeds(
            sources=Sources(self.engine),
            log=FeedLog(self.engine),
            accounts=Accounts(self.engine),
            paces=Paces(self.engine),
            budgets=Budgets(self.engine),
            watches=Watches(self.engine),
            clock=self.clock,
            plans=self.plans,
        )

    def plan(self, source: str, **changes: Any) -> None:
        self.plans = {**self.plans, source: attrs.evolve(self.plans[source], **changes)}
        self.restart()

    def watch(self, watch: Watch) -> Watch:
        Watches(self.engine).save(watch)
        return watch

    def look(self, watch: Watch, source: str = "weibo", *, outcome: Outcome = Outcome.OK, items: int = 3) -> None:
        """One crawl of a watch's first pages at the clock's time."""
        frontier, now = Frontier(self.engine), self.clock.now()
        pages = self.feeds.pages(watch, source)
        frontier.add((WaitingPage(source=source, page=p.page, url=p.url, watch=watch.name) for p in pages), due=now)
        for lease in frontier.lease(source, now=now, limit=100, lease_for=HOUR):
            frontier.done(lease.key, now=now)
        Sources(self.engine).record(
            PageSeen(source=source, page=p.page, url=p.url, outcome=outcome, items=items, seen_at=now) for p in pages
        )

    def said(self, watch: Watch) -> str:
        return "；".join(self.feeds.silence(watch))

    def states(self) -> dict[str, FeedState]:
        return {s.name: s.state for s in self.feeds.statuses(patient=True)}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Rig]:
    engine = open_tables(f"sqlite:///{tmp_path / 'tables.db'}")
    plans = {
        "weibo": SourcePlan(adapter=Weibo(), every=5 * MINUTE, delay_s=5),
        "jd": SourcePlan(adapter=Jd(), every=5 * MINUTE, delay_s=5),
    }
    yield Rig(engine=engine, clock=HandClock(at=NOW), plans=plans)
    engine.dispose()


def test_a_watch_that_was_never_crawled_has_too_little_data(here: Rig) -> None:
    here.watch(OURS)
    assert here.said(OURS) == "微博还没有采集过"
    here.look(OURS)
    assert here.said(OURS) == ""


def test_a_source_with_nothing_to_ask_for_a_watch_does_not_concern_it(here: Rig) -> None:
    here.watch(OURS)
    here.look(OURS)
    Sources(here.engine).save(SourceStatus(name="jd", state=FeedState.BLOCKED))
    assert here.said(OURS) == ""
    product = WatchedProduct(url="https://item.jd.com/100012043978.html")
    assert "京东访问被拒绝" in here.said(here.watch(attrs.evolve(OURS, products=(product,))))


def test_a_healthy_source_that_left_out_a_new_watch_says_so(here: Rig) -> None:
    here.watch(OURS)
    here.look(OURS)
    other = here.watch(Watch(name="海屿", brand="海屿"))
    assert here.said(OURS) == ""
    assert here.said(other) == "微博还没有为这个监测采集过"


@pytest.mark.parametrize("state", [s for s in FeedState if s is not FeedState.HEALTHY])
def test_every_state_but_healthy_is_told(here: Rig, state: FeedState) -> None:
    named = here.watch(attrs.evolve(OURS, sources=("weibo",)))
    here.look(named)
    status = SourceStatus(name="weibo", state=state, on=state is not FeedState.OFF, reason="换账号", last_success_at=NOW - HOUR)  # fmt: skip
    Sources(here.engine).save(status)
    assert "微博" in here.said(named)


def test_a_source_that_is_off_is_told_to_who_names_it_and_no_source_at_all_to_everybody(here: Rig) -> None:
    named = here.watch(attrs.evolve(OURS, sources=("weibo",)))
    Sources(here.engine).switch("weibo", on=False, reason="换账号", at=NOW)
    assert here.said(named) == "微博已关闭（换账号）"
    assert here.said(here.watch(OURS)) == NO_FEED
    assert here.said(here.watch(Watch(name="导入", words=("词",), sources=("门店",)))) == NO_FEED


def test_a_site_that_the_settings_switch_off_counts_as_off(here: Rig) -> None:
    here.plan("weibo", on=False)
    assert "设置文件" in here.said(here.watch(attrs.evolve(OURS, sources=("weibo",))))


def test_age_against_the_plan_is_stale_noted_once_and_told_to_operators(here: Rig) -> None:
    here.watch(OURS)
    here.look(OURS)
    monitor = monitor_of(here)
    monitor.tick()
    here.clock.at += 34 * MINUTE
    monitor.tick()
    assert here.states() == {"weibo": FeedState.HEALTHY}
    for _ in range(3):
        here.clock.at += 5 * MINUTE
        monitor.tick()
    assert monitor.silence("岚川").startswith("数据不足：微博久无新数据")
    here.look(OURS)
    monitor.tick()
    assert monitor.silence("岚川") == ""
    changes = [(c.before.value, c.after.value) for c in reversed(Sources(here.engine).states("weibo"))]
    assert changes == [("unknown", "healthy"), ("healthy", "stale"), ("stale", "healthy")]
    alerts = AlertLog(here.engine)
    told = [n.reason for a in alerts.recent() for n, _ in alerts.deliveries(a.id)]
    assert told == [NoticeReason.FIRST, NoticeReason.RESOLVED]


def monitor_of(here: Rig) -> Monitor:
    return Monitor(
        ledger=Ledger(here.engine),
        alerts=AlertLog(here.engine, now=here.clock.now),
        prices=Prices(here.engine),
        watches=Watches(here.engine),
        sources=Sources(here.engine),
        clock=here.clock,
        feeds=here.feeds,
    )


def test_a_night_without_the_product_calls_nobody_but_is_shown(here: Rig) -> None:
    here.watch(OURS)
    here.look(OURS)
    here.clock.at += 9 * HOUR
    here.restart()
    assert here.states() == {"weibo": FeedState.HEALTHY}
    assert "久无新数据" in here.said(OURS)


def test_good_answers_that_bring_nothing_new_are_stale_where_the_usual_says_otherwise(here: Rig) -> None:
    here.watch(OURS)
    crawls = Crawls(here.engine)
    at = NOW - 10 * DAY
    while at < NOW:
        fresh = 3 if at < NOW - 6 * HOUR else 0
        crawls.write(CrawlDone(source="weibo", began_at=at - MINUTE, ended_at=at, pages=2, documents=20, fresh=fresh))
        at += 5 * MINUTE
    here.look(OURS)
    (status,) = here.feeds.statuses()
    assert status.state is FeedState.STALE
    assert "没有一条新内容" in here.said(OURS)
    crawls.write(CrawlDone(source="weibo", began_at=NOW - MINUTE, ended_at=NOW, pages=2, documents=20, fresh=9))
    assert here.states()["weibo"] is FeedState.HEALTHY


def test_a_spent_budget_is_a_pause_not_age(here: Rig) -> None:
    here.watch(OURS)
    here.plan("weibo", daily_pages=2)
    here.look(OURS)
    here.clock.at += 2 * HOUR
    with here.engine.begin() as connection:
        from index.tables.paces import spend

        spend(connection, "weibo", "", at=here.clock.at, pages=2)
    assert here.states()["weibo"] is FeedState.HEALTHY
    assert "微博承诺暂停：今日页数已用完（2/2）" in here.said(OURS)


def test_quiet_hours_pause_rivals_and_never_our_own(here: Rig) -> None:
    here.plan("weibo", quiet=QuietHours(start=time(13), end=time(15)))
    for each in (OURS, RIVAL):
        here.look(here.watch(each))
    assert here.said(OURS) == ""
    assert "竞品安静时段" in here.said(RIVAL)


def test_a_rest_that_the_site_asked_for_is_a_pause(here: Rig) -> None:
    here.watch(OURS)
    here.look(OURS)
    Paces(here.engine).rest("weibo", until=NOW + HOUR, reason="网站要求 1 小时后再来")
    assert "承诺暂停：网站要求 1 小时后再来" in here.said(OURS)


def test_a_calm_rivals_slower_pace_is_its_plan(here: Rig) -> None:
    rival = here.watch(attrs.evolve(RIVAL, name="北屿"))
    here.look(rival)
    Paces(here.engine).save([Pace(source="weibo", watch="北屿", next_at=NOW + HOUR, every=HOUR)])
    here.clock.at += 2 * HOUR
    assert here.states()["weibo"] is FeedState.HEALTHY
    assert here.said(rival) == ""
    here.clock.at += 2 * HOUR
    assert "久无新数据" in here.said(rival)


def test_a_watch_whose_pages_are_due_again_was_still_asked(here: Rig) -> None:
    here.watch(OURS)
    here.look(OURS)
    here.clock.at += 4 * MINUTE
    pages = here.feeds.pages(OURS, "weibo")
    Frontier(here.engine).add((WaitingPage(source="weibo", page=p.page, url=p.url) for p in pages), due=here.clock.at)
    assert here.said(OURS) == ""


def test_a_watch_whose_pages_are_led_elsewhere_was_asked_as_its_pace_says(here: Rig) -> None:
    here.watch(OURS)
    other = attrs.evolve(OURS, brand="别处")
    here.look(other)  # the same source answers, under other addresses
    assert "没有为这个监测采集过" in here.said(OURS)
    Paces(here.engine).save([Pace(source="weibo", watch="岚川", next_at=NOW + 4 * MINUTE, every=5 * MINUTE)])
    assert here.said(OURS) == ""


def test_what_is_promised_counts_pages_pace_and_living_sessions(here: Rig) -> None:
    for n in range(60):
        here.watch(Watch(name=f"w{n}", words=tuple(f"词{n}-{k}" for k in range(4))))
    (kept,) = here.feeds.promises()
    assert (kept.source, kept.pages, kept.sessions) == ("weibo", 240, 1)
    assert [len(t.watches) for t in kept.tiers] == [26, 34]
    accounts = Accounts(here.engine)
    for name in ("a", "b"):
        accounts.save(Account(source="weibo", name=name, saved_at=NOW))
    (kept,) = here.feeds.promises()
    assert (kept.sessions, len(kept.tiers), kept.kept) == (2, 1, True)
    accounts.save(Account(source="weibo", name="b", saved_at=NOW, valid_until=NOW - DAY))
    assert here.feeds.promises()[0].sessions == 1


def test_a_watch_that_is_not_saved_yet_can_be_planned(here: Rig) -> None:
    here.watch(OURS)
    new = Watch(name="海屿", brand="海屿", aliases=("Haiyu",))
    (kept,) = here.feeds.promises(also=new)
    assert kept.pages == 3
    assert here.feeds.promises()[0].pages == 1


def test_pages_that_crawls_really_needed_are_planned_with(here: Rig) -> None:
    here.watch(OURS)
    done = CrawlDone(source="weibo", began_at=NOW - HOUR, ended_at=NOW - HOUR, pages=4)
    Crawls(here.engine).write(done)
    Crawls(here.engine).write(attrs.evolve(done, pages=1, stopped="captcha"))
    assert here.feeds.promise("weibo").pages == 4


def test_measured_is_what_was_looked_at_and_how_late_posts_came(here: Rig) -> None:
    here.watch(OURS)
    for _ in range(4):
        here.look(OURS)
        here.clock.at += 6 * MINUTE
    post = document(1, source="weibo", id="weibo:1", published_at=NOW + 2 * MINUTE)
    older = document(2, source="weibo", id="weibo:2", published_at=NOW - 5 * HOUR)
    Ledger(here.engine).store(Batch(receipt="r", documents=(post, older)), [OURS], now=NOW + 6 * MINUTE)
    found = here.feeds.measured("weibo")
    assert (found.cycle_s, found.longest_s) == (360, 360)
    assert (found.p50_s, found.p95_s, found.posts) == (240, 240, 1)  # what was there before we looked is no delay
