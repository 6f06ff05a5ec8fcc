"""什么值得买 smzdm: lists of deals, whose prices are free text, from its JSON, its pages and its feed."""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import attrs

from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage, Stats
from crawlers.sites.answers import Refused, answered, decode, looks_like_html, refuse_mark, refuse_status, unpack
from crawlers.sites.feed_entries import entries_in
from crawlers.sites.smzdm_deals import Deal, cards_in, deals_in, price_of, product_of
from crawlers.sites.values import mapping, rows, whole
from crawlers.sites.web_pages import refuse_cut
from domain.feeds import Outcome
from domain.watches import Watch

DOMAIN = "smzdm.com"
LAST_PAGE = 5
"""Pages of a search at most: deals of older pages are over."""
FULL = 10
"""Deals of a page from which there may be another one; the site shows about twenty."""
_OLD = timedelta(days=3)
_NOTHING = re.compile(r"没有找到|暂无|没有更多|换个关键词|抱歉|无结果|空空如也")
_LIST = re.compile(r"feed-main-list|feed-list|list_preferential|search-result", re.IGNORECASE)
_CHALLENGE = re.compile(r"probe\.js|TencentWAF|TCaptcha|waf[-_]?captcha|__jsl|安全防护|访问过于", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class Smzdm:
    """Reads lists of deals; each is a price at a mall, named by its article."""

    name: str = attrs.field(default="smzdm", init=False)
    hosts: tuple[str, ...] = attrs.field(
        default=("www.smzdm.com", "m.smzdm.com", "search.smzdm.com", "feed.smzdm.com", "api.smzdm.com"), init=False
    )

    def first_pages(self, watch: Watch) -> Iterable[PageRequest]:
        """The newest deals for each of the watch's terms."""
        for term in watch.terms:
            query = urlencode({"c": "home", "s": term, "v": "b", "order": "time"}, errors="replace")
            url = f"https://search.smzdm.com/?{query}"
            yield PageRequest(source=self.name, page="deal_search", url=url, watch=watch.name)

    def page_of(self, url: str) -> str | None:
        """deal_search, feed, or deals for every other list."""
        host = host_of(url)
        if host != DOMAIN and not host.endswith(f".{DOMAIN}"):
            return None
        return {"search.smzdm.com": "deal_search", "feed.smzdm.com": "feed"}.get(host, "deals")

    def parse(self, page: RawPage) -> ParsedPage:
        """Classify, then read. Never raises."""
        kind = self.page_of(page.url) or "deals"
        return answered("smzdm", kind, lambda: _read(page, kind))


def host_of(url: str) -> str:
    """Host in lower case; empty where it is no web address."""
    try:
        return (urlsplit(url.strip()).hostname or "").lower()
    except ValueError:
        return ""


def _read(page: RawPage, kind: str) -> ParsedPage:
    text = decode(page.body)
    if page.status == 202 or (400 <= page.status < 500 and _CHALLENGE.search(text)):
        raise Refused(Outcome.CAPTCHA, f"status {page.status}: the site's guard asks for a browser and a person")
    refuse_status(page)
    if text.lstrip()[:300].lstrip("\ufeff").startswith(("<?xml", "<rss", "<feed")):
        return _shown(page, kind, [*_feed(page)], total=None, more=False)
    if looks_like_html(text) or text.lstrip()[:1] == "<":
        return _web_page(page, kind, text)
    return _data(page, kind, unpack(text))


def _data(page: RawPage, kind: str, data: Any) -> ParsedPage:  # the site's own JSON
    place = mapping(data)
    inner = place.get("data")
    _refuse_told(place)
    if isinstance(inner, str):  # the mobile list: HTML inside JSON
        found = [*cards_in(inner, page.seen_at)]
        if not found and inner.strip() and "<li" in inner:
            raise Refused(Outcome.CHANGED, "cards without an id or price that we know")
        return _shown(page, kind, found, total=None, more=False)
    holder = mapping(inner) or place
    names = ("article_list", "rows", "list", "items", "data")
    listed = next((holder[key] for key in names if isinstance(holder.get(key), list)), None)
    listed = listed if listed is not None else next((v for v in (inner, data) if isinstance(v, list)), None)
    if listed is None:
        raise Refused(Outcome.CHANGED, "no article_list, rows or data")
    found = [*deals_in(rows(listed), page.seen_at)]
    if listed and not any("article_id" in row or "id" in row for row in rows(listed)):
        raise Refused(Outcome.CHANGED, "rows without an article_id")
    return _shown(page, kind, found, total=whole(holder.get("total")), more=bool(found), listed=bool(listed))


def _refuse_told(place: dict[str, Any]) -> None:
    """Raise the outcome of an answer that says itself that it is an error."""
    code = str(place.get("error_code", place.get("code", "0")) or "0").strip()
    told = " ".join(
        str(place.get(key) or "") for key in ("error_msg", "msg", "message") if isinstance(place.get(key), str)
    )
    if code in ("0", "200"):
        return
    refuse_mark(told, "answer with ")
    raise Refused(Outcome.BLOCKED, f"error_code {code[:20]}: {told[:80]}")


def _web_page(page: RawPage, kind: str, text: str) -> ParsedPage:
    found = [*cards_in(text, page.seen_at)]
    if not found:
        if _CHALLENGE.search(text):
            raise Refused(Outcome.CAPTCHA, "the site's guard asks for a person")
        refuse_mark(text, "web page with ")
    refuse_cut(text)
    if found:
        return _shown(page, kind, found, total=None, more=len(found) >= FULL)
    if not _LIST.search(text) and not _NOTHING.search(text):
        if re.search(r"ajax|json", urlsplit(page.url).path):
            raise Refused(Outcome.UNAVAILABLE, "web page instead of JSON")
        raise Refused(Outcome.CHANGED, "no list of deals in the page")
    if not _NOTHING.search(text) and "<li" in re.sub(r"(?is)^.*?feed-main-list", "", text)[:3000]:
        raise Refused(Outcome.CHANGED, "cards without an id or price that we know")
    return _shown(page, kind, [], total=None, more=False)


def _feed(page: RawPage) -> Iterable[Deal]:
    """A feed's entries: the price stands at the end of the title, or in the beginning of the description."""
    for entry in entries_in(page):
        words = re.split(r"\s+-\s+|\s*[|｜]\s*|\s{2,}|(?<=\S)\s+(?=\S*\d)", entry.title)
        price = next(
            (w for w in reversed(words[1:]) if re.search(r"\d", w) and re.search(r"[元$￥¥€£折减]|包邮", w)), ""
        )
        hit = re.search(r"/p/(\d{4,12})", entry.link + entry.guid)
        if hit and price:
            title = entry.title[: entry.title.rfind(price)].rstrip(" -|｜，,")
            yield Deal(id=hit[1], title=title, price=price, published_at=entry.published_at)


def _shown(
    page: RawPage, kind: str, found: Sequence[Deal], *, total: int | None, more: bool, listed: bool = False
) -> ParsedPage:
    """The deals as prices and products; the next page only while its deals are new enough to be bought."""
    number = _number(page.url)
    deals = list({deal.id: deal for deal in reversed(found)}.values())[::-1]
    if not deals and not listed and total and number <= 1:
        raise Refused(Outcome.BLOCKED, f"an empty list, though {total} deals are told")
    if not deals and not listed:
        outcome = Outcome.EMPTY if number <= 1 and "timesort" not in page.url else Outcome.END
        raise Refused(outcome, "no deals")
    oldest = min((deal.published_at for deal in deals if deal.published_at), default=None)
    new = oldest is None or oldest > page.seen_at - _OLD
    following = _following(page.url, kind, number + 1) if more and new and number < LAST_PAGE else None
    return ParsedPage(
        site="smzdm",
        page=kind,
        outcome=Outcome.OK,
        prices=tuple(price_of(deal, page.seen_at) for deal in deals),
        products=tuple(product_of(deal) for deal in deals),
        stats=Stats(total=total) if total is not None else None,
        next_pages=(following,) if following else (),
    )


def _number(url: str) -> int:
    """The page that was asked for: `p` or `page`, or the end of `filter`; 1 where none is given."""
    query = dict(parse_qsl(urlsplit(url).query))
    hit = re.search(r"p(\d{1,4})$", query.get("filter", "")) or re.search(r"/p(\d{1,4})/?$", urlsplit(url).path)
    return whole(query.get("p") or query.get("page") or (hit[1] if hit else "1")) or 1


def _following(url: str, kind: str, number: int) -> PageRequest | None:
    """The next page of a search; other lists are asked for their newest page alone."""
    if kind != "deal_search":
        return None
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), "p": str(number)}
    return PageRequest(
        source="smzdm", page=kind, url=f"https://{parts.hostname}{parts.path}?{urlencode(query)}", first=False
    )
