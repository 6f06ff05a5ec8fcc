"""The invented site "pond" on loopback, and a way to crawl it in a process of its own."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import attrs
import pytest

from crawlers.archive import Archive
from crawlers.handoff import FolderInbox
from domain.documents import Post
from domain.feeds import PageSeen

ROOT = Path(__file__).parents[2]
RUNNER = Path(__file__).with_name("crawl_runner.py")
HOST = "www.pond.example"


@attrs.define
class Asked:
    """One request that the site received."""

    host: str
    path: str
    headers: dict[str, str]
    at: float


@attrs.define
class Reply:
    """What the site answers. `length` lies about the body where it is given."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = attrs.field(factory=dict)
    length: int | None = None
    pause_s: float = 0.0


@attrs.define
class Pond:
    """A site that answers by path, or by host and path, and remembers who asked for what."""

    origin: str
    pages: dict[str, Reply] = attrs.field(factory=dict)
    asked: list[Asked] = attrs.field(factory=list)

    def posts(self, page: int, ids: list[int], *, following: bool = True, **reply: Any) -> None:
        """Put a list page: posts with these ids, and a link to the next page."""
        rows = [{"id": i, "text": f"漏水 {i}", "author": f"小池{i}"} for i in ids]
        following_urls = [f"https://{HOST}/list?page={page + 1}"] if following else []
        self.pages[f"/list?page={page}"] = Reply(body=pond_json(rows, following_urls), **reply)

    def answer(self, path: str, body: bytes = b"", **reply: Any) -> None:
        """Put any answer at a path."""
        self.pages[path] = Reply(body=body, **reply)

    def paths(self) -> list[str]:
        """Paths asked for, robots.txt left out, in order."""
        return [each.path for each in self.asked if each.path not in ("/robots.txt", "/favicon.ico")]


def pond_json(rows: list[dict[str, Any]], following: list[str]) -> bytes:
    """A list page as the site writes it: GBK."""
    return json.dumps({"posts": rows, "next": following}, ensure_ascii=False).encode("gb18030")


@pytest.fixture
def pond() -> Iterator[Pond]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append(Asked(self.headers["Host"], self.path, dict(self.headers), time.monotonic()))
            here = site.pages.get(f"{self.headers['Host']}{self.path}")
            reply = here or site.pages.get(self.path, Reply(status=404))
            time.sleep(reply.pause_s)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            self.end_headers()
            try:
                self.wfile.write(reply.body)
            except OSError:  # the reader hung up: that is what some tests are about
                self.close_connection = True
            if reply.length is not None:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site = Pond(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@attrs.define
class Crawl:
    """A crawl that ran: its report, its log, and what it left behind."""

    report: dict[str, Any]
    log: str
    folder: Path

    @property
    def inbox(self) -> FolderInbox:
        return FolderInbox(self.folder / "inbox", pseudonym=lambda s, a: a)

    @property
    def archive(self) -> Archive:
        return Archive(self.folder / "archive")

    def records(self) -> list[Any]:
        """Everything in the inbox, in order."""
        return [record for name in self.inbox.pending() for record in self.inbox.read(name)]

    def posts(self) -> list[Post]:
        return [r for r in self.records() if isinstance(r, Post)]

    def seen(self) -> list[PageSeen]:
        return [r for r in self.records() if isinstance(r, PageSeen)]


@attrs.define
class Crawler:
    """Starts crawls of the pond."""

    pond: Pond
    folder: Path

    def start(self, *, first: list[str] | None = None, **asked: Any) -> "subprocess.Popen[str]":
        """A crawl in the background, in a process group of its own."""
        argument = {
            "folder": str(self.folder),
            "origin": self.pond.origin,
            "first": [f"https://{HOST}/list?page=1"] if first is None else first,
        } | asked
        return subprocess.Popen(
            [sys.executable, str(RUNNER), json.dumps(argument)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"},
        )

    def run(self, **asked: Any) -> Crawl:
        """A crawl, to its end."""
        process = self.start(**asked)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return Crawl(json.loads(out), err, self.folder)


@pytest.fixture
def crawl(pond: Pond, tmp_path: Path) -> Crawler:
    return Crawler(pond, tmp_path)
