"""Near-copies: MinHash over character 3-grams, found again through bands, in groups whose names never change."""

from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import blake2b

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.batch import GAP, batch_of
from nlp.grams import rolling

_BANDS, _ROWS = 24, 3
_WIDTH = _BANDS * _ROWS
_KEYS = _BANDS + 1  # and one for the whole text
_SHORT_CHARACTERS = 12
_ALIKE, _ALIKE_SHORT = 0.4, 0.8
"""Least estimated Jaccard similarity of 3-grams: where a tenth of the characters is changed it is about .57, give or take .06 by
estimating, while real texts that are no copies of one another hardly reach .3. A short text has too few 3-grams to be lenient."""
_ROUND = 512

_random = np.random.default_rng(20260101)
_MULTIPLY = _random.integers(1, 2**32, _WIDTH, dtype=np.uint32) | np.uint32(1)
_ADD = _random.integers(0, 2**32, _WIDTH, dtype=np.uint32)
_MIX = np.uint64(0x9E3779B97F4A7C15)

Keys = NDArray[np.uint64]


def fingerprint(text: str) -> str:
    """Name of the group that a text would begin: 16 hex digits, equal for equal texts."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


@attrs.frozen(kw_only=True, eq=False)
class Signed:
    """What comparing needs of some texts, a row a text: made anywhere (`sign`), compared in one place."""

    signatures: NDArray[np.uint16]
    keys: Keys
    """Of each band and of the whole text, never 0."""
    lengths: NDArray[np.int32]
    """Counted characters."""


class NearDuplicates:
    """Groups of near-copies, growing as texts come; each group is named after the fingerprint of its first text.

    Adding the same texts in the same order gives the same names, so a restart adds what it still has,
    with `clusters` where the names were stored. Blanks, punctuation and pictures do not count.
    """

    def __init__(self, capacity: int = 300_000) -> None:
        """capacity: texts remembered, some 800 bytes each; beyond it the older half is forgotten."""
        self.capacity = capacity
        self._sizes: dict[str, int] = {}
        self._forget()

    def add_many(self, texts: Sequence[str], clusters: Sequence[str] | None = None) -> list[str]:
        """Group of each text, in order. clusters: names given before, which then stay as they are."""
        names: list[str] = []
        for begin in range(0, len(texts), _ROUND):
            given = None if clusters is None else clusters[begin : begin + _ROUND]
            part = texts[begin : begin + _ROUND]
            names += self.add_signed(sign(part), given or [""] * len(part), map(fingerprint, part))
        return names

    def size(self, cluster: str) -> int:
        """How many texts of the group have been added; 0 for an unknown name."""
        return self._sizes.get(cluster, 0)

    def _forget(self) -> None:
        self._names: list[str] = []
        self._signatures = np.zeros((1024, _WIDTH), np.uint16)
        self._lengths = np.zeros(1024, np.int32)
        self._table = _Table()

    def add_signed(self, signed: Signed, clusters: Iterable[str], fingerprints: Iterable[str]) -> list[str]:
        """The same for some hundred texts signed elsewhere. clusters: "" where none was given. fingerprints: of the texts."""
        count = len(signed.lengths)
        if len(self._names) + count > self.capacity:
            self._drop_older_half()
        first = len(self._names)
        self._make_room(first + count)
        self._signatures[first : first + count] = signed.signatures
        self._lengths[first : first + count] = signed.lengths
        numbers = np.arange(first, first + count, dtype=np.int32)
        earlier = self._table.claim(signed.keys.ravel(), np.repeat(numbers, _KEYS)).reshape(signed.keys.shape)
        likes = self._alike(numbers, earlier)
        for like, given, own in zip(likes, clusters, fingerprints, strict=True):
            name = given or (own if like < 0 else self._names[like])
            self._names.append(name)
            self._sizes[name] = self._sizes.get(name, 0) + 1
        return self._names[first:]

    def _alike(self, numbers: NDArray[np.int32], earlier: NDArray[np.int32]) -> list[int]:
        """For each text the first earlier one that is its near-copy, -1 where there is none."""
        rows, columns = np.nonzero(earlier < numbers[:, None])
        one, other = numbers[rows], earlier[rows, columns]
        share = (self._signatures[one] == self._signatures[other]).mean(axis=1)
        short = np.minimum(self._lengths[one], self._lengths[other]) < _SHORT_CHARACTERS
        good = (share >= np.where(short, _ALIKE_SHORT, _ALIKE)) | (columns == _BANDS)
        best = np.full(len(numbers), np.iinfo(np.int32).max, np.int32)
        np.minimum.at(best, rows[good], other[good])
        return np.where(best == np.iinfo(np.int32).max, -1, best).tolist()  # type: ignore[no-any-return]

    def _make_room(self, count: int) -> None:
        while count > len(self._lengths):
            self._signatures = np.concatenate([self._signatures, np.zeros_like(self._signatures)])
            self._lengths = np.concatenate([self._lengths, np.zeros_like(self._lengths)])

    def _drop_older_half(self) -> None:
        """Begin anew with the younger half; its bands are made again from the signatures."""
        half = len(self._names) // 2
        names, count = self._names[half:], len(self._names) - half
        signatures, lengths = self._signatures[half : half + count].copy(), self._lengths[half : half + count].copy()
        self._forget()
        self._make_room(count)
        self._names, self._signatures[:count], self._lengths[:count] = names, signatures, lengths
        bands = _band_keys(signatures)
        self._table.claim(bands.ravel(), np.repeat(np.arange(count, dtype=np.int32), _BANDS))
        kept = set(names)
        self._sizes = {name: size for name, size in self._sizes.items() if name in kept}


class _Table:
    """Which text first showed a key: open addressing in two arrays, because a dictionary would need ten times the room."""

    def __init__(self) -> None:
        self._keys = np.zeros(1 << 16, np.uint64)
        self._values = np.zeros(1 << 16, np.int32)
        self._count = 0

    def claim(self, keys: Keys, values: NDArray[np.int32]) -> NDArray[np.int32]:
        """Value of each key, which is the given one where the key is new; of equal new keys the first wins."""
        unique, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        while (self._count + len(unique)) * 2 > len(self._keys):
            self._grow()
        return self._insert(unique, values[first])[inverse]

    def _insert(self, keys: Keys, values: NDArray[np.int32]) -> NDArray[np.int32]:
        answer = values.copy()
        mask = np.uint64(len(self._keys) - 1)
        slots = ((keys * _MIX) >> np.uint64(20)) & mask
        waiting = np.arange(len(keys))
        while len(waiting):
            slot, key = slots[waiting], keys[waiting]
            free = self._keys[slot] == 0
            self._keys[slot[free]] = key[free]
            mine = self._keys[slot] == key  # of two keys that wanted one free slot, one has lost
            fresh = mine & free
            self._values[slot[fresh]] = values[waiting[fresh]]
            self._count += int(fresh.sum())
            answer[waiting[mine]] = self._values[slot[mine]]
            waiting = waiting[~mine]
            slots[waiting] = (slots[waiting] + np.uint64(1)) & mask
        return answer

    def _grow(self) -> None:
        used = self._keys != 0
        keys, values = self._keys[used], self._values[used]
        self._keys, self._values = np.zeros(len(self._keys) * 2, np.uint64), np.zeros(len(self._keys) * 2, np.int32)
        self._count = 0
        self._insert(keys, values)


def sign(texts: Sequence[str]) -> Signed:
    """MinHash signature, band keys with that of the whole text, and number of counted characters, of each text."""
    batch = batch_of(texts)
    counted = _counted()[batch.codes]
    counted[batch.ends] = True  # the separator stays, so that texts stay apart
    codes = batch.codes[counted]
    ends = np.flatnonzero(codes == GAP)
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)
    lengths = (ends - starts).astype(np.int32)
    padded = np.concatenate([codes, np.zeros(2, codes.dtype)])
    grams = list(rolling(padded, 3))[2]
    small = ((grams * _MIX) >> np.uint64(32)).astype(np.uint32)
    outside = np.zeros(len(codes), np.bool_)
    for back in (0, 1, 2):
        outside[np.maximum(ends - back, 0)] = True
    signatures = np.empty((len(texts), _WIDTH), np.uint32)
    for number in range(_WIDTH):
        mixed = small * _MULTIPLY[number] + _ADD[number]
        mixed[outside] = 0xFFFFFFFF
        signatures[:, number] = np.minimum.reduceat(mixed, starts)
    bands = _band_keys(signatures)
    counted_texts = zip(texts, starts.tolist(), ends.tolist(), strict=True)
    whole = np.array(
        [_whole(codes[a:b].tobytes() or fingerprint(text).encode()) for text, a, b in counted_texts], np.uint64
    )
    keys = np.concatenate([bands, whole[:, None]], axis=1)
    tiny = lengths < 3  # no 3-gram: only an equal text is a copy
    keys[tiny, :_BANDS] = whole[tiny, None]
    return Signed(signatures=signatures.astype(np.uint16), keys=keys, lengths=lengths)


def _band_keys(signatures: NDArray[np.generic]) -> Keys:
    """One key for each band of low bits, never 0."""
    low = signatures.astype(np.uint16).astype(np.uint64).reshape(len(signatures), _BANDS, _ROWS)
    keys = (low[:, :, 0] << np.uint64(32)) | (low[:, :, 1] << np.uint64(16)) | low[:, :, 2]
    return (keys | (np.arange(1, _BANDS + 1, dtype=np.uint64) << np.uint64(48))) * _MIX


def _whole(counted: bytes) -> int:
    """Key of a whole text, never 0."""
    return int.from_bytes(blake2b(counted, digest_size=8).digest(), "little") | 1


@cache
def _counted() -> NDArray[np.bool_]:
    """Letters, digits and Han characters: what makes two texts alike."""
    table = np.zeros(0x110000, np.bool_)
    for low, high in (
        (0x30, 0x3A),
        (0x61, 0x7B),
        (0x3040, 0x3100),
        (0x3400, 0xA000),
        (0xAC00, 0xD7A4),
        (0x20000, 0x31350),
    ):
        table[low:high] = True
    table[0xC0:0x600] = True
    return table


def groups_of(texts: Sequence[str]) -> list[str]:
    """Near-copy group of each text of a closed set; used to keep copies on one side of a split."""
    return NearDuplicates(capacity=max(2, len(texts) + 1)).add_many(texts)
