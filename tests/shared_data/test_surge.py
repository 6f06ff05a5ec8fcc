"""The surge detector on the public surge data, through the protocol of `detect --stream`, beside simple rules."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from alerts.stream import run_stream

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "surge"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"needs the public surge data in {DATA}")


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_alerts", ROOT / "bench" / "alerts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_alerts"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def data(bench: ModuleType) -> Any:
    return bench.read(DATA)


def protocol(data: Any) -> Iterator[str]:
    series = [{"id": i, "source": s} for i, s in zip(data.series, data.sources, strict=True)]
    length = data.history.shape[2]
    yield json.dumps({"type": "start", "history_ticks": length, "series": series, "sources": data.delivered})
    for i, name in enumerate(data.series):
        counts = dict(zip(("total", "neg", "authors", "texts"), data.history[:, i].tolist(), strict=True))
        yield json.dumps({"type": "hist", "series": name, **counts})
    for k, posts in enumerate(data.ticks):
        named = [[data.series[s], event, *counts] for s, event, *counts in posts]
        yield json.dumps({"type": "tick", "k": k, "posts": named, "down": sorted(data.down[k])})
    yield json.dumps({"type": "end"})


@pytest.fixture(scope="module")
def told(data: Any) -> list[tuple[int, int, str]]:
    replies: list[str] = []
    run_stream(protocol(data), replies.append)
    read = [json.loads(reply) for reply in replies]
    assert [r["k"] for r in read] == list(range(len(data.ticks)))
    return [(r["k"], data.series.index(a["series"]), a["level"]) for r in read for a in r["alerts"]]


def test_pages_are_rare_and_find_what_a_clairvoyant_sees(bench: ModuleType, data: Any, told: Any) -> None:
    # 60 series-weeks and 14 such surges: bounds with room for chance, the figures are in `bench/alerts.py`
    page = bench.judge("page", told, data, levels={"page"})
    assert page.false <= 2 / 60
    assert page.told15 >= 0.5
    assert page.told30 >= 0.7
    assert page.found >= 0.8
    assert page.duplicates <= 0.02


def test_simple_rules_that_find_as_much_cry_wolf_all_week(bench: ModuleType, data: Any, told: Any) -> None:
    ours = bench.judge("ours", told, data, levels={"page"})
    fixed = bench.judge("fixed", bench.fixed_count(data, 30), data, levels={"page"})
    spike = bench.judge("spike", bench.spike_ratio(data, 3, 10), data, levels={"page"})
    for other in (fixed, spike):
        assert other.told15 < ours.told15
        assert other.false > 50 * ours.false


def test_real_tweet_volumes_are_scored_far_better_than_by_the_trivial_rule(bench: ModuleType) -> None:
    scores = bench.nab_score(DATA / "nab")
    assert scores["ours"] > 60
    assert scores["ours"] > scores["4 × day's mean + 10"]
