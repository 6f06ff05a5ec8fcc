import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import InvalidSettings
from nlp.analyzer import Analyzer, Reading
from nlp.taxonomy import load_taxonomy


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load()


def _read(analyzer: Analyzer, text: str) -> dict[str, str]:
    return {one.aspect: one.polarity.value for one in analyzer.analyze(Reading(text=text)).aspects}


@pytest.mark.parametrize(
    ("text", "aspect", "polarity"),
    [
        ("没有噪音", "噪音", "positive"),
        ("一点噪音都没有", "噪音", "positive"),
        ("不是很安静", "噪音", "negative"),
        ("噪音没有说的那么小", "噪音", "negative"),
        ("比以前的安静多了", "噪音", "positive"),
        ("师傅要了三百", "安装收费", "negative"),
        ("打孔收了我六十", "安装收费", "negative"),
        ("十天了还没到", "物流", "negative"),
        ("等了一个星期才送到", "物流", "negative"),
        ("开了一晚上屋里还是30度", "制冷", "negative"),
        ("左右扫风居然没有", "功能遥控", "negative"),
        ("没有同价位的美的性价比高", "价格", "negative"),
        ("没有乱收费", "安装收费", "positive"),
        ("什么时候才来安装啊，到货五天了", "安装", "negative"),
        ("刚买完第二天就降价了", "价格", "negative"),
        ("静音效果：一点声音都听不到", "噪音", "positive"),
        ("冷暖效果：制冷快", "制冷", "positive"),
    ],
)
def test_a_clause_is_read_by_what_it_says_not_by_its_words(
    analyzer: Analyzer, text: str, aspect: str, polarity: str
) -> None:
    assert _read(analyzer, text).get(aspect) == polarity


@pytest.mark.parametrize(
    "text",
    [
        "已安装，还没用",
        "安装的时候我没在家",
        "还没用，不知道质量怎么样",
        "用了一阵再来评价制冷效果",
        "帮朋友买的空调，收到了",
        "约好了明天安装",
    ],
)
def test_a_matter_that_is_only_named_is_no_opinion(analyzer: Analyzer, text: str) -> None:
    assert _read(analyzer, text) == {}


def test_fees_are_not_blamed_on_the_installing(analyzer: Analyzer) -> None:
    assert _read(analyzer, "安装师傅乱收费") == {"安装收费": "negative"}


def test_service_after_the_installer_is_the_installers(analyzer: Analyzer) -> None:
    assert _read(analyzer, "安装师傅很专业，态度很好") == {"安装": "positive"}
    assert _read(analyzer, "客服态度很好") == {"客服售后": "positive"}


def test_a_clause_that_only_judges_belongs_to_the_one_before(analyzer: Analyzer) -> None:
    text = "空调的安装，真的很专业"
    (one,) = analyzer.analyze(Reading(text=text)).aspects
    assert (one.aspect, one.polarity.value, text[one.start : one.end]) == ("安装", "positive", text)


def test_a_heading_gives_way_to_what_its_line_says(analyzer: Analyzer) -> None:
    assert _read(analyzer, "送货安装：安装师傅很专业") == {"安装": "positive"}
    assert set(_read(analyzer, "送货安装：很快")) == {"安装", "物流"}


def test_add_ons_wait_for_their_appliance_unless_the_word_is_sure(analyzer: Analyzer) -> None:
    assert "吸力" in _read(analyzer, "吸力很大")
    assert "容量" not in _read(analyzer, "空间很大")
    assert "容量" in _read(analyzer, "冰箱空间很大")


def test_the_aspects_of_other_appliances_are_read(analyzer: Analyzer) -> None:
    lines = (Path(__file__).parent / "sets" / "addons.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    read = analyzer.analyze_many([Reading(text=row["text"]) for row in rows])
    found = [{(one.aspect, one.polarity.value) for one in answer.aspects} for answer in read]
    expected = [{(aspect, polarity) for aspect, polarity in row["aspects"]} for row in rows]
    right = sum(len(have & want) for have, want in zip(found, expected, strict=True))
    assert right / sum(map(len, found)) >= 0.85
    assert right / sum(map(len, expected)) >= 0.9


def test_certainty_is_a_probability_and_clear_words_have_more_of_it(analyzer: Analyzer) -> None:
    (clear,) = analyzer.analyze(Reading(text="制冷效果太差了，根本不凉快")).aspects[:1]
    (faint,) = analyzer.analyze(Reading(text="制冷效果还行吧")).aspects[:1]
    assert 0 < faint.certainty < clear.certainty <= 1


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    texts=st.lists(
        st.text(alphabet="安装师傅很专业态度好收费没有噪音，。：送货客服差不\n \x00\ud800", max_size=50), max_size=4
    )
)
def test_every_opinion_lies_in_its_text_and_reads_the_same_alone(analyzer: Analyzer, texts: list[str]) -> None:
    together = analyzer.analyze_many([Reading(text=text) for text in texts])
    for text, answer in zip(texts, together, strict=True):
        alone = analyzer.analyze(Reading(text=text))
        assert [(a.aspect, a.polarity, a.start, a.end) for a in alone.aspects] == [
            (a.aspect, a.polarity, a.start, a.end) for a in answer.aspects
        ]
        for one in answer.aspects:
            assert 0 <= one.start < one.end <= len(text)


def test_ones_own_words_are_laid_over_ours(tmp_path: Path) -> None:
    own = tmp_path / "aspects.yaml"
    own.write_text(
        "儿童模式:\n  names: [儿童模式]\n  bad: [孩子一按就停]\n噪音:\n  bad: [像打雷]\n  remove: [嗡嗡]\n",
        encoding="utf-8",
    )
    analyzer = Analyzer.load(aspects=own)
    assert _read(analyzer, "孩子一按就停，太差了")["儿童模式"] == "negative"
    assert _read(analyzer, "晚上像打雷")["噪音"] == "negative"
    assert "嗡嗡" not in load_taxonomy(own).terms
    assert "嗡嗡" in load_taxonomy().terms


def test_a_file_that_is_not_there_adds_nothing(tmp_path: Path) -> None:
    assert load_taxonomy(tmp_path / "aspects.yaml") is load_taxonomy()


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("噪音: [吵]", "噪音"),
        ("噪音:\n  bed: [吵]", "bed"),
        ("价格:\n  names: [618]", "618"),
        ("价格:\n  patterns:\n  - {word: 贵, before: '('}", "before"),
        ("价格:\n  patterns:\n  - {word: 贵, lean: worse}", "worse"),
        ("- 噪音", "list"),
        ("a: [", "aspects.yaml"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(tmp_path: Path, content: str, named: str) -> None:
    own = tmp_path / "aspects.yaml"
    own.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidSettings) as refused:
        load_taxonomy(own)
    assert named in str(refused.value)
    assert "aspects.yaml" in str(refused.value)


def test_very_long_texts_are_read_in_time(analyzer: Analyzer) -> None:
    text = "安装师傅态度好，客服差，" * 20_000
    assert analyzer.analyze(Reading(text=text)).aspects
