"""Opens one page of the pretended internet in a process of its own, with the site's real adapter and a real browser.

Called with one JSON argument: {"folder", "origin", "site", "page", "url", "browser", "cookies": {name: value}}.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
from crawl_runner import SqliteFrontier

from crawlers.archive import Archive
from crawlers.handoff import FolderInbox
from crawlers.run import CrawlJob, run_crawl
from crawlers.sessions import Cookie, Session
from crawlers.sites.adapter import PageRequest
from crawlers.sites.logins import LOGINS
from domain.times import ScaledClock
from tingchao.sources import ADAPTERS


def main() -> None:
    """See above; prints the report."""
    asked = json.loads(sys.argv[1])
    folder, site = Path(asked["folder"]), asked["site"]
    # product time runs sixty times as fast from this very moment: a reader's pause takes a sixtieth
    now = datetime.now(UTC)
    clock = ScaledClock(real_anchor=now.timestamp(), anchor=now, speed=60.0)
    frontier = SqliteFrontier(str(folder / "frontier.db"))
    frontier.add([PageRequest(source=site, page=asked["page"], url=asked["url"], browser=True)], due=now)
    cookies = [
        Cookie(name=name, value=value, domain=f".{domain}", secure=True)
        for name, value in asked["cookies"].items()
        for domain in LOGINS[site].domains
    ]
    adapter = ADAPTERS[site](True)
    report = run_crawl(
        CrawlJob(
            source=site, origin=asked["origin"], browser=True, pages_limit=1, delay=timedelta(0),
            session=Session(cookies=tuple(cookies)),
        ),
        adapter=adapter,
        frontier=frontier,
        inbox=FolderInbox(folder / "inbox", pseudonym=lambda s, a: a),
        archive=Archive(folder / "archive"),
        clock=clock,
    )  # fmt: skip
    print(json.dumps(attrs.asdict(report), default=str))


if __name__ == "__main__":
    main()
