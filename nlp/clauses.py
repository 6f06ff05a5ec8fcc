"""Clauses: the stretches of a text that each say one thing, cut at punctuation and at words that turn the thought."""

import numpy as np
from numpy.typing import NDArray

from nlp.batch import GAP, Batch, Places

TURNS = (
    "但是", "但", "不过", "可是", "然而", "只是", "可惜", "就是有点", "就是太", "就是声音", "就是噪音", "就是安装", "就是价格", "却", "除了", "另外", "美中不足", "唯一", "至于",
)  # fmt: skip
"""Words before which a new clause begins."""

_HARD = ",。!?;\n\r…~"


def _table() -> NDArray[np.bool_]:
    table = np.zeros(0x110000, dtype=np.bool_)
    table[[ord(character) for character in _HARD]] = True
    table[[0x3002, 0xFF61, GAP]] = True
    return table


_STOPS = _table()


def clause_bounds(batch: Batch, turns: Places) -> Places:
    """Places at which a clause begins, in order, over the whole batch; the last is the end of the array.

    turns: places of turning words. A comma or full stop inside a number does not part, a blank between Chinese words does.
    """
    codes = batch.codes
    stops = _STOPS[codes]
    before, after = np.roll(codes, 1), np.roll(codes, -1)
    inside = _digit(before) & _digit(after)
    stops &= ~((codes == 0x2C) & inside)
    stops |= (codes == 0x2E) & ~_word(after) & ~_digit(before)
    stops |= ((codes == 0x20) | (codes == 0x09)) & ~(_word(before) & _word(after))
    begins = np.concatenate([np.flatnonzero(stops) + 1, batch.starts, turns, [len(codes)]])
    return np.unique(begins)


def trimmed(view: str, start: int, end: int) -> tuple[int, int]:
    """The stretch without blanks and stops at its edges."""
    piece = view[start:end]
    kept = piece.lstrip(_EDGE)
    left = end - len(kept)
    return left, left + len(kept.rstrip(_EDGE))


_EDGE = " \t\x1e" + _HARD + ".、:"


def _digit(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    return (codes >= 0x30) & (codes <= 0x39)


def _word(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    return _digit(codes) | ((codes >= 0x61) & (codes <= 0x7A))
