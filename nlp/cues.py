"""Words around a brand as compiled patterns: what stands attached to it, where it is a place, owner, employer, share, sponsor or foil."""

import re
from collections.abc import Iterable, Mapping
from functools import cache

import attrs

from nlp.dictionaries import read
from nlp.normalize import normalize

LOOK = 28
"""Characters looked at behind a brand for the thing that it stands before."""
_MOST_ATTRIBUTES = 7

_ATTRIBUTE = re.compile(
    r"大吸力|大容量|大屏|双子|双开|双缸|正品|大厨|控制|[0-9一二三四五六七八九十百两双半大小正]+(?:\.[0-9]+)?(?:匹|p|升|l|寸|英寸|吋|公斤|kg|千克|开门|门|筒|级|代|件套|件|w|千瓦|瓦|人|套|年|款|平|块|缸|桶|眼|孔)?"
    r"|新一?级?|老款?|旧|二手|同款|款|型|家用|商用|智能|变频|定频|无线|有线|手持|全自动|半自动|自动|大吸力|大容量|大屏|高端|旗舰|入门|挂壁?式?|壁挂式?|立式|柜式"
    r"|圆柱|嵌入?式?|台式|卧式|落地|滚筒|波轮|迷你|便携|双子|分区|懒人|多功能|中央|全屋|新风|一拖[一二三四五六]|燃气|电热?|零冷水|恒温|侧吸|顶吸|对开|十字|双开|三开|法式|多门"
    r"|风冷|无霜|游戏|液晶|激光|百寸|高清|无风感|节能|能效|冷暖|单冷|无叶|空气|静音|直流|即热|速热|厨下|末端|前置|反渗透|除菌|杀菌|紫外线?|折叠|可视|带.{1,5}的|这款|那款|这台|那台"
    r"|那套|这套|那个|这个|这|那|系列|品牌|牌子|牌|家|的|制冷|制热|集成|净热|蒸烤|养生|球釜|低糖|儿童|婴儿|母婴|保鲜|水槽|内衣|一键|网红|爆款|特价|全新|进口|国产|联名|限定|白色|黑色|灰色|绿色|粉色"
    r"|\s|[a-z0-9][a-z0-9+\-/().]*"
)


_OTHER_THING = re.compile(
    r"的?((?:(?![是了说在有和也就都不给跟用与比被])[㐀-鿿]){1,3}?(?:机|器|锅|煲|壶|灶|炉|箱|扇|柜|仪|灯|棒|桶|池|槽|毯|头))"
)
"""Something that sounds like a machine, though no list has it: 九阳的炖锅."""


@attrs.frozen(kw_only=True)
class Attached:
    """The thing that a brand stands directly before."""

    kind: str
    """`category`, `product`, `service`, `device` or `other`."""
    word: str
    category: str = ""
    """Canonical appliance of a category word."""
    end: int
    """Where it ends, counted from the end of the brand."""


class Things:
    """Finds what a brand stands before: an appliance, a part, its service, a device of another kind."""

    def __init__(self, categories: Mapping[str, str]) -> None:
        """categories: word → canonical appliance."""
        self._categories = categories
        cues = read("mentions")
        self._kinds: dict[str, str] = {}
        for kind, words in (
            ("product", cues["products"]),
            ("service", cues["service"]),
            ("device", cues["devices"]),
            ("category", categories),
        ):
            self._kinds |= {normalize(str(word)): kind for word in words}
        self._thing = re.compile(alternatives(self._kinds))

    def after(self, right: str) -> Attached | None:
        """The thing before which a brand stands, if only attributes are between. right: what follows the brand."""
        at = 0
        for _ in range(_MOST_ATTRIBUTES):
            found = self._thing.match(right, at)
            if found:
                kind, word = self._kinds[found.group()], found.group()
                category = self._categories.get(word, "") if kind == "category" else ""
                return None if category == "无" else Attached(kind=kind, word=word, category=category, end=found.end())
            attribute = _ATTRIBUTE.match(right, at)
            if attribute is None:
                break
            at = attribute.end()
        loose = _OTHER_THING.match(right)
        return Attached(kind="other", word=loose.group(1), end=loose.end()) if loose else None


def alternatives(words: Iterable[str]) -> str:
    """Pattern of any of the words, the longer first."""
    return "|".join(map(re.escape, sorted({str(word) for word in words}, key=lambda word: (-len(word), word))))


