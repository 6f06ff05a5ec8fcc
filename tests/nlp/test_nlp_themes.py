from datetime import UTC, datetime

import pytest

from domain.analysis import AspectOpinion, Polarity
from domain.documents import Kind, StoredDocument
from nlp.themes import quotes, salient_words, themes

NOON = datetime(2026, 1, 1, 4, tzinfo=UTC)


def _document(number: int, *opinions: tuple[str, str, Polarity]) -> StoredDocument:
    aspects = tuple(
        AspectOpinion(aspect=aspect, polarity=polarity, opinion=words, start=0, end=len(words))
        for aspect, words, polarity in opinions
    )
    return StoredDocument(
        id=f"demo:{number}", source="demo", kind=Kind.REVIEW, text="", normalized="", published_at=NOON, seen_at=NOON,
        sentiment=Polarity.NEGATIVE, score=-1, p_negative=1, aspects=aspects,
    )  # fmt: skip


def test_themes_come_most_frequent_first_with_share_and_lift() -> None:
    rows = themes({"漏水": 20, "噪音": 50, "能耗": 0}, {"噪音": 25}, negatives=98, positives=98)
    assert [(row.theme, row.count, row.share) for row in rows] == [("噪音", 50, 0.5102), ("漏水", 20, 0.2041)]
    assert rows[0].lift == pytest.approx(1.96)
    assert rows[1].lift == pytest.approx(21)


def test_no_negatives_no_themes() -> None:
    assert themes({}, {}, negatives=0, positives=10) == []


def test_quotes_are_short_different_clauses_of_different_documents() -> None:
    documents = [
        _document(1, ("漏水", "用了三天就漏水", Polarity.NEGATIVE), ("漏水", "地板都泡了一大片", Polarity.NEGATIVE)),
        _document(2, ("漏水", "用了五天就漏水", Polarity.NEGATIVE)),
        _document(3, ("漏水", "不漏水很放心", Polarity.POSITIVE)),
        _document(4, ("漏水", "接口处一直往下滴", Polarity.NEGATIVE)),
        _document(5, ("噪音", "吵得睡不着觉", Polarity.NEGATIVE)),
    ]
    found = quotes(documents, "漏水")
    assert len(found) == 3 - 1 or len({document for document, _ in found}) == len(found)
    assert all(document in {"demo:1", "demo:2", "demo:4"} for document, _ in found)
    assert ("demo:4", "接口处一直往下滴") in found


def test_salient_words_stand_out_against_the_usual() -> None:
    usual = [["空调", "制冷", "安装"], ["空调", "客服", "安装"]] * 20
    wave = [["空调", "漏电", "伤人"], ["空调", "漏电", "安装"]] * 10
    words = [word for word, _ in salient_words(wave, usual)]
    assert words[0] == "漏电"
    assert "空调" not in words
    assert salient_words([], usual) == []
