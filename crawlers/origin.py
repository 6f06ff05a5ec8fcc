"""Where connections really go: to allowed hosts on public addresses, or to the site's `origin` in their place."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from crawlers.addresses import is_allowed, is_public
from crawlers.job import CrawlJob


class ForeignHost(IgnoreRequest):
    """A request to a host that is not the site's."""


class SiteHandler(HTTP11DownloadHandler):
    """The last step before the wire, which every request takes, robots.txt included.

    Refuses hosts that are not the site's; adds the session's cookie; connects to the origin where one is set. Requests and
    responses keep the real https address, so nothing behind this line knows of an origin or of the cookie.
    """

    def __init__(self, crawler: Crawler) -> None:
        """crawler: its spider holds the `job`."""
        super().__init__(crawler)
        job: CrawlJob = getattr(crawler.spider, "job")  # noqa: B009  Scrapy types it as any Spider
        self.job = job

    async def download_request(self, request: Request) -> Response:
        """The answer under the real address. Raises ForeignHost."""
        if not is_allowed(request.url, self.job.allowed_hosts):
            raise ForeignHost(f"{urlsplit(request.url).netloc} is not a host of {self.job.source}")
        wire = on_the_wire(request, self.job)
        response = await super().download_request(wire)
        # AutoThrottle reads the latency from the request it knows
        request.meta["download_latency"] = wire.meta.get("download_latency")
        return response.replace(url=request.url)


class PublicResolver(CachingThreadedResolver):
    """Names resolve to public addresses only, so that an allowed name can't lead into the machine's own network."""

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> Deferred[str]:  # noqa: N802  Twisted's name
        """The IPv4 address of a name. Fails with DNSLookupError for a private one; the origin's own host is exempt."""
        answer = super().getHostByName(name, timeout)
        if name != self.origin_host:
            answer.addCallback(_public_only, name)
        return answer

    origin_host = ""

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "PublicResolver":  # Any: Scrapy hands its process as crawler
        """Scrapy's constructor."""
        resolver = super().from_crawler(crawler, reactor)
        resolver.origin_host = crawler.settings.get("TINGCHAO_ORIGIN_HOST", "")
        return resolver


def on_the_wire(request: Request, job: CrawlJob) -> Request:
    """The request as it is sent: to the origin if there is one, with the real Host, and with the cookie where it travels encrypted."""
    parts = urlsplit(request.url)
    headers = request.headers.copy()
    if job.cookie and parts.scheme == "https":
        headers["Cookie"] = job.cookie
    if not job.origin:
        return request.replace(headers=headers)
    headers["Host"] = parts.netloc
    origin = urlsplit(job.origin)
    return request.replace(url=urlunsplit((origin.scheme, origin.netloc, parts.path, parts.query, "")), headers=headers)


def _public_only(address: str, name: str) -> str:
    if not is_public(address):
        raise DNSLookupError(f"{name} resolves to {address}, which is not a public address")
    return address
