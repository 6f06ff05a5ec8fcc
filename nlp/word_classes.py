"""Makes classes of words that stand in the same company, of any texts: neighbours counted, reduced, clustered."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from nlp.counting import scipy_sparse
from nlp.extras import library
from nlp.segment import shipped_cut
from nlp.sentiment import Floats

CLASSES = 255
"""So that a class fits in a byte; 0 is for words that are not listed."""
_MOST_WORDS, _LEAST_SEEN, _LONGEST = 20_000, 8, 5
_NEIGHBOURS = ((1, 1.0), (2, 0.7), (3, 0.5))
"""Distance and weight."""
_DIMENSIONS = 100
_SMOOTHED = 0.75
"""Power of the counts of neighbours, by which rare ones weigh less. Source: Levy, Goldberg, Dagan (2015)."""


def word_classes(texts: Iterable[str]) -> Mapping[str, int]:
    """Class of each word that is frequent enough. Raises MissingExtra without scikit-learn."""
    cut = list(map(shipped_cut(), texts))
    counts = Counter(word for words in cut for word in words)
    words = [
        word
        for word, count in counts.most_common(_MOST_WORDS)
        if count >= _LEAST_SEEN and len(word) <= _LONGEST and "\u3400" <= word[0] <= "\u9fff"
    ]
    number = {word: at for at, word in enumerate(words)}
    flat = [at for line in cut for at in (*(number.get(word, -1) for word in line), -1, -1, -1)]
    vectors = _vectors(np.array(flat, np.int64), len(words))
    clusters = library("sklearn.cluster", needed_for="making classes of words").KMeans(
        CLASSES, n_init=1, max_iter=25, random_state=0
    )
    labels: Sequence[int] = clusters.fit(vectors).labels_.tolist()
    return {word: 1 + label for word, label in zip(words, labels, strict=True)}


def _vectors(line: Any, count: int) -> Floats:
    """One row a word, of length 1, by the words before and behind it."""
    sparse = scipy_sparse()
    shape = (count, 2 * count)
    seen = sparse.csr_matrix(shape)
    for distance, weight in _NEIGHBOURS:
        left, right = line[:-distance], line[distance:]
        known = (left >= 0) & (right >= 0)
        weights = np.full(int(known.sum()), weight)
        seen = seen + sparse.csr_matrix((weights, (left[known], right[known])), shape=shape)
        seen = seen + sparse.csr_matrix((weights, (right[known], left[known] + count)), shape=shape)
    seen = seen.tocoo()
    total, rows = seen.data.sum(), np.asarray(seen.sum(axis=1)).ravel()
    columns = np.asarray(seen.sum(axis=0)).ravel() ** _SMOOTHED
    columns *= total / columns.sum()
    surprise = np.log(seen.data * total / (rows[seen.row] * columns[seen.col]))
    kept = surprise > 0
    matrix = sparse.csr_matrix((surprise[kept], (seen.row[kept], seen.col[kept])), shape=shape)
    left, strength, _ = library("scipy.sparse.linalg", needed_for="making classes of words").svds(
        matrix, k=_DIMENSIONS, v0=np.ones(count)
    )
    vectors = left * np.sqrt(strength)
    answer: Floats = (vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)).astype(np.float32)
    return answer
