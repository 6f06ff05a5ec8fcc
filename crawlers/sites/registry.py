"""Name → adapter, and which adapter reads an address."""

from crawlers.sites.adapter import SiteAdapter
from crawlers.sites.feed_entries import is_feed
from crawlers.sites.jd import Jd
from crawlers.sites.rss import Rss
from crawlers.sites.shop import Shop
from crawlers.sites.smzdm import Smzdm
from crawlers.sites.suning import Suning
from crawlers.sites.taobao import Taobao
from crawlers.sites.tieba import Tieba
from crawlers.sites.tousu import Tousu
from crawlers.sites.weibo import Weibo


def adapters() -> dict[str, SiteAdapter]:
    """Every adapter by name, each as it is without settings; the generic shop comes last."""
    return {
        adapter.name: adapter
        for adapter in (Jd(), Weibo(), Taobao(), Suning(), Smzdm(), Tousu(), Tieba(), Rss(), Shop())
    }


def adapter_for(url: str) -> SiteAdapter | None:
    """The adapter that reads this address, by host, path and API name; None where none does.

    A host that an adapter has named is its own: an unknown page there is nobody's, not a shop's.
    """
    return next((adapter for adapter in adapters().values() if adapter.page_of(url) is not None), None)


def reader_of(url: str, body: bytes) -> SiteAdapter | None:
    """The adapter that reads this answer: by its address, and a feed at any shop's address by its bytes."""
    adapter = adapter_for(url)
    return Rss() if adapter is not None and adapter.name == "shop" and is_feed(body) else adapter
