"""贴吧's pages to posts: what a thread, a list of them, a search and the replies below a floor say."""

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import attrs
from parsel import Selector

from crawlers.sites.adapter import JsonObject, RawPage
from crawlers.sites.clock_times import epoch, moment
from crawlers.sites.values import mapping, name, one_line, plain, rows, whole
from domain.documents import Kind, Post

SHORT = 180
"""Characters from which a search's text is a beginning: the site cuts at about 200 and marks nothing."""
_REGION = re.compile(r"IP属地[:：]\s*([^\s<]{2,12})")
_TIME = re.compile(r"\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}(?::\d{2})?")
_TITLE_TAIL = re.compile(r"【[^】]{1,40}吧】_百度贴吧\s*$|_百度贴吧\s*$")
_LAYOUT = re.compile(r"\s+")


@attrs.frozen(kw_only=True)
class Floors:
    """What a page shows."""

    posts: tuple[Post, ...] = ()
    rows: int = 0
    """Rows seen, also those that could not be read."""
    thread: str = ""
    """Number of the thread, on a thread's page and below it."""
    total: int | None = None
    """Replies that the site counts."""
    more: bool = False
    """There is a next page."""
    answered: tuple[str, ...] = ()
    """Numbers of the floors with replies below them."""


def search(text: str, page: RawPage) -> Floors:
    """The web search: a thread is a post, a hit among its floors a comment."""
    found = Selector(text=text or " ", type="html")
    cards = found.css("div.s_post")
    posts = [post for card in cards if (post := _hit(card, page.seen_at))]
    return Floors(posts=tuple(posts), rows=len(cards), more=bool(found.css("a.next, .pager a.next")))


def search_rows(data: JsonObject, page: RawPage) -> Floors | None:
    """The mobile search's JSON; None where it is none."""
    place = mapping(data.get("data"))
    listed = place.get("post_list")
    if not isinstance(listed, list):
        return None
    posts = [post for row in rows(listed) if (post := _row(row, page.seen_at))]
    return Floors(posts=tuple(posts), rows=len(listed), more=str(place.get("has_more")) in ("1", "True"))


def thread(text: str, page: RawPage) -> Floors:
    """A thread: its first floor is the post, the others are comments; adverts among them have no number."""
    found = Selector(text=text or " ", type="html")
    floors = found.css("div.l_post[data-field], div.j_l_post[data-field]")
    number = _thread_number(found, floors, page.url)
    title = one_line(found.css("h1.core_title_txt::attr(title), h3.core_title_txt::attr(title)").get() or "")
    title = title or _TITLE_TAIL.sub("", one_line(found.css("title").get() or ""))
    counts = [whole(count) for count in found.css("li.l_reply_num span.red::text").getall()]
    read = [
        (post, field)
        for floor in floors
        if (field := _field(floor)) or floor.attrib.get("data-pid")
        if (post := _floor(floor, field, number, title, page))
    ]
    last = counts[1] if len(counts) > 1 else None
    asked = whole(dict(parse_qsl(urlsplit(page.url).query)).get("pn")) or 1
    total = counts[0] if counts else None
    return Floors(
        posts=tuple(attrs.evolve(p, comments=total) if total is not None and not p.parent else p for p, _ in read),
        rows=len(floors),
        thread=number,
        total=total,
        more=bool(last and asked < last),
        answered=tuple(
            name(content.get("post_id"))
            for _, field in read
            if (content := mapping(field.get("content"))) and (whole(content.get("comment_num")) or 0) > 0
        ),
    )


def replies(text: str, page: RawPage) -> Floors:
    """The replies below one floor, a fragment of HTML."""
    found = Selector(text=text or " ", type="html")
    query = dict(parse_qsl(urlsplit(page.url).query))
    items = found.css("li.lzl_single_post, li.j_lzl_s_p")
    pager = _json(found.css("li.lzl_li_pager::attr(data-field)").get() or "")
    tid, pid = query.get("tid", ""), query.get("pid", "")
    posts = [post for item in items if (post := _reply(item, tid, pid, page.seen_at))]
    asked = whole(query.get("pn")) or 1
    more = asked < (whole(pager.get("total_page")) or 1)
    return Floors(posts=tuple(posts), rows=len(items), thread=tid if tid.isdigit() else "", more=more)


