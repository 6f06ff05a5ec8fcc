import tomllib
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from domain.times import parse_iso
from web.live import Fresh
from web.rendering import STATIC, address, duration, external, figure, marked, moment, money, since

NOW = parse_iso("2025-04-30T19:20:00+08:00")


def test_vendored_files_are_the_ones_we_recorded_and_carry_their_licences() -> None:
    folder = STATIC / "vendor"
    recorded = tomllib.loads((folder / "VENDORED.toml").read_text())["file"]
    for entry in recorded:
        assert sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]
        assert entry["version"]
        assert entry["licence"]
        assert all((folder / name).stat().st_size > 200 or name.startswith("NOTICE") for name in entry["licence_files"])
    known = {e["file"] for e in recorded} | {n for e in recorded for n in e["licence_files"]} | {"VENDORED.toml"}
    assert {p.name for p in folder.iterdir()} == known


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://a/b", "https://", "http://[", "", " javascript:x"])  # fmt: skip
def test_only_web_addresses_become_links(url: str) -> None:
    assert external(url) == ""


def test_a_web_address_stays_as_it_is() -> None:
    assert external("https://m.weibo.cn/status/5") == "https://m.weibo.cn/status/5"


@given(st.text(max_size=40), st.lists(st.integers(0, 40), max_size=6, unique=True))
def test_marking_only_adds_marks(text: str, cuts: list[int]) -> None:
    from markupsafe import escape

    ends = sorted(c for c in cuts if c <= len(text))
    spans = list(zip(ends[::2], ends[1::2], strict=False))
    html = marked(text, spans)
    assert html.replace("<mark>", "").replace("</mark>", "") == str(escape(text))
    assert html.count("<mark>") == len(spans)


def test_times_are_read_in_shanghai_and_as_short_as_clear() -> None:
    assert moment(NOW - timedelta(hours=1), NOW) == "今天 18:20"
    assert moment(NOW - timedelta(hours=20), NOW) == "昨天 23:20"
    assert moment(NOW - timedelta(days=3), NOW) == "4月27日 19:20"
    assert moment(NOW - timedelta(days=200), NOW) == "2024年10月12日 19:20"
    assert moment(None, NOW) == "—"
    assert [since(NOW - timedelta(minutes=m), NOW) for m in (0, 5, 90, 3000)] == [
        "刚刚",
        "5 分钟前",
        "1 小时前",
        "2 天前",
    ]
    assert since(None, NOW) == "从未"


def test_lengths_amounts_and_figures() -> None:
    assert [duration(s) for s in (None, 12, 250, 240, 7500)] == ["—", "12 秒", "4 分 10 秒", "4 分", "2 小时 5 分"]
    assert [money(Decimal(a)) for a in ("1299.00", "39.9")] == ["¥1,299", "¥39.90"]
    assert [figure(v) for v in (None, 1234, 2.1, 2.0, 123.4)] == ["—", "1,234", "2.1", "2", "123"]


def test_an_address_leaves_out_what_is_empty() -> None:
    assert address("/search", {"q": "漏水", "brand": "澜川"}, brand="", sort=None) == "/search?q=%E6%BC%8F%E6%B0%B4"
    assert address("/search") == "/search"


def test_a_polled_page_is_read_once_for_all_who_ask() -> None:
    reads: list[str] = []
    at = [0.0]

    def read(key: str) -> int:
        reads.append(key)
        return len(reads)

    page = Fresh(read, seconds=1.0, clock=lambda: at[0])
    assert (page("a"), page("a"), page("b")) == (1, 1, 2)
    at[0] = 1.5
    assert page("a") == 3
    assert reads == ["a", "b", "a"]


def test_rest_is_described_and_answers(browser: TestClient) -> None:
    described = browser.get("/api/openapi.json").json()["paths"]
    for path in ("/api/overview", "/api/search", "/api/alerts", "/api/themes", "/api/prices", "/api/feeds", "/health"):
        assert path in described
        assert browser.get(path).status_code == 200
    overview = browser.get("/api/overview").json()
    assert all(len(b["counts"]) == len(overview["trend"]["days"]) for b in overview["trend"]["brands"])
    assert browser.get("/api/prices").json()[0]["floor"] == "1299"
