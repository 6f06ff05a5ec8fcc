"""The sources that can be switched on: a name, its adapter, and what its crawl may use."""

import os
from collections.abc import Callable
from pathlib import Path

from crawlers.sites.adapter import SiteAdapter
from domain.errors import InvalidSettings
from tingchao.folders import Folder
from tingchao.settings import Settings, Site


def _jd(browser: bool) -> SiteAdapter:
    from crawlers.sites.jd import Jd

    return Jd(browser=browser)


def _weibo(browser: bool) -> SiteAdapter:
    from crawlers.sites.weibo import Weibo

    return Weibo(browser=browser)


def _shop(browser: bool) -> SiteAdapter:
    from crawlers.sites.shop import Shop

    return Shop()


def _smzdm(browser: bool) -> SiteAdapter:
    from crawlers.sites.smzdm import Smzdm

    return Smzdm()


def _tousu(browser: bool) -> SiteAdapter:
    from crawlers.sites.tousu import Tousu

    return Tousu(browser=browser)


def _tieba(browser: bool) -> SiteAdapter:
    from crawlers.sites.tieba import Tieba

    return Tieba()


def _rss(browser: bool) -> SiteAdapter:
    from crawlers.sites.rss import Rss

    return Rss()


def _taobao(browser: bool) -> SiteAdapter:
    from crawlers.sites.taobao import Taobao

    return Taobao(browser=browser)


def _suning(browser: bool) -> SiteAdapter:
    from crawlers.sites.suning import Suning

    return Suning()


ADAPTERS: dict[str, Callable[[bool], SiteAdapter]] = {
    "jd": _jd,
    "weibo": _weibo,
    "taobao": _taobao,
    "suning": _suning,
    "shop": _shop,
    "smzdm": _smzdm,
    "tousu": _tousu,
    "tieba": _tieba,
    "rss": _rss,
}
"""Source name → adapter; the flag asks for the pages that a browser collects."""


def adapter_of(name: str, site: Site) -> SiteAdapter:
    """The adapter of a source as its settings want it. Raises KeyError for an unknown name."""
    if name == "rss":
        from crawlers.sites.rss import Rss

        return Rss(feeds=tuple(site.feeds))
    return ADAPTERS[name](site.transport == "browser")


def idle(name: str, site: Site) -> bool:
    """Has the source nothing to ask for: feeds that nobody has named."""
    return name == "rss" and not site.feeds


def cookie(settings: Settings, folder: Folder, site: str) -> str:
    """The session of a site from its file or environment variable; empty = none. Raises InvalidSettings for a file that is not there."""
    configured = settings.sites.get(site)
    if configured is None:
        return ""
    if configured.cookie_file:
        path = Path(configured.cookie_file)
        path = path if path.is_absolute() else folder.path / path
        if not path.exists():
            raise InvalidSettings(f"[sites.{site}] cookie_file: {path} is not there")
        return path.read_text("utf-8").strip()
    return os.environ.get(configured.cookie_env, "") if configured.cookie_env else ""
