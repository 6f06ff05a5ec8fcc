"""Both segmentation engines over real reviews and posts."""

import csv
import gzip
from itertools import accumulate, islice
from pathlib import Path

import pytest

from nlp.normalize import normalize
from nlp.segment import segmenter

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "nlp"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no public data at {DATA}")
SETS = ("jd_aircon", "weibo_usual", "weibo_virus", "waimai", "jd_goods", "shop10", "midea_heater_raw")
TEXTS_OF_EACH = 1_500


def test_the_engines_agree_on_98_of_100_real_texts() -> None:
    texts = [text for name in SETS for text in _texts(name)]
    assert len(texts) >= 10_000
    rjieba, jieba = segmenter(), segmenter("jieba")
    cuts = [(rjieba.cut(text), jieba.cut(text)) for text in texts]
    assert sum(one == other for one, other in cuts) >= 0.98 * len(texts)
    same = sum(len(_ends(one) & _ends(other)) for one, other in cuts)
    assert same >= 0.98 * sum(len(_ends(one) | _ends(other)) for one, other in cuts)


def _texts(name: str) -> list[str]:
    with gzip.open(DATA / f"{name}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        return [normalize(row["text"]) for row in islice(csv.DictReader(lines), TEXTS_OF_EACH)]


def _ends(words: list[str]) -> set[int]:
    return set(accumulate(map(len, words)))
