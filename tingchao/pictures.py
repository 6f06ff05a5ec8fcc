"""Pictures of posts in open incidents: which to take next, and the child process that takes them."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import attrs
import msgspec
from sqlalchemy import Engine

from crawlers.chromium import why_no_browser
from crawlers.job import CrawlReport
from crawlers.manners import ROBOTS_REASON
from crawlers.screenshot import Picture, take_pictures
from domain.errors import AlreadyRunning, InvalidInput
from domain.feeds import Outcome, PageSeen
from flows.evidence import Wanted
from flows.pacing import may_crawl
from index import tables
from index.tables.columns import writing
from index.tables.paces import spend
from index.tables.screenshots import Screenshot, Screenshots
from tingchao.crawling import job_of
from tingchao.folders import Folder, chosen_folder, held
from tingchao.opening import demo_environment, inbox_of, open_tables
from tingchao.processes import end_with_parent
from tingchao.rounds import round_of
from tingchao.settings import load
from tingchao.sources import ADAPTERS, adapter_of
from tingchao.wiring import House

FEW = 4
"""Pictures of one round at most: it is a reader's pace, and crawls come first."""
TRIES = 2
LIMIT_S = 300


class PictureJob:
    """The periodic job of a running product. Without a browser it does nothing."""

    def __init__(self, house: House, *, children: "set[subprocess.Popen[bytes]]", busy: set[str]) -> None:
        """children: where running child processes are noted, so that an end ends them too.

        busy: sources that somebody asks at the moment; those of ours are noted there for the while.
        """
        self._house, self._children, self._busy = house, children, busy
        self._failed: Counter[str] = Counter()

    def run(self) -> None:
        """Take the next few pictures, one source after the other."""
        room = self._house.desk.evidence
        if room is None or why_no_browser():
            return
        given_up = [document for document, times in self._failed.items() if times >= TRIES]
        few = FEW if self._house.clock.speed <= 1 else 1  # a crawl that waits for us waits in the demo's fast time
        wanted = room.wanted(skip=given_up, sources=self._open_sources(), limit=few)
        for source, group in groupby(sorted(wanted, key=lambda w: w.source), key=lambda w: w.source):
            self._busy.add(source)
            try:
                self._take(source, list(group))
            finally:
                self._busy.discard(source)

    def _open_sources(self) -> list[str]:
        now, paces = self._house.clock.now(), tables.Paces(self._house.engine)
        status = self._house.desk.sources.get
        free = [name for name in ADAPTERS if name not in self._busy]
        return [name for name in free if may_crawl(status(name), paces.of(name).get(""), now=now)]

    def _take(self, source: str, wanted: list[Wanted]) -> None:
        log = self._house.folder.path / "crawl.log"
        with log.open("ab") as out:
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "tingchao", "pictures", source],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=out,
            )  # fmt: skip
            self._children.add(child)
            try:
                answer, _ = child.communicate(msgspec.json.encode(wanted), timeout=LIMIT_S)
            except subprocess.TimeoutExpired:
                child.kill()
                answer, _ = child.communicate()
            finally:
                self._children.discard(child)
        for line in answer.splitlines():
            said = json.loads(line)
            self._failed[said["document"]] += not said["file"]


def take(source: str, wanted: list[Wanted]) -> list[dict[str, Any]]:  # Any: JSON values
    """Take the pictures in this process. Returns what came of each; none while a crawl of the source runs or may not."""
    if source not in ADAPTERS:
        raise InvalidInput(f"no source named {source!r}; known: {', '.join(ADAPTERS)}")
    end_with_parent()
    folder = chosen_folder().made()
    try:
        with held(folder.path / f"crawl-{source}.lock", what=f"a crawl of {source}"):
            return _take(folder, source, wanted)
    except AlreadyRunning:  # one request in flight per site: the crawl goes first, the next round comes soon
        return []


def _take(folder: Folder, source: str, wanted: list[Wanted]) -> list[dict[str, Any]]:  # Any: JSON values
    settings, clock = load(folder.path), folder.clock()
    demo_environment(folder)
    engine = open_tables(settings, folder)
    status = tables.Sources(engine).get(source)
    here = round_of(source, settings=settings, engine=engine, clock=clock)
    turn = here.session(folder)
    pages = 0 if turn.dead or (status and not status.on) else here.pages_left(turn.account)
    adapter = adapter_of(source, here.site)
    job = attrs.evolve(job_of(folder, settings, here, status, adapter, [], pages), **turn.for_job())
    by_url = {w.url: w for w in wanted[:pages]}
    told: list[dict[str, Any]] = []
    outcomes: Counter[Outcome] = Counter()

    def keep(picture: Picture) -> None:
        spend_page(engine, source, turn.account, at=clock.now())
        outcomes[picture.outcome] += 1
        file = _kept(folder, engine, by_url[picture.url], picture, at=clock.now()) if picture.png else ""
        if picture.outcome.risk and picture.reason != ROBOTS_REASON:
            inbox_of(folder).put(source, [_risk(source, picture, clock.now())])
        told.append(
            {
                "document": by_url[picture.url].document,
                "outcome": picture.outcome,
                "reason": picture.reason,
                "file": file,
            }
        )

    if by_url:
        take_pictures(list(by_url), job=job, adapter=adapter, clock=clock, keep=keep)
    # a page that robots.txt forbids tells nothing about the session
    stopped = next((t["outcome"] for t in told if t["outcome"].risk and t["reason"] != ROBOTS_REASON), None)
    turn.ended(CrawlReport(source=source, stopped=stopped, outcomes=dict(outcomes)), engine=engine, clock=clock)
    return told


def spend_page(engine: Engine, source: str, account: str, *, at: datetime) -> None:
    """A picture is a page that the session has asked for."""
    with writing(engine).begin() as connection:
        spend(connection, source, account, at=at, pages=1)


def _kept(folder: Folder, engine: Engine, wanted: Wanted, picture: Picture, *, at: datetime) -> str:
    """Write the file, durably, and then its row. Returns the file's name within the evidence folder."""
    moment = at.astimezone(UTC)
    safe = "".join(c if c.isalnum() else "-" for c in wanted.document)[:80]
    name = Path(f"{moment:%Y-%m}") / f"{safe}-{moment:%Y%m%dT%H%M%SZ}.png"
    path = folder.evidence / name
    for part in (folder.evidence, path.parent):
        part.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(picture.png)
        out.flush()
        os.fsync(out.fileno())
    Screenshots(engine).add(
        Screenshot(
            document=wanted.document, taken_at=at, alert=wanted.alert, file=str(name),
            sha256=hashlib.sha256(picture.png).hexdigest(), url=picture.ended_at,
        )
    )  # fmt: skip
    return str(name)


def _risk(source: str, picture: Picture, at: datetime) -> PageSeen:
    return PageSeen(
        source=source, page="picture", url=picture.url, outcome=picture.outcome, reason=picture.reason, seen_at=at
    )
