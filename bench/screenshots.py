"""Pictures of the console for the README and the guide: plays script 1 in a fresh demo and photographs it.

python bench/screenshots.py [FOLDER]    into docs/screenshots/ by default; needs Chromium and the browser extra, about 3 minutes.
python bench/screenshots.py --at http://127.0.0.1:8000 [FOLDER]    of a demo that is already running.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).parents[1]
SIZES = {1280: 800, 390: 844}
PAGES = {
    "overview": "/",
    "story": "/story",
    "alert": "/alerts/{alert}",
    "search": "/search?q=漏水 AND sentiment:negative",
    "themes": "/themes",
    "reviews": "/reviews",
    "prices": "/prices/{sku}",
    "watches": "/watches",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--at", default="", help="address of a running demo")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.at:
        photograph(asked.at, asked.folder)
        return
    with tempfile.TemporaryDirectory() as place, demo(Path(place)) as address:
        photograph(address, asked.folder)


@contextmanager
def demo(place: Path) -> Iterator[str]:
    """A fresh demo, for the length of the block; gives its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tingchao", "run", "--demo", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "TINGCHAO_DATA": str(place)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found, "the product did not print its address"
        yield found[0]
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def photograph(address: str, folder: Path) -> None:
    """Wait until script 1 has led to a message, then take each page at each width."""
    until(lambda: len(httpx.get(address + "/api/overview").json()["trend"]["brands"]) >= 5, "history")
    httpx.get(address + "/")
    until(lambda: severe(address), "the alert of script 1")
    time.sleep(15)  # real seconds: the wave behind the first post comes in
    names = {"alert": severe(address), "sku": httpx.get(address + "/api/prices").json()[0]["sku"]}
    with sync_playwright() as playwright:
        chromium = os.environ.get("TINGCHAO_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for width in SIZES:
            for name, path in PAGES.items():
                take(browser, address + path.format(**names), width, folder / f"{name}-{width}.png")
        browser.close()


def take(browser: Browser, url: str, width: int, path: Path) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]}, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    page = context.new_page()
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(700)
    page.screenshot(path=str(path))
    context.close()
    print(path, file=sys.stderr)


def severe(address: str) -> str:
    alerts = httpx.get(address + "/api/alerts").json()
    return next((a["id"] for a in alerts if a["kind"] == "severe"), "")


def until(happened: Callable[[], object], what: str, *, seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {seconds:g} s for {what} in vain")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
