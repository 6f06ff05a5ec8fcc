"""贴吧's pages to posts: what a thread, a list of them, a search and the replies below a floor say."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import attrs
from parsel import Selector

from crawlers.sites.adapter import JsonObject, RawPage
from crawlers.sites.tieba_posts import (
    digits_in,
    field_of,
    json_of,
    post_of_floor,
    post_of_hit,
    post_of_listed,
    post_of_reply,
    post_of_reply_row,
    post_of_row,
)
from crawlers.sites.values import mapping, name, one_line, rows, whole
from crawlers.sites.web_pages import attribute
from domain.documents import Post

_TITLE_TAIL = re.compile(r"【[^】]{1,40}吧】_百度贴吧\s*$|_百度贴吧\s*$")


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
    posts = [post for card in cards if (post := post_of_hit(card, page.seen_at))]
    return Floors(posts=tuple(posts), rows=len(cards), more=bool(found.css("a.next, .pager a.next")))


def search_rows(data: JsonObject, page: RawPage) -> Floors | None:
    """The mobile search's JSON; None where it is none."""
    place = mapping(data.get("data"))
    listed = place.get("post_list")
    if not isinstance(listed, list):
        return None
    posts = [post for row in rows(listed) if (post := post_of_row(row, page.seen_at))]
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
        (post, field, [reply for li in floor.css("li.lzl_single_post") if (reply := _below(li, number, post, page))])
        for floor in floors
        if (field := field_of(floor)) or attribute(floor, "data-pid")
        if (post := post_of_floor(floor, field, number, title, page))
    ]
    last = counts[1] if len(counts) > 1 else None
    asked = whole(dict(parse_qsl(urlsplit(page.url).query)).get("pn")) or 1
    total = counts[0] if counts else None
    return Floors(
        posts=tuple(
            said
            for post, _, below in read
            for said in (attrs.evolve(post, comments=total) if total is not None and not post.parent else post, *below)
        ),
        rows=len(floors),
        thread=number,
        total=total,
        more=bool(last and asked < last),
        answered=tuple(
            name(content.get("post_id"))
            for _, field, below in read
            if (content := mapping(field.get("content"))) and (whole(content.get("comment_num")) or 0) > len(below)
        ),
    )


def replies(text: str, page: RawPage) -> Floors:
    """The replies below one floor, a fragment of HTML."""
    found = Selector(text=text or " ", type="html")
    query = dict(parse_qsl(urlsplit(page.url).query))
    items = found.css("li.lzl_single_post, li.j_lzl_s_p")
    pager = json_of(found.css("li.lzl_li_pager::attr(data-field)").get() or "")
    tid, pid = query.get("tid", ""), query.get("pid", "")
    posts = [post for item in items if (post := post_of_reply(item, tid, pid, page.seen_at))]
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
    posts = [post for pid, row in items if (post := post_of_reply_row(row, tid, str(pid), page.seen_at))]
    return Floors(posts=tuple(posts), rows=len(items), thread=tid if tid.isdigit() else "")


def forum(text: str, page: RawPage) -> Floors:
    """A forum's list of threads; the page hides it in a comment, which its script brings out."""
    found = Selector(text=re.sub(r"<!--|-->", "", text) or " ", type="html")
    items = found.css("li.j_thread_list")
    posts = [post for item in items if (post := post_of_listed(item, page.seen_at))]
    return Floors(posts=tuple(posts), rows=len(items), more=bool(found.css("a.next")))


def _thread_number(found: Selector, floors: Any, url: str) -> str:  # a list of selectors
    """The thread that the page is of: by its floors, its own links, at last by its address."""
    inside = [name(mapping(field_of(floor).get("content")).get("thread_id")) for floor in floors]
    links = found.css("#lzonly_cntn::attr(href), link[rel=canonical]::attr(href)").getall()
    known = [*inside, *(digits_in(r"/p/(\d+)", link) for link in links), digits_in(r"/p/(\d+)", urlsplit(url).path)]
    return next((tid for tid in known if tid.isdigit()), "")


def _below(item: Selector, thread: str, floor: Post, page: RawPage) -> Post | None:
    """A reply that the thread's page shows itself."""
    pid = floor.id.removeprefix("tieba:")
    return post_of_reply(item, thread, pid, page.seen_at)
