"""Weibo's comments: hotflow and its replies, the old list, and the desktop's buildComments."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from crawlers.sites.adapter import JsonObject
from crawlers.sites.weibo_addresses import post_page
from crawlers.sites.weibo_numbers import count_of, id_text
from crawlers.sites.weibo_posts import author_of, region_of, text_of
from crawlers.sites.weibo_times import resolve
from domain.documents import Kind, Post


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
    if not _rootless(item, mid):
        parent = id_text(item.get("rootidstr"), item.get("rootid"))
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
