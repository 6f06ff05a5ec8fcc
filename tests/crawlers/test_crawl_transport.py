"""The plain transport against sites that misbehave: robots.txt of every kind, lying labels, endless and broken answers."""

import gzip
import json
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest

HOST = "www.pond.example"
PAGE = f"https://{HOST}/list?page=1"
LIST = json.dumps({"posts": [{"id": 1, "text": "漏水", "author": "a"}], "next": []}).encode()

BOTH_ENDINGS = (
    b"User-agent: EtaoSpider\r\nDisallow: /\nUser-agent: *\r\nDisallow: /private\nDisallow: /list\r\nAllow: /x\n"
)
LONG = b"# filler that says nothing at all\n" * 320_000


ROBOTS: dict[str, tuple[bytes, int, str]] = {
    "all": (b"User-agent: *\nDisallow: /\n", 200, "blocked"),
    "crlf-and-lf": (BOTH_ENDINGS, 200, "blocked"),
    "bom": (b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /list\r\n", 200, "blocked"),
    "cr": (b"User-agent: *\rDisallow: /list\r", 200, "blocked"),
    "case-and-wildcard": (b"USER-AGENT: *\nDISALLOW: /list*page=\n", 200, "blocked"),
    "our-name": (b"User-agent: Tingchao\nDisallow: /\n\nUser-agent: *\nAllow: /\n", 200, "blocked"),
    "longest-wins": (b"User-agent: *\nDisallow: /list\nAllow: /list?page=1$\n", 200, "ok"),
    "empty-rule": (b"User-agent: *\nDisallow:\n", 200, "ok"),
    "other-name": (b"User-agent: EtaoSpider\nDisallow: /\n", 200, "ok"),
    "html": (b"<html>busy</html>", 200, "ok"),
    "garbage": (b"\xff\xfe\x00garbage\x00", 200, "ok"),
    "nothing": (b"", 200, "ok"),
    "10-mb-rule-first": (b"User-agent: *\nDisallow: /list\n" + LONG, 200, "blocked"),
    "10-mb-rule-beyond-500-kib": (LONG + b"User-agent: *\nDisallow: /list\n", 200, "ok"),
    "404": (b"User-agent: *\nDisallow: /\n", 404, "ok"),
    "403": (b"User-agent: *\nDisallow: /\n", 403, "ok"),
    "429": (b"", 429, "unavailable"),
    "500": (b"", 500, "unavailable"),
}


def test_robots_are_read_as_rfc_9309_has_it(pond: Any, crawl: Any) -> None:
    pond.answer("/list?page=1", LIST)
    hosts = [f"{name}.pond.example" for name in ROBOTS]
    for host, (body, status, _) in zip(hosts, ROBOTS.values(), strict=True):
        pond.answer(f"{host}/robots.txt", body, status=status)
    done = crawl.run(first=[f"https://{host}/list?page=1" for host in hosts], job={"allowed_hosts": hosts})
    found = {s.url.split("/")[2].split(".")[0]: s.outcome for s in done.seen()}
    assert found == {name: outcome for name, (_, _, outcome) in ROBOTS.items()}
    assert sorted(a.host for a in pond.asked if a.path == "/list?page=1") == sorted(
        f"{name}.pond.example" for name, outcome in found.items() if outcome == "ok"
    )


def test_a_robots_file_that_is_packed_is_read_to_its_limit_and_no_bomb(pond: Any, crawl: Any) -> None:
    packed = gzip.compress(b"User-agent: *\nDisallow: /list\n" + LONG * 10)
    pond.answer("/robots.txt", packed, headers={"Content-Encoding": "gzip"})
    pond.answer("/list?page=1", LIST)
    assert [(s.outcome, s.reason) for s in crawl.run().seen()] == [("blocked", "robots.txt")]


def test_robots_that_lead_off_the_site_are_not_followed(pond: Any, crawl: Any) -> None:
    inside = pond.origin.removeprefix("http://")
    pond.answer("/robots.txt", status=302, headers={"Location": f"http://{inside}/secret"})
    pond.answer("/list?page=1", LIST)
    crawl.run()
    assert [a.path for a in pond.asked if a.path == "/secret"] == []


CODINGS: dict[str, tuple[str, bytes]] = {
    "plain-as-gzip": ("gzip", LIST),
    "plain-as-br": ("br", LIST),
    "plain-as-deflate": ("deflate", LIST),
    "gzip-as-br": ("br", gzip.compress(LIST)),
    "br-as-gzip": ("gzip", brotli.compress(LIST)),
    "br-as-deflate": ("deflate", brotli.compress(LIST)),
    "zlib-as-gzip": ("gzip", zlib.compress(LIST)),
    "gzip-unlabelled": ("", gzip.compress(LIST)),
}


def test_a_mislabelled_coding_is_read_all_the_same(pond: Any, crawl: Any) -> None:
    for name, (label, body) in CODINGS.items():
        pond.answer(f"/list?{name}", body, headers={"Content-Encoding": label} if label else {})
    done = crawl.run(first=[f"https://{HOST}/list?{name}" for name in CODINGS])
    assert [(s.outcome, s.items) for s in done.seen()] == [("ok", 1)] * len(CODINGS), done.seen()
    assert {done.archive.read_back(s.archive).body for s in done.seen()} == {LIST}


def test_half_a_gzip_stream_is_truncated_and_kept(pond: Any, crawl: Any) -> None:
    noise = json.dumps({"posts": [], "next": [], "noise": [n * 7919 % 10007 for n in range(20_000)]}).encode()
    packed = gzip.compress(noise)
    pond.answer("/list?page=1", packed[: len(packed) // 2], headers={"Content-Encoding": "gzip"})
    (seen,) = (done := crawl.run()).seen()
    assert seen.outcome == "truncated"
    kept = done.archive.read_back(seen.archive).body
    assert kept
    assert noise.startswith(kept)


def test_a_bomb_under_any_label_is_refused(pond: Any, crawl: Any) -> None:
    zeros = b"0" * 60_000_000
    for label, body in {
        "br": brotli.compress(zeros, quality=5),
        "deflate": zlib.compress(zeros),
        "zstd": gzip.compress(zeros),
    }.items():
        pond.answer(f"/list?{label}", body, headers={"Content-Encoding": label})
    done = crawl.run(first=[f"https://{HOST}/list?{label}" for label in ("br", "deflate", "zstd")])
    assert [(s.outcome, s.reason) for s in done.seen()] == [
        ("changed", "answer larger than 8 MiB once decompressed")
    ] * 3


def test_a_redirect_loop_ends_after_a_few_requests_and_is_told(pond: Any, crawl: Any) -> None:
    pond.answer("/list?page=1", status=302, headers={"Location": "/list?page=2"})
    pond.answer("/list?page=2", status=302, headers={"Location": "/list?page=1"})
    done = crawl.run()
    assert len(pond.paths()) == 6
    assert [(s.outcome, s.reason) for s in done.seen()] == [("changed", "redirected in a circle")]


def test_cookies_that_rotate_on_each_answer_never_replace_the_session(pond: Any, crawl: Any) -> None:
    for page in (1, 2, 3):
        pond.posts(page, [page], following=page < 3, headers={"Set-Cookie": f"XSRF-TOKEN={page * 111}; path=/"})
    done = crawl.run(job={"cookie": "SUB=mine"})
    assert [a.headers["Cookie"] for a in pond.asked if a.path.startswith("/list")] == ["SUB=mine"] * 3
    kept = b"".join(gzip.decompress(f.read_bytes()) for f in (crawl.folder / "archive").iterdir())
    assert b"XSRF" not in kept
    assert len(done.posts()) == 3


def test_a_site_whose_clock_is_eight_hours_ahead_does_not_move_ours(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1], following=False, headers={"Date": "Fri, 01 Jan 2038 08:00:00 GMT"})
    done = crawl.run(speed=0)  # a clock that stands still at 1970
    assert [s.seen_at.year for s in done.seen()] == [1970]


BAN = "<html><title>414 Request-URI Too Large</title><body>微博</body></html>".encode()


@pytest.mark.parametrize("status", [414, 403])
def test_a_ban_page_is_asked_for_once_and_the_page_waits(pond: Any, crawl: Any, status: int) -> None:
    pond.posts(1, [1])
    pond.answer("/list?page=2", BAN, status=status)
    pond.posts(3, [3])
    done = crawl.run(first=[f"https://{HOST}/list?page={n}" for n in (1, 2)])
    assert pond.paths().count("/list?page=2") == 1
    assert len(done.posts()) == 1
    assert done.report["wait_until"] is None


@pytest.mark.parametrize(("header", "seconds"), [("120", 120), ("Thu, 01 Jan 1970 08:02:00 GMT", 120)])
def test_a_site_that_names_a_time_is_left_alone_until_then(pond: Any, crawl: Any, header: str, seconds: int) -> None:
    pond.answer(
        "/list?page=1", b"", status=503, headers={"Retry-After": header, "Date": "Thu, 01 Jan 1970 08:00:00 GMT"}
    )
    pond.posts(9, [9])
    done = crawl.run(first=[PAGE, f"https://{HOST}/list?page=9"], speed=0)
    assert pond.paths() == ["/list?page=1"], "neither retried at once nor gone on"
    assert done.report["wait_until"] == f"1970-01-01T00:0{seconds // 60}:00+00:00"


# -- answers that no web server library would send --------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.fixture
def rough() -> Iterator[tuple[str, dict[str, Callable[[socket.socket], None]], list[str]]]:
    """A server that answers each path by a function of the bare connection."""
    ways: dict[str, Callable[[socket.socket], None]] = {}
    asked: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(way: socket.socket) -> None:
        with way:
            try:
                path = way.recv(65536).split(b" ", 2)[1].decode()
                asked.append(path)
                ways.get(
                    path, lambda w: w.sendall(b"HTTP/1.1 404 -\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                )(way)
            except (OSError, IndexError, UnicodeDecodeError):  # it hung up, or speaks TLS
                way.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def serve() -> None:
        while True:
            try:
                way, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(way,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}", ways, asked
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def drip(head: bytes, piece: bytes, pause_s: float, times: int) -> Callable[[socket.socket], None]:
    def send(way: socket.socket) -> None:
        way.sendall(head)
        for _ in range(times):
            way.sendall(piece)
            time.sleep(pause_s)

    return send


def reset(after: bytes) -> Callable[[socket.socket], None]:
    def send(way: socket.socket) -> None:
        way.sendall(after) if after else None
        time.sleep(0.05)
        way.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return send


def test_a_slow_drip_is_cut_at_the_deadline_of_the_whole_answer(rough: Any, crawl: Any) -> None:
    origin, ways, asked = rough
    ways["/list?page=1"] = drip(HEAD + b"Content-Length: 9000\r\n\r\n", b"x", 0.2, 1000)
    began = time.monotonic()
    done = crawl.run(origin=origin, job={"deadline": 1.5})
    assert time.monotonic() - began < 20
    assert [(s.outcome, s.reason) for s in done.seen()] == [("unavailable", "no answer in time")]
    assert asked.count("/list?page=1") == 3, "tried again twice"


def test_chunks_without_end_are_cut_at_the_cap_or_the_deadline(rough: Any, crawl: Any) -> None:
    origin, ways, _ = rough
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    ways["/list?page=1"] = drip(chunked, b"10000\r\n" + b"x" * 65536 + b"\r\n", 0, 100_000)
    ways["/list?page=2"] = drip(chunked, b"1\r\nx\r\n", 0.2, 1000)
    done = crawl.run(origin=origin, first=[PAGE, f"https://{HOST}/list?page=2"], job={"deadline": 1.5})
    assert [(s.outcome, s.reason) for s in done.seen()] == [
        ("changed", "answer larger than 8 MiB"),
        ("unavailable", "no answer in time"),
    ]


RESETS: dict[str, tuple[bytes, str]] = {
    "before-the-head": (b"", "unavailable"),
    "in-the-head": (HEAD, "unavailable"),
    "in-chunks": (HEAD + b'Transfer-Encoding: chunked\r\n\r\n5\r\n{"a":\r\n', "truncated"),
    "in-the-body": (HEAD + b'Content-Length: 500\r\n\r\n{"a":', "truncated"),
}


def test_a_connection_that_is_reset_gives_what_came_or_nothing_and_never_ends_the_crawl(rough: Any, crawl: Any) -> None:
    origin, ways, _ = rough
    for name, (after, _) in RESETS.items():
        ways[f"/list?{name}"] = reset(after)
    ways["/list?page=1"] = lambda way: way.sendall(HEAD + f"Content-Length: {len(LIST)}\r\n\r\n".encode() + LIST)
    done = crawl.run(origin=origin, first=[*(f"https://{HOST}/list?{name}" for name in RESETS), PAGE])
    assert [s.outcome for s in done.seen()] == [*(outcome for _, outcome in RESETS.values()), "ok"]


def test_a_reset_in_the_tls_handshake_is_no_answer(rough: Any, crawl: Any) -> None:
    origin, _, _ = rough
    done = crawl.run(origin=origin.replace("http:", "https:"), job={"obey_robots": False, "deadline": 3})
    assert [(s.outcome, s.reason) for s in done.seen()] == [("unavailable", "connection failed")]


def test_the_plain_transport_speaks_through_the_companys_proxy(rough: Any, crawl: Any, tmp_path: Path) -> None:
    origin, ways, asked = rough
    absolute = "http://www.pond.example/list?page=1"
    ways[absolute] = lambda way: way.sendall(HEAD + f"Content-Length: {len(LIST)}\r\n\r\n".encode() + LIST)
    proxy = origin.replace("http://", "http://crawler:secret@")
    done = crawl.run(
        origin="",
        first=[absolute, PAGE, "http://inside.example/list?page=1"],
        job={
            "upstream_proxy": proxy,
            "obey_robots": False,
            "deadline": 3,
            "allowed_hosts": [HOST, "inside.example"],
        },
        names={HOST: ["203.119.25.1"], "inside.example": ["10.0.0.9"]},
    )
    assert [s.outcome for s in done.seen()] == ["ok", "unavailable", "unavailable"]
    assert asked[0] == absolute
    assert set(asked[1:]) == {f"{HOST}:443"}, (
        "https asks the proxy for a tunnel, and the private name is not asked for at all"
    )
    assert "secret" not in (crawl.folder / "egress.jsonl").read_text()


def test_a_site_that_was_slow_once_is_asked_more_slowly(pond: Any, crawl: Any) -> None:
    for page in (1, 2, 3):
        pond.posts(page, [page], following=page < 3, pause_s=1.0 if page == 1 else 0.0)
    crawl.run(job={"delay": 0.02})
    times = [a.at for a in pond.asked if a.path.startswith("/list")]
    assert times[2] - times[1] >= 0.25, "the delay of the settings is 0.02"
