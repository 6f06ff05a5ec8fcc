"""Which posts are pictured, and what the evidence of a document says of itself."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from crawlers.archive import Archive
from crawlers.sites.adapter import RawPage
from domain.alerts import AlertKind
from domain.errors import InvalidInput
from flows.evidence import PER_ALERT, EvidenceRoom
from index.tables.evidence import Proof
from index.tables.screenshots import Screenshot

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@attrs.define
class Rows:
    """Alerts, ledger, proofs and pictures as the room asks for them."""

    alerts: list[Any] = attrs.field(factory=list)
    proofs: list[Proof] = attrs.field(factory=list)
    shots: list[Screenshot] = attrs.field(factory=list)

    def open(self) -> list[Any]:
        return self.alerts

    def get(self, ids: Any) -> list[Any]:
        return [
            SimpleNamespace(id=i, source=i.split(":")[0], url=f"https://m.weibo.cn/detail/{i[-2:]}", published_at=NOW + timedelta(minutes=int(i[-2:])))
            for i in ids
        ]  # fmt: skip

    def of(self, wanted: Any) -> Any:
        if isinstance(wanted, str):
            return [p for p in self.proofs if p.document == wanted]
        ids = set(wanted)
        return [s for s in self.shots if s.document in ids]


def alert(id_: str, *documents: str, kind: AlertKind = AlertKind.SEVERE) -> Any:
    return SimpleNamespace(id=id_, kind=kind, document_ids=documents)


def posts(*numbers: int, site: str = "weibo") -> list[str]:
    return [f"{site}:{n:02}" for n in numbers]


def shot(document: str, file: str = "x.png", sha256: str = "0" * 64) -> Screenshot:
    return Screenshot(document=document, taken_at=NOW, alert="a", file=file, sha256=sha256, url="https://m.weibo.cn/")


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
def room(rows: Rows, tmp_path: Path) -> EvidenceRoom:
    every: Any = rows
    return EvidenceRoom(
        alerts=every, ledger=every, proofs=every, screenshots=every, archive=Archive(tmp_path / "archive"), folder=tmp_path
    )  # fmt: skip


def wanted(room: EvidenceRoom, limit: int = 10, **more: Any) -> list[str]:
    return [w.document for w in room.wanted(sources=["weibo"], limit=limit, **more)]


def test_the_first_posts_of_each_incident_come_first(room: EvidenceRoom, rows: Rows) -> None:
    rows.alerts = [alert("a", *posts(5, 1, 3)), alert("b", *posts(7, 2))]
    assert wanted(room) == posts(1, 2, 3, 7, 5)
    assert wanted(room, 2) == posts(1, 2)


def test_what_is_pictured_given_up_or_closed_to_us_is_left_out(room: EvidenceRoom, rows: Rows) -> None:
    rows.alerts = [alert("a", *posts(1, 2, 3), *posts(4, site="jd"))]
    rows.shots = [shot("weibo:01")]
    assert wanted(room, skip=["weibo:02"]) == posts(3)


def test_price_and_feed_alerts_have_no_posts_and_a_long_incident_only_its_beginning(
    room: EvidenceRoom, rows: Rows
) -> None:
    rows.alerts = [alert("p", *posts(1), kind=AlertKind.PRICE), alert("s", *posts(*range(2, 40)), kind=AlertKind.SURGE)]
    assert wanted(room, 100) == posts(*range(2, 2 + PER_ALERT))


def test_a_post_of_two_incidents_is_pictured_once(room: EvidenceRoom, rows: Rows) -> None:
    rows.alerts = [alert("a", *posts(1)), alert("b", *posts(1))]
    assert wanted(room) == posts(1)


def test_evidence_says_whether_it_is_whole(room: EvidenceRoom, rows: Rows, tmp_path: Path) -> None:
    page = RawPage(url="https://m.weibo.cn/api", body=b"{}", seen_at=NOW)
    kept = room.archive.write("weibo", page)
    room.archive.close()
    rows.proofs = [
        Proof(document="weibo:1", archive=kept.id, sha256=kept.sha256, url=page.url, seen_at=NOW),
        Proof(document="weibo:1", archive="urn:tingchao:gone.warc.gz:0", sha256="1" * 64, url=page.url, seen_at=NOW - timedelta(days=40)),
    ]  # fmt: skip
    (tmp_path / "p.png").write_bytes(b"png")
    rows.shots = [shot("weibo:1", "p.png", hashlib.sha256(b"png").hexdigest())]
    gone, answer, picture = room.of("weibo:1")
    assert (gone.intact, gone.size_bytes) == (None, None)
    assert "no archived answer" in gone.problem
    assert (answer.intact, answer.size_bytes, room.read(answer)) == (True, 2, b"{}")
    assert (picture.kind, room.read(picture)) == ("screenshot", b"png")
    with pytest.raises(InvalidInput, match="no archived answer"):
        room.read(gone)
    (tmp_path / "p.png").write_bytes(b"changed")
    changed = room.of("weibo:1")[-1]
    assert changed.intact is False
    with pytest.raises(InvalidInput, match="no longer those of"):
        room.read(changed)
    assert room.picture_file("weibo:1", changed.sha256) == tmp_path / "p.png"
    assert room.picture_file("weibo:2", changed.sha256) is None