def reply_rows(data: JsonObject, page: RawPage) -> Floors | None:
    """The replies below all floors of a thread's page, as JSON; None where it is none."""
    place = mapping(data.get("data"))
    listed = place.get("comment_list")
    if not isinstance(listed, dict | list):
        return None
    query = dict(parse_qsl(urlsplit(page.url).query))
    tid = query.get("tid", "")
    below = listed.items() if isinstance(listed, dict) else ()
    items = [(pid, row) for pid, floor in below for row in rows(mapping(floor).get("comment_info"))]
    posts = [post for pid, row in items if (post := _reply_row(row, tid, str(pid), page.seen_at))]
    return Floors(posts=tuple(posts), rows=len(items), thread=tid if tid.isdigit() else "")


def forum(text: str, page: RawPage) -> Floors:
    """A forum's list of threads; the page hides it in a comment, which its script brings out."""
    found = Selector(text=re.sub(r"<!--|-->", "", text) or " ", type="html")
    items = found.css("li.j_thread_list")
    posts = [post for item in items if (post := _listed(item, page.seen_at))]
    return Floors(posts=tuple(posts), rows=len(items), more=bool(found.css("a.next")))


def _hit(card: Selector, seen_at: datetime) -> Post | None:
    link = card.css(".p_title a")
    href = link.attrib.get("href", "")
    tid = link.attrib.get("data-tid", "").strip() or _digits(r"/p/(\d+)", href)
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


def _row(row: JsonObject, seen_at: datetime) -> Post | None:
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


def _floor(floor: Selector, field: JsonObject, thread: str, title: str, page: RawPage) -> Post | None:
    content, author = mapping(field.get("content")), mapping(field.get("author"))
    pid = name(content.get("post_id")) or floor.attrib.get("data-pid", "")
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
        region=_digits(_REGION.pattern, tail),
        seen_at=page.seen_at,
    )


def _reply(item: Selector, tid: str, pid: str, seen_at: datetime) -> Post | None:
    field = _field(item)
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


def _reply_row(row: JsonObject, tid: str, pid: str, seen_at: datetime) -> Post | None:
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


def _listed(item: Selector, seen_at: datetime) -> Post | None:
    field = _field(item)
    link = item.css("a.j_th_tit")
    tid = name(field.get("id")) or item.attrib.get("data-tid", "") or _digits(r"/p/(\d+)", link.attrib.get("href", ""))
    if not tid.isdigit():
        return None
    text = _text(item.css(".threadlist_abs").get())
    return _made(
        tid,
        text=_joined(_text(link.attrib.get("title") or link.get()), text),
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


def _thread_number(found: Selector, floors: Any, url: str) -> str:  # a list of selectors
    """The thread that the page is of: by its floors, its own links, at last by its address."""
    inside = [name(mapping(_field(floor).get("content")).get("thread_id")) for floor in floors]
    links = found.css("#lzonly_cntn::attr(href), link[rel=canonical]::attr(href)").getall()
    known = [*inside, *(_digits(r"/p/(\d+)", link) for link in links), _digits(r"/p/(\d+)", urlsplit(url).path)]
    return next((tid for tid in known if tid.isdigit()), "")


def _field(item: Selector) -> JsonObject:
    return _json(item.attrib.get("data-field", ""))


def _json(text: str) -> JsonObject:
    """The JSON of an attribute; an empty object where it is broken."""
    for candidate in (text, text.replace("&quot;", '"').replace("&amp;", "&")):
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


def _digits(pattern: str, text: str) -> str:
    hit = re.search(pattern, text)
    return hit[1] if hit else ""
