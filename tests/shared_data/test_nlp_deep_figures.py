"""The shipped deep stage on the public sets beside the project; floors, not moods."""

import csv
import gzip
import json
from pathlib import Path

import pytest

from nlp.analyzer import Analyzer
from nlp.deep import DeepStage
from nlp.sentiment import MODELS

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "nlp"
MISSING = DeepStage.available()
FLOORS = {"weibo_usual": (0.82, 0.78), "weibo_virus": (0.78, 0.755), "jd_aircon": (0.885, 0.68)}
"""Three-level accuracy and macro-F1 on rows that neither stage had seen, about two standard errors under what was measured."""
LEVELS = ("neg", "neu", "pos")


def held_out() -> dict[str, dict[str, dict[str, float]]]:
    answer: dict[str, dict[str, dict[str, float]]] = json.loads((MODELS / "deep.json").read_text("utf-8"))["held_out"]
    return answer


@pytest.mark.parametrize("name", list(FLOORS))
def test_the_stored_figures_of_both_stages_stand_above_their_floors(name: str) -> None:
    both = held_out()[name]["both"]
    assert both["accuracy"] >= FLOORS[name][0]
    assert both["macro_f1"] >= FLOORS[name][1]


def test_no_set_is_read_worse_by_both_than_by_the_first_alone() -> None:
    for name, row in held_out().items():
        assert row["both"]["two_class"] >= row["first"]["two_class"] - 0.006, name  # a hotel row is 0.0008
        assert row["both"]["macro_f1"] >= row["first"]["macro_f1"] - 0.01, name


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no public data at {DATA}")
@pytest.mark.skipif(MISSING is not None, reason=f"deep stage: {MISSING}")
def test_the_shipped_files_read_everyday_posts_better_with_the_deep_stage() -> None:
    with gzip.open(DATA / "weibo_usual.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["label"] in LEVELS][:300]
    both = Analyzer.load(deep=True).moods([row["text"] for row in rows]).argmax(axis=1)
    right = sum(LEVELS[guess] == row["label"] for guess, row in zip(both.tolist(), rows, strict=True))
    assert right / len(rows) >= 0.84
