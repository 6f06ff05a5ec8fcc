"""api.m.jd.com, search.jd.com and passport.jd.com: what the app and the present product page load, everything a string."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demo import catalogue, site_jd
from demo.clock import beijing
from demo.events import Review
from demo.pages import WorldPage
from demo.world import World

PAGE_SIZE, BLOCK_SIZE, FOUND = 10, 5, 30
BODY = "demo.body"
"""Key of the ASGI scope under which the bytes of a POST lie."""
NO_COMMENT = "用户未及时作出评价哦~"
JsonObject = dict[str, Any]  # the site's own JSON


def api_page(world: World, request: Request) -> Response:
    """api.m.jd.com: functionId says what is asked, in the address or in a posted form."""
    if world.blocked("captcha"):
        return site_jd.captcha()
    form = dict(parse_qsl(request.scope.get(BODY, b"").decode("latin-1"), keep_blank_values=True))
    asked = form | dict(request.query_params)
    page = FUNCTIONS.get(asked.get("functionId", ""))
    if page is None:
        return _json({"code": "404", "echo": "function not found"})
    try:
        body = json.loads(asked.get("body") or "{}")
    except ValueError:
        return _json({"code": "601", "echo": "request is not valid"})
    return _json(page(world, asked | body))


def search_page(world: World, request: Request) -> Response:
    """search.jd.com/Search as it was: li.gl-item, prices beside."""
    if world.blocked("captcha"):
        return site_jd.captcha()
    found = _found(request.query_params.get("keyword", ""))
    items = "".join(
        f'<li class="gl-item" data-sku="{sku}"><div class="p-price"><strong class="J_{sku}"><em>￥</em>'
        f'<i>{world.price(sku).price or ""}</i></strong></div><div class="p-name"><em>{title}</em></div>'
        f'<div class="p-shop"><a title="{shop}">{shop}</a></div></li>'
        for sku, title, shop in found
    )
    empty = "" if found else '<div class="nf-content">抱歉，没有找到相关的商品</div>'
    html = f'<!DOCTYPE html><html><body><ul class="gl-warp">{items}</ul>{empty}</body></html>'
    return Response(html, media_type="text/html;charset=utf-8")


def login_page(world: World, request: Request) -> Response:
    """passport.jd.com/new/login.aspx"""
    html = "<!DOCTYPE html><html><head><title>京东-欢迎登录</title></head><body>扫码登录</body></html>"
    return Response(html, media_type="text/html;charset=utf-8")


def to_login(request: Request) -> Response:
    """What an address of JD answers to somebody who must log in first."""
    return RedirectResponse(f"https://passport.jd.com/new/login.aspx?ReturnUrl={quote(str(request.url), safe='')}", 302)


def detail_reviews(world: World, asked: JsonObject) -> JsonObject:
    """getLegoWareDetailComment: totals and the first few reviews."""
    every = _reviews(world, asked)
    stars = {n: sum(r.score == n for r in every) for n in range(1, 6)}
    total, shown = site_jd.rounded(len(every))
    good = stars[4] + stars[5]
    default = f"{sum(r.default for r in every)}个用户默认评价了该商品"
    size = min(int(asked.get("commentNum") or BLOCK_SIZE), BLOCK_SIZE)
    return {
        "code": "0",
        "resultCode": "0",
        "allCnt": str(total),
        "allCntStr": shown,
        "goodCnt": str(good),
        "normalCnt": str(stars[2] + stars[3]),
        "badCnt": str(stars[1]),
        "goodRate": f"{round(100 * good / len(every)) if every else 0}%",
        "defaultGoodCountText": base64.b64encode(default.encode()).decode(),
        "semanticTagList": [],
        "commentInfoList": [_info(r, world) for r in every[:size]],
        "questionList": [],
    }


def review_list(world: World, asked: JsonObject) -> JsonObject:
    """getCommentListPage: floors, the reviews in one of them, adverts between."""
    every, page = _reviews(world, asked), int(asked.get("pageNum") or 1)
    shown = every[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    rows: list[JsonObject] = [{"commentInfo": _info(r, world)} for r in shown]
    if rows:
        rows.insert(1, {"adInfo": {"skuId": "100000000001"}})
    floors = [{"mId": "commentlist-head", "data": {}}, {"mId": "commentlist-list", "data": rows}]
    return {"code": "0", "result": {"floors": floors}}


def app_ware(world: World, asked: JsonObject) -> JsonObject:
    """wareBusiness: the app's product page as a stack of floors."""
    sku = _sku(asked)
    product, offer = catalogue.by_sku()[sku]
    quote_ = world.price(sku)
    price = str(quote_.price) if quote_.price is not None else ""
    guide = {"labelsInfo": [{"biz": "mj", "desc": words} for words in quote_.promotions]}
    if quote_.plus_price is not None:
        guide |= {"expression": {"computedResult": f"￥{quote_.plus_price}", "des": "PLUS价"}}  # type: ignore[dict-item]
    return {
        "code": "0",
        "wait": "0",
        "floors": [
            {"mId": "bpMainImage", "data": {"commonBannerInfo": {"price": price}}},
            {"mId": "bpAggrePromo", "data": {"preferentialGuide": guide}},
            {"mId": "bpAddr", "data": {"stock": "有货，现货" if price else "无货，此商品暂时售完"}},
            {
                "mId": "bpMasterdata",
                "data": {
                    "wareInfo": {"skuId": sku, "name": product.title, "venderId": "1000000001"},
                    "priceInfo": {"jprice": price, "originPrice": str(quote_.list_price)},
                    "shopInfo": {"shop": {"name": offer.shop}},
                },
            },
        ],
    }


