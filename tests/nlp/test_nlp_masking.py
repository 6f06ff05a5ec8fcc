"""A set of personal data written for this project (all invented), and of figures that only look like them."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.normalize import mask

PERSONAL = (
    ("打我电话13812345678", "13812345678"),
    ("手机号138-1234-5678尽快联系", "138-1234-5678"),
    ("联系 138 1234 5678 李女士", "138 1234 5678"),
    ("＋86 13912345678", "13912345678"),
    ("+8613912345678", "13912345678"),
    ("１３８１２３４５６７８", "１３８１２３４５６７８"),
    ("138\u200b1234\u200b5678", "5678"),
    ("电话一三八一二三四五六七八", "一三八一二三四五六七八"),
    ("号码是1 3 8 1 2 3 4 5 6 7 8", "1 3 8 1 2 3"),
    ("座机0571-88886666", "88886666"),
    ("打(0755)26668888没人接", "26668888"),
    ("拨打02088887777转3", "02088887777"),
    ("联系电话：88886666", "88886666"),
    ("185****1234是我的号", "185****1234"),
    ("订单号：208765432101", "208765432101"),
    ("订单编号 JD20876543210", "20876543210"),
    ("我的单号是SF1234567890123", "1234567890123"),
    ("工单号WO-2024112233", "2024112233"),
    ("快递单号 773012345678901", "773012345678901"),
    ("淘宝订单1234567890123456789一直不发", "1234567890123456789"),
    ("身份证330106199001011234", "330106199001011234"),
    ("证件号 33010619900101123X", "33010619900101123X"),
    ("银行卡 6222 0212 3456 7890 123", "6222 0212"),
    ("卡号6222021234567890123", "6222021234567890123"),
    ("发到 li.si_88@example.com 吧", "li.si_88@example.com"),
    ("邮箱:zhangsan@mail.example.cn", "zhangsan@"),
    ("加QQ123456789", "123456789"),
    ("qq：98765432", "98765432"),
    ("扣扣 12345678", "12345678"),
    ("加V信abc12345领券", "abc12345"),
    ("微信号:wxid_lanchuan01", "wxid_lanchuan01"),
    ("加微信 zhang_san2020", "zhang_san2020"),
    ("vx：lisi888", "lisi888"),
    ("加群 123456789", "123456789"),
    ("家住浙江省杭州市西湖区文三路123号3单元502室", "文三路123号"),
    ("送到人民路12号", "人民路12号"),
    ("地址是阳光花园3栋2单元501", "3栋2单元501"),
    ("我在幸福小区12号楼1203室", "12号楼1203"),
    ("中山北路256弄18号602室没人来装", "256弄18号602室"),
    ("收货地址：江苏省苏州市工业园区星湖街328号", "星湖街328号"),
)
HARMLESS = (
    "型号KFR-35GW/NhGc1B 1.5匹",
    "冰箱BCD-510WTPZM容量510升",
    "洗衣机XQG100-1426一级能效",
    "热水器JSQ25-13WH5D",
    "花了1299.00元，原价1999元",
    "价格从2399降到1899，差价500",
    "3000W功率，220V电压",
    "2021年7月12日下单，14号安装",
    "2021-07-12装的",
    "等了15天，打了20多个电话",
    "全国热线400-830-8888",
    "客服95118没人接",
    "坐3号线去的，2号楼旁边",
    "室外35℃，一晚2.5度电",
    "618买的，双11降了300",
    "容量1500ml，重25.5kg",
    "评分4.9，销量100000+",
    "12315投诉",
    "1楼到6楼每层都装了",
    "1匹1.5匹2匹3匹都有",
)


@pytest.mark.parametrize(("text", "secret"), PERSONAL)
def test_personal_data_leave_the_text(text: str, secret: str) -> None:
    masked = mask(text)
    assert secret not in masked
    assert "［" in masked


@pytest.mark.parametrize("text", HARMLESS)
def test_models_prices_dates_and_capacities_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize("text", [text for text, _ in PERSONAL])
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask(mask(text)) == mask(text)


def test_the_words_around_personal_data_stay() -> None:
    assert mask("漏水，打13812345678没人管") == "漏水，打［电话］没人管"
    assert mask("家住浙江省杭州市西湖区文三路123号，三天没人来") == "家住［地址］，三天没人来"


def test_what_can_not_be_stored_is_replaced() -> None:
    assert mask("a\x00b\ud800c") == "a\ufffdb\ufffdc"


ODD = st.text(alphabet=st.characters(), max_size=60)
LIKELY = st.lists(
    st.sampled_from(
        ["138", "1234", "5678", "13812345678", "-", " ", "@", "qq", "v", "加", "号", "栋", "订单", "微信", "路", "3", "楼", "一", "三", "电话", "400", "<b>", "\u200b", "［电话］", "小区", "0571", "x", ".com", "浙A", "12345", "单元", "村", "组", "❤", "😀", "abc", "住在", "杭州市", "\ud800", "\n"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(ODD | LIKELY)
def test_masking_any_text_twice_is_masking_it_once(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(st.text(alphabet="漏水了客服不理人，。！空调安装师傅态度差，", max_size=50))
def test_words_without_numbers_stay(text: str) -> None:
    assert mask(text) == text


def test_what_a_link_hides_is_masked_too() -> None:
    assert "138" not in mask('<a href="tel:13812345678">打这个</a>')
    assert mask("138<b>1234</b>5678") == "［电话］"
    assert mask("a&nbsp;13812345678") == "a&nbsp;［电话］"


@pytest.mark.parametrize(
    "filler", ["1", "一", "a", "@", "12-", "3栋", "加v", "漏", "1😀", "村三组", "a1@", "<b", "&#1"]
)
def test_work_grows_with_the_length_of_a_line_not_with_its_square(filler: str) -> None:
    def seconds(length: int) -> float:
        begin = time.process_time()
        mask(filler * (length // len(filler)))
        return time.process_time() - begin

    assert seconds(400_000) < 40 * (seconds(40_000) + 0.01)  # quadratic work: 100 times
