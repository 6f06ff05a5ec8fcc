"""No page, redirect, name or link leads into the machine's own network: over both transports, counted by a listener inside.

Each vector is one way to make the crawl ask 127.0.0.1 (or another inside address). The listener answers everything, on all
loopback addresses and IPv6, and counts: it must stay at 0.
"""

import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from crawlers.addresses import is_allowed, may_follow
from crawlers.browser import why_no_browser

HOST, API = "www.pond.example", "api.pond.example"


@attrs.define
class Inside:
    """A listener that no crawl may reach."""

    port: int
    hits: list[str] = attrs.field(factory=list)


@pytest.fixture
def inside() -> Iterator[Inside]:
    listeners = [socket.create_server(("", 0))]  # every IPv4 address of this machine, 127.0.0.2 too
    port = listeners[0].getsockname()[1]
    if socket.has_ipv6:
        listeners.append(socket.create_server(("::1", port), family=socket.AF_INET6))
    found = Inside(port)

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                way, _ = listener.accept()
            except OSError:
                return
            with way:
                way.settimeout(0.5)
                try:
                    found.hits.append(way.recv(2000).decode("latin-1").splitlines()[0])
                    way.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nAccess-Control-Allow-Origin: *\r\n\r\n{}")
                except (OSError, IndexError):
                    found.hits.append("a connection")

    threads = [threading.Thread(target=serve, args=(each,), daemon=True) for each in listeners]
    for thread in threads:
        thread.start()
    yield found
    for each in listeners:
        each.shutdown(socket.SHUT_RDWR)
        each.close()
    for thread in threads:
        thread.join(5)


def addresses(port: int) -> list[str]:
    """Ways to write an address inside, as a link would have it."""
    hosts = [
        # IPv4, also as libc reads it: decimal, octal, hexadecimal, fewer parts
        "127.0.0.1", "127.0.0.2", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "017700000001", "127.1", "127.0.1",
        "0", "0.0.0.0", "127.0.0.1.", "127.000.000.001", "①②⑦.0.0.1", "127。0。0。1", "127%2e0%2e0%2e1",
        # IPv6: itself, mapped, compatible, translated, tunnelled, with a zone
        "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fe80::1%25lo]", "[::1%25lo]", "[fd00::1]", "[fec0::1]",
        # networks inside
        "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "[fd00:ec2::254]",
        # names
        "localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost", "127.0.0.1.nip.example",
    ]  # fmt: skip
    return [f"{scheme}://{host}:{port}/hit" for host in hosts for scheme in ("http", "https")]


def disguises(port: int) -> list[str]:
    """Addresses that look like the site's own, to one reader or another."""
    inner = f"127.0.0.1:{port}"
    return [
        f"http://{HOST}@{inner}/hit", f"http://{HOST}:80@{inner}/hit", f"http://user:pw@{inner}/hit",
        f"http://{inner}\\@{HOST}/hit", f"http://{HOST}\\@{inner}/hit", f"http:\\\\{inner}\\hit",
        f"http://{inner}#@{HOST}/", f"http://{inner}?@{HOST}/", f"http://{HOST}.{inner}/hit",
        f"http:///{inner}/hit", f"http:/{inner}/hit", f"http:{inner}/hit", f"//{inner}/hit", f"\\\\{inner}\\hit",
        f"http://{HOST}\t.{inner}/hit", f"http://\n{inner}/hit", f"ht\ntp://{inner}/hit", f" http://{inner}/hit",
        f"http://{HOST}\x00.{inner}/hit", f"http://{HOST}%00@{inner}/hit", f"http://{HOST}%40{inner}/hit",
        f"https://{HOST}:{port}/hit", f"https://{HOST}.:443/hit", f"https://{HOST}:443@{inner}/", f"https://xn--{HOST}/hit",
        f"http://[{HOST}]@{inner}/hit", "https://www.pond.example:0/hit", "https://www.pond.example:65536/hit",
        "https://www.pond.exаmple/hit", "https://ｗｗｗ.pond.example.evil.example/hit",
        f"file://{inner}/etc/passwd", "file:///etc/passwd", "data:application/json,{}", f"ftp://{inner}/hit",
        f"gopher://{inner}/_GET%20/hit", f"dict://{inner}/hit", f"ldap://{inner}/hit", f"ws://{inner}/hit",
        f"view-source:http://{inner}/hit", "blob:https://www.pond.example/1", "about:blank", "javascript:fetch('/hit')",
        f"jar:http://{inner}/hit!/", f"s3://{inner}/hit", f"feed:http://{inner}/hit",
    ]  # fmt: skip


