"""Where connections really go: to allowed hosts on public addresses, or to the site's `origin` in their place."""

import base64
from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Request, Response
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet._resolver import GAIResolver
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from twisted.internet.threads import deferToThread
from zope.interface import implementer  # type: ignore[import-untyped]

from crawlers.addresses import is_allowed, look_up, why_not_public
from crawlers.audit import Audit, Connection
from crawlers.job import CrawlJob

ROBOTS_PATH = "/robots.txt"


class ForeignHost(IgnoreRequest):
    """A request to a host that is not the site's."""


class SiteHandler(HTTP11DownloadHandler):
    """The last step before the wire, which every request takes, robots.txt included.

    Refuses hosts that are not the site's; adds the session's cookie; connects to the origin or through the company's proxy
    where one is set. Requests and responses keep the real https address, so nothing behind this line knows of them.
    """

    def __init__(self, crawler: Crawler) -> None:
        """crawler: its spider holds the `job`."""
        super().__init__(crawler)
        job: CrawlJob = getattr(crawler.spider, "job")  # noqa: B009  Scrapy types it as any Spider
        self.job = job
        self._audit = Audit(job.audit)

    async def download_request(self, request: Request) -> Response:
        """The answer under the real address. Raises ForeignHost, and what Scrapy raises for a site that does not answer."""
        parts = urlsplit(request.url)
        line = Connection(
            transport="http", host=parts.hostname or "", port=parts.port or (443 if parts.scheme == "https" else 80)
        )
        try:
            response = await self._ask(request, line)
        except Exception as error:
            self._write(line, refused=f"{type(error).__name__}: {error}".splitlines()[0][:200])
            raise
        self._write(line, address=str(response.ip_address or ""), received=len(response.body))
        return response.replace(url=request.url)

    async def _ask(self, request: Request, line: Connection) -> Response:
        if not is_allowed(request.url, self.job.allowed_hosts):
            raise ForeignHost(f"{urlsplit(request.url).netloc} is not a host of {self.job.source}")
        wire = on_the_wire(request, self.job)
        if "proxy" in wire.meta:
            await self._checked(line.host, line.port)
        response = await super().download_request(wire)
        # AutoThrottle reads the latency from the request it knows
        request.meta["download_latency"] = wire.meta.get("download_latency")
        return response

    async def _checked(self, host: str, port: int) -> None:
        """What a proxy is asked for must not be one of our own network; a name that only the proxy can resolve is its business."""
        try:
            found = await maybe_deferred_to_future(deferToThread(look_up, host, port))
        except OSError:
            return
        if why := why_not_public([str(entry[4][0]) for entry in found]):
            raise CannotResolveHostError(f"{host} {why}")

    def _write(self, line: Connection, *, address: str = "", received: int = 0, refused: str = "") -> None:
        if self.job.audit is not None:
            self._audit.write(
                Connection(
                    transport=line.transport, host=line.host, port=line.port,
                    address=address, received=received, refused=refused,
                )
            )  # fmt: skip


@implementer(IHostnameResolver)
class PublicResolver:
    """Names resolve to public addresses only, so that an allowed name can't lead into the machine's own network.

    IPv4 and IPv6; one private address among several refuses the name. Nothing is cached, and the connection is made to the
    very address that was checked: there is no second look-up that could answer differently.
    """

    def __init__(
        self, reactor: Any, *, exempt: frozenset[tuple[str, int]], audit: Audit
    ) -> None:  # Any: Twisted's reactor
        """exempt: host and port of the origin, the proxy and the private hosts of the settings."""
        self._reactor, self._exempt, self._audit = reactor, exempt, audit
        self._names = GAIResolver(reactor, getaddrinfo=look_up)

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "PublicResolver":  # Any: Scrapy hands its process as crawler
        """Scrapy's constructor."""
        exempt = frozenset((host, int(port)) for host, port in crawler.settings.get("TINGCHAO_EXEMPT", ()))
        return cls(reactor, exempt=exempt, audit=Audit(crawler.settings.get("TINGCHAO_AUDIT")))

    def install_on_reactor(self) -> None:
        """Scrapy calls it before the first connection."""
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802  Twisted's names, here and below
        self,
        resolutionReceiver: Any,  # noqa: N803  Any: zope's interfaces are no types
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Twisted's question for every connection. A refused name has no addresses."""
        receiver = resolutionReceiver
        if (hostName, portNumber) not in self._exempt:
            receiver = _PublicOnly(receiver, hostName, portNumber, self._audit)
        return self._names.resolveHostName(receiver, hostName, portNumber, addressTypes, transportSemantics)


@implementer(IResolutionReceiver)
class _PublicOnly:
    """Passes the addresses on when all are known and public."""

    def __init__(self, receiver: Any, host: str, port: int, audit: Audit) -> None:  # Any: as above
        self._receiver, self._host, self._port, self._audit = receiver, host, port, audit
        self._found: list[Any] = []  # Twisted's addresses, IPv4 and IPv6

    def resolutionBegan(self, resolutionInProgress: Any) -> None:  # noqa: N802, N803
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self._found.append(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        if why := why_not_public([address.host for address in self._found]):
            self._audit.write(Connection(transport="http", host=self._host, port=self._port, refused=why))
        else:
            for address in self._found:
                self._receiver.addressResolved(address)
        self._receiver.resolutionComplete()


def exempt_from_check(job: CrawlJob) -> list[tuple[str, int]]:
    """Host and port that may lie inside: the origin, the company's proxy, and what the settings name."""
    found = [_host_and_port(address) for address in (job.origin, job.upstream_proxy) if address]
    # Twisted asks for a proxy's name without its port
    found += [(urlsplit(job.upstream_proxy).hostname or "", 0)] if job.upstream_proxy else []
    return found + [_host_and_port(f"http://{host}") for host in job.private_hosts]


def on_the_wire(request: Request, job: CrawlJob) -> Request:
    """The request as it is sent: to the origin if there is one, with the real Host, and with the cookie where it travels encrypted."""
    parts = urlsplit(request.url)
    headers = request.headers.copy()
    private = is_allowed(request.url, job.private_hosts)
    cookie = job.session.header_for(request.url) if job.session else job.cookie
    if cookie and parts.scheme == "https" and not private:
        headers["Cookie"] = cookie
    # only the first 500 KiB of a robots.txt are read, however long it is; `Robots` stops it there
    meta = request.meta | ({"download_maxsize": 0} if parts.path == ROBOTS_PATH else {})
    if job.origin and not private:
        headers["Host"] = parts.netloc
        origin = urlsplit(job.origin)
        url = urlunsplit((origin.scheme, origin.netloc, parts.path, parts.query, ""))
        return request.replace(url=url, headers=headers, meta=meta)
    if job.upstream_proxy and not private:
        proxy = urlsplit(job.upstream_proxy)
        meta["proxy"] = f"http://{proxy.hostname}:{proxy.port or 80}"
        if proxy.username:
            headers["Proxy-Authorization"] = proxy_authorization(job.upstream_proxy)
    return request.replace(headers=headers, meta=meta)


def proxy_authorization(proxy: str) -> str:
    """The header of a proxy address that has a user name; empty without one."""
    parts = urlsplit(proxy)
    if not parts.username:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _host_and_port(address: str) -> tuple[str, int]:
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
