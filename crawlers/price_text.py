"""Prices out of free Chinese text, as deal sites write them: what one buyer pays now, and how low it may get."""

import re
import unicodedata
from decimal import Decimal

import attrs
from price_parser import Price

NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
# longest first: 日元 before 元, HK$ before $
AFTER = {
    "人民币": "CNY", "日元": "JPY", "日币": "JPY", "円": "JPY", "美元": "USD", "美金": "USD", "美刀": "USD", "刀": "USD",
    "欧元": "EUR", "英镑": "GBP", "港币": "HKD", "港元": "HKD", "韩元": "KRW", "澳元": "AUD", "加元": "CAD", "新台币": "TWD",
    "台币": "TWD", "瑞士法郎": "CHF", "新西兰元": "NZD", "新加坡元": "SGD", "新币": "SGD", "泰铢": "THB", "卢布": "RUB",
    "元": "CNY", "块": "CNY", "RMB": "CNY", "CNY": "CNY", "USD": "USD", "EUR": "EUR", "GBP": "GBP", "JPY": "JPY", "HKD": "HKD",
    "€": "EUR", "£": "GBP", "$": "USD",
}  # fmt: skip
BEFORE = {
    "HK$": "HKD", "US$": "USD", "AU$": "AUD", "A$": "AUD", "CA$": "CAD", "C$": "CAD", "NT$": "TWD", "S$": "SGD", "NZ$": "NZD",
    "JP¥": "JPY", "$": "USD", "€": "EUR", "£": "GBP", "₩": "KRW", "¥": "CNY", "RMB": "CNY", "CNY": "CNY", "USD": "USD",
    "EUR": "EUR", "GBP": "GBP", "JPY": "JPY", "HKD": "HKD",
}  # fmt: skip


def _any(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


MONEY = re.compile(
    rf"(?P<before>{_any(BEFORE)})\s*(?P<a>{NUMBER})(?P<wan_a>万)?(?:元)?|(?P<b>{NUMBER})\s*(?P<wan_b>万)?\s*(?P<after>{_any(AFTER)})",
    re.IGNORECASE,
)
AMOUNT = rf"(?:{_any(BEFORE)})?\s*(?:{NUMBER})万?\s*(?:{_any(AFTER)})?"
# What is taken off, added, or was asked once is no price that anybody pays now.
NO_PRICE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}月\d{1,2}[日号]|\d{1,2}:\d{2}(?::\d{2})?",
        rf"每?满\s*{AMOUNT}\s*[件个份]?\s*(?:可|再|立)?\s*[减打送返享用-]\s*(?:{AMOUNT})?\s*折?",
        rf"{AMOUNT}\s*[-减~至—–]\s*{AMOUNT}(?:\s*(?:优惠)?券)?",
        rf"第[一二两三四五\d]件\s*(?:只要|仅|仅需)?\s*{AMOUNT}",
        r"\d+(?:\.\d+)?\s*折",
        rf"(?:原价|市场价|吊牌价|专柜价?|门市价|日常价?|平时价?|零售价|参考价|划线价|官网价?|京东价|定价)\s*:?\s*(?:约|为|是)?\s*{AMOUNT}",
        rf"(?:立减|直降|再降|降价?|再减|最高减|减免?|优惠了?|立省|省|返现?|返还|送|赠|抵扣?|补贴|定金|订金|领取?|用|运费|邮费|税费|关税|另付|尾款|价值|每期|月供)\s*(?:约|最高|高达)?\s*{AMOUNT}",
        rf"[+加]\s*{AMOUNT}\s*(?:运费|邮费|税费|关税|直邮|换购|转运)?",
        rf"{AMOUNT}\s*(?:无门槛|优惠券|代金券|抵用券|券|红包|津贴|定金|订金|运费|邮费|税费|礼金|京豆|E卡|返现|返券|补贴|以上|off)",
        rf"满\s*{AMOUNT}\s*包邮",
        rf"(?:另有|还有|同款)\s*{AMOUNT}",
    )
)
LOWEST = re.compile(
    rf"(?<!历史)(?<!史上)(?<!全网)(?<!近期)(?:低至|最低)(?:价|仅|只要|只需|可至|可|到|至|约|为|:|\s)*(?P<amount>{AMOUNT})(?!\s*[折%件])",
    re.IGNORECASE,
)
LOWEST_NONE = re.compile(r"(?:低至|最低)(?:价|仅|只要|可|到|至|\s)*\d+(?:\.\d+)?\s*[折%]")
FINAL = re.compile(
    rf"(?:到手价?|券后价?|用券后|实付款?|实付价|折后价?|叠加后|最终价?|现价|秒杀价|活动价|合计)\s*:?\s*(?:约|仅|只要|为|低至)?\s*(?P<amount>{AMOUNT})",
    re.IGNORECASE,
)
BARE = re.compile(
    rf"(?:约|仅|只要|特价|好价|神价|白菜价?|低价|新低|史低|历史|限时|秒杀|价格|售价|:|\s)*(?P<amount>{NUMBER})(?P<wan>万)?\s*"
    r"(?:包邮|包税|含税|免邮|直邮|起|左右|新低|史低|好价|秒杀|\s)*[!！。]?"
)
DATE = re.compile(
    r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:\d{4}[-/.])?\d{1,2}[-/]\d{1,2}(?:\s+\d{1,2}:\d{2})?|\d{4}\.\d{1,2}\.\d{1,2}"
)
SUMMARY = re.compile(r"汇总|合集|清单|专场.*[折减]")


