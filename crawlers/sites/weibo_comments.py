"""Weibo's comments: hotflow and its replies, the old list, and the desktop's buildComments."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from crawlers.sites import weibo_addresses, weibo_outcomes
from crawlers.sites.adapter import JsonObject, PageRequest, ParsedPage, RawPage
from crawlers.sites.weibo_addresses import Address, post_page
from crawlers.sites.weibo_numbers import count_of, id_text
from crawlers.sites.weibo_posts import author_of, region_of, text_of
from crawlers.sites.weibo_results import changed, done, ended
from crawlers.sites.weibo_times import resolve
from domain.documents import Kind, Post

_API_COMMENTS = 50
"""Comments on a page of the API that was asked for without `count`."""


def comment_list(page: RawPage, address: Address, data: JsonObject) -> ParsedPage:
    """A page of comments or replies; where the site has more replies than it shows, their pages come last."""
    inner = data.get("data")
    place: JsonObject = inner if isinstance(inner, dict) else data
    listed = next((place[n] for n in ("data", "comments", "list") if isinstance(place.get(n), list)), None)
    hot = place.get("hot_data")
    if listed is None and ("data" not in place or place["data"] is not None) and not isinstance(hot, list):
        return changed(address, "no list of comments")
    listed = listed or []  # null is how some builds write an empty list
    items = [item for item in (*listed, *(hot if isinstance(hot, list) else ())) if isinstance(item, dict)]
    total = weibo_outcomes.total_of(data)
    found = comments(items, post_mid=_commented(address), seen_at=page.seen_at)
    if found:
        return done(
            address, found, total=total, following=_next_comments(address, place), further=_replies(address, items)
        )
    if items:
        return changed(address, "comments without an id that we know")
    # far more are counted than can be had: behind the first page nothing is the end
    told = "已加载全部" in str(data.get("trendsText") or "") or not address.first
    return ended(address, weibo_outcomes.nothing(address, total=None if told else total, told=told), total=total)


def _commented(address: Address) -> str | None:
    """Long id of what is commented: the post, or on a page of replies the comment above them."""
    return id_text(address.parameters.get("cid") if address.page == "replies" else None, address.mid)


def _next_comments(address: Address, place: JsonObject) -> PageRequest | None:
    """By the site's cursor; a cursor that comes back unchanged is a loop (case 42)."""
    if address.path == "/api/comments/show":
        last = count_of(place.get("max"))
        return address.following(page=str(address.number + 1)) if last is None or address.number < last else None
    if address.page == "api":
        return _next_of_api(address, place)
    cursor = str(count_of(place.get("max_id")) or 0)
    if cursor in ("0", address.parameters.get("max_id")):
        return None
    kind = place.get("max_id_type")
    return address.following(max_id=cursor, **({"max_id_type": str(kind)} if type(kind) is int else {}))


def _next_of_api(address: Address, place: JsonObject) -> PageRequest | None:
    total = count_of(place.get("total_number")) or 0
    count = address.size if "count" in address.parameters else _API_COMMENTS
    return address.following(page=str(address.number + 1)) if address.number * count < total else None


def _replies(address: Address, items: list[JsonObject]) -> list[PageRequest]:
    if address.page != "comments":
        return []
    if address.path.endswith("/buildComments"):
        return [weibo_addresses.desktop_replies(mid) for mid in unfolded(items)]
    return [weibo_addresses.replies(mid) for mid in unfolded(items)] if address.path == "/comments/hotflow" else []


def comments(items: Iterable[JsonObject], *, post_mid: str | None, seen_at: datetime) -> list[Post]:
    """Each comment once, followed by the replies shown with it.

    post_mid: long id of the post, parent of its comments; None = unknown. A reply's parent is the comment above it.
    """
    found: dict[str, Post] = {}
    for item in items:
        for comment in _with_replies(item, post_mid, seen_at):
            found.setdefault(comment.id, comment)
    return list(found.values())


def unfolded(items: Iterable[JsonObject]) -> Iterator[str]:
    """Long ids of the comments that have more replies than were shown with them."""
    for item in items:
        mid = _mid(item)
        if mid and _rootless(item, mid) and (count_of(item.get("total_number")) or 0) > len(list(_inline(item))):
            yield mid


def _with_replies(item: JsonObject, post_mid: str | None, seen_at: datetime) -> Iterator[Post]:
    comment = _comment(item, parent=post_mid, post_mid=post_mid, seen_at=seen_at)
    if comment is None:
        return
    yield comment
    for reply in _inline(item):
        below = _comment(reply, parent=comment.id.removeprefix("weibo:"), post_mid=post_mid, seen_at=seen_at)
        if below is not None:
            yield below


def _comment(item: JsonObject, *, parent: str | None, post_mid: str | None, seen_at: datetime) -> Post | None:
    mid = _mid(item)
    if mid is None:
        return None
    parent = _above(item, mid) or parent
    raw = created if isinstance(created := item.get("created_at"), str) else ""
    time, author = resolve(raw, seen_at), author_of(item.get("user"))
    likes = next((item[name] for name in ("like_count", "like_counts") if item.get(name) is not None), None)
    return Post(
        id=f"weibo:{mid}",
        source="weibo",
        kind=Kind.COMMENT,
        url=post_page(post_mid) if post_mid else "",
        text=text_of(item).text,
        published_at=time.at,
        date_only=time.date_only,
        published_raw=raw,
        seen_at=seen_at,
        author=author.id,
        author_name=author.name,
        author_kind=author.kind,
        followers=author.followers,
        comments=count_of(item.get("total_number")),
        likes=count_of(likes),
        parent=f"weibo:{parent}" if parent else None,
        region=region_of(item.get("source")),
        bid=bid if isinstance(bid := item.get("bid"), str) else "",
    )


def _above(item: JsonObject, mid: str) -> str | None:
    """Long id of the comment that it answers, as far as it says so itself; the API names it only there."""
    if not _rootless(item, mid):
        return id_text(item.get("rootidstr"), item.get("rootid"))
    answered = item.get("reply_comment")
    return _mid(answered) if isinstance(answered, dict) else None


def _mid(item: JsonObject) -> str | None:
    return id_text(item.get("idstr"), item.get("mid"), item.get("id"))


def _rootless(item: JsonObject, mid: str) -> bool:
    """Is it a comment on the post itself? Such a one names itself as root, or nobody."""
    return id_text(item.get("rootidstr"), item.get("rootid")) in (None, mid)


def _inline(item: JsonObject) -> Iterator[JsonObject]:
    """Replies shown with a comment: `comments` is a list, false or missing; some builds say `comment`."""
    for name in ("comments", "comment"):
        replies: Any = item.get(name)
        if isinstance(replies, list):
            yield from (reply for reply in replies if isinstance(reply, dict))
