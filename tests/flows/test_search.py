"""Search for people: marks where the words stand as they are written, pages that add up, counts that are exact."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.documents import Kind
from domain.errors import InvalidQuery
from flows.search import document_row, marks
from nlp.normalize import normalize
from tests.flows.desks import DAY, MINUTE, NOW, Rig, document


def marked(text: str, *words: str) -> list[str]:
    return [text[start:end] for start, end in marks(text, words)]


@pytest.mark.parametrize(
    ("text", "word", "places"),
    [
        ("用了两天就漏水，又漏水", "漏水", ["漏水", "漏水"]),
        ("测得ＰＭ２.５超标", "pm2.5", ["ＰＭ２.５"]),
        ("LanChuan 的客服", "lanchuan", ["LanChuan"]),
        ("熱水器漏水", "热水器", ["熱水器"]),
        ("漏\u200b水了", "漏水", ["漏\u200b水"]),
        ("㎡算错，漏水", "漏水", ["漏水"]),
        ("售价１２㎏", "12kg", ["１２㎏"]),
        ("İstanbul 漏水", "漏水", ["漏水"]),
        ("没有", "漏水", []),
        ("没有", "", []),
    ],
)
def test_marks_stand_on_the_words_as_they_are_written(text: str, word: str, places: list[str]) -> None:
    assert marked(text, word) == places


def test_marks_that_touch_or_overlap_become_one() -> None:
    assert marked("漏水漏水漏", "漏水", "水漏") == ["漏水漏水漏"]


@given(
    st.text(alphabet="漏水熱器ＡaB㎡\u200b 12１ßİ", max_size=20),
    st.text(alphabet="漏水热aAb㎡12", min_size=1, max_size=3),
)
def test_marks_are_inside_the_text_in_order_and_hold_the_word(text: str, word: str) -> None:
    word = normalize(word)
    spans = marks(text, (word,))
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))
    assert all(word in normalize(text[start:end]) for start, end in spans)


def test_every_row_of_a_text_query_is_marked(here: Rig) -> None:
    texts = ["遙控失靈", "遥控失灵", "ＴＶ遥控失灵", "Tv 遥控失灵了", "还不错"]
    here.store(*(document(n, text) for n, text in enumerate(texts)))
    for query in ("遥控", "tv", "ＴＶ"):
        answer = here.desk.search.find(query)
        assert answer.total == sum(normalize(query) in normalize(t) for t in texts)
        assert all(row.marks for row in answer.rows)


def test_pages_add_up_to_the_total_and_no_row_comes_twice(here: Rig) -> None:
    here.store(*(document(n, published_at=NOW - (n // 4) * MINUTE) for n in range(23)))
    for sort in ("time", "relevance"):
        seen: list[str] = []
        after = None
        while True:
            page = here.desk.search.find("漏水", sort=sort, limit=5, after=after)
            seen += [row.document.id for row in page.rows]
            after = page.after
            if after is None:
                break
        assert sorted(seen) == sorted(f"jd:{n}" for n in range(23))
        assert page.total == here.desk.search.count("漏水") == 23


def test_words_under_a_not_are_no_marks(here: Rig) -> None:
    here.store(document(1, "热水器漏水但是安装师傅好"), document(2, "热水器漏水，客服差"))
    (row,) = here.desk.search.find("热水器 -客服").rows
    assert row.document.id == "jd:1"
    assert [row.document.text[s:e] for s, e in row.marks] == ["热水器"]


def test_since_and_until_are_half_open_and_facets_count_the_same_rows(here: Rig) -> None:
    here.store(*(document(n, published_at=NOW - n * DAY, brands=("岚川",) if n % 2 else ("北屿",)) for n in range(6)))
    answer = here.desk.search.find("漏水", since=NOW - 4 * DAY, until=NOW - DAY)
    assert [row.document.id for row in answer.rows] == ["jd:2", "jd:3", "jd:4"]
    assert answer.facets["brand"] == [("北屿", 2), ("岚川", 1)]
    assert [d.id for d in here.desk.search.scan("漏水", since=NOW - 4 * DAY, until=NOW - DAY)] == [
        "jd:2",
        "jd:3",
        "jd:4",
    ]


def test_a_query_that_cannot_be_read_names_its_character(here: Rig) -> None:
    with pytest.raises(InvalidQuery, match="character"):
        here.desk.search.find("漏水 AND (brand:岚川")


def test_a_bare_date_stays_a_date_in_the_row() -> None:
    row = document_row(document(1, date_only=True))
    assert row["published_at"] == "2026-11-18"
    assert row["seen_at"].endswith("+08:00")


def test_a_complaint_comes_with_how_it_went(here: Rig) -> None:
    seen = {"source": "tousu", "kind": Kind.COMPLAINT}
    here.store(document(1, "推诿不退款", status="处理中", **seen))
    here.store(document(1, "推诿不退款", status="已回复", seen_at=NOW + DAY, **seen), document(2, "推诿不换货"))
    rows = {row.document.id: [s.status for s in row.steps] for row in here.desk.search.find("推诿").rows}
    assert sorted(rows.values()) == [[], ["处理中", "已回复"]]