def vectors(port: int) -> list[str]:
    """All of them: well over sixty."""
    return [*addresses(port), *disguises(port)]


def test_there_are_more_than_sixty() -> None:
    assert len(set(vectors(9))) >= 120


def test_none_of_them_is_an_address_of_the_site() -> None:
    assert [v for v in vectors(9) if is_allowed(v, (HOST, API))] == []


def test_a_private_host_is_reached_from_itself_and_from_the_settings_only() -> None:
    private = ("127.0.0.1:1200",)
    hosts = (HOST, *private)
    own, foreign = "http://127.0.0.1:1200/a", f"https://{HOST}/list"
    assert may_follow("http://127.0.0.1:1200/b", from_url=own, hosts=hosts, private_hosts=private)
    assert not may_follow("http://127.0.0.1:1200/b", from_url=foreign, hosts=hosts, private_hosts=private)
    assert may_follow(foreign, from_url=own, hosts=hosts, private_hosts=private)
    assert not may_follow("http://127.0.0.1:1201/b", from_url=own, hosts=hosts, private_hosts=private)


def test_plain_links_of_a_hostile_body_hit_nothing(pond: Any, crawl: Any, inside: Inside) -> None:
    from tests.crawlers.conftest import pond_json

    pond.answer("/list?page=1", pond_json([{"id": 1, "text": "漏水", "author": "a"}], vectors(inside.port)))
    done = crawl.run(job={"obey_robots": False})
    assert [p.id for p in done.posts()] == ["pond:1"], done.log
    assert pond.paths() == ["/list?page=1"]
    assert inside.hits == []


def test_plain_first_pages_that_a_mistake_put_there_hit_nothing(pond: Any, crawl: Any, inside: Inside) -> None:
    done = crawl.run(first=vectors(inside.port), job={"obey_robots": False, "pages_limit": 500})
    assert {s.outcome for s in done.seen()} == {"changed"}
    assert len(done.seen()) == len(set(vectors(inside.port)))
    assert inside.hits == []


@pytest.mark.parametrize("robots", [True, False], ids=["robots-first", "at-once"])
def test_plain_hosts_that_even_the_settings_allow_hit_nothing(crawl: Any, inside: Inside, robots: bool) -> None:
    """The generic shop takes its hosts from what people paste: such hosts are allowed by name, and must fail by address."""
    literal = ["127.0.0.1", "127.0.0.2", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "localhost", "2130706433", "127.1",
               "0x7f000001", "0177.0.0.1", "0", "0.0.0.0", "[::]"]  # fmt: skip
    names = {
        "inside.example": ["127.0.0.1"], "six.example": ["::1"], "mapped.example": ["::ffff:127.0.0.1"],
        "both.example": ["203.119.25.1", "127.0.0.1"], "lan.example": ["10.0.0.1"], "meta.example": ["169.254.169.254"],
        "nat64.example": ["64:ff9b::7f00:1"], "local.example": ["fe80::1"], "cgnat.example": ["100.64.0.1"],
        "zero.example": ["0.0.0.0"],
    }  # fmt: skip
    hosts = [f"{host}:{inside.port}" for host in (*literal, *names)]
    first = [f"http://{host}/hit" for host in hosts]
    done = crawl.run(
        origin="",
        first=first,
        job={"obey_robots": robots, "allowed_hosts": hosts, "deadline": 4, "pages_limit": 100},
        names=names,
    )
    assert len(done.seen()) == len(first)
    assert {s.outcome for s in done.seen()} == {"unavailable"}
    assert inside.hits == []
    refused = [json.loads(line) for line in (crawl.folder / "egress.jsonl").read_text().splitlines()]
    assert all(line["refused"] for line in refused)


