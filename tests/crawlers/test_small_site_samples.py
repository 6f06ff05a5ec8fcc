"""Golden samples of the smaller sites: pages made by hand, and the lines of `tingchao parse` that each must yield."""

import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.parsing import parse_file

SAMPLES = Path(__file__).parents[1] / "samples"
SITES = ("smzdm", "tousu", "tieba", "rss")
CASES = sorted(case for site in SITES for case in (SAMPLES / site).iterdir() if case.is_dir())


def lines(case: Path) -> list[dict[str, Any]]:
    origin = tomllib.loads((case / "origin.toml").read_text("utf-8"))
    return parse_file(
        next(case.glob("page.*")).read_bytes(),
        url=origin["url"],
        seen_at=datetime.fromisoformat(origin["seen_at"]),
        mask=lambda text: text,
        pseudonym=lambda source, author: f"{source}:{author}",
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_sample_page_yields_exactly_the_lines_written_down(case: Path) -> None:
    assert lines(case) == json.loads((case / "expected.json").read_text("utf-8"))


@pytest.mark.parametrize("site", SITES)
def test_each_site_shows_a_good_page_and_the_ways_in_which_it_refuses(site: str) -> None:
    seen = {lines(case)[0]["outcome"] for case in CASES if case.parent.name == site}
    assert seen >= {"ok", "empty", "truncated", "changed"} | (
        {"unavailable"} if site == "rss" else {"captcha", "blocked", "end"}
    )


def test_no_samples_line_holds_a_reader_mark_or_a_user_id_in_an_address() -> None:
    text = "".join((case / "expected.json").read_text("utf-8") for case in CASES)
    assert "sld=" not in text
    assert "weibo.com/6100000" not in text
