"""The second transport: a real browser opens the page with the user's session, and we listen to the JSON that it loads."""

import asyncio
import base64
import importlib.util
import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import attrs
from scrapy.crawler import Crawler
from scrapy.http import Request, Response

from crawlers.addresses import is_allowed
from crawlers.answers import TOO_LARGE, Answer
from crawlers.archive import without_secrets
from crawlers.egress import Egress
from crawlers.job import CrawlJob
from crawlers.manners import ROBOTS_REASON, Robots
from crawlers.origin import SiteHandler
from crawlers.settings import MAX_BYTES
from crawlers.sites.adapter import PageRequest, RawPage, SiteAdapter
from domain.errors import MissingExtra
from domain.feeds import Outcome
from domain.times import Clock

SCROLLS = 6
SCROLL_PIXELS = 700
SCROLL_PAUSE_MS = 350
NAVIGATION_TIMEOUT_MS = 15_000
SETTLE_S = 5.0
"""Real seconds to wait for answers that are still arriving after the last scroll."""
_FLAGS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # names are the proxy's business: should anything ever bypass it, it finds nobody
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
_REDIRECTS = (301, 302, 303, 307, 308)


def find_chromium() -> Path | None:
    """The browser to use: TINGCHAO_CHROMIUM, the system's Chromium, or Playwright's own; None = there is none."""
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    named = os.environ.get("TINGCHAO_CHROMIUM")
    candidates = [
        *([Path(named)] if named else []),
        Path("/usr/bin/chromium"),
        Path("/usr/bin/chromium-browser"),
        *sorted(own.glob("chromium-*/chrome-linux*/chrome"), reverse=True),
    ]
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


def why_no_browser() -> str:
    """What is missing for the browser path, empty if nothing is."""
    if importlib.util.find_spec("scrapy_playwright") is None:
        return "scrapy-playwright is not installed (extra 'browser')"
    if find_chromium() is None:
        return "no Chromium found (apt install chromium, or set TINGCHAO_CHROMIUM)"
    return ""


