"""Taobao and Tmall 淘宝 天猫: reviews, prices and search of one platform with shared ids, as its pages and their own scripts load them."""

from collections.abc import Iterable

import attrs

from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage
from crawlers.sites.answers import Refused
from crawlers.sites.taobao_addresses import HOSTS, item_url, read_address, reviews_url
from crawlers.sites.taobao_pages import read_page
from domain.feeds import Outcome
from domain.watches import Watch


@attrs.frozen(kw_only=True)
class Taobao:
    """Knows Taobao and Tmall. With `browser` everything comes from the item page, whose script loads and signs it while we listen.

    Without one only what needs no signature is asked for: the old review list and the item page. None is ever forged.
    """

    browser: bool = False
    name: str = attrs.field(default="taobao", init=False)
    hosts: tuple[str, ...] = attrs.field(default=HOSTS, init=False)

    def first_pages(self, watch: Watch) -> Iterable[PageRequest]:
        """Newest reviews of each item of Taobao or Tmall, and its page with the price."""
        urls = {item: url for product in watch.products for item, url in _items(product.url)}
        for item, url in urls.items():
            if not self.browser:
                referer = (("Referer", url),)
                yield PageRequest(
                    source="taobao", page="reviews", url=reviews_url(item), headers=referer, watch=watch.name
                )
            yield PageRequest(source="taobao", page="item", url=url, browser=self.browser, watch=watch.name)

    def page_of(self, url: str) -> str | None:
        """The page type by host, path and API name; None where it is none that we read."""
        address = read_address(url)
        return address.page if address else None

    def parse(self, page: RawPage) -> ParsedPage:
        """Classify, then read. Never raises."""
        address = read_address(page.url)
        if address is None:
            return Refused(Outcome.CHANGED, "no page of Taobao or Tmall that we know").page("taobao", "")
        try:
            parsed = read_page(page, address)
        except Refused as refused:
            return self._heard(refused, address.page)
        return attrs.evolve(parsed, next_pages=()) if self.browser else parsed

    def _heard(self, refused: Refused, page: str) -> ParsedPage:
        """A refusal; of what a browser's page was refused, some is no more than how such a page begins."""
        if self.browser and "TOKEN_E" in refused.reason:
            # handed out with the refusal: the page's own script asks again with it, and that answer is heard too
            return Refused(Outcome.UNAVAILABLE, f"{refused.reason}: the page asks again").page("taobao", page)
        if self.browser and refused.outcome is Outcome.CHANGED and page in ("item", "search"):
            reason = "heard, but no list that we read"  # the shell, or one of the many uses of the same API
            return ParsedPage(site="taobao", page=page, outcome=Outcome.EMPTY, reason=reason)
        return refused.page("taobao", page)


def _items(url: str) -> Iterable[tuple[str, str]]:
    address = read_address(url)
    if address and address.page == "item" and address.item:
        yield address.item, item_url(address.item, tmall="taobao.com" not in url.partition("?")[0])
