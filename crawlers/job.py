"""What one crawl is asked to do, and what it tells when it is over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import attrs

from crawlers.sessions import Session
from domain.feeds import Outcome

USER_AGENT = "Tingchao/0.1 (consumer voice monitoring)"
ROBOTS_NAME = "Tingchao"
"""The name that a robots.txt may address, whatever the user agent says."""


@attrs.frozen(kw_only=True)
class CrawlJob:
    """One crawl of one source."""

    source: str
    """Adapter name."""
    pages_limit: int = 50
    """Pages fetched at most."""
    delay: timedelta = timedelta(seconds=2)
    """Product time between two requests, ± 50 %; AutoThrottle lengthens it where the site is slow."""
    origin: str = ""
    """Where connections go instead of the real hosts, `http://127.0.0.1:8931`; empty = to the hosts themselves."""
    cookie: str = attrs.field(default="", repr=False)
    """Session as a Cookie header, `SUB=…; SUBP=…`; sent over https to `allowed_hosts` only, never logged or archived."""
    session: Session | None = attrs.field(default=None, repr=False)
    """Of a person who logged in by hand; wins over `cookie`, and each of its cookies goes where a browser would send it."""
    renewed: Callable[[Session], None] | None = attrs.field(default=None, repr=False)
    """Told the session as the site has renewed it, after each good page of a browser; None = nobody keeps it."""
    browser: bool = False
    """Pages that ask for a browser get one; False = they are asked for over plain HTTP."""
    obey_robots: bool = True
    """False only where an operator recorded a decision with a reason."""
    allowed_hosts: tuple[str, ...] = ()
    """Hosts that may be asked, `host` or `host:port`; nobody else is, whatever a redirect says. Empty = the adapter's."""
    resource_hosts: tuple[str, ...] = ()
    """Hosts from which a browser page may load besides (scripts, styles), `*.example.com` for a whole domain; no cookie goes there."""
    private_hosts: tuple[str, ...] = ()
    """`host:port` inside the user's own network that the settings name (a feed server), reached although not public.

    Exactly these, over plain HTTP requests, never by a browser, never led to by another host's page, never with the cookie.
    """
    upstream_proxy: str = attrs.field(default="", repr=False)
    """The company's one fixed proxy, `http://[user:password@]host:port`; empty = none. With an origin it is not used."""
    audit: Path | None = None
    """File of JSON Lines in which each connection is written down; None = nowhere."""
    user_agent: str = ""
    """That of the session; empty = our own (in a browser the browser's)."""
    lease: timedelta = timedelta(seconds=180)
    """Real time that a page is held; longer than its retries take."""
    deadline: timedelta = timedelta(seconds=20)
    """Real time for one whole answer, its last byte included: a site that drips is cut here."""
    paced: bool = True
    """False = without delay and throttle, for measuring against an origin; refused for a real site."""


@attrs.frozen(kw_only=True)
class CrawlReport:
    """What became of a crawl."""

    source: str
    pages: int = 0
    """Answers received and handed off."""
    documents: int = 0
    """Posts and reviews handed off, known ones included."""
    prices: int = 0
    skipped: int = 0
    """Pages that gave nothing: refused by robots, to a foreign host, unanswered, or answered badly."""
    seconds: float = 0.0
    """Real time."""
    outcomes: dict[Outcome, int] = attrs.field(factory=dict)
    stopped: Outcome | None = None
    """The risk answer that stopped the source; None = it ran to its end."""
    reason: str = ""
    """Why it stopped, or the last thing that went wrong."""
    robots_refused: int = 0
    """Pages that robots.txt forbids."""
    fresh: int = 0
    """Documents that the ledger did not know."""
    fresh_by_watch: dict[str, int] = attrs.field(factory=dict)
    """The same by the watch that they were fetched for; a watch that was asked for and had nothing new stands here with 0."""
    wait_until: datetime | None = None
    """The site said itself when it may be asked again (Retry-After); product time."""
    set_aside: int = 0
    """Pages given up after too many tries without an answer."""

    def line(self) -> str:
        """One line for the log."""
        end = f" stopped={self.stopped}" if self.stopped else ""
        end += f" set_aside={self.set_aside}" if self.set_aside else ""
        end += f" wait_until={self.wait_until.isoformat(timespec='seconds')}" if self.wait_until else ""
        return (
            f"collected site={self.source} pages={self.pages} documents={self.documents}"
            f" skipped={self.skipped} seconds={self.seconds:.1f}{end}"
        )
