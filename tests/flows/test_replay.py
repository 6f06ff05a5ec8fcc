"""The past read again: what differs is counted by kind, handed over only where asked, and never over a newer look."""

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta

import attrs
import pytest

from crawlers.archive import Archive
from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage, Stats
from domain.documents import Post
from domain.feeds import Outcome, PageSeen
from domain.watches import Watch
from flows.collect import Reader
from flows.replay import PageType, Replay, row_of
from index.tables.recorded import Records
from nlp.normalize import mask
from tests.flows.desks import HOUR, NOW, Rig


@attrs.frozen(kw_only=True)
class Pond:
    """An invented site whose answers are JSON; `mended` reads what the first parser did not."""

    mended: bool = False
    name: str = "pond"
    hosts: tuple[str, ...] = ("pond.example",)

    def first_pages(self, watch: Watch) -> Iterable[PageRequest]:
        return ()

    def page_of(self, url: str) -> str | None:
        return "list"

    def parse(self, page: RawPage) -> ParsedPage:
        data = json.loads(page.body)
        if data.get("new_shape") and not self.mended:
            return ParsedPage(site="pond", page="list", outcome=Outcome.CHANGED, reason="no list")
        posts = [self._post(row, page) for row in data["list"] if self.mended or not row.get("hidden")]
        outcome = Outcome.OK if posts else Outcome.EMPTY
        stats = Stats(total=data["total"], subject="漏水") if "total" in data else None
        return ParsedPage(site="pond", page="list", outcome=outcome, documents=tuple(posts), stats=stats)

    def _post(self, row: dict[str, object], page: RawPage) -> Post:
        likes = int(str(row["likes"])) if self.mended and "likes" in row else None
        published = NOW - timedelta(hours=9, minutes=int(str(row.get("at", 0))))
        return Post(id=f"pond:{row['id']}", source="pond", text=str(row["text"]), published_at=published, seen_at=page.seen_at, author="a", likes=likes)  # fmt: skip


@attrs.define(kw_only=True)
class Past:
    """A crawl of the pond, as it went through archive, inbox and ledger."""

    here: Rig
    reader: Reader
    archive: Archive = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.archive = Archive(self.here.house.folder.archive)

    def seen(self, hours: float, **answer: object) -> str:
        page = RawPage(url="https://pond.example/l?uid=1234567890", body=json.dumps(answer, ensure_ascii=False).encode(), seen_at=NOW - timedelta(hours=hours))  # fmt: skip
        kept, parsed = self.archive.write("pond", page), Pond().parse(page)
        line = PageSeen(
            source="pond", page="list", url=page.url, outcome=parsed.outcome, items=len(parsed.documents),
            seen_at=page.seen_at, archive=kept.id, sha256=kept.sha256, document_ids=tuple(d.id for d in parsed.documents),
        )  # fmt: skip
        self.here.house.inbox.put("pond", [*parsed.documents, line])
        self.store()
        return kept.id

    def store(self) -> None:
        self.here.ingest(self.reader).drain()

    def again(self, *, mended: bool = True, store: bool = False, **span: object) -> PageType:
        replay = Replay(
            archive=self.archive,
            adapters={"pond": Pond(mended=mended)},
            records=Records(self.here.house.engine),
            ledger=self.here.desk.ledger,
            inbox=self.here.house.inbox,
            mask=mask,
        )
        told: list[str] = []
        (kind,) = replay.run("pond", store=store, told=told.append, **span)  # type: ignore[arg-type]  # since, until
        assert not told
        return kind


@pytest.fixture
def past(here: Rig, reader: Reader) -> Iterator[Past]:
    opened = Past(here=here, reader=reader)
    yield opened
    opened.archive.close()


ONE = {"id": 1, "text": "用了两天就漏水，电话 13812345678"}
TWO = {"id": 2, "text": "安装师傅多收了支架费", "hidden": True, "likes": "7"}


