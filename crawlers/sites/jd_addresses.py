"""Where JD's pages are, and which page an address is: host, path and functionId decide, nothing else does."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import attrs

from crawlers.sites.values import mapping, name

HOSTS = (
    "club.jd.com",
    "sclub.jd.com",
    "api.m.jd.com",
    "p.3.cn",
    "pe.3.cn",
    "search.jd.com",
    "item.jd.com",
    "item.m.jd.com",
    "passport.jd.com",
    "cfe.m.jd.com",
    "www.jd.com",
)
FUNCTIONS = {
    "pc_club_productpagecomments": "reviews",
    "pc_club_skuproductpagecomments": "reviews",
    "club_productpagecomments": "reviews",
    "pc_club_productcommentsummaries": "summary",
    "getlegowaredetailcomment": "detail_reviews",
    "getcommentlistpage": "review_list",
    "warebusiness": "ware",
    "pc_detailpage_warebusiness": "ware",
    "pc_search_searchware": "search",
}
FILES = {
    "productpagecomments.action": "reviews",
    "skuproductpagecomments.action": "reviews",
    "productcommentsummaries.action": "summary",
    "getproductpageimagecommentlist.action": "image_reviews",
}
ITEM_PATH = re.compile(r"/(?:product/)?(\d{1,20})\.html")
LANDINGS = {
    "passport.jd.com": ("login", re.compile(r"/(?:\w+/)?login(?!service)")),  # loginservice.aspx only asks who is there
    "cfe.m.jd.com": ("risk", re.compile(r".*risk_handler")),
    "www.jd.com": ("home", re.compile(r"/?$")),
}
"""Hosts to which JD leads a request that it does not want to answer."""
SKUS_PER_PRICE_PAGE = 20


@attrs.frozen(kw_only=True)
class Address:
    """What an address of JD asks for."""

    page: str
    """reviews, image_reviews, summary, detail_reviews, review_list, ware, search, price, item, login, risk, home, api (the body tells)."""
    skus: tuple[str, ...] = ()
    """Asked for, as digits; empty where the address does not say."""
    number: int = 0
    """Page of a list in the site's own counting."""
    first: bool = True
    score: str = "0"
    """Filter of a review list: 0 all, 1 bad, 2 medium, 3 good, 4 pictures, 5 appended, 7 video."""
    tag: bool = False
    """The review list is narrowed to one of the site's tags, whose total we don't know."""
    this_sku_only: bool = False


def read_address(url: str) -> Address | None:
    """The page behind an address; None where it is none of JD's that we read."""
    try:
        parts = urlsplit(url.strip())
        host, path = (parts.hostname or "").lower(), parts.path
        query = {key.lower(): value for key, value in parse_qsl(parts.query)}
    except ValueError:
        return None
    page = _page(host, path, query)
    if page is None:
        return None
    body = _body(query)
    number = _number(query.get("page") or body.get("pageNum") or body.get("page") or body.get("pageIndex"))
    skus = _skus(path if page == "item" else "", query, body)
    return Address(
        page=page,
        skus=skus,
        number=number,
        first=number <= (0 if page == "reviews" else 1),
        score=str(query.get("score") or body.get("score") or "0"),
        tag=str(query.get("rid") or body.get("rid") or "0") != "0",
        this_sku_only="skuproductpagecomments" in (path + query.get("functionid", "")).lower(),
    )


def with_page(url: str, number: int) -> str:
    """The same list at another page number."""
    parts = urlsplit(url)
    pairs = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "page"]
    return urlunsplit(parts._replace(query=urlencode([*pairs, ("page", str(number))]), fragment=""))


def reviews_url(sku: str, *, score: int) -> str:
    """First page of a product's review list, newest first. score as in Address."""
    return (
        "https://club.jd.com/comment/productPageComments.action?callback=fetchJSON_comment98"
        f"&productId={sku}&score={score}&sortType=6&page=0&pageSize=10&isShadowSku=0&rid=0&fold=1"
    )


def prices_url(skus: tuple[str, ...]) -> str:
    """One price page for up to SKUS_PER_PRICE_PAGE products."""
    return "https://p.3.cn/prices/mgets?skuIds=" + quote(",".join(f"J_{sku}" for sku in skus), safe=",_")


def item_url(sku: str) -> str:
    """The public product page."""
    return f"https://item.jd.com/{sku}.html"


def _page(host: str, path: str, query: dict[str, str]) -> str | None:
    file = path.rsplit("/", 1)[-1].lower()
    if host in ("club.jd.com", "sclub.jd.com"):
        return FILES.get(file)
    if host == "api.m.jd.com":
        function = query.get("functionid", "").lower() or (file if file in FUNCTIONS else "")
        # client.action is asked by POST, with its functionId out of sight
        return FUNCTIONS.get(function) if function else ("api" if file == "client.action" else None)
    if host in ("p.3.cn", "pe.3.cn"):
        return "price" if path.startswith("/prices/") else None
    if host == "search.jd.com":
        return "search" if file in ("search", "s_new.php") else None
    if host in ("item.jd.com", "item.m.jd.com"):
        return "item" if ITEM_PATH.fullmatch(path) else None
    landing = LANDINGS.get(host)
    return landing[0] if landing and landing[1].match(path) else None


def _body(query: dict[str, str]) -> dict[str, Any]:  # the site's own parameters, any JSON
    try:
        return mapping(json.loads(query.get("body", "{}")))
    except (ValueError, RecursionError):
        return {}


def _number(raw: Any) -> int:  # from a URL or the site's JSON
    text = str(raw or 0).strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


def _skus(path: str, query: dict[str, str], body: dict[str, Any]) -> tuple[str, ...]:
    item = ITEM_PATH.fullmatch(path)
    listed = query.get("skuids") or query.get("referenceids") or ""
    single = [query.get(key, "") for key in ("productid", "skuid", "sku")]
    single += [name(body.get(key)) for key in ("productId", "skuId", "sku", "wareId")]
    given = [item.group(1)] if item else listed.split(",") if listed else [next((s for s in single if s), "")]
    return tuple(digits for sku in given if (digits := sku.strip().removeprefix("J_")).isdecimal())
