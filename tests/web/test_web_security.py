import re
import stat
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from flows.desk import Desk
from web.security import COOKIE, POLICY, Guard, host_name, installation_key


def token_of(browser: TestClient, path: str = "/watches") -> str:
    found = re.search(r'name="token" value="([^"]+)"', browser.get(path).text)
    assert found is not None
    return found[1]


def posts(app: FastAPI) -> list[str]:
    def walk(routes: list[object]) -> list[str]:
        paths: list[str] = []
        for route in routes:
            if isinstance(route, APIRoute) and "POST" in route.methods:
                paths.append(route.path)
            inner = getattr(route, "original_router", None) or getattr(route, "router", None)
            paths += walk(list(getattr(inner, "routes", [])))
        return paths

    return walk(list(app.routes))


def test_every_form_without_our_token_is_refused(browser: TestClient, app: FastAPI, desk: Desk) -> None:
    paths = posts(app)
    assert len(paths) >= 10
    browser.get("/")
    for path in paths:
        filled = re.sub(r"\{[^}]+\}", "a1", path)
        assert browser.post(filled, data={"by": "x"}).status_code == 403, path
    assert desk.alerts.get("a1").state.value == "open"  # type: ignore[union-attr]  # a1 exists


def test_a_token_of_another_browser_is_refused(app: FastAPI, browser: TestClient) -> None:
    mine = token_of(browser)
    with TestClient(app, base_url="http://127.0.0.1:8000") as other:
        other.get("/")
        assert other.post("/watches", data={"token": mine, "brand": "云岚"}).status_code == 403


def test_a_form_sent_by_another_site_is_refused_even_with_a_token(browser: TestClient) -> None:
    token = token_of(browser)
    for headers in ({"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        assert browser.post("/watches", data={"token": token, "brand": "云岚"}, headers=headers).status_code == 403


def test_our_own_form_goes_through(browser: TestClient) -> None:
    headers = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    answer = browser.post("/watches", data={"token": token_of(browser), "brand": "云岚"}, headers=headers)
    assert answer.status_code == 303


def test_an_old_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    guard = Guard(b"k" * 32)
    monkeypatch.setattr("time.time", lambda: 1_000_000.0)
    old = guard.token("browser")
    assert guard._is_ours(old, "browser")
    monkeypatch.setattr("time.time", lambda: 1_000_000.0 + 25 * 3600)
    assert not guard._is_ours(old, "browser")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil:80", "", "[::2]:80", "[::1"]
)
def test_a_foreign_host_name_is_refused(browser: TestClient, host: str) -> None:
    assert browser.get("/health", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:9000", "localhost", "LOCALHOST:8000", "[::1]:8000"])
def test_loopback_names_are_served(browser: TestClient, host: str) -> None:
    assert browser.get("/health", headers={"host": host}).status_code == 200


def test_a_host_header_is_read_without_its_port() -> None:
    assert host_name("[::1]:8000") == "::1"
    assert host_name("Localhost:1") == "localhost"


def test_each_answer_carries_the_policy_also_refusals_and_missing_pages(browser: TestClient) -> None:
    answers = [
        browser.get("/"),
        browser.get("/nowhere"),
        browser.get("/static/app.css"),
        browser.get("/api/feeds"),
        browser.post("/demo/leave"),
        browser.get("/", headers={"host": "evil.example"}),
    ]
    for answer in answers:
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in POLICY


def test_no_page_holds_a_script_a_style_or_a_handler_of_its_own(browser: TestClient) -> None:
    for path in ("/", "/story", "/alerts", "/alerts/a1", "/search?q=漏水", "/themes", "/prices", "/prices/jd:100200", "/feeds", "/watches", "/import", "/export"):  # fmt: skip
        html = browser.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)", html), path
        assert not re.search(r"<style|<[^>]*\s(?:style|on[a-z]+)=", html), path
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//(?!item\.jd\.com|m\.weibo\.cn)", html), path


def test_a_body_that_is_far_too_long_is_refused_before_it_is_read(browser: TestClient) -> None:
    assert browser.post("/import", content=b"x", headers={"content-length": str(10**10)}).status_code == 413


def test_the_cookie_is_strict_and_out_of_reach_of_scripts(browser: TestClient) -> None:
    cookie = browser.get("/").headers["set-cookie"].lower()
    assert cookie.startswith(COOKIE)
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_sentence_in_the_address_is_shown_only_if_we_said_it(browser: TestClient) -> None:
    assert "请立刻汇款" not in browser.get("/feeds", params={"said": "请立刻汇款"}).text
    guard = Guard(b"k" * 32)
    assert guard.unseal(guard.seal("已保存")) == "已保存"


def test_the_installation_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    first = installation_key(tmp_path / "var")
    assert len(first) == 32
    assert installation_key(tmp_path / "var") == first
    assert stat.S_IMODE((tmp_path / "var" / "console.key").stat().st_mode) == 0o600
