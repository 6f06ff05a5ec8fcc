"""The JSON Lines protocol of `detect --stream` and the score lines of `detect --nab`."""

import io
import json
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from alerts.stream import run_nab, run_stream
from domain.errors import InvalidInput

DAYS = 21
HISTORY = DAYS * 288


def conversation(
    surge: dict[int, int], *, ticks: int = 60, authors: bool = True, others: int = 8, down: frozenset[int] = frozenset()
) -> list[str]:
    """Two invented series, one of which has extra negatives at the given ticks."""
    rng = np.random.default_rng(11)
    lines: list[dict[str, Any]] = [
        {
            "type": "start",
            "tick_seconds": 300,
            "history_ticks": HISTORY,
            "series": [{"id": "blue", "source": "s"}, {"id": "red", "source": "s"}],
            "sources": {"s": [1.0]},
        }
    ]
    for name in ("blue", "red"):
        negative = rng.poisson(1.0, HISTORY)
        total = negative + rng.poisson(8.0, HISTORY)
        lines.append(
            {"type": "hist", "series": name, "total": total.tolist(), "neg": negative.tolist()}
            | {"authors": negative.tolist(), "texts": negative.tolist()}
        )
    for k in range(ticks):
        extra = surge.get(k, 0)
        posts = []
        for name in ("blue", "red"):
            negative = int(rng.poisson(1.0)) + (extra if name == "red" else 0)
            distinct = negative if authors else min(negative, 1)
            posts.append([name, k, negative + int(rng.poisson(others)), negative, distinct, distinct])
        lines.append({"type": "tick", "k": k, "posts": posts, "down": ["s"] if k in down else []})
    return [json.dumps(line) for line in [*lines, {"type": "end"}]]


def replies(lines: list[str]) -> list[dict[str, Any]]:
    said: list[str] = []
    run_stream(lines, said.append)
    return [json.loads(line) for line in said]


def alerts(lines: list[str]) -> list[tuple[int, str, str]]:
    return [(r["k"], a["series"], a["level"]) for r in replies(lines) for a in r["alerts"]]


def test_every_tick_has_one_reply_in_order_and_quiet_series_stay_quiet() -> None:
    said = replies(conversation({}))
    assert [r["k"] for r in said] == list(range(60))
    assert all(r["alerts"] == [] for r in said)


def test_a_surge_is_paged_once_within_a_quarter_of_an_hour() -> None:
    told = alerts(conversation(dict.fromkeys(range(20, 40), 12)))
    pages = [(k, name) for k, name, level in told if level == "page"]
    assert len(pages) == 1
    assert pages[0][1] == "red"
    assert 20 <= pages[0][0] <= 22


def test_a_flood_of_one_author_is_never_paged() -> None:
    told = alerts(conversation(dict.fromkeys(range(20, 30), 40), authors=False))
    assert all(level != "page" for _, _, level in told)


def test_a_source_that_reports_an_outage_is_not_judged() -> None:
    surge = dict.fromkeys(range(20, 30), 12)
    assert alerts(conversation(surge, ticks=30, down=frozenset(range(18, 30)))) == []


def test_a_second_surge_hours_later_is_told_again() -> None:
    surge = dict.fromkeys([*range(20, 30), *range(120, 130)], 15)
    pages = [k for k, _, level in alerts(conversation(surge, ticks=150)) if level == "page"]
    assert len(pages) == 2
    assert 120 <= pages[1] <= 122


def test_nothing_later_than_the_tick_is_read_before_its_reply() -> None:
    read: list[int] = []
    lines = conversation({})

    def watched() -> Any:
        for number, line in enumerate(lines):
            read.append(number)
            yield line

    run_stream(watched(), lambda reply: read.append(-1 - json.loads(reply)["k"]))
    at = [n for n in read if n >= 3]
    assert read.index(-1) < read.index(at[1])  # the reply to tick 0 comes before tick 1 is even asked for


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{not json", "not JSON"),
        ('{"type":"dance"}', "unknown type"),
        ('{"type":"tick","k":0,"posts":[["?",0,1,1,1,1]]}', "tick message"),
        ("[1]", "JSON object"),
    ],
)
def test_a_bad_line_is_named_by_its_number(bad: str, said: str) -> None:
    lines = conversation({}, ticks=1)
    with pytest.raises(InvalidInput, match=said) as error:
        run_stream([*lines[:3], bad], lambda reply: None)
    assert error.value.line == 4


def nab(values: list[float], *, header: bool = False) -> list[float]:
    start = datetime(2026, 3, 2, 21, 42, 53)
    lines = ["timestamp,value\n"] if header else []
    lines += [f"{start + n * timedelta(minutes=5)},{v:g}\n" for n, v in enumerate(values)]
    out = io.StringIO()
    run_nab(lines, lambda line: print(line, file=out))
    return [float(line) for line in out.getvalue().split()]


def test_each_value_has_its_score_and_a_burst_alerts_once() -> None:
    rng = np.random.default_rng(2)
    values = rng.poisson(20, 8 * 288).astype(float)
    values[6 * 288 : 6 * 288 + 12] += 200
    scores = nab(values.tolist(), header=True)
    assert len(scores) == len(values)
    over = [n for n, s in enumerate(scores) if s >= 1 and n >= 6 * 288]
    assert over
    assert 6 * 288 <= over[0] <= 6 * 288 + 2
    assert len([n for n in over if n < 7 * 288]) == 1


def test_the_scores_of_the_past_do_not_depend_on_what_follows() -> None:
    values = np.random.default_rng(4).poisson(15, 4 * 288).astype(float).tolist()
    assert nab(values)[: 3 * 288] == nab(values[: 3 * 288])


def test_bad_lines_are_refused_by_number_and_good_ones_still_answered() -> None:
    said: list[str] = []
    lines = ["2026-03-02 21:42:53,5", "2026-03-02 21:47:53,many", "2026-03-02 21:52:53,nan", "2026-03-02 21:57:53,6"]
    with pytest.raises(InvalidInput, match="many") as error:
        run_nab(lines, said.append)
    assert error.value.line == 2
    assert len(said) == 2
