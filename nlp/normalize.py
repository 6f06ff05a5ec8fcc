"""What a text is for matching: normalised, without a reposted chain, and known as filler where a site wrote it itself."""

import re
import unicodedata
from functools import cache
from typing import Any

from nlp.characters import BROKEN, ZERO_WIDTH, simplified
from nlp.masking import mask

__all__ = ["is_default_text", "mask", "normalize", "own_words"]

_ZERO_WIDTH = re.compile(f"[{ZERO_WIDTH}]")
_BROKEN = re.compile("[\x00\ud800-\udfff]")
_CHAIN = re.compile(r"//\s?@")
_REPOST_ONLY = re.compile(r"(转发微博|轉發微博|转发|repost|快转微博|[\s,，.。!！:：])*", re.IGNORECASE)
_DEFAULT = re.compile(
    r"(此|该|本)?(用户|买家|顾客|评价方|会员)?"
    r"(未(填写|及时|能及时|作出|做出|写)[^,。]{0,6}(评价|评论)(内容)?|没有?(填写|写)(评价|评论)(内容)?|觉得商品(不错|很好|非常好|较好|一般)"
    r"|(系统|平台)?(自动)?默认(给予|给出|为)?[^,。]{0,4}(好评|评价)[^,。]{0,6}"
    r"|默认好评|系统(自动)?(给予|给出)?好评|给(了|出)(商品)?好评)[!。.~,]*"
    r"|(初次评价|评价方未及时做出评价)[:,，]?(系统默认好评)?[!。.~]*|系统默认好评[!。.~]*|暂无评价内容?|无评价内容?|买家没有填写评价内容",
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
    return _converter().convert(text) if _traditional().search(text) else text


@cache
def _traditional() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(chr, simplified()))}]")


@cache
def _converter() -> Any:  # opencc ships no types
    from opencc import OpenCC

    return OpenCC("t2s")


def own_words(text: str) -> str:
    """The poster's own words of a Weibo repost chain: what stands before the first `//@`.

    The whole text where there is no chain; "" where the poster only passed it on (转发微博).
    """
    end = own_end(text)
    return "" if _REPOST_ONLY.fullmatch(text, 0, end) and end < len(text) else text[:end]


def own_end(text: str) -> int:
    """Where the poster's own words end: index of the first `//@`, else the length."""
    found = _CHAIN.search(text)
    return found.start() if found else len(text)


def is_default_text(text: str) -> bool:
    """Did the site write this instead of a person (此用户未填写评价内容, 系统默认好评)?"""
    return 3 < len(text) < 40 and _DEFAULT.fullmatch(normalize(text).replace(" ", "")) is not None
