"""The word lists of mentions.yaml as patterns: what stands beside a brand that is no product, a foil, or judged."""

import re
from functools import cache

import attrs

from nlp.cues import alternatives
from nlp.dictionaries import read

_COMPANY = r"(?:汽车|电器|集团|智家|科技|股份|家电|厨电|牌|家|空调)?(?:的)?"


@attrs.frozen(kw_only=True)
class Patterns:
    """The word lists of mentions.yaml, compiled."""

    place: re.Pattern[str]
    work_next: re.Pattern[str]
    work_before: re.Pattern[str]
    work_after: re.Pattern[str]
    applied: re.Pattern[str]
    work: re.Pattern[str]
    finance_next: re.Pattern[str]
    held: re.Pattern[str]
    finance: re.Pattern[str]
    sponsor_next: re.Pattern[str]
    sponsor: re.Pattern[str]
    people_next: re.Pattern[str]
    heads: re.Pattern[str]
    owner_next: re.Pattern[str]
    owned_by: re.Pattern[str]
    owned: re.Pattern[str]
    equal: re.Pattern[str]
    staff: re.Pattern[str]
    sold: re.Pattern[str]
    device_before: re.Pattern[str]
    relative: re.Pattern[str]
    work_text: re.Pattern[str]
    like: re.Pattern[str]
    dear: re.Pattern[str]
    acquired: re.Pattern[str]
    trifle: re.Pattern[str]
    wearing: re.Pattern[str]
    given: re.Pattern[str]
    stands: re.Pattern[str]
    at_shop: re.Pattern[str]
    shop: re.Pattern[str]
    repairer: re.Pattern[str]
    owned_words: re.Pattern[str]
    chosen: re.Pattern[str]
    had: re.Pattern[str]
    hearsay: re.Pattern[str]
    plant: re.Pattern[str]
    hiring: re.Pattern[str]
    settled: re.Pattern[str]
    between: re.Pattern[str]
    laid: re.Pattern[str]
    where: re.Pattern[str]
    linked: re.Pattern[str]
    bought: re.Pattern[str]
    intended: re.Pattern[str]
    denied: re.Pattern[str]
    looked_at: re.Pattern[str]
    foiled: re.Pattern[str]
    compared: re.Pattern[str]
    choice: re.Pattern[str]
    said: re.Pattern[str]
    aside: re.Pattern[str]
    rest: re.Pattern[str]
    damaged: re.Pattern[str]
    edition: re.Pattern[str]
    helper: re.Pattern[str]
    used: re.Pattern[str]
    dealers: re.Pattern[str]
    offers: re.Pattern[str]


