import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.markup import has_hidden, shown
from nlp.normalize import is_default_text, normalize, own_words

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60)
CHINESE = st.text(
    alphabet="空调漏水臺灣冷氣機乾隆著裡面後頭髮ＡＢＣ１２３，。！？…℃①②［泪］\u200b\ufe0f İΣß", max_size=40
)


@given(ANY_TEXT | CHINESE)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(ANY_TEXT)
def test_a_normalised_text_can_be_stored(text: str) -> None:
    normal = normalize(text)
    normal.encode("utf-8")
    assert "\x00" not in normal
    assert unicodedata.is_normalized("NFKC", normal)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＫＦＲ－３５ＧＷ／ＮｈＧｃ１Ｂ", "kfr-35gw/nhgc1b"),
        ("這臺冷氣機很吵，漏水嚴重", "这台冷气机很吵,漏水严重"),
        ("漏\u200b水\ufeff了", "漏水了"),
        ("26℃…", "26°c..."),
        ("[泪]<b>粗</b>", "[泪]<b>粗</b>"),
        ("乾隆年間", "乾隆年间"),
    ],
)
def test_search_compares_one_form(text: str, expected: str) -> None:
    assert normalize(text) == expected


def test_a_repost_chain_gives_the_posters_own_words() -> None:
    assert own_words("我家的也漏//@某某:空调漏水//@别人:真的吗") == "我家的也漏"
    assert own_words("转发微博//@某某:空调漏水") == ""
    assert own_words("//@某某:空调漏水") == ""
    assert own_words("没有链条 http://a.cn/b") == "没有链条 http://a.cn/b"


@pytest.mark.parametrize(
    "text",
    [
        "此用户未填写评价内容",
        "此用户没有填写评价内容",
        "该用户觉得商品不错",
        "系统默认好评!",
        "此用户未及时填写评价内容",
        "评价方未及时做出评价,系统默认好评!",
        "默认好评",
        "此用戶未填寫評價內容",
    ],
)
def test_a_sites_own_filler_is_known(text: str) -> None:
    assert is_default_text(text)


@pytest.mark.parametrize(
    "text", ["好评", "不错，给好评", "默认好评是不可能的，太差了", "我觉得商品不错，制冷很快", "", "评价一下这款空调"]
)
def test_a_persons_short_words_are_no_filler(text: str) -> None:
    assert not is_default_text(text)


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("回复@某某:说得对//@别人:漏水", "说得对"),
        ("回复@某某 ：我也是", "我也是"),
        ("我家也是／／＠某某：漏水", "我家也是"),
        ("转发微博。//@某某:漏水", ""),
        ("轉發微博//@某某:漏水", ""),
        ("RT @someone: leaking", ""),
        ("气死 RT @someone: leaking", "气死 "),
        ("看这个 https://@host/x", "看这个 https://@host/x"),
        ("start @某某 一起看", "start @某某 一起看"),
    ],
)
def test_the_own_words_of_other_kinds_of_chains(text: str, own: str) -> None:
    assert own_words(text) == own


def test_what_a_person_does_not_see_is_out_of_the_view_and_its_places_are_kept() -> None:
    text = '漏\u200b水<br/>噪音<b>大</b>&nbsp;<img src="x" alt="[泪]">&amp;<script>var 好评=1</script>完'
    seen, places = shown(text)
    assert seen == "漏水\n噪音大\xa0[泪]&完"
    assert [text[place] for place, sign in zip(places, seen, strict=True) if sign not in "\n\xa0&"] == list(
        "漏水噪音大[泪]完"
    )


@pytest.mark.parametrize("text", ["a & b", "<3", "<某某>", "&nothing;", "x<y"])
def test_signs_that_are_no_markup_stay_in_view(text: str) -> None:
    assert not has_hidden(text)


@given(ANY_TEXT)
def test_each_seen_character_has_a_place_and_places_grow(text: str) -> None:
    seen, places = shown(text)
    assert len(seen) == len(places)
    assert places == sorted(set(places))


@pytest.mark.parametrize(
    "text",
    ["<p>此用户未填写评价内容</p>", "系统默认好评👍", "该用户觉得商品非常好，给出5星好评", "此用戶未填寫評價內容"],
)
def test_filler_is_known_through_markup_and_scripts(text: str) -> None:
    assert is_default_text(text)