@attrs.frozen(kw_only=True)
class PriceInText:
    """What a free price text says."""

    price: Decimal | None = None
    """What one buyer pays now, in `currency`; None = the text says none."""
    lowest: Decimal | None = None
    """Only where the text says 低至 or 最低."""
    currency: str | None = None
    """ISO 4217; None where there is no amount."""


def read_price(line: str) -> dict[str, str | None]:
    """The line of `tingchao price-text`: price and lowest as text with two places, all null for no price."""
    found = price_in(line)
    shown = {
        key: None if amount is None else f"{amount:.2f}"
        for key, amount in (("price", found.price), ("lowest", found.lowest))
    }
    return {**shown, "currency": found.currency}


def price_in(text: str) -> PriceInText:
    """The price in a free text: `1399元包邮（1499-100）`, `$65.50（约￥470）`, `49.9元（低至37.4元）`, `满300减40` (none)."""
    line = _digits(unicodedata.normalize("NFKC", text[:500])).strip()
    if DATE.fullmatch(line) or SUMMARY.search(line):
        return PriceInText()
    lowest, line = _taken(LOWEST, LOWEST_NONE.sub(" ", line))
    final, _ = _taken(FINAL, line)
    for pattern in NO_PRICE:
        line = pattern.sub(" ", line)
    outside, inside = _split(line)
    price = final or _first(outside) or _bare(outside) or _first(inside)
    chosen = price or lowest
    return PriceInText(
        price=price[0] if price else None,
        lowest=lowest[0] if lowest else None,
        currency=chosen[1] if chosen else None,
    )


Money = tuple[Decimal, str]


def _digits(line: str) -> str:
    """9块9 as 9.9元; €29,99 and 1.299,00 € with a point for the cents alone; ¥ 1 299 without its blank."""
    line = re.sub(r"\b\d{1,3}(?:\.\d{3})+,\d\d(?!\d)", lambda found: found[0].replace(".", "").replace(",", "."), line)
    line = re.sub(r"(?<=[¥$€£])\s*\d{1,3}(?: \d{3})+(?!\d)", lambda found: found[0].replace(" ", ""), line)
    line = re.sub(r"(\d)块(\d)(?![\d斤件袋盒瓶个])", r"\1.\2元", line)
    line = re.sub(r"(€\s*\d+),(\d\d)(?!\d)", r"\1.\2", line)
    return re.sub(r"(\d),(\d\d)(?=\s*(?:€|欧元|EUR))", r"\1.\2", line)


def _taken(pattern: re.Pattern[str], line: str) -> tuple[Money | None, str]:
    """The first amount that the pattern names, and the line without it."""
    for match in pattern.finditer(line):
        money = _first(match["amount"]) or _bare(match["amount"])
        if money:
            return money, line[: match.start()] + " " + line[match.end() :]
    return None, line


def _first(text: str) -> Money | None:
    for match in MONEY.finditer(text):
        number, wan = match["a"] or match["b"], match["wan_a"] or match["wan_b"]
        word = (match["before"] or match["after"]).upper()
        amount = _amount(number, wan)
        if amount is not None:
            return amount, (BEFORE if match["before"] else AFTER).get(word) or AFTER[match["after"]]
    return None


def _bare(text: str) -> Money | None:
    match = BARE.fullmatch(text.strip())
    if not match or DATE.fullmatch(match["amount"]):
        return None
    amount = _amount(match["amount"], match["wan"])
    return (amount, "CNY") if amount is not None else None


def _amount(number: str, wan: str | None) -> Decimal | None:
    amount = Price.fromstring(number, decimal_separator=".").amount
    if amount is None or not amount.is_finite() or amount >= 1_000_000_000:
        return None
    return (amount * 10_000 if wan else amount).quantize(Decimal("0.01"))


def _split(line: str) -> tuple[str, str]:
    """The text outside of brackets, and what stands inside of them."""
    inside = " ".join(re.findall(r"[(\[【]([^()\[\]【】]*)[)\]】]?", line))
    return re.sub(r"[(\[【][^()\[\]【】]*[)\]】]?", " ", line).strip(), inside