def test_the_same_parser_finds_the_same_masked_text_included(past: Past) -> None:
    past.seen(3, list=[ONE])
    past.seen(2, list=[])
    kind = past.again(mended=False)
    assert (kind.answers, kind.same) == (2, 2)
    assert row_of(kind)["changed"] == {}


def test_what_a_mended_parser_reads_is_counted_by_kind_with_examples(past: Past) -> None:
    past.seen(5, list=[ONE])
    past.seen(4, list=[ONE, TWO])
    past.seen(3, list=[TWO], new_shape=True)
    kind = past.again()
    assert (kind.answers, kind.same, kind.more, kind.other_outcome) == (3, 1, 1, 1)
    assert dict(kind.outcomes) == {"changed → ok": 1}
    assert (kind.new, kind.gone) == (2, 0)
    assert kind.examples["new"] == ["pond:2"]
    assert kind.same + kind.more + kind.fewer + kind.other_items + kind.other_outcome + kind.unrecorded == kind.answers
    assert past.here.desk.ledger.get(["pond:2"]) == []


def test_store_hands_over_what_differs_once_with_the_time_at_which_it_was_seen(past: Past) -> None:
    past.seen(4, list=[ONE, TWO])
    assert past.again(store=True).stored == 1
    past.store()
    (two,) = past.here.desk.ledger.get(["pond:2"])
    assert (two.likes, two.seen_at) == (7, NOW - 4 * HOUR)
    again = past.again(store=True)
    assert (again.same, again.stored) == (1, 0)
    lines = past.here.desk.sources.pages("pond", since=NOW - 9 * HOUR, until=NOW)  # type: ignore[attr-defined]
    assert [(line.items, line.url) for line in lines] == [(2, "https://pond.example/l?uid=_")]


def test_a_newer_look_is_never_overwritten_by_an_older_answer(past: Past) -> None:
    past.seen(9, list=[{"id": 1, "text": "旧的说法：用了两天就漏水", "likes": "3"}, TWO])
    past.seen(2, list=[{"id": 1, "text": "改过的说法：三天才漏水，已经换货"}])
    past.again(store=True)
    past.store()
    one, two = past.here.desk.ledger.get(["pond:1", "pond:2"])
    assert one.text.startswith("改过的说法")
    assert one.likes is None
    assert two.likes == 7


def test_a_field_that_is_read_otherwise_is_named_and_a_lost_document_stays(past: Past) -> None:
    past.seen(4, list=[{"id": 3, "text": "噪音太大", "likes": "12"}])
    kind = past.again()
    assert dict(kind.changed) == {"likes": 1}
    assert kind.examples["likes"] == ["pond:3"]
    assert kind.other_items == 1
    past.again(store=True)
    past.store()
    lost = past.again(mended=False)
    assert (lost.gone, lost.same) == (0, 1)  # silence about likes takes nothing away


def test_what_the_ledger_keeps_of_several_looks_is_no_difference(past: Past) -> None:
    """A list's preview after the whole text, and a publishing time that another look knew better."""
    past.seen(5, list=[{"id": 4, "text": "用了两天就漏水，客服一直不处理，最后找了消协才退款", "at": 60}])
    past.seen(3, list=[{"id": 4, "text": "用了两天就漏水，客服一直...", "at": 58}])
    kind = past.again(mended=False)
    assert (kind.same, dict(kind.changed)) == (2, {})


def test_only_the_span_that_is_asked_for(past: Past) -> None:
    for hours in (9, 5, 1):
        past.seen(hours, list=[ONE])
    assert past.again(since=NOW - 6 * HOUR).answers == 2
    assert past.again(since=NOW - 6 * HOUR, until=NOW - 2 * HOUR).answers == 1


def test_an_answer_whose_line_is_gone_is_told_and_can_be_stored(past: Past) -> None:
    page = RawPage(url="https://pond.example/l", body=json.dumps({"list": [ONE]}).encode(), seen_at=NOW - HOUR)
    past.archive.write("pond", page)
    past.archive.sync()
    assert past.again(store=True).unrecorded == 1
    past.store()
    assert past.again().same == 1
    assert len(past.here.desk.ledger.get(["pond:1"])) == 1
