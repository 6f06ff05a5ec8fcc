"""All dictionary words of a batch in one pass: hashes of every length are looked up in a bitmap, then in a sorted table."""

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.batch import Batch, Places
from nlp.grams import hash_of, rolling

_BITS = 20
_SHIFT = np.uint64(64 - _BITS)
_SPREAD = np.uint64(0xD6E8FEB86659FD93)


@attrs.frozen(kw_only=True, eq=False)
class Hits:
    """Words found, by place and then the longer first."""

    places: Places
    """First character in the joined view."""
    entries: Places
    """Number of the word in the lexicon."""


class Lexicon:
    """A fixed list of words in their normalised form. A word that begins or ends with a Latin letter or digit only counts whole."""

    def __init__(self, words: Sequence[str]) -> None:
        """words: distinct, none empty; their order gives the entry numbers."""
        self.words = tuple(words)
        self.longest = max(map(len, self.words), default=0)
        self.lengths = np.array([len(word) for word in self.words] or [0], dtype=np.int64)
        hashes = np.array([hash_of(word) for word in self.words] or [0], dtype=np.uint64)
        self._order = np.argsort(hashes)
        self._sorted = hashes[self._order]
        self._bitmap = np.zeros(1 << _BITS, dtype=np.bool_)
        self._bitmap[(self._sorted * _SPREAD) >> _SHIFT] = bool(self.words)
        self._edged = np.array([_latin(word[0]) or _latin(word[-1]) for word in self.words] or [False], dtype=np.bool_)
        self._used = sorted({len(word) for word in self.words})

    def find(self, batch: Batch) -> Hits:
        """Every occurrence, overlapping ones too."""
        found_places, found_entries = [], []
        for length, hashes in enumerate(rolling(batch.codes, self.longest), 1):
            if length not in self._used:
                continue
            places = np.flatnonzero(self._bitmap[(hashes * _SPREAD) >> _SHIFT])
            rank = np.minimum(np.searchsorted(self._sorted, hashes[places]), len(self._sorted) - 1)
            same = (self._sorted[rank] == hashes[places]) & (self.lengths[self._order[rank]] == length)
            found_places.append(places[same])
            found_entries.append(self._order[rank[same]])
        places = np.concatenate(found_places or [np.zeros(0, np.int64)])
        entries = np.concatenate(found_entries or [np.zeros(0, np.int64)])
        whole = ~self._edged[entries] | self._stands_alone(batch, places, entries)
        places, entries = places[whole], entries[whole]
        order = np.lexsort((-self.lengths[entries], places))
        return Hits(places=places[order], entries=entries[order])

    def _stands_alone(self, batch: Batch, places: Places, entries: Places) -> NDArray[np.bool_]:
        """No Latin letter goes on before or after a word."""
        codes = batch.codes
        letter = (codes >= 0x61) & (codes <= 0x7A)
        before = np.where(places > 0, letter[places - 1], False)
        after = letter[np.minimum(places + self.lengths[entries], len(codes) - 1)]
        starts, ends = letter[places], letter[places + self.lengths[entries] - 1]
        alone: NDArray[np.bool_] = ~((before & starts) | (after & ends))
        return alone


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
