"""Any text at all: never an exception, always an answer whose places lie inside the text."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.analysis import Analysis
from nlp.analyzer import Analyzer, Reading
from nlp.normalize import mask, normalize

WORDS = st.lists(
    st.sampled_from(
        [
            "空调", "漏水", "没有", "美的", "格力", "比", "但是", "不", "希望", "因为", "爆炸", "起火", "维权", "//@某某:", "回复@某某:", "转发微博",
            "[泪]", "<br>", "<b>", "</b>", "&nbsp;", "<a href='tel:13812345678'>", "<!--", "-->", "<script>", "\u200b", "\ufe0f", "\u200d", "\x00", "\ud83d",
            "\udc00", "\ufffd", "\x1e", "\ue000", "\u202e", "مرحبا", "\u0301" * 3, "👨‍👩‍👧", "🇨🇳", "臺", "乾", "ﷺ", "İ", "ß", "㎏", "①", "13812345678", "加v信abc12345",
            "kfr-35gw/(26549)fnhaa-b1", "\n" * 5, "\r", "\t", " ", "\u3000", "，", "。", "！", "1.5匹", "a" * 40, "哈" * 30, "𠮷", "\U0010ffff",
        ]
    ),
    max_size=16,
).map("".join)  # fmt: skip
ANY = st.text(alphabet=st.characters(), max_size=60)
ODD = {
    "empty": "",
    "NUL": "\x00" * 50,
    "half surrogates": "\ud800漏水\udfff",
    "only emoji": "😀👨‍👩‍👧🇨🇳" * 300,
    "only English": "the compressor leaks and nobody answers the phone. " * 50,
    "right to left": "\u202eמזגן מרחبا\u202c " * 100,
    "line breaks": "\n" * 100_000,
    "combining": "漏" + "\u0301" * 20_000,
    "private use": "\ue000\uf8ff\U000f0000" * 500,
    "tags": "<b>" * 20_000,
    "open comment": "<!--" * 20_000,
    "entities": "&amp;" * 20_000,
    "brackets": "[" * 50_000,
    "chains": "//@a:" * 20_000,
    "digits": "1" * 100_000,
    "model": "kfr-35gw/" * 10_000,
    "grow": "ﷺ" * 20_000,
    "joiners": "\u200d" * 50_000,
    "severe": "爆炸" * 30_000,
    "brands": "美的格力海尔比" * 200,
    "spread": "漏.水.了.没.人.管." * 5_000,
}


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load()


def check(text: str, read: Analysis) -> None:
    """What holds of every answer."""
    assert read.masked == mask(text)
    assert read.normalized == normalize(read.masked)
    assert "".join(read.tokens).replace(" ", "") == "".join(c for c in read.normalized if not c.isspace())
    assert sum((read.p.negative, read.p.neutral, read.p.positive)) == pytest.approx(1, abs=1e-4)
    assert 0 <= read.spam <= 1
    shown = "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text)
    for opinion in read.aspects:
        assert 0 <= opinion.start < opinion.end <= len(text)
        assert opinion.opinion == mask(shown[opinion.start : opinion.end]) or "［" in opinion.opinion
    for entity in read.entities:
        assert 0 <= entity.start <= entity.end <= len(text)
    for part in (read.masked, read.normalized, *read.tokens, *read.spam_reasons):
        part.encode("utf-8")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(ANY | WORDS, min_size=1, max_size=4))
def test_any_text_is_answered_with_places_inside_it(analyzer: Analyzer, texts: list[str]) -> None:
    for text, read in zip(texts, analyzer.analyze_many([Reading(text=text) for text in texts]), strict=True):
        check(text, read)


@pytest.mark.parametrize("name", ODD)
def test_odd_texts_are_answered(analyzer: Analyzer, name: str) -> None:
    check(ODD[name], analyzer.analyze(Reading(text=ODD[name])))


@pytest.mark.parametrize(
    "piece",
    ["漏水", "a", "。", "空调漏水三天没人来修，", "<b>漏</b>水", "13812345678 ", "\u200b漏", "😀", "臺灣冷氣機，"],
)
def test_work_grows_with_the_length_of_a_line_not_with_its_square(analyzer: Analyzer, piece: str) -> None:
    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        begin = time.process_time()
        analyzer.analyze(Reading(text=text))
        return time.process_time() - begin

    seconds(1000)
    assert seconds(300_000) < 45 * (seconds(30_000) + 0.02)  # quadratic work: 100 times


def test_a_million_characters_in_a_line_are_answered(analyzer: Analyzer) -> None:
    text = "空调漏水三天没人来修，<b>客服</b>13812345678不理人😀" * 30_000
    check(text[:1_000_000], analyzer.analyze(Reading(text=text[:1_000_000])))
