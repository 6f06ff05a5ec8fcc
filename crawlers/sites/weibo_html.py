"""Weibo's search on the desktop (s.weibo.com): cards of HTML to posts."""

import re
from datetime import datetime

import attrs
from parsel import Selector, SelectorList

from crawlers.sites.web_pages import attribute
from crawlers.sites.weibo_addresses import post_page
from crawlers.sites.weibo_numbers import bid_of, count_of, is_mid, mid_of
from crawlers.sites.weibo_posts import region_of
from crawlers.sites.weibo_text import SiteText, clean, from_element
from crawlers.sites.weibo_times import resolve
from domain.documents import AuthorKind, Post

_IN_FORWARD = "ancestor::*[@node-type='feed_list_forwardContent']"
_AUTHOR = re.compile(r"weibo\.com/(?:u/)?(\d{4,12})(?:[/?#]|$)")
_POST = re.compile(r"weibo\.com/\d+/([0-9a-zA-Z]{5,12})(?:[/?#]|$)")
_MARKS = (  # the class or name of the badge beside the author
    (re.compile(r"icon-vip-b\b|vblue", re.I), AuthorKind.ORGANISATION),
    (re.compile(r"icon-vip-[yg]\b|vyellow|vorange|vgold|vred", re.I), AuthorKind.VERIFIED_PERSON),
)


@attrs.frozen(kw_only=True)
class SearchPage:
    """A result page as read."""

    posts: tuple[Post, ...] = ()
    known: bool = False
    """It is a result page: it has cards or says that there are none."""
    shown_number: int | None = None
    """The page number that the page itself says it is; None where it has no page list."""
    more: bool = False
    """The page links to a next one."""
    pages: int = 0
    """Pages that its page list offers; 0 = it has none, because one page holds everything."""


def read(text: str, *, seen_at: datetime) -> SearchPage:
    """The posts of a result page, own posts before the originals they repost; adverts without an id are left out."""
    page = Selector(text=text or " ", type="html")
    cards = page.css("div.card-wrap[mid]")
    own = [post for card in cards if (post := _post(card, seen_at))]
    originals = [post for card in cards if (post := _original(card, seen_at))]
    current = re.search(r"\d+", " ".join(page.css("ul.s-scroll li.cur ::text").getall()))
    return SearchPage(
        posts=tuple(
            {post.id: post for post in (*originals, *own)}[i] for i in dict.fromkeys(p.id for p in (*own, *originals))
        ),
        known=bool(cards or page.css("div.card-no-result")),
        shown_number=int(current[0][:6]) if current else None,
        more=bool(page.css("div.m-page a.next")),
        pages=len(page.css("ul.s-scroll li")),
    )


def _post(card: Selector, seen_at: datetime) -> Post | None:
    mid = attribute(card, "mid")
    if not is_mid(mid):
        return None
    own = f"not({_IN_FORWARD})"
    source = card.xpath(f".//*[contains(concat(' ',@class,' '),' from ')][{own}]")
    forward = card.css("[node-type=feed_list_forwardContent]")
    original = _mid_in(forward) if forward else None
    counts = card.css(".card-act li")
    return _made(
        mid,
        card.xpath(f".//p[{own}]"),
        card.xpath(f".//a[contains(concat(' ',@class,' '),' name ')][{own}]"),
        source,
        counts,
        seen_at,
        original,
    )


def _original(card: Selector, seen_at: datetime) -> Post | None:
    """The post that the card's own one reposts; None where there is none or it was deleted."""
    forward = card.css("[node-type=feed_list_forwardContent]")
    mid = _mid_in(forward) if forward else None
    if mid is None:
        return None
    return _made(
        mid,
        forward.css("p"),
        forward.css("a.name"),
        forward.css(".from"),
        forward.css(".func li, .act li"),
        seen_at,
        None,
    )


