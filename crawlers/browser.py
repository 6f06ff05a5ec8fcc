"""The second transport: a real browser opens the page with the user's session, and we listen to the JSON that it loads."""

import asyncio
import time
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any

import attrs
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from crawlers.addresses import is_allowed
from crawlers.answers import TOO_LARGE, Answer
from crawlers.chromium import (
    NAVIGATION_TIMEOUT_MS,
    context_options,
    cookies_of,
    find_chromium,
    launch_options,
    why_no_browser,
)
from crawlers.ear import Ear
from crawlers.egress import Egress
from crawlers.frontier import Frontier
from crawlers.job import CrawlJob
from crawlers.manners import ROBOTS_REASON, Robots
from crawlers.origin import SiteHandler
from crawlers.pace import Pace
from crawlers.sessions import session_of
from crawlers.settings import MAX_BYTES
from crawlers.sites.adapter import PageRequest, ParsedPage, SiteAdapter
from crawlers.sites.gestures import Press, Scroll, gestures_for
from crawlers.sites.logins import LOGINS
from domain.errors import MissingExtra
from domain.feeds import Outcome
from domain.times import Clock

__all__ = ["BrowserHandler", "browser_settings", "find_chromium", "listen", "why_no_browser"]

SETTLE_S = 5.0
"""Real seconds to wait for answers that are still arriving after the last gesture."""
ANSWER_S = 4.0
"""Real seconds in which what was pressed should load something, or there is no more."""
VISIT_S = 90.0
"""Real seconds for one page at most: its lease is longer."""
LONGEST_S = VISIT_S + 45.0
"""Real seconds until a visit that hangs is given up."""
SHORTEST_PAUSE_S = 0.04


def browser_settings(job: CrawlJob, stack: ExitStack) -> dict[str, Any]:  # Any: Scrapy's settings are of every type
    """Scrapy's settings for a crawl with a browser; its egress proxy runs until `stack` closes. Raises MissingExtra."""
    if missing := why_no_browser():
        raise MissingExtra("browser", f"collecting {job.source} with a browser ({missing})")
    egress = stack.enter_context(
        Egress(
            (*job.allowed_hosts, *job.resource_hosts), origin=job.origin, upstream=job.upstream_proxy, audit=job.audit
        )
    )
    return {
        "DOWNLOAD_HANDLERS": {"https": "crawlers.browser.BrowserHandler"},
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch_options(egress),
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": NAVIGATION_TIMEOUT_MS,
        "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,  # the browser's own headers: it is a browser
        # the spider asks for one at a time; a page that never says that it is closed must not hold up the next
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 4,
    }


class BrowserHandler(SiteHandler):
    """Plain requests as SiteHandler does them; those marked for the browser go to scrapy-playwright."""

    def __init__(self, crawler: Crawler) -> None:
        """Starts Playwright with the engine, the browser with its first page."""
        super().__init__(crawler)
        from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler  # an extra

        self._playwright = ScrapyPlaywrightDownloadHandler(crawler)

    async def download_request(self, request: Request) -> Response:
        """The page as it stands when the listener is done, or a plain answer."""
        if request.meta.get("playwright") and is_allowed(request.url, self.job.allowed_hosts):
            response: Response = await self._playwright.download_request(request)
            return response
        return await super().download_request(request)

    async def close(self) -> None:
        """Close the browser and the connections."""
        await self._playwright.close()
        await super().close()


async def listen(
    request: PageRequest, *, adapter: SiteAdapter, job: CrawlJob, clock: Clock, crawler: Crawler
) -> list[Answer]:
    """Open a page and give what it loaded from the site that the adapter reads, in order of arrival; never empty.

    Where it loaded nothing of the kind, the page itself is the answer: a login redirect or a captcha is for the adapter to know.
    At the first risk answer nothing more is touched; what came until then is kept.
    """
    from scrapy_playwright.page import PageMethod  # an extra

    frontier: Frontier = getattr(crawler.spider, "frontier")  # noqa: B009  Scrapy types it as any Spider
    ear = Ear(adapter=adapter, hosts=job.allowed_hosts, clock=clock, known=lambda parsed: _is_known(parsed, frontier))
    visit = _Visit(request=request, job=job, clock=clock, ear=ear)
    asked = Request(
        request.url,
        headers=dict(request.headers),
        dont_filter=True,
        meta={
            "playwright": True,
            "download_slot": job.source,
            "playwright_context_kwargs": _context(job),
            "playwright_page_init_callback": visit.attach,
            "playwright_page_methods": [PageMethod(visit.read)],
        },
    )
    try:
        async with asyncio.timeout(LONGEST_S):
            await crawler.engine.download_async(asked)
    except Exception:
        # a redirect off the site ends in the proxy's refusal: what was heard until then tells why
        if not ear.heard and ear.shell is None:
            raise
    robots = crawler.get_downloader_middleware(Robots)
    return [await _checked(answer, robots) for answer in _answers(request, ear, adapter)]


