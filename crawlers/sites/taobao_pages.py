"""The pages of Taobao and Tmall one by one: what each says, and what it means when it says nothing."""

import re
from typing import Any

from crawlers.sites.adapter import JsonObject, PageRequest, ParsedPage, RawPage, Stats
from crawlers.sites.answers import Refused, decode, looks_like_html, refuse_mark, refuse_status
from crawlers.sites.taobao_addresses import LAST_PAGE, Address, item_url, with_parameter
from crawlers.sites.taobao_answers import inner, read_value, refuse_landing, refuse_returned, refuse_unknown
from crawlers.sites.taobao_reviews import items_named, listed, stats
from crawlers.sites.taobao_search import Found, api_list, config_list, drawn_list, page_config
from crawlers.sites.taobao_wares import Ware, page_title, page_ware, read_ware
from crawlers.sites.values import mapping, whole
from crawlers.sites.web_pages import refuse_cut
from domain.feeds import Outcome
from domain.prices import Product

LISTS = ("rateList", "reviewVOList", "rateVOList", "comments")
PAGE_SIZE = 20
MISSING = ("宝贝不存在", "商品不存在", "已下架", "您查看的宝贝", "noitem")
GUARDED = re.compile(r"x5secdata|_____tmd_____/punish|rgv587|sufei-punish|/punish\?", re.IGNORECASE)
NAMELESS = re.compile(
    r"(?:商品详情|天猫|淘宝网?|tmall|taobao|.*(?:登录|登陆|验证|拦截|滑块|访问被拒绝).*)?", re.IGNORECASE
)
"""Titles of pages that are not an item's."""


def read_page(page: RawPage, address: Address) -> ParsedPage:
    """Classify and read a page. Raises Refused for every answer without items but empty and end."""
    refuse_landing(page, address.page)
    if address.page == "item":
        return _item(page, address)
    if address.page == "search":
        return _search(page, address)
    value = read_value(page)
    refuse_returned(value)
    return _ware(page, address, value) if address.page == "ware" else _reviews(page, address, value)


def _reviews(page: RawPage, address: Address, value: Any) -> ParsedPage:
    data = _list_of(value)
    key = next((key for key in LISTS if key in data), "")
    counted = stats(data, item=address.item)
    raw = data.get(key)
    if not isinstance(raw, list | None) or (not key and counted is None):
        refuse_unknown(value)
    named = items_named(raw)
    if address.item and named and address.item not in named:
        raise Refused(Outcome.WRONG_ITEM, f"asked for {address.item}, answered for {min(named)}")
    documents = listed(raw, item=address.item, seen_at=page.seen_at)
    if not documents:
        outcome, reason = _nothing(address, data, counted)
        return ParsedPage(site="taobao", page=address.page, outcome=outcome, reason=reason, stats=counted)
    return ParsedPage(
        site="taobao",
        page=address.page,
        outcome=Outcome.OK,
        documents=documents,
        stats=counted,
        next_pages=_next_reviews(page, address, data),
    )


def _list_of(value: Any) -> JsonObject:
    """The part of an answer that holds the list of reviews: each of the four APIs hides it elsewhere."""
    answer = mapping(value)
    places = (answer.get("rateDetail"), inner(value).get("module"), inner(value).get("rateDetail"), inner(value))
    return next((mapping(place) for place in places if mapping(place)), answer)


def _nothing(address: Address, data: JsonObject, counted: Stats | None) -> tuple[Outcome, str]:
    echoed = whole(mapping(data.get("paginator")).get("page")) or 1  # page 100 of 75 says that it is page 75
    if not address.first or (not address.number and echoed > 1):
        return Outcome.END, "no more reviews"
    total = counted.total or 0 if counted else 0
    if total and not address.narrowed and not (counted and counted.exact and counted.folded == total):
        return Outcome.BLOCKED, f"an emptied list though the site counts {total}"
    hidden = counted.folded or 0 if counted and not address.narrowed else 0
    if hidden > PAGE_SIZE:
        return Outcome.BLOCKED, f"an emptied list though the site folds {hidden} away"
    return Outcome.EMPTY, "every review is folded" if hidden else "no reviews yet"


