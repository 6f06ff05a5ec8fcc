"""贴吧's single posts: a hit, a row, a floor, a reply, a line of a forum's list, each to a post or a comment."""

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from parsel import Selector

from crawlers.sites.adapter import JsonObject, RawPage
from crawlers.sites.clock_times import epoch, moment
from crawlers.sites.values import mapping, name, one_line, plain, whole
from crawlers.sites.web_pages import attribute
from domain.documents import Kind, Post

SHORT = 180
"""Characters from which a search's text is a beginning: the site cuts at about 200 and marks nothing."""
_REGION = re.compile(r"IP属地[:：]\s*([^\s<]{2,12})")
_TIME = re.compile(r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}(?::\d{2})?")
_LAYOUT = re.compile(r"\s+")


def post_of_hit(card: Selector, seen_at: datetime) -> Post | None:
    """A hit of the web search: a thread, or a floor of one; None without a number."""
    link = card.css(".p_title a")
    href = attribute(link, "href")
    tid = attribute(link, "data-tid").strip() or digits_in(r"/p/(\d+)", href)
    if not tid.isdigit():
        return None
    title, text = _text(link.get()), _text(card.css(".p_content").get())
    query = dict(parse_qsl(urlsplit(href.partition("#")[0]).query))
    reply = title.startswith(("回复:", "回复："))
    id_ = (query.get("cid", "0") if query.get("cid", "0") != "0" else query.get("pid", "")) if reply else tid
    raw = one_line(card.css(".p_date").get())
    return _made(
        id_ or tid,
        text=text if reply else _joined(title, text),
        parent=tid if reply and id_ != tid else "",
        thread=tid,
        raw=raw,
        author=one_line(card.css("a[href*='/home/main'] font").get() or card.css("a[href*='/home/main']").get()),
        truncated=len(text) >= SHORT,
        seen_at=seen_at,
    )


def post_of_row(row: JsonObject, seen_at: datetime) -> Post | None:
    """A row of the mobile search; None without a number."""
    tid, user = name(row.get("tid")), mapping(row.get("user"))
    if not tid.isdigit():
        return None
    title, text = _text(row.get("title")), _text(row.get("content"))
    at = epoch(row.get("create_time") or row.get("time"))
    said = row.get("create_time") or row.get("time")
    return _made(
        tid,
        text=_joined(title, text),
        thread=tid,
        raw="" if at or not isinstance(said, str) else said,
        at=at,
        author=name(user.get("user_name")) or name(user.get("portrait")).partition("?")[0] or name(user.get("user_id")),
        comments=whole(row.get("post_num")),
        likes=whole(row.get("like_num")),
        reposts=whole(row.get("share_num")),
        truncated=len(text) >= SHORT or text.endswith("..."),
        seen_at=seen_at,
    )


def post_of_floor(floor: Selector, field: JsonObject, thread: str, title: str, page: RawPage) -> Post | None:
    """A floor of a thread: the first is the thread's own post. field: its `data-field`, maybe empty; None without a number."""
    content, author = mapping(field.get("content")), mapping(field.get("author"))
    pid = name(content.get("post_id")) or attribute(floor, "data-pid")
    if not pid.isdigit():
        return None
    said = floor.css("div.d_post_content, cc > div[id^=post_content_]")
    text = _text(content.get("content")) or _text(said.get())
    tail = floor.css(".post-tail-wrap, .core_reply_tail").get() or ""
    raw = next(iter(reversed(_TIME.findall(tail))), "") or name(content.get("date"))
    number = whole(content.get("post_no"))
    first = bool(thread) and (number == 1 if number is not None else content.get("post_index") == 0)
    return _made(
        thread if first else pid,
        text=_joined(title, text) if first else text,
        parent="" if first else thread,
        thread=thread,
        raw=raw,
        author=name(author.get("user_name"))
        or name(author.get("portrait")).partition("?")[0]
        or name(author.get("user_id")),
        comments=whole(content.get("comment_num")),
        region=digits_in(_REGION.pattern, tail),
        seen_at=page.seen_at,
    )


