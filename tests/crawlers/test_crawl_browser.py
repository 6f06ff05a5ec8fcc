"""The browser path in real Chromium: a page that loads its JSON by script, read by the same parser."""

import gzip
from typing import Any

import pytest

from crawlers.browser import why_no_browser

HOST, API = "www.pond.example", "api.pond.example"
pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "-")]

PAGE = """<!doctype html><meta charset=utf-8><title>pond</title><div id=list style="height:3000px"></div>
<script>
  function hear(answer) { document.title = answer.posts.map(post => post.id).join(); }
  fetch("/list?page=1").then(answer => answer.arrayBuffer());
  let asked = false;
  addEventListener("scroll", () => {
    if (asked) return;
    asked = true;
    const script = document.createElement("script");
    script.src = "https://api.pond.example/list?page=2&callback=hear";
    document.body.append(script);
  });
</script>"""
BROWSER: dict[str, Any] = {
    "first": [f"https://{HOST}/item/1.html"],
    "browser_pages": True,
    "job": {"browser": True, "cookie": 'SUB=canary-7f3a; odd={"a":1}'},
}


def put_page(pond: Any, html: str = PAGE) -> None:
    pond.answer("/item/1.html", html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
    pond.posts(1, [1, 2], following=True, headers={"Content-Type": "application/json"})
    pond.posts(2, [3], following=False)
    rows = pond.pages.pop("/list?page=2").body
    # GBK under the name of GBK: the browser decodes it, and only the network still has the bytes
    pond.answer(
        "/list?page=2&callback=hear",
        b"hear(" + rows + b");",
        headers={"Content-Type": "application/javascript; charset=GBK"},
    )


def test_what_the_page_loads_by_script_is_collected_with_its_bytes_and_real_address(pond: Any, crawl: Any) -> None:
    put_page(pond)
    done = crawl.run(**BROWSER)
    assert sorted((p.id, p.text, p.url) for p in done.posts()) == [
        ("pond:1", "漏水 1", f"https://{HOST}/list?page=1"),
        ("pond:2", "漏水 2", f"https://{HOST}/list?page=1"),
        ("pond:3", "漏水 3", f"https://{API}/list?page=2&callback=hear"),
    ], done.log
    bodies = {s.url: done.archive.read_back(s.archive).body for s in done.seen()}
    assert bodies[f"https://{API}/list?page=2&callback=hear"] == pond.pages["/list?page=2&callback=hear"].body
    assert "/list?page=2" not in pond.paths(), "what a browser heard is not asked for again without one"
    assert {a.host for a in pond.asked} == {HOST, API}


def test_the_session_is_in_the_browser_for_the_sites_hosts_and_nowhere_else(pond: Any, crawl: Any) -> None:
    put_page(pond)
    done = crawl.run(**BROWSER, debug=True)
    sent = {a.path: a.headers.get("Cookie", "") for a in pond.asked if a.path != "/favicon.ico"}
    assert sent["/item/1.html"] == 'SUB=canary-7f3a; odd={"a":1}'
    assert sent["/list?page=2&callback=hear"] == 'SUB=canary-7f3a; odd={"a":1}'
    assert "canary-7f3a" not in done.log
    for file in done.folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert b"canary-7f3a" not in (gzip.decompress(data) if file.suffix == ".gz" else data)


def test_a_page_that_redirects_to_the_log_in_says_so(pond: Any, crawl: Any) -> None:
    pond.answer("/item/1.html", status=302, headers={"Location": "https://passport.other.example/new/login"})
    done = crawl.run(**BROWSER)
    assert [s.outcome for s in done.seen()] == ["login_required"], done.log
    assert done.report["stopped"] == "login_required"
    assert len(done.log.splitlines()) == 1, "one line, no tracebacks"
    assert {a.host for a in pond.asked} == {HOST}


def test_a_page_that_loads_nothing_we_read_is_not_called_empty(pond: Any, crawl: Any) -> None:
    put_page(pond, "<title>pond</title>")
    done = crawl.run(**BROWSER)
    assert [(s.outcome, s.reason) for s in done.seen()] == [
        ("changed", "the page loaded none of the answers that the adapter reads")
    ]
    assert done.report["skipped"] == 1


def test_robots_hold_for_the_page_and_for_what_it_loads(pond: Any, crawl: Any) -> None:
    put_page(pond)
    pond.answer("/robots.txt", b"User-agent: *\nDisallow: /list\n")
    done = crawl.run(**BROWSER)
    assert done.posts() == []
    assert {(s.outcome, s.reason) for s in done.seen()} == {("blocked", "robots.txt")}


def test_no_request_of_the_page_leaves_the_allowed_hosts(pond: Any, crawl: Any) -> None:
    inside = pond.origin.removeprefix("http://")
    leaks = f"""<script>
      for (const url of ["http://{inside}/leak-http", "https://{inside}/leak-https", "http://localhost:{inside[10:]}/leak-name",
                         "https://evil.example/leak", "http://[::ffff:127.0.0.1]:{inside[10:]}/leak-v6"]) {{
        fetch(url, {{mode: "no-cors"}}).catch(() => 0);
        new Image().src = url;
      }}
      new WebSocket("ws://{inside}/leak-ws");
      const frame = document.createElement("iframe"); frame.src = "http://{inside}/leak-frame"; document.body.append(frame);
    </script>"""
    put_page(pond, PAGE + leaks)
    pond.answer("/redirect", status=302, headers={"Location": f"http://{inside}/leak-redirect"})
    pond.pages["/item/1.html"].body += b'<img src="/redirect">'
    done = crawl.run(**BROWSER)
    assert len(done.posts()) == 3, done.log
    assert [path for path in pond.paths() if "leak" in path] == []
    assert "/redirect" in pond.paths(), "the redirect was really tried"
