"""One crawl over real HTTP on loopback: what is asked, what is kept, what is handed off."""

import gzip
import json
from itertools import pairwise
from sqlite3 import connect
from typing import Any

HOST = "www.pond.example"


def test_a_crawl_follows_the_list_and_hands_off_every_post_under_its_real_address(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1, 2])
    pond.posts(2, [3, 4])
    pond.posts(3, [], following=False)
    done = crawl.run()
    assert [p.id for p in done.posts()] == ["pond:1", "pond:2", "pond:3", "pond:4"]
    assert {p.url for p in done.posts()} == {f"https://{HOST}/list?page=1", f"https://{HOST}/list?page=2"}
    assert [s.outcome for s in done.seen()] == ["ok", "ok", "end"]
    assert done.report["pages"] == 3
    assert done.report["documents"] == 4
    assert done.report["stopped"] is None
    assert done.log.startswith("collected site=pond pages=3 documents=4 skipped=0 seconds=")
    assert done.log.count("\n") == 1
    assert {a.host for a in pond.asked} == {HOST}
    assert pond.asked[0].path == "/robots.txt"


def test_the_archive_gives_back_the_bytes_with_the_real_address_and_their_hash(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1], following=False, headers={"Set-Cookie": "SUB=from-the-site", "X-Mark": "pond"})
    done = crawl.run()
    (seen,) = done.seen()
    page = done.archive.read_back(seen.archive)
    assert page.body == pond.pages["/list?page=1"].body
    assert page.url == f"https://{HOST}/list?page=1"
    assert ("x-mark", "pond") in page.headers
    assert len(seen.sha256) == 64
    assert all(b"from-the-site" not in gzip.decompress(f.read_bytes()) for f in done.archive.folder.iterdir())


def test_authors_reach_the_disk_as_hashes_only(pond: Any, crawl: Any) -> None:
    pond.posts(1, [7], following=False)
    done = crawl.run()
    (post,) = done.posts()
    assert len(post.author) == 16
    assert post.author_name == ""
    assert all("小池7".encode() not in f.read_bytes() for f in done.inbox.folder.iterdir())


def test_a_page_that_robots_forbid_is_not_asked_for_and_reported(pond: Any, crawl: Any) -> None:
    pond.answer("/robots.txt", body=b"User-agent: *\nDisallow: /list\n")
    pond.posts(1, [1])
    done = crawl.run()
    assert pond.paths() == []
    (seen,) = done.seen()
    assert (seen.outcome, seen.reason, seen.archive) == ("blocked", "robots.txt", "")
    assert done.report["robots_refused"] == 1


def test_robots_that_answer_5xx_forbid_everything_for_now(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1])
    pond.answer("/robots.txt", status=503)
    done = crawl.run()
    assert pond.paths() == []
    assert [(s.outcome, s.reason) for s in done.seen()] == [("unavailable", "robots.txt could not be read")]


def test_robots_may_be_overruled_by_a_recorded_decision(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1], following=False)
    pond.answer("/robots.txt", body=b"User-agent: *\nDisallow: /\n")
    done = crawl.run(job={"obey_robots": False})
    assert len(done.posts()) == 1


def test_crawl_delay_of_robots_is_kept(pond: Any, crawl: Any) -> None:
    for page in (1, 2, 3):
        pond.posts(page, [page], following=page < 3)
    pond.answer("/robots.txt", body=b"User-agent: *\nCrawl-delay: 0.6\n")
    crawl.run()
    times = [a.at for a in pond.asked if a.path.startswith("/list")]
    assert len(times) == 3
    assert all(later - earlier >= 0.57 for earlier, later in pairwise(times))


def test_a_redirect_off_the_site_is_handed_to_the_adapter_and_not_followed(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1])
    wall = "https://passport.other.example/login?u=1"
    pond.answer("/list?page=2", status=302, headers={"Location": wall})
    done = crawl.run()
    assert [s.outcome for s in done.seen()] == ["ok", "login_required"]
    assert done.report["stopped"] == "login_required"
    assert {a.host for a in pond.asked} == {HOST}
    assert len(done.posts()) == 1, "partial data is kept"
    page = done.archive.read_back(done.seen()[-1].archive)
    assert (page.status, dict(page.headers)["location"]) == (302, wall)


