"""黑猫投诉 tousu.sina.com.cn: complaints with target, demands and status, from its lists and from the page of each."""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import attrs

from crawlers.sites.adapter import JsonObject, PageRequest, ParsedPage, RawPage, Stats
from crawlers.sites.answers import Refused, answered, decode, looks_like_html, refuse_mark, refuse_status, unpack
from crawlers.sites.tousu_complaints import complaint_in_card, complaint_in_row, complaint_page, complaints_in_page
from crawlers.sites.values import mapping, name, rows, whole
from crawlers.sites.web_pages import refuse_cut
from domain.documents import Post
from domain.feeds import Outcome
from domain.watches import Watch

DOMAIN = "tousu.sina.com.cn"
DETAILS = 10
"""Pages of single complaints asked for after one list at most."""
LAST_PAGE = 10
_HEADERS = (("X-Requested-With", "XMLHttpRequest"), ("Referer", f"https://{DOMAIN}/"))
_SN = re.compile(r"/complaint/view/(\d{6,20})")
_PATHS = {
    "/api/index/s": "search",
    "/index/search": "search",
    "/api/company/received_complaints": "complaints",
    "/api/index/feed": "complaints",
    "/api/grp_comp/feed": "complaints",
    "/api/company/main_search": "companies",
}
_NOTHING = re.compile(r"没有找到|暂无|没有更多|无相关|抱歉")
_GONE = re.compile(r"投诉不存在|已被?删除|页面不存在|已撤诉|已下架|404")


@attrs.frozen(kw_only=True)
class Tousu:
    """Reads complaints. The site's own script signs what its lists are asked for: a browser opens the page, and we listen.

    By plain HTTP the list is asked for as it is; where the site wants a signature, it refuses, and we don't make one.
    """

    browser: bool = False
    """Ask for the page that a browser opens."""
    name: str = attrs.field(default="tousu", init=False)
    hosts: tuple[str, ...] = attrs.field(default=(DOMAIN,), init=False)

    def first_pages(self, watch: Watch) -> Iterable[PageRequest]:
        """The search page for each of the watch's terms."""
        for term in watch.terms:
            words = quote(term, safe="", errors="replace")
            path = f"/index/search/?keywords={words}&t=1"
            plain = f"/api/index/s?keywords={words}&page_size=10&page=1"
            url = f"https://{DOMAIN}{path if self.browser else plain}"
            yield PageRequest(
                source=self.name, page="search", url=url, headers=_HEADERS, browser=self.browser, watch=watch.name
            )

    def page_of(self, url: str) -> str | None:
        """search, complaints, complaint, companies or other; also on the site's provincial hosts."""
        try:
            parts = urlsplit(url.strip())
            host = (parts.hostname or "").lower()
        except ValueError:
            return None
        if host != DOMAIN and not host.endswith(f".{DOMAIN}"):
            return None
        if _SN.search(parts.path):
            return "complaint"
        path = parts.path.rstrip("/")
        if path.startswith("/api/"):
            return _PATHS.get(path, "complaints")
        # the page whose script loads the list says nothing itself: a browser listens to the list alone
        shown = path.startswith(("/company", "/grp_comp", "/index")) and not self.browser
        return _PATHS.get(path, "complaints") if shown else None

    def parse(self, page: RawPage) -> ParsedPage:
        """Classify, then read. Never raises."""
        kind = self.page_of(page.url) or "complaints"
        parsed = answered("tousu", kind, lambda: _read(page, kind))
        following = tuple(attrs.evolve(request, browser=self.browser) for request in parsed.next_pages)
        return attrs.evolve(parsed, next_pages=following)


def _read(page: RawPage, kind: str) -> ParsedPage:
    refuse_status(page)
    text = decode(page.body)
    if looks_like_html(text) or text.lstrip()[:1] == "<":
        return _detail(page, text) if kind == "complaint" else _web_list(page, kind, text)
    if "[投诉对象]" in text[:20_000] and re.match(r"\s*\d{4}-\d{2}-\d{2}", text):
        found = [complaint_in_card(part, "", page.seen_at) for part in _cards(text)]
        if not any(found):
            raise Refused(Outcome.CHANGED, "cards without a complaint number")
        return _shown(page, kind, found)
    data = unpack(text)
    if isinstance(data, list) and data:  # rendered cards, as a browser read them
        return _rendered(page, kind, rows(data))
    return _answer(page, kind, mapping(data))


