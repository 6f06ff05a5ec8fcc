"""舆情预警: one alert with everything behind it, who took it on, and what its channels are told."""

from datetime import datetime
from typing import Any

import attrs
import pytest

from domain.alerts import Alert, AlertKind, AlertState, Delivery, Notice, NoticeReason
from domain.errors import InvalidInput
from index.store import Batch
from tests.flows.desks import DAY, HOUR, MINUTE, NOW, Rig, document

STEPS = ["发布", "采集", "入库", "发现", "发送", "送达"]


def an_alert(**changes: Any) -> Alert:
    plain = Alert(
        id="surge-1",
        kind=AlertKind.SURGE,
        watch="岚川",
        brand="岚川",
        topic="漏水",
        opened_at=NOW,
        onset=NOW - 20 * MINUTE,
        document_ids=("jd:3", "jd:1", "jd:2"),
    )
    return attrs.evolve(plain, **changes)


def a_notice(channel: str = "duty", key: str = "k1") -> Notice:
    return Notice(
        key=key,
        alert_id="surge-1",
        channel=channel,
        reason=NoticeReason.FIRST,
        title="岚川：漏水",
        lines=("一",),
        created_at=NOW,
    )


def staged(here: Rig, *, documents: int = 3, stored: datetime = NOW - MINUTE) -> Alert:
    """A watch, its posts stored at a moment, and their alert with one notice owed."""
    here.watch(channels=("duty",))
    posts = tuple(
        document(n, published_at=NOW - (20 - n) * MINUTE, seen_at=NOW - 2 * MINUTE) for n in range(1, documents + 1)
    )
    here.desk.ledger.store(Batch(receipt="posts", documents=posts), here.desk.watches.list(), now=stored)
    here.ingest().follow()
    alert = an_alert(document_ids=tuple(d.id for d in posts))
    here.desk.alerts.save(alert, [a_notice()], action="opened")
    return alert


def test_an_unknown_alert_has_no_page_and_cannot_be_handled(here: Rig) -> None:
    assert here.desk.incidents.page("nothing") is None
    for handle in (here.desk.incidents.acknowledge, here.desk.incidents.resolve):
        with pytest.raises(InvalidInput, match="export alerts"):
            handle("nothing", by="值班")


@pytest.mark.parametrize("documents", [0, 1, 3, 500])
def test_the_query_of_an_alert_finds_exactly_its_posts(here: Rig, documents: int) -> None:
    alert = staged(here, documents=documents)
    page = here.desk.incidents.page(alert.id)
    assert page is not None
    if not documents:
        assert page.query == ""
        return
    found = {d.id for d in here.desk.search.scan(page.query)}
    assert found == set(alert.document_ids)
    assert here.desk.search.find(page.query, limit=1).total == documents
    assert [d.id for d in page.documents] == [f"jd:{n}" for n in range(1, documents + 1)][:50]


def test_the_chain_runs_from_the_post_to_the_phone_in_order(here: Rig) -> None:
    alert = staged(here)
    here.desk.alerts.settle(
        Delivery(
            key="k1",
            channel="duty",
            attempts=1,
            outcome="delivered",
            created_at=NOW,
            sent_at=NOW + MINUTE,
            delivered_at=NOW + 2 * MINUTE,
        )
    )
    chain = here.desk.incidents.chain(alert)
    assert [link.step for link in chain] == STEPS
    assert [link.since_start_s for link in chain] == [0, 17 * 60, 18 * 60, 19 * 60, 20 * 60, 21 * 60]
    times = [link.at for link in chain if link.at]
    assert times == sorted(times)


def test_what_has_not_happened_has_no_time_in_the_chain(here: Rig) -> None:
    chain = here.desk.incidents.chain(staged(here))
    assert [link.at is None for link in chain] == [False, False, False, False, True, True]
    assert [link.since_start_s for link in chain[4:]] == [None, None]


def test_an_older_post_that_came_late_does_not_turn_the_chain_around(here: Rig) -> None:
    alert = staged(here)
    late = document(9, published_at=NOW - DAY, seen_at=NOW + HOUR)
    here.desk.ledger.store(Batch(receipt="late", documents=(late,)), (), now=NOW + HOUR)
    chain = here.desk.incidents.chain(attrs.evolve(alert, document_ids=("jd:9", *alert.document_ids)))
    times = [link.at for link in chain if link.at]
    assert times == sorted(times)
    assert chain[0].at == NOW - 19 * MINUTE


