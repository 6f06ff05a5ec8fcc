"""Weibo's pages about one post: the post as it is now, gone, or the whole of its long text."""

import attrs

from crawlers.sites.adapter import JsonObject, PageRequest, ParsedPage, RawPage
from crawlers.sites.weibo_addresses import Address, newest_comments, newest_reposts, post_page
from crawlers.sites.weibo_numbers import bid_of
from crawlers.sites.weibo_outcomes import Verdict
from crawlers.sites.weibo_posts import gone_post, posts, says_gone, text_of
from crawlers.sites.weibo_results import changed, done, ended
from domain.documents import Post
from domain.feeds import Outcome

WORTH_A_PAGE = 5
"""Comments or reposts from which on they are read when their post is looked at again: each look costs the session a page."""


def single_post(page: RawPage, address: Address, data: JsonObject) -> ParsedPage:
    """The post and, after it, its original. A shell that only says why it can't be seen is the post gone."""
    inner = data.get("data")
    mblog = inner if isinstance(inner, dict) else data
    if says_gone(mblog):
        return ended(
            address,
            Verdict(outcome=Outcome.NOT_FOUND, reason="the post is deleted or not for everybody"),
            documents=departed(page, address),
        )
    found = posts([mblog], seen_at=page.seen_at, whole_texts=True)
    own = next((post for post in found if not post.gone), None)
    if own is None:
        return changed(address, "no post in the answer")
    if address.mid and own.id != f"weibo:{address.mid}":
        return ended(address, Verdict(outcome=Outcome.WRONG_ITEM, reason=f"asked for {address.mid}, got {own.id[6:]}"))
    # that the post is known says nothing about what was said below it since
    return attrs.evolve(done(address, found, further=_below(own)), thorough=True)


def below(mid: str) -> tuple[PageRequest, PageRequest]:
    """Comments and reposts of a post, each newest first, so that reading may stop at known ones."""
    return newest_comments(mid), newest_reposts(mid)


def _below(post: Post) -> list[PageRequest]:
    """Where what was said below the post is, if it is worth a page."""
    comments, reposts = below(post.id.removeprefix("weibo:"))
    found = [comments] if (post.comments or 0) >= WORTH_A_PAGE else []
    return [*found, reposts] if (post.reposts or 0) >= WORTH_A_PAGE else found


def long_text(page: RawPage, address: Address, data: JsonObject) -> ParsedPage:
    """The whole text of a post, and nothing else about it: every other field stays as it was known."""
    inner = data.get("data")
    if not isinstance(inner, dict) or not isinstance(inner.get("longTextContent"), str):
        missing = isinstance(inner, dict) and not inner
        nothing = Verdict(outcome=Outcome.NOT_FOUND, reason="no long text")
        return ended(address, nothing) if missing else changed(address, "no longTextContent")
    if not address.mid:
        return changed(address, "no post id in the address")
    post = Post(
        id=f"weibo:{address.mid}",
        source="weibo",
        url=post_page(address.mid),
        text=text_of({"text": inner["longTextContent"]}).text,
        seen_at=page.seen_at,
        bid=bid_of(address.mid) or "",
    )
    return done(address, [post])


def departed(page: RawPage, address: Address) -> tuple[Post, ...]:
    """The post that a page of its own says is gone: its id and nothing else. Empty for any other page."""
    if address.page != "post" or not address.mid:
        return ()
    return (gone_post(address.mid, seen_at=page.seen_at),)
