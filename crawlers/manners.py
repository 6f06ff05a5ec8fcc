"""How a crawl behaves: robots.txt as RFC 9309 has it, Crawl-delay kept, redirects never off the site."""

from urllib.parse import urljoin

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Request, Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from crawlers.addresses import may_follow
from crawlers.decoding import TooLarge, decoded
from crawlers.job import ROBOTS_NAME, CrawlJob
from crawlers.origin import ROBOTS_PATH
from crawlers.settings import MAX_BYTES

ROBOTS_REASON = "robots.txt"
ROBOTS_BYTES = 500 * 1024
"""What is read of a robots.txt; RFC 9309 §2.5 asks for at least so much."""
CUT = "dataloss"
"""Scrapy's flag on an answer that ended in the middle."""


class RobotsRefuse(IgnoreRequest):
    """robots.txt forbids this page."""


class RobotsUnread(IgnoreRequest):
    """robots.txt answers 5xx or not at all: nothing may be asked for now (RFC 9309 §2.3.1.4)."""


class Robots(RobotsTxtMiddleware):
    """Scrapy's reading of robots.txt, stricter: an unread file forbids everything, and Crawl-delay is kept."""

    def __init__(self, crawler: Crawler) -> None:
        """Raises NotConfigured where the job does not obey robots."""
        super().__init__(crawler)
        crawler.signals.connect(self._keep_delay, signals.robots_parsed)
        crawler.signals.connect(self._stop_at_the_limit, signals.bytes_received)
        self._received: dict[int, int] = {}

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Let the request pass, or raise RobotsRefuse or RobotsUnread."""
        if rp is None:
            raise RobotsUnread(f"{ROBOTS_REASON} could not be read")
        if not rp.allowed(request.url, ROBOTS_NAME):
            raise RobotsRefuse(ROBOTS_REASON)

    async def allows(self, url: str) -> bool:
        """May this address be asked? For what a browser page asks by itself."""
        parser = await self.robot_parser(Request(url))
        return parser is not None and parser.allowed(url, ROBOTS_NAME)

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            raise IgnoreRequest(f"robots.txt answered {response.status}")
        if response.status >= 300:  # none there: what an error page says is no rule
            response = response.replace(body=b"")
        await super()._parse_robots(response.replace(body=_readable(response.body)), netloc, request)

    def _stop_at_the_limit(self, data: bytes, request: Request) -> None:
        if not request.meta.get("dont_obey_robotstxt"):
            return
        total = self._received.get(id(request), 0) + len(data)
        self._received = {id(request): total}  # one request is in flight
        if total >= ROBOTS_BYTES:
            raise StopDownload(fail=False)

    def _keep_delay(self, robotparser: RobotParser) -> None:
        asked_s = robotparser.crawl_delay(ROBOTS_NAME)
        throttle = self.crawler.get_extension(AutoThrottle)
        if not asked_s or throttle is None:
            return
        speed = getattr(self.crawler.spider, "clock").speed or 1.0  # noqa: B009  Scrapy types it as any Spider
        throttle.mindelay = max(throttle.mindelay, asked_s / speed)
        throttle.maxdelay = max(throttle.maxdelay, throttle.mindelay)
        downloader = self.crawler.engine.downloader
        downloader._delay = max(downloader._delay, throttle.mindelay)
        downloader._jitter = 0.0  # what a site asks for is a minimum
        for slot in downloader.slots.values():
            slot.delay, slot.jitter = max(slot.delay, throttle.mindelay), 0.0


class OnSiteRedirects(RedirectMiddleware):
    """Follows a redirect to the site's own hosts; any other is an answer for the adapter to read (passport.jd.com = log in)."""

    # Scrapy 2.19 warns about middlewares that still take its optional third argument
    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The response, or the request that follows from it."""
        job: CrawlJob = getattr(self.crawler.spider, "job")  # noqa: B009  Scrapy types it as any Spider
        location = (response.headers.get("Location") or b"").decode("latin-1").strip()
        target = urljoin(request.url, location)
        downgraded = request.url.startswith("https:") and not target.startswith("https:")
        welcome = may_follow(target, from_url=request.url, hosts=job.allowed_hosts, private_hosts=job.private_hosts)
        if not location or downgraded or not welcome:
            return response
        return super().process_response(request, response)


class PatientRetry(RetryMiddleware):
    """Scrapy's retries of a busy site, but never before the time that the site itself names."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The response, or the request again."""
        if response.headers.get("Retry-After"):
            return response
        return super().process_response(request, response)


class HonestCodings(HttpCompressionMiddleware):
    """Content codings undone by what the bytes are, under the same cap as everything else."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The answer without its codings, flagged where it ended in the middle. Raises IgnoreRequest beyond the cap."""
        robots = bool(request.meta.get("dont_obey_robotstxt")) and urlparse_cached(request).path == ROBOTS_PATH
        labels = [
            c for value in response.headers.getlist("Content-Encoding") for c in value.decode("latin-1").split(",")
        ]
        try:
            found = decoded(response.body, labels, cap=ROBOTS_BYTES if robots else MAX_BYTES, cut=robots)
        except TooLarge as error:
            raise IgnoreRequest(f"decompression: {error}") from None
        if labels:
            del response.headers["Content-Encoding"]
        flags = response.flags if found.whole else [*response.flags, CUT]
        return response if found.body is response.body else response.replace(body=found.body, flags=flags)


def _readable(body: bytes) -> bytes:
    """The first 500 KiB, whole lines only: half a rule could forbid or allow anything."""
    if len(body) <= ROBOTS_BYTES:
        return body
    return body[:ROBOTS_BYTES].rpartition(b"\n")[0]
