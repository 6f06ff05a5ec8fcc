"""Suning as it answers: product pages that name their cluster, reviews in JSONP, totals, and prices by city."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from demo import elsewhere
from demo.clock import beijing
from demo.elsewhere import Stall
from demo.events import Review
from demo.ledger import Shelf, Span
from demo.pages import WorldPage
from demo.world import World

PAGE_SIZE, LAST_PAGE = 10, 50
SELF_OPERATED, DEALER = "0000000000", "0070100417"
CITIES = {"010": Decimal(1), "020": Decimal("0.98"), "755": Decimal("1.02")}
"""City → its price level; others as Beijing."""
PROMOTION = timedelta(hours=36)
"""A promotion runs for so long before and after each Sunday's beginning."""
_KINDS = {"good": (4, 5), "normal": (3,), "bad": (1, 2)}
JsonObject = dict[str, Any]  # the site's own JSON


def item_page(world: World, request: Request) -> Response:
    """product.suning.com/SHOP/SKU.html"""
    stall = elsewhere.stalls("suning").get(str(request.path_params["sku"]).lstrip("0"))
    if stall is None or request.path_params["shop"] != shop_of(stall):
        gone = "<html><head><title>苏宁易购</title></head><body>您查看的商品已下架</body></html>"
        return Response(gone, 404, media_type="text/html;charset=utf-8")
    said = {
        "partNumber": stall.number.zfill(18), "clusterId": cluster_of(stall), "vendorCode": shop_of(stall),
        "itemDisplayName": stall.product.title, "flagshipName": stall.shop, "brandName": stall.product.brand.name,
    }  # fmt: skip
    script = json.dumps(said, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    html = (
        f"<!DOCTYPE html><html><head><title>{stall.product.title}【价格 图片】-苏宁易购</title>"
        f"<script>var sn = {script};</script></head><body><h1>{stall.product.title}</h1></body></html>"
    )
    return Response(html, media_type="text/html;charset=utf-8")


def reviews_page(world: World, request: Request) -> Response:
    """review.suning.com/ajax/(cluster_)review_lists/…-SKU-SHOP-total-1-default-10-----reviewList.htm"""
    parts = str(request.path_params["list"]).split("-")
    stall = _stall(parts)
    kind = next((part for part in parts[1:] if part.isalpha()), "total")
    page = int(parts[parts.index(kind) + 1]) if kind in parts and parts[parts.index(kind) + 1].isdecimal() else 1
    found = [r for r in elsewhere.reviews(world, stall) if _asked_for(r, kind, world.now())] if stall else []
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE] if page <= LAST_PAGE else []
    body = {
        "commodityReviews": [row(r, stall, world.now()) for r in shown] if stall else [],
        "returnCode": "1",
        "returnMsg": "成功取得评价列表",
    }
    return jsonp(body, request.query_params.get("callback", ""))


def counts_page(world: World, request: Request) -> Response:
    """review.suning.com/ajax/review_satisfy/general-SKU-SHOP-----satisfy.htm"""
    stall = _stall(str(request.path_params["list"]).split("-"))
    found = elsewhere.reviews(world, stall) if stall else []
    named = ("one", "two", "three", "four", "five")
    counts: JsonObject = {f"{word}StarCount": sum(1 for r in found if r.score == n) for n, word in enumerate(named, 1)}
    counts |= {"againCount": sum(1 for r in found if r.append), "totalCount": len(found), "qualityStar": 4.8}
    return jsonp({"reviewCounts": [counts], "returnCode": "1"}, request.query_params.get("callback", ""))


def sale_page(world: World, request: Request) -> Response:
    """pas.suning.com/nspcsale_0_SKU_SKU_SHOP_PROVINCE_CITY_DISTRICT.html"""
    parts = str(request.path_params["asked"]).split("_")
    stall = elsewhere.stalls("suning").get(parts[1].lstrip("0")) if len(parts) > 5 else None
    row = [] if stall is None else [sale(world, stall, parts[5])]
    return jsonp({"status": "1", "data": {"price": {"saleInfo": row}}}, request.query_params.get("callback", ""))


def cluster_price_page(world: World, request: Request) -> Response:
    """icps.suning.com/icps-web/getVarnishAllPrice014/SKU_CITY_DISTRICT_SHOP_1_getClusterPrice.vhtm"""
    parts = str(request.path_params["asked"]).split("_")
    stall = elsewhere.stalls("suning").get(parts[0].lstrip("0"))
    found = [] if stall is None or len(parts) < 4 else [cluster_price(world, stall, parts[1])]
    return jsonp(found, request.query_params.get("callback", ""))


def row(review: Review, stall: Stall, now: datetime) -> JsonObject:
    """One review."""
    append = review.append if review.append and review.append.at <= now else None
    said: JsonObject = {
        "commodityReviewId": review.id,
        "content": review.text,
        "publishTime": _time(review.at),
        "publishTimeStr": f"{beijing(review.at):%Y-%m-%d}",
        "qualityStar": review.score,
        "imgCnt": review.images,
        "labelNames": [],
        "userInfo": {"nickName": review.nickname, "levelName": "V2"},
        "shopInfo": {"shopName": stall.shop},
        "commodityInfo": {
            "commodityCode": stall.number.zfill(18),
            "commodityName": stall.product.title,
            "charaterDesc1": review.variant,
        },
    }
    if append:
        said["againReview"] = {"againContent": append.text, "publishTime": _time(append.at)}
    if review.reply and review.reply.at <= now:
        said["replyInfo"] = {"replyContent": review.reply.text, "replyTime": _time(review.reply.at)}
    return said


