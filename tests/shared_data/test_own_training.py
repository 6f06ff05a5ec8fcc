"""Training on real reviews with stars, as a shop exports them: the report adds up, and stars that were shuffled make no model."""

import csv
import gzip
import random
from pathlib import Path

import pytest

from tests.tingchao.shells import Shell

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "nlp" / "jd_aircon.csv.gz"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"no public data at {DATA}")
pytest.importorskip("scipy", reason="extra train is not installed")
ROWS = 2_000


def sample(path: Path, *, shuffled: bool) -> Path:
    """Some of the reviews as a GB18030 file with text and stars."""
    with gzip.open(DATA, "rt", encoding="utf-8", newline="") as lines:
        rows = random.Random(3).sample(list(csv.DictReader(lines)), ROWS)
    stars = [row["stars"] for row in rows]
    if shuffled:
        random.Random(4).shuffle(stars)
    with path.open("w", encoding="gb18030", errors="replace", newline="") as out:
        table = csv.writer(out)
        table.writerow(["content", "score"])
        table.writerows(zip((row["text"] for row in rows), stars, strict=True))
    return path


def test_real_reviews_make_a_report_that_adds_up(tmp_path: Path) -> None:
    file = sample(tmp_path / "own.csv", shuffled=False)
    answer = Shell(data=tmp_path / "data", patience_s=200)(
        "train", "--from", file, "--stars", "score", "--dry-run", "--jsonl"
    )
    assert answer.code in (0, 1), answer.err
    report = answer.rows[0]
    left_out = report["refused"] + report["default_texts"] + report["copies"]
    assert report["read"] == ROWS
    assert sum(report["learnt_from"].values()) + left_out + report["contradictions"] == ROWS
    own = report["held_out"]
    assert ROWS / 8 < own["new"]["rows"] < ROWS / 2
    assert own["new"]["two_class"] > 0.93
    assert own["gain"]["accuracy"][1] <= own["gain"]["accuracy"][0] <= own["gain"]["accuracy"][2]
    assert not (tmp_path / "data" / "models").exists()


def test_shuffled_stars_are_refused_with_the_reason(tmp_path: Path) -> None:
    file = sample(tmp_path / "own.csv", shuffled=True)
    answer = Shell(data=tmp_path / "data", patience_s=200)("train", "--from", file, "--stars", "score", "--jsonl")
    assert answer.code == 1, answer.err
    assert any("星级和文字对不上" in reason for reason in answer.rows[0]["reasons"])
    assert not (tmp_path / "data" / "models").exists()
