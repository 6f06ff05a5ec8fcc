"""How each source is to be asked by the settings, as the judge of the feeds and the planner read it."""

from flows.feed_rows import SourcePlan
from flows.promises import CAREFUL_S
from tingchao.rounds import quiet_hours, usual_interval
from tingchao.settings import Settings, Site
from tingchao.sources import ADAPTERS, adapter_of

SPARE_S = 120.0
"""For the start of the process and of a browser."""


def plans_of(settings: Settings, *, speed: float = 1.0) -> dict[str, SourcePlan]:
    """The plan of every source that can be switched on. speed: of the clock; pauses are real seconds, plans are product time."""
    return {name: _plan(settings, name, speed) for name in ADAPTERS}


def pause_s(source: str, site: Site) -> float:
    """Real seconds between two pages: those of the settings, but a real shop's product pages are opened at the careful pace."""
    watched = site.transport == "browser" and not site.origin
    return max(site.delay_seconds, CAREFUL_S.get((source, "item"), 0.0)) if watched else site.delay_seconds


def longest_s(source: str, site: Site) -> float:
    """Real seconds after which a crawl of the source hangs: all its pages at the slowest pace, each answered at the last moment."""
    return site.pages * (1.5 * pause_s(source, site) + site.answer_seconds) + SPARE_S


def _plan(settings: Settings, name: str, speed: float) -> SourcePlan:
    site = settings.sites.get(name, Site())
    return SourcePlan(
        adapter=adapter_of(name, site),
        on=site.on,
        every=usual_interval(name, site, settings.crawl),
        delay_s=pause_s(name, site) * max(speed, 1.0),
        daily_pages=site.daily_pages,
        careful=not site.origin,
        quiet=quiet_hours(settings.crawl),
    )
