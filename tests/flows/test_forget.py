"""Deletion on request: out of everything, counted, and not taken in again."""

from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from alerts.notices import compose
from crawlers.archive import Archive
from crawlers.sites.adapter import RawPage
from domain.alerts import Alert, AlertKind, NoticeReason
from domain.errors import InvalidInput
from domain.feeds import Outcome, PageSeen
from flows.forget import Forget
from index.store import Batch
from index.tables import Evidence
from index.tables.forgetting import REMOVED
from index.tables.schema import engagement, reposts
from index.tables.screenshots import Screenshot, Screenshots
from tests.flows.desks import NOW, Rig, document

AUTHOR = "0123456789abcdef"


@pytest.fixture
def request_(here: Rig) -> Forget:
    return here.house.forget(settled=lambda: None)


def filled(here: Rig) -> tuple[list[str], Path]:
    """Three posts of one author and one of another, with answers, a picture, counts, a repost and an alert."""
    rows = [document(n, f"第 {n} 条：热水器用了两天就漏水，客服一直不处理", author=AUTHOR if n < 4 else "f" * 16) for n in (1, 2, 3, 4)]  # fmt: skip
    here.watch(channels=("duty",))
    here.store(*rows)
    folder, engine = here.house.folder, here.house.engine
    with Archive(folder.archive) as archive:
        kept = [
            archive.write("jd", RawPage(url="https://a.example", body=f"raw {n}".encode(), seen_at=NOW)) for n in (1, 4)
        ]
    lines = [
        PageSeen(source="jd", page="reviews", url="https://a.example", outcome=Outcome.OK, seen_at=NOW, archive=k.id, sha256=k.sha256, document_ids=ids)
        for k, ids in zip(kept, (("jd:1", "jd:2"), ("jd:4",)), strict=True)
    ]  # fmt: skip
    here.desk.ledger.store(Batch(receipt="pages", pages=tuple(lines)), [], now=NOW)
    picture = folder.evidence / "jd" / "1.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"png")
    Screenshots(engine).add(
        Screenshot(document="jd:1", taken_at=NOW, alert="a1", file="jd/1.png", sha256="0" * 64, url="u")
    )
    with engine.begin() as connection:
        connection.execute(engagement.insert(), [{"document": "jd:1", "seen_at": NOW, "likes": 3}])
        connection.execute(reposts.insert(), [{"child": "jd:9", "parent": "jd:2", "author": "e" * 16, "at": NOW}])
    alert = Alert(id="a1", kind=AlertKind.SURGE, watch="岚川", opened_at=NOW, document_ids=("jd:1", "jd:4"))
    notice = compose(alert, NoticeReason.FIRST, channel="duty", now=NOW, documents=(rows[0], rows[3]))
    here.desk.alerts.save(alert, [notice], action="opened")
    return [k.id for k in kept], picture


def test_an_author_goes_out_of_everything_and_the_rest_stays(here: Rig, request_: Forget) -> None:
    kept, picture = filled(here)
    done = request_.author(AUTHOR, by="运维", reason="本人要求")
    here.ingest().follow()
    assert done.removed == {
        "documents": 3, "archived_answers": 1, "screenshot_files": 1, "screenshots": 1, "evidence": 2,
        "engagement": 1, "reposts": 1, "alerts": 1, "quotes": 1,
    }  # fmt: skip
    assert [d.id for d in here.desk.ledger.get(["jd:1", "jd:2", "jd:3", "jd:4"])] == ["jd:4"]
    assert here.desk.search.count("漏水") == 1
    assert here.desk.search.count(f'author:"{AUTHOR}"') == 0
    archive = Archive(here.house.folder.archive)
    with pytest.raises(InvalidInput, match="taken out"):
        archive.read_back(kept[0])
    assert archive.read_back(kept[1]).body == b"raw 4"
    assert not picture.exists()
    assert Evidence(here.house.engine).of("jd:1") == []
    assert len(Evidence(here.house.engine).of("jd:4")) == 1
    ((notice, _),) = here.desk.alerts.deliveries("a1")
    told = "\n".join(notice.lines)
    assert REMOVED in told
    assert "第 1 条" not in told
    assert "第 4 条" in told
    alert = here.desk.alerts.get("a1")
    assert alert is not None
    assert alert.document_ids == ("jd:4",)
    counts = here.desk.ledger.counts("岚川", since=NOW - timedelta(days=1), until=NOW)
    assert sum(t.total for ticks in counts.values() for t in ticks) == 1


