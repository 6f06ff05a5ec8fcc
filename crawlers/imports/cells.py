"""One cell of another tool's file: text, id, moment, stars, money, count, each refused where it can't be trusted."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs
from price_parser import Price

from domain.times import SHANGHAI, day_start

MANGLED_ID = re.compile(r"[+-]?\d(?:\.\d+)?[eE]\+?\d{1,3}")
_WRAPPED = re.compile(r'="(.*)"', re.DOTALL)
_DATE = re.compile(
    r"(?P<y>\d{4})(?P<sep>[-/.年])(?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})[日号]?"
    r"(?:[T\s]*(?P<half>上午|下午|AM|PM)?\s*(?P<h>\d{1,2})[:：时点](?P<min>\d{1,2})[分]?(?:[:：]?(?P<s>\d{1,2})(?:\.\d+)?秒?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})(?:\s*(\d{2}):?(\d{2})(?::?(\d{2}))?)?")
_ENGLISH_FORMS = ("%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z")
_EXCEL_EPOCH = datetime(1899, 12, 30, tzinfo=SHANGHAI)
_STARS = re.compile(r"(?:score|star)?\s*([1-5])(?:\.0+)?\s*(?:星|分|颗星|stars?)?", re.IGNORECASE)
_STAR_WORDS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_POLARITY = {"好评": "good", "中评": "neutral", "差评": "bad", "good": "good", "neutral": "neutral", "bad": "bad"}
_NOTHING = {"", "-", "--", "—", "/", "无", "暂无", "0"}
_HALF_DAY = {"下午", "PM"}
SURE_DIGITS = 15
"""Digits of a number that a spreadsheet keeps; it writes zeros for those after them."""
_EXACT = 2**53  # floats below hold every whole number
_NO_VALUE = {"nan", "NaN", "NaT", "None", "NULL", "null", "\\N", "#N/A"}  # what pandas and databases write for nothing
_YES = {"是", "有", "有货", "现货", "在售", "true", "yes", "y", "1", "1.0"}
_NO = {"否", "无", "无货", "缺货", "售罄", "下架", "已下架", "false", "no", "n", "0", "0.0"}


class BadCell(Exception):
    """A cell that can't be trusted; `str()` says why, Chinese."""


@attrs.frozen(kw_only=True)
class Moment:
    """When, as a cell says."""

    at: datetime
    """Aware UTC."""
    date_only: bool
    """The cell held a bare date."""


def text(value: Any) -> str:
    """The cell as text: ="…" unwrapped, the quote before a would-be formula and tab prefixes off, outer blanks off."""
    if value is None or isinstance(value, bytes):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    if isinstance(value, list):
        return "；".join(filter(None, map(text, value)))
    if isinstance(value, dict):
        return ""
    words = str(value).strip()
    if words[:2] == '="' and (match := _WRAPPED.fullmatch(words)):
        words = match[1].replace('""', '"').strip()
    if words[:1] == "'" and words[1:2] in tuple("=+-@＝＋－＠"):
        words = words[1:]
    return "" if words in _NO_VALUE else words


def identity(value: Any, name: str, *, rounded: bool = False) -> str:
    """An id as text; empty for an empty cell. Raises BadCell for one that a spreadsheet has rounded.

    name: the column, for the message. rounded: the whole column has lost its last digits (`rounded_column`).
    """
    if isinstance(value, bool):
        return ""
    if isinstance(value, dict):  # weibo-crawler: the reposted post as a whole
        return identity(value.get("id"), name)
    if isinstance(value, float) and (not value.is_integer() or abs(value) >= _EXACT):
        raise BadCell(_mangled(name, f"{value:.15g}"))
    words = f"{value:.0f}" if isinstance(value, float) else text(value)
    if re.fullmatch(r"'\d+", words):  # how one tells a spreadsheet to leave a number alone
        words = words[1:]
    if MANGLED_ID.fullmatch(words) or (rounded and _lost_digits(words)):
        raise BadCell(_mangled(name, words))
    return words.removesuffix(".0") if re.fullmatch(r"\d+\.0", words) else words


def rounded_column(values: Iterable[Any]) -> bool:
    """Have all long ids of a column zeros where a spreadsheet writes them: after the fifteenth digit?

    Numbers of a workbook are judged by one row, text only where chance would need one in ten thousand.
    """
    long = [(value, words) for value in values if len(words := _digits(value)) > SURE_DIGITS]
    if not long or not all(_lost_digits(words) for _, words in long):
        return False
    return isinstance(long[0][0], float) or sum(len(words) - SURE_DIGITS for _, words in long) >= 4


def _digits(value: Any) -> str:
    words = f"{value:.0f}" if isinstance(value, float) and value.is_integer() else text(value)
    return words if words.isascii() and words.isdigit() else ""


def _lost_digits(words: str) -> bool:
    return len(words) > SURE_DIGITS and words.isdigit() and not words[SURE_DIGITS:].strip("0")


def moment(value: Any) -> Moment | None:
    """A moment or bare date in any of the usual styles, Shanghai time where no zone is given; None for an empty cell.

    Raises BadCell for a text that means no certain moment: 刚刚, 03/04/2024.
    """
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
        return Moment(at=aware.astimezone(UTC), date_only=False)
    if isinstance(value, date):
        return Moment(at=day_start(value), date_only=True)
    words = text(value)
    if words in _NOTHING:
        return None
    try:
        found = _number(words) or _written(words) or _english(words)
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise BadCell(f"时间认不出：{words[:30]}；请写成 2024-03-05 14:30 或 2024-03-05")
    return found


