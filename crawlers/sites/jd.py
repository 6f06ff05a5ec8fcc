"""JD 京东: reviews, prices and search, as its pages and their own scripts load them."""

from collections.abc import Iterable

import attrs

from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage
from crawlers.sites.answers import Refused
from crawlers.sites.jd_addresses import HOSTS, SKUS_PER_PRICE_PAGE, item_url, prices_url, read_address, reviews_url
from crawlers.sites.jd_pages import read_page
from domain.feeds import Outcome
from domain.watches import Watch

ALL, BAD, APPENDED = 0, 1, 5
"""Filters of the review list."""


@attrs.frozen(kw_only=True)
class Jd:
    """Knows JD. With `browser` the reviews come from the product page, whose script loads them while we listen."""

    browser: bool = False
    name: str = attrs.field(default="jd", init=False)
    hosts: tuple[str, ...] = attrs.field(default=HOSTS, init=False)

    def first_pages(self, watch: Watch) -> Iterable[PageRequest]:
        """Newest reviews and newest bad reviews of each product of JD, prices, several products a page, then 追评.

        A 追评 comes days after its review, which then lies deep in the list, behind pages of known ones: only JD's own list of
        them shows it.
        """
        skus = tuple(dict.fromkeys(sku for product in watch.products for sku in _item_skus(product.url)))
        for sku in skus:
            if self.browser:
                yield PageRequest(source="jd", page="item", url=item_url(sku), browser=True, watch=watch.name)
            else:
                yield from (_reviews(sku, score, watch) for score in (ALL, BAD))
        for start in range(0, len(skus), SKUS_PER_PRICE_PAGE):
            url = prices_url(skus[start : start + SKUS_PER_PRICE_PAGE])
            yield PageRequest(source="jd", page="price", url=url, watch=watch.name)
        if not self.browser:
            yield from (_reviews(sku, APPENDED, watch) for sku in skus)

    def page_of(self, url: str) -> str | None:
        """The page type by host, path and functionId; None where it is none that we read."""
        address = read_address(url)
        return address.page if address else None

    def parse(self, page: RawPage) -> ParsedPage:
        """Classify, then read. Never raises."""
        address = read_address(page.url)
        if address is None:
            return Refused(Outcome.CHANGED, "no page of JD that we know").page("jd", "")
        try:
            parsed = read_page(page, address)
        except Refused as refused:
            if self.browser and address.page == "api" and refused.outcome is Outcome.CHANGED:
                # a product page asks client.action for much else that is none of ours
                return ParsedPage(
                    site="jd", page="api", outcome=Outcome.EMPTY, reason="heard, but no list that we read"
                )
            return refused.page("jd", address.page)
        return attrs.evolve(parsed, next_pages=()) if self.browser else parsed


def _reviews(sku: str, score: int, watch: Watch) -> PageRequest:
    referer = (("Referer", item_url(sku)),)
    return PageRequest(
        source="jd", page="reviews", url=reviews_url(sku, score=score), headers=referer, watch=watch.name
    )


def _item_skus(url: str) -> tuple[str, ...]:
    address = read_address(url)
    return address.skus if address and address.page == "item" else ()