def price_in(world: World, stall: Stall, city: str) -> Decimal | None:
    """What one buyer pays in a city now."""
    usual, promoted = _amounts(world, stall, city)
    begin, end = window(world.now())
    return promoted if promoted is not None and begin <= world.now() < end else usual


def window(now: datetime) -> tuple[datetime, datetime]:
    """Start and end of the promotion that is nearest."""
    local = beijing(now).replace(hour=0, minute=0, second=0, microsecond=0)
    sunday = local + timedelta(days=(6 - local.weekday()) % 7)
    return sunday - PROMOTION, sunday + PROMOTION


def cluster_price(world: World, stall: Stall, city: str) -> JsonObject:
    """A row of getClusterPrice: texts only, empty where there is nothing; the promotion's price stands there at all times."""
    usual, promoted = _amounts(world, stall, city)
    begin, end = window(world.now())
    return {
        "cmmdtyCode": stall.number.zfill(18), "bizCode": shop_of(stall), "refPrice": "", "snPrice": str(stall.product.list_price),
        "mpsPrice": str(promoted or ""), "proPrice": "", "price": str(usual or ""), "nmpsStartTime": _time(begin),
        "nmpsEndTime": _time(end), "status": "1", "invStatus": "1" if usual else "2", "bookPrice": "", "vipPrice": "", "pgPrice": "",
    }  # fmt: skip


def sale(world: World, stall: Stall, city: str) -> JsonObject:
    """A row of the sale price."""
    usual, promoted = _amounts(world, stall, city)
    begin, end = window(world.now())
    return {
        "partNumber": stall.number.zfill(18), "vendorCode": shop_of(stall), "vendor": stall.shop, "netPrice": str(usual or ""),
        "promotionPrice": str(promoted or ""), "promotionStartTime": _time(begin), "promotionEndTime": _time(end),
        "refPrice": str(stall.product.list_price), "invStatus": "1" if usual else "2",
    }  # fmt: skip


def shop_of(stall: Stall) -> str:
    """The shop's ten digits."""
    return SELF_OPERATED if stall.ours else DEALER


def cluster_of(stall: Stall) -> str:
    """The number under which the reviews of all variants stand."""
    return str(37_200_000 + stall.product.index)


def item_url(stall: Stall) -> str:
    """The public product page."""
    return f"https://product.suning.com/{shop_of(stall)}/{stall.number}.html"


def jsonp(value: Any, callback: str) -> Response:  # any JSON value
    """UTF-8 JSONP, as often as not without a semicolon."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    text = f"{callback}({text})" if callback.isidentifier() else text
    return Response(text, media_type="application/javascript;charset=utf-8")


def existing_reviews(world: World, span: Span) -> set[str]:
    """Ids of the reviews of all offers, or of the one with the number `subject`."""
    numbers = [span.subject] if span.subject else list(elsewhere.stalls("suning"))
    found = [r for n in numbers for r in elsewhere.reviews(world, elsewhere.stalls("suning")[n], until=span.until)]
    return {str(r.id) for r in found if span.since is None or r.at >= span.since}


def existing_products(world: World, span: Span) -> set[str]:
    """Offers whose title holds the words."""
    return elsewhere.existing(world, "suning", query=span.query)


LEDGER: dict[str, Shelf] = {"review": existing_reviews, "product": existing_products}
PAGES: dict[str, dict[str, WorldPage]] = {
    "product.suning.com": {"/{shop}/{sku}.html": item_page},
    "review.suning.com": {
        "/ajax/review_lists/{list}": reviews_page,
        "/ajax/cluster_review_lists/{list}": reviews_page,
        "/ajax/review_satisfy/{list}": counts_page,
        "/ajax/cluster_review_satisfy/{list}": counts_page,
    },
    "pas.suning.com": {"/nspcsale_{asked}.html": sale_page},
    "icps.suning.com": {"/icps-web/getVarnishAllPrice014/{asked}": cluster_price_page},
}


def _amounts(world: World, stall: Stall, city: str) -> tuple[Decimal | None, Decimal | None]:
    """The usual price of a city, and the one of the promotion."""
    usual = stall.quote(world, factor=CITIES.get(city, Decimal(1))).price
    return usual, None if usual is None else (usual * Decimal("0.93")).quantize(Decimal("0.01"))


def _stall(parts: list[str]) -> Stall | None:
    code = next((part for part in parts if len(part) == 18 and part.isdecimal()), "")
    return elsewhere.stalls("suning").get(code.lstrip("0"))


def _asked_for(review: Review, kind: str, now: datetime) -> bool:
    if kind == "again":
        return review.append is not None and review.append.at <= now
    return review.score in _KINDS.get(kind, (1, 2, 3, 4, 5))


def _time(moment: datetime) -> str:
    return beijing(moment).strftime("%Y-%m-%d %H:%M:%S")
