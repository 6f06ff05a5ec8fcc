"""A round of one source: which watches are due and how many pages are left, and afterwards what it brought and when the next is."""

import os
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import attrs
from sqlalchemy import Engine

from crawlers.job import CrawlReport
from domain.errors import InvalidSettings
from domain.feeds import Outcome, SourceStatus
from domain.paces import CrawlDone, Pause, QuietHours, parse_quiet_hours
from domain.times import Clock
from domain.watches import Watch
from flows.accounts import another_is_living
from flows.pacing import QUICKEST, Budget, chosen, may_crawl, next_pace, pauses, stated_rest
from index import tables
from index.tables.accounts import Accounts
from tingchao.folders import Folder
from tingchao.settings import Crawl, Settings, Site
from tingchao.turns import SessionTurn, take_turn

SITE_RESTS = "网站要求稍后再来"
LEAST_REAL_S = 10.0
"""Real seconds between two crawls of one source at least: starting one costs about a second, however fast a demo's clock runs."""
START_REAL_S = 5.0
"""Real seconds that a crawl may need to start."""


@attrs.frozen(kw_only=True)
class Round:
    """What may be asked of a source now."""

    source: str
    site: Site
    usual: timedelta
    """Interval of the settings."""
    quiet: QuietHours | None
    engine: Engine
    clock: Clock

    def due(self, watches: list[Watch]) -> list[Watch]:
        """The watches whose time has come, ours first; none while the source rests or waits for a person."""
        now, paces = self.clock.now(), tables.Paces(self.engine).of(self.source)
        if not may_crawl(self._status(), paces.get(""), now=now):
            return []
        return chosen(watches, paces, source=self.source, quiet=self.quiet, now=now, slack=self._slack)

    def is_worth_a_crawl(self, watches: list[Watch]) -> bool:
        """Is a watch due, or a page left over from before, and may it be asked for today?"""
        now = self.clock.now()
        paces = tables.Paces(self.engine).of(self.source)
        if not may_crawl(self._status(), paces.get(""), now=now):
            return False
        if self.site.daily_pages is not None and all(b.left == 0 for b in self.budgets()):
            return False
        return bool(self.due(watches)) or tables.Frontier(self.engine).is_due(self.source, now=now)

    def has_hot_watch(self, watches: list[Watch]) -> bool:
        """Is a watch due that is asked for more often than usual, and may it be asked for?"""
        now, paces = self.clock.now(), tables.Paces(self.engine).of(self.source)
        hot = [w for w in watches if w.name in paces and paces[w.name].every < self.usual]
        return any(now >= paces[w.name].next_at for w in hot) and self.is_worth_a_crawl(hot)

    def session(self, folder: Folder) -> SessionTurn:
        """Whose session the next crawl takes."""
        return take_turn(
            folder,
            self.engine,
            self.source,
            clock=self.clock,
            used_today=tables.Budgets(self.engine).spent_by_account(self.source, at=self.clock.now()),
            daily_pages=self.site.daily_pages,
        )

    def pages_left(self, account: str) -> int:
        """Pages that this crawl may ask for: those of one crawl, or fewer where the session's day is nearly spent.

        One page after a rest that the site asked for: a risk answer then costs no more than that.
        """
        if "" in tables.Paces(self.engine).of(self.source):
            return min(1, self._left_today(account))
        return min(self.site.pages, self._left_today(account))

    def budgets(self) -> list[Budget]:
        """What each session of today has left; one without name where none was used yet."""
        spent = tables.Budgets(self.engine).spent_by_account(self.source, at=self.clock.now())
        names = [a.name for a in Accounts(self.engine).all(self.source)] or [""]
        return [Budget(account=n, spent=spent.get(n, 0), allowed=self.site.daily_pages) for n in names]

    def pauses(self, watches: list[Watch]) -> list[Pause]:
        """What holds the source back now, for people."""
        return pauses(
            self.source,
            status=self._status(),
            rest=tables.Paces(self.engine).of(self.source).get(""),
            budgets=self.budgets(),
            watches=watches,
            quiet=self.quiet,
            now=self.clock.now(),
        )

    def ended(self, report: CrawlReport, *, asked: list[Watch], account: str, began: datetime) -> None:
        """Keep what the crawl brought, and when each of the asked watches is due again."""
        now = self.clock.now()
        paces = tables.Paces(self.engine)
        before = paces.of(self.source)
        quickest = max(QUICKEST, timedelta(seconds=LEAST_REAL_S * max(self.clock.speed, 1.0)))
        paces.save(
            next_pace(
                before.get(watch.name),
                watch,
                source=self.source,
                usual=self.usual,
                quickest=quickest,
                fresh=report.fresh_by_watch.get(watch.name),
                now=began,
            )
            for watch in asked
        )
        if until := stated_rest(report.wait_until, now=now, risk=report.stopped is not None):
            paces.rest(self.source, until=until, reason=SITE_RESTS)
        elif "" in before and report.pages:
            paces.wake(self.source)
        tables.Crawls(self.engine).write(
            CrawlDone(
                source=self.source,
                account=account,
                began_at=began,
                ended_at=now,
                pages=report.pages,
                documents=report.documents,
                fresh=report.fresh,
                stopped=str(report.stopped or ""),
                reason=report.reason + (f" ({report.set_aside} pages set aside)" if report.set_aside else ""),
            )
        )

    def _status(self) -> SourceStatus | None:
        """How the source answered; that one session died is no reason to wait while another lives."""
        status = tables.Sources(self.engine).get(self.source)
        if status is None or status.last_outcome is not Outcome.LOGIN_REQUIRED:
            return status
        living = another_is_living(Accounts(self.engine).all(self.source), now=self.clock.now())
        return attrs.evolve(status, last_outcome=None) if living else status

    @property
    def _slack(self) -> timedelta:
        return timedelta(seconds=START_REAL_S * max(self.clock.speed, 1.0))

    def _left_today(self, account: str) -> int:
        if self.site.daily_pages is None:
            return self.site.pages
        spent = tables.Budgets(self.engine).spent(self.source, account, at=self.clock.now())
        return max(self.site.daily_pages - spent, 0)


def round_of(source: str, *, settings: Settings, engine: Engine, clock: Clock) -> Round:
    """The round of a source as the settings want it. Raises InvalidSettings for quiet hours that are none."""
    site = settings.sites.get(source, Site())
    return Round(
        source=source,
        site=site,
        usual=usual_interval(source, site, settings.crawl),
        quiet=quiet_hours(settings.crawl),
        engine=engine,
        clock=clock,
    )


def usual_interval(source: str, site: Site, crawl: Crawl) -> timedelta:
    """Time between two crawls of a source."""
    minutes = site.every_minutes or (crawl.prices_every_minutes if source == "shop" else crawl.every_minutes)
    return timedelta(minutes=minutes)


def quiet_hours(crawl: Crawl) -> QuietHours | None:
    """The quiet hours of the settings. Raises InvalidSettings."""
    try:
        return parse_quiet_hours(crawl.quiet_hours)
    except ValueError as error:
        raise InvalidSettings(f"[crawl] quiet_hours: {error}") from None


def upstream_proxy(crawl: Crawl) -> str:
    """The company's proxy from the environment; empty = none. Raises InvalidSettings, in which its password is not named."""
    name = crawl.upstream_proxy_env
    if not name:
        return ""
    value = os.environ.get(name, "")
    try:
        parts = urlsplit(value)
        usable = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        state = "is not set" if not value else "holds no such address"
        raise InvalidSettings(
            f"[crawl] upstream_proxy_env: the environment variable {name} {state}; hoped for http://[user:password@]host:port"
        )
    return value
