"""Suning 苏宁易购: reviews, their totals, and prices by city, as its product pages load them."""

from collections.abc import Iterable

import attrs

from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage
from crawlers.sites.answers import Refused, answered
from crawlers.sites.suning_addresses import HOSTS, counts_url, item_url, price_url, read_address
from crawlers.sites.suning_pages import read_page
from domain.feeds import Outcome
from domain.watches import Watch


@attrs.frozen(kw_only=True)
class Suning:
    """Knows Suning, by plain HTTP. Reviews come by way of the product page, which alone knows the number of their list."""

    name: str = attrs.field(default="suning", init=False)
    hosts: tuple[str, ...] = attrs.field(default=HOSTS, init=False)

    def first_pages(self, watch: Watch) -> Iterable[PageRequest]:
        """The page of each product of Suning (its review lists follow from it), the totals, then the prices."""
        asked = [read_address(product.url) for product in watch.products]
        items = tuple(dict.fromkeys((a.skus[0], a.shop) for a in asked if a and a.page == "item" and a.skus))
        for sku, shop in items:
            page = item_url(sku, shop)
            yield PageRequest(source="suning", page="item", url=page, watch=watch.name)
            yield PageRequest(source="suning", page="counts", url=counts_url(sku, shop), watch=watch.name)
        for sku, shop in items:
            yield PageRequest(source="suning", page="price", url=price_url(sku, shop), watch=watch.name)

    def page_of(self, url: str) -> str | None:
        """The page type by host and path; None where it is none that we read."""
        address = read_address(url)
        return address.page if address else None

    def parse(self, page: RawPage) -> ParsedPage:
        """Classify, then read. Never raises."""
        address = read_address(page.url)
        if address is None:
            return Refused(Outcome.CHANGED, "no page of Suning that we know").page("suning", "")
        return answered("suning", address.page, lambda: read_page(page, address))
