"""Taobao and Tmall as they answer: the old review list in GBK, the signed gateway, item pages, and the search page with its ads."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from demo import elsewhere, site_jd
from demo.clock import beijing
from demo.elsewhere import Stall
from demo.events import Review
from demo.ledger import Shelf, Span
from demo.pages import WorldPage, page_template
from demo.world import World

PAGE_SIZE, LAST_PAGE, SEARCH_SIZE = 20, 99, 8
SERIES = 3
"""A lively shop: three times the reviews of JD's."""
SITE_TOTAL = 500
"""What the site admits of its reviews: «500+» and no more."""
POLARITY = {1: "-1", 2: "-1", 3: "0", 4: "1", 5: "1"}
TOKEN_EMPTY = "FAIL_SYS_TOKEN_EMPTY::令牌为空"
GONE = "<html><head><title>淘宝网</title></head><body>很抱歉，您查看的宝贝不存在，可能已下架或者被转移。</body></html>"
JsonObject = dict[str, Any]  # the site's own JSON


def visible(world: World, stall: Stall, until: datetime | None = None) -> list[Review]:
    """The reviews that are shown, newest first."""
    return [r for r in elsewhere.reviews(world, stall, series=SERIES, until=until) if not folded(r)]


def folded(review: Review) -> bool:
    """Hidden from everybody as «of little help»: counted, never shown."""
    return review.default or review.id % 7 == 0


