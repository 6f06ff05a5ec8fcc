"""Runs one crawl of the invented site "pond" in a process of its own: Twisted's reactor starts once.

Called with one JSON argument (see `main`); prints the report as JSON. Holds the test adapter and a frontier in SQLite.
"""

import hashlib
import json
import logging
import socket
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import attrs

from crawlers.archive import Archive
from crawlers.frontier import TRIES, Fate, Lease, Settled, pause_after
from crawlers.handoff import FolderInbox
from crawlers.run import CrawlJob, run_crawl
from crawlers.sessions import Cookie, Session
from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage
from crawlers.sites.gestures import GESTURES, Press
from crawlers.sites.logins import LOGINS, Login
from domain.documents import Post
from domain.feeds import Outcome
from domain.people import pseudonym
from domain.times import ScaledClock
from domain.watches import Watch

HOST = "www.pond.example"
API = "api.pond.example"
POND_LOGIN = Login(
    page="https://passport.pond.example/in", domains=("pond.example",), hosts=("*.pond.example",), identity=("SUB",),
    proof=(("SUB",),),
)  # fmt: skip


class PondAdapter:
    """Lists of posts as JSON in GBK: `/list?page=N` on the site's two hosts."""

    name = "pond"
    hosts = (HOST, API)

    def first_pages(self, watch: Watch) -> Iterable[PageRequest]:
        return [PageRequest(source="pond", page="list", url=f"https://{HOST}/list?page=1", watch=watch.name)]

    def page_of(self, url: str) -> str | None:
        parts = urlsplit(url)
        return "list" if parts.hostname in self.hosts and parts.path == "/list" else None

    def parse(self, page: RawPage) -> ParsedPage:
        headers = dict(page.headers)
        if "passport" in headers.get("location", ""):
            return self._bad(Outcome.LOGIN_REQUIRED, "redirect to the log-in page")
        if page.status == 432 or page.body == b"captcha":
            return self._bad(Outcome.CAPTCHA, "captcha")
        if page.status >= 500:
            return self._bad(Outcome.UNAVAILABLE, f"HTTP {page.status}")
        if page.status >= 300:
            return self._bad(Outcome.CHANGED, f"HTTP {page.status}")
        try:
            data = json.loads(page.body.decode("gb18030").removeprefix("hear(").removesuffix(");"))
        except ValueError:
            return self._bad(Outcome.TRUNCATED, "cut JSON")
        first = parse_qs(urlsplit(page.url).query).get("page") == ["1"]
        posts = tuple(
            Post(
                id=f"pond:{row['id']}", source="pond", url=page.url, text=row["text"], author=row["author"],
                author_name=row["author"], pinned=row.get("pinned", False), seen_at=page.seen_at,
            )
            for row in data["posts"]
        )  # fmt: skip
        following = tuple(PageRequest(source="pond", page="list", url=url, first=False) for url in data["next"])
        outcome = Outcome.OK if posts else Outcome.EMPTY if first else Outcome.END
        return ParsedPage(site="pond", page="list", outcome=outcome, documents=posts, next_pages=following)

    def _bad(self, outcome: Outcome, reason: str) -> ParsedPage:
        return ParsedPage(site="pond", page="list", outcome=outcome, reason=reason)


