"""What a text is for matching: normalised, without a reposted chain, and known as filler where a site wrote it itself."""

import re
import unicodedata
from functools import cache
from typing import Any

from domain import default_texts
from nlp.characters import BROKEN, ZERO_WIDTH, simplified
from nlp.masking import mask

__all__ = ["is_default_text", "mask", "normalize", "own_words"]

_ZERO_WIDTH = re.compile(f"[{ZERO_WIDTH}]")
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_CHAIN = re.compile(r"(?<!http:)(?<!https:)[/／]{2}\s?[@＠]|(?:^|(?<=\s))[Rr][Tt]\s?[@＠]")
_REPLY = re.compile(r"\s*(?:回复|回覆|回復|reply(?: to)?)\s*[@＠][^\s:：@＠]{1,30}\s*[:：]\s*", re.IGNORECASE)
_REPOST_ONLY = re.compile(
    r"(转发微博|轉發微博|转发|轉發|转|轉|repost|retweet|快转微博|快轉微博|分享微博|转发理由|[\s,，.。!！:：~～…]|\[转发\])*",
    re.IGNORECASE,
)


def normalize(text: str) -> str:
    """The form that search and reading compare: NFKC, lower case, simplified characters, zero-width ones out, nothing else.

    NUL and half surrogates become U+FFFD. Doing it twice is doing it once.
    """
    for _ in range(
        4
    ):  # a simplified or lowered character may compose anew; two rounds are enough for all that is known
        after = _once(text)
        if after == text:
            break
        text = after
    return text


def _once(text: str) -> str:
    text = _BROKEN.sub(BROKEN, _ZERO_WIDTH.sub("", text))
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    text = text.lower()
    return text if _traditional().isdisjoint(text) else _converter().convert(text)


@cache
def _traditional() -> frozenset[str]:
    return frozenset(map(chr, simplified()))


@cache
def _converter() -> Any:  # opencc ships no types
    from opencc import OpenCC

    return OpenCC("t2s")


def own_words(text: str) -> str:
    """The poster's own words of a repost chain: what stands before the first `//@`, and after whom it answers (回复@某某:).

    The whole text where there is neither; "" where the poster only passed it on (转发微博).
    """
    lead = _REPLY.match(text)
    return text[lead.end() if lead else 0 : own_end(text)]


def own_end(text: str) -> int:
    """Where the poster's own words end: index of the first `//@`, 0 where the poster said nothing, else the length."""
    found = _CHAIN.search(text)
    if found is None:
        return len(text)
    return 0 if _REPOST_ONLY.fullmatch(text, 0, found.start()) else found.start()


def is_default_text(text: str) -> bool:
    """Did the site write this instead of a person (此用户未填写评价内容, 系统默认好评)?"""
    return 3 < len(text) < 80 and default_texts.is_default_text(normalize(text))
