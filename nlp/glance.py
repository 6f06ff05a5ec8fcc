"""A first glance at every text: which might tell of something grave and are worth a closer look? A sum over one and two characters."""

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.batch import GAP, Batch
from nlp.grams import buckets, rolling
from nlp.sentiment import Floats

BITS, LONGEST = 15, 2
EVEN = 10
"""Added to the number of n-grams, so that a text of two characters is not all weight."""


@attrs.frozen(kw_only=True, eq=False)
class Glance:
    """Weights of hashed n-grams."""

    table: Floats
    """2**BITS weights."""
    threshold: float
    """A text is looked at closely from this score on."""

    def scores(self, batch: Batch) -> Floats:
        """One a text: the weights of its n-grams, each as often as it stands there, over the root of their number."""
        owners, found = grams(batch)
        count = len(batch.texts)
        sums = np.bincount(owners, self.table[found], minlength=count)
        answer: Floats = (sums / np.sqrt(np.bincount(owners, minlength=count) + EVEN)).astype(np.float32)
        return answer

    def suspects(self, batch: Batch) -> NDArray[np.bool_]:
        """Which texts are worth a closer look."""
        answer: NDArray[np.bool_] = self.scores(batch) >= self.threshold
        return answer


def grams(batch: Batch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number of the text and bucket of every n-gram; none spans two texts."""
    owner = np.repeat(np.arange(len(batch.texts), dtype=np.int64), batch.ends - batch.starts + 1)
    inside = whole = batch.codes != GAP
    owners, found = [], []
    for n, hashes in enumerate(rolling(batch.codes, LONGEST), 1):
        whole = whole[: len(hashes)] & inside[n - 1 : n - 1 + len(hashes)]
        owners.append(owner[: len(hashes)][whole])
        found.append(buckets(hashes[whole], n, BITS))
    return np.concatenate(owners), np.concatenate(found)
