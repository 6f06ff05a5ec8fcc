"""The browser path in real Chromium: a page that loads its JSON by script, read by the same parser."""

import gzip
import json
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
    "speed": 60,
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


BUTTON = """<!doctype html><meta charset=utf-8><button>下一页</button>
<script>
  let page = 0;
  const load = () => fetch("/list?page=" + ++page).then(answer => answer.arrayBuffer());
  document.querySelector("button").onclick = load;
  load();
</script>"""


def put_lists(pond: Any, pages: int) -> None:
    pond.answer("/item/1.html", BUTTON.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
    for page in range(1, pages + 1):
        pond.posts(page, [page], following=False, headers={"Content-Type": "application/json"})


def lists(pond: Any) -> list[str]:
    return [path for path in pond.paths() if path.startswith("/list")]


def test_the_next_page_is_pressed_until_there_is_no_more(pond: Any, crawl: Any) -> None:
    put_lists(pond, 4)
    done = crawl.run(**BROWSER, press=["text=下一页", 3])
    assert [p.id for p in done.posts()] == [f"pond:{n}" for n in range(1, 5)], done.log
    assert lists(pond) == [f"/list?page={n}" for n in range(1, 5)]


def test_pressing_on_ends_where_everything_is_known(pond: Any, crawl: Any) -> None:
    put_lists(pond, 6)
    done = crawl.run(**BROWSER, press=["button", 5], known=["pond:2", "pond:3", "pond:4"])
    assert [p.id for p in done.posts()] == ["pond:1", "pond:2"], done.log
    assert lists(pond) == ["/list?page=1", "/list?page=2"]


def test_a_captcha_stops_the_hand_and_what_came_before_is_kept(pond: Any, crawl: Any) -> None:
    put_lists(pond, 6)
    pond.answer("/list?page=3", b"captcha")
    done = crawl.run(**BROWSER, press=["button", 5])
    assert done.report["stopped"] == "captcha", done.log
    assert [p.id for p in done.posts()] == ["pond:1", "pond:2"]
    assert lists(pond)[-1] == "/list?page=3", "nothing was asked for after it"


def test_a_script_that_leads_to_the_log_in_is_understood(pond: Any, crawl: Any) -> None:
    put_page(pond, "<script>location = 'https://passport.other.example/new/login'</script>")
    done = crawl.run(**BROWSER)
    assert [s.outcome for s in done.seen()] == ["login_required"], done.log
    assert {a.host for a in pond.asked} == {HOST}


def test_frames_of_other_sites_are_heard_and_frames_in_them(pond: Any, crawl: Any) -> None:
    put_page(pond, '<iframe src="https://a.frames.example/outer"></iframe>')
    html = {"Content-Type": "text/html; charset=utf-8"}
    script = f'<script src="https://{API}/list?page=2&callback=hear"></script>'
    pond.answer("/outer", f'{script}<iframe src="https://b.inner.example/inner"></iframe>'.encode(), headers=html)
    pond.answer("/inner", script.replace("page=2", "page=4").encode(), headers=html)
    pond.posts(4, [7, 8], following=False)
    rows = pond.pages.pop("/list?page=4").body
    pond.answer(
        "/list?page=4&callback=hear", b"hear(" + rows + b");",
        headers={"Content-Type": "application/javascript; charset=GBK"},
    )  # fmt: skip
    resources = {"resource_hosts": ["a.frames.example", "b.inner.example"]}
    done = crawl.run(**BROWSER | {"job": BROWSER["job"] | resources})
    assert sorted(p.id for p in done.posts()) == ["pond:3", "pond:7", "pond:8"], done.log
    bodies = [done.archive.read_back(s.archive).body for s in done.seen()]
    assert pond.pages["/list?page=2&callback=hear"].body in bodies, "the bytes of the network, GBK and all"


def test_an_accounts_session_is_used_and_what_the_site_renews_comes_back(pond: Any, crawl: Any) -> None:
    put_page(pond)
    pond.pages["/list?page=1"].headers["Set-Cookie"] = (
        "SUB=renewed-5c; Domain=pond.example; Path=/; Secure; Max-Age=900"
    )
    done = crawl.run(**BROWSER | {"job": {"browser": True}}, session={"SUB": "canary-7f3a", "SUBP": "x"})
    assert len(done.posts()) == 3, done.log
    first = next(a for a in pond.asked if a.path == "/item/1.html")
    assert "SUB=canary-7f3a" in first.headers["Cookie"]
    assert first.headers["User-Agent"] == "Pond/1"
    state = json.loads((done.folder / "renewed.json").read_text())
    assert {c["name"]: c["value"] for c in state["cookies"]} == {"SUB": "renewed-5c", "SUBP": "x"}
    assert "canary-7f3a" not in done.log


def test_a_log_in_wall_renews_nothing(pond: Any, crawl: Any) -> None:
    pond.answer(
        "/item/1.html",
        status=302,
        headers={"Location": "https://passport.other.example/new/login", "Set-Cookie": "SUB=gone"},
    )
    done = crawl.run(**BROWSER | {"job": {"browser": True}}, session={"SUB": "canary-7f3a"})
    assert done.report["stopped"] == "login_required", done.log
    assert not (done.folder / "renewed.json").exists()


def test_plain_http_sends_an_accounts_cookies_where_a_browser_would(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1], following=False)
    crawl.run(session={"SUB": "canary-7f3a"})
    assert next(a for a in pond.asked if a.path == "/list?page=1").headers["Cookie"] == "SUB=canary-7f3a"
