import pytest

from nlp.adverts import hidden_adverts
from nlp.analyzer import Analyzer, Reading
from nlp.normalize import normalize
from nlp.spam import spam_terms


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load()


@pytest.mark.parametrize(
    "text",
    [
        "手机不错，关注宫中号（云上省）领娶",
        "我.领.了.三.佰.神.卷，关.住.工.仲.好",
        "这次用了五佰的内·部折扣卷，添迦V：abc12345",
        "要优惠的佳薇❤：lanchuan88",
        "加十薇信 lanchuan88 进折扣裙",
        "内部优惠券群，扫码领，加V信lanchuan88",
        "+vx lanchuan88 返利",
        "领大额券的加我薇❤lanchuan88",
    ],
)
def test_masked_adverts_are_flagged_with_a_reason(analyzer: Analyzer, text: str) -> None:
    read = analyzer.analyze(Reading(text=text))
    assert read.spam >= 0.6
    assert read.spam_reasons


@pytest.mark.parametrize(
    "text",
    [
        "关注公众号报修，客服很快回了",
        "微信支付很方便，加了安装师傅的微信",
        "领了四百优惠券买的，很划算",
        "施工中好几次漏水，公众好评的牌子",
        "加工中号的裙子",
        "好.真好.太好了",
        "赞.赞.赞.赞.赞.赞",
        "色、香、味、形、器都不错",
        "重要的心愿，因为新空调凉快",
        "十维修点都没人，加微波炉一起买",
    ],
)
def test_ordinary_words_of_the_same_sound_are_no_advert(analyzer: Analyzer, text: str) -> None:
    assert hidden_adverts(normalize(text)) == []
    assert analyzer.analyze(Reading(text=text)).spam < 0.4


def test_paid_praise_is_told(analyzer: Analyzer) -> None:
    read = analyzer.analyze(Reading(text="卖家说五星好评返现，为了京豆来凑字数"))
    assert read.spam >= 0.8
    assert any(reason.startswith("刷评") for reason in read.spam_reasons)


def test_an_account_alone_is_odd_but_no_clear_advert(analyzer: Analyzer) -> None:
    read = analyzer.analyze(Reading(text="客服请联系我，微信lanchuan88"))
    assert (read.spam, read.spam_reasons) == (0.4, ("留有微信或QQ号",))


def test_every_term_has_a_reason_and_a_weight_within_bounds() -> None:
    assert len(spam_terms()) > 200
    assert all(reason in ("广告", "刷评") and 0 < weight <= 1 for reason, weight in spam_terms().values())
