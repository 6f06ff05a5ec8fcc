"""JD's pages one by one: what each says, and what it means when it says nothing."""

from typing import Any
from urllib.parse import urlsplit

import attrs

from crawlers.sites.adapter import JsonObject, PageRequest, ParsedPage, RawPage, Stats
from crawlers.sites.answers import Refused, decode, header, looks_like_html, read_json, refuse_mark, refuse_status
from crawlers.sites.jd_addresses import Address, item_url, read_address, with_page
from crawlers.sites.jd_refusals import refuse_code, refuse_landing, refuse_risk_code
from crawlers.sites.jd_reviews import (
    LAST_PAGE,
    block_reviews,
    block_stats,
    floor_infos,
    listed_reviews,
    reviews_expected,
    summary_stats,
)
from crawlers.sites.jd_wares import (
    Offer,
    app_ware,
    item_product,
    listed_prices,
    pc_sku,
    pc_ware,
    search_page,
    search_wares,
)
from crawlers.sites.values import mapping, name, rows, whole
from crawlers.sites.web_pages import refuse_cut
from domain.documents import Review
from domain.feeds import Outcome

SHAPES = (
    ("reviews", "comments"),
    ("detail_reviews", "commentInfoList"),
    ("review_list", "result"),
    ("ware", "floors"),
    ("ware", "wareInfoReadMap"),
    ("summary", "CommentsCount"),
    ("search", "data"),
)
"""Which page an answer of client.action is, by the field that only it has."""


def read_page(page: RawPage, address: Address) -> ParsedPage:
    """Classify and read a page of JD. Raises Refused for every answer without items but empty and end."""
    refuse_landing(address.page)
    if 300 <= page.status < 400 and (led_to := read_address(header(page, "location"))):
        refuse_landing(led_to.page)
    refuse_status(page)
    if address.page in ("search", "item") and urlsplit(page.url).hostname != "api.m.jd.com":
        text = decode(page.body)
        if looks_like_html(text) or address.page == "item" or "gl-item" in text or "<html" in text[:1000]:
            return _read_html(page, address, text)
    value = read_json(page)
    if address.page == "api":
        shape = next((kind for kind, key in SHAPES if key in mapping(value)), "")
        address = attrs.evolve(address, page=shape) if shape else refuse_code(value)
    return READERS[address.page](page, address, value)


def _reviews(page: RawPage, address: Address, value: Any) -> ParsedPage:
    answer = mapping(value)
    if "comments" not in answer or not isinstance(answer["comments"], list | None):
        refuse_code(value)
    summary, documents = mapping(answer.get("productCommentSummary")), listed_reviews(answer, page.seen_at)
    _refuse_other_item(address, summary, documents)
    stats = summary_stats(summary, subject=_subject(address))
    if not documents or address.number > LAST_PAGE:
        if address.first and not summary:
            refuse_code(value)
        outcome, reason = _nothing(address, expected=reviews_expected(summary, address))
        return ParsedPage(site="jd", page="reviews", outcome=outcome, reason=reason, stats=stats)
    last = min(LAST_PAGE, (whole(answer.get("maxPage")) or LAST_PAGE + 1) - 1)
    following = (
        PageRequest(
            source="jd",
            page="reviews",
            url=with_page(page.url, address.number + 1),
            headers=(("Referer", item_url(address.skus[0])),) if address.skus else (),
            first=False,
        ),
    )
    return ParsedPage(
        site="jd",
        page="reviews",
        outcome=Outcome.OK,
        documents=documents,
        stats=stats,
        next_pages=following if address.number < last and "page=" in page.url else (),
    )


def _image_reviews(page: RawPage, address: Address, value: Any) -> ParsedPage:
    """The list of buyers' pictures: each row is one picture and holds the whole review that it belongs to."""
    place = mapping(mapping(value).get("imgComments"))
    pictures = place.get("imgList")
    if not isinstance(pictures, list):
        refuse_code(value)
    found = listed_reviews({"comments": [mapping(row.get("commentVo")) for row in rows(pictures)]}, page.seen_at)
    if not found:
        outcome, reason = _nothing(address, expected=whole(place.get("imgCommentCount")) or 0)
        return ParsedPage(site="jd", page="image_reviews", outcome=outcome, reason=reason)
    once = {review.id: review for review in found}
    return ParsedPage(site="jd", page="image_reviews", outcome=Outcome.OK, documents=tuple(once.values()))


def _refuse_other_item(address: Address, summary: JsonObject, documents: tuple[Review, ...]) -> None:
    """JD's cache mixes up answers: one that names other products, and holds no review of ours, is not ours."""
    named = {name(summary.get(key)) for key in ("skuId", "productId")} - {""}
    bought = {review.sku for review in documents}
    said = bought if address.this_sku_only and bought else named | (bought if named else set())
    if address.skus and said and not said & set(address.skus):
        raise Refused(Outcome.WRONG_ITEM, f"asked for {address.skus[0]}, answered for {min(named or said)}")


def _subject(address: Address) -> str:
    """What totals are about: the one product asked for; several together are no subject."""
    return f"jd:{address.skus[0]}" if len(address.skus) == 1 else ""


def _nothing(address: Address, *, expected: int) -> tuple[Outcome, str]:
    if not address.first:
        return Outcome.END, "no more reviews"
    if expected:
        return Outcome.BLOCKED, f"an emptied list though the site counts {expected}"
    return Outcome.EMPTY, "no reviews yet"