def post_of_reply(item: Selector, tid: str, pid: str, seen_at: datetime) -> Post | None:
    """A reply below a floor, from its HTML; None without a number."""
    field = field_of(item)
    id_ = name(field.get("spid")) or item.css("a[name]::attr(name)").get() or ""
    if not id_.isdigit():
        return None
    return _made(
        id_,
        text=_text(item.css(".lzl_content_main").get()),
        parent=pid or tid,
        thread=tid,
        raw=one_line(item.css(".lzl_time").get()),
        author=name(field.get("user_name")) or name(field.get("portrait")).partition("?")[0],
        seen_at=seen_at,
    )


def post_of_reply_row(row: JsonObject, tid: str, pid: str, seen_at: datetime) -> Post | None:
    """The same from JSON."""
    id_ = name(row.get("comment_id"))
    if not id_.isdigit():
        return None
    return _made(
        id_,
        text=_text(row.get("content")),
        parent=pid if pid.isdigit() else tid,
        thread=tid or name(row.get("thread_id")),
        at=epoch(row.get("now_time")),
        author=name(row.get("username")) or name(row.get("user_id")),
        seen_at=seen_at,
    )


def post_of_listed(item: Selector, seen_at: datetime) -> Post | None:
    """A line of a forum's list; None without a number."""
    field = field_of(item)
    link = item.css("a.j_th_tit")
    tid = name(field.get("id")) or attribute(item, "data-tid") or digits_in(r"/p/(\d+)", attribute(link, "href"))
    if not tid.isdigit():
        return None
    text = _text(item.css(".threadlist_abs").get())
    return _made(
        tid,
        text=_joined(_text(attribute(link, "title") or link.get()), text),
        thread=tid,
        raw=one_line(item.css(".is_show_create_time").get()),
        author=name(field.get("author_name")) or name(field.get("author_portrait")).partition("?")[0],
        comments=whole(field.get("reply_num")),
        pinned=bool(field.get("is_top")),
        truncated=bool(text),
        seen_at=seen_at,
    )


def _made(
    id_: str,
    *,
    text: str,
    thread: str,
    seen_at: datetime,
    parent: str = "",
    raw: str = "",
    at: datetime | None = None,
    author: str = "",
    comments: int | None = None,
    likes: int | None = None,
    reposts: int | None = None,
    region: str = "",
    pinned: bool = False,
    truncated: bool = False,
) -> Post:
    said = moment(raw, seen_at)
    return Post(
        id=f"tieba:{id_}",
        source="tieba",
        kind=Kind.COMMENT if parent else Kind.POST,
        url=f"https://tieba.baidu.com/p/{thread}" + (f"?pid={id_}#{id_}" if parent else "") if thread.isdigit() else "",
        text=text,
        published_at=at or said.at,
        date_only=said.date_only and at is None,
        published_raw=raw,
        seen_at=seen_at,
        author=author,
        reposts=reposts,
        comments=comments,
        likes=likes,
        parent=f"tieba:{parent}" if parent else None,
        pinned=pinned,
        truncated=truncated,
        region=region,
    )


def field_of(item: Selector) -> JsonObject:
    """The JSON of an element's `data-field`; an empty object where there is none or it is broken."""
    return json_of(attribute(item, "data-field"))


def json_of(text: str) -> JsonObject:
    """The JSON of an attribute, also in single quotes as the replies once had it; an empty object where it is broken."""
    for candidate in (text, text.replace("&quot;", '"').replace("&amp;", "&"), text.replace("'", '"')):
        try:
            return mapping(json.loads(candidate, strict=False))
        except (ValueError, RecursionError):
            continue
    return {}


def _joined(title: str, text: str) -> str:
    begin = re.sub(r"(?:\.{2,}|…)+$", "", title)
    return text if begin and text.startswith(begin) else "\n".join(part for part in (title, text) if part)


def _text(raw: Any) -> str:  # a site's own value
    """Text of a piece of HTML as a browser lays it out: its white space is one blank, <br> a newline."""
    if not isinstance(raw, str):
        return ""
    lines = plain(_LAYOUT.sub(" ", raw)).split("\n")
    return "\n".join(re.sub(" {2,}", " ", line).strip() for line in lines).strip()


def digits_in(pattern: str, text: str) -> str:
    """What the pattern's group finds; empty for nothing."""
    hit = re.search(pattern, text)
    return hit[1] if hit else ""
