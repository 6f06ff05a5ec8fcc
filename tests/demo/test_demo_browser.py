"""A real browser shows the item page: its scripts find the reviews and the price on the pretended hosts."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from crawlers.browser import find_chromium
from demo import catalogue
from demo.certificate import made_certificate
from demo.server import application
from demo.sites import HOSTS

from .conftest import SEED, START, MovedClock

pytestmark = pytest.mark.browser


@pytest.fixture
def tls_port(clock: MovedClock, tmp_path: Path) -> Iterator[int]:
    app = application(seed=SEED, started=START, now=clock, folder=tmp_path)
    certificate, key = made_certificate(tmp_path, HOSTS)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, ssl_certfile=certificate, ssl_keyfile=key, log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=lambda: asyncio.run(server._serve([listener])))
        thread.start()
        yield int(listener.getsockname()[1])
        server.should_exit = True
        thread.join(10)


def test_chromium_shows_reviews_and_price_and_turns_the_page(tls_port: int) -> None:
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium here: ./run install browser")
    from playwright.sync_api import sync_playwright

    rules = f"--host-resolver-rules=MAP * 127.0.0.1:{tls_port}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[rules])
        page = browser.new_page(ignore_https_errors=True)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(catalogue.products()[1].offers[0].url)
        page.wait_for_selector(".comment-item")
        assert page.locator(".comment-item").count() == 10
        assert page.inner_text(".price").endswith(".00")
        page.wait_for_function("document.getElementById('good-rate').textContent.startsWith('好评')")
        with page.expect_response("**/client.action") as listed:
            page.click(".all-comments")
        assert len(listed.value.json()["result"]["floors"][1]["data"]) == 11  # ten reviews and an advert
        page.click(".ui-pager-next")
        page.wait_for_function("document.querySelectorAll('.comment-item').length === 20")
        shown = [item.get_attribute("data-id") for item in page.locator(".comment-item").all()]
        browser.close()
    assert len(set(shown)) == 20
    assert complaints == []
