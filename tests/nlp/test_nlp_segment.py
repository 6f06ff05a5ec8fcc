import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.dictionaries import read_words
from nlp.segment import segmenter

WORDS = segmenter()


@pytest.mark.parametrize(
    "model", ["kfr-35gw/nhgc1b", "bcd-510wtpzm", "xqg100-1426", "jsq25-13wh5d", "cxw-200-em17a", "kfr-72lw/bp3"]
)
def test_model_numbers_stay_whole(model: str) -> None:
    assert model in WORDS.cut(f"这台{model}空调不错")


def test_emoticons_stay_whole() -> None:
    assert WORDS.cut("漏水了[泪]气死[怒骂]") == ["漏水", "了", "[泪]", "气死", "[怒骂]"]


def test_appliance_words_are_known() -> None:
    assert "漏氟" in WORDS.cut("空调漏氟了")
    assert "出水断电" in WORDS.cut("有出水断电功能")


def test_the_users_own_words_stay_whole() -> None:
    assert "澜川云境" in segmenter(words=["澜川云境"]).cut("新买的澜川云境很好")


@given(st.text(alphabet="空调漏水kfr-35gw/nhgc1b[泪] \n,。1.5匹", max_size=60))
def test_nothing_but_blanks_is_lost(text: str) -> None:
    assert "".join(WORDS.cut(text)) == "".join(text.split())


def test_both_engines_agree_on_almost_all_cuts() -> None:
    chance = random.Random(7)
    parts = [word for word, _, _ in read_words()] + [
        "的",
        "了",
        "很",
        "不",
        "我家",
        "昨天",
        "客服",
        "说",
        "师傅",
        "没有",
        "空调",
        "热水器",
        "非常",
        "满意",
        "失望",
        ",",
        "。",
    ]
    texts = ["".join(chance.choices(parts, k=12)) for _ in range(300)]
    jieba = segmenter("jieba")
    same = sum(len(set(_ends(WORDS.cut(text))) & set(_ends(jieba.cut(text)))) for text in texts)
    total = sum(len(set(_ends(WORDS.cut(text))) | set(_ends(jieba.cut(text)))) for text in texts)
    assert same / total >= 0.98


def _ends(words: list[str]) -> list[int]:
    places, at = [], 0
    for word in words:
        at += len(word)
        places.append(at)
    return places
