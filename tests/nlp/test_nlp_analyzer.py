import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.analysis import Polarity
from domain.errors import InvalidSettings
from nlp.analyzer import Analyzer, Reading
from nlp.taxonomy import load_taxonomy

ANY_TEXT = st.text(alphabet=st.characters(), max_size=80)
REVIEWS = st.text(
    alphabet="空调漏水不制冷没有噪音安装师傅乱收费客服美的格力，。！ \u200b[泪]13812345678但是//@a\n…℃臺著", max_size=80
)


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(ANY_TEXT | REVIEWS, max_size=5))
def test_any_text_gets_an_answer_whose_places_lie_inside_it(analyzer: Analyzer, texts: list[str]) -> None:
    answers = analyzer.analyze_many([Reading(text=text) for text in texts])
    assert len(answers) == len(texts)
    for text, answer in zip(texts, answers, strict=True):
        assert answer.p.negative + answer.p.neutral + answer.p.positive == pytest.approx(1, abs=1e-5)
        for span in (*answer.aspects, *answer.entities):
            assert 0 <= span.start < span.end <= len(text)
        answer.masked.encode("utf-8")
        assert set("".join(answer.tokens)) <= set(answer.normalized)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(REVIEWS, min_size=1, max_size=6))
def test_a_text_reads_the_same_alone_and_among_others(analyzer: Analyzer, texts: list[str]) -> None:
    together = analyzer.analyze_many([Reading(text=text) for text in texts])
    for text, answer in zip(texts, together, strict=True):
        alone = analyzer.analyze(Reading(text=text))
        assert (alone.sentiment, alone.tokens, alone.masked) == (answer.sentiment, answer.tokens, answer.masked)
        assert [(a.aspect, a.start, a.end) for a in alone.aspects] == [
            (a.aspect, a.start, a.end) for a in answer.aspects
        ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "\x00",
        "\ud800",
        "😀😡",
        "👨‍👩‍👧",
        "this one is plain english",
        "مرحبا",
        "。。。！！",
        "[泪]",
        "啊" * 1_000_000,
    ],
)
def test_odd_input_is_answered(analyzer: Analyzer, text: str) -> None:
    assert analyzer.analyze(Reading(text=text)).model == analyzer.version


def test_no_texts_no_answers(analyzer: Analyzer) -> None:
    assert analyzer.analyze_many([]) == []


def test_a_mixed_review_is_read_clause_by_clause(analyzer: Analyzer) -> None:
    text = "空调制冷很快，没有噪音，但是安装师傅乱收费，客服还不理人"
    read = {opinion.aspect: opinion for opinion in analyzer.analyze(Reading(text=text)).aspects}
    assert read["制冷"].polarity is Polarity.POSITIVE
    assert read["噪音"].polarity is Polarity.POSITIVE
    assert read["安装收费"].polarity is Polarity.NEGATIVE
    assert read["客服售后"].polarity is Polarity.NEGATIVE
    assert text[read["安装收费"].start : read["安装收费"].end] == read["安装收费"].opinion == "但是安装师傅乱收费"


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("没有噪音", "噪音"),
        ("不漏水", "漏水"),
        ("一点异味都没有，没有异味", "异味"),
        ("用了两年没有任何故障", "质量故障"),
        ("没有虚假宣传", "诚信宣传"),
    ],
)
def test_trouble_that_is_absent_is_praise(analyzer: Analyzer, text: str, aspect: str) -> None:
    found = {opinion.aspect: opinion.polarity for opinion in analyzer.analyze(Reading(text=text)).aspects}
    assert found[aspect] is Polarity.POSITIVE


@pytest.mark.parametrize(
    ("text", "aspect"),
    [
        ("晚上嗡嗡响睡不着", "噪音"),
        ("用了三天就漏水", "漏水"),
        ("刚买完就降价，不给保价", "价格"),
        ("一直拖着没人来安装", "安装"),
        ("外壳有划痕", "外观做工"),
        ("吹出来一股霉味", "异味"),
        ("很费电", "能耗"),
    ],
)
def test_trouble_is_blame(analyzer: Analyzer, text: str, aspect: str) -> None:
    found = {opinion.aspect: opinion.polarity for opinion in analyzer.analyze(Reading(text=text)).aspects}
    assert found[aspect] is Polarity.NEGATIVE


def test_an_appliance_has_only_its_own_aspects(analyzer: Analyzer) -> None:
    washer = analyzer.analyze(Reading(text="洗衣机脱水很干净"))
    aircon = analyzer.analyze(Reading(text="空调脱水", product="澜川空调"))
    assert "脱水" in {opinion.aspect for opinion in washer.aspects}
    assert "脱水" not in {opinion.aspect for opinion in aircon.aspects}


@pytest.mark.parametrize("name", ["热水器", "油烟机", "扫地机", "冷风扇"])
def test_the_name_of_an_appliance_is_no_aspect(analyzer: Analyzer, name: str) -> None:
    assert analyzer.analyze(Reading(text=f"这台{name}收到了")).aspects == ()


def test_the_taxonomy_begins_with_the_fifteen_that_all_appliances_share() -> None:
    assert load_taxonomy().aspects[:15] == (
        "安装",
        "安装收费",
        "客服售后",
        "物流",
        "制冷",
        "制热",
        "噪音",
        "漏水",
        "质量故障",
        "外观做工",
        "功能遥控",
        "能耗",
        "异味",
        "价格",
        "诚信宣传",
    )


def test_personal_data_reach_no_field(analyzer: Analyzer) -> None:
    read = analyzer.analyze(Reading(text="漏水，客服13812345678骂人，订单208765432101，家住人民路12号"))
    assert "1381234" not in repr(read)
    assert "20876543" not in repr(read)
    assert "人民路" not in repr(read)
    assert "［电话］" in read.masked
    assert "[电话]" in read.normalized


def test_a_sites_filler_has_no_opinion(analyzer: Analyzer) -> None:
    read = analyzer.analyze(Reading(text="此用户未填写评价内容"))
    assert (read.sentiment, read.aspects, read.spam_reasons) == (Polarity.NEUTRAL, (), ("默认评价",))
    assert analyzer.analyze(Reading(text="很差", default_text=True)).sentiment is Polarity.NEUTRAL


def test_an_advert_is_spam_with_its_reasons(analyzer: Analyzer) -> None:
    read = analyzer.analyze(Reading(text="内部折扣券，加V信abc12345领券，全场包邮"))
    assert read.spam >= 0.9
    assert any("内部折扣" in reason for reason in read.spam_reasons)
    assert analyzer.analyze(Reading(text="制冷快，声音小，客服耐心")).spam == 0


def test_jieba_reads_where_it_is_asked_for() -> None:
    read = Analyzer.load(engine="jieba").analyze(Reading(text="格力KFR-35GW/NhGc1B空调漏氟了"))
    assert "kfr-35gw/nhgc1b" in read.tokens
    assert "漏氟" in read.tokens


def test_an_unknown_engine_is_refused_by_name() -> None:
    with pytest.raises(InvalidSettings, match="rjieba or jieba"):
        Analyzer.load(engine="thulac")
