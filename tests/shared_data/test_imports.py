"""Imports over real public data that lies beside the project (never copied into it)."""

import csv
import gzip
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.imports.lines import Refused
from crawlers.imports.rows import guess, read_documents
from domain.documents import Review
from domain.times import shanghai

DATA = Path(__file__).parents[2].parent / "shared" / "data"
AIRCON = DATA / "nlp" / "jd_aircon.csv.gz"
SEEN = datetime(2026, 11, 22, tzinfo=UTC)
pytestmark = pytest.mark.skipif(not AIRCON.is_file(), reason="no shared data beside the project")


def test_every_review_of_air_conditioners_is_read_with_its_stars_and_time() -> None:
    with gzip.open(AIRCON, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    reviews = list(read_documents(AIRCON, seen_at=SEEN))
    assert len(reviews) == len(rows) == 6446
    assert len({r.id for r in reviews if isinstance(r, Review)}) == 6446
    for row, review in zip(rows, reviews, strict=True):
        assert isinstance(review, Review)
        at = review.published_at
        assert at is not None
        local = shanghai(at)
        assert f"{local.year}/{local.month}/{local.day} {local.hour}:{local.minute:02d}" == row["time"]
        assert (review.text, str(review.rating), review.brand, review.sku) == (
            row["text"].strip(),
            row["stars"],
            row["brand"],
            row["sku"],
        )
        assert review.source == "jd"


def test_importing_the_same_file_again_gives_the_same_ids() -> None:
    first, again = (
        [item.id for item in read_documents(AIRCON, seen_at=SEEN) if not isinstance(item, Refused)] for _ in range(2)
    )
    assert first == again


def test_labels_are_left_out_and_displaced_rows_are_named() -> None:
    path = DATA / "nlp" / "jd_nike5.csv.gz"
    assert guess(path).ignored == ("label",)
    kinds = Counter(type(item).__name__ for item in read_documents(path, seen_at=SEEN))
    assert kinds == {"Post": 11_395, "Refused": 49}


def test_a_price_list_with_titles_alone_becomes_prices() -> None:
    prices = list(read_documents(DATA / "products" / "haier_mall_2019.csv", seen_at=SEEN))
    assert len(prices) == 486
    assert not any(isinstance(item, Refused) for item in prices)
