"""JD's reviews as the site sends them: the old review list, the detail page's block, the app's list, and their totals."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from crawlers.sites.adapter import JsonObject, Stats
from crawlers.sites.answers import Refused
from crawlers.sites.jd_addresses import Address, item_url
from crawlers.sites.values import Count, beijing, count, mapping, name, plain, rows, stars, whole
from crawlers.sites.values import one_line as line
from domain.default_texts import is_default_text
from domain.documents import Passage, Review
from domain.feeds import Outcome

LAST_PAGE = 99
"""The old list never goes beyond it: page 100 is empty and page 101 repeats page 0."""
TOTALS = {"0": "comment", "1": "poor", "2": "general", "3": "good", "4": "show", "5": "after", "7": "video"}
"""Filter of the list → prefix of its total in the summary."""


def listed_reviews(value: JsonObject, seen_at: datetime) -> tuple[Review, ...]:
    """Reviews of productPageComments. Raises Refused(changed) where rows are there but none can be read."""
    return _readable((_listed(row, seen_at) for row in rows(value.get("comments"))), value.get("comments"))


def block_reviews(infos: Any, seen_at: datetime) -> tuple[Review, ...]:  # any JSON value
    """Reviews in the app's shape (commentData, commentScore …). Raises Refused(changed) as `listed_reviews` does."""
    return _readable((_block(row, seen_at) for row in rows(infos)), infos)


def floor_infos(value: JsonObject) -> list[JsonObject] | None:
    """The review objects of getCommentListPage, which stacks its page as floors; None where no floor is a list."""
    floors = [f for f in rows(mapping(value.get("result")).get("floors")) if "commentlist" in str(f.get("mId"))]
    lists = [floor["data"] for floor in floors if isinstance(floor.get("data"), list)]
    if not lists:
        return None
    return [mapping(row["commentInfo"]) for data in lists for row in rows(data) if "commentInfo" in row]


def summary_stats(summary: JsonObject, *, subject: str = "") -> Stats | None:
    """The totals in a productCommentSummary (or a row of productCommentSummaries); None where it has none."""
    lower = {key[:1].lower() + key[1:]: value for key, value in summary.items()}  # CommentCount in the old answer
    total = _total(lower, "comment")
    if total is None:
        return None
    named = {"good": "goodCount", "neutral": "generalCount", "bad": "poorCount"} | {
        str(n): f"score{n}Count" for n in range(1, 6)
    }
    by_rating = {key: number for key, field in named.items() if (number := whole(lower.get(field))) is not None}
    return Stats(total=total.value, by_rating=by_rating, exact=total.exact, subject=subject)


def block_stats(value: JsonObject, *, subject: str = "") -> Stats | None:
    """The totals in getLegoWareDetailComment, all strings there."""
    total, shown = count(value.get("allCnt")), count(value.get("allCntStr"))
    if total is None:
        return None
    named = {"good": "goodCnt", "neutral": "normalCnt", "bad": "badCnt"}
    by_rating = {key: number for key, field in named.items() if (number := whole(value.get(field))) is not None}
    exact = total.exact and (shown is None or shown.exact)
    return Stats(total=total.value, by_rating=by_rating, exact=exact, subject=subject)


def reviews_expected(summary: JsonObject, address: Address) -> int:
    """How many reviews the site says this filter has, default ones left out; 0 where it does not say."""
    total = None if address.tag else _total(summary, TOTALS.get(address.score, ""))
    if total is None:
        return 0
    default = _total(summary, "defaultGood") if address.score in ("0", "3") else None
    return max(0, total.value - (default.value if default else 0))


def _readable(reviews: Iterable[Review | None], raw: Any) -> tuple[Review, ...]:  # any JSON value
    found = tuple(review for review in reviews if review)
    if raw and not found:
        raise Refused(Outcome.CHANGED, "reviews are there, but none has an id and a text field that we know")
    return found


def _total(summary: JsonObject, prefix: str) -> Count | None:
    number, shown = count(summary.get(f"{prefix}Count")), count(summary.get(f"{prefix}CountStr"))
    if number is None or (shown and shown.value > number.value):  # defaultGoodCount is 0 beside «20万+»
        return shown
    return Count(value=number.value, exact=number.exact and (shown is None or shown.exact))


