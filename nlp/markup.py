"""What of a text a person sees: HTML tags and entities and characters without width are out, each place is remembered."""

import html
import re

from nlp.characters import ZERO_WIDTH

_NAMES = (
    "a|abbr|article|aside|b|big|blockquote|body|br|button|center|code|dd|div|dl|dt|em|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe"
    "|img|input|label|li|link|main|mark|meta|nav|ol|option|p|pre|q|s|script|section|select|small|span|strike|strong|style|sub|sup|svg|table|tbody"
    "|td|textarea|tfoot|th|thead|title|tr|u|ul|video"
)
_MARKUP = re.compile(
    r"<(?P<hidden>script|style)\b[^<>]{0,300}>.{0,300}?</(?P=hidden)\s*>|<!--.{0,300}?-->"
    rf"|</?(?P<tag>{_NAMES})(?=[\s/>])[^<>]{{0,600}}>"
    r"|(?P<entity>&(?:nbsp|lt|gt|amp|quot|apos|hellip|mdash|ndash|middot|ldquo|rdquo|lsquo|rsquo|times|yen|copy|reg|ensp|emsp|thinsp|bull|#[0-9]{1,7}|#x[0-9a-f]{1,6});)",
    re.IGNORECASE | re.DOTALL,
)
_BREAKS = frozenset(
    ["br", "p", "div", "li", "tr", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "dd", "dt", "blockquote", "td"]
)
_EMOTICON = re.compile(r"\balt=[\"']?(\[[^\]<>\"']{1,20}\])", re.IGNORECASE)
_PRIVATE = re.compile(r"[0-9０-９]{5}|[@＠]")
_HIDDEN = re.compile(f"[{ZERO_WIDTH}]")


def has_hidden(text: str) -> bool:
    """Does a character without width, a tag or an entity stand anywhere in the text?"""
    return has_markup(text) or (not text.isascii() and _HIDDEN.search(text) is not None)


def has_markup(text: str) -> bool:
    """Does an HTML tag or entity stand anywhere in the text?"""
    return ("<" in text or "&" in text) and _MARKUP.search(text) is not None


def shown(text: str) -> tuple[str, list[int]]:
    """What is seen, and for each of its characters the place in the text; a line break for <br> and the like, the name of an emoticon's picture."""
    characters: list[str] = []
    places: list[int] = []

    def keep(start: int, end: int) -> None:
        kept = [place for place in range(start, end) if text[place] not in ZERO_WIDTH]
        places.extend(kept)
        characters.extend(text[place] for place in kept)

    at = 0
    for found in _MARKUP.finditer(text):
        keep(at, found.start())
        at = found.end()
        if not found["entity"] and _PRIVATE.search(found.group()):  # masking must see what a link may say: tel:138…
            keep(found.start(), found.end())
            continue
        sign = _sign(found)
        if sign and sign not in ZERO_WIDTH:
            characters.append(sign)
            places.append(found.start())
        elif (picture := _EMOTICON.search(found.group())) is not None:
            keep(found.start() + picture.start(1), found.start() + picture.end(1))
    keep(at, len(text))
    return "".join(characters), places


def _sign(found: re.Match[str]) -> str:
    """The one character that stands for a tag or entity; empty for one that leaves nothing."""
    if found["entity"]:
        decoded = html.unescape(found["entity"].lower())
        return decoded if len(decoded) == 1 else ""
    return "\n" if (found["tag"] or "").lower() in _BREAKS else ""
