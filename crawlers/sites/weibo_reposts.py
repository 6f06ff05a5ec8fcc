"""Who reposted whom: the reposts under a post, each with its original and, where the page knows it, the repost it answers."""

import re
from collections.abc import Iterable
from datetime import datetime

import attrs

from crawlers.sites.adapter import JsonObject
from crawlers.sites.weibo_posts import post_of, screen_name
from domain.documents import Post

_CHAIN = re.compile(r"//\s*@([\w\-·]{1,40})\s*[:：]")


def reposts_of(mblogs: Iterable[JsonObject], *, of: str | None, seen_at: datetime) -> list[Post]:
    """Each repost once, the original left out: the page is about it, and it was read before.

    of: long id of the post whose reposts these are; None = the page's address does not say.
    A repost that begins `话//@甲:前文` answers the repost of 甲 that says 前文, if that one is on this page.
    """
    found: dict[str, Post] = {}
    names: dict[str, str] = {}
    for mblog in mblogs:
        post = post_of(mblog, seen_at=seen_at)
        if post is None or post.id == f"weibo:{of}":
            continue
        original = post.repost_of or (f"weibo:{of}" if of else None)
        found.setdefault(post.id, attrs.evolve(post, repost_of=original))
        names.setdefault(post.id, screen_name(mblog))
    return [_with_parent(post, found.values(), names) for post in found.values()]


def _with_parent(post: Post, others: Iterable[Post], names: dict[str, str]) -> Post:
    chain = _CHAIN.search(post.text)
    if post.parent or chain is None:
        return post
    said = post.text[chain.end() :].strip()
    parent = next(
        (o for o in others if o.id != post.id and names[o.id] == chain[1] and _is_said(o.text, said)), None
    )  # fmt: skip
    return attrs.evolve(post, parent=parent.id) if parent else post


def _is_said(text: str, said: str) -> bool:
    """Is this the text that the chain goes on with? The site cuts a chain that grows too long."""
    return text.strip() == said or (len(said) >= 8 and text.strip().startswith(said))
