"""From the inbox to the index: once and only once, whatever was killed in between."""

import attrs
import pytest

from domain.analysis import Polarity
from domain.documents import Passage, Review
from domain.errors import StoreUnavailable
from domain.feeds import FeedState, Outcome, PageSeen
from flows.collect import Ingest, Reader, whole_text
from index.elastic import Elastic
from index.query import Everything
from index.store import Batch
from tests.flows.desks import DAY, HOUR, MINUTE, NOW, Rig, document


def review(number: int, text: str = "岚川热水器用了两天就漏水，客服不理人", **changes: object) -> Review:
    plain = Review(
        id=f"jd:{number}",
        source="jd",
        text=text,
        published_at=NOW - number * MINUTE,
        seen_at=NOW,
        author=f"买家{number}",
        product="岚川 R5 燃气热水器",
        brand="岚川",
        rating=1,
    )
    return attrs.evolve(plain, **changes)  # type: ignore[arg-type]  # fields by name


def searchable(here: Rig) -> list[str]:
    return sorted(d.id for d in here.desk.documents.scan(Everything()))


def in_ledger(here: Rig) -> list[str]:
    return sorted(d.id for _, d in here.desk.ledger.since(0, limit=10_000))


def test_a_file_becomes_rows_that_are_read_masked_and_searchable(here: Rig, reader: Reader) -> None:
    here.watch()
    here.house.inbox.put("jd", [review(1, "岚川热水器漏水，联系我13912345678"), review(2, "岚川热水器很好用，安静")])
    assert here.ingest(reader).drain() == 1
    assert searchable(here) == in_ledger(here) == ["jd:1", "jd:2"]
    assert here.house.inbox.pending() == []
    first, _ = here.desk.ledger.get(["jd:1", "jd:2"])
    assert "13912345678" not in first.text + first.normalized
    assert first.author not in ("", "买家1")
    assert first.brands == ("岚川",)
    assert here.desk.search.count("漏水 brand:岚川") == 1
    counted = here.desk.ledger.counts("岚川", since=NOW - HOUR, until=NOW + HOUR)
    assert sum(t.total for t in counted["jd"]) == 2


def test_the_same_content_twice_stores_nothing_twice(here: Rig, reader: Reader) -> None:
    ingest = here.ingest(reader)
    for _ in range(2):
        here.house.inbox.put("jd", [review(1), review(2)])
        ingest.drain()
    assert searchable(here) == ["jd:1", "jd:2"]
    assert [d.version for d in here.desk.ledger.get(["jd:1", "jd:2"])] == [1, 1]


class KilledAtRemoval:
    """An inbox whose process dies before the file goes."""

    def __init__(self, inbox: object) -> None:
        self._inbox = inbox

    def __getattr__(self, name: str) -> object:
        return getattr(self._inbox, name)

    def remove(self, name: str) -> None:
        raise KeyboardInterrupt


def test_a_crash_between_commit_and_removal_stores_nothing_twice(here: Rig, reader: Reader) -> None:
    here.watch()
    here.house.inbox.put("jd", [review(1), review(2)])
    ingest = here.ingest(reader)
    with pytest.raises(KeyboardInterrupt):
        attrs.evolve(ingest, inbox=KilledAtRemoval(here.house.inbox)).drain()
    assert len(here.house.inbox.pending()) == 1
    assert in_ledger(here) == ["jd:1", "jd:2"]
    assert searchable(here) == []
    ingest.drain()
    assert here.house.inbox.pending() == []
    assert searchable(here) == in_ledger(here) == ["jd:1", "jd:2"]
    counted = here.desk.ledger.counts("岚川", since=NOW - HOUR, until=NOW + HOUR)
    assert sum(t.total for t in counted["jd"]) == 2


def test_a_crash_between_commit_and_index_is_caught_up_without_a_new_file(here: Rig, reader: Reader) -> None:
    name = here.house.inbox.put("jd", [review(1)])
    ingest = here.ingest(reader)
    assert ingest.take(name).stored == 1
    assert searchable(here) == []
    assert ingest.drain() == 0
    assert searchable(here) == ["jd:1"]
    assert here.desk.documents.sequence() == here.desk.ledger.last_sequence()


