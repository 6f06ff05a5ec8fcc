"""The small seams that several stories share, and that `index/tables` and `tingchao` fill."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from domain.documents import ComplaintStep
from domain.engagement import HotRecord, Look, Repost
from domain.feeds import SourceStatus
from domain.watches import Watch


class Watches(Protocol):
    """The watches as people edit them."""

    def list(self) -> list[Watch]:
        """All, in the order in which they were made."""
        ...

    def get(self, name: str) -> Watch | None:
        """One by name; None if unknown."""
        ...

    def save(self, watch: Watch) -> None:
        """Insert, or replace the one with this name."""
        ...

    def remove(self, name: str) -> bool:
        """Take it away with its counts. False if unknown."""
        ...


class Sources(Protocol):
    """The sources, whether they are on, and how they answer."""

    def all(self) -> list[SourceStatus]:
        """All known sources by name."""
        ...

    def get(self, name: str) -> SourceStatus | None:
        """One by name; None if unknown."""
        ...

    def switch(self, name: str, *, on: bool, reason: str) -> None:
        """Switch it; the reason is kept and audited."""
        ...


class DemoControls(Protocol):
    """The handles of the pretended world; absent outside the demo."""

    def play(self, script: str) -> str:
        """Start `severe wave promotion session-death captcha price-drop`, or `restore` a dead session. Returns a Chinese sentence."""
        ...

    def state(self) -> dict[str, Any]:
        """Clock, speed, running scripts."""
        ...

    def messages(self, *, since: int = 0) -> Sequence[dict[str, Any]]:
        """Messages that the local sink received: channel, title, text, payload, world_time (ISO), real_time (ISO)."""
        ...

    def first_page(self) -> None:
        """A person has seen the first page: the first script may start soon."""
        ...


class Jobs(Protocol):
    """Every periodic job, as its process last wrote it."""

    def all(self) -> list[dict[str, Any]]:
        """name, next, last (aware UTC or None), misfires, last_error."""
        ...


class Engagement(Protocol):
    """How posts are passed on, look by look."""

    def looks(self, documents: Sequence[str]) -> dict[str, list[Look]]:
        """Looks per document, oldest first; one without any is left out."""
        ...

    def of_watch(
        self, watch: str, *, since: datetime, until: datetime, negative: bool | None = None
    ) -> list[tuple[datetime, Look]]:
        """(publishing time, look) of a watch's posts by time of the look, oldest first. [since, until)."""
        ...

    def reposts_of(self, parent: str, *, limit: int = 500) -> list[Repost]:
        """Known reposts of a post, oldest first."""
        ...


class Complaints(Protocol):
    """How complaints went."""

    def steps(self, ids: Sequence[str]) -> Mapping[str, list[ComplaintStep]]:
        """Document id → its statuses, earliest first; documents without any are left out."""
        ...


class HotTopics(Protocol):
    """Lines of hot-search lists."""

    def since(self, moment: datetime, *, source: str = "weibo") -> list[HotRecord]:
        """Topics seen at or after a moment, best rank first."""
        ...

    def sightings(self, title: str, *, source: str = "weibo") -> list[tuple[datetime, int, int | None]]:
        """(when, rank, heat) of one topic, oldest first."""
        ...
