"""Suning's reviews and their totals as the site sends them."""

from datetime import datetime
from typing import Any

from crawlers.sites.adapter import JsonObject, Stats
from crawlers.sites.answers import Refused
from crawlers.sites.suning_addresses import Address, item_url, unpadded
from crawlers.sites.values import (
    beijing,
    count,
    mapping,
    name,
    one_line,
    plain,
    rows,
    stars,
    whole,
)
from domain.default_texts import is_default_text
from domain.documents import Passage, Review
from domain.feeds import Outcome

STARS = {"1": "oneStarCount", "2": "twoStarCount", "3": "threeStarCount", "4": "fourStarCount", "5": "fiveStarCount"}


def listed(raw: Any, address: Address, seen_at: datetime) -> tuple[Review, ...]:  # any JSON value
    """The reviews of a list. Raises Refused(changed) where rows are there but none can be read."""
    found = {review.id: review for row in rows(raw) if (review := _review(row, address, seen_at))}
    if raw and not found:
        raise Refused(Outcome.CHANGED, "reviews are there, but none has an id and a text field that we know")
    return tuple(found.values())


def skus_named(raw: Any) -> set[str]:  # any JSON value
    """The products that the reviews of a list say they are about."""
    return {sku for row in rows(raw) if (sku := _sku(row))}


def counted(row: JsonObject, sku: str) -> Stats | None:
    """The totals in one row of `reviewCounts`; None where it has none."""
    total = count(row.get("totalCount"))
    if total is None:
        return None
    by_rating = {key: number for key, field in STARS.items() if (number := whole(row.get(field))) is not None}
    subject = f"suning:{sku}" if sku else ""
    return Stats(total=total.value, by_rating=by_rating, exact=total.exact, subject=subject)


def _review(row: JsonObject, address: Address, seen_at: datetime) -> Review | None:
    number = name(row.get("commodityReviewId"))
    if not number or "content" not in row:
        return None
    text, bought = plain(row.get("content")), mapping(row.get("commodityInfo"))
    sku = _sku(row) or next(iter(address.skus), "")
    media = mapping(row.get("picVideInfo") or row.get("picVideoInfo"))
    pictures = media.get("imageInfo")
    at, day_only = _published(row)
    return Review(
        id=f"suning:{number}",
        source="suning",
        url=item_url(sku, name_of_shop(row) or address.shop) if sku else "",
        text=text,
        published_at=at,
        date_only=day_only,
        seen_at=seen_at,
        author=_author(row, sku),
        sku=sku,
        product=one_line(bought.get("commodityName")),
        rating=stars(row.get("qualityStar")),
        likes=next((n for key in ("usefulCnt", "usefulCount") if (n := whole(row.get(key))) is not None), None),
        images=len(pictures) if isinstance(pictures, list) else whole(row.get("imgCnt")) or 0,
        video=bool(media.get("videoInfo")) or str(row.get("smallVideoFlag")).lower() in ("1", "true"),
        variant=" ".join(said for key in sorted(bought) if _describes(key) and (said := plain(bought[key]))),
        append=_append(row),
        seller_replies=_replies(row.get("replyInfo")) + _replies(mapping(row.get("againReview")).get("replyInfo")),
        default_text=is_default_text(text),
    )


def _published(row: JsonObject) -> tuple[datetime | None, bool]:
    """When it was written; the text beside it only where it is a moment too."""
    return next(
        (told for key in ("publishTime", "publishTimeStr") if (told := _moment(row.get(key)))[0]), (None, False)
    )


def name_of_shop(row: JsonObject) -> str:
    """The shop's ten digits in a review, empty where it does not say."""
    code = name(mapping(row.get("shopInfo")).get("shopId") or mapping(row.get("shopInfo")).get("shopCode"))
    return code.zfill(10) if code.isdecimal() and len(code) <= 10 else ""


def _describes(key: str) -> bool:
    return key.lower().startswith(("charaterdesc", "characterdesc"))  # charater is the site's own spelling


def _sku(row: JsonObject) -> str:
    bought = mapping(row.get("commodityInfo"))
    codes = (bought.get("commodityCode"), bought.get("commodityId"), row.get("commodityCode"))
    return next((sku for code in codes if (sku := unpadded(name(code)))), "")


def _author(row: JsonObject, sku: str) -> str:
    nick = one_line(mapping(row.get("userInfo")).get("nickName"))
    if "匿名" in nick:
        return ""
    # names are masked to 1***8, which many buyers share: with the product they stay apart, yet the same next time
    return f"{nick}|{sku}" if "*" in nick else nick


def _append(row: JsonObject) -> Passage | None:
    added = mapping(row.get("againReview"))
    text = plain(added.get("againContent")) or plain(added.get("content"))
    # «n天后追加» in publishTimeStr does not say after which day
    at, day_only = _moment(added.get("publishTime"))
    return Passage(text=text, published_at=at, date_only=day_only) if text else None


def _replies(raw: Any) -> tuple[Passage, ...]:  # any JSON value
    found = []
    for part in rows(raw) if isinstance(raw, list) else [mapping(raw) or {"content": raw}]:
        text = next((said for key in ("replyContent", "content", "reply") if (said := plain(part.get(key)))), "")
        moments = (_moment(part.get(key)) for key in ("replyTime", "publishTime", "createTime", "replyTimeStr"))
        at, day_only = next((told for told in moments if told[0]), (None, False))
        if text:
            found.append(Passage(text=text, published_at=at, date_only=day_only))
    return tuple(found)


def _moment(raw: Any) -> tuple[datetime | None, bool]:  # any JSON value
    at = beijing(raw)
    return at, at is not None and len(str(raw).strip()) == len("2019-06-01")