_SHARE = r"(?:的)?(?:股票|股价|股份|股东|涨停|跌停|市值|分红|财报|年报|营收|净利|业绩|a股|港股|h股|[0-9]+股|集团|上市)"
_BOUGHT = (
    r"(?:(?:买|购|入手|选|换|装|用|抢|下单|拿下|安装|采购|拿|抱回|改|盘下|冲|提|推荐|全屋|全套|清一色|老式|新款|老款|投|看中|看上|种草|败|订|定|全是|都是|全部是|换成|换了|收|退了?|认准|支持|只买|首选|还是|上了?|修|投诉|靠|比|选择|信赖|相信|卖|送|中了)(?:的|了|过|个|台|款|一台|了台|了个|的是|到|入|套|一套|就)*"
    r"|(?:[一二三四五六七八九十百两几多整0-9]|[这那]|老|旧|新|[0-9]手)台|(?:[这那一几两]|同)款|[家爸妈奶爷姐哥弟妹店室厅房]的|我的|我这|你家|我家|他家|她家|[厅室房公]那台|[旧老新])\s?$"
)


@attrs.frozen(kw_only=True)
class SensePatterns:
    """What tells a brand from a word, for every brand alike."""

    bought: re.Pattern[str] = re.compile(_BOUGHT)
    """Before it: bought, fitted, a set of."""
    share: re.Pattern[str] = re.compile(_SHARE)
    """Behind it: its share, its company."""
    this_one: re.Pattern[str] = re.compile(r"(?:的|家)?[这那](?:款|台|机器|个牌子|两台|几台)")
    """Behind it: this machine of it."""
    ordinary: re.Pattern[str] = attrs.field(
        factory=lambda: re.compile(rf"(?:的)?(?:{alternatives(read('mentions')['ordinary_next'])})(?!洗|机|器)")
    )
    """Behind it: a person, an animal, a place, a work of art."""
    counted: re.Pattern[str] = re.compile(
        r"(?:[一二两三四五几0-9这那每整][只群道条位名朵颗粒块尊首棵碗斤袋把对]|叫做?|名叫|像|如|宛如|犹如|好似|变成了?|扮演|饰演|化身|一代|俨然|画的|折的|养的|喂)$"
    )
    """Before it: a person, an animal or a thing is counted or named."""
    appliance: re.Pattern[str] = attrs.field(factory=lambda: re.compile(alternatives(read("mentions")["appliance"])))
    """Anywhere: the text speaks of appliances though it names none."""
    together: re.Pattern[str] = re.compile(
        r"(?:和|跟|与|、|还是|或者?|比|vs|/|以及|对比|pk|不如|吊打|>|<|≈|=|被|归|属于|不?就?是|大于|小于|高于|超过|胜过|不输给?|不及|不亚于|秒杀|碾压|超越|完胜|完爆|赶超|媲美|堪比|不敌|输给|赢|吊打|收购了?|旗下的?|&|\+|对)\s?$"
    )
    """Between two brands."""
    appliance_before: re.Pattern[str] = re.compile(
        r"\s?(?:我家)?(?:全|都|也|就|还|:|是|用|买|选|装|换|定|订|拿|上|入|的|了|我)*"
    )
    """Between an appliance and its brand behind it: 烟机是老板的."""
    surname: re.Pattern[str] = re.compile(
        r"(?:叫|名叫|姓名|名字是|[·•]|(?:^|[^㐀-鿿]|叫|是|师傅|老师|朋友|同学|同事|邻居|经理|工|找|问|给|和|跟|由|请|姓)[李王张刘陈杨赵周吴徐孙胡朱林何郭罗宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜钟汪姜范姚谭廖邹熊郝孔邱秦侯邵孟龙段钱汤尹黎贺赖龚庞樊殷])$"
    )
    """Before it: it is the given name of a person."""
    edge: re.Pattern[str] = re.compile(
        r"(?:^|[^㐀-鿿]|[的了是买装用和与跟比或家台款个有给让被把到从向说找叫问看这那某收出卖抢入后前年月天号日新旧老时像如于也都就还又再才只过着得去来要想靠换修选"
        r"诉荐择括及商牌厅室厨房壁国本海套位种些件样谢怪嫌爱夸赞赔付求催骂打听为因但而若及拿提款挺等于按由名]|楼上|楼下|厨房|客厅|卧室|阳台|中国|日本|上海|广东|顺德|双十一|双11|618|京东|淘宝|天猫|苏宁|国美|拼多多|闲鱼|去年|今年|以前|现在|最后|最终|选择|自家|全屋|三台|一台|两台|个人)$"
    )
    """Before it: a word can begin here."""


@cache
def sense_patterns() -> SensePatterns:
    """Compiled once."""
    return SensePatterns()
