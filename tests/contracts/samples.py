"""Invented documents, notices and watches for the contracts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from domain.alerts import Alert, AlertKind, Notice, NoticeReason
from domain.analysis import Polarity
from domain.documents import Kind, StoredDocument
from domain.watches import Watch

START = datetime(2026, 1, 10, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def document(id_: str = "jd:1", text: str = "岚川空调漏水", **changes: Any) -> StoredDocument:
    """A sure negative review about the invented brand 岚川; `changes` are fields."""
    plain = StoredDocument(
        id=id_,
        source=id_.partition(":")[0],
        kind=Kind.REVIEW,
        text=text,
        normalized=text.lower(),
        tokens=tuple(text.lower().split()),
        published_at=START,
        seen_at=START + MINUTE,
        author=f"author-{id_}",
        brands=("岚川",),
        category="空调",
        sentiment=Polarity.NEGATIVE,
        score=-0.8,
        p_negative=0.9,
        analyzer="test-1",
    )
    return attrs.evolve(plain, **changes)


def watch(name: str = "岚川", **changes: Any) -> Watch:
    return attrs.evolve(Watch(name=name, brand=name), **changes)


def alert(id_: str = "a1", **changes: Any) -> Alert:
    return attrs.evolve(Alert(id=id_, kind=AlertKind.SURGE, watch="岚川", opened_at=START), **changes)


def notice(key: str = "k1", **changes: Any) -> Notice:
    plain = Notice(
        key=key,
        alert_id="a1",
        channel="值班",
        reason=NoticeReason.FIRST,
        title="岚川 漏水",
        lines=("一",),
        created_at=START,
    )
    return attrs.evolve(plain, **changes)
