"""Weibo's numbers: ids in their long and short form, and counts such as 100万+."""

import re
from typing import Any

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUE = {character: number for number, character in enumerate(_ALPHABET)}
_SEVEN_DIGITS = 10**7
_COUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,15})(\.\d{1,4})?\s*([万亿wW]?)\+?")
_SCALE = {"": 1, "万": 10_000, "w": 10_000, "W": 10_000, "亿": 100_000_000}


def mid_of(bid: str) -> str | None:
    """The long id (`4299399859880269`) of a short one (`GFHQlFsjb`); None where the text is no short id."""
    if not 5 <= len(bid) <= 12 or any(character not in _VALUE for character in bid):
        return None
    groups = [_number(bid[max(0, end - 4) : end]) for end in range(len(bid), 0, -4)][::-1]
    if any(group >= _SEVEN_DIGITS for group in groups):
        return None
    return str(groups[0]) + "".join(f"{group:07d}" for group in groups[1:])


def bid_of(mid: str) -> str | None:
    """The short id of a long one; None where the text is no long id."""
    if not is_mid(mid):
        return None
    groups = [int(mid[max(0, end - 7) : end]) for end in range(len(mid), 0, -7)][::-1]
    return _letters(groups[0]) + "".join(_letters(group).rjust(4, "0") for group in groups[1:])


def is_mid(text: str) -> bool:
    """Is it a long id: 8 to 20 plain digits?"""
    return 8 <= len(text) <= 20 and text.isascii() and text.isdigit()


def to_mid(text: str) -> str | None:
    """The long id, whichever form an address holds."""
    return text if is_mid(text) else mid_of(text)


def id_text(*candidates: Any) -> str | None:
    """The first candidate that is a long id, as text; floats are refused, they have lost digits."""
    for candidate in candidates:
        text = candidate if isinstance(candidate, str) else str(candidate) if type(candidate) is int else ""
        if is_mid(text):
            return text
    return None


def count_of(value: Any) -> int | None:
    """A count as Weibo gives it: 28, "28", "1.2万", "100万+" (= 1000000); None for anything else."""
    if type(value) is int:
        return value if value >= 0 else None
    match = _COUNT.fullmatch(value.strip()[:24]) if isinstance(value, str) else None
    if match is None:
        return None
    whole, fraction, unit = match[1].replace(",", ""), (match[2] or ".0")[1:], match[3]
    scaled: int = int(whole + fraction) * _SCALE[unit] // int(10 ** len(fraction))
    return scaled


def _number(letters: str) -> int:
    value = 0
    for letter in letters:
        value = value * 62 + _VALUE[letter]
    return value


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, digit = divmod(number, 62)
        letters = _ALPHABET[digit] + letters
    return letters or "0"
