"""How long the judge of the feeds takes: 1,000 watches, every source, 28 days of crawls, a day of answers. Gives milliseconds.

.venv/bin/python -m bench.feeds [WATCHES]      SQLite in a temporary folder; about half a minute.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.feeds import Outcome, PageSeen
from domain.watches import Watch
from flows.feeds import Feeds
from index.tables import Budgets, Frontier, Paces, Sources, WaitingPage, Watches
from index.tables.accounts import Accounts
from index.tables.feedlog import FeedLog
from index.tables.opening import open_tables
from index.tables.schema import crawls
from tingchao.plans import plans_of
from tingchao.settings import Settings

NOW = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)


class Still:
    """A clock that stands."""

    speed = 1.0

    def now(self) -> datetime:
        return NOW

    def real_seconds(self, duration: timedelta) -> float:
        return duration.total_seconds()


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        engine = open_tables(f"sqlite:///{Path(folder) / 'tables.db'}")
        watches, sources, frontier = Watches(engine), Sources(engine), Frontier(engine)
        for n in range(number):
            watches.save(Watch(name=f"w{n}", brand=f"品牌{n}"))
        feeds = Feeds(
            sources=sources,
            log=FeedLog(engine),
            accounts=Accounts(engine),
            paces=Paces(engine),
            budgets=Budgets(engine),
            watches=watches,
            clock=Still(),
            plans=plans_of(Settings()),
        )
        every = watches.list()
        for source in feeds.plans:
            pages = [p for w in every for p in feeds.pages(w, source)]
            frontier.add((WaitingPage(source=source, page=p.page, url=p.url) for p in pages), due=NOW)
            seen = [
                PageSeen(source=source, page=p.page, url=p.url, outcome=Outcome.OK, items=5, seen_at=NOW - timedelta(minutes=n % 1440))
                for n, p in enumerate(pages * max(20_000 // max(len(pages), 1), 1) if pages else [])
            ]  # fmt: skip
            sources.record(seen)
            lines = [
                {"source": source, "account": "", "began_at": at, "ended_at": at, "pages": 20, "documents": 50, "fresh": 3, "stopped": "", "reason": ""}
                for at in (NOW - n * timedelta(minutes=5) for n in range(28 * 288 if pages else 0))
            ]  # fmt: skip
            if lines:
                with engine.begin() as connection:
                    connection.execute(crawls.insert(), lines)
        for name, work in (
            ("judge", feeds.judge),
            ("silences", lambda: feeds.silences(every)),
            ("promises", feeds.promises),
        ):
            print(f"{name}: {median_ms(work):.0f} ms  ({number:,} watches, {len(feeds.plans)} sources)")
        engine.dispose()


def median_ms(work: Callable[[], object], *, times: int = 5) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1000


if __name__ == "__main__":
    main()