def _listed(row: JsonObject, seen_at: datetime) -> Review | None:
    number = name(row.get("id"))
    if not number or "content" not in row:
        return None
    text = _text(row.get("content")) or _text(row.get("vcontent"))
    sku, (at, day_only) = name(row.get("referenceId")), _moment(row.get("creationTime"))
    pictures = row.get("images")
    return Review(
        id=f"jd:{number}",
        source="jd",
        url=item_url(sku) if sku else "",
        text=text,
        published_at=at,
        date_only=day_only,
        seen_at=seen_at,
        author=_author(row.get("nickname"), row.get("location")),
        sku=sku,
        product=line(row.get("referenceName")),
        rating=stars(row.get("score")),
        likes=whole(row.get("usefulVoteCount")),
        images=len(pictures) if isinstance(pictures, list) else whole(row.get("imageCount")) or 0,
        video=bool(rows(row.get("videos"))),
        variant=" ".join(part for key in ("productColor", "productSize") if (part := plain(row.get(key)))),
        append=_append(mapping(row.get("afterUserComment"))),
        seller_replies=_replies(row.get("replies")),
        default_text=is_default_text(text),
        region=name(row.get("location")),
    )


def _block(row: JsonObject, seen_at: datetime) -> Review | None:
    number = name(row.get("commentId"))
    if not number or not ("commentData" in row or "tagCommentContent" in row):
        return None
    text = _text(row.get("commentData")) or _text(row.get("tagCommentContent"))
    filler = "" if text else _text(row.get("noCommentMessage"))
    sku, pictures = name(row.get("productId")), rows(row.get("pictureInfoList"))
    at, day_only = _moment(row.get("commentDate"))
    bought = [plain(value) for pair in rows(row.get("wareAttribute")) for value in pair.values()]
    return Review(
        id=f"jd:{number}",
        source="jd",
        url=item_url(sku) if sku else "",
        text=text or filler,
        published_at=at,
        date_only=day_only,
        seen_at=seen_at,
        author=_author(row.get("userNickName"), row.get("publishArea")),
        sku=sku,
        rating=stars(row.get("commentScore")),
        likes=whole(row.get("praiseCnt")),
        images=sum(name(p.get("mediaType")) in ("", "1") for p in pictures),
        video=any(name(p.get("mediaType")) == "2" for p in pictures) or bool(rows(row.get("commentVideoInfoList"))),
        variant=" ".join(part for part in bought if part) or plain(row.get("productSpecifications")),
        append=_append(mapping(row.get("afterComment"))),
        seller_replies=_replies(row.get("replies")),
        default_text=bool(filler) or is_default_text(text),
        region=name(row.get("publishArea")),
    )


def _text(raw: Any) -> str:  # any JSON value
    # dimensions are marked {$%&外观：&%$} in vcontent; the words between stay
    return plain(raw.replace("{$%&", "").replace("&%$}", "")) if isinstance(raw, str) else ""


def _author(nickname: Any, region: Any) -> str:  # any JSON values
    # JD masks names to j***n, which many buyers share: with the province they stay apart, yet the same next time
    shown = name(nickname)
    return f"{shown}|{name(region)}" if "*" in shown else shown


def _append(row: JsonObject) -> Passage | None:
    """The 追评 of the old list or of the app, which has its words under the names of a review."""
    text = _text(row.get("content")) or _text(mapping(row.get("hAfterUserComment")).get("content"))
    text = text or _text(row.get("commentData"))
    at, day_only = _moment(row.get("created") or row.get("commentDate"))
    return Passage(text=text, published_at=at, date_only=day_only) if text else None


def _replies(raw: Any) -> tuple[Passage, ...]:  # any JSON value
    # `ip` and the clerk's name stay behind: only what was said and when
    said = [(_text(row.get("content")), *_moment(row.get("creationTime"))) for row in rows(raw)]
    return tuple(Passage(text=text, published_at=at, date_only=day_only) for text, at, day_only in said if text)


def _moment(raw: Any) -> tuple[datetime | None, bool]:  # any JSON value
    """Aware UTC, and whether the site told no more than the day."""
    at = beijing(raw)
    return at, at is not None and len(str(raw).strip()) == len("2025-02-21")
