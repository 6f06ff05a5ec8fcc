"""Contradictions: stars against words, first words against the 追评, praise for a reward; each count opens to its rows."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from domain.analysis import Analysis, Polarity, Probabilities
from domain.documents import Flag, Passage, Post, Review
from flows.collect import Reader, read
from flows.contradictions import Contradictions, flags_of
from flows.copies import Copies
from flows.selections import Selection
from tests.flows.desks import DAY, NOW, Rig, document


def review(text: str = "热水器还行", **changes: Any) -> Review:
    return attrs.evolve(Review(id="jd:1", source="jd", text=text, seen_at=NOW), **changes)


def read_as(negative: float, positive: float, text: str = "热水器还行") -> Analysis:
    p = Probabilities(negative=negative, neutral=round(1 - negative - positive, 4), positive=positive)
    level = max((p.negative, Polarity.NEGATIVE), (p.neutral, Polarity.NEUTRAL), (p.positive, Polarity.POSITIVE))[1]
    return Analysis(tokens=(), sentiment=level, p=p, masked=text, normalized=text, model="test-1")


@pytest.mark.parametrize(
    ("stars", "negative", "positive", "flags"),
    [
        (5, 0.9, 0.05, (Flag.PRAISED_STARS,)),
        (4, 0.97, 0.01, (Flag.PRAISED_STARS,)),
        (5, 0.89, 0.05, ()),
        (3, 0.99, 0.0, ()),
        (1, 0.02, 0.95, (Flag.BLAMED_STARS,)),
        (2, 0.05, 0.9, (Flag.BLAMED_STARS,)),
        (2, 0.05, 0.89, ()),
        (1, 0.99, 0.0, ()),
        (None, 0.99, 0.0, ()),
    ],
)
def test_stars_contradict_only_a_sure_text(stars: int | None, negative: float, positive: float, flags: tuple[Flag, ...]) -> None:  # fmt: skip
    assert flags_of(review(rating=stars), read_as(negative, positive)) == flags


def test_a_review_turns_where_its_last_words_blame_and_its_first_did_not() -> None:
    blame, praise, even = read_as(0.9, 0.05), read_as(0.05, 0.9), read_as(0.2, 0.2)
    assert flags_of(review(), blame, first=praise, last=blame) == (Flag.TURNED,)
    assert flags_of(review(), blame, first=even, last=blame) == (Flag.TURNED,)
    assert flags_of(review(), blame, first=blame, last=blame) == ()
    assert flags_of(review(), praise, first=praise, last=praise) == ()
    assert flags_of(review(), praise, last=praise) == ()


def test_what_a_site_fills_in_and_what_is_no_review_contradicts_nothing() -> None:
    assert flags_of(review(default_text=True, rating=5), read_as(0.95, 0.01)) == ()
    post = Post(id="weibo:1", source="weibo", text="好评返现", seen_at=NOW)
    assert flags_of(post, read_as(0.95, 0.01, "好评返现")) == ()


def test_the_chain_reads_first_and_last_words_apart(here: Rig, reader: Reader) -> None:
    warm = review("热水器很好，加热很快，安装师傅非常专业，非常满意！", rating=5)
    late = Passage(text="用了一个月就漏水，客服一直不处理，非常失望，垃圾", published_at=NOW)
    kept = Passage(text="用了一个月还是很好，非常满意，推荐", published_at=NOW)
    documents = [
        attrs.evolve(warm, id="jd:1", append=late),
        attrs.evolve(warm, id="jd:2", append=kept),
        attrs.evolve(warm, id="jd:3"),
        review("太差了，装了三天就坏，客服态度恶劣，还骗我给了好评返现", id="jd:4", rating=5),
    ]
    flags = {d.id: d.flags for d in read(documents, reader, Copies(ledger=here.desk.ledger))}
    assert Flag.TURNED in flags["jd:1"]
    assert flags["jd:2"] == flags["jd:3"] == ()
    assert flags["jd:4"] == (Flag.PRAISED_STARS, Flag.PAID)


def test_counts_open_to_exactly_their_rows_and_the_flag_can_be_searched(here: Rig) -> None:
    here.store(
        document(1, rating=5, flags=(Flag.PRAISED_STARS, Flag.PAID)),
        document(2, rating=5, flags=(Flag.PRAISED_STARS,), published_at=NOW - 45 * DAY),
        document(3, rating=1, sentiment="positive", flags=(Flag.BLAMED_STARS,), brands=("北屿",)),
        document(4, rating=5, sentiment="positive"),
    )
    flow = Contradictions(documents=here.desk.documents, clock=here.clock)
    rows = {row.flag: row for row in flow.of(Selection())}
    assert [(f.value, r.count) for f, r in rows.items()] == [
        ("praised_stars", 2), ("blamed_stars", 1), ("turned", 0), ("paid", 1)
    ]  # fmt: skip
    for row in rows.values():
        assert here.desk.search.count(row.query) == row.count
        assert all(row.flag in d.flags for d in row.samples)
    assert rows[Flag.PRAISED_STARS].trend.before == here.desk.search.count(rows[Flag.PRAISED_STARS].trend.query) == 1
    assert rows[Flag.PRAISED_STARS].share == 0.5
    assert here.desk.search.count("标记:高星差评 rating:5") == 2
    (only,) = [r for r in flow.of(Selection(brand="北屿", since=NOW - timedelta(days=2))) if r.count]
    assert only.flag is Flag.BLAMED_STARS
