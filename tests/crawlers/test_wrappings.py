"""The same answer however it is wrapped: content codings, callbacks, and pages that were cut, over every golden sample."""

import json
import tomllib
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from backports import zstd

from crawlers.parsing import parse_file

SAMPLES = Path(__file__).parents[1] / "samples"
SEEN = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
CASES = {
    f"{case.parent.name}/{case.name}": (
        tomllib.loads((case / "origin.toml").read_text("utf-8"))["url"],
        next(case.glob("page.*")).read_bytes(),
    )
    for site in sorted(SAMPLES.iterdir())
    for case in sorted(site.iterdir())
}
BODIES = {name: case for name, case in CASES.items() if not case[1].startswith(b"HTTP/1.")}
# a product's page may say all of itself in its head, and many shops never close theirs
PAGES = {
    name: (url, body)
    for name, (url, body) in BODIES.items()
    if not name.startswith("shop/") and "/item" not in name
    if b"<html" in body[:200].lower() and b"</html" in body.lower()
}


def lines(body: bytes, url: str) -> list[dict[str, Any]]:
    return parse_file(body, url=url, seen_at=SEEN, mask=lambda text: text, pseudonym=lambda source, author: author)


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "pack"), [("br", brotli.compress), ("zstd", zstd.compress), ("deflate", raw_deflate)]
)
@pytest.mark.parametrize("name", BODIES)
def test_a_declared_coding_is_undone(name: str, coding: str, pack: Any) -> None:  # Any: three libraries' functions
    url, body = BODIES[name]
    if not body:
        return
    wrapped = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n".encode() + pack(body)
    assert lines(wrapped, url) == lines(body, url)


@pytest.mark.parametrize("name", [name for name, (_, body) in BODIES.items() if body.lstrip()[:1] in (b"{", b"[")])
@pytest.mark.parametrize("before", ["cb7(", '/**/ typeof cb7 === "function" && cb7(', "try{cb7("])
def test_a_callback_changes_nothing(name: str, before: str) -> None:
    url, body = BODIES[name]
    plain = lines(body, url)
    if plain[0]["outcome"] in ("truncated", "changed"):
        return
    called = lines(before.encode() + body.strip() + b");", url)
    assert [called[0]["outcome"], called[1:]] == [plain[0]["outcome"], plain[1:]]


@pytest.mark.parametrize("name", PAGES)
def test_a_web_page_that_is_cut_is_never_taken_for_a_whole_one(name: str) -> None:
    url, body = PAGES[name]
    for part in (0.1, 0.3, 0.6, 0.9):
        found = lines(body[: int(len(body) * part)], url)
        assert found[0]["outcome"] not in ("ok", "empty", "end"), part


@pytest.mark.parametrize("status", [400, 401, 403, 404, 414, 418, 429, 432, 500, 502])
@pytest.mark.parametrize("body", [{"ok": 0}, {"ok": 0, "msg": "还没有人赞过"}, {"ok": 1, "data": []}])
def test_a_refusal_of_weibo_is_no_empty_list(status: int, body: dict[str, Any]) -> None:
    url = "https://m.weibo.cn/comments/hotflow?id=4383183661430868&mid=4383183661430868&max_id_type=0"
    head = f"HTTP/1.1 {status} X\r\n\r\n".encode()
    assert lines(head + json.dumps(body).encode(), url)[0]["outcome"] not in ("ok", "empty", "end")


def test_text_around_complaints_that_cannot_be_read_is_no_empty_list() -> None:
    url = "https://tousu.sina.com.cn/api/index/s?keywords=x&page=1"
    for text in ("2026-03-01 于黑猫投诉平台发起\n岭上电器\n[投诉对象]岭上电器\n[投诉要求]退款", "x [投诉对象]岭上电器"):
        assert lines(text.encode(), url)[0]["outcome"] == "changed"


FAULTS = {
    "blocked": "<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>",
    "unavailable": "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
    "rate_limited": "<html><body>您的访问请求过于频繁，请等一等</body></html>",
}


@pytest.mark.parametrize("outcome", FAULTS)
@pytest.mark.parametrize(
    "url", sorted({url for name, (url, _) in BODIES.items() if not name.startswith(("shop", "rss"))})
)
def test_a_servers_own_page_is_named_for_what_it_says_though_its_status_is_200(url: str, outcome: str) -> None:
    if "passport" in url or "risk_handler" in url or "login" in url or "punish" in url or "wappass" in url:
        return  # the address has said it already
    assert lines(FAULTS[outcome].encode(), url)[0]["outcome"] == outcome


def test_json_without_a_word_is_no_empty_list_of_comments() -> None:
    url = "https://m.weibo.cn/comments/hotflow?id=4383183661430868&mid=4383183661430868&max_id_type=0"
    assert lines(b"{}", url)[0]["outcome"] == "changed"
    assert lines(b"[]", "https://tousu.sina.com.cn/api/index/s?keywords=x&page=1")[0]["outcome"] == "changed"
