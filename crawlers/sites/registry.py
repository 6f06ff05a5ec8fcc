"""Name → adapter, and which adapter reads an address."""

from crawlers.sites.adapter import SiteAdapter
from crawlers.sites.jd import Jd
from crawlers.sites.shop import Shop
from crawlers.sites.suning import Suning
from crawlers.sites.taobao import Taobao
from crawlers.sites.weibo import Weibo


def adapters() -> dict[str, SiteAdapter]:
    """Every adapter by name, each as it is without settings; the generic shop comes last."""
    return {adapter.name: adapter for adapter in (Jd(), Weibo(), Taobao(), Suning(), Shop())}


def adapter_for(url: str) -> SiteAdapter | None:
    """The adapter that reads this address, by host, path and API name; None where none does.

    A host that an adapter has named is its own: an unknown page there is nobody's, not a shop's.
    """
    return next((adapter for adapter in adapters().values() if adapter.page_of(url) is not None), None)
