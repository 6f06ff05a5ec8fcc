"""清除演示数据: one click in a real browser, and the person's own installation opens at the same address."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from crawlers.browser import find_chromium, why_no_browser

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(bool(why_no_browser()), reason=f"no browser: {why_no_browser()}"),
]


def test_one_click_takes_the_demo_away_and_opens_the_real_installation(tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    with (tmp_path / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tingchao", "run", "--demo", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=log,
            env={k: v for k, v in os.environ.items() if k != "TINGCHAO_DEMO"} | {"TINGCHAO_DATA": str(tmp_path)},
            start_new_session=True,
        )
    try:
        assert process.stdout
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline().decode())
        assert address
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=find_chromium(),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            page = browser.new_page()
            page.goto(address[0] + "/")
            page.get_by_role("button", name="清除演示数据").first.click()
            page.wait_for_url("**/watches*", timeout=60_000)
            assert page.get_by_text("演示数据").count() == 0
            browser.close()
        assert not (tmp_path / "demo").exists()
        assert (tmp_path / "tingchao.toml").exists()
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.wait(60)
        if process.stdout:
            process.stdout.close()
