"""Golden samples of Taobao: answers made by hand, and the lines of `tingchao parse` that each must yield."""

import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.parsing import parse_file

SAMPLES = Path(__file__).parents[1] / "samples" / "taobao"
CASES = sorted(case for case in SAMPLES.iterdir() if case.is_dir())


def lines(case: Path) -> list[dict[str, Any]]:
    origin = tomllib.loads((case / "origin.toml").read_text("utf-8"))
    return parse_file(
        next(case.glob("page.*")).read_bytes(),
        url=origin["url"],
        seen_at=datetime.fromisoformat(origin["seen_at"]),
        mask=lambda text: text,
        pseudonym=lambda source, author: f"{source}:{author}",
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_sample_page_yields_exactly_the_lines_written_down(case: Path) -> None:
    assert lines(case) == json.loads((case / "expected.json").read_text("utf-8"))


def test_the_samples_show_every_outcome() -> None:
    seen = {json.loads((case / "expected.json").read_text("utf-8"))[0]["outcome"] for case in CASES}
    assert seen == {
        *("ok", "empty", "end", "login_required", "captcha", "rate_limited", "blocked", "unavailable"),
        *("not_found", "changed", "truncated", "wrong_item"),
    }
