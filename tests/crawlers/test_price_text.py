"""Free price texts: what one buyer pays now, how low it may get, and what is no price at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.price_text import read_price


def told(line: str) -> tuple[str | None, str | None, str | None]:
    found = read_price(line)
    return found["price"], found["lowest"], found["currency"]


@pytest.mark.parametrize(
    ("line", "price"),
    [
        ("1399元包邮（1499-100）", "1399.00"),
        ("￥1,299.00起", "1299.00"),
        ("约649元", "649.00"),
        ("1.5万元", "15000.00"),
        ("88", "88.00"),
        ("9块9包邮", "9.90"),
        ("149包邮（需用券）", "149.00"),
        ("26元（78元/3件，领满60减10券）", "26.00"),
        ("69元（券后59元）", "59.00"),
        ("到手价：￥2,199", "2199.00"),
        ("原价1899元，现价1599元", "1599.00"),
        ("2499元包邮（定金50元）", "2499.00"),
        ("33元（满99包邮）", "33.00"),
        ("历史最低价 799元", "799.00"),
        ("5折 约49.5元", "49.50"),
        ("折合35元/件", "35.00"),
        ("599元送滤芯", "599.00"),
        ("1699元包邮（另有2099元双头款）", "1699.00"),
        ("限时秒杀899！", "899.00"),
        ("白菜价9.9", "9.90"),
        ("5.9新低", "5.90"),
        ("¥ 1 299", "1299.00"),
        ("59元 第二件0元", "59.00"),
    ],
)
def test_the_price_is_what_one_buyer_pays_now(line: str, price: str) -> None:
    assert told(line) == (price, None, "CNY")


@pytest.mark.parametrize(
    "line",
    [
        *("原价5折", "满300减40", "每满200元减30元", "立减100元", "满2件9折", "50元优惠券", "定金30元", "299-100"),
        *(
            "20150210",
            "2026-02-10",
            "02-10 08:57",
            "16:18",
            "3月8日",
            "2月好价汇总",
            "买一赠一",
            "低至4折",
            "",
            "已抢光",
        ),
        *("满99元包邮", "最高省200元", "每期99元", "赠品（价值199元）", "99元-199元", "99~199元", "第2件0元"),
    ],
)
def test_discounts_dates_and_collections_are_no_prices(line: str) -> None:
    assert told(line) == (None, None, None)


@pytest.mark.parametrize(
    ("line", "price", "lowest"),
    [
        ("49.9元（可120-30，低至37.4元）", "49.90", "37.40"),
        ("全场低至19元起", None, "19.00"),
        ("最低只要99元", None, "99.00"),
        ("129元起，最低价89元", "129.00", "89.00"),
    ],
)
def test_lowest_only_where_the_text_says_so(line: str, price: str | None, lowest: str) -> None:
    assert told(line) == (price, lowest, "CNY")


@pytest.mark.parametrize(
    ("line", "price", "currency"),
    [
        ("$65.50（约￥470）", "65.50", "USD"),
        ("12800日元", "12800.00", "JPY"),
        ("3980円", "3980.00", "JPY"),
        ("€29,99", "29.99", "EUR"),
        ("29,99 €", "29.99", "EUR"),
        ("1.299,00 €", "1299.00", "EUR"),
        ("€1,299", "1299.00", "EUR"),
        ("£12.5", "12.50", "GBP"),
        ("HK$168", "168.00", "HKD"),
        ("99美元", "99.00", "USD"),
        ("25000韩元", "25000.00", "KRW"),
        ("AU$59.95", "59.95", "AUD"),
        ("RMB 399", "399.00", "CNY"),
    ],
)
def test_foreign_prices_keep_their_currency(line: str, price: str, currency: str) -> None:
    assert told(line) == (price, None, currency)


@given(
    fen=st.integers(1, 10_000_000_00 - 1),
    form=st.sampled_from(["{}元", "￥{}", "¥{}起", "{}元包邮（需用券）", "到手价{}元"]),
)
def test_an_amount_written_out_is_read_back(fen: int, form: str) -> None:
    amount = f"{fen // 100}.{fen % 100:02d}"
    assert told(form.format(amount)) == (amount, None, "CNY")
