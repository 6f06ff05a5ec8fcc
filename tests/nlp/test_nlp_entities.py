"""Brands, categories, product lines and models in a text: the labelled set, and behaviours."""

import json
from pathlib import Path
from typing import Any

import pytest

from nlp.analyzer import Analyzer, Reading
from nlp.dictionaries import read
from nlp.normalize import normalize

SETS = Path(__file__).parent / "sets"
FLOORS = {
    "dev": {"brand": 0.98, "category": 0.97, "model": 0.98, "line": 0.95},
    "test": {"brand": 0.98, "category": 0.97, "model": 0.96, "line": 0.9},
}
"""F1 without the doubtful rows; dev was tuned on, test was not read."""


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load()


def rows(split: str) -> list[dict[str, Any]]:
    lines = (SETS / "entities.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["split"] == split and not row.get("doubt")]


def entities(analyzer: Analyzer, text: str) -> list[tuple[str, str]]:
    return [(entity.kind, entity.name) for entity in analyzer.analyze(Reading(text=text)).entities]


@pytest.mark.parametrize("split", FLOORS)
def test_entities_are_found(analyzer: Analyzer, split: str, capsys: pytest.CaptureFixture[str]) -> None:
    labelled = rows(split)
    found = analyzer.analyze_many([Reading(text=row["text"]) for row in labelled])
    for kind, floor in FLOORS[split].items():
        hits = extra = missed = 0
        for row, one in zip(labelled, found, strict=True):
            wanted = set(row[kind])
            spelled = {
                row["text"][e.start : e.end] if kind == "line" else e.name for e in one.entities if e.kind == kind
            }
            hits, extra = hits + len(spelled & wanted), extra + len(spelled - wanted)
            missed += len(wanted - spelled)
        f1 = 2 * hits / (2 * hits + extra + missed)
        with capsys.disabled():
            print(f"\nentities {split} {kind}: F1 {f1:.3f} (found {hits}, extra {extra}, missed {missed})")
        assert f1 >= floor


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("石头 G20很好用", [("brand", "石头"), ("model", "G20")]),
        ("科沃斯T20 OMNI自清洁", [("brand", "科沃斯"), ("model", "T20 OMNI")]),
        ("美的空调显示E4", [("brand", "美的"), ("category", "空调")]),
        ("海信USB3.0接口，支持WIFI6，4K120Hz", [("brand", "海信")]),
        ("iPhone15连不上美的空调", [("brand", "美的"), ("category", "空调")]),
        ("618买的1.5匹空调，R32冷媒", [("category", "空调")]),
        ("看电视剧，电视柜上放着空调被", []),
        ("空调扇不如空调", [("category", "空调扇"), ("category", "空调")]),
        ("净饮机和干衣机", [("category", "饮水机"), ("category", "烘干机")]),
        ("TCL大白空调凉快", [("brand", "TCL"), ("line", "大白"), ("category", "空调")]),
        ("TCL电视小白用户也会用，家里大白兔奶糖", [("brand", "TCL"), ("category", "电视")]),
        ("美的酷省电一晚一度电", [("brand", "美的"), ("line", "酷省电")]),
    ],
)
def test_what_a_text_names(analyzer: Analyzer, text: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(entities(analyzer, text)) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("小天鹅洗衣机脱水抖", ("美的",)),
        ("卡萨帝和统帅的冰箱都不错", ("海尔",)),
        ("容声冰箱没有海尔静音", ("海信", "海尔")),
        ("石头扫地机迷路", ("石头",)),
        ("东芝电视画质好", ("海信",)),
        ("东芝冰箱结霜", ("美的",)),
        ("今天真热", ()),
    ],
)
def test_brands_roll_up_to_their_maker(analyzer: Analyzer, text: str, groups: tuple[str, ...]) -> None:
    assert analyzer.analyze(Reading(text=text)).groups == groups


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("空调和冰箱一起买的，冰箱漏水", "冰箱"),
        ("洗衣机用着挺好，冰箱也不错", "洗衣机"),
        ("电视配着投影仪，电视老黑屏", "电视"),
    ],
)
def test_the_appliance_that_is_judged_comes_first(analyzer: Analyzer, text: str, category: str) -> None:
    found = [name for kind, name in entities(analyzer, text) if kind == "category"]
    assert found[0] == category
    assert len(set(found)) == 2


def test_an_unknown_brand_of_the_users_stands_for_itself() -> None:
    known = Analyzer.load(extra_brands={"澜川": ("LANCHUAN",)})
    assert known.analyze(Reading(text="澜川热水器漏水")).groups == ("澜川",)


def test_no_alias_swallows_the_appliance_behind_it() -> None:
    categories = {normalize(word) for words in read("categories").values() for word in words}
    aliases = {(name, alias) for name, entry in read("brands").items() for alias in entry.get("aliases", ())}
    assert not [(name, alias) for name, alias in aliases if any(normalize(alias).endswith(word) for word in categories)]


def test_no_product_line_is_also_an_appliance_or_a_brand() -> None:
    lines = {normalize(word) for lines in read("lines").values() for word in lines}
    categories = {normalize(word) for words in read("categories").values() for word in words}
    brands = {normalize(name) for name in read("brands")}
    assert not lines & (categories | brands)


@pytest.mark.parametrize(
    "text", ["", "格力" * 30_000, "格力云佳" * 5_000, "老板和" * 9_000, "\ud800格力\x00空调", "石头 G" * 3_000]
)
def test_no_text_is_too_strange(analyzer: Analyzer, text: str) -> None:
    assert analyzer.analyze(Reading(text=text)).about in ((), ("格力",), ("老板",), ("石头",))
