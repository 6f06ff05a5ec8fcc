import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.analysis import Polarity
from nlp.analyzer import Analyzer, Reading

ROWS = [json.loads(line) for line in (Path(__file__).parent / "sets" / "wishes.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load()


@pytest.mark.parametrize("half", ["dev", "test"])
def test_wishes_are_told_from_hopes_advice_and_threats(analyzer: Analyzer, half: str) -> None:
    rows = [row for row in ROWS if row["split"] == half]
    read = analyzer.analyze_many([Reading(text=row["text"]) for row in rows])
    told = [(row["wish"], bool(one.wishes)) for row, one in zip(rows, read, strict=True)]
    right = sum(1 for expected, found in told if expected and found)
    assert right / sum(found for _, found in told) >= 0.93
    assert right / sum(expected for expected, _ in told) >= 0.93


def test_there_are_enough_texts() -> None:
    assert len(ROWS) >= 200
    assert len({row["text"] for row in ROWS}) == len(ROWS)


def test_a_wish_knows_its_words_and_its_aspect(analyzer: Analyzer) -> None:
    text = "制冷很好，要是再便宜一点，就完美了。师傅也专业"
    (wish,) = analyzer.analyze(Reading(text=text)).wishes
    assert (wish.text, wish.aspect) == ("要是再便宜一点，就完美了", "价格")
    assert text[wish.start : wish.end] == wish.text


def test_what_is_wished_for_is_neither_praise_nor_blame(analyzer: Analyzer) -> None:
    read = analyzer.analyze(Reading(text="外观漂亮，要是遥控器有背光就好了"))
    assert {one.aspect for one in read.aspects} == {"外观做工"}


def test_a_wish_is_masked(analyzer: Analyzer) -> None:
    (wish,) = analyzer.analyze(Reading(text="希望厂家改进包装，再联系我13812345678")).wishes
    assert "1381234" not in wish.text


def test_of_a_chain_only_the_posters_own_wishes_count(analyzer: Analyzer) -> None:
    assert analyzer.analyze(Reading(text="哈哈//@某人: 要是再便宜点就好了")).wishes == ()


@settings(max_examples=80, deadline=None)
@given(text=st.text(alphabet="希望要是如果再便宜点就好了，。建议增加改进能不能\n！\u200b\x00\ud800[泪]", max_size=60))
def test_wishes_lie_inside_the_text_and_apart_from_each_other(analyzer: Analyzer, text: str) -> None:
    read = analyzer.analyze(Reading(text=text))
    ends = 0
    for wish in read.wishes:
        assert ends <= wish.start < wish.end <= len(text)
        ends = wish.end
    assert all(one.polarity is not Polarity.NEUTRAL or one.certainty <= 1 for one in read.aspects)
