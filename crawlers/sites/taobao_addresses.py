"""Where the pages of Taobao and Tmall are, and which page an address is: host, path and API name decide, nothing else does."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import attrs

from crawlers.sites.values import mapping, name

DOMAINS = ("taobao.com", "tmall.com", "tmall.hk")
GATEWAYS = (
    "h5api.m.tmall.com",
    "h5api.m.taobao.com",
    "h5api.m.tmall.hk",
    "h5api.wapa.taobao.com",
    "acs.m.taobao.com",
    "api.m.taobao.com",
)
"""Hosts of the mtop gateway, all with the same paths."""
ITEM_HOSTS = (
    "detail.tmall.com",
    "item.taobao.com",
    "detail.m.tmall.com",
    "chaoshi.detail.tmall.com",
    "detail.tmall.hk",
    "h5.m.taobao.com",
    "new.m.taobao.com",
    "main.m.taobao.com",
    "detail.yao.95095.com",
)
LOGIN_HOSTS = (
    "login.taobao.com",
    "login.tmall.com",
    "login.m.taobao.com",
    "login.m.tmall.com",
    "passport.taobao.com",
    "havanalogin.taobao.com",
)
HOSTS = (
    *("rate.tmall.com", "rate.taobao.com", "s.taobao.com", "sec.taobao.com"),
    *GATEWAYS,
    *ITEM_HOSTS,
    *LOGIN_HOSTS,
)
APIS = {
    "mtop.taobao.rate.detaillist.get": "rate_list",
    "mtop.alibaba.review.list.for.new.pc.detail": "review_list",
    "mtop.wdetail.getitemrates": "item_rates",
    "mtop.taobao.pcdetail.data.get": "ware",
    "mtop.taobao.detail.getdetail": "ware",
    "mtop.taobao.detail.data.get": "ware",
    "mtop.relationrecommend.wirelessrecommend.recommend": "search",
}
MTOP = re.compile(r"mtop(?:\.\w+)+", re.IGNORECASE)
ITEM_PATH = re.compile(r".*/(?:item\w{0,4}|detail)\.html?|/security-h5-detail/home", re.IGNORECASE)
PUNISH = re.compile(r"_____tmd_____|/punish\b", re.IGNORECASE)
ITEM_KEYS = ("auctionNumId", "itemId", "itemNumId", "item_id", "auctionId", "id")
PAGE_KEYS = ("pageNo", "pageNum", "currentPage", "currentPageNum", "page", "pageIndex")
LAST_PAGE = 99
"""The old review list never goes beyond it."""


@attrs.frozen(kw_only=True)
class Address:
    """What an address of Taobao or Tmall asks for."""

    page: str
    """reviews (the old list), rate_list, review_list, item_rates, ware, search, item, login, punish."""
    item: str = ""
    """Item asked for, as digits; empty where the address does not say."""
    sku: str = ""
    """Variant asked for."""
    number: int = 0
    """Page of a list, from 1; 0 where the address does not say."""
    narrowed: bool = False
    """The list is filtered (bad ones, pictures, a word): the site's totals are not its totals."""
    query: str = ""
    """Words searched for."""

    @property
    def first(self) -> bool:
        """Is it the first page of its list?"""
        return self.number <= 1


def read_address(url: str) -> Address | None:
    """The page behind an address; None where it is none that we read."""
    try:
        parts = urlsplit(url.strip())
        host, path = (parts.hostname or "").lower(), parts.path
        pairs = parse_qsl(parts.query)
    except ValueError:
        return None
    query = dict(pairs) | {key.lower(): value for key, value in pairs}
    page = _page(host, path, query)
    if page is None:
        return None
    data = _data(query) or {}
    return Address(
        page=page,
        item=_digits(_first(data, query, ITEM_KEYS)),
        sku=_digits(query.get("skuid") or name(_sku(data))),
        number=_number(page, data, query),
        narrowed=_narrowed(data, query),
        query=(query.get("q") or "").strip() or name(mapping(_json(data.get("params"))).get("q")),
    )


def with_parameter(url: str, key: str, value: int) -> str:
    """The same address with another value of one parameter."""
    parts = urlsplit(url)
    pairs = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != key]
    return urlunsplit(parts._replace(query=urlencode([*pairs, (key, str(value))]), fragment=""))


def reviews_url(item: str) -> str:
    """First page of the old review list, newest first: the only one that needs no signature."""
    return (
        f"https://rate.tmall.com/list_detail_rate.htm?itemId={quote(item)}&order=1&currentPage=1"
        "&append=0&content=1&needFold=0&callback=jsonp128"
    )


def item_url(item: str, *, tmall: bool = True) -> str:
    """The public product page; both hosts know every item, and each leads to the right one."""
    return f"https://detail.tmall.com/item.htm?id={item}" if tmall else f"https://item.taobao.com/item.htm?id={item}"


def _page(host: str, path: str, query: dict[str, str]) -> str | None:
    if PUNISH.search(path) or (host == "sec.taobao.com" and path.startswith("/query")):
        ours = host in HOSTS or host.endswith((".taobao.com", ".tmall.com"))
        return "punish" if ours else None
    if host in LOGIN_HOSTS:
        return "login"
    if host in GATEWAYS:
        named = [query.get("api", ""), *path.split("/")]
        api = next((part.lower() for part in named if MTOP.fullmatch(part)), "")
        return APIS.get(api)
    if host in ("rate.tmall.com", "rate.taobao.com"):
        return "reviews" if path.lower().endswith("list_detail_rate.htm") else None
    if host == "s.taobao.com":
        return "search" if path.rstrip("/") in ("/search", "/list") else None
    return "item" if host in ITEM_HOSTS and ITEM_PATH.fullmatch(path) and _digits(query.get("id", "")) else None


def _json(raw: Any) -> Any:  # any JSON value, or the text of one
    if not isinstance(raw, str):
        return raw
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def _data(query: dict[str, str]) -> dict[str, Any]:  # the site's own parameters, any JSON
    raw = query.get("data", "")
    return mapping(_json(raw)) or mapping(_json(unquote(raw)))  # some capture it encoded twice


def _first(data: dict[str, Any], query: dict[str, str], keys: tuple[str, ...]) -> str:
    given = [name(data.get(key)) for key in keys] + [query.get(key, "") or query.get(key.lower(), "") for key in keys]
    return next((text for text in given if text), "")


def _sku(data: dict[str, Any]) -> Any:  # a number or text
    extra = mapping(_json(data.get("exParams")))
    return data.get("skuId") or extra.get("skuId") or extra.get("skuid")


def _digits(text: str) -> str:
    found = text.strip()
    return found if found.isascii() and found.isdecimal() and len(found) <= 20 else ""


def _number(page: str, data: dict[str, Any], query: dict[str, str]) -> int:
    shown = _digits(_first(data, query, PAGE_KEYS))
    number = int(shown) if shown and len(shown) < 8 else 0
    start = _digits(query.get("s", ""))
    return max(number, 2) if page == "search" and start and int(start) > 0 else number


def _narrowed(data: dict[str, Any], query: dict[str, str]) -> bool:
    """Filters of the four review lists; «all» is written as nothing, 0 or -8."""
    asked = [data.get(key) for key in ("rateType", "expression", "searchImpr", "skuVids", "hasPic", "foldFlag")]
    asked += [query.get(key) for key in ("append", "picture", "tagid")]
    return any(str(value or "0") not in ("0", "-8", "", "false") for value in asked)
