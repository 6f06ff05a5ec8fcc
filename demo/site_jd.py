"""JD as it answers: the review list as GBK JSONP, prices as JSON, and the item page that loads both by script."""

import base64
import codecs
import json
import re
from datetime import datetime
from decimal import Decimal
from hashlib import md5
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from demo import catalogue
from demo.clock import beijing
from demo.events import Quote, Review
from demo.ledger import Shelf, Span
from demo.pages import WorldPage, page_template
from demo.world import World

PAGE_SIZE, LAST_PAGE = 10, 100
_ENTITIES = {"—": "&mdash;", "…": "&hellip;", "“": "&ldquo;", "”": "&rdquo;"}
_ENTITY = re.compile("[—…“”]")
_CALLBACK = re.compile(r"^[\w$.]{1,60}$")
# JD's own score parameter: 1 差评, 2 中评, 3 好评, 4 晒图, 5 追评.
_STARS = {1: (1,), 2: (2, 3), 3: (4, 5)}


def _escape(error: UnicodeError) -> tuple[str, int]:
    """A character that GBK lacks becomes \\uXXXX, as JSON may write it."""
    assert isinstance(error, UnicodeEncodeError)
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error("json-escape", _escape)


def reviews_page(world: World, request: Request) -> Response:
    """club.jd.com/comment/productPageComments.action"""
    return captcha() if world.blocked("captcha") else listed(world, dict(request.query_params))


