"""Labelled texts for training: the public sets in a folder, and posts composed of our own phrases."""

import csv
import gzip
from collections.abc import Callable, Iterator, Sequence
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
POSTS = ("weibo_usual", "weibo_virus", "weibo100k_sample", "weibo_emo7", NAME)
"""Sets of posts; the others are reviews."""
EMO7 = {"0": 0, "2": 2, "4": 2, "5": 0, "6": 0}
"""By reading: fear, joy, gratitude, sadness, anger; mixed and surprise are left out."""
SELDOM_MEASURED = ("weibo_emo7",)
"""Sets whose labels are not sure enough to measure with."""
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

    @property
    def posts(self) -> NDArray[np.bool_]:
        """Which are posts; the others are reviews."""
        answer: NDArray[np.bool_] = np.isin(self.sets, POSTS)
        return answer

    def part(self, chosen: NDArray[np.bool_]) -> "Examples":
        """Only the chosen ones."""
        texts = tuple(text for text, yes in zip(self.texts, chosen, strict=True) if yes)
        return Examples(texts=texts, labels=self.labels[chosen], sets=self.sets[chosen], folds=self.folds[chosen])


def read_examples(folder: Path) -> Examples:
    """All training sets in the folder (`*.csv.gz` with `text,label`); surprise and off-topic rows are left out."""
    rows = [(name, text, label) for name in (*SETS, "jd_nike5", "weibo_emo7") for text, label in _rows(folder, name)]
    texts = tuple(row[1] for row in rows)
    return Examples(
        texts=texts,
        labels=np.array([row[2] for row in rows], np.int64),
        sets=np.array([row[0] for row in rows]),
        folds=folds_of(texts),
    )


def distinct_texts(folder: Path, prepare: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Name of the set and prepared text of every row of all `*.csv.gz`, labelled or not; equal texts once, empty ones never."""
    seen = set[str]()
    for path in sorted(folder.glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                text = prepare(row.get("text") or "")
                if text and text not in seen:
                    seen.add(text)
                    yield path.name.removesuffix(".csv.gz"), text


def folds_of(texts: Sequence[str], folds: int = FOLDS) -> NDArray[np.int64]:
    """A fold for each text, 0 … folds - 1; near-copies share one."""
    return np.array([crc32(group.encode()) % folds for group in groups_of(texts)], np.int64)


def _rows(folder: Path, name: str) -> Iterator[tuple[str, int]]:
    path = folder / f"{name}.csv.gz"
    if not path.exists():
        return
    names = {"jd_nike5": NIKE, "weibo_emo7": EMO7}.get(name, LABELS)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["label"] in names and row["text"].strip():
                yield row["text"], names[row["label"]]


def joined(parts: Sequence[Examples]) -> Examples:
    """One after the other."""
    return Examples(
        texts=tuple(text for part in parts for text in part.texts),
        labels=np.concatenate([part.labels for part in parts]),
        sets=np.concatenate([part.sets for part in parts]),
        folds=np.concatenate([part.folds for part in parts]),
    )


def with_composed(examples: Examples, posts: Sequence[Composed]) -> Examples:
    """The examples and the composed posts after them, which lie in no fold (-1)."""
    return Examples(
        texts=(*examples.texts, *(post.text for post in posts)),
        labels=np.concatenate([examples.labels, np.array([post.mood for post in posts], np.int64)]),
        sets=np.array([*examples.sets.tolist(), *[NAME] * len(posts)]),
        folds=np.concatenate([examples.folds, np.full(len(posts), -1, np.int64)]),
    )