def pc_ware(world: World, asked: JsonObject) -> JsonObject:
    """pc_detailpage_wareBusiness: the present product page's own call."""
    sku = _sku(asked)
    product, offer = catalogue.by_sku()[sku]
    quote_ = world.price(sku)
    price: JsonObject = {"p": str(quote_.price or "-1.00"), "op": str(quote_.list_price), "id": sku}
    if quote_.plus_price is not None and quote_.price is not None:
        price["finalPrice"] = {"price": str(quote_.plus_price), "priceContent": "到手价"}
    return {
        "wareInfoReadMap": {"sku_id": sku, "sku_name": product.title, "shop_name": offer.shop},
        "price": price,
        "preferenceVO": {"sharedLabel": [{"text": "促销", "shortText": words} for words in quote_.promotions]},
        "colorSizeVO": {"stockInfo": {sku: {"stockState": "33" if quote_.price is not None else "34"}}},
    }


def search_wares(world: World, asked: JsonObject) -> JsonObject:
    """pc_search_searchWare."""
    found = _found(str(asked.get("keyword", "")))
    wares = [
        {
            "wareId": sku,
            "wareName": title.replace(str(asked["keyword"]), f'<font class="skcolor_ljg">{asked["keyword"]}</font>'),
            "jdPrice": str(world.price(sku).price or "暂无报价"),
            "shopId": 1_000_000_001,
            "shopName": shop,
            "comment": site_jd.rounded(len(world.reviews(sku)))[1],
        }
        for sku, title, shop in found
    ]
    return {"code": 0, "data": {"resultCount": len(wares), "wareList": wares}}


FUNCTIONS: dict[str, Callable[[World, JsonObject], JsonObject]] = {
    "getLegoWareDetailComment": detail_reviews,
    "getCommentListPage": review_list,
    "wareBusiness": app_ware,
    "pc_detailpage_wareBusiness": pc_ware,
    "pc_search_searchWare": search_wares,
}
PAGES: dict[str, dict[str, WorldPage]] = {
    "api.m.jd.com": {"/": api_page, "/api": api_page, "/client.action": api_page},
    "search.jd.com": {"/Search": search_page},
    "passport.jd.com": {"/new/login.aspx": login_page},
}


def _sku(asked: JsonObject) -> str:
    sku = str(asked.get("skuId") or asked.get("sku") or "")
    return sku if sku in catalogue.by_sku() and catalogue.by_sku()[sku][1].site == "jd" else catalogue.products()[0].sku


def _reviews(world: World, asked: JsonObject) -> list[Review]:
    sku = str(asked.get("sku") or asked.get("productId") or "")
    return world.reviews(sku) if sku in catalogue.by_sku() else []


def _found(words: str) -> list[tuple[str, str, str]]:
    every = [(sku, p.title, o.shop) for sku, (p, o) in catalogue.by_sku().items() if o.site == "jd"]
    return [row for row in every if words and all(word in row[1] for word in words.split())][:FOUND]


def _info(review: Review, world: World) -> JsonObject:
    append = review.append if review.append and review.append.at <= world.now() else None
    reply = review.reply if review.reply and review.reply.at <= world.now() else None
    info: JsonObject = {
        "commentId": str(review.id),
        "userNickName": review.nickname,
        "commentDate": f"{beijing(review.at):%Y-%m-%d %H:%M:%S}",
        "commentData": "" if review.text == NO_COMMENT else review.text,
        "commentScore": str(review.score),
        "praiseCnt": str(review.likes),
        "replyCnt": "1" if reply else "0",
        "wareAttribute": [{"型号": review.variant}],
        "noCommentMessage": NO_COMMENT,
        "pictureInfoList": [
            {"picURL": f"https://img30.360buyimg.com/n0/s128x96_{review.id}_{n}.jpg", "mediaType": "1"}
            for n in range(review.images)
        ],
        "afterComment": {},
        "publishArea": review.region,
        "productId": review.sku,
    }
    if append:
        info["afterComment"] = {"content": append.text, "created": f"{beijing(append.at):%Y-%m-%d %H:%M:%S}"}
    if reply:
        info["replies"] = [{"content": reply.text, "creationTime": f"{beijing(reply.at):%Y-%m-%d %H:%M:%S}"}]
    return info


def _json(value: JsonObject) -> Response:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # item.jd.com's script may read it
    return Response(
        text,
        media_type="application/json;charset=utf-8",
        headers={"access-control-allow-origin": "https://item.jd.com"},
    )
