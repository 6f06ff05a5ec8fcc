"""The watchman on real tables: told once, at the right time, by the right channels, whatever is restarted in between."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from alerts.detectors import Reason
from domain.alerts import Alert, AlertKind, AlertState, Level, Notice, NoticeReason
from domain.analysis import Polarity, SeverityClass
from domain.documents import Kind, StoredDocument
from domain.feeds import FeedState, Outcome, SourceStatus
from domain.prices import PriceObservation, Product
from domain.times import TICK
from domain.watches import Watch, WatchedProduct
from flows.monitor import Monitor
from index.store import Batch
from index.tables.alertlog import AlertLog
from index.tables.ledger import Ledger
from index.tables.opening import open_tables
from index.tables.prices import Prices
from index.tables.sources import Sources
from index.tables.watches import Watches

NOW = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
OURS = Watch(name="岚川", brand="岚川", channels=("公关群", "值班"))
RIVAL = Watch(name="北屿", brand="北屿", rival=True, channels=("竞品群",))


@attrs.define
class HandClock:
    """Product time that a test moves."""

    at: datetime = NOW
    speed: float = 0.0

    def now(self) -> datetime:
        return self.at

    def real_seconds(self, duration: timedelta) -> float:
        return 0.0


class House:
    """One installation in a file, with a monitor that can be restarted."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.engine = open_tables(f"sqlite:///{folder / 'tables.sqlite'}")
        self.ledger, self.prices = Ledger(self.engine), Prices(self.engine)
        self.alerts = AlertLog(self.engine, now=self.clock.now)
        self.watches, self.sources = Watches(self.engine), Sources(self.engine)
        self.watches.save(OURS)
        self.watches.save(RIVAL)
        self.monitor = self.restarted()
        self._number = 0

    def restarted(self) -> Monitor:
        self.monitor = Monitor(
            ledger=self.ledger,
            alerts=self.alerts,
            prices=self.prices,
            watches=self.watches,
            sources=self.sources,
            clock=self.clock,
            link=lambda alert_id: f"http://127.0.0.1:8000/alerts/{alert_id}",
        )
        return self.monitor

    def post(self, at: datetime, *, negative: bool = True, author: str = "", **more: Any) -> StoredDocument:
        self._number += 1
        number = self._number
        fields: dict[str, Any] = {
            "id": f"weibo:{number}",
            "source": "weibo",
            "kind": Kind.POST,
            "text": f"岚川空调的第 {number} 句话",
            "normalized": f"岚川空调的第 {number} 句话",
            "published_at": at,
            "seen_at": at + timedelta(minutes=1),
            "author": author or f"author{number}",
            "sentiment": Polarity.NEGATIVE if negative else Polarity.POSITIVE,
            "score": -0.8 if negative else 0.8,
            "p_negative": 0.8 if negative else 0.05,
            "brands": ("岚川",),
            "cluster": f"c{number}",
        }
        return StoredDocument(**{**fields, **more})

    def store(self, documents: Iterable[StoredDocument]) -> None:
        self._number += 1
        batch = Batch(receipt=f"file{self._number}", documents=tuple(documents))
        self.ledger.store(batch, self.watches.list(), now=self.clock.now())

    def live(self, *, days: int = 20, hourly: float = 1.0) -> None:
        """A calm past: `hourly` negatives and eight times as many others."""
        rng = np.random.default_rng(5)
        posts = []
        for n in range(days * 24):
            start = NOW - timedelta(days=days) + n * timedelta(hours=1)
            kinds = [True] * int(rng.poisson(hourly)) + [False] * int(rng.poisson(8 * hourly))
            posts += [self.post(start + timedelta(minutes=float(rng.uniform(0, 60))), negative=bad) for bad in kinds]
        self.store(posts)

    def tick(self, minutes: float = 1, *posts: StoredDocument) -> list[Alert]:
        self.clock.at += timedelta(minutes=minutes)
        if posts:
            self.store(posts)
        return self.monitor.tick()

    def wave(self, authors: int, *, minutes: float = 1, **more: Any) -> list[Alert]:
        at = self.clock.at + timedelta(minutes=minutes)
        return self.tick(minutes, *(self.post(at - timedelta(seconds=20), **more) for _ in range(authors)))

    def owed(self, alert: Alert | None = None) -> list[Notice]:
        alerts = [alert] if alert else self.alerts.recent()
        return [notice for each in alerts for notice, _ in self.alerts.deliveries(each.id)]


@pytest.fixture
def house(tmp_path: Path) -> Iterable[House]:
    house = House(tmp_path)
    yield house
    house.engine.dispose()


def test_calm_days_owe_nothing(house: House) -> None:
    house.live()
    for _ in range(12):
        house.wave(0, minutes=5)
    house.wave(1, minutes=5)
    assert house.owed() == []
    evidence = house.monitor.evidence("岚川")
    assert evidence is not None
    assert evidence.level is None
    assert any("还需" in line for line in evidence.awaited)


