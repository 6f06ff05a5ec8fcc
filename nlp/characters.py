"""Tables over all code points: what each character becomes in matching, and which ones need the slow exact way."""

import unicodedata
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
"""Code points of a text, one number a character."""

ZERO_WIDTH = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200c\u200d\u200e\u200f"
    "\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufe00\ufe0e\ufe0f\ufeff"
)
"""Characters that take no room on the screen and hide inside words."""
BROKEN = "\ufffd"
"""Stands where a character can't be stored: NUL and half surrogates."""
LAST = 0x10FFFF


@cache
def simplified() -> dict[int, str]:
    """Traditional character (code point) to its first simplified form, from OpenCC's table; equal ones are left out."""
    pairs = {}
    for line in files("opencc").joinpath("dictionary/TSCharacters.txt").read_text(encoding="utf-8").splitlines():
        old, _, new = line.partition("\t")
        first = new.split(" ")[0]
        if len(old) == len(first) == 1 and old != first:
            pairs[ord(old)] = first
    return pairs


@cache
def view_table() -> Codes:
    """For each code point the one that stands for it in matching: NFKC, lower, simplified where that is one character."""
    table = np.arange(LAST + 1, dtype=np.uint32)
    for code in _touched():
        image = unicodedata.normalize("NFKC", chr(code)).lower()
        if len(image) == 1:
            table[code] = ord(simplified().get(ord(image), image))
    table[0xD800:0xE000] = ord(BROKEN)
    table[0] = ord(BROKEN)
    return table


@cache
def exact_table() -> NDArray[np.bool_]:
    """True where the view of a character is also its normalised form, whatever stands beside it."""
    exact = np.zeros(LAST + 1, dtype=np.bool_)
    for low, high in ((0x20, 0x7F), (0x3001, 0x3004), (0x3008, 0x3012), (0x4E00, 0xA000), (0xFF01, 0xFF5F)):
        exact[low:high] = True
    for code in (0x09, 0x0A, 0x0D, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x3000):
        exact[code] = True
    exact[0x1F300:0x1F5FF] = True
    exact[0x1F600:0x1F650] = True
    exact[list(simplified())] = False  # a phrase may keep the old form: 乾坤
    return exact


def _touched() -> list[int]:
    """Code points whose image may differ from themselves; planes without letters or compatibility forms are skipped."""
    ranges = ((0x41, 0x3400), (0xA000, 0xAC00), (0xF900, 0x10000), (0x10400, 0x10600), (0x1D400, 0x1D800))
    listed = [code for low, high in ranges for code in range(low, high) if not 0xD800 <= code < 0xE000]
    return [*listed, *range(0x1F100, 0x1F270), *range(0x2F800, 0x2FA20), *simplified()]


def codes_of(text: str) -> Codes:
    """Code points of any text, half surrogates included."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def text_of(codes: Codes) -> str:
    """The text of code points."""
    return codes.tobytes().decode("utf-32-le", "surrogatepass")
