"""Slices of Weibo's desktop search: it shows 50 pages at most, so a full one is cut into days, hours and provinces.

Everything follows from the address (`timescope=custom:2026-11-01-0:2026-11-02-0`, `region=custom:33:1000`) and from when
the page was seen; slices are half-open, in Shanghai time, and their pages give the same post the same id.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import attrs

from crawlers.sites import weibo_addresses
from crawlers.sites.adapter import PageRequest
from crawlers.sites.weibo_addresses import SEARCH, Address
from domain.times import SHANGHAI

FULL_PAGES = 46
"""A page list this long means that the search holds more than it shows (it offers at most 50)."""
UNSLICED_DAYS = 7
"""How far back a search without a time is cut when it is full: older posts come by a back-fill, `--since`."""
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SCOPE = re.compile(r"custom:(\d{4}-\d{1,2}-\d{1,2})(?:-(\d{1,2}))?:(?:(\d{4}-\d{1,2}-\d{1,2})(?:-(\d{1,2}))?)?")
PROVINCES = (
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63,
    64, 65, 71, 81, 82, 400, 100,
)  # fmt: skip
"""Weibo's codes: GB/T 2260, 400 = overseas, 100 = elsewhere."""


@attrs.frozen
class Span:
    """A stretch of time, half-open, aware UTC, whole hours."""

    begin: datetime
    end: datetime

    def scope(self) -> str:
        """As the address says it: hours without a leading zero."""
        return "custom:" + ":".join(_written(moment) for moment in (self.begin, self.end))


def span_of(address: Address, *, seen_at: datetime) -> Span | None:
    """The time that the address asks for, as far as it is not in the future; None where it asks for none or can't be read."""
    found = _SCOPE.fullmatch(address.parameters.get("timescope", ""))
    if found is None:
        return None
    now = _next_hour(seen_at)
    try:
        begin = _moment(found[1], found[2])
        end = min(now, _moment(found[3], found[4]) + (_DAY if found[4] is None else timedelta())) if found[3] else now
    except (ValueError, OverflowError):
        return None
    return Span(begin, end) if begin < end else None


def finer(address: Address, *, seen_at: datetime) -> tuple[PageRequest, ...]:
    """First pages of the finer slices of a full search, newest first; empty where it can't be cut any further."""
    span = span_of(address, seen_at=seen_at)
    if span is None:
        if address.parameters.get("timescope"):
            return ()
        end = _next_hour(seen_at)
        span = Span(_midnight(end) - UNSLICED_DAYS * _DAY, end)
    if span.end - span.begin > _HOUR:
        step = _DAY if span.end - span.begin > _DAY else _HOUR
        return tuple(_page(address, timescope=part.scope()) for part in parts(span, step))
    if address.parameters.get("region"):
        return ()
    return tuple(_page(address, timescope=span.scope(), region=f"custom:{province}:1000") for province in PROVINCES)


def parts(span: Span, step: timedelta) -> Iterator[Span]:
    """The span cut at Shanghai's midnights (step: a day) or at full hours, newest first."""
    end = span.end
    while end > span.begin:
        cut = _midnight(end - _HOUR) if step == _DAY else end - _HOUR
        begin = max(cut, span.begin)
        yield Span(begin, end)
        end = begin


def days(term: str, *, since: datetime, until: datetime, browser: bool) -> Iterator[PageRequest]:
    """First pages of a search for every day from `since` to `until`, newest first. Both are aware; whole hours are asked for."""
    begin, end = since.replace(minute=0, second=0, microsecond=0), _next_hour(until - timedelta(seconds=1))
    for part in parts(Span(begin.astimezone(UTC), end), _DAY):
        yield attrs.evolve(_first(term, part), browser=browser)


def older(term: str, *, reached: datetime) -> Iterator[PageRequest]:
    """What the phone's search no longer shows behind its last page: the hour that it reached, and the one before."""
    end = _next_hour(reached)
    return (_first(term, part) for part in parts(Span(end - 2 * _HOUR, end), _HOUR))


def _first(term: str, part: Span) -> PageRequest:
    query = {"q": term, "typeall": "1", "suball": "1", "timescope": part.scope()}
    return weibo_addresses.request(f"https://{SEARCH}/weibo?{urlencode(query, errors='replace')}", "search_html")


def _page(address: Address, **changes: str) -> PageRequest:
    kept = {k: v for k, v in address.parameters.items() if k not in ("page", "rd", "tw", "Refer")} | changes
    kept = {"typeall": "1", "suball": "1"} | kept
    return weibo_addresses.request(f"https://{SEARCH}/weibo?{urlencode(kept, errors='replace')}", "search_html")


def _moment(day: str, hour: str | None) -> datetime:
    year, month, number = map(int, day.split("-"))
    start = datetime(year, month, number, tzinfo=SHANGHAI)
    return (start + timedelta(hours=int(hour or 0))).astimezone(UTC)


def _written(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local:%Y-%m-%d}-{local.hour}"


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def _next_hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0) + _HOUR