def stars(value: Any) -> int | None:
    """1–5 stars from 5, "5.0", 5/5, 5星, 五星, ★★★★☆; None for an empty cell, 0 or 好评. Raises BadCell for anything else."""
    words = text(value).removesuffix("/5")
    if words in _NOTHING or words == "0.0" or polarity(words):
        return None
    if set(words) <= set("★☆⭐"):
        full = words.count("★") + words.count("⭐")
        if 1 <= full <= 5:
            return full
    if match := _STARS.fullmatch(words):
        return int(match[1])
    if words[0] in _STAR_WORDS and words[1:] in ("星", "颗星", "分", "星级"):
        return _STAR_WORDS[words[0]]
    raise BadCell(f"星级应为 1 到 5：{words[:20]}")


def polarity(value: Any) -> str | None:
    """good, neutral or bad where the shop itself says 好评, 中评, 差评; None for anything else."""
    return _POLARITY.get(text(value).lower())


def count(value: Any) -> int | None:
    """A number of things: 12, "1.2万", "100万+", "1,024", or so many addresses of pictures; None where there is none."""
    words = text(value).lower()
    if "http" in words:
        return words.count("http")
    words = words.replace(",", "").removesuffix("+").strip()
    match = re.fullmatch(r"(\d{1,15})(\.\d{1,6})?\s*([万亿wk千]?)\+?", words)
    if match is None:
        return None
    scale = {"": 1, "k": 1000, "千": 1000, "w": 10_000, "万": 10_000, "亿": 100_000_000}[match[3]]
    return int(Decimal(match[1] + (match[2] or "")) * scale)


def money(value: Any, name: str) -> Decimal | None:
    """Yuan, two places, from "￥1,299.00", "1299元", 46.5; None for an empty cell, -1 or 0 (not for sale).

    Raises BadCell for a text without an amount.
    """
    words = text(value)
    if not words or words in ("-", "--", "暂无报价", "null", "None"):
        return None
    if re.fullmatch(r"-\d+(?:\.\d+)?|0+(?:\.0+)?", words):
        return None
    amount = Price.fromstring(words, decimal_separator=".").amount
    if amount is None or amount >= 10**9:
        raise BadCell(f"「{name}」不是金额：{words[:30]}")
    return amount.quantize(Decimal("0.01"))


def passage(value: Any) -> str:
    """A later text; empty where the cell says that there is none: -, 无."""
    words = text(value)
    return "" if words in _NOTHING else words


def nickname(value: Any) -> str:
    """A name that tells people apart; empty for a masked one (j***8), which many share, and for 匿名用户."""
    words = text(value)
    return "" if "*" in words or words.startswith("匿名") else words


def yes_or_no(value: Any) -> bool | None:
    """True for 是, 有货, 1; False for 否, 无货, 0; None for anything else."""
    words = text(value).lower()
    return True if words in _YES else False if words in _NO else None


def _mangled(name: str, seen: str) -> str:
    return f"「{name}」{seen} 被电子表格改写过，尾数已丢失；导出时请把该列设为文本，不要先用 Excel 打开保存"


def _number(words: str) -> Moment | None:
    """Unix seconds or milliseconds, a compact date, or a workbook's day number."""
    if re.fullmatch(r"[2-7]\d{4}(?:\.\d+)?", words):
        days = float(words)
        at = _EXCEL_EPOCH + timedelta(seconds=round(days * 86_400))
        return Moment(at=at.astimezone(UTC), date_only=days.is_integer())
    if match := _COMPACT.fullmatch(words):
        year, month, day, *clock = match.groups()
        return _moment(int(year), int(month), int(day), [int(part) for part in clock if part is not None])
    if re.fullmatch(r"\d{10}|\d{13}", words):
        return Moment(at=datetime.fromtimestamp(int(words) / (1000 if len(words) == 13 else 1), UTC), date_only=False)
    return None


def _written(words: str) -> Moment | None:
    match = _DATE.fullmatch(words)
    if match is None:
        return None
    clock = [int(part) for part in (match["h"], match["min"], match["s"]) if part is not None]
    if match["half"] in _HALF_DAY and clock[0] < 12:
        clock[0] += 12
    made = _moment(int(match["y"]), int(match["m"]), int(match["d"]), clock)
    if not match["zone"]:
        return made
    zone = match["zone"].replace("Z", "+00:00")
    local = made.at.astimezone(SHANGHAI).replace(tzinfo=None)
    return Moment(at=datetime.fromisoformat(f"{local.isoformat()}{zone}").astimezone(UTC), date_only=False)


def _english(words: str) -> Moment | None:
    for form in _ENGLISH_FORMS:
        try:
            return Moment(at=datetime.strptime(words, form).astimezone(UTC), date_only=False)
        except ValueError:
            continue
    return None


def _moment(year: int, month: int, day: int, clock: list[int]) -> Moment:
    if not clock:
        return Moment(at=day_start(date(year, month, day)), date_only=True)
    hour, minute, second = (*clock, 0, 0)[:3]
    return Moment(at=datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI).astimezone(UTC), date_only=False)
