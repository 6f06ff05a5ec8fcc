"""Cards of bad reviews and the work list: places in the text, who did what, counts under every filter."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.analysis import AspectOpinion, Polarity, Wish
from domain.documents import Kind
from domain.errors import InvalidInput
from domain.handling import HandlingState
from flows.reviews import Change, card_row, pieces, placed
from flows.selections import Selection
from flows.worklist import Asked
from tests.flows.desks import DAY, MINUTE, Rig, document, opinion

TEXT = "安装师傅很好，但是用了两天就漏水，希望改进接口"


def spoken(words: str, aspect: str, polarity: str = "negative", **more: str) -> AspectOpinion:
    start = TEXT.index(words)
    return AspectOpinion(
        aspect=aspect, polarity=Polarity(polarity), opinion=words, start=start, end=start + len(words), **more
    )  # type: ignore[arg-type]  # strings only


def rich() -> object:
    return document(
        1,
        TEXT,
        rating=5,
        aspects=(
            spoken("安装师傅很好", "安装", "positive"),
            spoken("用了两天就漏水", "漏水", cause="接口"),
            spoken("用了两天就漏水", "质量故障"),
            spoken("用了两天就漏水", "漏水", cause="接口"),
        ),
        wishes=(Wish(text="希望改进接口", aspect="漏水", start=TEXT.index("希望"), end=len(TEXT)),),
    )


def test_a_card_tells_where_each_opinion_stands_once(here: Rig) -> None:
    here.store(rich(), document(2, TEXT, cluster="c1"), document(3, "别的"))  # type: ignore[arg-type]
    card = here.desk.reviews.card("jd:1")
    assert card is not None
    assert "".join(p.text for p in card.pieces) == TEXT
    marked = {p.text: [o.aspect for o in p.opinions] for p in card.pieces if p.opinions}
    assert marked == {"安装师傅很好": ["安装"], "用了两天就漏水": ["漏水", "质量故障"]}
    assert [p.text for p in card.pieces if p.wishes] == ["希望改进接口"]
    assert card.copies == here.desk.search.count(card.copies_query) == 1
    assert card.causes == ("漏水/接口",)
    assert card.handling.state is HandlingState.NEW
    assert card_row(card)["aspects"][1]["cause"] == "接口"
    assert here.desk.reviews.card("jd:none") is None


def test_words_that_masking_moved_are_found_at_their_place() -> None:
    assert placed("电话[电话]，漏水，又漏水", "漏水", 20, 22) == (11, 13)
    assert placed("漏水", "没有这个", 3, 7) == (0, 0)
    assert placed("漏水", "", 0, 0) == (0, 0)


spans = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted)


@given(st.text(max_size=30), st.lists(spans, max_size=6))
def test_pieces_are_always_the_whole_text(text: str, places: list[list[int]]) -> None:
    opinions = [
        AspectOpinion(aspect="漏水", polarity=Polarity.NEGATIVE, opinion="x", start=a, end=b) for a, b in places
    ]
    assert "".join(p.text for p in pieces(text, opinions, ())) == text


def test_every_decision_is_written_down(here: Rig) -> None:
    here.store(rich())  # type: ignore[arg-type]
    flow = here.desk.reviews
    flow.handle("jd:1", Change(by="周", owner="林"))
    here.clock.at += MINUTE
    flow.handle("jd:1", Change(by="林", state=HandlingState.WORKING, note="已联系用户 13800138000"))
    flow.handle("jd:1", Change(by="林", cause="漏水/内胆"))
    flow.handle("jd:1", Change(by="林", note="等配件"))
    flow.handle("jd:1", Change(by="林"))  # nothing said, nothing written
    done = flow.handle("jd:1", Change(by="林", state=HandlingState.SOLVED))
    card = flow.card("jd:1")
    assert card is not None
    assert card.handling == done
    assert (done.owner, done.cause, done.note, done.by) == ("林", "漏水/内胆", "等配件", "林")
    assert [(s.by, s.action) for s in card.audit] == [
        ("周", "owner"), ("周", "assigned"), ("林", "working"), ("林", "cause"), ("林", "note"), ("林", "solved")
    ]  # fmt: skip
    assert "13800138000" not in card.audit[2].note
    assert "已联系用户" in card.audit[2].note


def test_nobody_and_nothing_can_not_be_handled(here: Rig) -> None:
    here.store(document(1))
    with pytest.raises(InvalidInput, match="名字"):
        here.desk.reviews.handle("jd:1", Change(by="  ", owner="林"))
    with pytest.raises(InvalidInput, match="jd:2"):
        here.desk.reviews.handle("jd:2", Change(by="林", owner="林"))


def filled(here: Rig) -> None:
    """12 bad reviews of two brands, one good, one post; 4 touched."""
    for_work = [
        document(n, aspects=(opinion("漏水" if n % 2 else "噪音"),), brands=("岚川" if n % 3 else "北屿",))
        for n in range(12)
    ]
    low = document(20, "还行", sentiment="neutral", rating=2)
    here.store(*for_work, low, document(21, sentiment="positive", rating=5), document(22, kind=Kind.POST))
    flow = here.desk.reviews
    for n, (owner, state) in enumerate([("林", "assigned"), ("林", "working"), ("周", "solved"), ("", "dismissed")]):
        here.clock.at += MINUTE
        flow.handle(f"jd:{n}", Change(by="周", owner=owner, state=HandlingState(state)))


def test_the_work_list_counts_each_state_and_gives_exactly_its_lines(here: Rig) -> None:
    filled(here)
    work = here.desk.worklist.page(Asked(selection=Selection()))
    assert {s.value: n for s, n in work.counts.items()} == {"new": 9, "assigned": 1, "working": 1, "solved": 1, "dismissed": 1}  # fmt: skip
    assert work.total == len(work.jobs) == 13
    assert [j.document.id for j in work.jobs][:4] == ["jd:3", "jd:2", "jd:1", "jd:0"]
    assert work.owners == (("林", 2), ("周", 1))
    assert {"jd:21", "jd:22"}.isdisjoint(j.document.id for j in work.jobs)
    assert "jd:20" in {j.document.id for j in work.jobs}


@pytest.mark.parametrize("limit", [1, 2, 5, 30])
@pytest.mark.parametrize("state", [None, *HandlingState])
@pytest.mark.parametrize(("brand", "aspect", "owner"), [("", "", ""), ("岚川", "", ""), ("", "漏水", ""), ("", "", "林"), ("北屿", "噪音", "")])  # fmt: skip
def test_pages_of_the_work_list_join_without_a_gap(
    here: Rig, limit: int, state: HandlingState | None, brand: str, aspect: str, owner: str
) -> None:
    filled(here)
    asked = Asked(selection=Selection(brand=brand), aspect=aspect, state=state, owner=owner)
    seen: list[str] = []
    after = ""
    while True:
        page = here.desk.worklist.page(asked, limit=limit, after=after)
        seen += [j.document.id for j in page.jobs]
        assert all(state in (None, j.handling.state) for j in page.jobs)
        if not page.after:
            break
        after = page.after
    assert len(seen) == len(set(seen)) == page.total


def test_confirmed_causes_are_counted_and_open_their_lines(here: Rig) -> None:
    filled(here)
    flow = here.desk.reviews
    for n, cause in ((1, "漏水/接口"), (3, "漏水/密封圈"), (5, "漏水/密封圈"), (2, "噪音/风机")):
        flow.handle(f"jd:{n}", Change(by="周", cause=cause))
    found = here.desk.worklist.confirmed(Selection(), "漏水")
    assert found == [("漏水/密封圈", 2), ("漏水/接口", 1)]
    assert here.desk.worklist.confirmed(Selection(brand="岚川"), "漏水") == [("漏水/密封圈", 1), ("漏水/接口", 1)]
    for cause, count in found:
        page = here.desk.worklist.page(Asked(selection=Selection(), cause=cause))
        assert [j.handling.cause for j in page.jobs] == [cause] * count
        assert page.total == count == sum(page.counts.values())
    untouched = here.desk.worklist.page(Asked(selection=Selection(), cause="漏水/密封圈", state=HandlingState.NEW))
    assert [j.document.id for j in untouched.jobs] == ["jd:5"]  # confirmed, but nobody has taken it on


def test_the_work_is_exported_with_what_was_confirmed_beside_what_was_read(here: Rig) -> None:
    here.store(rich(), document(2))  # type: ignore[arg-type]
    here.desk.reviews.handle("jd:1", Change(by="林", cause="漏水/内胆"))
    rows = {row["id"]: row for row in here.desk.exports.rows("handling")}
    assert set(rows) == {"jd:1", "jd:2"}
    assert (rows["jd:1"]["cause_confirmed"], rows["jd:1"]["cause_read"]) == ("漏水/内胆", ["漏水/接口"])
    assert [r["id"] for r in here.desk.exports.rows("handling", query='id:"jd:2"')] == ["jd:2"]


def test_a_forgotten_review_leaves_no_trace_of_its_handling(here: Rig) -> None:
    here.store(rich(), document(2))  # type: ignore[arg-type]
    here.desk.reviews.handle("jd:1", Change(by="林", owner="林", note="已联系"))
    forget = here.house.forget(settled=lambda: None)
    done = forget.document("jd:1", by="运维", reason="本人要求")
    here.ingest().follow()
    assert done.removed["handling"] == 1
    assert here.desk.reviews.card("jd:1") is None
    assert [j.document.id for j in here.desk.worklist.page(Asked(selection=Selection())).jobs] == ["jd:2"]
    assert here.desk.worklist.page(Asked(selection=Selection())).owners == ()


def test_a_confirmed_cause_stays_when_the_text_is_read_again(here: Rig) -> None:
    here.store(rich())  # type: ignore[arg-type]
    here.desk.reviews.handle("jd:1", Change(by="林", cause="漏水/内胆"))
    here.store(attrs.evolve(rich(), version=2, analyzer="test-2", seen_at=here.clock.at + DAY))  # type: ignore[arg-type]
    card = here.desk.reviews.card("jd:1")
    assert card is not None
    assert card.handling.cause == "漏水/内胆"