def _answer(page: RawPage, kind: str, data: JsonObject) -> ParsedPage:
    result = mapping(data.get("result")) or data
    _refuse_told(mapping(result.get("status")))
    place = mapping(result.get("data"))
    listed = next((place[key] for key in ("lists", "complaints", "list") if isinstance(place.get(key), list)), None)
    if listed is None and isinstance(result.get("data"), list):
        listed = result["data"]
    if kind == "companies" and listed is None and place:
        listed = []
    if listed is None:
        refuse_mark(str(data)[:2000], "answer with ")
        raise Refused(Outcome.CHANGED, "no list of complaints")
    pager = mapping(place.get("pager"))
    total = whole(pager.get("item_count") or pager.get("total"))
    if kind == "companies":
        return ParsedPage(site="tousu", page=kind, outcome=Outcome.OK if listed else Outcome.EMPTY)
    found = [complaint_in_row(row, page.seen_at) for row in rows(listed)]
    if listed and not any(found):
        raise Refused(Outcome.CHANGED, "rows without a complaint number")
    pages = whole(pager.get("page_amount")) or 0
    return _shown(page, kind, found, total=total, pages=pages)


def _refuse_told(status: JsonObject) -> None:
    """Raise the outcome of an answer that says itself that it is an error."""
    code, told = str(status.get("code", "0")).strip(), str(status.get("msg") or "")[:200]
    if code in ("0", "200"):
        return
    refuse_mark(told, "answer with ")
    if re.search(r"登录|login|auth", told, re.IGNORECASE):
        raise Refused(Outcome.LOGIN_REQUIRED, f"code {code}: {told[:80]}")
    raise Refused(Outcome.BLOCKED, f"code {code}: {told[:80]}")


def _rendered(page: RawPage, kind: str, cards: Sequence[JsonObject]) -> ParsedPage:
    found = [
        complaint_in_card(str(card.get("title") or card.get("text") or ""), str(card.get("href") or ""), page.seen_at)
        for card in cards
    ]
    if cards and not any(found):
        raise Refused(Outcome.CHANGED, "cards without a complaint number")
    return _shown(page, kind, found)


def _cards(text: str) -> list[str]:
    """Cards of a plain text: each begins with the day on which it was filed."""
    return [part for part in re.split(r"(?m)^(?=\d{4}-\d{2}-\d{2}\s*于黑猫)", text) if part.strip()]


def _web_list(page: RawPage, kind: str, text: str) -> ParsedPage:
    found = complaints_in_page(text, page.seen_at)
    if not found:
        refuse_mark(text, "web page with ")
    refuse_cut(text)
    if found:
        return _shown(page, kind, found)
    if _NOTHING.search(text):
        return _shown(page, kind, [])
    if "/api/" in urlsplit(page.url).path:
        raise Refused(Outcome.UNAVAILABLE, "web page instead of JSON")
    raise Refused(Outcome.CHANGED, "no complaint in the page: its list is loaded by a script, which takes a browser")


def _detail(page: RawPage, text: str) -> ParsedPage:
    asked = _SN.search(page.url)
    found = complaint_page(text, asked[1] if asked else "", page.seen_at)
    if found is None:
        refuse_mark(text, "web page with ")
    refuse_cut(text)
    if found is None:
        if _GONE.search(text):
            raise Refused(Outcome.NOT_FOUND, "the site says that there is no such complaint")
        raise Refused(Outcome.CHANGED, "no .ts-d-question in the page")
    if asked and found.id != f"tousu:{asked[1]}":
        raise Refused(Outcome.WRONG_ITEM, f"asked for {asked[1]}, got {found.id.removeprefix('tousu:')}")
    return ParsedPage(site="tousu", page="complaint", outcome=Outcome.OK, documents=(found,))


def _shown(
    page: RawPage, kind: str, found: Sequence[Post | None], *, total: int | None = None, pages: int = 0
) -> ParsedPage:
    """The complaints, the list's next page, and the pages of those whose text was cut.

    The next page of a signed list is not asked for: its own page does that.
    """
    posts = list({post.id: post for post in found if post}.values())
    query = dict(parse_qsl(urlsplit(page.url).query))
    number = whole(query.get("page")) or 1
    subject = name(query.get("keywords") or query.get("couid"))
    stats = Stats(total=total, subject=subject) if total is not None else None
    if not posts:
        first = number <= 1
        if total and first:
            raise Refused(Outcome.BLOCKED, f"an empty list, though {total} are told")
        outcome = Outcome.EMPTY if first else Outcome.END
        return ParsedPage(site="tousu", page=kind, outcome=outcome, reason="no complaints", stats=stats)
    cut = [post for post in posts if post.truncated][:DETAILS]
    details = (PageRequest(source="tousu", page="complaint", url=post.url, first=False) for post in cut)
    more = number < min(pages, LAST_PAGE) and "signature" not in query
    following = [_following(page.url, kind, query, number + 1)] if more else []
    return ParsedPage(
        site="tousu",
        page=kind,
        outcome=Outcome.OK,
        documents=tuple(posts),
        stats=stats,
        next_pages=(*following, *details),
    )


def _following(url: str, kind: str, query: dict[str, str], number: int) -> PageRequest:
    parts = urlsplit(url)
    address = f"https://{parts.hostname}{parts.path}?{urlencode({**query, 'page': str(number)}, errors='replace')}"
    return PageRequest(source="tousu", page=kind, url=address, headers=_HEADERS, first=False)
