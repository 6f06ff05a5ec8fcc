"""Weibo's desktop search page: its posts, its end, and where to go on when it is full."""

from datetime import datetime

import attrs

from crawlers.sites import weibo_html, weibo_outcomes, weibo_slices
from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage
from crawlers.sites.answers import decode
from crawlers.sites.web_pages import is_cut
from crawlers.sites.weibo_addresses import LAST_PAGE, Address
from crawlers.sites.weibo_html import SearchPage
from crawlers.sites.weibo_outcomes import Verdict
from crawlers.sites.weibo_results import done, ended, stats_of
from domain.feeds import Outcome

PAGE_SIZE = 10


def search_page(page: RawPage, address: Address) -> ParsedPage:
    """A page of s.weibo.com.

    Past page 50 the site shows page 1 again: that is the end. A full list is cut into finer slices at its first page;
    what can't be cut is read to page 50. A slice of the past is read whole: known posts at its top say nothing of the rest.
    """
    if page.status >= 400:
        return ended(address, weibo_outcomes.of_json(page, address).verdict or Verdict(outcome=Outcome.BLOCKED))
    text = decode(page.body)
    shown = weibo_html.read(text, seen_at=page.seen_at)
    if not shown.known:
        otherwise = Outcome.TRUNCATED if is_cut(text) else Outcome.CHANGED
        return ended(address, weibo_outcomes.of_html(text.strip(), otherwise=otherwise))
    if is_cut(text):
        return ended(address, Verdict(outcome=Outcome.TRUNCATED, reason=f"HTML ends after {len(text)} characters"))
    if verdict := _past_the_end(shown, address):
        return ended(address, verdict)
    if not shown.posts:
        return ended(address, weibo_outcomes.nothing(address, total=None, told=True))
    following, slices = _onward(shown, address, page)
    # a list of pages is the site's only word about how much there is
    total = shown.pages * PAGE_SIZE if shown.pages else None
    read = done(address, shown.posts, following=following, further=slices)
    sliced = "timescope" in address.parameters
    return attrs.evolve(read, stats=stats_of(address, total, exact=False), thorough=sliced)


def _past_the_end(shown: SearchPage, address: Address) -> Verdict | None:
    if address.number > LAST_PAGE:
        return Verdict(outcome=Outcome.END, reason=f"the site shows no page after {LAST_PAGE}")
    if shown.shown_number is not None and shown.shown_number < address.number:
        return Verdict(outcome=Outcome.END, reason=f"page {address.number} shows page {shown.shown_number}")
    return None


def _onward(shown: SearchPage, address: Address, page: RawPage) -> tuple[PageRequest | None, tuple[PageRequest, ...]]:
    """The next page of the list, or the finer slices of a full one.

    A search without a time is read to its last page first: the newest posts are what it is for. Only what is older than
    they are is then cut.
    """
    last = address.number >= LAST_PAGE
    sliced = "timescope" in address.parameters
    full = (shown.pages >= weibo_slices.FULL_PAGES and address.number == 1) if sliced else False
    slices = weibo_slices.finer(address, seen_at=_reached(shown, address, page)) if full or last else ()
    if slices and not last:
        return None, slices
    more = shown.more and not last
    return (address.following(page=str(address.number + 1)) if more else None), slices


def _reached(shown: SearchPage, address: Address, page: RawPage) -> datetime:
    """Down to when everything has been read."""
    if "timescope" in address.parameters:
        return page.seen_at
    times = [post.published_at for post in shown.posts if post.published_at and not post.date_only]
    return min(page.seen_at, max(times, default=page.seen_at))
