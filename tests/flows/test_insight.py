"""特征洞察: connections of stored documents; every count is the number of rows that its query finds."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.errors import InvalidInput
from flows.insight import SIDES
from flows.selections import Selection
from tests.flows.desks import NOW, Rig, document, opinion, rig

pytest.importorskip("prince", reason="the extra insight is not installed: ./run install insight")
WORDS = ("给我妈买的", "宝宝在家", "出租屋里", "")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """1,200 reviews of 20 months: leaks bring calls to the service, 岚川 is loud, 北屿 leaks, mothers hear it."""
    chance = random.Random(2)
    with rig(tmp_path_factory.mktemp("shelf")) as opened:
        made = []
        for n in range(1200):
            brand = ("岚川", "北屿", "青松")[n % 3]
            who = WORDS[n % 4]
            bad = {"漏水"} if chance.random() < (0.5 if brand == "北屿" else 0.1) else set()
            if chance.random() < (0.5 if brand == "岚川" else 0.1) + (0.3 if "妈" in who else 0):
                bad.add("噪音")
            if "漏水" in bad and chance.random() < 0.7:
                bad.add("客服售后")
            opinions = [opinion(a, f"{a}不行") for a in sorted(bad)]
            if chance.random() < 0.3:
                opinions.append(opinion("外观做工", "好看", "positive"))
            made.append(
                document(
                    n,
                    f"{who}第{n}台",
                    brands=(brand,),
                    sentiment="negative" if bad else "positive",
                    rating=1 if bad else 5,
                    aspects=tuple(opinions),
                    published_at=datetime(2025, 3, 5, tzinfo=UTC) + timedelta(days=n // 2),
                )
            )
        opened.store(*made)
        yield opened


def test_what_goes_together_opens_to_its_rows(shelf: Rig) -> None:
    found = shelf.desk.insight.combinations(Selection())
    assert found.read == found.total == 1200
    assert {"bad:漏水", "bad:客服售后"} in [{*r.given, r.then} for r in found.rows]
    for row in found.rows:
        assert shelf.desk.search.count(row.query) == row.count
        assert row.confidence == pytest.approx(row.count / row.base, abs=1e-4)


def test_combinations_of_one_brand_are_of_that_brand(shelf: Rig) -> None:
    found = shelf.desk.insight.combinations(Selection(brand="北屿"))
    assert found.total == 400
    row = next(r for r in found.rows if {*r.given, r.then} == {"bad:漏水", "bad:客服售后"})
    assert {b for d in shelf.desk.search.scan(row.query) for b in d.brands} == {"北屿"}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("by", ["brand", "buyers", "rating", "category"])
def test_every_cell_of_the_map_is_the_number_of_its_rows(shelf: Rig, by: str, side: str) -> None:
    found = shelf.desk.insight.map(Selection(), by=by, side=side)
    for row, cells in found.table.items():
        for feature, count in cells.items():
            assert shelf.desk.search.count(f"({found.queries[row]}) AND {side}:{feature}") == count


def test_the_map_tells_what_a_brand_and_a_group_of_buyers_own(shelf: Rig) -> None:
    brands = shelf.desk.insight.map(Selection()).map
    assert brands is not None
    strong = {(c.row, c.column) for c in brands.owned if c.strength > 0}
    assert {("岚川", "噪音"), ("北屿", "漏水")} <= strong
    buyers = shelf.desk.insight.map(Selection(), by="buyers").map
    assert buyers is not None
    assert ("给老人用", "噪音") in {(c.row, c.column) for c in buyers.owned if c.strength > 0}


def test_one_category_has_no_map(shelf: Rig) -> None:
    assert shelf.desk.insight.map(Selection(), by="category").map is None


def test_the_history_holds_whole_months_only_and_the_share_is_exact(shelf: Rig) -> None:
    found = shelf.desk.insight.forecast(Selection(), "漏水", periods=3)
    assert (found.history[0][0], found.history[-1][0]) == (date(2025, 4, 1), date(2026, 10, 1))
    assert found.ahead is not None
    assert [p.at for p in found.ahead.points] == [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)]
    may = shelf.desk.search.count("bad:漏水 since:2025-05-01 until:2025-06-01")
    every = shelf.desk.search.count("since:2025-05-01 until:2025-06-01")
    assert dict(found.history)[date(2025, 5, 1)] == pytest.approx(100 * may / every)
    counted = shelf.desk.insight.forecast(Selection(), "漏水", measure="count", step="week", periods=2)
    assert dict(counted.history)[date(2025, 5, 5)] == shelf.desk.search.count(
        "bad:漏水 since:2025-05-05 until:2025-05-12"
    )


def test_where_the_past_is_too_short_it_says_so(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with rig(tmp_path / "new") as here:
        here.store(*(document(n, aspects=(opinion("漏水"),), published_at=NOW - timedelta(days=n)) for n in range(60)))
        found = here.desk.insight.forecast(Selection(), "漏水")
    assert found.ahead is None
    assert "12 个月" in found.why


@pytest.mark.parametrize(
    "wrong", [{"side": "ugly"}, {"measure": "kilo"}, {"step": "day"}, {"periods": 0}, {"periods": 13}]
)
def test_an_unknown_wish_is_told(shelf: Rig, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        shelf.desk.insight.forecast(Selection(), "漏水", **wrong)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        shelf.desk.insight.map(Selection(), by="weather")


def test_each_set_of_features_is_told_once_and_a_side_keeps_to_itself(shelf: Rig) -> None:
    mixed = shelf.desk.insight.combinations(Selection()).rows
    assert len({frozenset((*r.given, r.then)) for r in mixed}) == len(mixed)
    blamed = shelf.desk.insight.combinations(Selection(), side="bad").rows
    assert blamed
    assert all(f.startswith("bad:") for r in blamed for f in (*r.given, r.then))
