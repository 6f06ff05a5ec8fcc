"""A page that many screens poll, computed once for all of them and no more often than it can change."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Fresh(Generic[T]):
    """Remembers what `read` gave for a key for a short while; askers for the same key share one reading."""

    def __init__(
        self, read: Callable[[str], T], *, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """seconds: real time for which an answer stays good."""
        self._read, self._seconds, self._clock = read, seconds, clock
        self._kept: dict[str, tuple[float, T]] = {}
        self._lock = threading.Lock()

    def __call__(self, key: str) -> T:
        """The answer for a key, at most `seconds` old. Raises what `read` raises."""
        with self._lock:
            kept = self._kept.get(key)
            if kept and self._clock() - kept[0] < self._seconds:
                return kept[1]
            answer = self._read(key)
            self._kept = {key: (self._clock(), answer)} if len(self._kept) > 50 else self._kept
            self._kept[key] = (self._clock(), answer)
            return answer