def _next_reviews(page: RawPage, address: Address, data: JsonObject) -> tuple[PageRequest, ...]:
    """The next page of the old list; those of the gateway are signed, and only the site's own script may sign."""
    last = min(LAST_PAGE, whole(mapping(data.get("paginator")).get("lastPage")) or 0)
    if address.page != "reviews" or max(1, address.number) >= last:
        return ()
    following = with_parameter(page.url, "currentPage", max(1, address.number) + 1)
    referer = (("Referer", item_url(address.item)),) if address.item else ()
    return (PageRequest(source="taobao", page="reviews", url=following, headers=referer, first=False),)


def _ware(page: RawPage, address: Address, value: Any) -> ParsedPage:
    data = inner(value)
    ware = read_ware(data, asked_item=address.item, asked_sku=address.sku, seen_at=page.seen_at)
    gone = str(mapping(data.get("trade")).get("redirectUrl") or "")
    if any(word in gone for word in ("noitem", "noexist", "notfound")):
        raise Refused(Outcome.NOT_FOUND, "the site says that there is no such item")
    if ware is None or not (ware.prices or ware.product.title):
        refuse_unknown(value)
    return _told(ware, address)


def _told(ware: Ware, address: Address) -> ParsedPage:
    if address.item and ware.item and ware.item != address.item:
        raise Refused(Outcome.WRONG_ITEM, f"asked for {address.item}, answered for {ware.item}")
    named = (ware.product,) if ware.product.title else ()
    return ParsedPage(site="taobao", page=address.page, outcome=Outcome.OK, prices=ware.prices, products=named)


def _item(page: RawPage, address: Address) -> ParsedPage:
    refuse_status(page)
    text = decode(page.body)
    if not looks_like_html(text):
        refuse_returned(read_value(page))
    ware = read_ware(page_ware(text), asked_item=address.item, asked_sku=address.sku, seen_at=page.seen_at)
    if ware and (ware.prices or ware.product.title):
        return _told(ware, address)
    title = page_title(text)
    if GUARDED.search(text) or NAMELESS.fullmatch(title) or address.item not in text:
        refuse_mark(text, "web page with ")
        if any(word in text for word in MISSING):
            raise Refused(Outcome.NOT_FOUND, "the site says that there is no such item")
        raise Refused(Outcome.CHANGED, "an item page without its data and name")
    product = Product(sku=f"taobao:{address.item}", source="taobao", title=title, url=item_url(address.item))
    return ParsedPage(site="taobao", page="item", outcome=Outcome.OK, products=(product,))


def _search(page: RawPage, address: Address) -> ParsedPage:
    refuse_status(page)
    text = decode(page.body)
    found = _listed(page, text)
    total = Stats(total=found.total, subject=address.query) if found.total is not None else None
    if not found.products:
        outcome, reason = Outcome.EMPTY, "no products for these words"
        if not address.first:
            outcome, reason = Outcome.END, "no more products"
        elif found.total:
            outcome, reason = Outcome.BLOCKED, f"an emptied list though the site counts {found.total}"
        return ParsedPage(site="taobao", page="search", outcome=outcome, reason=reason, stats=total)
    return ParsedPage(
        site="taobao",
        page="search",
        outcome=Outcome.OK,
        products=found.products,
        prices=found.prices,
        stats=total,
        next_pages=_next_search(page, found),
    )


def _listed(page: RawPage, text: str) -> Found:
    """The search list in whichever of its four dresses it came. Raises Refused."""
    if "g_page_config" not in text and not looks_like_html(text):
        try:
            value = read_value(page)
        except Refused:
            value = None
            if '"auctions"' not in text:
                raise
        refuse_returned(value)
        found = api_list(inner(value), page.seen_at) or config_list(mapping(value), page.seen_at)
        if found is None and '"auctions"' not in text:
            refuse_unknown(value)
        if found:
            return found
    config = page_config(text)
    found = config_list(config, page.seen_at) if config is not None else drawn_list(text, page.seen_at)
    if found is None:
        refuse_mark(text, "web page with ")
        refuse_cut(text)
        raise Refused(Outcome.CHANGED, "a search page without g_page_config and without cards")
    refuse_cut(text)
    return found


def _next_search(page: RawPage, found: Found) -> tuple[PageRequest, ...]:
    if not found.page_size or not found.last_page:
        return ()
    match = re.search(r"[?&]s=(\d{1,6})\b", page.url)
    start = int(match.group(1)) if match else 0
    if start // found.page_size + 1 >= found.last_page:
        return ()
    url = with_parameter(page.url, "s", start + found.page_size)
    return (PageRequest(source="taobao", page="search", url=url, first=False),)