def test_a_redirect_on_the_site_is_followed(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1], following=False)
    pond.answer("/list?page=0", status=301, headers={"Location": "/list?page=1"})
    done = crawl.run(first=[f"https://{HOST}/list?page=0"])
    assert [p.url for p in done.posts()] == [f"https://{HOST}/list?page=1"]


def test_a_risk_answer_stops_the_source_and_its_page_waits_for_a_person(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1])
    pond.answer("/list?page=2", status=432)
    first = [f"https://{HOST}/list?page={n}" for n in (1, 2, 9)]
    done = crawl.run(first=first)
    assert done.report["stopped"] == "captcha"
    assert pond.paths() == ["/list?page=1", "/list?page=2"], "neither repeated nor gone on"
    pond.posts(2, [2], following=False)
    pond.posts(9, [9], following=False)
    again = crawl.run(first=[])
    assert {p.id for p in again.posts()} == {"pond:1", "pond:2", "pond:9"}


def test_a_server_error_is_retried_and_then_handed_off_as_unavailable(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1])
    pond.pages["/list?page=1"].status = 503
    done = crawl.run()
    assert pond.paths() == ["/list?page=1"] * 3
    assert [(s.outcome, s.reason) for s in done.seen()] == [("unavailable", "HTTP 503")]


def test_a_site_that_does_not_answer_is_unavailable(pond: Any, crawl: Any) -> None:
    done = crawl.run(origin="http://127.0.0.1:1", job={"obey_robots": False})
    assert [(s.outcome, s.reason) for s in done.seen()] == [("unavailable", "connection failed")]


def test_a_cut_body_is_kept_and_called_truncated(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1], following=False)
    whole = pond.pages["/list?page=1"]
    whole.length = len(whole.body) + 100
    done = crawl.run()
    (seen,) = done.seen()
    assert seen.outcome == "truncated"
    assert done.archive.read_back(seen.archive).body == whole.body


def test_50_mb_are_refused(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1], following=False)
    pond.posts(2, [2], following=False)
    pond.pages["/list?page=1"].body = b"x" * 50_000_000
    done = crawl.run(first=[f"https://{HOST}/list?page={n}" for n in (1, 2)])
    assert [(s.outcome, s.reason) for s in done.seen()] == [
        ("changed", "answer larger than 8 MiB"),
        ("ok", ""),
    ]


def test_a_gzip_bomb_is_refused(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1], following=False)
    bomb = pond.pages["/list?page=1"]
    bomb.body, bomb.headers = gzip.compress(b"0" * 200_000_000), {"Content-Encoding": "gzip"}
    done = crawl.run()
    assert [(s.outcome, s.reason) for s in done.seen()] == [("changed", "answer larger than 8 MiB once decompressed")]


def test_endless_links_end_at_the_page_budget(pond: Any, crawl: Any) -> None:
    for page in range(1, 40):
        pond.posts(page, [page])
    done = crawl.run(job={"pages_limit": 12})
    assert len(pond.paths()) == 12
    assert done.report["pages"] == 12


def test_endless_links_end_at_the_depth_limit(pond: Any, crawl: Any) -> None:
    for page in range(1, 140):
        pond.posts(page, [page])
    crawl.run(job={"pages_limit": 500})
    assert len(pond.paths()) == 111


def test_paging_back_stops_at_what_the_ledger_knows(pond: Any, crawl: Any) -> None:
    for page, ids in enumerate([[9, 8], [7, 6], [5, 4], [3, 2]], start=1):
        pond.posts(page, ids, following=page < 4)
    crawl.run(first=[])  # makes the tables
    with connect(crawl.folder / "frontier.db") as rows:
        rows.executemany("INSERT INTO known VALUES (?)", [(f"pond:{i}",) for i in range(7)])
    crawl.run()
    assert pond.paths() == ["/list?page=1", "/list?page=2", "/list?page=3"]


