"""Hashes of character n-grams, rolled over a whole batch at once; training and reading share them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nlp.characters import Codes, codes_of

Hashes = NDArray[np.uint64]

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)


def rolling(codes: Codes, longest: int) -> Iterator[Hashes]:
    """Hash of the n characters from each place on, for n = 1 … longest; near the end of the array they are shorter by n - 1.

    Polynomial modulo 2**64: equal strings have equal hashes whatever batch they are in.
    """
    wide = codes.astype(np.uint64) + np.uint64(1)
    hashes = wide.copy()
    yield hashes
    for n in range(2, longest + 1):
        if len(wide) < n:
            yield np.zeros(0, np.uint64)
            continue
        hashes = hashes[:-1] * _BASE + wide[n - 1 :]
        yield hashes


def hash_of(word: str) -> int:
    """The same hash for one string."""
    value = 0
    for code in codes_of(word).tolist():
        value = (value * int(_BASE) + code + 1) & 0xFFFFFFFFFFFFFFFF
    return value


def buckets(hashes: Hashes, n: int, bits: int) -> NDArray[np.int64]:
    """Feature numbers below 2**bits; n-grams of different length fall apart."""
    mixed = (hashes + np.uint64(n)) * _MIX
    mixed ^= mixed >> np.uint64(32)
    mixed *= _MIX
    return (mixed >> np.uint64(64 - bits)).astype(np.int64)