def test_a_crash_between_index_and_its_place_indexes_nothing_twice(here: Rig) -> None:
    here.store(document(1), document(2))
    here.desk.documents.advance(0)
    here.ingest().follow()
    assert searchable(here) == ["jd:1", "jd:2"]


def test_what_is_erased_leaves_the_index_too(here: Rig) -> None:
    here.store(*(document(n) for n in range(5)))
    assert here.desk.ledger.erase(ids=["jd:1", "jd:3"]) == ["jd:1", "jd:3"]
    assert here.ingest().follow() == 2
    assert searchable(here) == in_ledger(here) == ["jd:0", "jd:2", "jd:4"]
    assert here.desk.documents.sequence() == here.desk.ledger.last_sequence()
    assert here.ingest().follow() == 0


def test_an_erased_document_that_comes_again_is_searchable_again(here: Rig) -> None:
    here.store(document(1, likes=1))
    here.store(document(1, likes=2))
    here.desk.ledger.erase(ids=["jd:1"])
    here.store(document(1, "岚川热水器又漏水"))
    assert searchable(here) == ["jd:1"]
    assert here.desk.search.count("又漏水") == 1


@pytest.mark.parametrize("step", [1, 2, 3])
def test_catching_up_in_small_steps_ends_where_the_ledger_stands(here: Rig, step: int) -> None:
    ingest = attrs.evolve(here.ingest(), follow_rows=step)
    for round_ in range(4):
        some = tuple(document(n, likes=round_) for n in range(round_, round_ + 4))
        here.desk.ledger.store(Batch(receipt=str(round_), documents=some), (), now=NOW)
        if round_ == 1:
            ingest.follow()
        here.desk.ledger.erase(ids=[f"jd:{round_}", f"jd:{round_ + 2}"])
    ingest.follow()
    assert searchable(here) == in_ledger(here)
    assert here.desk.documents.sequence() == here.desk.ledger.last_sequence()


class ErasesBetween:
    """A ledger in which somebody erases and stores between two reads of the follower."""

    def __init__(self, here: Rig) -> None:
        self._here, self._done = here, False

    def __getattr__(self, name: str) -> object:
        return getattr(self._here.desk.ledger, name)

    def since(self, sequence: int, *, limit: int) -> object:
        rows = self._here.desk.ledger.since(sequence, limit=limit)
        self._interfere()
        return rows

    def erased_since(self, sequence: int, *, limit: int) -> object:
        rows = self._here.desk.ledger.erased_since(sequence, limit=limit)
        self._interfere()
        return rows

    def _interfere(self) -> None:
        if not self._done:
            self._done = True
            self._here.desk.ledger.erase(ids=["jd:1"])
            batch = Batch(receipt="between", documents=(document(9),))
            self._here.desk.ledger.store(batch, (), now=NOW)


def test_an_erasure_between_two_reads_is_not_passed_over(here: Rig) -> None:
    batch = Batch(receipt="first", documents=(document(1), document(2)))
    here.desk.ledger.store(batch, (), now=NOW)
    attrs.evolve(here.ingest(), ledger=ErasesBetween(here)).follow()
    here.ingest().follow()
    assert searchable(here) == in_ledger(here) == ["jd:2", "jd:9"]


def test_an_append_updates_its_review_and_is_no_new_one(here: Rig, reader: Reader) -> None:
    first = review(1, "岚川热水器目前还不错")
    added = attrs.evolve(first, append=Passage(text="用了一个月开始漏水", published_at=NOW + DAY), seen_at=NOW + DAY)
    ingest = here.ingest(reader)
    for each in (first, added):
        here.house.inbox.put("jd", [each])
        ingest.drain()
    (stored,) = here.desk.ledger.get(["jd:1"])
    assert stored.version == 2
    assert stored.seen_at == NOW
    assert stored.text == whole_text(added) == "岚川热水器目前还不错\n【追评】用了一个月开始漏水"
    assert searchable(here) == ["jd:1"]
    assert here.desk.search.count("漏水") == 1


