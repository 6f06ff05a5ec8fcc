"""Values as people read them: times, durations, marked text, safe links, figures."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from domain.times import iso_shanghai, shanghai
from web.spans import PRESETS
from web.words import job, word

HERE = Path(__file__).parent
STATIC = HERE / "static"


def environment() -> Environment:
    """The templates with their filters; every value is escaped, an unknown name is an error."""
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        clock=clock,
        moment=moment,
        since=since,
        duration=duration,
        word=word,
        job=job,
        marked=marked,
        money=money,
        figure=figure,
        total=total,
    )
    env.globals.update(
        external=external, static=static, address=address, search=search, iso=iso_shanghai, presets=PRESETS
    )
    return env


def clock(at: datetime | None, *, seconds: bool = False) -> str:
    """Hour and minute in Shanghai: 19:05; a dash for None."""
    return shanghai(at).strftime("%H:%M:%S" if seconds else "%H:%M") if at else "—"


def moment(at: datetime | None, now: datetime | None = None) -> str:
    """Day and minute in Shanghai, as short as it stays clear: 今天 19:05, 4月30日 19:05, 2024年4月30日."""
    if at is None:
        return "—"
    local, today = shanghai(at), shanghai(now) if now else None
    if today and local.date() == today.date():
        return f"今天 {local:%H:%M}"
    if today and (today.date() - local.date()).days == 1:
        return f"昨天 {local:%H:%M}"
    year = "" if today and local.year == today.year else f"{local.year}年"
    return f"{year}{local.month}月{local.day}日 {local:%H:%M}"


def since(at: datetime | None, now: datetime) -> str:
    """How long ago: 刚刚, 5 分钟前, 3 小时前, 2 天前; 从未 for None."""
    if at is None:
        return "从未"
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return "刚刚"
    if minutes < 60:
        return f"{minutes} 分钟前"
    return f"{minutes // 60} 小时前" if minutes < 48 * 60 else f"{minutes // 1440} 天前"


def duration(seconds: float | None) -> str:
    """A length of time: 12 秒, 4 分 10 秒, 2 小时 5 分; a dash for None."""
    if seconds is None:
        return "—"
    total = round(seconds)
    if total < 60:
        return f"{total} 秒"
    if total < 3600:
        return f"{total // 60} 分 {total % 60} 秒" if total % 60 else f"{total // 60} 分"
    return f"{total // 3600} 小时 {total % 3600 // 60} 分"


def marked(text: str, spans: Iterable[tuple[int, int]]) -> Markup:
    """Escaped text with `<mark>` around half-open spans of code points, in order and not overlapping."""
    pieces: list[Markup] = []
    at = 0
    for start, end in spans:
        pieces += [escape(text[at:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        at = end
    return Markup("").join([*pieces, escape(text[at:])])


def money(amount: Decimal | None) -> str:
    """Yuan as a price tag: ¥1,299 or ¥39.90; a dash for None."""
    if amount is None:
        return "—"
    return f"¥{amount:,.0f}" if amount == amount.to_integral_value() else f"¥{amount:,.2f}"


def figure(value: float | None) -> str:
    """A number with thousands separators and at most one decimal; a dash for None."""
    if value is None:
        return "—"
    return f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.1f}"


def total(counts: Mapping[Any, int]) -> int:
    """All counts of a table together."""
    return sum(counts.values())


def external(url: str) -> str:
    """An outside address that may be linked, else empty: only http and https with a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.hostname else ""


def address(path: str, params: Mapping[str, Any] | None = None, **more: Any) -> str:
    """A console address with its parameters; empty ones are left out, `more` wins over `params`."""
    kept = {k: v for k, v in {**(params or {}), **more}.items() if v not in ("", None)}
    return f"{path}?{urlencode(kept)}" if kept else path


def search(query: str) -> str:
    """The address that opens the rows of a query."""
    return address("/search", q=query)


@lru_cache(maxsize=64)
def static(name: str) -> str:
    """Address of a file under static/ that changes with its content, so that browsers may keep it for ever."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"
