"""Weibo's HTML for a plain text: emoticons, topics, names, line breaks; and where a long text is cut."""

import html
import re
from urllib.parse import quote

CUT = 130
"""Characters of a long text that a list shows."""
_MARKS = re.compile(r"\[[^\[\]]{1,8}\]|#[^#\n]{1,40}#|@[\w\-]{2,30}|\n")


def shortened(text: str) -> tuple[str, bool]:
    """The beginning that a list shows, and whether something was cut; never inside an emoticon, topic or name."""
    if len(text) <= 140:
        return text, False
    end = CUT
    for mark in _MARKS.finditer(text):
        if mark.start() < end < mark.end():
            end = mark.start()
    return text[:end], True


def to_html(text: str) -> str:
    """The text as m.weibo.cn writes it."""
    parts, last = [], 0
    for mark in _MARKS.finditer(text):
        parts += [html.escape(text[last : mark.start()], quote=False), _markup(mark[0])]
        last = mark.end()
    return "".join([*parts, html.escape(text[last:], quote=False)])


def _markup(mark: str) -> str:
    if mark == "\n":
        return "<br />"
    if mark.startswith("["):
        source = f"https://h5.sinaimg.cn/m/emoticon/icon/default/d_{_file_name(mark)}.png"
        return f'<span class="url-icon"><img alt="{mark}" src="{source}" style="width:1em; height:1em;" /></span>'
    if mark.startswith("@"):
        return f"<a href='/n/{mark[1:]}'>{mark}</a>"
    address = f"https://m.weibo.cn/search?containerid=231522type%3D1%26t%3D10%26q%3D{quote(mark)}"
    return f'<a  href="{address}" data-hide=""><span class="surl-text">{mark}</span></a>'


def _file_name(mark: str) -> str:
    """A picture's name, the same for the same emoticon in every process."""
    return "".join(f"{ord(letter):x}" for letter in mark.strip("[]"))
