"""Two transports, one parser: what a real browser hears at the pretended sites is what plain HTTP is told there."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
import httpx
import pytest
import uvicorn

from crawlers.archive import Archive, without_secrets
from crawlers.browser import why_no_browser
from crawlers.handoff import FolderInbox
from crawlers.sites.adapter import RawPage
from crawlers.sites.logins import LOGINS
from demo import catalogue, elsewhere
from demo.server import application
from domain.feeds import PageSeen
from tingchao.sources import ADAPTERS

ROOT = Path(__file__).parents[2]
RUNNER = Path(__file__).with_name("replica_runner.py")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "-")]


@pytest.fixture(scope="module")
def replica(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Any]]:
    """The pretended internet on loopback, its time standing still."""
    now = datetime.now(UTC)
    app = application(seed=1, started=now, now=lambda: now, folder=tmp_path_factory.mktemp("world"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}", app.state.world
    server.should_exit = True
    thread.join(10)


def jd() -> tuple[str, str]:
    sku = next(s for s, (_, offer) in catalogue.by_sku().items() if offer.site == "jd" and offer.reviewed)
    return "item", f"https://item.jd.com/{sku}.html"


def taobao() -> tuple[str, str]:
    return "item", f"https://detail.tmall.com/item.htm?id={next(iter(elsewhere.stalls('taobao')))}"


def weibo() -> tuple[str, str]:
    from crawlers.sites import weibo_addresses

    asked = weibo_addresses.desktop_search("澜川")
    return asked.page, asked.url


@pytest.mark.parametrize(
    ("site", "asked"), [("jd", jd()), ("taobao", taobao()), ("weibo", weibo())], ids=["jd", "taobao", "weibo"]
)
def test_both_transports_read_the_same(
    site: str, asked: tuple[str, str], replica: tuple[str, Any], tmp_path: Path
) -> None:
    origin, _ = replica
    cookies = dict.fromkeys(LOGINS[site].identity, "demo-1")
    argument = {
        "folder": str(tmp_path),
        "origin": origin,
        "site": site,
        "page": asked[0],
        "url": asked[1],
        "cookies": cookies,
    }
    done = subprocess.run(
        [sys.executable, str(RUNNER), json.dumps(argument)],
        capture_output=True, text=True, timeout=150, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["stopped"] is None, done.stdout
    inbox = FolderInbox(tmp_path / "inbox", pseudonym=lambda s, a: a)
    seen = [r for name in inbox.pending() for r in inbox.read(name) if isinstance(r, PageSeen)]
    adapter, archive = ADAPTERS[site](True), Archive(tmp_path / "archive")
    compared = 0
    for page in (archive.read_back(each.archive) for each in seen if each.archive and each.document_ids):
        if page.url.endswith("/client.action"):
            continue  # asked for by POST, whose body nobody keeps
        heard, told = adapter.parse(page), adapter.parse(plain(origin, page, cookies))
        assert told.documents == heard.documents
        assert told.stats == heard.stats
        assert told.outcome is heard.outcome
        compared += len(heard.documents)
    assert compared >= 10, [(s.page, s.url, s.outcome, s.items) for s in seen]


def plain(origin: str, page: RawPage, cookies: dict[str, str]) -> RawPage:
    """The same address asked for over plain HTTP."""
    parts = urlsplit(page.url)
    answer = httpx.get(
        f"{origin}{parts.path}?{parts.query}",
        headers={"Host": parts.netloc, "Cookie": "; ".join(f"{n}={v}" for n, v in (cookies | TOKENS).items())},
        trust_env=False,
    )
    headers = without_secrets(tuple((n.lower(), v) for n, v in answer.headers.items()))
    return attrs.evolve(page, body=answer.content, status=answer.status_code, headers=headers)


TOKENS = {"_m_h5_tk": "0a1b2c_1790000000000", "_m_h5_tk_enc": "0a"}
"""What the site's first answer gives every caller."""