def test_links_to_other_hosts_and_private_addresses_are_never_asked(pond: Any, crawl: Any) -> None:
    vectors = [
        "https://evil.example/list?page=1",
        f"https://{HOST}@evil.example/list",
        f"https://{HOST}:8443/list",
        f"https://{HOST}.evil.example/list",
        "https://127.0.0.1/list",
        "https://169.254.169.254/list",
        "https://[::1]/list",
        "file:///etc/passwd",
        "ftp://www.pond.example/list",
        "javascript:alert(1)",
    ]
    done = crawl.run(first=vectors)
    assert pond.asked == []
    assert [s.outcome for s in done.seen()] == ["changed"] * len(vectors)


def test_a_watched_shop_on_a_private_address_is_not_reached(pond: Any, crawl: Any) -> None:
    port = pond.origin.rpartition(":")[2]
    hosts = [f"127.0.0.1:{port}", f"localhost:{port}"]
    done = crawl.run(
        origin="",
        first=[f"http://{host}/list?page=1" for host in hosts],
        job={"allowed_hosts": hosts, "obey_robots": False},
    )
    assert pond.asked == []
    assert [(s.outcome, s.reason) for s in done.seen()] == [
        ("unavailable", "host name does not resolve to a public address")
    ] * 2


def test_the_session_cookie_goes_to_the_sites_hosts_over_https_only(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1], following=False)
    pond.posts(2, [2], following=False)
    done = crawl.run(
        first=[f"https://{HOST}/list?page=1", f"http://{HOST}/list?page=2"],
        job={"cookie": "SUB=canary-7f3a; SUBP=x"},
        debug=True,
    )
    sent = {a.path: a.headers.get("Cookie") for a in pond.asked if a.path != "/robots.txt"}
    assert sent == {"/list?page=1": "SUB=canary-7f3a; SUBP=x", "/list?page=2": None}
    assert "canary-7f3a" not in done.log
    for file in done.folder.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert b"canary-7f3a" not in (gzip.decompress(data) if file.suffix == ".gz" else data)


def test_delays_follow_the_clock_of_the_demo(pond: Any, crawl: Any) -> None:
    for page in (1, 2, 3, 4):
        pond.posts(page, [page], following=page < 4)
    crawl.run(job={"delay": 30.0}, speed=100.0)
    times = [a.at for a in pond.asked if a.path.startswith("/list")]
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert all(0.14 <= wait <= 1.5 for wait in waits), waits


def test_a_full_or_broken_disk_is_an_error_and_not_a_short_crawl(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1], following=False)
    (crawl.folder / "archive").write_text("a file where the folder should be")
    process = crawl.start()
    _, log = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Error" in log.splitlines()[-1]
    (crawl.folder / "archive").unlink()
    assert [p.id for p in crawl.run(first=[]).posts()] == ["pond:1"], "its page was given back"


def test_a_feed_server_of_ones_own_network_is_asked_only_where_the_settings_name_it(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1], following=False)
    pond.posts(2, [2], following=False)
    port = pond.origin.rpartition(":")[2]
    own = f"127.0.0.1:{port}"
    done = crawl.run(
        origin="",
        first=[f"http://{own}/list?page=1", f"http://localhost:{port}/list?page=2"],
        job={"private_hosts": [own], "allowed_hosts": [f"localhost:{port}"], "obey_robots": False, "cookie": "SUB=x"},
    )
    assert [p.id for p in done.posts()] == ["pond:1"]
    assert pond.paths() == ["/list?page=1"]
    assert "Cookie" not in pond.asked[0].headers
    lines = [json.loads(line) for line in (crawl.folder / "egress.jsonl").read_text().splitlines()]
    assert [(line["host"], line["address"], bool(line["refused"])) for line in lines[:2]] == [
        ("127.0.0.1", "127.0.0.1", False),
        ("localhost", "", True),
    ]


def test_the_pace_is_that_of_the_site_and_not_of_each_of_its_hosts(pond: Any, crawl: Any) -> None:
    hosts = [HOST, "api.pond.example"] * 3
    for number in range(6):
        pond.posts(number + 1, [number], following=False)
    crawl.run(
        first=[f"https://{host}/list?page={number + 1}" for number, host in enumerate(hosts)],
        job={"delay": 0.4, "obey_robots": False},
    )
    times = [a.at for a in pond.asked]
    assert len(times) == 6
    assert all(later - earlier >= 0.19 for earlier, later in pairwise(times)), "0.4 seconds, give or take the half"
