"""The whole product in its demo, as a person starts it, and a real Chromium that writes down what it complains about."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("TINGCHAO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or ""
WIDTHS = {1280: 800, 390: 844}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running demo whose 90 days of history are in."""
    folder = tmp_path_factory.mktemp("product")
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "tingchao", "run", "--demo", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "TINGCHAO_DATA": str(folder / "var")},
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, f"{line!r}: {(folder / 'log').read_text()[-2000:]}"
        wait_for(lambda: "90 天历史已导入" in (folder / "log").read_text("utf-8"), seconds=120)
        yield found[0]
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        assert process.stdout is not None
        process.stdout.close()
        log.close()


def wait_for(happened: Callable[[], object], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.3)


@attrs.define
class Window:
    """One browser window and what it complained about."""

    page: Page
    complaints: list[str]
    base: str

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)
        self.page.wait_for_load_state("networkidle")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; each gets a window without memory of the others."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine: apt-get install chromium, or set TINGCHAO_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(params=list(WIDTHS))
def window(request: pytest.FixtureRequest, chromium: Browser, product: str) -> Iterator[Window]:
    """A window at each width."""
    width = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": WIDTHS[width]}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    page = context.new_page()
    complaints: list[str] = []

    def outside(asked: Request) -> None:
        if not asked.url.startswith((product, "data:")):
            complaints.append(f"asked an outside host: {asked.url}")

    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on("request", outside)
    yield Window(page=page, complaints=complaints, base=product)
    context.close()


@pytest.fixture(scope="module")
def alert_id(product: str) -> str:
    """An alert of the running demo: script 1 is started as a person would by opening the first page."""
    httpx.get(product + "/")

    def first() -> list[dict[str, str]]:
        return [a for a in httpx.get(product + "/api/alerts").json() if a["kind"] in ("severe", "surge")]

    wait_for(first, seconds=240)
    return first()[0]["id"]
