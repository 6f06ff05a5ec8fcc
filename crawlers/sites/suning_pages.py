"""Suning's pages one by one: what each says, and what it means when it says nothing."""

import json
import re
from typing import Any, NoReturn

from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage
from crawlers.sites.answers import Refused, decode, header, read_json, refuse_mark, refuse_status
from crawlers.sites.suning_addresses import LAST_PAGE, Address, item_url, read_address, reviews_url, with_page
from crawlers.sites.suning_prices import price_rows, prices, read_item, sku_of
from crawlers.sites.suning_reviews import counted, listed, skus_named
from crawlers.sites.values import mapping, rows, whole
from domain.feeds import Outcome

NONE_YET = re.compile(r"无评价|没有评价|暂无|无数据|没有数据|no review", re.IGNORECASE)
GONE = re.compile(r"商品不存在|已下架|商品已失效|找不到(?:该|您)|页面不存在")
WALL = re.compile(r"captcha|滑块|slide-?verify|拖动滑|安全验证|验证码", re.IGNORECASE)


def read_page(page: RawPage, address: Address) -> ParsedPage:
    """Classify and read a page. Raises Refused for every answer without items but empty and end."""
    led_to = read_address(header(page, "location")) if 300 <= page.status < 400 else None
    for kind in (address.page, led_to.page if led_to else ""):
        if kind == "login":
            raise Refused(Outcome.LOGIN_REQUIRED, "sent to passport.suning.com")
        if kind == "risk":
            raise Refused(Outcome.CAPTCHA, "sent to Suning's slider")
    refuse_status(page)
    if address.page == "item":
        return _item(page, address)
    return READERS[address.page](page, address, read_json(page))


def _reviews(page: RawPage, address: Address, value: Any) -> ParsedPage:
    answer = mapping(value)
    raw = answer.get("commodityReviews")
    nothing = raw is None and NONE_YET.search(str(answer.get("returnMsg"))) is not None
    if not isinstance(raw, list | None) or ("commodityReviews" not in answer and not nothing):
        _refuse(value)
    named = skus_named(raw)
    if address.skus and named and not address.cluster and not named & set(address.skus):
        raise Refused(Outcome.WRONG_ITEM, f"asked for {address.skus[0]}, answered for {min(named)}")
    documents = listed(raw, address, page.seen_at)
    if not documents:
        return _nothing(address, expected=0 if address.filtered else whole(answer.get("totalCount")) or 0)
    following = PageRequest(
        source="suning",
        page="reviews",
        url=with_page(page.url, address.number + 1),
        headers=_referer(address),
        first=False,
    )
    more = address.number < LAST_PAGE and following.url != page.url
    return ParsedPage(
        site="suning",
        page="reviews",
        outcome=Outcome.OK,
        documents=documents,
        next_pages=(following,) if more else (),
    )


def _nothing(address: Address, *, expected: int) -> ParsedPage:
    if not address.first:
        return ParsedPage(site="suning", page="reviews", outcome=Outcome.END, reason="no more reviews")
    if expected:
        raise Refused(Outcome.BLOCKED, f"an emptied list though the site counts {expected}")
    return ParsedPage(site="suning", page="reviews", outcome=Outcome.EMPTY, reason="no reviews yet")


def _counts(page: RawPage, address: Address, value: Any) -> ParsedPage:
    answer = mapping(value)
    found = rows(answer.get("reviewCounts"))
    stats = counted(found[0], next(iter(address.skus), "")) if found else None
    if stats is None:
        if answer.get("reviewCounts") == [] or NONE_YET.search(str(answer.get("returnMsg"))):
            return ParsedPage(site="suning", page="counts", outcome=Outcome.EMPTY, reason="no counts")
        _refuse(value)
    return ParsedPage(site="suning", page="counts", outcome=Outcome.OK, stats=stats)


def _prices(page: RawPage, address: Address, value: Any) -> ParsedPage:
    found = price_rows(value)
    if found is None:
        _refuse(value)
    asked = [row for row in found if not address.skus or sku_of(row) in ("", *address.skus)]
    if found and not asked:
        raise Refused(Outcome.WRONG_ITEM, f"asked for {address.skus[0]}, answered for {sku_of(found[0])}")
    observed = prices(asked, address, page.seen_at)
    if not observed:
        if asked:
            raise Refused(Outcome.CHANGED, "price rows without a product")
        raise Refused(Outcome.NOT_FOUND, "no price for the products asked for")
    return ParsedPage(site="suning", page="price", outcome=Outcome.OK, prices=observed)


def _item(page: RawPage, address: Address) -> ParsedPage:
    text = decode(page.body)
    said = read_item(text, address)
    if said is None:
        if GONE.search(text):
            raise Refused(Outcome.NOT_FOUND, "the site says that there is no such product")
        refuse_mark(text, "web page with ")
        wall = WALL.search(text)
        if wall:
            raise Refused(Outcome.CAPTCHA, f"web page with {wall.group()}")
        if "</html>" not in text.lower() and "<html" in text.lower():
            raise Refused(Outcome.TRUNCATED, "the product page ends before its data")
        raise Refused(Outcome.CHANGED, "a product page without partNumber and name")
    if address.skus and said.sku not in address.skus:
        raise Refused(Outcome.WRONG_ITEM, f"asked for {address.skus[0]}, answered for {said.sku}")
    lists = tuple(
        PageRequest(
            source="suning",
            page="reviews",
            url=reviews_url(said.sku, said.shop, cluster=said.cluster, kind=kind),
            headers=_referer(address),
        )
        for kind in ("total", "bad")
    )
    return ParsedPage(site="suning", page="item", outcome=Outcome.OK, products=(said.product,), next_pages=lists)


def _referer(address: Address) -> tuple[tuple[str, str], ...]:
    return (("Referer", item_url(address.skus[0], address.shop)),) if address.skus else ()


def _refuse(value: Any) -> NoReturn:  # any JSON value
    words = json.dumps(value, ensure_ascii=False)[:4000]
    refuse_mark(words, "answer with ")
    if any(word in words.lower() for word in ("系统繁忙", "系统异常", "服务器繁忙", "稍后", "busy", "timeout")):
        raise Refused(Outcome.UNAVAILABLE, "the site says that it is busy")
    if GONE.search(words):
        raise Refused(Outcome.NOT_FOUND, "the site says that there is no such product")
    known = ", ".join(map(str, list(mapping(value))[:6])) or type(value).__name__
    raise Refused(Outcome.CHANGED, f"unknown answer with {known}")


READERS = {"reviews": _reviews, "counts": _counts, "price": _prices}
