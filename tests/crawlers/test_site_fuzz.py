"""Whatever bytes come, every adapter gives an outcome and never raises."""

import json
import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

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
    for site in ("jd", "shop")
    for case in sorted((SAMPLES / site).iterdir())
]
URLS = sorted({url for url, _ in PAGES})
LD = re.compile(r'(.*?<script type="application/ld\+json">)(\{"@context.*?)(</script>.*)', re.DOTALL)
WHOLE = re.compile(r"([\w\s]*\(?)([\[{].*[\]}])(.*)", re.DOTALL)
ODD: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["1e999", "NaN", "-1.00", "2026-13-45 99:00:00", "0001-01-01", "9999-12-31", "99万+", "<p"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["@type", "name", "id"]), inner, max_size=2)
    ),
    max_leaves=4,
)


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


def replaced(value: Any, path: list[int], new: Any) -> Any:
    """The JSON value with one part, found by walking `path`, replaced."""
    if not path or not isinstance(value, dict | list) or not value:
        return new
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = keys[path[0] % len(keys)]
    copy = value.copy()
    copy[key] = replaced(value[key], path[1:], new)
    return copy


@given(
    page=st.sampled_from(JSONS),
    changes=st.lists(st.tuples(st.lists(st.integers(0, 30), max_size=7), ODD), min_size=1, max_size=4),
)
@settings(max_examples=800, deadline=None)
def test_values_of_other_types_give_an_outcome(
    page: tuple[str, str, Any, str], changes: list[tuple[list[int], Any]]
) -> None:
    url, before, value, after = page
    for path, new in changes:
        value = replaced(value, path, new)
    Outcome(outcome((before + json.dumps(value) + after).encode(), url))


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