def test_what_was_forgotten_is_not_taken_in_again_by_crawl_or_import(here: Rig, request_: Forget) -> None:
    here.store(document(1, author=AUTHOR), document(5))
    request_.author(AUTHOR)
    request_.document("jd:5")
    here.store(document(1, author=AUTHOR), document(2, author=AUTHOR), document(5), document(6))
    page = PageSeen(source="jd", page="reviews", url="u", outcome=Outcome.OK, seen_at=NOW, archive="urn:x:0", sha256="f", document_ids=("jd:2", "jd:5", "jd:6"))  # fmt: skip
    here.desk.ledger.store(Batch(receipt="again", documents=(document(2, author=AUTHOR),), pages=(page,)), [], now=NOW)
    assert [d.id for d in here.desk.ledger.get(["jd:1", "jd:2", "jd:5", "jd:6"])] == ["jd:6"]
    evidence = Evidence(here.house.engine)
    assert [bool(evidence.of(i)) for i in ("jd:2", "jd:5", "jd:6")] == [False, False, True]


def test_one_document_goes_alone(here: Rig, request_: Forget) -> None:
    here.store(document(1, author=AUTHOR), document(2, author=AUTHOR))
    assert request_.document("jd:1").removed == {"documents": 1}
    assert [d.id for d in here.desk.ledger.get(["jd:1", "jd:2"])] == ["jd:2"]


def test_every_request_stands_in_the_audit_and_a_repeated_one_adds_up(here: Rig, request_: Forget) -> None:
    here.store(document(1, author=AUTHOR))
    request_.author(AUTHOR, by="运维", reason="本人要求")
    request_.document("weibo:7", reason="法院通知")
    again = request_.author(AUTHOR)
    assert again.removed == {}
    first, second = sorted(request_.all(), key=lambda line: line.kind)
    assert (first.kind, first.value, first.removed) == ("author", AUTHOR, {"documents": 1})
    assert (second.value, second.reason, second.removed) == ("weibo:7", "法院通知", {})


def test_what_waits_in_the_inbox_is_settled_first(here: Rig) -> None:
    waiting = document(3, author=AUTHOR)
    settled: list[str] = []

    def settle() -> None:
        here.desk.ledger.store(Batch(receipt="late", documents=(waiting,)), [], now=NOW)
        settled.append("late")

    done = attrs.evolve(here.house.forget(settled=settle)).author(AUTHOR)
    assert settled
    assert here.desk.ledger.get(["jd:3"]) == []
    assert done.removed == {}


def test_a_damaged_inbox_file_that_names_the_document_goes_as_a_whole(here: Rig, request_: Forget) -> None:
    folder = here.house.folder.inbox / "quarantine"
    folder.mkdir()
    (folder / "a.jsonl").write_text('{"type":"review","value":{"id":"jd:1"')
    (folder / "b.jsonl").write_text("other")
    assert request_.document("jd:1").removed == {"quarantined_files": 1}
    assert [p.name for p in folder.iterdir()] == ["b.jsonl"]


@pytest.mark.parametrize("hash_", ["", "12", "0123456789ABCDEF", "ghijklmnopqrstuv"])
def test_what_is_no_hash_is_refused(request_: Forget, hash_: str) -> None:
    with pytest.raises(InvalidInput, match="no author hash"):
        request_.author(hash_)
    with pytest.raises(InvalidInput, match="no document id"):
        request_.document("jd")