def listed(world: World, asked: dict[str, str]) -> Response:
    """A page of the old review list, by the parameters of its address."""
    sku, score, sort = asked.get("productId", ""), _number(asked.get("score")), _number(asked.get("sortType"), 6)
    page, size = _number(asked.get("page")), min(_number(asked.get("pageSize"), PAGE_SIZE) or PAGE_SIZE, PAGE_SIZE)
    now = world.now()
    every = world.reviews(sku) if sku in catalogue.by_sku() else []
    chosen = [r for r in every if _asked_for(r, score, now)]
    if sort == 5:
        chosen.sort(key=lambda r: -r.likes)
    shown = chosen[page * size : (page + 1) * size] if page < LAST_PAGE else []
    body = {
        "productAttr": None,
        "productCommentSummary": _summary(sku, every, now),
        "hotCommentTagStatistics": [],
        "jwotestProduct": "99",
        "maxPage": min(LAST_PAGE, -(-len(chosen) // size)),
        "testId": "cmt",
        "score": score,
        "soType": sort,
        "imageListCount": sum(1 for r in every if r.images),
        "vTagStatistics": [],
        "csv": None,
        "comments": [comment(r, now) for r in shown],
    }
    return jsonp(body, asked.get("callback", ""))


def summaries_page(world: World, request: Request) -> Response:
    """club.jd.com/comment/productCommentSummaries.action"""
    if world.blocked("captcha"):
        return captcha()
    skus = [s for s in request.query_params.get("referenceIds", "").split(",") if s in catalogue.by_sku()]
    body = {"CommentsCount": [_summary(sku, world.reviews(sku), world.now()) for sku in skus]}
    return jsonp(body, request.query_params.get("callback", ""))


def prices_page(world: World, request: Request) -> Response:
    """p.3.cn/prices/mgets"""
    if world.blocked("captcha"):
        return captcha()
    skus = [text.removeprefix("J_") for text in request.query_params.get("skuIds", "").split(",") if text]
    text = json.dumps([_price(world, sku) for sku in skus], separators=(",", ":"))
    callback = request.query_params.get("callback", "")
    if _CALLBACK.match(callback):
        return Response(f"{callback}({text});", media_type="application/javascript;charset=utf-8")
    return Response(text, media_type="application/json;charset=utf-8")


def item_page(world: World, request: Request) -> Response:
    """item.jd.com/SKU.html: the reviews and the price come by script."""
    sku = str(request.path_params["sku"])
    if sku not in catalogue.by_sku() or catalogue.by_sku()[sku][1].site != "jd":
        return Response(
            "<html><body>很抱歉，您查看的商品找不到了！</body></html>", 404, media_type="text/html;charset=utf-8"
        )
    product, offer = catalogue.by_sku()[sku]
    html = page_template("item.html").render(product=product, offer=offer)
    return Response(html, media_type="text/html;charset=utf-8")


def captcha() -> Response:
    """What JD answers when a person must act: nothing, and a header that says so."""
    event = {"evType": "3", "evApi": "color_productPageComments", "title": "京东验证"}
    said = {"code": "605", "disposal": {"rpId": "DEMORPID", "evContent": json.dumps(event, ensure_ascii=False)}}
    encoded = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
    return Response(b"", media_type="application/json;charset=utf-8", headers={"x-rp-content": encoded})


PAGES: dict[str, dict[str, WorldPage]] = {
    "club.jd.com": {
        "/comment/productPageComments.action": reviews_page,
        "/comment/skuProductPageComments.action": reviews_page,
        "/comment/productCommentSummaries.action": summaries_page,
    },
    "item.jd.com": {"/{sku}.html": item_page},
    "p.3.cn": {"/prices/mgets": prices_page},
}


def existing_reviews(world: World, span: Span) -> set[str]:
    """Ids of the reviews of all products, or of the one with the sku `subject`."""
    if not span.subject:
        return world.existing_ids("review", span.since, span.until, query=span.query)
    begin = span.since or world.beginning
    return {str(r.id) for r in world.reviews(span.subject, until=span.until) if r.at >= begin}


def existing_offers(world: World, span: Span) -> set[str]:
    """Skus that JD's shops sell."""
    return {sku for sku, (p, o) in catalogue.by_sku().items() if o.site == "jd" and span.query in p.title}


LEDGER: dict[str, Shelf] = {"review": existing_reviews, "product": existing_offers}


def rounded(count: int) -> tuple[int, str]:
    """A count as JD shows it: 183 is (100, "100+"), 49120 is (49000, "4.9万+"); below 100 it is exact."""
    if count < 100:
        return count, str(count)
    if count < 10_000:
        step = 100 if count < 1000 else 1000
        return count // step * step, f"{count // step * step}+"
    shown = count // 1000 * 1000
    return shown, f"{shown / 10_000:g}万+"


def jsonp(body: dict[str, Any], callback: str) -> Response:
    """The old interface's way: GBK, in the callback that was asked for; what GBK lacks is escaped."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    if _CALLBACK.match(callback):
        text = f"{callback}({text});"
    kind = "application/javascript" if callback else "application/json"
    return Response(text.encode("gbk", "json-escape"), headers={"content-type": f"{kind};charset=GBK"})


def _asked_for(review: Review, score: int, now: datetime) -> bool:
    if score in _STARS:
        return review.score in _STARS[score]
    if score == 4:
        return review.images > 0
    if score == 5:
        return review.append is not None and review.append.at <= now
    return True


def _summary(sku: str, reviews: list[Review], now: datetime) -> dict[str, Any]:
    stars = {n: sum(1 for r in reviews if r.score == n) for n in range(1, 6)}
    counts = {
        "comment": len(reviews),
        "good": stars[4] + stars[5],
        "general": stars[2] + stars[3],
        "poor": stars[1],
        "after": sum(1 for r in reviews if r.append and r.append.at <= now),
        "show": sum(1 for r in reviews if r.images),
        "defaultGood": sum(1 for r in reviews if r.default),
        "video": 0,
    }
    summary: dict[str, Any] = {"skuId": _sku_number(sku), "productId": _sku_number(sku), "averageScore": 5}
    for name, count in counts.items():
        summary[f"{name}Count"], summary[f"{name}CountStr"] = rounded(count)
    for name in ("good", "general", "poor"):
        rate = round(counts[name] / len(reviews), 3) if reviews else 0
        summary[f"{name}Rate"], summary[f"{name}RateShow"] = rate, round(rate * 100)
    return summary | {f"score{n}Count": count for n, count in stars.items()}


def comment(review: Review, now: datetime) -> dict[str, Any]:
    """A review as the old list writes it."""
    product, offer = catalogue.by_sku()[review.sku]
    append = review.append if review.append and review.append.at <= now else None
    guid = md5(str(review.id).encode(), usedforsecurity=False).hexdigest()
    said: dict[str, Any] = {
        "id": review.id,
        "guid": guid,
        "content": _entities(review.text),
        "creationTime": _time(review.at),
        "isDelete": False,
        "isTop": False,
        "userImageUrl": "misc.360buyimg.com/user/myjd-2015/css/i/peisong.jpg",
        "topped": 0,
        "replyCount": 0,
        "score": review.score,
        "imageStatus": 1 if review.images else 0,
        "usefulVoteCount": review.likes,
        "userClient": 2,
        "imageCount": review.images,
        "anonymousFlag": 1,
        "plusAvailable": 0,
        "mobileVersion": "15.0.20",
        "mergeOrderStatus": 2,
        "productColor": review.variant,
        "productSize": "",
        "textIntegral": 20,
        "imageIntegral": 20,
        "ownId": 1_000_002_000 + product.brand.code,
        "ownType": 0,
        "extMap": {"buyCount": 1},
        "location": review.region,
        "status": 1,
        "referenceId": review.sku,
        "referenceTime": _time(review.ordered_at),
        "nickname": review.nickname,
        "replyCount2": 0,
        "userImage": "misc.360buyimg.com/user/myjd-2015/css/i/peisong.jpg",
        "orderId": 0,
        "integral": 40,
        "productSales": "[]",
        "referenceName": product.title,
        "aesPin": None,
        "days": (review.at - review.ordered_at).days,
        "afterDays": (append.at - review.at).days if append else 0,
    }
    if review.dimensions:
        said["vcontent"] = _entities(review.dimensions)
    if review.images:
        said["images"] = [_image(review, n) for n in range(review.images)]
    if append:
        said["afterUserComment"] = {
            "id": review.id % 1_000_000_000, "productId": _sku_number(review.sku), "content": _entities(append.text),
            "commentId": review.id, "clientType": 2, "location": review.region, "delete": False, "top": False,
            "hAfterUserComment": {"id": review.id % 1_000_000_000, "content": _entities(append.text)},
            "status": 1, "modified": _time(append.at), "created": _time(append.at),
        }  # fmt: skip
    if review.reply and review.reply.at <= now:
        said["replyCount"] = 1
        said["replies"] = [_seller_reply(review, offer.shop)]
    return said


def _seller_reply(review: Review, shop: str) -> dict[str, Any]:
    assert review.reply is not None
    return {
        "id": review.id % 2_000_000_000, "commentId": review.id, "venderId": 0, "type": 1, "content": review.reply.text,
        "pin": shop, "userClient": 103, "userImage": "misc.360buyimg.com/user/myjd-2015/css/i/peisong.jpg",
        "ip": "192.0.2.1", "productId": _sku_number(review.sku), "replyList": [], "nickname": shop,
        "creationTime": _time(review.reply.at), "parentId": 0, "targetId": 0,
        "venderShopInfo": {"id": 1_000_002_000, "appName": "//mall.jd.com/index-1000002000.html", "title": shop, "venderId": 1_000_002_000},
    }  # fmt: skip


def _image(review: Review, number: int) -> dict[str, Any]:
    return {
        "id": -(review.id % 1_000_000_000) - number, "imgTitle": "", "status": 0,
        "imgUrl": f"//img30.360buyimg.com/n0/s128x96_jfs/t1/demo/{review.id}/{number}.jpg",
    }  # fmt: skip


def _price(world: World, sku: str) -> dict[str, str]:
    if sku not in catalogue.by_sku() or catalogue.by_sku()[sku][1].site != "jd":
        return {"p": "-1.00", "op": "-1.00", "cbf": "0", "id": f"J_{sku}", "m": "9999.00"}
    quote: Quote = world.price(sku)
    said = {
        "p": str(quote.price) if quote.price is not None else "-1.00",
        "op": _yuan(quote.list_price),
        "cbf": "0",
        "id": f"J_{sku}",
        "m": "9999.00" if int(sku) % 3 == 0 else _yuan(quote.list_price * Decimal("1.2")),
    }
    return said | {"tpp": str(quote.plus_price)} if quote.plus_price and quote.price is not None else said


def _yuan(amount: Decimal) -> str:
    return str(amount.quantize(Decimal("0.01")))


def _entities(text: str) -> str:
    return _ENTITY.sub(lambda m: _ENTITIES[m[0]], text)


def _time(moment: datetime) -> str:
    return beijing(moment).strftime("%Y-%m-%d %H:%M:%S")


def _sku_number(sku: str) -> int:
    return int(sku) if sku.isdecimal() else 0


def _number(text: str | None, default: int = 0) -> int:
    return int(text) if text and text.isdecimal() else default
