"""Making crawled text harmless and short enough for a channel, counted as the channel counts. Pure."""

import unicodedata
from typing import Final

_FULL_WIDTH: Final = str.maketrans({"@": "＠", "<": "＜", ">": "＞", "[": "［", "]": "］"})
_INVISIBLE: Final = {"Cc", "Cf", "Cs", "Co", "Cn"}


def harmless(text: str) -> str:
    """Text that can mention nobody and open no tag or link in any channel's markup; control and invisible characters become spaces.

    `@all`, `<!channel>`, `<@U123>` and `[text](address)` of a crawled post stay readable, in full-width characters.
    """
    visible = "".join(c if unicodedata.category(c) not in _INVISIBLE else " " for c in text)
    return " ".join(visible.translate(_FULL_WIDTH).split())


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with … where something was left out."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"[:limit]


def cut_bytes(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, cut on a character, with … where something was left out and there is room for it."""
    if len(text.encode()) <= limit:
        return text
    if limit < 3:
        return ""
    return text.encode()[: limit - 3].decode(errors="ignore") + "…"
