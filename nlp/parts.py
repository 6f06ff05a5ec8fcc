"""The part a brand plays where it is named: its product, or a place, an owner, an employer, a share, a sponsor, a foil."""

import re
from enum import StrEnum
from functools import cache

import attrs

from nlp.cues import Attached, alternatives
from nlp.dictionaries import read

_COMPANY = r"(?:电器|集团|智家|科技|股份|家电|厨电|牌|家|空调)?(?:的)?"


class Part(StrEnum):
    """What a brand is named for."""

    PRODUCT = "product"
    PLACE = "place"
    OWNER = "owner"
    WORK = "work"
    FINANCE = "finance"
    SPONSOR = "sponsor"
    PEOPLE = "people"
    ACQUIRED = "acquired"
    """Told of as bought by another maker: the text is about it where it goes on to speak of appliances."""
    THING = "thing"
    """A device, trifle or place in the room that only carries its name."""


SOFT = frozenset({Part.THING, Part.OWNER})
"""Where no other brand is named, the text is about it all the same."""
TOPICS = frozenset({Part.WORK, Part.FINANCE, Part.SPONSOR, Part.PEOPLE})
"""What a whole text may be about instead of a product."""


@attrs.define(kw_only=True)
class Named:
    """What is known of one mention."""

    before: str
    """From the brand before, or the beginning of the clause."""
    after: str
    """To the end of the clause; the next brand included."""
    follows: bool
    """Another brand stands before it in the clause."""
    thing: Attached | None
    """What it stands before."""
    clause: str


def part_of(named: Named) -> Part:
    """The part that the words beside the brand give it."""
    cues = patterns()
    before, after, thing = named.before, named.after, named.thing
    if cues.place.match(after):
        return Part.PLACE
    if cues.work_next.match(after) or (cues.work_before.search(before) and cues.work_after.match(after)):
        return Part.WORK
    if cues.applied.search(before) and not (thing and thing.category):
        return Part.WORK
    if cues.finance_next.match(after) or cues.held.search(before):
        return Part.FINANCE
    if cues.sponsor_next.match(after):
        return Part.SPONSOR
    if cues.people_next.match(after):
        return Part.PEOPLE
    if cues.owner_next.match(after) or (cues.owned_by.search(before) and cues.owned.match(after)):
        return Part.OWNER
    if named.follows and cues.equal.fullmatch(before) and cues.owned.match(after):
        return Part.OWNER
    if cues.acquired.search(before):
        return Part.ACQUIRED
    if _is_thing(named):
        return Part.THING
    return _by_clause(named)


def _is_thing(named: Named) -> bool:
    cues, thing = patterns(), named.thing
    if thing and thing.kind == "device":
        return True
    if cues.trifle.match(named.after) and cues.wearing.search(named.before):
        return True
    if cues.given.match(named.after):
        return True
    return bool(cues.laid.search(named.before) and cues.where.search(named.after[:14])) or bool(
        cues.linked.search(named.before) and not (thing and thing.category)
    )


def _by_clause(named: Named) -> Part:
    """By the topic of the clause, unless a product is named or was bought."""
    if named.thing is not None and named.thing.kind not in ("service", "other"):
        return Part.PRODUCT
    if patterns().bought.search(named.before):
        return Part.PRODUCT
    return topic(named.clause)


def topic(text: str) -> Part:
    """What a stretch of text speaks of, if not of a product."""
    cues = patterns()
    if cues.finance.search(text):
        return Part.FINANCE
    if cues.work.search(text):
        return Part.WORK
    if cues.sponsor.search(text):
        return Part.SPONSOR
    if cues.heads.search(text):
        return Part.PEOPLE
    return Part.PRODUCT


class Foil(StrEnum):
    """How far a brand is only what was not bought."""

    NONE = "none"
    WEAK = "weak"
    """Looked at, praised by others: counts where something is said of it."""
    STRONG = "strong"
    """Wanted and not bought, or denied: what its own clause says is not about the product."""


def foil_of(before: str, after: str) -> Foil:
    """before, after: of the clause, up to the neighbouring brands."""
    cues = patterns()
    if cues.intended.search(before) or cues.denied.search(before) or cues.foiled.search(after):
        return Foil.STRONG
    return Foil.WEAK if cues.looked_at.search(before) else Foil.NONE


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
    acquired: re.Pattern[str]
    trifle: re.Pattern[str]
    wearing: re.Pattern[str]
    given: re.Pattern[str]
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
    dealers: re.Pattern[str]
    offers: re.Pattern[str]


