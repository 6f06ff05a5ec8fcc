"""Masking measured on items made by rule: many surface forms of personal data, and as many figures that only look like them.

All numbers are drawn at random. An item belongs to the development half or, by a hash of its text, to the half that no rule was tuned on.
"""

import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from random import Random

import pytest

from nlp.normalize import mask

Item = tuple[str, str, str]
"""Kind, text, and the secret as it stands there; empty for what must stay."""

CARRIERS = (
    "漏水了没人管，{}，尽快联系我",
    "{}",
    "客服让我留{}，结果三天没回音",
    "师傅说{} 让我自己打",
    "空调坏了！{}！！",
    "差评。{}。再也不买了",
    "我的是{},麻烦处理",
    "（{}）",
    "#美的空调# {} 求扩散",
    "安装前一天打来电话,{}\n第二天又不来",
)
CHINESE, BANKERS = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖"
FULL, CIRCLED, KEYCAPS = "０１２３４５６７８９", "⓪①②③④⑤⑥⑦⑧⑨", [f"{n}\ufe0f\u20e3" for n in range(10)]
PLACES = (
    "浙江省杭州市西湖区",
    "江苏省苏州市姑苏区",
    "北京市朝阳区",
    "广东省佛山市顺德区北滘镇",
    "四川成都武侯区",
    "上海浦东新区",
    "",
)
ROADS = ("文三路", "人民南路", "建设大道", "解放街", "中山北路", "科技二路", "环城东路南段", "柳荫巷", "长江路")
ESTATES = (
    "阳光小区",
    "翡翠花园",
    "世纪家园",
    "金色水岸",
    "万科城",
    "碧桂园",
    "保利香槟国际",
    "丽景苑",
    "东方名城",
    "幸福里",
    "梧桐公寓",
)
VILLAGES = ("李家村", "王庄村", "上塘村", "东风村", "陈家湾")


def _digits(chance: Random, count: int) -> str:
    return "".join(str(chance.randrange(10)) for _ in range(count))


def _mobile(chance: Random) -> str:
    return f"1{chance.randrange(3, 10)}{_digits(chance, 9)}"


def _map(number: str, signs: str | list[str]) -> str:
    return "".join(signs[int(n)] if n.isdigit() else n for n in number)


