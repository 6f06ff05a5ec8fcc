"""Themes of any selection: each count is the number of rows that its query finds."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.analysis import Polarity
from flows.themes import Selection
from tests.flows.desks import DAY, NOW, Rig, document, opinion, rig

ASPECTS = ("漏水", "噪音", "安装收费", "客服售后")
BRANDS = ("岚川", "北屿", "A.O.青松", "")
MODELS = ("KFR-35GW/N(1)", "R5 Pro", "")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """96 documents in every mixture, some with an aspect twice, some mixed, some without."""
    with rig(tmp_path_factory.mktemp("shelf")) as opened:
        made = []
        for n, (sentiment, brand, model, first) in enumerate(
            product(("negative", "positive"), BRANDS, MODELS, (0, 1, 2, 3))
        ):
            aspects = [opinion(ASPECTS[first], polarity=sentiment)]
            if n % 3 == 0:
                aspects.append(opinion(ASPECTS[first], "又坏了一次", polarity=sentiment))
            if n % 4 == 0:
                aspects.append(opinion(ASPECTS[(first + 1) % 4], "不太好", polarity="negative"))
            made.append(
                document(
                    n,
                    sentiment=sentiment,
                    brands=(brand,) if brand else (),
                    model=model,
                    category=("热水器", "空 调", "")[n % 3],
                    aspects=tuple(aspects) if n % 7 else (),
                    published_at=NOW - (n % 12) * DAY,
                )
            )
        opened.store(*made)
        yield opened


days = st.one_of(st.none(), st.integers(0, 12).map(lambda n: NOW - n * DAY))
selections = st.builds(
    Selection,
    brand=st.sampled_from(BRANDS),
    model=st.sampled_from(MODELS),
    category=st.sampled_from(("热水器", "空 调", "")),
    since=days,
    until=days,
    sentiment=st.sampled_from((Polarity.NEGATIVE, Polarity.POSITIVE)),
)


@settings(max_examples=60, deadline=None)
@given(selections)
def test_every_count_is_the_number_of_rows_its_query_finds(shelf: Rig, selection: Selection) -> None:
    rows = shelf.desk.themes.of(selection, limit=100)
    for row in rows:
        assert row.count > 0
        assert shelf.desk.search.count(row.query) == row.count
        assert len(list(shelf.desk.search.scan(row.query))) == row.count
        assert {q.id for q in row.quotes} <= {d.id for d in shelf.desk.search.scan(row.query)}
    assert [r.count for r in rows] == sorted((r.count for r in rows), reverse=True)


def test_counts_are_documents_and_shares_are_parts_of_that_sentiment(here: Rig) -> None:
    here.store(
        document(1, aspects=(opinion("漏水"), opinion("漏水", "接口也漏"))),
        document(2, aspects=(opinion("漏水"), opinion("外观做工", "外观好看", "positive"))),
        document(3, aspects=(opinion("噪音", "声音很大"),)),
        document(4, aspects=()),
        document(5, sentiment="positive", aspects=(opinion("漏水", "一点不漏水", "positive"),)),
    )
    rows = here.desk.themes.of(Selection())
    assert [(r.theme, r.count, r.share) for r in rows] == [("漏水", 2, 0.5), ("噪音", 1, 0.25)]
    assert rows[0].lift > 1
    (praised,) = here.desk.themes.of(Selection(sentiment=Polarity.POSITIVE))
    assert (praised.theme, praised.count, praised.share) == ("漏水", 1, 1.0)


def test_a_query_narrows_the_themes_and_stands_in_theirs(here: Rig) -> None:
    here.store(
        document(1, "岚川热水器漏水，ＡＰＰ连不上", aspects=(opinion("漏水"),)),
        document(2, "岚川热水器漏水", aspects=(opinion("漏水"),)),
        document(3, "App 连不上，也吵", aspects=(opinion("噪音", "也吵"),)),
    )
    within = here.desk.search.node("app OR 连不上")
    rows = here.desk.themes.of(Selection(brand="岚川", within=within))
    assert [(r.theme, r.count, here.desk.search.count(r.query)) for r in rows] == [("噪音", 1, 1), ("漏水", 1, 1)]


def test_a_selection_without_documents_has_no_themes(here: Rig) -> None:
    here.store(document(1, aspects=(opinion("漏水"),)))
    assert here.desk.themes.of(Selection(brand="北屿")) == []
    assert here.desk.themes.of(Selection(since=NOW, until=NOW - DAY)) == []
