"""How each source is to be asked by the settings, as the judge of the feeds and the planner read it."""

from datetime import timedelta

from domain.paces import parse_quiet_hours
from flows.feed_rows import SourcePlan
from tingchao.settings import Settings, Site
from tingchao.sources import ADAPTERS, adapter_of


def plans_of(settings: Settings, *, speed: float = 1.0) -> dict[str, SourcePlan]:
    """The plan of every source that can be switched on. speed: of the clock; pauses are real seconds, plans are product time."""
    return {name: _plan(settings, name, speed) for name in ADAPTERS}


def every_of(settings: Settings, source: str) -> timedelta:
    """How often a source is crawled."""
    site, crawl = settings.sites.get(source, Site()), settings.crawl
    usual = crawl.prices_every_minutes if source == "shop" else crawl.every_minutes
    return timedelta(minutes=site.every_minutes or usual)


def _plan(settings: Settings, name: str, speed: float) -> SourcePlan:
    site = settings.sites.get(name, Site())
    return SourcePlan(
        adapter=adapter_of(name, site),
        on=site.on,
        every=every_of(settings, name),
        delay_s=site.delay_seconds * max(speed, 1.0),
        daily_pages=site.daily_pages,
        careful=not site.origin,
        quiet=parse_quiet_hours(settings.crawl.quiet_hours),
    )