def _cut(number: str, sizes: tuple[int, ...], mark: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return mark.join([*parts, number[at:]] if at < len(number) else parts)


def _phones(r: Random) -> Iterator[str]:
    n = _mobile(r)
    yield n
    for mark in (
        "-",
        " ",
        ".",
        "－",
        "—",
        "–",
        "_",
        "·",
        "  ",
        " - ",
        "/",
        "、",
        ",",
        "~",
        "*",
        "😀",
        "📞",
        "🌸🌸",
        "…",
    ):
        yield _cut(_mobile(r), (3, 4, 4), mark)
    yield from (_cut(_mobile(r), sizes, " ") for sizes in ((3, 3, 5), (4, 3, 4), (3, 8), (7, 4), (5, 6)))
    yield from (_cut(_mobile(r), (1,) * 11, mark) for mark in (" ", "-", ".", "，", "😀"))
    yield from (lead + _mobile(r) for lead in ("+86", "+86 ", "+86-", "0086", "86-", "（+86）", "＋86", "086-"))
    yield from (_map(_mobile(r), signs) for signs in (FULL, CHINESE, BANKERS, CIRCLED, KEYCAPS))
    yield _map(_mobile(r), CHINESE).replace("一", "幺")
    yield _map(n[:3], CHINESE) + n[3:]
    yield n[:3] + _map(n[3:7], CHINESE) + n[7:]
    yield _cut(_map(n, CHINESE), (3, 4, 4), " ")
    yield "l" + n[1:]
    yield n[:3] + "o" + n[4:]
    yield f"{n[:3]}\u200b{n[3:7]}\u200b{n[7:]}"
    yield f"{n[:3]}<b>{n[3:7]}</b>{n[7:]}"
    yield f"{n[:3]}****{n[7:]}"
    yield f"手机{n}"
    yield f"电话：{n}转李女士"
    yield f"tel:{n}"
    yield f"V{n}"


def _landlines(r: Random) -> Iterator[str]:
    for area in ("0571", "021", "0755", "010"):
        number = str(r.randrange(2, 9)) + _digits(r, 7)
        yield from (f"{area}{mark}{number}" for mark in ("-", "", " ", "—", "－"))
        yield f"({area}){number}"
        yield f"（{area}） {number[:4]} {number[4:]}"
        yield f"{area}-{number[:4]}-{number[4:]}"
        yield f"{area}-{number}转{r.randrange(100, 999)}"
    number = str(r.randrange(2, 9)) + _digits(r, 7)
    yield from (f"{cue}{number}" for cue in ("电话", "座机：", "联系电话 ", "固话:", "打电话"))
    yield f"电话{number[:4]}-{number[4:]}"
    yield f"座机{r.randrange(2, 9)!s}{_digits(r, 6)}"


def _orders(r: Random) -> Iterator[str]:
    for cue in (
        "订单号：",
        "订单编号",
        "订单",
        "我的订单号是",
        "单号 ",
        "快递单号:",
        "运单号：",
        "物流单号",
        "工单号：",
        "服务单",
        "订单号(",
        "订单号#",
    ):
        yield f"{cue}{_digits(r, r.choice((10, 12, 15, 18)))}"
    for lead in ("JD", "SF", "YT", "WO-", "JDVA", "E", "zto", "ZX"):
        yield f"单号{lead}{_digits(r, 12)}"
    yield f"SF{_digits(r, 13)}"
    yield f"JDVA{_digits(r, 11)}"
    yield f"订单号{_map(_digits(r, 12), FULL)}"
    yield f"订单号 {_cut(_digits(r, 12), (4, 4, 4), ' ')}"
    yield f"订单号{_cut(_digits(r, 12), (4, 4, 4), '-')}"
    yield _digits(r, 19).replace("0", "3", 1)
    yield f"{r.randrange(1, 9)}{_digits(r, 11)}"
    yield f"订单No.{_digits(r, 12)}"
    yield f"受理编号：{_digits(r, 10)}"
    yield f"发票号码{_digits(r, 8)}"
    yield f"SN：{''.join(r.choice('ABCDEFGH') for _ in range(4))}{_digits(r, 12)}"


def _identities(r: Random) -> Iterator[str]:
    def number(last: str) -> str:
        return f"{r.randrange(11, 65)}{_digits(r, 4)}{r.randrange(1950, 2010)}{r.randrange(1, 13):02}{r.randrange(1, 29):02}{_digits(r, 3)}{last}"

    for last in ("X", "x", "7", "0"):
        yield f"身份证{number(last)}"
        yield number(last)
        yield f"证件号：{_cut(number(last), (6, 8, 4), ' ')}"
        yield _map(number(last), FULL)
        yield f"身份证号码 {_cut(number(last), (6, 8, 4), '-')}"
    yield f"身份证号{_digits(r, 6).replace('0', '4')}{r.randrange(50, 99)}{r.randrange(1, 13):02}{r.randrange(1, 29):02}{_digits(r, 3)}"
    yield f"护照号E{_digits(r, 8)}"
    yield f"护照：G{_digits(r, 8)}"
    yield f"港澳通行证C{_digits(r, 8)}"


def _banks(r: Random) -> Iterator[str]:
    for lead in ("6222", "6217", "6228", "4367", "5187"):
        yield f"{lead}{_digits(r, 12)}"
        yield f"卡号{lead}{_digits(r, 15)}" if lead[0] == "6" else f"卡号{lead}{_digits(r, 12)}"
        yield f"银行卡 {_cut(lead + _digits(r, 12), (4, 4, 4, 4), ' ')}"
        yield f"退到{_cut(lead + _digits(r, 12), (4, 4, 4, 4), '-')}"
    yield f"建行卡{_cut('6217' + _digits(r, 15), (4, 4, 4, 4, 3), ' ')}"


def _mails(r: Random) -> Iterator[str]:
    for name in ("li.si_88", "zhangsan", "Wang2020", "a-b.c", _digits(r, 9)):
        for host in ("example.com", "qq.com", "163.com", "mail.example.cn", "vip.sina.com.cn"):
            yield f"{name}@{host}"
    yield "lisi＠qq．com"
    yield "lisi88 @ 163.com"
    yield "lisi88#163.com"
    yield "lisi88(at)163.com"
    yield "lisi88[at]qq[dot]com"
    yield "邮箱lisi88艾特163点com"


def _contacts(r: Random) -> Iterator[str]:
    names = ("abc12345", "lisi888", "wxid_9ab8c7", "zhang_san2020", "cd-8899k", "ttmm520")
    for cue in (
        "微信",
        "微信号：",
        "加微信",
        "V信",
        "v信:",
        "薇信",
        "威信",
        "徽信",
        "vx：",
        "VX ",
        "wx",
        "WX:",
        "加V",
        "+V",
        "➕v ",
        "加我V：",
        "加微 ",
        "薇❤",
        "v❤",
        "微❤：",
        "威芯",
        "卫星：",
        "Ｖ信",
        "weixin:",
        "WeChat ",
        "V:",
        "v-",
        "薇 ",
        "加v信",
        "添加微信：",
    ):
        yield f"{cue}{r.choice(names)}"
        yield f"{cue}{r.choice(names)[:4]}{_digits(r, 4)}"
    for cue in (
        "QQ",
        "qq：",
        "QQ号",
        "扣扣",
        "企鹅",
        "企鹅号：",
        "q号",
        "Q:",
        "加Q",
        "加q群",
        "QQ群",
        "群号：",
        "扣扣群",
        "球球",
        "加群",
        "抠抠 ",
        "Q群:",
    ):
        yield f"{cue}{r.randrange(1, 10)}{_digits(r, r.choice((6, 8, 9)))}"
    yield f"微信同号{_mobile(r)}"
    yield f"微信是手机号 {_mobile(r)}"


def _addresses(r: Random) -> Iterator[tuple[str, str]]:
    for _ in range(3):
        for road in ROADS:
            number = r.randrange(1, 999)
            yield f"住在{r.choice(PLACES)}{road}{number}号", f"{road}{number}号"
        place, road, estate, n = r.choice(PLACES), r.choice(ROADS), r.choice(ESTATES), r.randrange(1, 30)
        room = f"{r.randrange(1, 33)}0{r.randrange(1, 5)}"
        unit = r.randrange(1, 5)
        for house in (
            f"{n}栋{unit}单元{room}",
            f"{n}栋{room}",
            f"{n}号楼{unit}单元{room}室",
            f"{n}幢{unit}单元{room}室",
            f"{n}#楼{unit}-{room}",
            f"{n}-{unit}-{room}",
            f"{n}座{room}室",
            f"A座{room}室",
            f"二期{n}栋{room}",
            f"{n}楼{room}号房",
            "三栋二单元五零一",
            f"{n}栋B单元{room}",
        ):
            yield f"地址是{place}{estate}{house}", house
            yield f"送到{place}{road}{r.randrange(1, 400)}号{estate}{house}", house
        yield f"收货地址：{place}{road}{n}弄{unit}号{room}室", f"{n}弄{unit}号{room}室"
        yield f"我在{place}{road}{n}号院{unit}号楼{room}", f"{n}号院{unit}号楼{room}"
        for village in VILLAGES:
            yield f"家在{place}{village}{n}号", f"{village}{n}号"
            yield f"{place or '城关镇'}{village}{unit}组{n}号", f"{unit}组{n}号"
            yield f"送到{place or '北滘镇'}{village}{unit}组", f"{village}{unit}组"
        yield f"{road}{n}号{r.choice(('华联大厦', '国际广场', '创业中心'))}{room}室", f"{room}室"
        yield f"甲方地址：{place}{road}甲{n}号", f"甲{n}号"


def _plates(r: Random) -> Iterator[str]:
    for place in ("浙A", "京B", "粤S", "沪C", "川A"):
        yield f"车牌{place}{_digits(r, 5)}"
        yield f"{place}·{r.choice('BDFK')}{_digits(r, 4)}"
        yield f"{place}{r.choice('DF')}{_digits(r, 5)}"


MAKERS: dict[str, Callable[[Random], Iterator[str]]] = {
    "phone": _phones,
    "landline": _landlines,
    "order": _orders,
    "identity": _identities,
    "bank": _banks,
    "mail": _mails,
    "contact": _contacts,
    "plate": _plates,
}
HARMLESS = (
    "型号KFR-35GW/NhGc1B 1.5匹", "冰箱BCD-510WTPZM容量510升", "洗衣机XQG100-1426一级能效", "热水器JSQ25-13WH5D", "KFR-26GW/(26549)FNhAa-B1和KFR-35GW/(35549)FNhAa-B1",
    "花了{a}99.00元，原价{b}999元", "价格从{a}399降到{a}199，差价200", "{a}000W功率，220V电压", "202{d}年{m}月{k}日下单，{k}号安装", "202{d}-{m:02}-{k:02}装的，202{d}.{m}.{k}就坏了",
    "202{d}{m:02}{k:02}生产", "等了{k}天，打了{k}多个电话", "全国热线400-8{k:02}-{a}88{d}", "热线4008{k:02}{a}88{d}", "电话400 8{k:02} {a}88{d}没人接", "客服95{k:02}8没人接", "打12315投诉，12345也打了", "拨打12358和96315",
    "坐{a}号线去的，{d}号楼旁边", "室外3{a}℃，一晚{a}.5度电", "618买的，双11降了{a}00", "容量{a}500ml，重{k}.5kg", "评分4.{a}，销量{a}00000+", "{a}楼到{d}楼每层都装了", "1匹1.5匹2匹3匹都有",
    "尺寸{a}80×{k}50×17{d}0mm", "长{a}20cm宽{k}cm高{d}0cm", "分辨率3840*2160，1920x1080", "{k}:{m:02}到{k}:5{a}等了一小时", "{a}月{k}日{m}点到{d}点", "第{a}次维修，第{d}次换主板", "{a}00-{d}000元的价位", "噪音{a}2-4{d}分贝",
    "一三五都在家，二四六上班", "一二三四五楼都有", "十一二块钱", "三四百块", "五六十平米", "二零二{d}年买的", "一九九八年", "一二线城市", "一共一千三百八十块",
    "iPhone1{a}和小米1{d}", "i7-{a}700H 16G+512G", "RTX40{a}0显卡", "DDR4-3200", "版本号1.0.{a}.{k}", "IP68防水 IPX{a}", "GB2102{a}-2019国标", "货号{a}{d}{k}", "共{a}{d}{k}条评价", "sku 1000{a}", "v{a}.{d}版本", "v信号不好", "q弹", "qq糖好吃", "wifi连不上{a}00次",
    "微信支付{a}99元", "微信付款的", "微信小程序报修", "加微信群领券了", "加个微信真麻烦", "加V领券被骗{a}00元", "邮箱收不到验证码", "@美的空调 出来解释", "@小米 @格力", "看 http://t.cn/R{a}abc{k}d 吧", "www.example.com/item/1000{k}{a}.html",
    "地址写错了", "订单显示已完成", "订单202{d}年{m}月下的", "订单金额{a}299", "订单{a}天了没动静", "运单一直没更新", "发票没给", "快递单号查不到",
    "住{a}楼没电梯", "我家{a}室一厅", "{a}居室装了{d}台", "{k}平米的房间", "三室两厅两卫", "这条路上都是店", "一号店买的", "{a}号柜台", "{a}号链接", "{k}号送到", "在解放路开了家店", "走了{a}里路", "村里没有售后", "镇上的门店", "小区停电", "小区物业不让装", "楼上{a}楼漏水", "{a}栋都停电", "三单元的电梯坏了", "{a}组对照实验", "第{a}组的号码", "广场上有活动", "{a}座难求", "一路顺风{a}号见",
    "比特币6{a}000美元", "股价{a}{d}.{k}元", "净利润{a}{d}.{k}亿", "同比增长{k}.{a}%", "{a}{d}000台", "粉丝{a}{d}万", "转发{a}{d}{k}0次", "编号{a}", "第{k}期", "no.{a}", "(2)(3)(4)", "1.2.3.4.5.6.7.8", "1 2 3 4 5", "1、2、3、4、5、6、7、8、9、10、11", "12+34=46", "0.1234567", "3.1415926", "10000000", "00000", "99999",
    "能效3.{a}{d}，EER 3.{k}", "CADR {a}50m3/h", "频率{d}0-60Hz", "水压0.{a}-0.8MPa", "海拔{a}500米", "{a}.{d}寸屏", "京东PLUS{a}折", "满{a}000减{d}00", "{a}00块{d}0块的红包", "积分{a}{d}{k}00", "内存{a}2GB", "电量{a}000mAh", "12期免息每期{a}{d}{k}元", "转速1{a}00转", "{a}万{d}千公里",
)  # fmt: skip


def items() -> Iterator[Item]:
    """Everything personal, in changing company."""
    for number in range(3):
        chance = Random(20261122 + number)
        for kind, make in MAKERS.items():
            for place, secret in enumerate(make(chance)):
                yield kind, CARRIERS[(place + number * 3) % len(CARRIERS)].format(secret), secret
        for place, (phrase, secret) in enumerate(_addresses(chance)):
            yield "address", CARRIERS[(place + number * 3) % len(CARRIERS)].format(phrase), secret


def harmless() -> Iterator[str]:
    """What has to stay, in changing company."""
    for number in range(4):
        chance = Random(11222026 + number)
        for place, pattern in enumerate(HARMLESS):
            text = pattern.format(
                a=chance.randrange(1, 10),
                b=chance.randrange(1, 10),
                d=chance.randrange(1, 7),
                m=chance.randrange(1, 13),
                k=chance.randrange(10, 29),
            )
            yield CARRIERS[(place + number * 3) % len(CARRIERS)].format(text)


def untouched(text: str) -> bool:
    """Does the item belong to the half that no rule was tuned on?"""
    return sha256(text.encode("utf-8")).digest()[0] % 2 == 0


def left(secret: str, masked: str) -> str:
    """The longest stretch of the secret that still stands in the masked text and holds more than three digits or letters."""
    for size in range(len(secret), 3, -1):
        for at in range(len(secret) - size + 1):
            piece = secret[at : at + size]
            if piece in masked and len(re.findall(rf"[0-9A-Za-z{CHINESE}{BANKERS}０-９①-⑨⓪]", piece)) > 3:
                return piece
    return ""


def missed(*, half: bool) -> tuple[list[Item], int]:
    """Items of a half that are not wholly masked, and how many it has. half: True for the untouched one."""
    asked = [item for item in items() if untouched(item[1]) is half]
    return [item for item in asked if left(item[2], mask(item[1])) or mask(item[1]) == item[1]], len(asked)


def touched(*, half: bool) -> tuple[list[str], int]:
    """Harmless texts of a half that masking changed, and how many it has."""
    asked = [text for text in harmless() if untouched(text) is half]
    return [text for text in asked if mask(text) != text], len(asked)


@pytest.mark.parametrize("half", [False, True])
def test_of_a_hundred_items_of_personal_data_99_are_masked(half: bool) -> None:
    lost, count = missed(half=half)
    assert count >= 600
    assert len(lost) <= 0.01 * count, lost


@pytest.mark.parametrize("half", [False, True])
def test_of_a_hundred_look_alikes_98_stay(half: bool) -> None:
    lost, count = touched(half=half)
    assert count >= 200
    assert len(lost) <= 0.02 * count, lost


if __name__ == "__main__":
    for name, one_half in (("development", False), ("untouched", True)):
        lost, count = missed(half=one_half)
        changed, kept = touched(half=one_half)
        print(
            f"{name}: recall {1 - len(lost) / count:.4f} of {count}, left alone {1 - len(changed) / kept:.4f} of {kept}"
        )
