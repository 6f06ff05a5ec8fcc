"""Which adapter a source gets from its settings, and which sources have nothing to ask for."""

import pytest

from crawlers.sites.rss import Rss
from crawlers.sites.tousu import Tousu
from domain.watches import Watch
from tingchao.settings import Site
from tingchao.sources import ADAPTERS, adapter_of, idle

FEED = "http://127.0.0.1:1200/weibo/keyword/{term}"


def test_the_feeds_of_the_settings_are_the_feeds_that_are_asked_for() -> None:
    adapter = adapter_of("rss", Site(feeds=[FEED]))
    assert isinstance(adapter, Rss)
    assert [page.url for page in adapter.first_pages(Watch(name="x", brand="峪风"))] == [
        "http://127.0.0.1:1200/weibo/keyword/%E5%B3%AA%E9%A3%8E"
    ]
    assert adapter.private_hosts == ("127.0.0.1:1200",)


def test_a_source_without_anything_to_ask_for_is_idle() -> None:
    assert [name for name in ADAPTERS if idle(name, Site())] == ["rss"]
    assert not idle("rss", Site(feeds=[FEED]))


@pytest.mark.parametrize("transport", ["http", "browser"])
def test_complaints_are_read_as_the_settings_want(transport: str) -> None:
    adapter = adapter_of("tousu", Site(transport=transport))  # type: ignore[arg-type]  # parametrized
    assert isinstance(adapter, Tousu)
    assert adapter.browser is (transport == "browser")


@pytest.mark.parametrize("name", list(ADAPTERS))
def test_each_source_bears_its_name(name: str) -> None:
    assert adapter_of(name, Site()).name == name
