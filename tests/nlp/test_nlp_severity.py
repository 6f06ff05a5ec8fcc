"""Golden cases written for this project: what is grave, and what only sounds so."""

import json
from pathlib import Path

import numpy as np
import pytest

from domain.analysis import Severity, SeverityClass
from domain.errors import InvalidSettings
from nlp.analyzer import Analyzer, Reading
from nlp.sentiment import MODELS
from nlp.severity import passages

SETS = Path(__file__).parent / "sets"
FLOORS = {
    ("severity", "dev"): (0.97, 0.97, 0.97),
    ("severity", "test"): (0.9, 0.9, 0.97),
    ("severity_fresh", "dev"): (0.9, 0.95, 0.95),
    ("severity_fresh", "test"): (0.82, 0.93, 0.95),
    ("severity_writers", "train"): (0.9, 0.95, 0.95),
    ("severity_writers", "test"): (0.9, 0.95, 0.96),
}
"""Precision, recall and right class by set and half; dev halves and train are trained on."""

GRAVE = {
    "safety": (
        "热水器漏电伤人",
        "澜川热水器漏电，我爸洗澡被电到了",
        "昨晚空调突然起火，窗帘都烧着了",
        "用了三个月的取暖器自己烧起来了，幸好发现得早",
        "洗澡的时候触电了，手现在还麻，客服居然说正常",
        "电压力锅炸了，厨房一片狼藉",
        "冰箱半夜冒烟，全家吓醒",
        "燃气热水器一氧化碳中毒，两人送医",
        "集成灶玻璃面板突然自爆，碎片割伤孩子的脚",
        "外机掉下来砸到人了，安装师傅电话打不通",
        "没想到漏电了，差点出人命",
        "没用几天洗衣机就着火了",
        "净水器接头爆裂，家里被淹，地板全泡了",
        "空调插头烧焦了，满屋子糊味",
        "电饭煲漏电把我妈电了一下，售后还推诿",
        "买的电水壶把手断了，孩子被烫伤住院",
        "空调外机爆炸，一名安装工受伤",
        "破壁机玻璃杯炸裂划伤手",
    ),
    "group": (
        "澜川冰箱的车主们已经建了维权群，准备一起维权",
        "小区业主集体投诉中央空调质量问题",
        "两百多名用户联名投诉，要求退一赔三",
        "受害者群已经满五百人了，要去总部讨说法",
        "业主们在门店门口拉横幅维权",
        "大家抱团维权吧，商家已经失联",
    ),
    "regulator": (
        "市场监管总局通报，某品牌电热水器因防电击不合格被召回",
        "澜川两款净水器抽检不合格，被责令整改",
        "315晚会曝光了这家空调的安装乱象",
        "该公司因虚假宣传被罚款20万元",
        "法院判决厂家赔偿消费者三倍货款",
        "已经打12315投诉了，市场监管局正式受理",
        "品牌方被市场监管局约谈",
        "央视曝光翻新空调当新机卖",
        "召回公告：部分批次洗衣机存在起火隐患",
    ),
    "reputation": (
        "该集团董事长被带走调查",
        "安装师傅动手打人，监控都拍下来了",
        "厂家泄露用户隐私，电话被卖给推销的",
        "高管受贿案开审，公司股价大跌",
        "公司财务造假，虚增利润十个亿",
        "售后人员辱骂消费者的录音传开了",
    ),
}
HARMLESS = (
    "空调炸街好看",
    "热得要爆炸，幸好空调给力",
    "这个天热到爆炸，空调一开瞬间凉快",
    "有防漏电保护，老人用着放心",
    "没有漏电，用了两年一直很好",
    "如果漏电怎么办？有没有保护",
    "担心漏电，所以买了带防电墙的",
    "请问这款热水器会漏电吗",
    "出水断电，杜绝漏电隐患",
    "颜值爆炸，放客厅很有面子",
    "把我气炸了，等了三天没人安装",
    "这个价格真是炸裂，闭眼入",
    "销量火爆，抢到就是赚到",
    "新款防干烧防漏电，限时秒杀，点击链接",
    "冬天用电注意防火，插座不要过载",
    "不会漏水也不会漏电，质量很放心",
    "再不处理我就打12315投诉",
    "准备去消协投诉，太气人了",
    "建议大家买空调前看看一氧化碳中毒的预防知识",
    "万一起火了谁负责",
    "心态爆炸，客服一直踢皮球",
    "嗓子都冒烟了，客服还在绕圈子",
    "制冷很快，声音小，安装师傅也很专业",
    "漏水严重，叫了三次售后没人来",
    "怕爆炸所以买的贵一点的",
    "618爆款，爆单了发货慢",
    "烧钱的玩意儿，电费太高",
    "带漏电保护开关，安全",
    "好吃到爆炸的空气炸锅鸡翅",
    "避免了漏电的风险，给父母买的",
    "从来没有出现过漏电的情况",
    "昨晚追剧看到空调爆炸那集，笑死",
    "电视画质不错，就是广告多",
    "可能会漏电的话就别买了",
)


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load(extra_brands={"澜川": ("澜川电器",)})


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in GRAVE.items() for text in texts])
def test_a_reported_grave_matter_is_severe_of_its_class(analyzer: Analyzer, kind: str, text: str) -> None:
    severity = analyzer.analyze(Reading(text=text)).severity
    assert severity is not None, text
    assert severity.kind is SeverityClass(kind)
    assert severity.reason in text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_denied_supposed_advertised_or_a_joke_is_not_severe(analyzer: Analyzer, text: str) -> None:
    assert analyzer.analyze(Reading(text=text)).severity is None


