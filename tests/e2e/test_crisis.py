"""The demo's scripts from end to end with a moved clock: world → crawl process → store → judge → outbox → sink."""

from datetime import datetime, timedelta

import pytest
from e2e_stage import START, Stage

pytestmark = pytest.mark.timeout(600)
OURS = "澜川"


def test_a_severe_post_is_in_the_sink_within_ten_minutes_and_its_wave_joins_the_same_incident(stage: Stage) -> None:
    stage.minutes(5)
    play = stage.world.play("severe", stage.clock.now() + timedelta(seconds=40))
    stage.minutes(75)
    severe = stage.alerts("severe", "surge")
    assert len(severe) == 1, [(a.kind, a.topic) for a in severe]
    alert = severe[0]
    assert (alert.watch, alert.severity) == (OURS, "safety")
    slack, wecom = stage.messages("slack"), stage.messages("wecom")
    lateness = _arrival(slack[0]) - play.at
    print(f"severe post published → sink: {lateness}")
    assert lateness <= timedelta(minutes=10)
    assert "漏电" in slack[0].title
    assert any("升级" in m.title for m in slack[1:]), [m.title for m in slack]
    assert len(slack) == len(wecom)
    assert len(slack) <= 8, "a growing incident must not become a storm of messages"
    page = stage.house.desk.incidents.page(alert.id)
    assert page is not None
    times = [link.at for link in page.chain]
    assert None not in times
    assert times == sorted(times)  # type: ignore[type-var]  # none of them is None
    assert stage.house.desk.search.count(page.query) == len(alert.document_ids)


def test_a_slow_wave_is_told_when_its_evidence_is_there_and_not_before(stage: Stage) -> None:
    play = stage.world.play("wave", START + timedelta(minutes=1))
    stage.minutes(15)
    early = stage.house.desk.monitor.evidence(OURS)
    assert early is not None
    assert early.awaited, "a wave of a few posts must say what it awaits"
    assert not stage.alerts("surge", "severe")
    stage.minutes(105)
    alerts = stage.alerts("surge")
    assert [a.watch for a in alerts] == [OURS]
    evidence = alerts[0].evidence
    assert evidence is not None
    assert evidence.authors >= evidence.needed_authors
    print(f"slow wave: onset → told {alerts[0].opened_at - play.at}, with {evidence.authors} authors")
    assert alerts[0].opened_at - play.at > timedelta(minutes=15)


def test_a_promotion_evening_pages_nobody(stage: Stage) -> None:
    stage.world.play("promotion", START + timedelta(minutes=1))
    stage.minutes(190, every=10)
    assert not stage.alerts("surge", "severe")
    assert not stage.messages("slack")


def test_a_dead_session_says_data_are_missing_and_who_must_act_and_comes_back(stage: Stage) -> None:
    stage.minutes(5)
    stage.world.play("session-death", stage.clock.now())
    stage.minutes(6)
    silence = stage.house.desk.monitor.silence(OURS)
    assert "数据不足" in silence
    assert "微博" in silence
    feed = stage.alerts("feed")
    assert len(feed) == 1
    assert stage.messages("slack"), "the operator hears of it"
    from tingchao.wiring import mark_mended

    stage.world.restore(stage.clock.now())
    mark_mended(stage.folder)
    stage.minutes(5)
    assert "微博" not in stage.house.desk.monitor.silence(OURS), "what is left are sites that this test never asks"
    stage.minutes(2)
    assert not [a for a in stage.house.desk.alerts.open() if a.kind == "feed"]


def test_a_captcha_at_jd_is_told_and_is_never_taken_for_zero_reviews(stage: Stage) -> None:
    stage.world.play("captcha", stage.clock.now())
    report = stage.crawl("jd")
    stage.minute()
    assert report["stopped"] == "captcha"
    status = stage.house.desk.sources.get("jd")
    assert status is not None
    assert status.detail
    assert [a.kind for a in stage.alerts("feed")] == ["feed"]


def test_a_falling_price_and_a_shop_below_the_line_are_told_once_each(stage: Stage) -> None:
    for _ in range(2):
        stage.minute(crawl=("jd", "shop"))
    before = len(stage.alerts("price"))
    assert before == 0, [a.topic for a in stage.alerts("price")]
    stage.world.play("price-drop", stage.clock.now())
    for _ in range(3):
        stage.minute(crawl=("jd", "shop"))
    told = stage.alerts("price")
    assert told
    topics = " ".join(a.topic + a.why for a in told)
    assert "控价" in topics
    assert len({a.id for a in told}) == len(told)
    count = len(stage.messages("slack"))
    stage.minute(crawl=("jd",))
    assert len(stage.messages("slack")) == count, "the same price is not told again"


def _arrival(message: object) -> datetime:
    return datetime.fromisoformat(message.world_time) if isinstance(message.world_time, str) else message.world_time  # type: ignore[attr-defined]
