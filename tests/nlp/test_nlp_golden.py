"""Short everyday posts, written for this file and not trained on, whose mood nobody would dispute."""

import pytest

from domain.analysis import Analysis, Polarity
from nlp.analyzer import Analyzer, Reading

POSTS = {
    Polarity.NEUTRAL: (
        "有没有用米禾洗衣机的朋友，十公斤够一家四口吗",
        "想给爸妈换台电视，六十五寸的摆电视柜上放得下不",
        "林溪空调和海尔空调，卧室用买哪个",
        "洗碗机放盐的盖子在哪里打开",
        "刚给新家定了一台米禾冰箱，下周二送",
        "热水器今天送到了，师傅约的后天过来装",
        "格力公布前三季度业绩，营收同比持平",
        "林溪电器在佛山的新工厂下月投产",
        "出一台用了两年的小天鹅洗衣机，六百自提",
        "收一台二手的方太油烟机，同城的联系我",
        "净水器滤芯换下来以后，记得先冲洗五分钟",
        "周末把空调滤网拆下来冲了冲",
        "我家厨房用的是老板的烟机",
        "米禾的店开到我们小区门口了",
        "预算四千，求推荐一台扫地机器人",
        "空气炸锅第一次用要不要先空烧",
        "这款烤箱容量四十升，外壳黑色",
        "双十一准备买个电饭煲，先把链接存着",
        "林溪的洗地机能接米家吗",
        "同事说他家冰箱也是这个牌子",
        "洗衣机漏水一般是什么原因，维修师傅来讲讲",
        "微波炉还没拆箱，等搬过去再用",
        "楼上邻居家装的是林溪的集成灶",
        "想了解一下热泵烘干机的工作原理",
        "米禾和松下的吹风机，风嘴能通用吗",
        "月底去展会看看新出的嵌入式冰箱",
        "消毒柜的层架可以拆下来洗吗",
        "林溪宣布与某地职校合办家电维修班",
    ),
    Polarity.POSITIVE: (
        "米禾空调开一整夜都听不到响动",
        "洗碗机洗完的玻璃杯一点印子都没有",
        "林溪师傅装完没要一分辅材钱",
        "用了三年从来没报过修",
        "油烟机炒辣椒也不呛人了",
        "冰箱没有异味，菜放五天还是脆的",
        "热水器不用等，热水马上就来",
        "扫地机器人没卡过一次线",
        "客服一点没推诿，半小时就给换了新的",
        "谁说国货不行，林溪洗衣机我家用了八年",
        "早知道洗烘一体这么省事，前两年就该买",
        "还想再买一台给我妈，第一台太好用了",
        "没有想象中那么费电，一个月才多了二十块",
        "加湿器放床头也不吵，桌面不湿",
        "送货小哥搬上五楼没抱怨一句",
        "米禾净水器出的水烧开没有水垢",
        "给林溪售后点个赞",
        "电饭煲煮的饭粒粒分明",
        "林溪风扇开最大挡也听得清电视对白",
        "给外婆装的扶手浴霸，她逢人就夸",
        "烤箱买回来天天做面包，孩子都胖了，太喜欢了",
        "投影仪色彩很棒，安装也简单",
        "米禾的师傅准点到，活干得漂亮",
        "烘干机烘出来的被子蓬蓬的，好舒服",
        "水壶烧得快又保温，物超所值",
    ),
    Polarity.NEGATIVE: (
        "米禾空调开一整夜外机响个不停",
        "洗碗机洗完的玻璃杯全是水印",
        "林溪师傅装完又要了两百辅材钱",
        "用了三个月报修五次",
        "油烟机怎么还是满屋子呛人的烟",
        "冰箱有股怪味，菜放一天就烂",
        "请问怎么退货，热水器用了一星期就打不着火",
        "扫地机器人为什么老是卡在门口",
        "米禾的客服电话有人接过吗，打了一天都占线",
        "想问问有没有和我一样，刚过保就坏的",
        "准备投诉林溪，说好的免费安装现在不认了",
        "出一台林溪洗衣机，吵得受不了，半价拿走",
        "等安装等了九天，电话都没一个",
        "米禾电视开机广告关不掉，谁家电视这样啊",
        "洗衣机漏水把地板泡了，厂家说不归他们管",
        "刚买一周就降了四百，不给退差价",
        "以后谁买林溪我劝谁",
        "电饭煲煮的饭总是夹生",
        "林溪风扇开最小挡都盖过电视声音",
        "投影仪色彩发灰，安装费还另算",
        "米禾的师傅迟到两小时，活干得一塌糊涂",
        "烘干机把我羊绒衫缩成童装了",
        "水壶三个月就锈了，物非所值",
    ),
}
WRONG_AT_MOST = {Polarity.NEUTRAL: 2, Polarity.POSITIVE: 10, Polarity.NEGATIVE: 4}
"""ngram-3 gets 1, 10 and 4 wrong; praise by a fault that is absent is still its weakest point."""
COUNTED = 0.7
"""p(negative) from which a watch counts a post."""


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load()


def _read(analyzer: Analyzer, mood: Polarity) -> list[tuple[str, Analysis]]:
    return list(zip(POSTS[mood], analyzer.analyze_many([Reading(text=text) for text in POSTS[mood]]), strict=True))


@pytest.mark.parametrize("mood", list(POSTS))
def test_everyday_posts_are_read_as_a_person_reads_them(analyzer: Analyzer, mood: Polarity) -> None:
    wrong = [(text, read.sentiment) for text, read in _read(analyzer, mood) if read.sentiment is not mood]
    assert len(wrong) <= WRONG_AT_MOST[mood], wrong


def test_the_words_decide_and_not_the_question_mark(analyzer: Analyzer) -> None:
    asked, blamed = analyzer.analyze_many(
        [Reading(text="请问热水器怎么安装？"), Reading(text="热水器怎么又坏了？装了才三天！")]
    )
    assert (asked.sentiment, blamed.sentiment) == (Polarity.NEUTRAL, Polarity.NEGATIVE)
    assert blamed.p.negative > asked.p.negative + 0.5


def test_posts_without_blame_seldom_enter_a_watchs_count(analyzer: Analyzer) -> None:
    counted = {mood: sum(read.p.negative >= COUNTED for _, read in _read(analyzer, mood)) for mood in POSTS}
    assert counted[Polarity.NEUTRAL] <= 1
    assert counted[Polarity.POSITIVE] <= 4
    assert counted[Polarity.NEGATIVE] >= 14