def test_a_surge_is_told_to_every_channel_once_with_its_posts_and_link(house: House) -> None:
    house.live()
    for _ in range(6):
        house.wave(3, minutes=2)
    (alert,) = house.alerts.open("岚川")
    assert (alert.kind, alert.level) == (AlertKind.SURGE, Level.PAGE)
    firsts = [n for n in house.owed(alert) if n.reason is NoticeReason.FIRST]
    assert {n.channel for n in firsts} == {"公关群", "值班"}
    assert len(firsts) == 2
    assert firsts[0].link.endswith(alert.id)
    assert len(house.ledger.get(alert.document_ids)) == len(alert.document_ids) >= 15
    assert "强度" in alert.why


def test_a_slow_wave_says_what_it_waits_for_until_the_evidence_is_there(house: House) -> None:
    house.live(hourly=4.0)
    told: list[int] = []
    for minute in range(60):
        house.wave(1 if minute % 3 else 0)
        evidence = house.monitor.evidence("岚川")
        assert evidence is not None
        told.append(len(house.owed()))
        if told[-1] == 0:
            assert evidence.awaited or evidence.level is not None
    assert told[5] == 0
    assert told[-1] > 0


def test_a_severe_post_is_told_in_the_tick_after_it_was_stored(house: House) -> None:
    house.live()
    house.tick(5)
    report = house.post(house.clock.at, severity=SeverityClass.SAFETY, severity_reason="漏电伤人")
    house.tick(1, report)
    (alert,) = house.alerts.open("岚川")
    assert (alert.kind, alert.severity) == (AlertKind.SEVERE, SeverityClass.SAFETY)
    assert alert.document_ids == (report.id,)
    assert "漏电伤人" in house.owed(alert)[0].title


def test_the_wave_after_a_severe_post_joins_its_incident_as_an_escalation(house: House) -> None:
    house.live()
    house.tick(5)
    house.tick(1, house.post(house.clock.at, severity=SeverityClass.SAFETY, severity_reason="漏电伤人"))
    for _ in range(8):
        house.wave(2, minutes=2)
    (alert,) = [a for a in house.alerts.recent() if a.watch == "岚川"]
    assert alert.kind is AlertKind.SEVERE
    assert alert.score > 12
    reasons = [n.reason for n in house.owed(alert) if n.channel == "值班"]
    assert reasons == [NoticeReason.FIRST, NoticeReason.GROWING]


def test_imported_history_rings_nobody(house: House) -> None:
    house.live()
    house.tick(1)
    old = [house.post(NOW - timedelta(days=d), severity=SeverityClass.SAFETY) for d in range(2, 300, 7)]
    house.tick(1, *old)
    assert house.owed() == []


def test_a_restart_loses_no_severe_post_and_tells_none_twice(house: House) -> None:
    house.live()
    house.tick(1)
    house.tick(1, house.post(house.clock.at, severity=SeverityClass.SAFETY))
    before = len(house.owed())
    house.store([house.post(house.clock.at, severity=SeverityClass.REGULATOR, cluster="other")])  # while it was down
    house.restarted()
    house.tick(1)
    (alert,) = house.alerts.open("岚川")
    assert len(alert.document_ids) == 2
    assert len(house.owed()) == before + 2
    house.restarted()
    house.tick(1)
    house.tick(1)
    assert len(house.owed()) == before + 2


def test_restarts_in_the_middle_of_a_surge_change_no_message(house: House) -> None:
    house.live()
    for _ in range(10):
        house.restarted()
        house.wave(3, minutes=2)
    (alert,) = house.alerts.open("岚川")
    firsts = [n for n in house.owed() if n.reason is NoticeReason.FIRST]
    assert len(firsts) == 2
    assert len({n.key for n in house.owed()}) == len(house.owed())
    assert alert.state is AlertState.OPEN


def test_two_monitors_started_by_mistake_owe_each_message_once(house: House) -> None:
    house.live()
    other = Monitor(
        ledger=house.ledger,
        alerts=house.alerts,
        prices=house.prices,
        watches=house.watches,
        sources=house.sources,
        clock=house.clock,
    )
    for _ in range(6):
        house.wave(3, minutes=2)
        other.tick()
    assert len(house.alerts.open("岚川")) == 1
    firsts = [n for n in house.owed() if n.reason is NoticeReason.FIRST]
    assert len(firsts) == 2


def test_a_surge_that_ends_is_said_to_be_over(house: House) -> None:
    house.live()
    for _ in range(6):
        house.wave(3, minutes=2)
    for _ in range(40):
        house.tick(5)
    assert house.alerts.open("岚川") == []
    assert [n.reason for n in house.owed() if n.channel == "值班"][-1] is NoticeReason.RESOLVED


def test_a_rival_has_no_crisis_of_ours(house: House) -> None:
    house.live()
    for _ in range(6):
        house.wave(
            4,
            minutes=2,
            brands=("北屿",),
            normalized="北屿空调坏了",
            text="北屿空调坏了",
            severity=SeverityClass.SAFETY,
        )
    assert house.owed() == []
    assert house.monitor.evidence("北屿") is None


def status(name: str, state: FeedState, **more: Any) -> SourceStatus:
    return SourceStatus(name=name, state=state, last_success_at=NOW - timedelta(minutes=3), **more)