@cache
def patterns() -> Patterns:
    """Compiled once, from mentions.yaml."""
    any_of = {name: alternatives(words) for name, words in read("mentions").items()}
    measure = r"(?:了|的|个|台|一台|款|这款|那款|去|到|是|过|买|入手|选|换|上|装|送|入|什么|那种|我|我买|一下){0,4}\s?$"
    amount = r"[0-9一二三四五六七八九十百两几半]+(?:\.[0-9]+)?(?:个|多|来)?"
    degree = r"(?:很|太|真|挺|超|超级|更|最|有点|有些|比较|特别|非常|不|不够|不太|蛮|偏|老|好|够|巨|贼|死|这么|那么|也|都|还|又|越来越|忒|是)"
    contrast = r"(?:没有|没|也是|也有|就不会|就没有|不会|就没事|没事|也一样)$"
    single = "[好差烂渣大小多少高低快慢强弱猛凉冷热暖冻烫静吵响稳贵香值爽柔轻重细粗坏卡震抖湿累省费牛棒脏丑美难久长短薄厚满亮暗]"
    grades = rf"{degree}{single}|{single}(?:多了|一点|一些|了|些|点|得|死|不少|很多|太多|$)"
    intents = any_of["foil_intent"]
    return Patterns(
        place=re.compile(
            rf"{_COMPANY}(?:{any_of['houses']})*(?:的)?(?:{any_of['situations']})"
            rf"|{_COMPANY}(?:{any_of['places']})(?![由演人障器公况])(?!系统|径|子|转|窄|由)"
        ),
        work_next=re.compile(
            rf"{_COMPANY}(?:总部|里|那边|公司|前|的前|老|新)?(?:{any_of['work_next']})(?!内购|价|通道|内部价)"
        ),
        work_before=re.compile(
            r"(?:在|去|到|进了?|从|给|入职|面试|加入|跳槽到?|投|收到|拿到|拿了|帮|进入|考进|考上|分到|分配到|应聘|签了?|回)(?:了|过|我们|珠海|青岛|顺德|广东|四川|绵阳|武汉|合肥|宁波|中山|佛山)?$"
        ),
        work_after=re.compile(
            rf"{_COMPANY}.{{0,7}}?(?:{any_of['work_after']}|的?offer|面试|实习|入职|招聘|开除|裁|辞退|离职|报到)(?!人员|站|台|日|不了|时间)"
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
        owned_by=re.compile(r"(?:被|由|归|属于|隶属于?|归属于?|归属|背靠|母公司是?|东家是?|傍上|卖给了?)$"),
        equal=re.compile(r"(?:就|都|也|现在|其实|原来|原本|早就|不就|应该|不|不是|后来|如今|早)*是"),
        acquired=re.compile(r"(?:收购|并购|控股|入主|买下|收编|合并)(?:了|的)?$"),
        owned=re.compile(
            rf"(?:集团|电器|家电|智家|家)?(?:收购|控股|并购|入主|接手|接盘|旗下|管|的(?:吧|呀|啊|子公司|子品牌|副牌|独立|高端|年轻|生态|代工|贴牌|亲儿子|品牌|牌子|子)|(?:的|家的|的了|了)?$)|(?:{any_of['owners']})"
        ),
        trifle=re.compile(rf"(?:电器|牌|公司)?(?:的|家的)?(?:{any_of['trifles']})"),
        wearing=re.compile(
            r"(?:戴|穿|套|贴|印有|骑|印|拿|提|背|开|用|装|围|披|撑|坐|挂|举|包)(?:着|了|在|的是)?(?:个|件|顶|张|一个|一件|一顶|辆|把|条)?$"
        ),
        given=re.compile(r"(?:旗舰店|专卖店|官方|客服|门店|店里?|电器)?(?:送|赠|附赠|赠送)(?:的|了)"),
        laid=re.compile(
            r"(?:放|装|摆|嵌|塞|安|搁|挂|卡|压|靠|堆|叠|搭|垫|藏|缩)(?:在|到|进|着)(?:了)?(?:我家|家里)?(?:的)?$"
        ),
        where=re.compile(r"(?:下面|上面|里面|旁边|后面|前面|边上|上头|底下|顶上|之间|里|下|上|旁|后)"),
        linked=re.compile(
            r"(?:接入|支持|连接|连上|连|接|配网|兼容|绑定|联动|接进|加入|适配|打通|加到|添加到|连到)(?:了|的|到|进)?$"
        ),
        bought=re.compile(
            r"(?:买|购|入手|选|换|装|下单|拿下|安装|采购|入)(?:的|了|过|个|台|款|一台|了台|了个|的是|到|一套)*$"
        ),
        intended=re.compile(rf"(?:{intents})[^比,]{{0,8}}$"),
        denied=re.compile(rf"(?:{any_of['foil_denied']}){measure}"),
        looked_at=re.compile(rf"(?:{any_of['foil_looked']}){measure}"),
        foiled=re.compile(any_of["foil_clause"]),
        compared=re.compile(any_of["compared"]),
        choice=re.compile(any_of["choice"]),
        said=re.compile(rf"{any_of['said']}|{grades}|{amount}(?:{any_of['facts']})|{contrast}"),
        dealers=re.compile(any_of["dealers"]),
        offers=re.compile(any_of["offers"]),
    )
