"""Aspects on the half of our own labels that no rule and no weight was made on; floors about three standard errors under what was measured."""

from pathlib import Path

import pytest

from nlp.analyzer import Analyzer, Reading
from nlp.judge_training import half_of, labelled

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "nlp"
GOLD = Path(__file__).parent / "aspects_gold.jsonl"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no public data at {DATA}")


def _f1(found: list[set[object]], expected: list[set[object]]) -> float:
    right = sum(len(have & want) for have, want in zip(found, expected, strict=True))
    return 2 * right / (sum(map(len, found)) + sum(map(len, expected)))


def test_aspects_and_their_polarity_stand_above_their_floors() -> None:
    rows = [row for row in labelled(GOLD, DATA) if half_of(row[0]) == "test"]
    assert len(rows) >= 190
    read = Analyzer.load().analyze_many([Reading(text=text) for _, text, _ in rows])
    found = [{(one.aspect, one.polarity.value) for one in answer.aspects} for answer in read]
    assert _f1([set(have) for have in found], [set(want) for _, _, want in rows]) >= 0.83
    aspects = (
        [{aspect for aspect, _ in have} for have in found],
        [{aspect for aspect, _ in want} for _, _, want in rows],
    )
    assert _f1([set(have) for have in aspects[0]], [set(want) for want in aspects[1]]) >= 0.86


def test_no_text_is_kept_with_the_labels() -> None:
    assert all(line.startswith('{"sha": "') and '"text"' not in line for line in GOLD.read_text("utf-8").splitlines())
