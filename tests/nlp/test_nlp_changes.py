"""The test of two rates: exact where figures are small, and never louder than chance."""

import random
from math import comb

import pytest

from nlp.changes import Verdict, change


def test_a_count_that_only_grew_with_the_sales_is_steady() -> None:
    grown = change(40, 20, of_now=2_000, of_before=1_000)
    assert (grown.verdict, grown.relative) == (Verdict.STEADY, 0.0)


@pytest.mark.parametrize(
    ("now", "before", "verdict"),
    [
        (30, 10, Verdict.UP),
        (24, 10, Verdict.MAYBE_UP),
        (12, 10, Verdict.STEADY),
        (10, 24, Verdict.MAYBE_DOWN),
        (10, 30, Verdict.DOWN),
        (0, 12, Verdict.DOWN),
        (6, 0, Verdict.NEW),
        (3, 0, Verdict.STEADY),
        (0, 0, Verdict.STEADY),
    ],
)
def test_verdicts_of_two_equal_periods(now: int, before: int, verdict: Verdict) -> None:
    assert change(now, before, of_now=1_000, of_before=1_000).verdict is verdict


def test_the_small_test_is_exact() -> None:
    tail = sum(comb(12, k) for k in (0, 1, 2, 10, 11, 12)) / 2**12
    assert change(10, 2, of_now=500, of_before=500).p == pytest.approx(tail, abs=1e-6)


def test_without_a_period_before_nothing_is_said() -> None:
    assert change(50, 0, of_now=400, of_before=0).verdict is Verdict.UNKNOWN
    assert change(0, 5, of_now=0, of_before=30).verdict is Verdict.UNKNOWN


def test_a_thin_period_before_is_no_proof_of_calm_but_a_sure_change_is_told() -> None:
    assert change(217, 1, of_now=9_000, of_before=60).verdict is Verdict.UNKNOWN
    assert change(217, 20, of_now=9_000, of_before=60).verdict is Verdict.DOWN


def test_large_figures_join_on_to_small_ones() -> None:
    small, large = (change(n + 60, n, of_now=10_000, of_before=10_000).p for n in (969, 971))
    assert small == pytest.approx(large, abs=0.01)
    assert change(600_000, 500_000, of_now=10**6, of_before=10**6).verdict is Verdict.UP


def test_chance_alone_is_seldom_called_a_change() -> None:
    rng = random.Random(7)
    draws = [[sum(rng.random() < 0.05 for _ in range(400)) for _ in (0, 1)] for _ in range(400)]
    sure = sum(
        change(a, b, of_now=400, of_before=400).verdict in (Verdict.UP, Verdict.DOWN, Verdict.NEW) for a, b in draws
    )
    assert sure <= 0.025 * len(draws)
