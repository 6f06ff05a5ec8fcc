"""Association rules, correspondence analysis and forecasts, on data whose answer is known."""

import math
import random
from datetime import date, timedelta

import pytest

from domain.errors import InvalidSettings
from nlp.associations import rules
from nlp.buyers import buyer_groups
from nlp.correspondence import correspondence
from nlp.outlook import LEAST, outlook

pytest.importorskip("prince", reason="the extra insight is not installed: ./run install insight")


def reviews(count: int, *, connected: float, seed: int = 7) -> list[set[str]]:
    """Reviews with eight features of which only 漏水 and 客服 know of each other."""
    chance = random.Random(seed)
    answer = []
    for _ in range(count):
        review = {f for f in ("价格", "外观", "物流", "噪音", "遥控", "能耗") if chance.random() < 0.15}
        if chance.random() < 0.2:
            review.add("漏水")
        if chance.random() < (connected if "漏水" in review else 0.1):
            review.add("客服")
        answer.append(review)
    return answer


def test_the_one_connection_is_found_with_its_true_counts() -> None:
    told = reviews(2000, connected=0.6)
    found = rules(told)
    assert {(r.given, r.then) for r in found[:2]} == {(("漏水",), "客服"), (("客服",), "漏水")}
    rule = next(r for r in found if r.given == ("漏水",))
    leaking, both = sum("漏水" in r for r in told), sum({"漏水", "客服"} <= r for r in told)
    cared = sum("客服" in r for r in told)
    assert rule.count == both
    assert rule.support == pytest.approx(both / 2000)
    assert rule.confidence == pytest.approx(both / leaking)
    assert rule.lift == pytest.approx(both * 2000 / leaking / cared)


def test_of_many_worlds_without_connection_hardly_one_shows_a_rule() -> None:
    assert sum(bool(rules(reviews(800, connected=0.1, seed=seed))) for seed in range(20)) <= 2


def test_a_longer_rule_must_say_more_than_the_shorter_one() -> None:
    chance = random.Random(3)
    told = reviews(3000, connected=0.6)
    for review in told:
        if {"价格", "外观"} <= review and chance.random() < 0.9:
            review.add("划算")
    found = {(r.given, r.then) for r in rules(told)}
    assert (("价格", "外观"), "划算") in found
    assert not any("漏水" in given and len(given) > 1 and then == "客服" for given, then in found)


def test_too_few_reviews_say_nothing() -> None:
    assert rules([{"漏水", "客服"}] * 6) == []


def test_the_map_puts_a_brand_beside_what_it_is_known_for() -> None:
    found = correspondence(
        {
            "岚川": {"噪音": 60, "漏水": 8, "价格": 20},
            "北屿": {"噪音": 8, "漏水": 70, "价格": 22},
            "青松": {"噪音": 9, "漏水": 10, "价格": 80},
        }
    )
    assert found is not None
    rows, columns = {p.name: p for p in found.rows}, {p.name: p for p in found.columns}
    for brand, feature in (("岚川", "噪音"), ("北屿", "漏水"), ("青松", "价格")):
        near = min(columns.values(), key=lambda c: math.dist((c.x, c.y), (rows[brand].x, rows[brand].y)))
        assert near.name == feature
    assert found.p_value < 1e-9
    assert sum(found.shown) == pytest.approx(1.0)
    assert {(c.row, c.column) for c in found.owned if c.strength > 0} == {
        ("岚川", "噪音"),
        ("北屿", "漏水"),
        ("青松", "价格"),
    }
    cell = next(c for c in found.owned if (c.row, c.column) == ("岚川", "噪音"))
    assert cell.expected == pytest.approx(88 * 77 / 287, abs=0.05)


def test_a_table_without_difference_is_said_to_be_noise() -> None:
    same = correspondence({"岚川": {"噪音": 20, "漏水": 40}, "北屿": {"噪音": 21, "漏水": 39}})
    assert same is not None
    assert same.p_value > 0.05
    assert same.owned == ()
    assert all(p.y == 0.0 for p in same.rows)


@pytest.mark.parametrize(
    "table", [{}, {"岚川": {"噪音": 3}}, {"岚川": {"噪音": 3}, "北屿": {"噪音": 9}}, {"岚川": {"噪音": 0, "漏水": 0}}]
)
def test_too_small_a_table_has_no_map(table: dict[str, dict[str, int]]) -> None:
    assert correspondence(table) is None


def months(count: int) -> list[date]:
    at, answer = date(2022, 1, 1), []
    for _ in range(count):
        answer.append(at)
        at = (at + timedelta(days=32)).replace(day=1)
    return answer


def test_a_season_that_was_seen_is_foretold_and_beats_repeating_the_last_month() -> None:
    chance = random.Random(5)
    days = months(48)
    values = [60 + 30 * math.sin(2 * math.pi * n / 12) + chance.gauss(0, 3) for n in range(48)]
    found = outlook(list(zip(days[:42], values[:42], strict=True)), periods=6)
    assert found is not None
    assert [p.at for p in found.points] == days[42:]
    missed = sum(abs(p.value - v) for p, v in zip(found.points, values[42:], strict=True)) / 6
    assert missed < sum(abs(values[41] - v) for v in values[42:]) / 6 / 2
    assert all(p.low95 <= p.low80 <= p.value <= p.high80 <= p.high95 for p in found.points)
    assert all(p.low95 >= 0 for p in found.points)
    assert 0.5 <= found.back_test.inside80 <= 1


def test_noise_is_not_foretold_better_than_it_can_be() -> None:
    errors = []
    for seed in range(6):
        chance = random.Random(seed)
        found = outlook([(at, chance.uniform(0, 10)) for at in months(36)], periods=3)
        assert found is not None
        errors.append(found.back_test.error)
    assert sum(errors) / 6 > 2.0  # a uniform of width 10 can't be known to better than 2.5 on average


def test_a_short_history_has_no_outlook() -> None:
    assert outlook([(at, 5.0) for at in months(LEAST - 1)], periods=3) is None
    flat = outlook([(at, 5.0) for at in months(LEAST)], periods=3)
    assert flat is not None
    assert [p.value for p in flat.points] == [5.0, 5.0, 5.0]


def test_buyers_may_be_told_by_a_file_of_ones_own(tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert len(buyer_groups()) >= 5
    own = tmp_path / "buyers.yaml"
    assert buyer_groups(own) == buyer_groups()
    own.write_text("養老院: [養老院, ＡＢＣ]\n", "utf-8")
    assert buyer_groups(own) == {"養老院": ("养老院", "abc")}
    own.write_text("租房: 出租屋\n", "utf-8")
    with pytest.raises(InvalidSettings, match="租房"):
        buyer_groups(own)
    own.write_text("- [", "utf-8")
    with pytest.raises(InvalidSettings, match="YAML"):
        buyer_groups(own)