def _detail_reviews(page: RawPage, address: Address, value: Any) -> ParsedPage:
    answer = mapping(value)
    infos = answer.get("commentInfoList")
    if "commentInfoList" not in answer or not isinstance(infos, list | None):
        refuse_code(value)
    documents, stats = block_reviews(infos, page.seen_at), block_stats(answer, subject=_subject(address))
    if not documents:
        refuse_risk_code(answer)
        all_default = answer.get("isAllDefaultGoodComment") in (True, "true", "1")
        outcome, reason = _nothing(address, expected=0 if all_default or not stats else stats.total or 0)
        return ParsedPage(site="jd", page="detail_reviews", outcome=outcome, reason=reason, stats=stats)
    # no check for another item: the block names only the variants bought, and few of them need be the one asked for
    return ParsedPage(site="jd", page="detail_reviews", outcome=Outcome.OK, documents=documents, stats=stats)


def _review_list(page: RawPage, address: Address, value: Any) -> ParsedPage:
    answer = mapping(value)
    infos = floor_infos(answer)
    if infos is None and (address.first or "floors" not in mapping(answer.get("result"))):
        refuse_code(value)
    documents = block_reviews(infos, page.seen_at)
    if not documents:
        refuse_risk_code(answer)
        outcome, reason = _nothing(address, expected=0)
        return ParsedPage(site="jd", page="review_list", outcome=outcome, reason=reason)
    return ParsedPage(site="jd", page="review_list", outcome=Outcome.OK, documents=documents)


def _summary(page: RawPage, address: Address, value: Any) -> ParsedPage:
    counted = [
        stats
        for row in rows(mapping(value).get("CommentsCount"))
        if not address.skus or name(row.get("SkuId") or row.get("ProductId")) in address.skus
        if (stats := summary_stats(row))
    ]
    if not counted:
        if rows(mapping(value).get("CommentsCount")):
            raise Refused(Outcome.WRONG_ITEM, "counts of other products than asked for")
        refuse_code(value)
    keys = dict.fromkeys(key for stats in counted for key in stats.by_rating)
    total = Stats(
        total=sum(stats.total or 0 for stats in counted),
        by_rating={key: sum(stats.by_rating.get(key, 0) for stats in counted) for key in keys},
        exact=all(stats.exact for stats in counted),
        subject=_subject(address),
    )
    return ParsedPage(site="jd", page="summary", outcome=Outcome.OK, stats=total)


def _prices(page: RawPage, address: Address, value: Any) -> ParsedPage:
    if not isinstance(value, list):
        refuse_code(value)
    prices = listed_prices(value, address.skus, page.seen_at)
    if not prices and value:
        if any("p" in row for row in rows(value)):
            raise Refused(Outcome.WRONG_ITEM, "prices of other products than asked for")
        raise Refused(Outcome.CHANGED, "price rows without id and p")
    if not prices:
        raise Refused(Outcome.NOT_FOUND, "no price for the products asked for")
    return ParsedPage(site="jd", page="price", outcome=Outcome.OK, prices=prices)


def _ware(page: RawPage, address: Address, value: Any) -> ParsedPage:
    answer, asked = mapping(value), address.skus[0] if address.skus else ""
    offer = app_ware(answer, page.seen_at) or pc_ware(answer, asked, page.seen_at)
    if offer is None:
        refuse_code(value)
    product, price = offer
    said = pc_sku(answer) if "wareInfoReadMap" in answer else product.sku.removeprefix("jd:")
    if asked and said and said != asked:
        raise Refused(Outcome.WRONG_ITEM, f"asked for {asked}, answered for {said}")
    if price.price is None and not product.title:
        refuse_code(value)
    return ParsedPage(site="jd", page="ware", outcome=Outcome.OK, prices=(price,), products=(product,))


def _search(page: RawPage, address: Address, value: Any) -> ParsedPage:
    data = mapping(mapping(value).get("data"))
    if not isinstance(data.get("wareList"), list):
        refuse_code(value)
    offers = search_wares(mapping(value), page.seen_at)
    if data["wareList"] and not offers:
        raise Refused(Outcome.CHANGED, "wares without an id")
    if not offers:
        refuse_risk_code(mapping(value))
    return _found(address, offers, expected=whole(data.get("resultCount")) or 0)


def _read_html(page: RawPage, address: Address, text: str) -> ParsedPage:
    if address.page == "item":
        product = item_product(text, address.skus[0] if address.skus else "")
        if product is None or "skuid" not in text:
            refuse_mark(text, "web page with ")
        if product is None:
            raise Refused(Outcome.CHANGED, "a product page without its skuid and name")
        if address.skus and product.sku != f"jd:{address.skus[0]}":
            raise Refused(Outcome.WRONG_ITEM, f"asked for {address.skus[0]}, answered for {product.sku}")
        return ParsedPage(site="jd", page="item", outcome=Outcome.OK, products=(product,))
    offers = search_page(text, page.seen_at)
    if not offers and not any(word in text for word in ("没有找到", "抱歉，没有", "nf-content")):
        refuse_mark(text, "web page with ")
        if "busy" in text.lower():
            raise Refused(Outcome.UNAVAILABLE, "the site says that it is busy")
        refuse_cut(text)
        raise Refused(Outcome.CHANGED, "no li.gl-item and no word of an empty result")
    refuse_cut(text)
    return _found(address, offers, expected=0)


def _found(address: Address, offers: tuple[Offer, ...], *, expected: int) -> ParsedPage:
    if not offers:
        outcome, reason = _nothing(address, expected=expected)
        return ParsedPage(site="jd", page="search", outcome=outcome, reason=reason.replace("reviews", "products"))
    return ParsedPage(
        site="jd",
        page="search",
        outcome=Outcome.OK,
        products=tuple(product for product, _ in offers),
        prices=tuple(price for _, price in offers),
    )


READERS = {
    "reviews": _reviews,
    "image_reviews": _image_reviews,
    "detail_reviews": _detail_reviews,
    "review_list": _review_list,
    "summary": _summary,
    "price": _prices,
    "ware": _ware,
    "search": _search,
}