def test_a_dead_session_is_no_data_and_tells_who_must_do_what(house: House) -> None:
    house.live()
    house.sources.save(status("weibo", FeedState.LOGIN_REQUIRED, last_outcome=Outcome.LOGIN_REQUIRED))
    house.tick(1)
    house.tick(1)
    evidence = house.monitor.evidence("岚川")
    assert evidence is not None
    assert evidence.reason == Reason.NO_DATA
    assert house.monitor.silence("岚川").startswith("数据不足：微博登录已失效")
    (alert,) = house.alerts.open("")
    assert alert.kind is AlertKind.FEED
    assert {n.channel for n in house.owed(alert)} == {"公关群", "值班", "竞品群"}
    house.sources.save(status("weibo", FeedState.HEALTHY))
    house.tick(1)
    assert house.monitor.silence("岚川") == ""
    assert [n.reason for n in house.owed(alert) if n.channel == "值班"] == [NoticeReason.FIRST, NoticeReason.RESOLVED]


def test_silence_of_a_dead_source_does_not_end_a_surge(house: House) -> None:
    house.live()
    for _ in range(6):
        house.wave(3, minutes=2)
    house.sources.save(status("weibo", FeedState.BLOCKED))
    for _ in range(30):
        house.tick(5)
    assert [a.kind for a in house.alerts.open("岚川")] == [AlertKind.SURGE]


def test_a_young_watch_is_only_warned_and_an_import_of_old_rows_ends_that(house: House) -> None:
    house.live(days=3)
    for _ in range(6):
        house.wave(3, minutes=2)
    (alert,) = house.alerts.open("岚川")
    assert alert.level is Level.WARNING
    assert alert.evidence is not None
    assert alert.evidence.reason == Reason.PROVISIONAL
    house.live(days=40)
    house.tick(6)
    evidence = house.monitor.evidence("岚川")
    assert evidence is not None
    assert evidence.usual.days >= 14


def test_a_broken_watch_does_not_stop_the_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.live()
    house.watches.save(Watch(name="坏的", brand="岚川"))
    counts = house.ledger.counts

    def broken(watch: str, **span: Any) -> Any:
        if watch == "坏的":
            raise RuntimeError("this watch's rows can't be read")
        return counts(watch, **span)

    monkeypatch.setattr(house.ledger, "counts", broken)
    house.tick(1, house.post(house.clock.at, severity=SeverityClass.SAFETY))
    assert [a.watch for a in house.alerts.open()] == ["岚川"]
    monkeypatch.undo()
    house.tick(1)
    assert {a.watch for a in house.alerts.open()} == {"岚川", "坏的"}  # late, not lost


def price(amount: str, *, at: datetime, sku: str, shop: str = "官方店") -> PriceObservation:
    return PriceObservation(sku=sku, source="jd", shop=shop, price=Decimal(amount), seen_at=at)


def test_a_rivals_fall_and_a_breach_of_the_line_are_told_once_each(house: House) -> None:
    url = "https://item.jd.com/700200300.html"
    floor = WatchedProduct(url=url, floor=Decimal("1200"))
    house.watches.save(attrs.evolve(OURS, products=(floor,)))
    products = [
        Product(sku="jd:500600700", source="jd", brand="北屿", title="60 升"),
        Product(sku="jd:700200300", source="jd", brand="岚川", url=url),
    ]
    week = [price("999", at=NOW - timedelta(hours=h), sku="jd:500600700") for h in (100, 70, 40, 10)]
    house.prices.put([*week, price("1299", at=NOW, sku="jd:700200300")], products)
    house.tick(1)
    assert house.owed() == []
    later = NOW + timedelta(minutes=1)
    fallen = [price("899", at=later, sku="jd:500600700"), price("1099", at=later, sku="jd:700200300", shop="小店")]
    house.prices.put(fallen, products)
    house.tick(1)
    house.restarted()
    house.tick(1)
    told = sorted((n.channel, n.title) for n in house.owed())
    assert [channel for channel, _ in told] == ["值班", "公关群", "竞品群"]
    assert "竞品降价：60 升" in told[2][1]  # the product's title: the price answer had none
    assert "低于控价" in told[0][1]
    back = [price("999", at=NOW + timedelta(minutes=5), sku="jd:500600700")]
    house.prices.put(back, products)
    house.tick(4)
    assert [a.watch for a in house.alerts.open()] == ["岚川"]


def test_usual_series_has_an_entry_per_tick_and_adds_up_to_the_usual_of_the_span(house: House) -> None:
    house.live()
    since, until = NOW - timedelta(hours=2), NOW
    series = house.monitor.usual_series("岚川", since=since, until=until)
    assert [at for at, _ in series] == [since + n * TICK for n in range(24)]
    whole = house.monitor.usual("岚川", since=since, until=until)
    assert sum(u.negative for _, u in series) == pytest.approx(whole.negative)
    assert whole.negative == pytest.approx(2.0, rel=0.6)
    assert house.monitor.usual("nobody", since=since, until=until).days == 0
