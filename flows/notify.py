"""The outbox: takes notices that are owed, sends each over its channel, and writes what became of it."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

import attrs

from alerts.notifiers.notifier import Notifier
from domain.alerts import Delivery, Notice
from domain.errors import DeliveryFailed
from domain.times import Clock
from index.store import AlertLog

FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 600.0
JITTER: Final = 0.2
MOST_ATTEMPTS: Final = 40
"""About six hours of trying, then the letter is dead and shown."""
CLAIM_S: Final = 60.0
AT_ONCE: Final = 20
RATES: Final[Mapping[str, tuple[float, float]]] = {
    "wecom": (15 / 60, 3.0),  # 20 in any minute are allowed: never more than 18
    "slack": (1.0, 1.0),
}
"""Kind → (messages a second, most at once). Real seconds."""
OTHER_RATE: Final = (5.0, 5.0)

log = logging.getLogger(__name__)


@attrs.define(kw_only=True, eq=False)
class Bucket:
    """Tokens of one channel: each message takes one, and they come back at a steady rate."""

    rate: float
    """Tokens a second."""
    most: float
    _tokens: float = attrs.field(init=False)
    _at: float = attrs.field(default=0.0, init=False)
    _last_place: float = attrs.field(default=0.0, init=False)

    def __attrs_post_init__(self) -> None:
        """Full at the start."""
        self._tokens = self.most

    def wait_s(self, now_s: float) -> float:
        """Take a token if there is one and return 0, else the seconds until this message's place in the queue."""
        self._tokens = min(self.most, self._tokens + max(now_s - self._at, 0.0) * self.rate)
        self._at = now_s
        if self._tokens >= 1.0 - 1e-9:
            self._tokens -= 1.0
            return 0.0
        # one place each: were all to come back for the next token, all but one would wait and be written again
        self._last_place = max(now_s + (1.0 - self._tokens) / self.rate, self._last_place + 1.0 / self.rate)
        return self._last_place - now_s


@attrs.define(kw_only=True, eq=False)
class Outbox:
    """Sends what is owed. A notice leaves the queue only when its channel took it or will never take it."""

    alerts: AlertLog
    notifiers: Mapping[str, Notifier]
    """By channel name."""
    clock: Clock
    chance: Callable[[], float] = random.random
    """0 … 1, for jitter."""
    real_s: Callable[[], float] = time.monotonic
    """Real seconds, for rates."""
    _buckets: dict[str, Bucket] = attrs.field(factory=dict, init=False)

    def deliver_due(self) -> int:
        """Send everything that is due and that the channels' rates allow. Returns how many were delivered."""
        delivered = 0
        while notices := self.alerts.claim(now=self.clock.now(), limit=AT_ONCE, claim_s=CLAIM_S):
            ready = [notice for notice in notices if self._may_send(notice)]
            if not ready:
                break  # the rest waits for its channels
            delivered += self._send_all(ready)
        return delivered

    def _may_send(self, notice: Notice) -> bool:
        """Is there a token for its channel? If not, it goes back with the time at which there will be one."""
        notifier = self.notifiers.get(notice.channel)
        if notifier is None:
            return True
        rate, most = RATES.get(notifier.kind, OTHER_RATE)
        bucket = self._buckets.setdefault(notice.channel, Bucket(rate=rate, most=most))
        wait_s = bucket.wait_s(self.real_s())
        if wait_s == 0.0:
            return True
        waiting = Delivery(
            key=notice.key,
            channel=notice.channel,
            attempts=self._attempts(notice),
            outcome="waiting",
            detail="渠道限速，排队中",
            created_at=notice.created_at,
        )
        self.alerts.settle(waiting, next_try=self._after(wait_s))
        return False

    def _send_all(self, notices: list[Notice]) -> int:
        """A slow channel delays no other: each channel sends in a thread of its own, in order; results are written here."""
        by_channel: dict[str, list[Notice]] = {}
        for notice in notices:
            by_channel.setdefault(notice.channel, []).append(notice)
        delivered = 0
        with ThreadPoolExecutor(max_workers=len(by_channel)) as pool:
            for tries in pool.map(self._send_in_order, by_channel.values()):
                for notice, began, problem in tries:
                    delivered += self._settle(notice, began, problem)
        return delivered

    def _send_in_order(self, notices: list[Notice]) -> list[tuple[Notice, datetime, DeliveryFailed | None]]:
        return [(notice, self.clock.now(), self._send(notice)) for notice in notices]

    def _send(self, notice: Notice) -> DeliveryFailed | None:
        """None = the channel took it."""
        notifier = self.notifiers.get(notice.channel)
        if notifier is None:
            return DeliveryFailed(f"设置中没有名为 {notice.channel} 的渠道，或缺少它的密钥", permanent=True)
        try:
            notifier.send(notice)
        except DeliveryFailed as problem:
            return problem
        except Exception as error:  # a sender's own fault must not lose the notice; its text may hold an address
            return DeliveryFailed(f"sender failed: {type(error).__name__}", permanent=False)
        return None

    def _settle(self, notice: Notice, began: datetime, problem: DeliveryFailed | None) -> int:
        attempts = self._attempts(notice) + 1
        dead = problem is not None and (problem.permanent or attempts >= MOST_ATTEMPTS)
        outcome = "delivered" if problem is None else "dead" if dead else "retry"
        now = self.clock.now()
        delivery = Delivery(
            key=notice.key,
            channel=notice.channel,
            attempts=attempts,
            outcome=outcome,
            detail="" if problem is None else str(problem),
            created_at=notice.created_at,
            sent_at=began,
            delivered_at=now if problem is None else None,
        )
        wait = self._pause_s(attempts, problem) if problem is not None and not dead else None
        self.alerts.settle(delivery, next_try=None if wait is None else self._after(wait))
        log.log(
            logging.INFO if problem is None else logging.WARNING,
            "notice key=%s channel=%s outcome=%s attempts=%d detail=%s",
            notice.key, notice.channel, outcome, attempts, delivery.detail,
        )  # fmt: skip
        return int(problem is None)

    def _attempts(self, notice: Notice) -> int:
        """Tries so far."""
        tried = self.alerts.deliveries(notice.alert_id)
        return next((delivery.attempts for other, delivery in tried if other.key == notice.key), 0)

    def _pause_s(self, attempts: int, problem: DeliveryFailed) -> float:
        """Real seconds until the next try: what the channel asks for, else doubling with jitter."""
        doubling = min(FIRST_PAUSE_S * 2.0 ** min(attempts - 1, 20), LONGEST_PAUSE_S)
        pause = doubling * (1 + JITTER * (2 * self.chance() - 1))
        return pause if problem.retry_after_s is None else max(problem.retry_after_s, 0.1)

    def _after(self, real_seconds: float) -> datetime:
        """Product time after so many real seconds; a clock that stands still counts as a real one."""
        return self.clock.now() + timedelta(seconds=real_seconds * (self.clock.speed or 1.0))