@cache
def patterns() -> Patterns:
    """Compiled once, from mentions.yaml."""
    any_of = {name: alternatives(words) for name, words in read("mentions").items()}
    measure = r"(?:了|的|个|台|一台|款|这款|那款|去|到|是|过|买|入手|选|换|上|装|送|入|什么|那种|我|我买|一下){0,4}\s?$"
    amount = r"[0-9一二三四五六七八九十百两几半]+(?:\.[0-9]+)?(?:个|多|来)?"
    degree = r"(?:很|太|真|挺|超|超级|更|最|有点|有些|比较|特别|非常|不|不够|不太|蛮|偏|老|好|够|巨|贼|死|这么|那么|也|都|还|又|越来越|忒|是)"
    done = r"[㐀-鿿]得[很挺真特太更也都比最]?[好净快慢白香熟匀稳干凉热多少准]"
    contrast = r"(?:没有|没|也是|也有|就不会|就没有|不会|就没事|没事|也一样)$"
    single = "[好差烂渣大小多少高低快慢强弱猛凉冷热暖冻烫静吵响稳贵香值爽柔轻重细粗坏卡震抖湿累省费牛棒脏丑美难久长短薄厚满亮暗深浅宽窄软硬松紧准糙]"
    grades = rf"{degree}{single}|{single}(?:多了|一点|一些|了|些|点|得|死|不少|很多|太多|$)"
    intents = any_of["foil_intent"]
    return Patterns(
        place=re.compile(
            rf"(?!{_COMPANY}那边(?:的?(?:客服|师傅|售后)|[说回答处给不也就正倒反却没])){_COMPANY}(?:{any_of['houses']})*(?:的)?(?:{any_of['situations']})"
            rf"|{_COMPANY}(?:的)?(?:{any_of['houses']})(?:的)?(?:要|在|又|都|已经|刚|也|早就?|全|最近|不知道?|正|被)*(?:{any_of['house_events']})"
            rf"|{_COMPANY}(?:人才|青年|员工|国际|智能|智慧|未来|中央|新)?(?:{any_of['places']})(?![由演人障器公况])(?!系统|径|子|转|窄|由)"
        ),
        work_next=re.compile(
            rf"{_COMPANY}(?:总部|里|那边|公司|前|的前|老|新)?(?:{any_of['work_next']}|[^,]{{0,4}}(?:厂|基地)(?:又|要|在|又要|也)?(?:扩产|投产|停工|招人|招工))(?!内购|价|通道|内部价)"
        ),
        work_before=re.compile(
            r"(?:在|去|到|进了?|从|给|入职|面试|加入|跳槽到?|投|收到|拿到|拿了|帮|进入|考进|考上|分到|分配到|应聘|签了?|回)(?:了|过|我们|珠海|青岛|顺德|广东|四川|绵阳|武汉|合肥|宁波|中山|佛山)?$"
        ),
        work_after=re.compile(
            rf"{_COMPANY}.{{0,7}}?(?:{any_of['work_after']}|拧[^,]{{0,4}}螺丝|打[^,]{{1,4}}工|的?offer|面试|实习|入职|招聘|开除|裁|辞退|离职|报到)(?!人员|站|台|日|不了|时间)"
        ),
        owned_words=re.compile(any_of["owned_words"]),
        chosen=re.compile(
            r"(?:最后|最终|后来|结果|果断|直接|转头|改|换|偏|还是|坚持|随手|才|就|咬牙|于是|索性|干脆|终于|先|只好|只能|转|退而求其次|抱|投|反手|顺手|再|这次|我)[^,]{0,8}"
            r"(?:买|选|定|入|上|换|拿|装|送|下单|订|抱|投|用|提|收|搬|改|挑|冲|签|要(?=了))(?:的|了|成|回来?|回家|到|下|走|台|一台|了台|个|了个|着|的是|这款|这台|那款|入|手)*$"
            r"|(?:买了|选了|入了|装了|拿下|换成|换了|改投|转投|投奔|入手了?|下单了?)(?:台|一台|个|款)?$"
        ),
        had=re.compile(
            r"用|家里|家的|家那|以前|原来的|原先|老|旧|之前的|这台|那台|我的|现在|当年|上一台|前一台|坏|两台|都买|各一"
        ),
        plant=re.compile(r"(?:的)?(?:事业部|工厂|厂(?!家)|车间|流水线|生产线|业务|部门|团队|研发岗|岗位|产业|板块)"),
        hiring=re.compile(r"面试|入职|校招|社招|内推|裁员|offer|招聘|应聘|管培生|简历|招人"),
        settled=re.compile(
            r"(?:最后|最终|果断|后来|结果|还是|于是|索性|咬牙|直接)[^,。!?]{0,6}(?:买|选|定|入|拿|上|换|装|下单)了?"
        ),
        between=re.compile(r"(?:在|于)$"),
        hearsay=re.compile(r"说|劝|推荐|推|夸|安利|忽悠|听|粉|广告|宣传|口碑|名气|牌子|缺|断货|没货|现货|排队|预约|等"),
        work_text=re.compile(rf"(?:{any_of['work_text']})(?!族)"),
        like=re.compile(
            r"(?:比|不如|不输给?|像|跟|和|没有?|赶得上|赶不上|比起|相比|较之|超过|胜过|吊打|完胜|甩|不亚于|不比|堪比|媲美|强过|好过|差过|对比|大于|小于|高于)$"
        ),
        dear=re.compile(
            r"嫌贵|太贵|好贵|贵了|贵死|略贵|超预算|超出预算|价格高|价格劝退|肉疼|不便宜|钱不够|没钱|嫌|舍不得"
        ),
        applied=re.compile(
            r"(?:面试|入职|离职|跳槽到|跳槽去|跳去|加入了?|校招|秋招|春招|投了|就职于|任职于|供职于|毕业去了|签约|面了|面过|面试了|(?:毕业|考|分配?|校招|社招|跳|转)[^,]{0,4}(?:进|去|到)了?)(?:了|的)?$"
        ),
        work=re.compile(any_of["work"]),
        finance_next=re.compile(rf"{_COMPANY}(?:的)?(?:{any_of['finance_next']}|{amount}股(?!东))"),
        held=re.compile(
            r"(?:持有|买入|抛了|重仓|满仓|加仓|减仓|建仓|梭哈|定投|抄底|做多|做空|清仓了?|割肉|套在|押注|持仓|净买入|净卖出|增持|减持)(?:了)?$"
        ),
        finance=re.compile(any_of["finance"]),
        sponsor_next=re.compile(rf"{_COMPANY}(?:{any_of['sponsor_next']})(?!子|垫|架|盖|具)"),
        sponsor=re.compile(rf"{any_of['sponsor']}|杯[^,子]{{0,6}}(?:赛|报名)|(?<=[电器集团])杯(?!子)"),
        people_next=re.compile(rf"{_COMPANY}(?:原|前|现任|新任|老|新)?(?:{any_of['people']})"),
        heads=re.compile(any_of["heads"]),
        owner_next=re.compile(
            rf"{_COMPANY}(?:{any_of['owners']})(?!统|列)|(?:集团|智家)?(?:把|将)(?=.{{1,6}}(?:做|卖|打造|收|并|分拆))"
        ),
        owned_by=re.compile(r"(?:被|由|归了?|属于|隶属于?|归属于?|归属|背靠|母公司是?|东家是?|傍上|卖给了?)$"),
        staff=re.compile(
            r"(?:是|当|做|当上|当了|任|升)<>(?:电器|集团|公司)?(?:的|家的)?(?:售后|区域|大区|技术|产品|市场|研发|质量|部门|总部)?(?:经理|业务员|销售|主管|程序员|设计师|导购|总监|职工|员工|采购|法务|会计|代表|高管)"
        ),
        equal=re.compile(
            r"[^,]{0,6}?(?:就|都|也|现在|其实|原来|原本|早就|不就|应该|不|不是|后来|如今|早|也)*(?:是|算|算是|挂着)"
        ),
        sold=re.compile(
            r"(?:不是|早就?|已经|后来|现在|去年|前几年|也)*(?:被|让|给|叫)[^,]{1,10}(?:收购|收编|收了|收走|控股|入股|并购|吞并|吞了|买走|买下)"
        ),
        device_before=re.compile(rf"(?:{any_of['devices']})(?:是|用的?|的|:|买的?|配的?)*$"),
        relative=re.compile(
            r"(?:舍友|室友|同学|朋友|儿子|女儿|老公|老婆|男友|男朋友|女朋友|闺蜜|[表堂][哥姐弟妹]|弟弟|妹妹|哥哥|姐姐|学长|学姐|同事)(?:去年|今年|刚|后来|也)?(?:进|去|到)了$"
        ),
        acquired=re.compile(r"(?:收购|并购|控股|入主|买下|收编|合并)(?:了|的)?$"),
        owned=re.compile(
            rf"(?:集团|电器|家电|智家|家)?(?:收购|收编|收(?=了|走|下|去|入|到)|吃下|吞并|吞(?=了)|买(?=了|下|走)|家的|控股|并购|入主|接手|接盘|旗下|之后|以后|后|管|亲戚|做的|产的|生产|的(?:(?:便宜|低价|廉价|经济|走量|下沉|平民|中端|入门|实惠|年轻)[产]?(?:线|牌|款系)|标|牌|平价|低端|平替|小号|马甲|性价比|吧|呀|啊|子公司|子品牌|副牌|独立|高端|年轻|生态|代工|贴牌|亲儿子|品牌|牌子|子)|(?:的|家的|的了|了)?$)|(?:{any_of['owners']})"
        ),
        trifle=re.compile(rf"(?:电器|牌|公司)?(?:的|家的)?(?:{any_of['trifles']})"),
        wearing=re.compile(
            r"(?:戴|穿|套|贴|印有|骑|印|拿|提|背|开|用|装|围|披|撑|坐|挂|举|包)(?:着|了|在|的是)?(?:个|件|顶|张|一个|一件|一顶|辆|把|条)?$"
        ),
        stands=re.compile(r"(?:的)?(?:上面|上的|上放|里的|里放|里面的|旁边|顶上|下面|边上|后面|隔壁|对面|跟前|上边)"),
        at_shop=re.compile(r"(?:在|去|到|从|逛|路过|进了?|跑到|跑去)(?:了)?(?:楼下|附近|本地|商场|家门口)?(?:的)?$"),
        shop=re.compile(rf"(?:电器|空调|厨电)?(?:的)?(?:{any_of['houses']}|官网|直播间|商城|店里)"),
        repairer=re.compile(
            r"(?:的)?(?:维修|安装|售后)?(?:师傅|工程师|小哥|工人)[^,]{0,6}(?:修|看|装|拆|说|帮|换|顺手)"
        ),
        given=re.compile(r"(?:旗舰店|专卖店|官方|客服|门店|店里?|电器)?(?:送|赠|附赠|赠送)(?:的|了)"),
        laid=re.compile(
            r"(?:放|装|摆|嵌|塞|安|搁|挂|卡|压|靠|堆|叠|搭|垫|藏|缩|插|接)(?:在|到|进|着)(?:了)?(?:我家|家里)?(?:的)?$"
        ),
        where=re.compile(r"(?:下面|上面|里面|旁边|后面|前面|边上|上头|底下|顶上|之间|里|下|上|旁|后)"),
        linked=re.compile(
            r"(?:接入|支持|连接|连上|连|接|配网|兼容|绑定|联动|接进|加入|适配|打通|加到|添加到|连到)(?:了|的|到|进)?$"
        ),
        bought=re.compile(
            r"(?:买|购|入手|选|换|装|下单|拿下|安装|采购|入)(?:的|了|过|个|台|款|一台|了台|了个|的是|到|一套)*$"
        ),
        intended=re.compile(rf"(?:{intents})[^比,]{{0,8}}$"),
        denied=re.compile(
            rf"(?:{any_of['foil_denied']})(?:了|的|个|台|一台|款|这款|那款|什么|我|过|给我|给){{0,3}}\s?$"
        ),
        looked_at=re.compile(rf"(?:{any_of['foil_looked']}){measure}"),
        foiled=re.compile(any_of["foil_clause"]),
        compared=re.compile(any_of["compared"]),
        choice=re.compile(any_of["choice"]),
        said=re.compile(
            rf"{any_of['said']}|{grades}|{amount}(?:{any_of['facts']})|{contrast}|{done}|嫌[^,]?{single}|用了[^,]{{0,3}}[年月]"
        ),
        aside=re.compile(
            rf"(?:在|去|到|从|跟|给|过)<>|看过|看了|考虑|对比|逛|问了|导购|店员|专柜|<>(?:的)?(?:是|也是)?[^,]{{0,8}}(?:(?:买|送|配|给|入|选)的?|装的)$|<>[^,卡停挂]{{0,6}}(?:在|放|装)[^,]{{1,4}}$|<>的?(?:师傅|广告)|<>.{{0,4}}(?:边上|旁边|上面|里面)|{any_of['owned_words']}"
        ),
        damaged=re.compile(
            r"(?:撞|碰|刮|砸|挤|划|磕|泡|淹|蹭|染|弄|烧|顶|压)(?:坏|到|花|烂|伤|掉|碎|倒|断|歪)?(?:了|过)?(?:我|他|家|里|家里|旁边|下面|楼下|隔壁|邻居|那台|的)*<>"
            r"|把(?:我|他|家|里|家里|旁边|下面|楼下|隔壁|邻居|那台|的)*<>[^,]{0,9}(?:撞|碰|刮|砸|划|磕|泡|淹|蹭|烧)(?:坏|到|花|烂|掉|碎|倒|断|歪|了)"
        ),
        edition=re.compile(
            r"(?:贵|高配|低配|简配|贴牌|换壳|换皮|马甲|平价|丐|缩水|高端|低端|便宜|青春)版(?:本)?(?:的)?$"
        ),
        helper=re.compile(
            r"(?:家)?(?:的)?(?:维修|安装|售后)?(?:师傅|工程师|小哥|工人)[^,]{0,6}(?:帮忙|顺手|顺便|顺带|也帮)"
        ),
        used=re.compile(
            r"(?:以前|原来|原先|之前|家里|家中|一直|先前|当年)(?:是|都|就)*(?:用|装|有|买)(?:的|了|着|过)?(?:是|台|一台)*$"
        ),
        rest=re.compile(
            rf"[两三四](?:台|家|个)(?:都|全|均)[^,]{{0,6}}(?:{any_of['said']})|(?:(?:另外|其他|其它|其余|剩下)(?:的)?(?:[一两二三四五六几]|那几|那两)?(?:台|个|家|款|件|样|牌子|品牌)?|别家|别的|那[两几]台)(?:倒|目前|到现在|暂时|反而|至今|都|也|全)*(?:{any_of['said']}|{grades})"
        ),
        dealers=re.compile(rf"{any_of['dealers']}|^[^㐀-鿿]*(?:本地|同城|本店|现金)*(?:回收|收购)(?!了|的|价)"),
        offers=re.compile(any_of["offers"]),
    )
