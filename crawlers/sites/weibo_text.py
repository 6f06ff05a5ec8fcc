"""Weibo's texts: HTML of a post to plain text, emoticons kept, and whether the page held only its beginning."""

import re
from typing import Any

import attrs
from parsel import Selector

Element = Any  # an lxml element: lxml ships no types
_INVISIBLE = re.compile("[\u200b\ue000-\uf8ff]")
"""Zero-width spaces end each post; private-use glyphs are the site's icon font. U+200D and U+FE0F are part of emoji."""
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MORE_LABELS = ("全文", "展开", "收起", "展开全文", "收起全文")
_CUT_IN_TEXT = re.compile(r"\.\.\.\s*全文[:：]\s*https?://")  # the official API says it in the words
_BLANK_LINE_EDGES = re.compile(r"[ \t\r\f]*\n[ \t\r\f]*")


@attrs.frozen(kw_only=True)
class SiteText:
    """A text as published."""

    text: str
    """Tags removed, <br> as newline, [emoticon] kept, U+200B and icon glyphs out, no outer blanks."""
    cut: bool = False
    """The site offered the rest behind 全文 or 展开."""


def from_html(markup: str) -> SiteText:
    """Plain text of a post's or comment's HTML."""
    markup = _UNREADABLE.sub("", markup)
    if "<" not in markup and "&" not in markup:
        return from_plain(markup)
    return from_element(Selector(text=f"<div>{markup}</div>", type="html").root)


def from_plain(text: str) -> SiteText:
    """A text that holds no HTML."""
    text = _UNREADABLE.sub("", text)
    return SiteText(text=clean(text), cut=_CUT_IN_TEXT.search(text) is not None)


def from_element(root: Element, *, page_layout: bool = False) -> SiteText:
    """Plain text of an element. page_layout: newlines of the source only lay the page out and are no line breaks."""
    parts: list[str] = []
    cut = _collect(root, parts, page_layout)
    text = "".join(parts)
    if page_layout:
        text = _BLANK_LINE_EDGES.sub("\n", _INVISIBLE.sub("", text))
    return SiteText(text=clean(text), cut=cut or _CUT_IN_TEXT.search(text) is not None)


def clean(text: str) -> str:
    """Without zero-width spaces, icon glyphs and outer blanks."""
    return _INVISIBLE.sub("", text).strip()


def _collect(root: Element, parts: list[str], page_layout: bool) -> bool:
    """Append the text below `root` in reading order; True if a 全文 or 展开 link was met (and left out)."""
    cut = False
    skip_until: Element | None = None
    stack: list[tuple[Element, bool]] = [(root, False)]
    while stack:  # no recursion: markup may be nested a thousand deep
        element, closing = stack.pop()
        if closing:
            skip_until = None if element is skip_until else skip_until
            if element is not root and element.tail:
                _add(parts, element.tail, skip_until is None, page_layout)
            continue
        stack.append((element, True))
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue  # comments and scripts have no words
        if skip_until is None and element is not root and (label := _more_label(element)):
            cut = cut or "收起" not in label
            skip_until = element
        if skip_until is None:
            _open(element, parts)
        if element.text:
            _add(parts, element.text, skip_until is None, page_layout)
        stack.extend((child, False) for child in reversed(element))
    return cut


def _open(element: Element, parts: list[str]) -> None:
    if element.tag == "br":
        parts.append("\n")
    elif element.tag == "img":
        alt = element.get("alt") or ""
        parts.append(alt if alt.startswith("[") and alt.endswith("]") else "")


def _add(parts: list[str], text: str, wanted: bool, page_layout: bool) -> None:
    if wanted:
        parts.append(re.sub(r"\s*\n\s*", " ", text) if page_layout else text)


def _more_label(element: Element) -> str:
    """The label of a link that opens or closes the rest of a long text; empty for any other element."""
    if element.tag != "a" and not (element.tag == "span" and element.get("class") == "expand"):
        return ""
    label = clean("".join(t for t in element.itertext() if isinstance(t, str))[:24])
    bare = label[:-1] if label[-1:].isascii() else label  # the arrow beside it is a letter of the icon font: 收起d
    return label if bare.strip() in _MORE_LABELS else ""
