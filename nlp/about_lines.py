"""Texts as lines of symbols, and the n-grams of a line as one of its symbols sees them: by clause, by side, and next to it."""

from collections.abc import Iterable, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Hashes = NDArray[np.uint64]

BITS = 18
FEATURES = 1 << BITS
ITSELF = 0xE210
"""Stands for the brand that is judged, wherever it is named."""
_BASE, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
EARLIER, BEFORE_LAST, LEFT, RIGHT, NEXT, NEXT_BUT_ONE, LATER, SELF, NOWHERE = range(9)
"""Where a symbol stands, seen from the brand: clauses before and behind, and the two sides of its own."""
ANYWHERE = 9


@attrs.frozen(kw_only=True, eq=False)
class Lines:
    """Lines one after the other."""

    symbols: Numbers
    owners: Numbers
    """Number of the line of each symbol."""
    clauses: Numbers
    """Counted up at each stop; only differences within a line count."""
    brands: Numbers
    """Number of the brand that a symbol stands for, counted over all lines; -1 else."""


@attrs.frozen(kw_only=True, eq=False)
class Keys:
    """Features found: row and number of the feature."""

    rows: Numbers
    features: Numbers


def joined(keys: Iterable[Keys]) -> Keys:
    """All of them."""
    parts = list(keys)
    return Keys(
        rows=np.concatenate([part.rows for part in parts]), features=np.concatenate([part.features for part in parts])
    )


def feature(hashes: Hashes, salt: int | Numbers) -> Numbers:
    """Feature numbers of hashes; those with another salt fall apart."""
    mixed = (hashes + np.asarray(salt, np.uint64) * _BASE) * _MIX
    mixed ^= mixed >> np.uint64(29)
    mixed *= _BASE
    return (mixed >> np.uint64(64 - BITS)).astype(np.int64)


def zone_of(apart: Numbers, side: Numbers) -> Numbers:
    """Zones. apart: clauses from the brand to the symbol. side: below 0 before the brand, above 0 behind."""
    zones = np.clip(apart, -2, 3) + 2 + (apart > 0)
    return np.where(apart == 0, np.where(side < 0, LEFT, RIGHT), zones)


@attrs.frozen(kw_only=True)
class Look:
    """How a kind of line is looked at."""

    salt: int
    """Keeps kinds of lines apart."""
    before: int
    behind: int
    """Symbols looked at on both sides."""
    zoned: int
    """Longest n-gram counted by its zone."""
    anywhere: Sequence[int] = ()
    """Lengths of n-grams counted wherever they stand."""
    beside: int
    """Longest n-gram next to the brand."""
    around: Sequence[tuple[int, int]] = ()
    """Symbols before and behind the brand, taken together with it."""


def seen(lines: Lines, spots: Numbers, look: Look) -> Keys:
    """What each of the brands at `spots` sees; rows are the numbers of their brands."""
    window = _window(lines, spots, look)
    rows = lines.brands[spots]
    found = [*_zoned(window, rows, look), *_anywhere(window, rows, look), *_beside(window, rows, look)]
    return joined(found)


@attrs.frozen(kw_only=True, eq=False)
class _Window:
    """One row a brand: the symbols around it and their zones."""

    symbols: Hashes
    zones: Numbers


def _window(lines: Lines, spots: Numbers, look: Look) -> _Window:
    offsets = np.arange(-look.before, look.behind + 1)
    places = spots[:, None] + offsets
    inside = (places >= 0) & (places < len(lines.symbols))
    places = np.clip(places, 0, max(len(lines.symbols) - 1, 0))
    inside &= lines.owners[places] == lines.owners[spots][:, None]
    same = lines.brands[places] == lines.brands[spots][:, None]
    symbols = np.where(inside, np.where(same, ITSELF, lines.symbols[places]) + 1, 0).astype(np.uint64)
    zones = zone_of(lines.clauses[places] - lines.clauses[spots][:, None], np.broadcast_to(offsets, places.shape))
    zones[:, look.before] = SELF
    return _Window(symbols=symbols, zones=np.where(inside, zones, NOWHERE))


def _zoned(window: _Window, rows: Numbers, look: Look) -> Iterable[Keys]:
    hashes = window.symbols
    width = hashes.shape[1]
    for n in range(1, look.zoned + 1):
        if n > 1:
            hashes = hashes[:, :-1] * _BASE + window.symbols[:, n - 1 :]
        first, last = window.zones[:, : width - n + 1], window.zones[:, n - 1 :]
        kept = (first == last) & (first < SELF)
        numbers = feature(hashes[kept], look.salt * 1024 + n * 16 + first[kept])
        yield Keys(rows=np.repeat(rows, kept.sum(axis=1)), features=numbers)


def _anywhere(window: _Window, rows: Numbers, look: Look) -> Iterable[Keys]:
    for n in look.anywhere:
        hashes = _stretch(window, 0, window.symbols.shape[1] - n + 1, n)
        kept = (window.zones[:, : hashes.shape[1]] != NOWHERE) & (window.zones[:, n - 1 :] != NOWHERE)
        numbers = feature(hashes[kept], look.salt * 1024 + n * 16 + ANYWHERE)
        yield Keys(rows=np.repeat(rows, kept.sum(axis=1)), features=numbers)


def _beside(window: _Window, rows: Numbers, look: Look) -> Iterable[Keys]:
    """N-grams that end before the brand or begin behind it, over the ends of clauses; the edge of the text counts too."""
    pairs = [(n, 0) for n in range(1, look.beside + 1)] + [(0, n) for n in range(1, look.beside + 1)]
    for number, (before, behind) in enumerate([*pairs, *look.around]):
        hashes = _stretch(window, look.before - before, look.before - before + 1, before + 1 + behind)[:, 0]
        yield Keys(rows=rows, features=feature(hashes, look.salt * 1024 + 512 + number))


def _stretch(window: _Window, first: int, last: int, n: int) -> Hashes:
    """Hashes of n symbols from the columns first … last - 1 on."""
    hashes = window.symbols[:, first:last].copy()
    for step in range(1, n):
        hashes = hashes * _BASE + window.symbols[:, first + step : last + step]
    return hashes
