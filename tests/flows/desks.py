"""A real desk in a temporary folder, over tables and an index on disk, with invented documents and a clock moved by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs

from domain.analysis import AspectOpinion, Polarity
from domain.documents import Kind, StoredDocument
from domain.watches import Watch
from flows.collect import Ingest, Reader
from flows.copies import Copies
from flows.desk import Desk
from index.store import Batch
from nlp.normalize import normalize
from tingchao.folders import Folder
from tingchao.settings import FILE
from tingchao.wiring import House, opened

NOW = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)
"""14:00 in Shanghai."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SETTINGS = """
[channels.duty]
kind = "webhook"
url_env = "TEST_HOOK_URL"
"""


@attrs.define
class HandClock:
    """Product time that a test moves."""

    at: datetime = NOW
    speed: float = 0.0

    def now(self) -> datetime:
        return self.at

    def real_seconds(self, duration: timedelta) -> float:
        return 0.0


class NoReader:
    """Stands where nothing is read: the documents of these tests are analysed by their author."""

    def analyze_many(self, readings: Any) -> list[Any]:
        assert not readings
        return []


@attrs.define(kw_only=True)
class Rig:
    """One installation under test."""

    house: House
    clock: HandClock
    stored: int = 0

    @property
    def desk(self) -> Desk:
        return self.house.desk

    def ingest(self, reader: Reader | None = None) -> Ingest:
        desk = self.desk
        return Ingest(
            inbox=self.house.inbox,
            reader=reader or NoReader(),
            copies=Copies(ledger=desk.ledger),
            ledger=desk.ledger,
            documents=desk.documents,
            watches=desk.watches,
            clock=self.clock,
        )

    def store(self, *documents: StoredDocument) -> None:
        """Commit to the ledger and bring the index up to it."""
        self.stored += 1
        batch = Batch(receipt=f"batch{self.stored}", documents=documents)
        self.desk.ledger.store(batch, self.desk.watches.list(), now=self.clock.now())
        self.ingest().follow()

    def watch(self, name: str = "岚川", **fields: Any) -> Watch:
        watch = Watch(**{"name": name, "brand": name, **fields})
        self.desk.watch_list.save(watch)
        return watch


@contextmanager
def rig(path: Path) -> Iterator[Rig]:
    """Open an empty installation in a folder, for writing."""
    clock = HandClock()
    path.mkdir(parents=True, exist_ok=True)
    (path / FILE).write_text(SETTINGS, "utf-8")
    with opened(Folder(path=path), writer=True, clock=clock) as house:
        yield Rig(house=house, clock=clock)


def document(number: int | str = 1, text: str = "岚川热水器用了两天就漏水", **changes: Any) -> StoredDocument:
    """A sure negative review of the invented brand 岚川, a minute older for each number; `changes` are fields."""
    sentiment = Polarity(changes.pop("sentiment", "negative"))
    sign = {"negative": -0.8, "neutral": 0.0, "positive": 0.8}[sentiment.value]
    age = number * MINUTE if isinstance(number, int) else MINUTE
    fields: dict[str, Any] = {
        "id": f"jd:{number}",
        "source": "jd",
        "kind": Kind.REVIEW,
        "text": text,
        "normalized": normalize(text),
        "published_at": NOW - age,
        "seen_at": NOW - age + timedelta(seconds=30),
        "author": f"author{number}",
        "brands": ("岚川",),
        "category": "热水器",
        "sentiment": sentiment,
        "score": sign,
        "p_negative": 0.9 if sign < 0 else 0.05,
        "cluster": f"c{number}",
        "analyzer": "test-1",
    }
    return StoredDocument(**{**fields, **changes})


def opinion(aspect: str, clause: str = "用了两天就漏水", polarity: str = "negative") -> AspectOpinion:
    return AspectOpinion(aspect=aspect, polarity=Polarity(polarity), opinion=clause, start=0, end=len(clause))