def test_plain_names_that_change_their_mind_hit_nothing(crawl: Any, inside: Inside) -> None:
    """DNS rebinding: public when looked at, inside a moment later."""
    names = {f"rebind{n}.example": [["127.0.0.1"], ["203.119.25.1"]] if n % 2 else [["::1"]] for n in range(4)}
    hosts = [f"{name}:{inside.port}" for name in names]
    done = crawl.run(
        origin="", first=[f"http://{host}/hit" for host in hosts], names=names,
        job={"obey_robots": False, "allowed_hosts": hosts, "deadline": 3},
    )  # fmt: skip
    assert {s.outcome for s in done.seen()} == {"unavailable"}
    assert inside.hits == []


def test_plain_redirects_of_every_kind_hit_nothing(pond: Any, crawl: Any, inside: Inside) -> None:
    inner = f"127.0.0.1:{inside.port}"
    first = []
    for status in (300, 301, 302, 303, 307, 308):
        pond.answer(f"/list?s={status}", status=status, headers={"Location": f"http://{inner}/hit{status}"})
        first.append(f"https://{HOST}/list?s={status}")
    for number, target in enumerate(v for v in vectors(inside.port) if all(" " < c < "\x7f" for c in v)):
        pond.answer(f"/list?v={number}", status=302, headers={"Location": target})
        first.append(f"https://{HOST}/list?v={number}")
    extra = {
        "hop": {"Location": "/list?s=302"},
        "credentials": {"Location": f"https://user:pw@{inner}/hit"},
        "refresh": {"Refresh": f"0; url=http://{inner}/hit"},
        "link": {"Link": f"<http://{inner}/hit>; rel=next"},
        "relative": {"Location": f"//{inner}/hit"},
        "two": {"Location": f"https://{HOST}/ok, http://{inner}/hit"},
    }
    for name, headers in extra.items():
        pond.answer(f"/list?e={name}", status=302, headers=headers)
        first.append(f"https://{HOST}/list?e={name}")
    pond.answer("/robots.txt", status=301, headers={"Location": f"http://{inner}/robots.txt"})
    done = crawl.run(first=first, job={"pages_limit": 500})
    assert len(done.seen()) == len(first), done.log
    assert inside.hits == []


def test_plain_bodies_that_browsers_would_follow_hit_nothing(pond: Any, crawl: Any, inside: Inside) -> None:
    inner = f"http://127.0.0.1:{inside.port}"
    bodies = {
        "meta": f'<meta http-equiv="refresh" content="0; url={inner}/hit">',
        "base": f'<base href="{inner}/"><a href="hit">next</a>',
        "xxe": f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{inner}/hit">]><rss>&e;</rss>',
        "sitemap": f"<urlset><url><loc>{inner}/hit</loc></url></urlset>",
        "stylesheet": f'<?xml-stylesheet href="{inner}/hit"?><a/>',
    }
    for name, body in bodies.items():
        pond.answer(f"/list?b={name}", body.encode(), headers={"Content-Type": "text/html"})
    pond.answer("/robots.txt", f"Sitemap: {inner}/hit\nUser-agent: *\nAllow: /\n".encode())
    done = crawl.run(first=[f"https://{HOST}/list?b={name}" for name in bodies])
    assert len(done.seen()) == len(bodies)
    assert inside.hits == []


BROWSER = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "-")

