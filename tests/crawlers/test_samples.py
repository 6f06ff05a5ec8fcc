"""Golden samples: pages made by hand, and the lines of `tingchao parse` that each must yield. Weibo's stand in its own test."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.crawlers.samples import SAMPLES, lines

ALL = (
    *("ok", "empty", "end", "login_required", "captcha", "rate_limited", "blocked", "unavailable"),
    *("not_found", "changed", "truncated", "wrong_item"),
)
SMALL = ("ok", "empty", "end", "truncated", "changed", "captcha", "blocked")
SHOWN = {  # what the samples of a site show at least
    "jd": ALL,
    "taobao": ALL,
    "suning": ALL,
    "shop": ("ok", "login_required", "captcha", "truncated", "not_found"),
    "smzdm": SMALL,
    "tousu": SMALL,
    "tieba": SMALL,
    "rss": ("ok", "empty", "truncated", "changed", "unavailable"),
}
CASES = sorted(case for site in SHOWN for case in (SAMPLES / site).iterdir() if case.is_dir())


def expected(case: Path) -> list[dict[str, Any]]:
    return list(json.loads((case / "expected.json").read_text("utf-8")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_sample_page_yields_exactly_the_lines_written_down(case: Path) -> None:
    assert lines(case) == expected(case)


@pytest.mark.parametrize("site", SHOWN)
def test_each_site_shows_a_good_page_and_the_ways_in_which_it_refuses(site: str) -> None:
    seen = {expected(case)[0]["outcome"] for case in CASES if case.parent.name == site}
    assert set(SHOWN[site]) <= seen <= set(ALL)


def test_every_folder_of_samples_is_held_to_something() -> None:
    assert {folder.name for folder in SAMPLES.iterdir()} == {*SHOWN, "weibo"}


@pytest.mark.parametrize("private", ["203.0.113.7", "6c2a.jpg", "sld=", "weibo.com/6100000"])
def test_no_ip_picture_reader_mark_or_user_id_of_a_person_comes_out(private: str) -> None:
    raw = b"".join(page.read_bytes() for case in CASES for page in case.glob("page.*"))
    assert private.encode() in raw or private in "".join((c / "origin.toml").read_text("utf-8") for c in CASES)
    assert all(private not in (case / "expected.json").read_text("utf-8") for case in CASES)