def browser_settings(job: CrawlJob, stack: ExitStack) -> dict[str, Any]:  # Any: Scrapy's settings are of every type
    """Scrapy's settings for a crawl with a browser; its egress proxy runs until `stack` closes. Raises MissingExtra."""
    if missing := why_no_browser():
        raise MissingExtra("browser", f"collecting {job.source} with a browser ({missing})")
    egress = stack.enter_context(Egress((*job.allowed_hosts, *job.resource_hosts), origin=job.origin))
    flags = [*_FLAGS]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    if egress.spki:  # only our own key, and only where an origin stands in for the site
        flags.append(f"--ignore-certificate-errors-spki-list={egress.spki}")
    return {
        "DOWNLOAD_HANDLERS": {"https": "crawlers.browser.BrowserHandler"},
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": {
            "executable_path": str(find_chromium()),
            "args": flags,
            "proxy": {"server": f"http://127.0.0.1:{egress.port}"},
        },
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": NAVIGATION_TIMEOUT_MS,
        "PLAYWRIGHT_PROCESS_REQUEST_HEADERS": None,  # the browser's own headers: it is a browser
        "PLAYWRIGHT_MAX_PAGES_PER_CONTEXT": 1,
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
    """
    from scrapy_playwright.page import PageMethod  # an extra

    ear = _Ear(adapter=adapter, job=job, clock=clock)
    visit = Request(
        request.url,
        headers=dict(request.headers),
        dont_filter=True,
        meta={
            "playwright": True,
            "playwright_context_kwargs": _context(job),
            "playwright_page_init_callback": ear.attach,
            "playwright_page_methods": [PageMethod(ear.read_on)],
        },
    )
    try:
        await crawler.engine.download_async(visit)
    except Exception:
        # a redirect off the site ends in the proxy's refusal: what was heard until then tells why
        if not ear.heard and ear.shell is None:
            raise
    robots = crawler.get_downloader_middleware(Robots)
    return [await _checked(answer, robots) for answer in ear.answers(request)]


async def _checked(answer: Answer, robots: Robots | None) -> Answer:
    """What the page loads by itself is kept only where robots.txt would let us ask for it."""
    if robots is None or not answer.heard or await robots.allows(answer.request.url):
        return answer
    return attrs.evolve(answer, page=None, outcome=Outcome.BLOCKED, reason=ROBOTS_REASON)


def _context(job: CrawlJob) -> dict[str, Any]:  # Any: Playwright's options
    own = {"user_agent": job.user_agent} if job.user_agent else {}
    return {
        "service_workers": "block",
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "accept_downloads": False,
        **own,
    }


class _Ear:
    """Hears one page. Takes the bytes at the network (CDP Fetch): Playwright's `response.body()` gives decoded text re-encoded."""

    def __init__(self, *, adapter: SiteAdapter, job: CrawlJob, clock: Clock) -> None:
        self._adapter, self._job, self._clock = adapter, job, clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._frame = ""
        self.heard: list[RawPage] = []
        self.shell: RawPage | None = None
        """The document itself, of its redirects the last."""

    async def attach(self, page: Any, request: Request) -> None:  # Any: Playwright's page, an extra
        """Called by scrapy-playwright with the blank page; a retry starts over."""
        self.heard, self.shell = [], None
        await page.context.add_cookies(_cookies(self._job))
        self._cdp = await page.context.new_cdp_session(page)
        self._frame = (await self._cdp.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        self._cdp.on("Fetch.requestPaused", self._paused)
        patterns = [{"urlPattern": f"https://{host}/*", "requestStage": "Response"} for host in self._job.allowed_hosts]
        await self._cdp.send("Fetch.enable", {"patterns": patterns})

    async def read_on(self, page: Any) -> None:  # Any: as above
        """Scroll as a reader does, then wait for what is still arriving."""
        for _ in range(SCROLLS):
            await page.mouse.wheel(0, SCROLL_PIXELS)
            await page.wait_for_timeout(SCROLL_PAUSE_MS)
        from playwright.async_api import Error  # an extra

        with suppress(Error):  # a page that never rests is read as far as it came
            await page.wait_for_load_state("networkidle", timeout=SETTLE_S * 1000)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=SETTLE_S)

    def answers(self, request: PageRequest) -> list[Answer]:
        """What was heard, else the document."""
        found = [
            Answer(
                request=attrs.evolve(request, page=self._adapter.page_of(page.url) or request.page, url=page.url),
                page=page if len(page.body) <= MAX_BYTES else None,
                outcome=None if len(page.body) <= MAX_BYTES else Outcome.CHANGED,
                reason="" if len(page.body) <= MAX_BYTES else TOO_LARGE,
                heard=True,
            )
            for page in self.heard
        ]
        why = "the page loaded none of the answers that the adapter reads"
        return found or [Answer(request=request, page=self.shell, outcome=Outcome.CHANGED, reason=why)]

    def _paused(self, event: dict[str, Any]) -> None:  # Any: DevTools' JSON
        task = asyncio.ensure_future(self._hear(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _hear(self, event: dict[str, Any]) -> None:
        from playwright.async_api import Error  # an extra

        document = event["resourceType"] == "Document" and event["frameId"] == self._frame
        known = self._adapter.page_of(event["request"]["url"]) is not None
        with suppress(Error):  # the page may be gone by now
            try:
                if (document or known) and "responseStatusCode" in event:
                    raw = await self._read(event)
                    if document:
                        self.shell = raw
                    if known and not (document and raw.status in _REDIRECTS):
                        self.heard.append(raw)
            finally:
                await self._cdp.send("Fetch.continueRequest", {"requestId": event["requestId"]})

    async def _read(self, event: dict[str, Any]) -> RawPage:
        body = b""
        if event["responseStatusCode"] not in _REDIRECTS:  # DevTools has no body for those
            answer = await self._cdp.send("Fetch.getResponseBody", {"requestId": event["requestId"]})
            body = base64.b64decode(answer["body"]) if answer["base64Encoded"] else answer["body"].encode()
        headers = tuple((h["name"].lower(), h["value"]) for h in event.get("responseHeaders", ()))
        return RawPage(
            url=event["request"]["url"],
            body=body,
            status=event["responseStatusCode"],
            headers=without_secrets(headers),
            seen_at=self._clock.now(),
        )


def _cookies(job: CrawlJob) -> list[dict[str, Any]]:  # Any: Playwright's cookies
    """The session as host-only, https-only cookies of each of the site's hosts."""
    # a Cookie header is looser than http.cookies, which drops everything after the first odd character
    pairs = [part.strip().partition("=") for part in job.cookie.split(";") if "=" in part]
    hosts = [host for host in job.allowed_hosts if not host.startswith("*.")]
    return [
        {"name": name, "value": value, "url": f"https://{host}/", "secure": True}
        for name, _, value in pairs
        for host in hosts
    ]