SCRIPT = """
const urls = %s;
const quiet = work => { try { const said = work(); if (said && said.catch) said.catch(() => 0); } catch (error) {} };
const put = (name, fields) => { const node = Object.assign(document.createElement(name), fields); document.body.append(node); return node; };
for (const url of urls) {
  quiet(() => fetch(url, {mode: "no-cors"}));
  quiet(() => { new Image().src = url; });
}
const [first] = urls, ws = first.replace("http", "ws");
quiet(() => { const asked = new XMLHttpRequest(); asked.open("GET", first); asked.send(); });
quiet(() => new WebSocket(ws));
quiet(() => new WebSocket(ws.replace("127.0.0.1", "localhost")));
quiet(() => new EventSource(first));
quiet(() => navigator.sendBeacon(first, "x"));
quiet(() => new Worker(first));
quiet(() => new SharedWorker(first));
quiet(() => navigator.serviceWorker.register("/worker.js"));
quiet(() => import(first));
quiet(() => fetch("/redirect", {mode: "no-cors"}));
quiet(() => fetch("/redirect308", {method: "POST", body: "x", mode: "no-cors"}));
quiet(() => new WebTransport(first.replace("http:", "https:")));
quiet(() => { const peer = new RTCPeerConnection({iceServers: [{urls: first.replace("http://", "stun:").replace("/hit", "")}]});
              peer.createDataChannel("x"); peer.createOffer().then(offer => peer.setLocalDescription(offer)); });
for (const name of ["iframe", "embed", "script", "audio", "video", "track", "source", "input"]) put(name, {src: first, type: name === "input" ? "image" : ""});
put("object", {data: first});
for (const rel of ["stylesheet", "preload", "prefetch", "preconnect", "dns-prefetch", "icon", "manifest", "modulepreload", "prerender"])
  document.head.append(Object.assign(document.createElement("link"), {rel, href: first, as: "script"}));
put("iframe", {srcdoc: `<img src="${first}"><script>fetch("${first}")<` + "/script>"});
put("div", {style: ""}).setAttribute("style", `background: url(${first})`);
document.head.append(Object.assign(document.createElement("style"), {textContent: `@import "${first}"; @font-face { font-family: x; src: url(${first}) } body { font-family: x }`}));
put("img", {srcset: `${first} 2x`});
document.body.insertAdjacentHTML("beforeend", `<svg><image href="${first}"/><use href="${first}#x"/></svg><picture><source srcset="${first}"><img></picture>`);
const form = put("form", {action: first, target: "sink"}); put("iframe", {name: "sink"}); quiet(() => form.submit());
quiet(() => window.open(first));
const link = put("a", {href: first, ping: first, download: "x"}); quiet(() => link.click());
document.title = "tried " + urls.length;
"""


@pytest.mark.browser
@BROWSER
def test_nothing_that_a_browser_page_tries_hits_anything(pond: Any, crawl: Any, inside: Inside) -> None:
    """All in one session: requests of every kind a page can make, each address, frames, redirects, refresh, navigation."""
    inner = f"http://127.0.0.1:{inside.port}/hit"
    urls = [inner, *vectors(inside.port)]
    html = {"Content-Type": "text/html; charset=utf-8"}
    pages = {
        "/item/1.html": f"<!doctype html><meta charset=utf-8><body><iframe src=/framed.html></iframe><script>fetch('/list?page=1');{SCRIPT % json.dumps(urls)}</script>",
        "/item/2.html": f'<meta http-equiv="refresh" content="0; url={inner}">',
        "/item/3.html": f"<script>fetch('/list?page=1').then(() => location = '{inner}')</script>",
        "/item/4.html": f"<script>history.pushState('', '', '/x'); location.replace('//127.0.0.1:{inside.port}/hit')</script>",
        "/framed.html": f'<meta http-equiv="refresh" content="0; url={inner}"><img src="{inner}">',
    }
    for path, body in pages.items():
        pond.answer(path, body.encode(), headers=html)
    pond.answer("/worker.js", f"fetch('{inner}')".encode(), headers={"Content-Type": "application/javascript"})
    pond.posts(1, [1], following=False)
    redirects = (301, 302, 303, 307, 308)
    for status in redirects:
        pond.answer(f"/item/{status}.html", status=status, headers={"Location": inner})
    pond.answer("/redirect", status=302, headers={"Location": inner})
    pond.answer("/redirect308", status=308, headers={"Location": inner})
    names = ["1", "2", "3", "4", *map(str, redirects)]
    done = crawl.run(
        first=[f"https://{HOST}/item/{name}.html" for name in names],
        browser_pages=True,
        job={"browser": True, "obey_robots": False},
        speed=100.0,
    )
    assert len(done.seen()) >= len(names), done.log
    assert done.posts(), "the pages ran their scripts"
    tried = set(pond.paths())
    assert {"/redirect", "/framed.html", "/item/4.html"} <= tried, "the ways were really tried"
    assert inside.hits == []
    lines = [json.loads(line) for line in (crawl.folder / "egress.jsonl").read_text().splitlines()]
    refused = {line["host"] for line in lines if line["transport"] == "browser" and line["refused"]}
    assert "127.0.0.1" in refused, "the proxy was asked for the inside address and refused it"
    assert {line["host"] for line in lines if not line["refused"]} <= {HOST, API}
