"""Reviews of Taobao and Tmall in the four shapes in which the site sends them, and the totals beside them."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from crawlers.sites.adapter import JsonObject, Stats
from crawlers.sites.answers import Refused
from crawlers.sites.taobao_addresses import item_url
from crawlers.sites.values import beijing, count, mapping, one_line, plain, rows, whole
from domain.default_texts import is_default_text
from domain.documents import Passage, Review
from domain.feeds import Outcome
from domain.times import SHANGHAI

POLARITIES = {"1": "good", "0": "neutral", "-1": "bad"}
TEXTS = ("feedback", "rateContent", "reviewWordContent", "content")
DATES = ("rateDate", "feedbackDate", "reviewDate", "date")
EXACT_DATES = ("createTime", "gmtCreateTime", "gmtCreate", "rateTime")
PICTURES = ("feedPicPathList", "reviewPicPathList", "pics", "feedPicList", "photos")
APPENDS = ("appendComment", "appendedFeed", "append", "reviewAppendVO", "appendList")
APPEND_TEXTS = ("content", "appendedFeedback", "feedback", "appendedWordContent", "appendFeedback")
APPEND_DATES = ("commentTime", "feedbackDate", "appendedFeedbackDate", "createTime", "date", "appendDate", "reviewDate")
DAY = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?(?:[T\s]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
EARLIEST_MS = 946_684_800_000  # the year 2000: smaller numbers are seconds, or no moment at all


def listed(raw: Any, *, item: str, seen_at: datetime) -> tuple[Review, ...]:  # any JSON value
    """The reviews of a list; item: asked for, where a review does not name its own.

    Raises Refused(changed) where rows are there but none can be read.
    """
    found = {review.id: review for row in rows(raw) if (review := _review(row, item, seen_at))}
    if raw and not found:
        raise Refused(Outcome.CHANGED, "reviews are there, but none has an id and a text field that we know")
    return tuple(found.values())


def items_named(raw: Any) -> set[str]:  # any JSON value
    """The items that the reviews of a list say they are about."""
    return {number for row in rows(raw) if (number := _item(row))}


def stats(data: JsonObject, *, item: str) -> Stats | None:
    """The totals of a list with what the site folds away; None where it says none."""
    counted = mapping(data.get("rateCount"))
    shown = [count(data.get(key)) for key in ("feedAllCountFuzzy", "feedAllCount", "totalCount", "total", "allCount")]
    shown += [count(counted.get("total")), count(mapping(data.get("paginator")).get("items"))]
    told = [each for each in shown if each]
    folded = next((n for key in ("foldCount", "foldFlagCount") if (n := whole(data.get(key))) is not None), None)
    named = {"good": "feedGoodCount", "neutral": "feedNormalCount", "bad": "feedBadCount"}
    by_rating = {key: number for key, field in named.items() if (number := whole(data.get(field))) is not None}
    if not told and folded is None:
        return None
    return Stats(
        total=told[0].value if told else None,
        by_rating=by_rating,
        folded=folded,
        exact=told[0].exact if told else True,
        subject=f"taobao:{item}" if item else "",
    )


def moment(raw: Any) -> tuple[datetime | None, bool]:  # any JSON value
    """Aware UTC, and whether it is a bare day: `2026年3月4日`, `2026-03-04 12:30:00`, epoch ms, or a Java Date object."""
    if isinstance(raw, dict):
        return _java(raw), False
    if isinstance(raw, int | str) and re.fullmatch(r"\d{10}(?:\d{3})?", str(raw)):
        number = int(raw)
        return _epoch_ms(number if number > EARLIEST_MS else number * 1000), False
    if not isinstance(raw, str):
        return None, False
    found = DAY.fullmatch(raw.strip())
    if not found:
        return beijing(raw), False
    numbers = [int(part or 0) for part in found.groups()]
    try:
        return datetime(*numbers, tzinfo=SHANGHAI).astimezone(UTC), found[4] is None  # type: ignore[misc, arg-type]  # six numbers
    except (ValueError, OverflowError):
        return None, False


def _review(row: JsonObject, item: str, seen_at: datetime) -> Review | None:
    number, field = _id(row.get("id") or row.get("rateId")), next((key for key in TEXTS if key in row), "")
    if not number or not field:
        return None
    text, about = plain(row.get(field)), _item(row) or item
    published, day_only = _published(row)
    append = _append(row)
    return Review(
        id=f"taobao:{number}",
        source="taobao",
        url=item_url(about) if about else "",
        text=text,
        published_at=published,
        date_only=day_only,
        seen_at=seen_at,
        author=_author(row, about),
        sku=about,
        product=one_line(row.get("auctionTitle")),
        polarity=POLARITIES.get(str(row.get("rateType")).strip()),
        likes=_likes(row),
        images=_pictures(row),
        video=any(row.get(key) not in (None, "", "null", [], {}) for key in ("video", "videoList", "videos")),
        variant=_variant(row),
        append=append,
        seller_replies=_replies(row),
        default_text=is_default_text(text),
        region=one_line(row.get("location") or row.get("ipLocation")),
    )


def _id(raw: Any) -> str:  # any JSON value
    # not `values.name`: the id 0 is one here, a placeholder beside others
    text = str(raw).strip() if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
    return text if re.fullmatch(r"\w{1,40}", text, re.ASCII) else ""


def _item(row: JsonObject) -> str:
    named = (
        row.get("auctionNumId"),
        row.get("aucNumId"),
        row.get("itemId"),
        mapping(row.get("auction")).get("aucNumId"),
    )
    return next((number for raw in named if (number := _id(raw)).isdecimal() and number != "0"), "")


def _published(row: JsonObject) -> tuple[datetime | None, bool]:
    """The moment of writing; a bare day gives way to the exact moment beside it where both are of the same day."""
    told = next((found for key in DATES if (found := moment(row.get(key)))[0]), (None, False))
    exact = next((at for key in EXACT_DATES for at, day in (moment(row.get(key)),) if at and not day), None)
    if told[0] is None:
        return exact, False
    same = exact and exact.astimezone(SHANGHAI).date() == told[0].astimezone(SHANGHAI).date()
    return (exact, False) if told[1] and same else told


def _author(row: JsonObject, item: str) -> str:
    shown = [row.get(key) for key in ("displayUserNick", "userNick", "reduceUserNick")]
    nick = next((name for raw in shown if (name := one_line(raw))), "")
    if not nick or "匿名" in nick:
        return ""
    # names are masked to l***0, which many buyers share: with the item they stay apart, yet the same next time
    return f"{nick}|{item}" if "*" in nick else nick


def _likes(row: JsonObject) -> int | None:
    places = (mapping(row.get("interactInfo")), mapping(row.get("interactionVO")), mapping(row.get("interactVO")), row)
    return next((number for place in places if (number := whole(place.get("likeCount"))) is not None), None)


def _pictures(row: JsonObject) -> int:
    return next((len(value) for key in PICTURES if isinstance(value := row.get(key), list) and value), 0)


def _variant(row: JsonObject) -> str:
    said = plain(row.get("auctionSku")) or one_line(row.get("skuValueStr"))
    if said:
        return said
    for key in ("skuMap", "skuText"):
        value = row.get(key)
        parts = [one_line(part) for part in mapping(value).values()] if isinstance(value, dict) else [one_line(value)]
        if any(parts):
            return " ".join(part for part in parts if part)
    return ""


def _append_of(row: JsonObject) -> JsonObject:
    found = (row.get(key) for key in APPENDS)
    parts = (value[-1] if isinstance(value, list) and value else value for value in found)
    return next((part for part in parts if isinstance(part, dict) and part), {})


def _append(row: JsonObject) -> Passage | None:
    added = _append_of(row)
    text = next((said for key in APPEND_TEXTS if (said := plain(added.get(key)))), "")
    if not text:
        return None
    # `days` and `intervalDay` count from the receipt of the goods, a day that the answer does not tell: no moment from them
    at, day_only = next((found for key in APPEND_DATES if (found := moment(added.get(key)))[0]), (None, False))
    return Passage(text=text, published_at=at, date_only=day_only)


def _replies(row: JsonObject) -> tuple[Passage, ...]:
    added = _append_of(row)
    return tuple(_said((row.get("reply"), row.get("replyList"), added.get("reply"), added.get("appendReply"))))


def _said(raws: Iterable[Any]) -> Iterable[Passage]:  # any JSON values
    for raw in raws:
        for each in raw if isinstance(raw, list) else [raw]:
            part = mapping(each)
            keys = ("content", "reply", "replyContent", "feedback", "text")
            text = plain(each) or next((said for key in keys if (said := plain(part.get(key)))), "")
            if text:
                when = (part.get(key) for key in ("replyDate", "date", "createTime", "replyTime"))
                at, day_only = next((found for value in when if (found := moment(value))[0]), (None, False))
                yield Passage(text=text, published_at=at, date_only=day_only)


def _java(date: JsonObject) -> datetime | None:
    time = date.get("time")
    if isinstance(time, int) and not isinstance(time, bool) and time > EARLIEST_MS:
        return _epoch_ms(time)
    parts = [date.get(key, 0) for key in ("year", "month", "date", "hours", "minutes", "seconds")]
    offset = date.get("timezoneOffset", -480)
    if not all(isinstance(part, int) for part in (*parts, offset)):
        return None
    year, month, day, hour, minute, second = parts
    try:
        local = datetime(
            year + 1900, month + 1, day, hour, minute, second, tzinfo=UTC
        )  # months from 0, years from 1900
        return local + timedelta(minutes=offset)  # minutes behind UTC: -480 in Beijing
    except (ValueError, OverflowError):
        return None


def _epoch_ms(number: int) -> datetime | None:
    try:
        at = datetime.fromtimestamp(number / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return at if at.year < 2100 else None