def rate_page(world: World, request: Request) -> Response:
    """rate.tmall.com/list_detail_rate.htm"""
    asked = request.query_params
    stall = elsewhere.stalls("taobao").get(asked.get("itemId", ""))
    found = visible(world, stall) if stall else []
    last = min(LAST_PAGE, -(-len(found) // PAGE_SIZE))
    page = max(1, _number(asked.get("currentPage"), 1))
    body = {
        "rateDetail": {
            "rateCount": {"total": len(found), "shop": 0, "picNum": sum(1 for r in found if r.images), "used": 0},
            "rateList": [old_rate(r, world.now()) for r in found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]],
            "searchinfo": "",
            "from": "search",
            "paginator": {"lastPage": last, "page": min(page, max(1, last)), "items": len(found)},
            "tags": [],
        }
    }
    return site_jd.jsonp(body, asked.get("callback", ""))


def gateway(world: World, request: Request) -> Response:
    """h5api.m.tmall.com/h5/API/VERSION/: only what the page's own script has signed is answered."""
    api, asked = str(request.path_params["api"]), request.query_params
    if not asked.get("sign"):
        refusal = mtop_text({}, api=api, ret=TOKEN_EMPTY, callback=asked.get("callback", ""))
        answer = Response(refusal, media_type="application/javascript;charset=utf-8")
        answer.headers.append("set-cookie", "_m_h5_tk=0a1b2c_1790000000000; Domain=tmall.com; Path=/")
        return answer
    try:
        data = json.loads(asked.get("data") or "{}")
    except ValueError:
        data = {}
    number = str(data.get("auctionNumId") or data.get("itemId") or data.get("id") or "")
    stall = elsewhere.stalls("taobao").get(number)
    if stall is None:
        said = mtop_text({}, api=api, ret="FAIL_BIZ_ITEM_NOT_FOUND::宝贝不存在", callback=asked.get("callback", ""))
        return Response(said, media_type="application/javascript;charset=utf-8")
    value = ware(world, stall) if "pcdetail" in api else rates(world, stall, data)
    text = mtop_text(value, api=api, callback=asked.get("callback", ""))
    return Response(text, media_type="application/javascript;charset=utf-8")


def item_page(world: World, request: Request) -> Response:
    """detail.tmall.com/item.htm?id=: its data in a script, its reviews loaded by another."""
    stall = elsewhere.stalls("taobao").get(request.query_params.get("id", ""))
    if stall is None:
        return Response(GONE, media_type="text/html;charset=utf-8")
    data = {"appData": None, "loaderData": {"home": {"data": {"res": ware(world, stall)}}}}
    script = json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
    html = page_template("taobao_item.html").render(product=stall.product, item=stall.number, data=script)
    return Response(html, media_type="text/html;charset=utf-8")


def search_page(world: World, request: Request) -> Response:
    """s.taobao.com/search: `g_page_config`, and the same advertised offer on every page."""
    asked = request.query_params
    words, start = asked.get("q", ""), _number(asked.get("s"))
    found = [elsewhere.stalls("taobao")[n] for n in sorted(elsewhere.existing(world, "taobao", query=words))]
    shown = found[start : start + SEARCH_SIZE]
    auctions = [auction(world, stall, words) for stall in shown]
    if found and shown:
        auctions.insert(1, auction(world, found[-1], words, paid=True))
    pages = -(-len(found) // SEARCH_SIZE)
    config = {
        "pageName": "mainsrp",
        "mods": {
            "itemlist": {"status": "show" if shown else "hide", "data": {"auctions": auctions} if shown else {}},
            "pager": {
                "status": "show",
                "data": {"pageSize": SEARCH_SIZE, "totalPage": pages, "totalCount": len(found)},
            },
        },
        "mainInfo": {"srpGlobal": {"q": words}},
    }
    script = json.dumps(config, ensure_ascii=False).replace("</", "<\\/")
    html = f"<!DOCTYPE html><html><head><title>淘宝搜索</title><script>\n    g_page_config = {script};\n    g_srp_init();\n</script></head><body></body></html>"
    return Response(html, media_type="text/html;charset=utf-8")


def rates(world: World, stall: Stall, asked: JsonObject) -> JsonObject:
    """The data of mtop.taobao.rate.detaillist.get: never more than 20 rows, and a total that says less than is folded."""
    shown = visible(world, stall)
    page, size = (
        max(1, _number(str(asked.get("pageNo", 1)))),
        min(PAGE_SIZE, _number(str(asked.get("pageSize", 20)), 20)),
    )
    rows = shown[(page - 1) * size : page * size]
    hidden = len(elsewhere.reviews(world, stall, series=SERIES)) - len(shown)
    return {
        "hasNext": "true" if page * size < len(shown) else "false",
        "feedAllCount": str(SITE_TOTAL),
        "feedAllCountFuzzy": f"{SITE_TOTAL}+",
        "foldCount": str(hidden),
        "foldInfo": f"已折叠{hidden}条对你帮助不大的评价",
        "rateList": [rate(r, stall, world.now()) for r in rows],
    }


def rate(review: Review, stall: Stall, now: datetime) -> JsonObject:
    """One review as the gateway writes it: every value a text, a day without an hour."""
    append = review.append if review.append and review.append.at <= now else None
    said: JsonObject = {
        "id": str(review.id),
        "auctionNumId": stall.number,
        "auctionTitle": stall.product.title,
        "feedback": review.text,
        "feedbackDate": f"{beijing(review.at):%Y-%m-%d}",
        "createTime": _time(review.at),
        "skuMap": {"规格": review.variant},
        "skuValueStr": review.variant,
        "userNick": review.nickname,
        "reduceUserNick": review.nickname,
        "feedPicPathList": [f"//img.alicdn.com/demo/{review.id}/{n}.jpg" for n in range(review.images)],
        "rateType": POLARITY[review.score],
        "interactInfo": {"likeCount": str(review.likes), "commentCount": "0"},
        "reply": review.reply.text if review.reply and review.reply.at <= now else "",
    }
    if append:
        said["appendedFeed"] = {
            "appendedFeedback": append.text,
            "intervalDay": str((append.at - review.ordered_at).days),
        }
    return said


def old_rate(review: Review, now: datetime) -> JsonObject:
    """One review as the old list writes it, the site's spelling mistake and Java's date with it."""
    append = review.append if review.append and review.append.at <= now else None
    return {
        "id": review.id,
        "displayUserNick": review.nickname,
        "rateContent": review.text,
        "rateDate": _time(review.at),
        "auctionSku": f"规格:{review.variant}",
        "pics": [f"//img.alicdn.com/demo/{review.id}/{n}.jpg" for n in range(review.images)],
        "reply": review.reply.text if review.reply and review.reply.at <= now else "",
        "appendComment": {
            "content": append.text,
            "commentTime": _time(append.at),
            "days": (append.at - review.ordered_at).days,
            "pics": [],
        }
        if append
        else None,
        "tamllSweetLevel": 0,
        "aucNumId": 0,
        "tradeEndTime": java_date(review.ordered_at),
    }


def java_date(moment: datetime) -> JsonObject:
    """July is month 6 and 2019 is year 119."""
    at = beijing(moment)
    return {
        "date": at.day, "hours": at.hour, "seconds": at.second, "month": at.month - 1, "timezoneOffset": -480,
        "year": at.year - 1900, "minutes": at.minute, "time": int(moment.timestamp()) * 1000, "day": (at.weekday() + 1) % 7,
    }  # fmt: skip


def ware(world: World, stall: Stall) -> JsonObject:
    """The item's data: two variants, before and after coupons."""
    quote, variants = stall.quote(world), (("标准安装", Decimal(1)), ("含以旧换新", Decimal("1.06")))
    skus = [(f"5{stall.number}{n}", name, factor) for n, (name, factor) in enumerate(variants)]
    return {
        "item": {"itemId": stall.number, "title": stall.product.title, "vagueSellCount": f"{stall.product.index + 1}00+"},
        "seller": {"shopName": stall.shop, "sellerType": "B" if stall.ours else "C"},
        "skuBase": {
            "props": [{"pid": "1", "name": "服务", "values": [{"vid": str(n), "name": name} for n, (name, _) in enumerate(variants)]}],
            "skus": [{"skuId": sku, "propPath": f"1:{n}"} for n, (sku, _, _) in enumerate(skus)],
        },
        "skuCore": {"sku2info": {sku: _sku_info(quote.price, stall.product.list_price, factor) for sku, _, factor in skus}},
        "componentsVO": {
            "extensionInfoVO": {
                "infos": [{"title": "优惠", "type": "DAILY_COUPON", "items": [{"text": [word]} for word in quote.promotions]}]
            }
        },
    }  # fmt: skip


def auction(world: World, stall: Stall, words: str, *, paid: bool = False) -> JsonObject:
    """One row of the search list; a paid one leads over the advertiser's counter."""
    price = stall.quote(world).price
    marked = stall.product.title
    for word in words.split():
        marked = marked.replace(word, f"<span class=H>{word}</span>")
    host = "detail.tmall.com" if stall.ours else "item.taobao.com"
    row: JsonObject = {
        "nid": stall.number,
        "title": marked,
        "raw_title": stall.product.title,
        "detail_url": f"//{host}/item.htm?id={stall.number}&ns=1",
        "view_price": str(price) if price is not None else "",
        "view_sales": f"{stall.product.index * 7 + 8}人付款",
        "nick": stall.shop,
        "shopcard": {"isTmall": stall.ours},
    }
    return row | {"p4p": 1, "detail_url": f"//click.simba.taobao.com/cc_im?p={stall.number}"} if paid else row


def mtop_text(data: JsonObject, *, api: str, ret: str = "SUCCESS::调用成功", callback: str = "") -> str:
    """An answer of the gateway in its wrapping."""
    text = json.dumps({"api": api, "data": data, "ret": ret.split("|"), "v": "1.0"}, ensure_ascii=False)
    return f"{callback}({text})" if callback.isidentifier() else text


def existing_reviews(world: World, span: Span) -> set[str]:
    """Ids of the reviews that are shown, of all offers or of the one with the number `subject`."""
    numbers = [span.subject] if span.subject else list(elsewhere.stalls("taobao"))
    found = [r for n in numbers for r in visible(world, elsewhere.stalls("taobao")[n], span.until)]
    return {str(r.id) for r in found if span.since is None or r.at >= span.since}


def existing_items(world: World, span: Span) -> set[str]:
    """Offers that a search for the words finds."""
    return elsewhere.existing(world, "taobao", query=span.query)


LEDGER: dict[str, Shelf] = {"review": existing_reviews, "product": existing_items}
_ITEM: dict[str, WorldPage] = {"/item.htm": item_page}
_GATE: dict[str, WorldPage] = {"/h5/{api}/{version}/": gateway}
PAGES: dict[str, dict[str, WorldPage]] = {
    "rate.tmall.com": {"/list_detail_rate.htm": rate_page},
    "h5api.m.tmall.com": _GATE,
    "h5api.m.taobao.com": _GATE,
    "detail.tmall.com": _ITEM,
    "item.taobao.com": _ITEM,
    "s.taobao.com": {"/search": search_page},
}


def _sku_info(price: Decimal | None, before: Decimal, factor: Decimal) -> JsonObject:
    if price is None:
        return {"price": {"priceText": str(before), "priceTitle": "优惠前"}, "quantity": "0", "quantityText": "无货"}
    pays, was = ((amount * factor).quantize(Decimal("0.01")) for amount in (price, before))
    return {
        "price": {"priceMoney": str(int(was * 100)), "priceText": str(was), "priceTitle": "优惠前"},
        "subPrice": {"priceMoney": str(int(pays * 100)), "priceText": str(pays), "priceTitle": "券后"},
        "quantity": "12",
        "quantityText": "有货",
    }


def _time(moment: datetime) -> str:
    return beijing(moment).strftime("%Y-%m-%d %H:%M:%S")


def _number(text: str | None, default: int = 0) -> int:
    return int(text) if text and text.isdecimal() else default
