"""Counts n-grams over many texts: the sparse rows that training works on, and the rows of the table that they get."""

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.batch import batch_of
from nlp.extras import library
from nlp.features import gram_features, parts_of
from nlp.sentiment import IDF, MARK_BITS, NOWHERE, Floats, SentimentModel

BITS, LONGEST = 21, 4
FEWEST = 3
"""Texts that an n-gram must occur in."""
KNOWN_TEXTS = 160_000
"""About as many texts the shipped idf was counted over: an n-gram that never occurred there is rarer than any."""
_ROUND = 4000


@attrs.frozen(kw_only=True, eq=False)
class Grams:
    """Which n-grams count, and how much."""

    ids: NDArray[np.int64]
    """Their numbers of BITS + MARK_BITS bits, the most frequent first."""
    idf: Floats

    def scaled(self, counts: "Counts") -> Any:  # a scipy matrix, which has no types
        """A row a text of idf, of length 1; own words and repost chain are scaled apart and then added."""
        sparse = scipy_sparse()
        order = np.argsort(self.ids)
        ids = self.ids[order]
        places = np.searchsorted(ids, counts.ids)
        places[places == len(ids)] = 0
        known = ids[places] == counts.ids
        columns = order[places[known]]
        rows = counts.parts[known]
        data = self.idf[columns]
        lengths = np.sqrt(np.bincount(rows, weights=data.astype(np.float64) ** 2, minlength=len(counts.texts)) + 1e-6)
        data = (data / lengths[rows]).astype(np.float32)
        return sparse.csr_matrix((data, (counts.texts[rows], columns)), shape=(counts.size, len(self.ids)))

    @property
    def rows(self) -> NDArray[np.int64]:
        """Their rows in the table."""
        answer: NDArray[np.int64] = self.ids >> MARK_BITS
        return answer

    @property
    def marks(self) -> NDArray[np.uint8]:
        """The bits by which each is known in its row."""
        return (self.ids & ((1 << MARK_BITS) - 1)).astype(np.uint8)

    def table(self, *columns: Floats) -> tuple[Floats, NDArray[np.uint8]]:
        """Table and marks of a model, from weights per n-gram (before idf): a column each, the square of the idf behind them."""
        table = np.zeros((1 << BITS, len(columns) + 1), np.float32)
        table[self.rows] = np.stack([*(column * self.idf for column in columns), self.idf**2], axis=1)
        marks = np.zeros(1 << BITS, np.uint8)
        marks[self.rows] = self.marks
        return table, marks


@attrs.frozen(kw_only=True, eq=False)
class Counts:
    """The n-grams of texts, each once a part."""

    size: int
    """Number of texts."""
    texts: NDArray[np.int64]
    """Text of each part."""
    parts: NDArray[np.int64]
    """Part in which each n-gram occurs."""
    ids: NDArray[np.int64]
    """The n-gram."""

    def only(self, chosen: NDArray[np.bool_]) -> "Counts":
        """Of the chosen texts, numbered anew."""
        number = np.cumsum(chosen) - 1
        parts = chosen[self.texts]
        part = np.cumsum(parts) - 1
        kept = parts[self.parts]
        return Counts(
            size=int(chosen.sum()),
            texts=number[self.texts[parts]],
            parts=part[self.parts[kept]],
            ids=self.ids[kept],
        )


def counts_of(texts: Sequence[str]) -> Counts:
    """The n-grams of the texts."""
    owners, parts, ids = [], [], []
    before = 0
    for begin in range(0, len(texts), _ROUND):
        batch = batch_of(texts[begin : begin + _ROUND])
        here = parts_of(batch)
        count = len(here.ends)
        owners.append(begin + np.concatenate([np.arange(here.count), here.chained]))
        bits = BITS + MARK_BITS
        keys = [
            (here.owner[: len(feature)][inside] << bits) | feature[inside]
            for _, feature, inside in gram_features(batch.codes, here, LONGEST, bits)
        ]
        unique = np.unique(np.concatenate(keys))
        parts.append(before + (unique >> bits))
        ids.append(unique & ((1 << bits) - 1))
        before += count
    return Counts(size=len(texts), texts=np.concatenate(owners), parts=np.concatenate(parts), ids=np.concatenate(ids))


def grams_of(counts: Counts) -> Grams:
    """The n-grams that occur in FEWEST texts; of those that share a row of the table only the most frequent."""
    ids, seen = _frequent(counts)
    idf = np.log((1 + counts.size) / (1 + seen)) + 1
    return Grams(ids=ids, idf=idf.astype(np.float32))


def grams_beside(counts: Counts, model: SentimentModel) -> Grams:
    """The n-grams of the texts that a model knows, with its idf, and new ones of FEWEST texts where their row is free."""
    ids = np.unique(counts.ids)
    rows, known = model.known(ids)
    known &= model.table[rows, IDF] > 0
    new, seen = _frequent(counts)
    free = model.table[new >> MARK_BITS, IDF] == 0
    idf = np.log((1 + KNOWN_TEXTS) / (1 + seen[free])) + 1
    return Grams(
        ids=np.concatenate([ids[known], new[free]]),
        idf=np.concatenate([np.sqrt(model.table[rows[known], IDF]), idf]).astype(np.float32),
    )


def _frequent(counts: Counts) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """N-grams of FEWEST texts, one a row of the table, the most frequent first, and in how many they occur."""
    ids, seen = np.unique(counts.ids, return_counts=True)
    often = (seen >= FEWEST) & (ids >> MARK_BITS != NOWHERE)
    ids, seen = ids[often], seen[often]
    order = np.argsort(-seen, kind="stable")
    ids, seen = ids[order], seen[order]
    firsts = np.sort(np.unique(ids >> MARK_BITS, return_index=True)[1])
    return ids[firsts], seen[firsts]


def scipy_sparse() -> Any:  # scipy ships no types
    """`scipy.sparse`. Raises MissingExtra."""
    return library("scipy.sparse", needed_for="training a model")