@attrs.frozen(kw_only=True)
class _Visit:
    """One page as a reader uses it."""

    request: PageRequest
    job: CrawlJob
    clock: Clock
    ear: Ear

    async def attach(self, page: Any, request: Request) -> None:  # Any: Playwright's page, an extra
        """Called by scrapy-playwright with the blank page; a retry starts over."""
        if self.job.session is None:
            await page.context.add_cookies(cookies_of(self.job))
        await self.ear.attach(page)

    async def read(self, page: Any) -> None:  # Any: as above
        """Do what a reader does on such a page, then wait for what is still arriving."""
        from playwright.async_api import Error  # an extra

        pace = Pace(f"{self.job.source} {self.request.url} {self.clock.now().isoformat()}")
        deadline = time.monotonic() + VISIT_S
        for gesture in gestures_for(self.job.source, self.request.page):
            for _ in range(gesture.times):
                self.ear.look(page.url)
                if self.ear.stop or time.monotonic() > deadline:
                    break
                with suppress(Error):  # what was there a moment ago is gone: a reader would shrug
                    went_on = await self._do(page, gesture, pace)
                    if not went_on:
                        break
        await self._settle(page)

    async def _do(self, page: Any, gesture: Scroll | Press, pace: Pace) -> bool:  # Any: as above
        """One gesture. False where repeating it would bring nothing."""
        if isinstance(gesture, Scroll):
            await page.mouse.wheel(0, pace.scroll_pixels())
            await self._pause(page, pace.look())
            return True
        if gesture.older and self.ear.nothing_new:
            return False
        found = await _visible(page, gesture.selector)
        if found is None:
            return False
        await found.scroll_into_view_if_needed(timeout=2_000)
        box = await found.bounding_box()
        if box is None:
            return False
        await self._pause(page, pace.look())
        x, y = pace.spot(box["width"], box["height"])
        self.ear.expect()
        await found.click(position={"x": x, "y": y}, timeout=2_000)
        answered = await self.ear.something(ANSWER_S)
        await self._pause(page, pace.after_press())
        return answered

    async def _pause(self, page: Any, product_time: timedelta) -> None:  # Any: as above
        seconds = max(self.clock.real_seconds(product_time), SHORTEST_PAUSE_S)
        await page.wait_for_timeout(seconds * 1000)

    async def _settle(self, page: Any) -> None:  # Any: as above
        from playwright.async_api import Error  # an extra

        if not self.ear.stop:
            with suppress(Error):  # a page that never rests is read as far as it came
                await page.wait_for_load_state("networkidle", timeout=SETTLE_S * 1000)
        await self.ear.rest(SETTLE_S)
        with suppress(Error):
            self.ear.look(page.url)
            if not self.ear.stop and self.ear.heard and self.job.renewed is not None:
                login = LOGINS.get(self.job.source)
                agent = self.job.session.user_agent if self.job.session else ""
                if login is not None:
                    state = dict(await page.context.storage_state())
                    self.job.renewed(session_of(state, login=login, user_agent=agent))


async def _visible(page: Any, selector: str) -> Any:  # Any: Playwright's page and locator, an extra
    """The first element in the page or its frames that can be seen and pressed; None where there is none."""
    for frame in page.frames:
        found = frame.locator(selector)
        for number in range(min(await found.count(), 5)):
            one = found.nth(number)
            if await one.is_visible() and await one.is_enabled():
                return one
    return None


def _answers(request: PageRequest, ear: Ear, adapter: SiteAdapter) -> list[Answer]:
    """What was heard, and the document where nothing was or where it tells why we had to stop."""
    found = [
        Answer(
            request=attrs.evolve(request, page=adapter.page_of(page.url) or request.page, url=page.url),
            page=page if len(page.body) <= MAX_BYTES else None,
            outcome=None if len(page.body) <= MAX_BYTES else Outcome.CHANGED,
            reason="" if len(page.body) <= MAX_BYTES else TOO_LARGE,
            heard=True,
        )
        for page in ear.heard
    ]
    why = ear.stop or "the page loaded none of the answers that the adapter reads"
    shell = Answer(request=request, page=ear.shell, outcome=Outcome.CHANGED, reason=why)
    if not found:
        return [shell]
    if ear.stop and ear.shell and ear.shell not in ear.heard and adapter.parse(ear.shell).outcome.risk:
        return [*found, shell]
    return found


def _is_known(parsed: ParsedPage, frontier: Frontier) -> bool:
    """Pinned posts are old news."""
    ids = {d.id for d in parsed.documents if not getattr(d, "pinned", False)}
    return not ids - frontier.known(ids)


async def _checked(answer: Answer, robots: Robots | None) -> Answer:
    """What the page loads by itself is kept only where robots.txt would let us ask for it."""
    if robots is None or not answer.heard or await robots.allows(answer.request.url):
        return answer
    return attrs.evolve(answer, page=None, outcome=Outcome.BLOCKED, reason=ROBOTS_REASON)


def _context(job: CrawlJob) -> dict[str, Any]:  # Any: Playwright's options
    if job.session is None:
        return context_options(user_agent=job.user_agent)
    options = context_options(user_agent=job.session.user_agent or job.user_agent)
    return options | {"storage_state": job.session.storage_state()}
