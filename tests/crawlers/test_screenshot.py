"""Pictures of pages in real Chromium: the whole page, at the site's pace, and nothing after a risk answer."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from crawlers.browser import why_no_browser

ROOT = Path(__file__).parents[2]
RUNNER = Path(__file__).with_name("picture_runner.py")
HOST = "www.pond.example"
HTML = {"Content-Type": "text/html; charset=utf-8"}
pytestmark = [pytest.mark.browser, pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "-")]


def take(pond: Any, folder: Path, *paths: str, **job: Any) -> list[dict[str, Any]]:
    urls = [path if path.startswith("https:") else f"https://{HOST}{path}" for path in paths]
    argument = {"folder": str(folder), "origin": pond.origin, "urls": urls, "job": job}
    done = subprocess.run(
        [sys.executable, str(RUNNER), json.dumps(argument)],
        capture_output=True, text=True, timeout=120, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def put(pond: Any, path: str, height: int, **reply: Any) -> None:
    pond.answer(path, f"<!doctype html><div style='height:{height}px'>帖子</div>".encode(), headers=HTML, **reply)


def size(folder: Path, number: int) -> tuple[int, int]:
    from PIL import Image

    with Image.open(io.BytesIO((folder / f"{number}.png").read_bytes())) as picture:
        return picture.size


def test_the_whole_page_is_pictured_up_to_a_bound_and_one_at_a_time(pond: Any, tmp_path: Path) -> None:
    put(pond, "/a", 3000)
    put(pond, "/endless", 60_000)
    first, second = take(pond, tmp_path, "/a", "/endless")
    assert (first["outcome"], second["outcome"]) == ("ok", "ok")
    width, height = size(tmp_path, 0)
    assert width == 1280
    assert height >= 3000
    assert size(tmp_path, 1) == (1280, 16_000)
    a, b = (next(x.at for x in pond.asked if x.path == path) for path in ("/a", "/endless"))
    assert b - a >= 1.0, "sixty seconds of product time, sixty times as fast"


def test_robots_a_page_that_is_gone_and_a_foreign_address_give_no_picture(pond: Any, tmp_path: Path) -> None:
    pond.answer("/robots.txt", b"User-agent: *\nDisallow: /private\n")
    put(pond, "/private/1", 100)
    put(pond, "/gone", 100, status=404)
    put(pond, "/well", 100)
    told = take(pond, tmp_path, "/private/1", "https://evil.example/", "/gone", "/well")
    assert [(t["outcome"], bool(t["bytes"])) for t in told] == [
        ("blocked", False), ("changed", False), ("not_found", False), ("ok", True),
    ]  # fmt: skip
    assert told[0]["reason"] == "robots.txt"
    assert "/private/1" not in pond.paths()
    assert {a.host for a in pond.asked} == {HOST}


def test_a_decision_against_robots_is_obeyed_and_an_unread_file_forbids(pond: Any, tmp_path: Path) -> None:
    pond.answer("/robots.txt", status=503)
    put(pond, "/a", 100)
    (refused,) = take(pond, tmp_path, "/a")
    assert (refused["outcome"], refused["reason"]) == ("blocked", "robots.txt")
    (taken,) = take(pond, tmp_path, "/a", obey_robots=False)
    assert taken["outcome"] == "ok"


def test_nothing_is_opened_after_a_risk_answer(pond: Any, tmp_path: Path) -> None:
    pond.answer("/in", status=302, headers={"Location": "https://passport.other.example/new/login"})
    put(pond, "/after", 100)
    (told,) = take(pond, tmp_path, "/in", "/after")
    assert (told["outcome"], told["bytes"]) == ("login_required", 0)
    assert "/after" not in pond.paths()


def test_the_cookie_of_the_settings_goes_along_where_there_is_no_session(pond: Any, tmp_path: Path) -> None:
    put(pond, "/a", 100)
    take(pond, tmp_path, "/a", cookie="SUB=mine; SUBP=too")
    (asked,) = [a for a in pond.asked if a.path == "/a"]
    assert asked.headers["Cookie"] == "SUB=mine; SUBP=too"