def test_acknowledging_writes_who_and_why_and_tells_nobody_again(here: Rig) -> None:
    staged(here)
    after = here.desk.incidents.acknowledge("surge-1", by="小林", note="已联系售后")
    page = here.desk.incidents.page("surge-1")
    assert page is not None
    assert page.alert == after
    assert (after.state, after.owner, after.note) == (AlertState.ACKNOWLEDGED, "小林", "已联系售后")
    assert [(by, action, note) for _, by, action, note in page.audit] == [
        ("", "opened", ""),
        ("小林", "acknowledged", "已联系售后"),
    ]
    assert [at for at, *_ in page.audit] == [NOW, NOW]
    assert len(page.deliveries) == 1


def test_resolving_tells_the_watchs_channels_once_and_keeps_the_owner(here: Rig) -> None:
    staged(here)
    here.desk.incidents.acknowledge("surge-1", by="小林")
    here.clock.at = NOW + HOUR
    here.desk.incidents.resolve("surge-1", by="小周", note="官方声明已发布")
    again = here.desk.incidents.resolve("surge-1", by="小吴", note="再点一次")
    assert (again.state, again.resolved_at, again.owner, again.note) == (
        AlertState.RESOLVED,
        NOW + HOUR,
        "小林",
        "官方声明已发布",
    )
    page = here.desk.incidents.page("surge-1")
    assert page is not None
    reasons = [(notice.reason, notice.channel, notice.link) for notice, _ in page.deliveries]
    assert [r[:2] for r in reasons] == [(NoticeReason.FIRST, "duty"), (NoticeReason.RESOLVED, "duty")]
    assert reasons[1][2].endswith("/alerts/surge-1")
    assert [action for _, _, action, _ in page.audit] == ["opened", "acknowledged", "resolved"]
    assert here.desk.alerts.open() == []
    with pytest.raises(InvalidInput, match="resolved"):
        here.desk.incidents.acknowledge("surge-1", by="小吴")


def test_an_alert_of_a_removed_watch_can_still_be_closed(here: Rig) -> None:
    staged(here)
    here.desk.watch_list.remove("岚川")
    assert here.desk.incidents.resolve("surge-1", by="小林").state is AlertState.RESOLVED
    page = here.desk.incidents.page("surge-1")
    assert page is not None
    assert len(page.deliveries) == 1


def test_the_band_counts_the_same_negatives_as_the_ledger(here: Rig) -> None:
    alert = staged(here)
    page = here.desk.incidents.page(alert.id)
    assert page is not None
    assert page.band is not None
    band = page.band
    assert sum(band.negative) == 3
    assert len({len(part) for part in (band.starts, band.negative, band.low, band.usual, band.high)}) == 1
    assert band.starts[0] <= NOW - 3 * HOUR - 20 * MINUTE < band.starts[1]
    assert band.starts[-1] < NOW <= band.starts[-1] + 5 * MINUTE


def test_an_alert_about_a_feed_has_no_band_and_no_posts(here: Rig) -> None:
    here.desk.alerts.save(an_alert(kind=AlertKind.FEED, document_ids=()), action="opened")
    page = here.desk.incidents.page("surge-1")
    assert page is not None
    assert (page.band, page.documents, page.query, page.words) == (None, (), "", ())


def test_the_words_are_those_of_the_alert_and_not_of_every_day(here: Rig) -> None:
    here.watch()
    usual = [document(n, published_at=NOW - n * HOUR, tokens=("热水器", "客服", "不理人")) for n in range(30, 90)]
    told = [document(n, published_at=NOW - n * MINUTE, tokens=("热水器", "漏电", "客服")) for n in range(1, 9)]
    here.store(*usual, *told)
    ids = tuple(d.id for d in told)
    here.desk.alerts.save(an_alert(document_ids=ids, first_post_at=NOW - 8 * MINUTE), action="opened")
    page = here.desk.incidents.page("surge-1")
    assert page is not None
    assert page.words[0][0] == "漏电"
    assert "不理人" not in dict(page.words)
