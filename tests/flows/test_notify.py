"""The outbox on real tables: claimed, sent, settled; slowed, retried, buried; never lost and never twice with another key."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from domain.alerts import Alert, AlertKind, Delivery, Notice, NoticeReason
from domain.errors import DeliveryFailed
from flows.notify import MOST_ATTEMPTS, Bucket, Outbox
from index.tables.alertlog import AlertLog
from index.tables.opening import open_tables

NOW = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
ALERT = Alert(id="surge-1", kind=AlertKind.SURGE, watch="岚川", opened_at=NOW)


@attrs.define
class HandClock:
    """Product time that a test moves."""

    at: datetime = NOW
    speed: float = 1.0

    def now(self) -> datetime:
        return self.at

    def real_seconds(self, duration: timedelta) -> float:
        return duration.total_seconds()


@attrs.define
class Sender:
    """A channel that fails as often as it is told to."""

    name: str = "群"
    kind: str = "webhook"
    problems: list[Exception] = attrs.field(factory=list)
    sent: list[str] = attrs.field(factory=list)

    def send(self, notice: Notice) -> None:
        if self.problems:
            raise self.problems.pop(0)
        self.sent.append(notice.key)

    def payload(self, notice: Notice) -> dict[str, object]:
        return {"key": notice.key}


@attrs.define
class Desk:
    """An outbox, its log and its clock."""

    log: AlertLog
    clock: HandClock
    sender: Sender
    outbox: Outbox
    real: list[float]

    def owe(self, *keys: str, channel: str = "群") -> None:
        notices = [
            Notice(
                key=key,
                alert_id=ALERT.id,
                channel=channel,
                reason=NoticeReason.FIRST,
                title="题",
                lines=("行",),
                created_at=self.clock.now(),
            )
            for key in keys
        ]
        self.log.save(ALERT, notices)

    def after(self, seconds: float) -> int:
        self.clock.at += timedelta(seconds=seconds)
        self.real[0] += seconds
        return self.outbox.deliver_due()

    def outcome(self, key: str) -> Delivery:
        return next(d for n, d in self.log.deliveries(ALERT.id) if n.key == key)


@pytest.fixture
def desk(tmp_path: Path) -> Iterable[Desk]:
    engine = open_tables(f"sqlite:///{tmp_path / 'tables.sqlite'}")
    clock, sender, real = HandClock(), Sender(), [0.0]
    log = AlertLog(engine, now=clock.now, real_time=lambda: real[0])
    outbox = Outbox(alerts=log, notifiers={"群": sender}, clock=clock, chance=lambda: 0.5, real_s=lambda: real[0])
    yield Desk(log, clock, sender, outbox, real)
    engine.dispose()


def test_what_is_owed_is_sent_once_and_settled(desk: Desk) -> None:
    desk.owe("k1", "k2")
    assert desk.outbox.deliver_due() == 2
    assert desk.outbox.deliver_due() == 0
    assert sorted(desk.sender.sent) == ["k1", "k2"]
    done = desk.outcome("k1")
    assert (done.outcome, done.attempts, done.delivered_at) == ("delivered", 1, NOW)


def test_the_same_debt_is_not_owed_twice(desk: Desk) -> None:
    desk.owe("k1")
    desk.outbox.deliver_due()
    desk.owe("k1")
    assert desk.outbox.deliver_due() == 0
    assert desk.sender.sent == ["k1"]


def test_a_failure_is_tried_again_later_and_later_with_the_same_key(desk: Desk) -> None:
    desk.sender.problems = [DeliveryFailed("busy", permanent=False)] * 3
    desk.owe("k1")
    assert desk.outbox.deliver_due() == 0
    assert desk.outcome("k1").outcome == "retry"
    assert desk.after(4.9) == 0
    assert len(desk.sender.problems) == 2  # not before the pause
    assert desk.after(0.2) == 0
    assert desk.after(10.1) == 0
    assert desk.after(20.1) == 1
    assert desk.sender.sent == ["k1"]
    assert desk.outcome("k1").attempts == 4


def test_a_permanent_refusal_is_a_dead_letter_that_is_shown(desk: Desk) -> None:
    desk.sender.problems = [DeliveryFailed("no such channel", permanent=True)]
    desk.owe("k1")
    desk.outbox.deliver_due()
    assert desk.after(3600) == 0
    dead = desk.outcome("k1")
    assert (dead.outcome, dead.detail, dead.attempts) == ("dead", "no such channel", 1)


def test_a_channels_own_wish_to_wait_is_obeyed(desk: Desk) -> None:
    desk.sender.problems = [DeliveryFailed("slow down", permanent=False, retry_after_s=90)]
    desk.owe("k1")
    desk.outbox.deliver_due()
    assert desk.after(89) == 0
    assert desk.after(2) == 1


def test_it_gives_up_at_last_and_says_so(desk: Desk) -> None:
    desk.sender.problems = [DeliveryFailed("down", permanent=False)] * (MOST_ATTEMPTS + 5)
    desk.owe("k1")
    desk.outbox.deliver_due()
    for _ in range(MOST_ATTEMPTS + 3):
        desk.after(601)
    assert desk.outcome("k1").outcome == "dead"
    assert desk.outcome("k1").attempts == MOST_ATTEMPTS


def test_a_channel_that_is_not_in_the_settings_is_named_in_its_dead_letter(desk: Desk) -> None:
    desk.owe("k1", channel="没有的群")
    desk.outbox.deliver_due()
    assert desk.outcome("k1").outcome == "dead"
    assert "没有的群" in desk.outcome("k1").detail


def test_a_senders_own_fault_loses_nothing_and_shows_no_address(desk: Desk) -> None:
    desk.sender.problems = [RuntimeError("http://secret.example/key")]
    desk.owe("k1")
    desk.outbox.deliver_due()
    assert "secret" not in desk.outcome("k1").detail
    assert desk.after(6) == 1


def test_what_a_dead_process_had_claimed_comes_back(desk: Desk) -> None:
    desk.owe("k1")
    assert [n.key for n in desk.log.claim(now=NOW, claim_s=60)] == ["k1"]  # and the process is killed here
    assert desk.after(30) == 0
    assert desk.after(31) == 1
    assert desk.sender.sent == ["k1"]


def test_one_broken_channel_does_not_hold_up_another(desk: Desk) -> None:
    broken = Sender(name="坏", problems=[DeliveryFailed("down", permanent=False)] * 9)
    desk.outbox.notifiers = {"群": desk.sender, "坏": broken}
    desk.owe("b1", "b2", channel="坏")
    desk.owe("k1")
    assert desk.outbox.deliver_due() == 1
    assert desk.sender.sent == ["k1"]


@pytest.mark.parametrize(("kind", "a_minute"), [("wecom", 18), ("slack", 61)])
def test_a_storm_keeps_to_the_channels_rate_and_loses_nothing(kind: str, a_minute: int, desk: Desk) -> None:
    desk.sender.kind = kind
    keys = [f"k{n:03}" for n in range(60)]
    desk.owe(*keys)
    desk.outbox.deliver_due()
    times = [0.0] * len(desk.sender.sent)
    while len(desk.sender.sent) < 60 and desk.real[0] < 1200:
        before = len(desk.sender.sent)
        desk.after(2.0)
        times += [desk.real[0]] * (len(desk.sender.sent) - before)
    assert sorted(desk.sender.sent) == keys
    for second in range(int(times[-1])):
        assert sum(second <= t < second + 60 for t in times) <= a_minute


def test_in_a_fast_clock_pauses_are_still_real_seconds(desk: Desk) -> None:
    desk.clock.speed = 30.0
    desk.sender.problems = [DeliveryFailed("busy", permanent=False)]
    desk.owe("k1")
    desk.outbox.deliver_due()
    desk.clock.at += timedelta(seconds=149)
    assert desk.outbox.deliver_due() == 0
    desk.clock.at += timedelta(seconds=2)
    assert desk.outbox.deliver_due() == 1


def test_a_bucket_fills_again_but_never_over_its_brim() -> None:
    bucket = Bucket(rate=1.0, most=2.0)
    assert [bucket.wait_s(100.0) for _ in range(4)] == [0.0, 0.0, 1.0, 2.0]
    assert bucket.wait_s(101.0) == 0.0
    assert [bucket.wait_s(900.0) for _ in range(3)] == [0.0, 0.0, 1.0]