def test_the_reason_is_masked(analyzer: Analyzer) -> None:
    severity = analyzer.analyze(Reading(text="热水器漏电伤人请联系13812345678")).severity
    assert severity is not None
    assert "13812345678" not in severity.reason


def test_a_reposted_grave_matter_is_not_the_posters_own_report(analyzer: Analyzer) -> None:
    assert analyzer.analyze(Reading(text="太吓人了//@某某:热水器漏电伤人")).severity is None


def test_the_golden_set_is_as_large_as_promised() -> None:
    assert sum(map(len, GRAVE.values())) + len(HARMLESS) >= 60


@pytest.mark.parametrize(("name", "half"), list(FLOORS))
def test_the_labelled_sets_are_read_as_well_as_measured(analyzer: Analyzer, name: str, half: str) -> None:
    lines = (SETS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["split"] == half and not row.get("doubt")]
    read = analyzer.analyze_many([Reading(text=row["text"]) for row in rows])
    found = [
        (row["severity"], one.severity.kind.value if one.severity else None)
        for row, one in zip(rows, read, strict=True)
    ]
    right = [told == meant for meant, told in found if told and meant]
    precision = len(right) / sum(told is not None for _, told in found)
    recall = len(right) / sum(meant is not None for meant, _ in found)
    for floor, figure in zip(FLOORS[name, half], (precision, recall, sum(right) / len(right)), strict=True):
        assert figure >= floor


def test_a_reason_is_in_the_masked_text_and_a_certainty_a_probability(analyzer: Analyzer) -> None:
    texts = [text for texts in GRAVE.values() for text in texts]
    for one in analyzer.analyze_many([Reading(text=f"电话13812345678，{text}，加微信abc12345") for text in texts]):
        if one.severity is not None:
            assert one.severity.reason
            assert one.severity.reason in one.masked
            assert 0 < one.severity.certainty <= 1


def test_a_text_is_judged_alike_alone_and_among_others(analyzer: Analyzer) -> None:
    texts = [*[text for texts in GRAVE.values() for text in texts], *HARMLESS]
    together = [one.severity for one in analyzer.analyze_many([Reading(text=text) for text in texts])]
    assert together == [_severity(analyzer, text) for text in texts]


def test_a_grave_sentence_within_a_long_harmless_text_is_found(analyzer: Analyzer) -> None:
    chat = "外观好看，声音小，安装师傅很专业，家里老人也喜欢。" * 40
    severity = _severity(analyzer, f"{chat}昨晚空调突然起火，火苗窜到窗帘上，消防来了才扑灭。{chat}")
    assert severity is not None
    assert severity.kind is SeverityClass.SAFETY
    assert _severity(analyzer, chat * 2) is None


def test_what_the_shop_names_counts_as_the_thing(analyzer: Analyzer) -> None:
    reading = Reading(text="漏电了，把我妈电到了", brand="澜川", product="澜川电热水器60升")
    assert analyzer.analyze(reading).severity is not None


@pytest.mark.parametrize("title", ["澜川空调起火", "澜川召回12万台热水器", "澜川高管辱骂消费者"])
def test_a_headline_is_enough(analyzer: Analyzer, title: str) -> None:
    assert _severity(analyzer, title) is not None


@pytest.mark.parametrize(
    "text", ["", "炸", "😀" * 50, "fire " * 400, "炸" * 20_000, "\x00\ud800起火", "\u202e空调起火", "起火。" * 5_000]
)
def test_no_text_is_too_odd_to_be_judged(analyzer: Analyzer, text: str) -> None:
    severity = _severity(analyzer, text)
    assert severity is None or 0 <= severity.certainty <= 1


def test_passages_are_the_whole_text_in_order() -> None:
    for text in ("", "短。", "空调起火。" * 100, "没有句号" * 200, "长" * 239 + "。" + "句" * 500 + "！后"):
        parts = passages(text)
        assert "".join(text[start:end] for start, end in parts) == text
        assert all(0 < end - start <= 240 for start, end in parts if text)


def test_a_teams_own_words_decide(tmp_path: Path) -> None:
    own = tmp_path / "severity.yaml"
    own.write_text("always: {safety: [烤机事件]}\nnever: [漏电伤人]\n", encoding="utf-8")
    analyzer = Analyzer.load(severity=own)
    always = _severity(analyzer, "又是烤机事件，第三起了")
    assert always == Severity(kind=SeverityClass.SAFETY, reason="烤机事件", certainty=1.0)
    assert _severity(analyzer, "漏电伤人这个话题") is None


@pytest.mark.parametrize(
    "content", ["alwys: {}", "never: 炸街", "events: {smoke: [烟]}", "never: [315]", "[", "- 炸街"]
)
def test_a_wrong_file_of_own_words_is_refused(tmp_path: Path, content: str) -> None:
    own = tmp_path / "severity.yaml"
    own.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidSettings, match=str(own)):
        Analyzer.load(severity=own)


def test_the_model_is_small_and_holds_no_objects() -> None:
    path = MODELS / "severity.npz"
    assert path.stat().st_size <= 2 << 20
    with np.load(path, allow_pickle=False) as arrays:
        assert np.isfinite(arrays["table"]).all()


def _severity(analyzer: Analyzer, text: str) -> Severity | None:
    return analyzer.analyze(Reading(text=text)).severity
