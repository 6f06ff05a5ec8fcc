"""What sites write for counts, money, moments and text, turned into values; nothing here raises."""

import html
import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import attrs

from domain.times import SHANGHAI

COUNT = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*([万亿wW千kK]?)\s*(\+?)")
SCALE = {"": 1, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000, "亿": 100_000_000}
TAG = re.compile(r"<!--.*?(?:-->|\Z)|</?[A-Za-z][^<>]*>", re.DOTALL)  # an open comment hides the rest, as in browsers
BREAK = re.compile(r"<br\s*/?>|</p\s*>", re.IGNORECASE)
EMOTICON = re.compile(r"<img\b[^<>]*?\balt=[\"']?(\[[^\]<>]{1,20}\])[^<>]*>", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class Count:
    """A number of things as a site shows it."""

    value: int
    exact: bool
    """False for 4.9万+ and 1000+."""


def count(raw: Any) -> Count | None:  # a site's own value: int, str or anything
    """`100万+` → 1000000 (not exact), `51601人付款` → 51601, 12 → 12; None where there is no number."""
    if isinstance(raw, bool) or raw is None:
        return None
    if isinstance(raw, int):
        return Count(value=raw, exact=True) if raw >= 0 else None
    found = COUNT.search(str(raw)[:60]) if isinstance(raw, str | float) else None
    if not found:
        return None
    number, unit, more = found.groups()
    value = Decimal(number.replace(",", "")) * SCALE[unit.lower()]
    return Count(value=int(value), exact=not more and not unit)


def whole(raw: Any) -> int | None:  # a site's own value
    """The number of `count` alone; None where there is none."""
    found = count(raw)
    return found.value if found else None


def stars(raw: Any) -> int | None:  # a site's own value
    """1–5 stars from 5 or "5"; None for 0, "" and anything else."""
    text = str(raw).strip()
    return int(text) if text in {"1", "2", "3", "4", "5"} else None


def money(raw: Any) -> Decimal | None:  # a site's own value
    """Yuan from "1299.00", "￥1,299", 46.5; None for "", "-1.00" (off sale), 0, "暂无报价"."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return None
    text = re.sub(r"[\s,¥￥元]", "", str(raw)[:40])
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.01")) if amount.is_finite() and 0 < amount < 1_000_000_000 else None


def beijing(raw: Any) -> datetime | None:  # a site's own value
    """Aware UTC from `2025-02-21 14:13:55`, which sites mean in Beijing time; None for anything else."""
    if not isinstance(raw, str):
        return None
    try:
        moment = datetime.fromisoformat(raw.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def plain(raw: Any) -> str:  # a site's own value
    """Text without tags: <br> as newline, emoticon pictures as [name], entities decoded, U+200B and outer blanks gone."""
    if not isinstance(raw, str):
        return ""
    text = TAG.sub("", BREAK.sub("\n", EMOTICON.sub(r"\1", raw)))
    return html.unescape(text).replace("\u200b", "").replace("\r\n", "\n").strip()


def one_line(raw: Any) -> str:  # a site's own value
    """`plain` with every run of white space as one blank, for titles and names."""
    return " ".join(plain(raw).split())


def mapping(raw: Any) -> dict[str, Any]:  # a site's own value
    """The value where it is an object, else an empty one."""
    return raw if isinstance(raw, dict) else {}


def rows(raw: Any) -> list[dict[str, Any]]:  # a site's own value
    """The objects of a list, else none."""
    return [row for row in raw if isinstance(row, dict)] if isinstance(raw, list) else []


def name(raw: Any) -> str:  # a site's own value
    """An id or name as text: 12 and "12" → "12"; empty for null, objects, 0 and blanks."""
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        return ""
    text = str(raw).strip()
    return "" if text == "0" else text
