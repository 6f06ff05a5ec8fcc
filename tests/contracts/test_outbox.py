"""What the alert log and its outbox promise, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest
from sqlalchemy import Engine

from domain.alerts import AlertKind, AlertState, Delivery, Evidence, Usual
from index.tables import AlertLog
from tests.contracts.samples import DAY, HOUR, MINUTE, START, alert, notice


def delivery(key: str = "k1", **changes: object) -> Delivery:
    return attrs.evolve(Delivery(key=key, channel="值班", attempts=1, created_at=START), **changes)


def test_an_alert_comes_back_field_by_field(engine: Engine) -> None:
    usual = Usual(negative=1.5, low=0.0, high=4.0, total=20.0, days=30)
    evidence = Evidence(
        window_minutes=15,
        authors=7,
        negative=9,
        total=12,
        usual=usual,
        score=8.25,
        needed_score=6,
        needed_authors=5,
        onset=START,
    )
    told = alert(onset=START - HOUR, document_ids=("jd:1", "jd:2"), evidence=evidence, why="漏水的声音多了")
    AlertLog(engine).save(told)
    assert AlertLog(engine).get("a1") == told
    assert AlertLog(engine).get("none") is None


def test_open_alerts_are_those_not_resolved_newest_first(engine: Engine) -> None:
    log = AlertLog(engine)
    log.save(alert("old"))
    log.save(alert("new", opened_at=START + HOUR, state=AlertState.ACKNOWLEDGED))
    log.save(alert("done", state=AlertState.RESOLVED))
    log.save(alert("other", watch="青禾", kind=AlertKind.PRICE))
    assert [a.id for a in log.open("岚川")] == ["new", "old"]
    assert {a.id for a in log.open()} == {"new", "old", "other"}
    assert [a.id for a in log.recent(since=START + MINUTE)] == ["new"]
    assert len(log.recent(until=START + MINUTE, limit=2)) == 2


def test_a_claim_made_while_the_product_was_judging_stands(engine: Engine) -> None:
    log = AlertLog(engine)
    log.save(judged := alert(), action="opened")
    log.save(
        attrs.evolve(judged, state=AlertState.ACKNOWLEDGED, owner="小林", note="在看"), by="小林", action="acknowledged"
    )
    log.save(attrs.evolve(judged, authors=9), action="grew")
    held = log.get("a1")
    assert held is not None
    assert (held.state, held.owner, held.note, held.authors) == (AlertState.ACKNOWLEDGED, "小林", "在看", 9)
    log.save(attrs.evolve(judged, state=AlertState.RESOLVED, resolved_at=START + HOUR), action="resolved")
    over = log.get("a1")
    assert over is not None
    assert (over.state, over.owner, over.resolved_at) == (AlertState.RESOLVED, "小林", START + HOUR)


def test_what_a_person_closed_while_the_product_was_judging_stays_closed_and_nobody_is_told(engine: Engine) -> None:
    log = AlertLog(engine)
    log.save(judged := alert(), action="opened")
    closed = attrs.evolve(judged, state=AlertState.RESOLVED, resolved_at=START, owner="小林")
    log.save(closed, by="小林", action="resolved")
    log.save(attrs.evolve(judged, authors=9), [notice()], action="grew")
    assert log.get("a1") == closed
    assert log.deliveries("a1") == []
    log.save(again := attrs.evolve(closed, state=AlertState.OPEN, resolved_at=None), [notice()], action="reopened")
    assert log.get("a1") == again
    assert [n.key for n, _ in log.deliveries("a1")] == ["k1"]


def test_every_step_leaves_an_audit_line(engine: Engine) -> None:
    log = AlertLog(engine, now=lambda: START)
    log.save(alert(), action="opened")
    log.save(alert(state=AlertState.ACKNOWLEDGED), by="值班甲", action="acknowledged", note="在看")
    assert log.audit("a1") == [(START, "", "opened", ""), (START, "值班甲", "acknowledged", "在看")]


def test_a_notice_is_owed_once_however_often_the_alert_is_saved(engine: Engine) -> None:
    log = AlertLog(engine)
    log.save(alert(), [notice()])
    [claimed] = log.claim(now=START)
    log.settle(delivery(outcome="delivered", delivered_at=START))
    log.save(alert(), [notice(title="anders")])
    assert claimed == notice()
    assert log.claim(now=START + DAY) == []
    assert [(n.title, d.outcome) for n, d in log.deliveries("a1")] == [(notice().title, "delivered")]


def test_a_claimed_notice_is_nobody_elses_until_its_claim_runs_out(engine: Engine) -> None:
    clock = [1000.0]
    log = AlertLog(engine, real_time=lambda: clock[0])
    log.save(alert(), [notice()])
    assert len(log.claim(now=START, claim_s=60)) == 1
    assert log.claim(now=START) == []
    clock[0] += 61
    assert [n.key for n in log.claim(now=START)] == ["k1"]


def test_a_failed_try_comes_back_when_it_is_due(engine: Engine) -> None:
    log = AlertLog(engine)
    log.save(alert(), [notice()])
    log.claim(now=START)
    log.settle(delivery(outcome="retry", detail="429"), next_try=START + HOUR)
    assert log.claim(now=START + 59 * MINUTE) == []
    assert len(log.claim(now=START + HOUR)) == 1
    assert log.delivery("k1") == delivery(outcome="retry", detail="429")


def test_what_was_delivered_stays_delivered(engine: Engine) -> None:
    log = AlertLog(engine)
    log.save(alert(), [notice()])
    log.settle(delivery(outcome="delivered", delivered_at=START))
    log.settle(delivery(outcome="retry"), next_try=START)
    assert log.claim(now=START + DAY) == []
    assert log.delivery("k1") == delivery(outcome="delivered", delivered_at=START)


@pytest.mark.timeout(120)
def test_senders_side_by_side_never_claim_the_same_notice(engine: Engine) -> None:
    log = AlertLog(engine)
    log.save(alert(), [notice(f"k{n:02}") for n in range(40)])
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda _: log.claim(now=START, limit=5), range(12)))
    keys = [n.key for claim in claims for n in claim]
    assert len(keys) == len(set(keys))
    keys += [n.key for n in log.claim(now=START, limit=99)]
    assert sorted(keys) == [f"k{n:02}" for n in range(40)]
