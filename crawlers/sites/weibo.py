"""Weibo 微博: the mobile and desktop JSON, the search page, the hot list and the official API, read by one adapter."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime

import attrs

from crawlers.sites import weibo_addresses, weibo_outcomes, weibo_slices
from crawlers.sites.adapter import JsonObject, PageRequest, ParsedPage, RawPage
from crawlers.sites.answers import decode
from crawlers.sites.weibo_addresses import MOBILE, SEARCH, Address
from crawlers.sites.weibo_comments import comment_list
from crawlers.sites.weibo_hot import hot_html, hot_json
from crawlers.sites.weibo_lists import post_list
from crawlers.sites.weibo_numbers import is_mid
from crawlers.sites.weibo_results import ended
from crawlers.sites.weibo_search import search_page
from crawlers.sites.weibo_single import below, departed, long_text, single_post
from domain.feeds import Outcome
from domain.watches import Watch

Reader = Callable[[RawPage, Address, JsonObject], ParsedPage]
_RENDERED = re.compile(r"\$render_data\s*=\s*(?=\[)")


@attrs.frozen
class Weibo:
    """Reads Weibo's pages. Never raises: a strange shape is `changed` with its reason."""

    browser: bool = False
    """Search through the desktop's page in a real browser, all of what it shows; else through the phone's JSON, which
    gives a logged-in account ten results since 2026-01 (the site's own total, stored beside them, shows the gap)."""

    @property
    def name(self) -> str:
        """Always `weibo`."""
        return "weibo"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Phone, desktop, search, API and the hosts that ask for a login."""
        return weibo_addresses.HOSTS

    def first_pages(self, watch: Watch) -> Iterable[PageRequest]:
        """The newest posts for each of the watch's terms."""
        asked = weibo_addresses.desktop_search if self.browser else weibo_addresses.search
        return [asked(term) for term in watch.terms]

    def history_pages(self, watch: Watch, *, since: datetime, until: datetime) -> Iterable[PageRequest]:
        """Day by day, newest first, everything that the desktop's search has between two aware moments."""
        return [
            page
            for term in watch.terms
            for page in weibo_slices.days(term, since=since, until=until, browser=self.browser)
        ]

    def hot_pages(self) -> tuple[PageRequest, ...]:
        """The hot-search list 热搜榜."""
        return (weibo_addresses.hot_list(browser=self.browser),)

    def reread_page(self, document_id: str) -> PageRequest | None:
        """The page with the present counts of a known post, `weibo:5012…`; None for what is no post of Weibo."""
        mid = _mid(document_id)
        return weibo_addresses.show(mid, browser=self.browser) if mid else None

    def below_pages(self, document_id: str) -> tuple[PageRequest, ...]:
        """Comments and reposts of a known post, each newest first, so that reading may stop at known ones."""
        mid = _mid(document_id)
        return below(mid) if mid else ()

    def page_of(self, url: str) -> str | None:
        """The page type of an address, by host, path and parameters in any order."""
        address = weibo_addresses.read(url)
        return address.page if address else None

    def parse(self, page: RawPage) -> ParsedPage:
        """Classify, then read; relative times are resolved against `page.seen_at`."""
        address = weibo_addresses.read(page.url)
        if address is None:
            return ParsedPage(site=self.name, page="", outcome=Outcome.CHANGED, reason="not an address of Weibo")
        try:
            parsed = _parsed(page, address)
        except Exception as error:  # the seam promises an outcome for any bytes: a shape nobody thought of is "changed"
            reason = f"unexpected shape: {type(error).__name__}"
            return ParsedPage(site=self.name, page=address.page, outcome=Outcome.CHANGED, reason=reason)
        return self._in_browser(parsed) if address.host == SEARCH else parsed

    def _in_browser(self, parsed: ParsedPage) -> ParsedPage:
        """What follows a page of s.weibo.com goes the way that it came."""
        if not self.browser:
            return parsed
        following = (attrs.evolve(p, browser=True) if SEARCH in p.url else p for p in parsed.next_pages)
        return attrs.evolve(parsed, next_pages=tuple(following))


def _parsed(page: RawPage, address: Address) -> ParsedPage:
    if verdict := weibo_outcomes.of_transport(page, address):
        return ended(address, verdict)
    if address.host == SEARCH:
        return hot_html(page, address) if address.page == "hot" else search_page(page, address)
    answer = weibo_outcomes.of_json(_data_of(page, address), address)
    if answer.verdict:
        left = departed(page, address) if answer.verdict.outcome is Outcome.NOT_FOUND else ()
        return ended(address, answer.verdict, total=weibo_outcomes.total_of(answer.data), documents=left)
    reader = _reader_of_api(answer.data) if address.page == "api" else _READERS.get(address.page, post_list)
    return reader(page, address, answer.data)


def _data_of(page: RawPage, address: Address) -> RawPage:
    """The answer itself, or for the phone's page of a post the data that the page carries."""
    if address.host != MOBILE or address.page != "post":
        return page
    text = decode(page.body)
    found = None if text.lstrip().startswith("{") else _RENDERED.search(text)
    if found is None:
        return page
    try:
        rendered, _ = json.JSONDecoder(strict=False).raw_decode(text, found.end())
    except (ValueError, RecursionError):
        return attrs.evolve(page, body=text[found.end() :].encode("utf-8", "replace"))
    shown = rendered[0] if rendered and isinstance(rendered[0], dict) else {}
    return attrs.evolve(page, body=json.dumps({"ok": 1, "data": shown.get("status", {})}).encode())


def _reader_of_api(data: JsonObject) -> Reader:
    if isinstance(data.get("comments"), list):
        return comment_list
    listed = any(isinstance(data.get(name), list) for name in ("statuses", "reposts", "list", "data"))
    return post_list if listed or "text" not in data else single_post


def _mid(document_id: str) -> str | None:
    source, _, mid = document_id.partition(":")
    return mid if source == "weibo" and is_mid(mid) else None


_READERS: dict[str, Reader] = {
    "post": single_post,
    "longtext": long_text,
    "comments": comment_list,
    "replies": comment_list,
    "hot": hot_json,
}
