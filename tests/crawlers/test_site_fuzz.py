"""Whatever bytes come, every adapter gives an outcome and never raises."""

import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.parsing import parse_file
from crawlers.price_text import read_price
from crawlers.sites.answers import decode
from domain.feeds import Outcome

SAMPLES = Path(__file__).parents[1] / "samples"
SEEN = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
PAGES = [
    (tomllib.loads((case / "origin.toml").read_text("utf-8"))["url"], next(case.glob("page.*")).read_bytes())
    for site in ("jd", "shop", "suning", "taobao", "smzdm", "tousu", "tieba", "rss")
    for case in sorted((SAMPLES / site).iterdir())
]
URLS = sorted({url for url, _ in PAGES})
LD = re.compile(r'(.*?<script type="application/ld\+json">)(\{"@context.*?)(</script>.*)', re.DOTALL)
WHOLE = re.compile(r"([\w\s]*\(?)([\[{].*[\]}])(.*)", re.DOTALL)
ODD: list[Any] = [
    None,
    True,
    -1,
    2**70,
    0.5,
    float("inf"),
    "",
    "x",
    "1e999",
    "-1.00",
    "9999-12-31",
    [],
    [[]],
    ["x"],
    {},
    {"name": []},
]


def jsons() -> Iterator[tuple[str, str, Any, str]]:
    """Address, text before, JSON value and text after it, for every sample that holds JSON."""
    for url, body in PAGES:
        text = decode(body)
        found = LD.fullmatch(text) or WHOLE.fullmatch(text)
        with suppress(ValueError):
            if found:
                yield url, found[1], json.loads(found[2]), found[3]


JSONS = list(jsons())
WORDS = [
    b"null",
    b"[]",
    b"{}",
    b'""',
    b"0",
    b"-1",
    b"1e999",
    b"true",
    b"\xff\xfe",
    b"\x00",
    b"{" * 2000,
    b'"a":',
    b"<html>",
    b"\xe6",
]


def outcome(body: bytes, url: str) -> str:
    lines = parse_file(body, url=url, seen_at=SEEN, mask=lambda text: text, pseudonym=lambda source, author: author[:1])
    assert lines[0]["type"] == "outcome"
    return str(lines[0]["outcome"])


@given(body=st.binary(max_size=300), url=st.sampled_from(URLS))
@settings(max_examples=300, deadline=None)
def test_random_bytes_give_an_outcome_and_never_an_empty_success(body: bytes, url: str) -> None:
    assert Outcome(outcome(body, url)) not in (Outcome.OK, Outcome.EMPTY, Outcome.END)


@given(
    page=st.sampled_from(PAGES),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), st.sampled_from(WORDS)), min_size=1, max_size=6),
)
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_mutated_samples_give_an_outcome(page: tuple[str, bytes], cuts: list[tuple[float, int, bytes]]) -> None:
    url, body = page
    for place, length, word in cuts:
        at = int(place * len(body))
        body = body[:at] + word + body[at + length :]
    Outcome(outcome(body, url))


@given(page=st.sampled_from([page for page in PAGES if b'"id"' in page[1]]), part=st.floats(0.05, 0.9))
@settings(max_examples=150, deadline=None)
def test_a_list_that_is_cut_is_never_taken_for_a_whole_one(page: tuple[str, bytes], part: float) -> None:
    url, body = page
    assert Outcome(outcome(body[: int(part * len(body))], url)) not in (Outcome.OK, Outcome.EMPTY, Outcome.END)


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """The path of every part of a JSON value, the whole first."""
    yield ()
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from ((key, *path) for path in places(part))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The JSON value with the part at `path` replaced."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@pytest.mark.parametrize("new", ODD, ids=repr)
def test_any_part_of_any_answer_may_be_of_another_type(new: Any) -> None:
    for url, before, value, after in JSONS:
        for path in places(value):
            body = before + json.dumps(replaced(value, path, new)) + after
            Outcome(outcome(body.encode(), url))


@given(url=st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_address_gives_an_outcome(url: str) -> None:
    Outcome(outcome(b"{}", url))


@given(line=st.text(max_size=80) | st.text(alphabet="0123456789.,-元￥$万折减满（）低至/: ", max_size=40))
@settings(max_examples=500, deadline=None)
def test_any_line_is_a_price_text(line: str) -> None:
    found = read_price(line)
    assert set(found) == {"price", "lowest", "currency"}
    assert (found["currency"] is None) == (found["price"] is None and found["lowest"] is None)