class SqliteFrontier:
    """The Frontier of the tests: rows in a file (`:memory:` works too), kept over `kill -9`."""

    def __init__(self, path: str) -> None:
        self.rows = sqlite3.connect(path, isolation_level=None)
        self.rows.executescript(
            "PRAGMA synchronous=FULL;"
            "CREATE TABLE IF NOT EXISTS pages (key TEXT PRIMARY KEY, source TEXT, request TEXT, depth INT, due REAL,"
            " state TEXT, until REAL DEFAULT 0, attempts INT DEFAULT 0);"
            "CREATE TABLE IF NOT EXISTS known (id TEXT PRIMARY KEY)"
        )

    def add(self, requests: Iterable[PageRequest], *, due: datetime, depth: int = 0) -> int:
        new = 0
        for request in requests:
            key = hashlib.sha256(f"{request.source} {request.url}".encode()).hexdigest()[:16]
            row = (key, request.source, json.dumps(attrs.asdict(request)), depth, due.timestamp())
            new += self.rows.execute(
                "INSERT INTO pages VALUES (?,?,?,?,?,'waiting',0,0) ON CONFLICT (key) DO UPDATE SET"
                " state='waiting', due=excluded.due, until=0, depth=excluded.depth WHERE state='done'",
                row,
            ).rowcount
        return new

    def lease(self, source: str, *, now: datetime, limit: int, lease_for: timedelta) -> list[Lease]:
        found = self.rows.execute(
            "UPDATE pages SET until=? WHERE key IN (SELECT key FROM pages WHERE source=? AND state='waiting' AND due<=?"
            " AND until<=? ORDER BY depth, due, rowid LIMIT ?) RETURNING key, request, depth, attempts",
            ((now + lease_for).timestamp(), source, now.timestamp(), now.timestamp(), limit),
        ).fetchall()
        return [
            Lease(key=k, request=PageRequest(**_tuples(json.loads(r))), depth=d, attempts=n) for k, r, d, n in found
        ]

    def settle(self, settled: Sequence[Settled], *, now: datetime, asked: int) -> None:
        self.rows.execute("BEGIN")
        for each in settled:
            tries = each.lease.attempts + 1 if each.fate is Fate.UNANSWERED else 0
            if each.fate is Fate.DONE or tries >= TRIES:
                change, due = "state='done', until=0, due=due+?", 0.0
            else:
                change, due = "until=0, due=?", (now + pause_after(tries) if tries else now).timestamp()
            self.rows.execute(f"UPDATE pages SET attempts=?, {change} WHERE key=?", (tries, due, each.lease.key))
            self.add(each.follow, due=now, depth=each.lease.depth + 1)
        self.rows.execute("COMMIT")

    def known(self, ids: Iterable[str], *, before: datetime | None = None) -> set[str]:
        stored = {row[0] for row in self.rows.execute("SELECT id FROM known")}
        return stored & set(ids)

    def states(self) -> dict[str, str]:
        """State of each page by address: waiting or done."""
        return {json.loads(r)["url"]: s for r, s in self.rows.execute("SELECT request, state FROM pages")}


def _tuples(row: dict[str, object]) -> dict[str, object]:
    return row | {"headers": tuple(tuple(pair) for pair in row["headers"])}  # type: ignore[attr-defined]


def _pretend(names: dict[str, list[str]]) -> None:
    """Name → its addresses, or → a list of lists: what each look-up answers, the last one again and again."""

    def answer(host: str, port: int, family: int = 0, kind: int = 0, *_: int) -> list[object]:
        if host not in names:
            return real(host, port, family, kind)
        found = names[host]
        if isinstance(found[0], list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return [(socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in found]

    real = socket.getaddrinfo
    socket.getaddrinfo = answer  # type: ignore[assignment]


def main() -> None:
    """Argument: {"folder", "origin", "first": [urls], "job": {…}, "browser_pages", "speed", "debug", "known": [ids], "press", "session"}.

    names: what host names resolve to. press: [selector, times]. session: {name: value} on .pond.example; what the browser renews is written to renewed.json.
    """
    asked = json.loads(sys.argv[1])
    if asked.get("debug"):
        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    if "names" in asked:
        _pretend(asked["names"])
    folder = Path(asked["folder"])
    frontier = SqliteFrontier(str(folder / "frontier.db"))
    clock = ScaledClock(real_anchor=0, anchor=datetime(1970, 1, 1, tzinfo=UTC), speed=asked.get("speed", 1.0))
    pages = [
        PageRequest(source="pond", page="list", url=url, browser=asked.get("browser_pages", False))
        for url in asked["first"]
    ]
    frontier.add(pages, due=clock.now())
    frontier.rows.executemany("INSERT INTO known VALUES (?)", [(id_,) for id_ in asked.get("known", ())])
    options = {"delay": 0.0, "lease": 60.0} | asked.get("job", {})
    for name in {"delay", "lease", "deadline"} & set(options):
        options[name] = timedelta(seconds=options[name])
    options["audit"] = folder / "egress.jsonl"
    for name in ("allowed_hosts", "resource_hosts", "private_hosts"):
        options[name] = tuple(options.get(name, ()))
    if press := asked.get("press"):
        GESTURES["pond"] = {"list": (Press(selector=press[0], times=press[1], older=True),)}
    if "session" in asked:
        LOGINS["pond"] = POND_LOGIN
        cookies = [
            Cookie(name=n, value=v, domain=".pond.example", secure=True, expires=2e9)
            for n, v in asked["session"].items()
        ]
        options["session"] = Session(cookies=tuple(cookies), user_agent="Pond/1")
        options["renewed"] = lambda s: (folder / "renewed.json").write_text(json.dumps(s.storage_state()))
    report = run_crawl(
        CrawlJob(source="pond", origin=asked["origin"], **options),
        adapter=PondAdapter(),
        frontier=frontier,
        inbox=FolderInbox(folder / "inbox", pseudonym=lambda s, a: pseudonym(s, a, key=b"test")),
        archive=Archive(folder / "archive"),
        clock=clock,
    )
    print(json.dumps(attrs.asdict(report), default=datetime.isoformat))


if __name__ == "__main__":
    main()