def _made(
    mid: str,
    paragraphs: SelectorList[Selector],
    names: SelectorList[Selector],
    source: SelectorList[Selector],
    counts: SelectorList[Selector],
    seen_at: datetime,
    original: str | None,
) -> Post:
    raw = clean(" ".join(source.css("a:first-of-type")[:1].xpath(".//text()").getall()))
    time, text, kind = resolve(raw, seen_at), _text(paragraphs), _kind(names)
    number = _counts(counts)
    return Post(
        id=f"weibo:{mid}",
        source="weibo",
        url=post_page(mid),
        text=text.text,
        published_at=time.at,
        date_only=time.date_only,
        published_raw=raw,
        seen_at=seen_at,
        author=_first(_AUTHOR, names.xpath("@href").getall()),
        author_name=clean(names.xpath("@nick-name").get() or names.xpath("string()").get() or "")
        if kind is AuthorKind.ORGANISATION
        else "",
        author_kind=kind,
        reposts=number.get("reposts"),
        comments=number.get("comments"),
        likes=number.get("likes"),
        repost_of=f"weibo:{original}" if original else None,
        truncated=text.cut,
        region=next(
            (r for t in source.xpath(".//text()").getall() if "发布于" in t and (r := region_of(clean(t)))), ""
        ),
        bid=_first(_POST, source.css("a").xpath("@href").getall()) or bid_of(mid) or "",
    )


def _text(paragraphs: SelectorList[Selector]) -> SiteText:
    """The whole text where the page hides one beside the shown beginning."""
    for kind in ("feed_list_content_full", "feed_list_content"):
        for paragraph in paragraphs:
            if attribute(paragraph, "node-type") == kind:
                return from_element(paragraph.root, page_layout=True)
    return SiteText(text="")


def _mid_in(forward: SelectorList[Selector]) -> str | None:
    """Long id of the reposted post, from its own link or its buttons."""
    for mid in forward.xpath(".//@mid | .//@action-data").getall():
        found = re.search(r"(?:^|\b(?:root)?mid=)(\d{8,20})(?:&|$)", mid)
        if found:
            return found[1]
    bid = _first(_POST, forward.css(".from a").xpath("@href").getall())
    return mid_of(bid) if bid else None


def _first(pattern: re.Pattern[str], texts: list[str]) -> str:
    return next((m[1] for t in texts if (m := pattern.search(t))), "")


def _kind(names: SelectorList[Selector]) -> AuthorKind | None:
    """By the badge beside the name; no badge says nothing, the page may have lost it."""
    beside = names[:1].xpath("./following-sibling::*")
    badge = " ".join(
        beside.xpath(
            "descendant-or-self::*/@*[name()='class' or name()='href' or name()='xlink:href' or name()='title']"
        ).getall()
    )
    return next((kind for mark, kind in _MARKS if mark.search(badge)), None)


def _counts(items: SelectorList[Selector]) -> dict[str, int]:
    """Reposts, comments and likes; a button without a number counts 0."""
    counts: dict[str, int] = {}
    for item in items:
        words = clean(" ".join(item.xpath(".//text()").getall()))
        hints = " ".join(
            item.xpath("descendant-or-self::*/@*[name()='action-type' or name()='title' or name()='class']").getall()
        )
        # the last button has lost its name more than once: a bare figure is the likes
        name = _count_name(words, hints) or ("likes" if re.fullmatch(r"[\d.,]+\s*[万亿]?\+?", words) else "")
        number = re.search(r"[\d.,]+\s*[万亿]?\+?", words)
        if name:
            counts.setdefault(name, (count_of(number[0]) if number else None) or 0)
    return counts


def _count_name(words: str, hints: str) -> str:
    if "收藏" in words or "favorite" in hints:
        return ""
    if "转发" in words or "forward" in hints:
        return "reposts"
    if "评论" in words or "comment" in hints:
        return "comments"
    return "likes" if "赞" in words or "赞" in hints or "like" in hints or "praise" in hints else ""