def test_a_complaint_in_the_append_is_the_mood_of_the_review_however_warm_the_praise_before(
    here: Rig, reader: Reader
) -> None:
    warm = review(1, "水温稳，洗澡很舒服，推荐")
    later = attrs.evolve(warm, append=Passage(text="用了半个月打不着火，太失望了", published_at=NOW + DAY))
    content = attrs.evolve(warm, id="jd:2", append=Passage(text="用了半年，还是很满意", published_at=NOW + DAY))
    here.house.inbox.put("jd", [later, content])
    here.ingest(reader).drain()
    angry, happy = here.desk.ledger.get(["jd:1", "jd:2"])
    assert (angry.sentiment, happy.sentiment) == (Polarity.NEGATIVE, Polarity.POSITIVE)
    assert angry.p_negative > 0.9


def test_a_bad_answer_reaches_the_health_of_its_source_and_stores_no_document(here: Rig, reader: Reader) -> None:
    page = PageSeen(source="jd", page="reviews", url="https://item.jd.com/1.html", outcome=Outcome.CAPTCHA, seen_at=NOW)
    here.house.inbox.put("jd", [page])
    here.ingest(reader).drain()
    status = here.desk.sources.get("jd")
    assert status is not None
    assert status.state is FeedState.BLOCKED
    assert in_ledger(here) == searchable(here) == []


def test_a_damaged_line_is_set_aside_and_the_good_ones_are_stored(here: Rig, reader: Reader) -> None:
    name = here.house.inbox.put("jd", [review(1), review(2), review(3)])
    path = here.house.inbox.folder / name
    lines = path.read_bytes().split(b"\n")
    lines[2] = lines[2][:40]
    path.write_bytes(b"\n".join(lines))
    here.ingest(reader).drain()
    assert in_ledger(here) == ["jd:1", "jd:3"]
    assert "line 3" in (path.parent / "quarantine" / name).read_text("utf-8")


def test_a_default_text_is_stored_but_no_negative(here: Rig, reader: Reader) -> None:
    here.watch()
    here.house.inbox.put("jd", [review(1, "此用户未填写评价内容", default_text=True)])
    ingest: Ingest = here.ingest(reader)
    ingest.drain()
    counted = here.desk.ledger.counts("岚川", since=NOW - HOUR, until=NOW + HOUR)
    assert [(t.total, t.negative) for t in counted["jd"]] == [(1, 0)]


def test_documents_are_stored_and_counted_while_the_index_is_away_and_found_when_it_is_back(
    here: Rig, reader: Reader
) -> None:
    here.watch("岚川")
    away = attrs.evolve(here.ingest(reader), documents=Elastic(["http://127.0.0.1:1"], timeout_s=1))
    here.house.inbox.put("jd", [review(1), review(2, "岚川空调噪音太大，晚上根本没法睡觉，退货还不给退")])
    assert away.take_all() == 1
    with pytest.raises(StoreUnavailable, match="does not answer"):
        away.follow()
    assert in_ledger(here) == ["jd:1", "jd:2"]
    assert searchable(here) == []
    here.ingest(reader).drain()
    assert searchable(here) == ["jd:1", "jd:2"]
    away.documents.close()


def test_what_a_shop_answers_is_kept_masked_apart_from_the_buyers_words(here: Rig, reader: Reader) -> None:
    answer = Passage(text="亲，漏水请联系13912345678", published_at=NOW)
    here.house.inbox.put("jd", [review(1, "岚川热水器安静好用", seller_replies=(answer,))])
    here.ingest(reader).drain()
    (stored,) = here.desk.ledger.get(["jd:1"])
    assert [reply.published_at for reply in stored.seller_replies] == [NOW]
    assert "13912345678" not in stored.seller_replies[0].text
    assert here.desk.search.count("漏水") == 0
