"""Full-page pictures of posts, by a real browser with the site's own session: slowly, obeying robots, never past a risk answer."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import attrs
from protego import Protego

from crawlers.addresses import is_allowed
from crawlers.chromium import NAVIGATION_TIMEOUT_MS, context_options, cookies_of, launch_options, why_no_browser
from crawlers.ear import Ear
from crawlers.egress import Egress
from crawlers.job import ROBOTS_NAME, CrawlJob
from crawlers.manners import ROBOTS_REASON
from crawlers.pace import Pace
from crawlers.sites.adapter import SiteAdapter
from crawlers.sites.logins import LOGINS
from domain.errors import MissingExtra
from domain.feeds import Outcome
from domain.times import Clock

HIGHEST_PX = 16_000
"""Of a page that never ends, this much is pictured."""
WIDTH_PX, WINDOW_PX = 1280, 900
SETTLE_MS = 4_000
CLOSE_S = 5.0
SHORTEST_PAUSE_S = 0.04


@attrs.frozen(kw_only=True)
class Picture:
    """What came of one page."""

    url: str
    """Asked for."""
    ended_at: str = ""
    """Where the page was when the picture was taken."""
    png: bytes = b""
    """Empty = there is none."""
    outcome: Outcome = Outcome.OK
    """A risk answer ended the visit: nothing more was opened."""
    reason: str = ""
    """Why there is none."""


def take_pictures(
    urls: Sequence[str], *, job: CrawlJob, adapter: SiteAdapter, clock: Clock, keep: Callable[[Picture], None]
) -> None:
    """Open each page in turn, at the job's pace, and give its picture to `keep` as soon as it is taken. Blocks.

    Ends at the first risk answer. job: its hosts, session, delay and robots hold here as in a crawl. Raises MissingExtra.
    """
    if missing := why_no_browser():
        raise MissingExtra("browser", f"taking pictures of {job.source} ({missing})")
    login = LOGINS.get(job.source)
    # what a page looks like is made of more than its data: its own pictures and styles come from the log-in's hosts too
    hosts = (*job.allowed_hosts, *job.resource_hosts, *(login.hosts if login else ()))
    with Egress(hosts, origin=job.origin, upstream=job.upstream_proxy, audit=job.audit) as egress:
        asyncio.run(_Visitor(job=job, adapter=adapter, clock=clock).visit(urls, egress, keep))


@attrs.define(kw_only=True)
class _Visitor:
    job: CrawlJob
    adapter: SiteAdapter
    clock: Clock
    _rules: dict[str, Protego | None] = attrs.field(factory=dict, init=False)
    """robots.txt by host; None = it could not be read, so nothing may be asked for."""

    async def visit(self, urls: Sequence[str], egress: Egress, keep: Callable[[Picture], None]) -> None:
        from playwright.async_api import async_playwright  # an extra

        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(**launch_options(egress))
            context = await browser.new_context(**self._context())
            context.set_default_navigation_timeout(NAVIGATION_TIMEOUT_MS)
            if self.job.session is None:
                await context.add_cookies(cookies_of(self.job))
            for number, url in enumerate(urls):
                if number:
                    await asyncio.sleep(max(self.clock.real_seconds(self.job.delay), SHORTEST_PAUSE_S))
                picture = await self._picture(context, url)
                keep(picture)
                if picture.outcome.risk and picture.reason != ROBOTS_REASON:
                    break
            await browser.close()

    def _context(self) -> dict[str, Any]:  # Any: Playwright's options
        session, job = self.job.session, self.job
        options = context_options(user_agent=(session and session.user_agent) or job.user_agent)
        options["viewport"] = {"width": WIDTH_PX, "height": WINDOW_PX}
        return options | ({"storage_state": session.storage_state()} if session else {})

    async def _picture(self, context: Any, url: str) -> Picture:  # Any: Playwright's context, an extra
        if not is_allowed(url, self.job.allowed_hosts):
            return Picture(url=url, outcome=Outcome.CHANGED, reason=f"not an address of {self.job.source}")
        if self.job.obey_robots and not await self._allowed(context, url):
            return Picture(url=url, outcome=Outcome.BLOCKED, reason=ROBOTS_REASON)
        page = await context.new_page()
        try:
            return await self._open(page, url)
        finally:
            await _closed(page)

    async def _open(self, page: Any, url: str) -> Picture:  # Any: Playwright's page, an extra
        from playwright.async_api import Error  # an extra

        ear = Ear(adapter=self.adapter, hosts=self.job.allowed_hosts, clock=self.clock, known=lambda parsed: False)
        await ear.attach(page)
        try:
            await page.goto(url, wait_until="load")
        except Error as error:
            await ear.rest(SETTLE_MS / 1000)
            if not ear.stop and (
                ear.shell is None or ear.shell.status < 400
            ):  # an empty error page is an error to Chromium
                return Picture(url=url, outcome=Outcome.UNAVAILABLE, reason=str(error).splitlines()[0][:200])
        await self._read_through(page, ear, Pace(url))
        if ear.stop or ear.shell is None:
            return Picture(url=url, outcome=_risk(ear, self.adapter), reason=ear.stop or "the page gave no answer")
        if ear.shell.status >= 400:
            outcome = Outcome.NOT_FOUND if ear.shell.status in (404, 410) else Outcome.UNAVAILABLE
            return Picture(url=url, outcome=outcome, reason=f"HTTP {ear.shell.status}")
        if self.adapter.parse(ear.shell).outcome is Outcome.NOT_FOUND:
            return Picture(url=url, outcome=Outcome.NOT_FOUND, reason="the site says that it is gone")
        return Picture(url=url, ended_at=page.url, png=await _shot(page))

    async def _read_through(self, page: Any, ear: Ear, pace: Pace) -> None:  # Any: as above
        """Scroll down once, so that pictures further down are loaded, and back to the top."""
        from playwright.async_api import Error  # an extra

        with suppress(Error):
            for _ in range(5):
                ear.look(page.url)
                if ear.stop:
                    return
                await page.mouse.wheel(0, abs(pace.scroll_pixels()))
                await page.wait_for_timeout(1000 * max(self.clock.real_seconds(pace.look()), SHORTEST_PAUSE_S))
            await page.evaluate("scrollTo(0, 0)")
            await page.wait_for_load_state("networkidle", timeout=SETTLE_MS)
        await ear.rest(SETTLE_MS / 1000)

    async def _allowed(self, context: Any, url: str) -> bool:  # Any: as above
        parts = urlsplit(url)
        if parts.netloc not in self._rules:
            page = await context.new_page()
            self._rules[parts.netloc] = await _robots(page, f"https://{parts.netloc}/robots.txt")
            await _closed(page)
        rules = self._rules[parts.netloc]
        return rules is not None and bool(rules.can_fetch(url, ROBOTS_NAME))


async def _robots(page: Any, url: str) -> Protego | None:  # Any: as above
    """As `manners.Robots` reads it: a missing file allows everything, one that can't be read nothing."""
    from playwright.async_api import Error  # an extra

    statuses: list[int] = []
    page.on(
        "response", lambda answer: statuses.append(answer.status) if answer.request.is_navigation_request() else None
    )
    try:
        answer = await page.goto(url)
        text = await answer.text() if answer and answer.status < 300 else ""
    except Error:  # an answer without a body and no answer at all are the same to `goto`
        text = ""
    if not statuses or statuses[-1] >= 500:
        return None
    return Protego.parse(text)


async def _closed(page: Any) -> None:  # Any: as above
    """A page in trouble may never say that it is closed; its browser is closed after it."""
    with suppress(TimeoutError):
        await asyncio.wait_for(page.close(), CLOSE_S)


async def _shot(page: Any) -> bytes:  # Any: as above
    height = int(await page.evaluate("document.documentElement.scrollHeight"))
    if height <= HIGHEST_PX:
        return bytes(await page.screenshot(full_page=True, type="png", animations="disabled"))
    clip = {"x": 0, "y": 0, "width": WIDTH_PX, "height": HIGHEST_PX}
    return bytes(await page.screenshot(full_page=True, type="png", animations="disabled", clip=clip))


def _risk(ear: Ear, adapter: SiteAdapter) -> Outcome:
    for page in (*ear.heard, *((ear.shell,) if ear.shell else ())):
        outcome = adapter.parse(page).outcome
        if outcome.risk:
            return outcome
    return Outcome.UNAVAILABLE
