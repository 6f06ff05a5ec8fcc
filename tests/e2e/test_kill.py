"""`kill -9` of the whole process tree in the middle of a crawl, three times: nothing lost, nothing twice."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(600)
SPEED = "30"
SEARCHED = timedelta(days=3)
"""Well within the week that the world's search reaches back; the imported history ends before it."""


class Product:
    """One run of `tingchao run --demo` in its own process group."""

    def __init__(self, log: Path) -> None:
        with log.open("ab") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tingchao", "run", "--demo", "--port", "0", "--speed", SPEED],
                stdout=subprocess.PIPE,
                stderr=out,
                start_new_session=True,
            )
        assert self._process.stdout
        line = self._process.stdout.readline().decode()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, log.read_text()[-2000:]
        self.address = found[0]

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._ended()

    def end(self) -> int:
        """Ctrl-C; returns the exit code."""
        os.kill(self._process.pid, signal.SIGINT)
        return self._ended()

    def _ended(self) -> int:
        assert self._process.stdout
        code = self._process.wait(60)
        self._process.stdout.close()
        return code


def until(condition: Callable[[], bool], *, patience_s: float, what: str) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError(f"not within {patience_s} s: {what}")


def get(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=20) as answer:
        return json.load(answer)


def test_three_times_kill_nine_in_the_middle_of_a_crawl_loses_nothing_and_repeats_nothing(
    tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    data = tmp_path / "data"
    shutil.copytree(template, data)
    monkeypatch.setenv("TINGCHAO_DATA", str(data))
    (data / "demo" / "demo.json").unlink()  # this test's world begins now, with its own clock
    (data / "demo" / "heartbeat").unlink(missing_ok=True)
    demo, log = data / "demo", tmp_path / "run.log"
    for _ in range(3):
        product = Product(log)
        try:
            until(lambda: _crawling(demo), patience_s=90, what="a crawl with answers archived")
        finally:
            product.kill()
    product = Product(log)
    try:
        base = f"http://127.0.0.1:{get_state(demo)['port']}"
        asked = datetime.fromisoformat(get(f"{base}/__world/clock")["world_time"])
        since, last = (urllib.parse.quote(t.isoformat()) for t in (asked - SEARCHED, asked - timedelta(minutes=1)))
        watched = ("澜川", "沐禾", "北澈", "恒岚", "瑞栖")
        expected: set[str] = set()
        for name in watched:
            query = urllib.parse.quote(name)
            answer = get(f"{base}/__world/ids?kind=post&since={since}&until={last}&query={query}")
            expected |= {f"{answer['site']}:{i}" for i in answer["ids"]}
        assert len(expected) >= 100, "days of posts that only the crawls can have brought"
        until(lambda: expected <= stored_ids(demo), patience_s=150, what="every post of the world is stored")
        until(lambda: not list((demo / "inbox").glob("*.jsonl")), patience_s=60, what="an empty inbox")
    finally:
        assert product.end() == 0, log.read_text()[-3000:]
    from tingchao.folders import demo_folder
    from tingchao.wiring import opened, store_waiting

    store_waiting(demo_folder())  # the end may have come between the last commit and its place in the index
    with opened(demo_folder()) as house:
        from index.query import Everything

        ids = [document.id for document in house.desk.documents.scan(Everything())]
    assert len(ids) == len(set(ids)), "the index holds a document twice"
    assert set(ids) == stored_ids(demo), "index and ledger differ"


def get_state(demo: Path) -> dict[str, Any]:
    return dict(json.loads((demo / "demo.json").read_text("utf-8")))


def stored_ids(demo: Path) -> set[str]:
    import sqlite3

    with sqlite3.connect(demo / "tables.db", timeout=30) as connection:
        return {row[0] for row in connection.execute("select id from documents")}


def _crawling(demo: Path) -> bool:
    """A crawl runs, and has just archived an answer: it is in the middle of its work."""
    import fcntl

    newest = max((p.stat().st_mtime for p in (demo / "archive").rglob("*.warc.gz")), default=0.0)
    if time.time() - newest > 1:
        return False
    for path in demo.glob("crawl-*.lock"):
        with path.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
    return False
