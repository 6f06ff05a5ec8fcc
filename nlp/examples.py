"""Labelled texts for training: the public sets in a folder, and posts composed of our own phrases."""

import csv
import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path
from zlib import crc32

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.composed import NAME, Composed
from nlp.duplicates import groups_of

LABELS = {"neg": 0, "neu": 1, "pos": 2}
SETS = (
    "jd_aircon",
    "shop10",
    "hotel",
    "waimai",
    "weibo_usual",
    "weibo_virus",
    "weibo100k_sample",
    "nlpcc14_product",
    "jd_goods",
)
NIKE = {"1": 0, "2": 1, "3": 2}
FOLDS = 5


@attrs.frozen(kw_only=True, eq=False)
class Examples:
    """Labelled texts; near-copies share a group."""

    texts: tuple[str, ...]
    labels: NDArray[np.int64]
    """0 negative, 1 neutral, 2 positive."""
    sets: NDArray[np.str_]
    """Name of the file each came from."""
    folds: NDArray[np.int64]
    """0 … FOLDS - 1, by a hash of the group, so that copies never lie on both sides of a split."""

    def part(self, chosen: NDArray[np.bool_]) -> "Examples":
        """Only the chosen ones."""
        texts = tuple(text for text, yes in zip(self.texts, chosen, strict=True) if yes)
        return Examples(texts=texts, labels=self.labels[chosen], sets=self.sets[chosen], folds=self.folds[chosen])


def read_examples(folder: Path) -> Examples:
    """All training sets in the folder (`*.csv.gz` with `text,label`); surprise and off-topic rows are left out."""
    rows = [(name, text, label) for name in (*SETS, "jd_nike5") for text, label in _rows(folder, name)]
    texts = tuple(row[1] for row in rows)
    folds = [crc32(group.encode()) % FOLDS for group in groups_of(texts)]
    return Examples(
        texts=texts,
        labels=np.array([row[2] for row in rows], np.int64),
        sets=np.array([row[0] for row in rows]),
        folds=np.array(folds, np.int64),
    )


def _rows(folder: Path, name: str) -> Iterator[tuple[str, int]]:
    path = folder / f"{name}.csv.gz"
    if not path.exists():
        return
    names = NIKE if name == "jd_nike5" else LABELS
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["label"] in names and row["text"].strip():
                yield row["text"], names[row["label"]]


def with_composed(examples: Examples, posts: Sequence[Composed]) -> Examples:
    """The examples and the composed posts after them, which lie in no fold (-1)."""
    return Examples(
        texts=(*examples.texts, *(post.text for post in posts)),
        labels=np.concatenate([examples.labels, np.array([post.mood for post in posts], np.int64)]),
        sets=np.array([*examples.sets.tolist(), *[NAME] * len(posts)]),
        folds=np.concatenate([examples.folds, np.full(len(posts), -1, np.int64)]),
    )
