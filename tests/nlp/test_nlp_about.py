"""Which brands a text is about; cases written for this project."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from nlp.analyzer import Analyzer, Reading

SETS = Path(__file__).parent / "sets"
FLOORS = {"dev": 0.98, "test": 0.92}
"""Share of texts whose set of brands is exactly right, without the doubtful rows; dev was tuned on, test was not read."""
FRESH_FLOORS = {"dev": 0.97, "test": 0.88}
"""The same for a later set by another writer: dev was read to mend the rules, test was not."""
WRITERS = {
    1: 0.97,
    2: 0.97,
    3: 0.84,
    4: 0.97,
    5: 0.97,
    6: 0.97,
    7: 0.97,
    8: 0.97,
    9: 0.88,
    10: 0.97,
    11: 0.97,
    12: 0.97,
}
"""The same for twelve blind writers: the third and the ninth are untouched tests, the others are trained on."""
ABOUT = (
    ("格力空调制冷真快", ("格力",)),
    ("格力比美的静音多了", ("格力", "美的")),
    ("换了三次还是坏，再也不买美的了", ("美的",)),
    ("海尔的售后比小米好", ("海尔", "小米")),
    ("GREE的空调不错", ("格力",)),
    ("买了台Midea热水器", ("美的",)),
    ("A.O.史密斯热水器漏水", ("A.O.史密斯",)),
    ("AO史密斯的师傅很专业", ("A.O.史密斯",)),
    ("小天鹅洗衣机脱水声音大", ("小天鹅",)),
    ("三菱电机空调就是贵", ("三菱电机",)),
    ("老板油烟机吸力大", ("老板",)),
    ("石头扫地机器人总是迷路", ("石头",)),
    ("TCL空调开了一晚就坏", ("TCL",)),
    ("科沃斯和追觅哪个好", ("科沃斯", "追觅")),
    ("美的空调不制冷", ("美的",)),
    ("卡萨帝冰箱保鲜好", ("卡萨帝",)),
    ("本来想买格力，后来买了美的，很满意", ("美的",)),
    ("在格力上班的朋友推荐了大金", ("大金",)),
    ("今天格力股票又跌了", ()),
    ("美的集团旗下的小天鹅洗衣机很安静", ("小天鹅",)),
    ("格力专卖店门口堵车", ()),
    ("海信冠名的比赛真精彩", ()),
    ("美的不行，这风景太美了", ()),
    ("完美的一天", ()),
    ("爱美的女生都喜欢", ()),
    ("最美的风景在路上", ()),
    ("老板态度很好，送货也快", ()),
    ("早上喝了小米粥", ()),
    ("一块石头砸下来", ()),
    ("他脖子上挂着大金链子", ()),
    ("三星堆的文物很震撼", ()),
    ("春天的樱花很好看", ()),
    ("气贯长虹", ()),
    ("志高远方", ()),
    ("格力高饼干好吃", ()),
    ("好用//@某某:格力空调不制冷", ()),
    ("澜川热水器水温稳定", ("澜川",)),
    ("LANCHUAN的客服不错", ("澜川",)),
)


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load(extra_brands={"澜川": ("澜川电器", "LANCHUAN")})


@pytest.mark.parametrize(("text", "brands"), ABOUT)
def test_a_text_is_about_the_brands_whose_product_it_judges(
    analyzer: Analyzer, text: str, brands: tuple[str, ...]
) -> None:
    assert analyzer.analyze(Reading(text=text)).about == brands


def test_a_review_is_about_its_shops_brand_and_others_that_it_speaks_of(analyzer: Analyzer) -> None:
    title = "格力（GREE）1.5匹 云佳 新一级能效 变频冷暖 壁挂式空调挂机KFR-35GW/NhGc1B"
    read = analyzer.analyze(Reading(text="比以前的海尔省电", brand="格力（GREE）", product=title))
    assert read.about == ("格力", "海尔")
    assert [(e.kind, e.name) for e in read.entities] == [
        ("category", "空调"),
        ("model", "KFR-35GW/NhGc1B"),
        ("brand", "海尔"),
    ]


def test_a_product_title_alone_names_the_brand(analyzer: Analyzer) -> None:
    read = analyzer.analyze(Reading(text="不错", product="澜川 LX-60 电热水器 60升"))
    assert read.about == ("澜川",)
    assert read.entities[0].name == "热水器"


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("格力（GREE）", "格力"),
        ("美的(Midea)", "美的"),
        ("A.O.史密斯", "A.O.史密斯"),
        ("Haier", "海尔"),
        ("星野（XINGYE）", "星野"),
    ],
)
def test_a_shops_spelling_becomes_the_canonical_brand(analyzer: Analyzer, written: str, canonical: str) -> None:
    assert analyzer.analyze(Reading(text="好", brand=written)).about == (canonical,)


def test_an_alias_given_for_a_known_brand_is_added(analyzer: Analyzer) -> None:
    known = Analyzer.load(extra_brands={"格力": ("力哥家",)})
    assert known.analyze(Reading(text="力哥家空调不错，格力空调也在用")).about == ("格力",)


def about_rows(split: str) -> list[dict[str, Any]]:
    lines = (SETS / "about.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["split"] == split and not row.get("doubt")]


@pytest.mark.parametrize("split", FLOORS)
def test_the_labelled_texts_are_about_their_brands(
    analyzer: Analyzer, split: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = about_rows(split)
    read = analyzer.analyze_many([Reading(text=row["text"]) for row in rows])
    right: Counter[str] = Counter()
    for row, one in zip(rows, read, strict=True):
        right[row["kind"]] += set(one.about) == set(row["about"])
    totals = Counter(row["kind"] for row in rows)
    with capsys.disabled():
        kinds = " ".join(f"{kind} {right[kind]}/{total}" for kind, total in totals.items())
        print(f"\nabout {split}: {right.total() / len(rows):.3f} of {len(rows)}; {kinds}")
    assert right.total() / len(rows) >= FLOORS[split]


@pytest.mark.parametrize("split", FRESH_FLOORS)
def test_texts_of_another_writer_are_about_their_brands(
    analyzer: Analyzer, split: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (SETS / "about_fresh.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["split"] == split]
    read = analyzer.analyze_many([Reading(text=row["text"]) for row in rows])
    pairs = [(set(row["about"]), set(one.about)) for row, one in zip(rows, read, strict=True)]
    right = sum(wanted == found for wanted, found in pairs)
    both = sum(len(wanted & found) for wanted, found in pairs)
    precision = both / sum(len(found) for _, found in pairs)
    recall = both / sum(len(wanted) for wanted, _ in pairs)
    with capsys.disabled():
        print(
            f"\nabout fresh {split}: {right / len(rows):.3f} of {len(rows)}; precision {precision:.3f}, recall {recall:.3f}"
        )
    assert right / len(rows) >= FRESH_FLOORS[split]


@pytest.mark.parametrize(("number", "floor"), WRITERS.items())
def test_texts_of_writers_who_knew_no_rules_are_about_their_brands(
    analyzer: Analyzer, number: int, floor: float, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (SETS / f"about_w{number}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if not row.get("doubt")]
    read = analyzer.analyze_many([Reading(text=row["text"]) for row in rows])
    share = sum(set(one.about) == set(row["about"]) for row, one in zip(rows, read, strict=True)) / len(rows)
    with capsys.disabled():
        print(f"\nabout writer {number} ({rows[0]['split']}): {share:.3f} of {len(rows)}")
    assert share >= floor


def test_our_own_phrases_are_about_their_brands(analyzer: Analyzer) -> None:
    lines = (SETS / "mentions_own.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if "about" in row]
    read = analyzer.analyze_many([Reading(text=row["text"]) for row in rows])
    right = sum(set(one.about) == set(row["about"]) for row, one in zip(rows, read, strict=True))
    assert right / len(rows) >= 0.92
