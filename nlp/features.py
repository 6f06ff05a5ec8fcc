"""What the sentiment model counts: character n-grams of the poster's own words and, apart from them, of what is reposted."""

import re
from functools import cache

import attrs
import numpy as np
from numpy.typing import NDArray

from nlp.batch import Batch, Places
from nlp.characters import Codes
from nlp.grams import buckets, rolling

NEGATION_REACH = 5
"""Characters after 不, 没, 无 or 未 that are read as negated, as far as the clause goes."""
_DIGIT, _NEGATION, _STOP = 1, 2, 3
_NO_NEGATION = np.array([ord(one) for one in "过仅但管止光愧"], np.uint32)
"""Before them 不 negates nothing: 不过, 不仅 …"""
_NEGATED = np.uint32(0x200000)
"""Added to a negated character: beyond Unicode, so that it is like no other."""
_REPOSTED = np.uint32(0x400000)
"""Added to the characters of a repost chain: the same words weigh otherwise in another's mouth."""
_CHAIN = re.compile(r"//[^\S\x1e]?@")
"""Where the poster's own words end; as in `nlp.normalize`, but never across two texts."""


@attrs.frozen(kw_only=True, eq=False)
class Parts:
    """Stretches that are counted apart: each text's own words in the order of the texts, then the repost chains."""

    count: int
    """Number of texts; chains have the numbers from here on."""
    owner: Places
    """Number of the part at each place of the batch."""
    ends: Places
    """One past the last character of each part."""
    chained: Places
    """Number of the text of each chain."""


def parts_of(batch: Batch) -> Parts:
    """The own words of each text, and its repost chain where there is one."""
    count = len(batch.starts)
    owner = np.repeat(np.arange(count, dtype=np.int64), batch.ends - batch.starts + 1)
    firsts: dict[int, int] = {}
    for found in _CHAIN.finditer(batch.view):
        firsts.setdefault(int(owner[found.start()]), found.start())
    ends = np.concatenate([batch.ends, batch.ends[list(firsts)]]) if firsts else batch.ends
    if firsts:
        ends[list(firsts)] = list(firsts.values())
    for number, (text, place) in enumerate(firsts.items(), count):
        owner[place : batch.ends[text] + 1] = number
    return Parts(count=count, owner=owner, ends=ends, chained=np.array(list(firsts), np.int64))


def gram_features(
    codes: Codes, parts: Parts, longest: int, bits: int
) -> list[tuple[int, NDArray[np.int64], NDArray[np.bool_]]]:
    """For n = 1 … longest: n, a number below 2**bits at each place, and whether that n-gram lies inside its part."""
    marked = folded(codes)
    if len(parts.chained):
        marked = np.where(parts.owner >= parts.count, marked + _REPOSTED, marked)
    ends, places = parts.ends[parts.owner], np.arange(len(codes))
    return [
        (n, buckets(hashes, n, bits), places[: len(hashes)] + n <= ends[: len(hashes)])
        for n, hashes in enumerate(rolling(marked, longest), 1)
    ]


def folded(codes: Codes) -> Codes:
    """Codes as the model reads them: every digit as 0, and what a negation reaches as other characters.

    Which number it is says nothing about the mood; 漏水 after 不 is the opposite of 漏水.
    """
    kinds = _kinds()[codes]
    plain = np.where(kinds == _DIGIT, np.uint32(0x30), codes)
    negating = kinds == _NEGATION
    negating[:-1] &= ~np.isin(codes[1:], _NO_NEGATION)
    places = np.arange(len(codes))
    last = np.maximum.accumulate(np.where(negating, places, -1 - NEGATION_REACH))
    stop = np.maximum.accumulate(np.where(kinds == _STOP, places, -1))
    reached = (last > stop) & (places > last) & (places - last <= NEGATION_REACH)
    return np.where(reached, plain + _NEGATED, plain)


@cache
def _kinds() -> NDArray[np.uint8]:
    """Per code point: digit, negation, end of a negation's reach, or 0."""
    kinds = np.zeros(0x110000, np.uint8)
    kinds[0x30:0x3A] = _DIGIT
    kinds[[ord(one) for one in "不没无未"]] = _NEGATION
    kinds[[ord(one) for one in "，。！？；：、…~ ,.!?;:\n\t\x1e"]] = _STOP
    return kinds
