"""Weibo's posts as its JSON gives them, on the phone, the desktop and the official API alike."""

import html
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import attrs

from crawlers.sites.adapter import JsonObject
from crawlers.sites.weibo_addresses import post_page
from crawlers.sites.weibo_numbers import bid_of, count_of, id_text
from crawlers.sites.weibo_text import SiteText, clean, from_html, from_plain
from crawlers.sites.weibo_times import resolve
from domain.documents import AuthorKind, Post

_KINDS = {
    0: AuthorKind.VERIFIED_PERSON,
    1: AuthorKind.GOVERNMENT,
    2: AuthorKind.ORGANISATION,  # enterprise
    3: AuthorKind.MEDIA,
    4: AuthorKind.ORGANISATION,  # school
    5: AuthorKind.ORGANISATION,  # website
    6: AuthorKind.ORGANISATION,  # app
    7: AuthorKind.ORGANISATION,  # association
    8: AuthorKind.ORGANISATION,  # enterprise awaiting its check
    400: AuthorKind.VERIFIED_PERSON,  # deceased
}
_GONE = re.compile(  # 抱歉，此微博已被作者删除。 该微博因被多人投诉，…已被删除 抱歉，由于作者设置，你暂时没有这条微博的查看权限哦。
    r"\s*(?:抱歉|很遗憾|[该此](?:微博|账号|用户|内容)|由于作者|根据|微博).{0,60}?"
    r"(?:被[^。]{0,10}删除|不存在|没有[^。]{0,14}权限|暂无[^。]{0,8}权限|(?:不|仅.{1,8})可见|无法查看|不能查看)",
    re.DOTALL,
)
_PUBLIC = (AuthorKind.ORGANISATION, AuthorKind.MEDIA, AuthorKind.GOVERNMENT)


@attrs.frozen(kw_only=True)
class Author:
    """Who wrote, as far as the site says."""

    id: str = ""
    name: str = ""
    """Only of organisations, media and government."""
    kind: AuthorKind | None = None
    followers: int | None = None


def posts(mblogs: Iterable[JsonObject], *, seen_at: datetime, whole_texts: bool = False) -> list[Post]:
    """The posts and, after them, the originals that they repost; each id once, own posts before originals.

    An original that the site says is deleted comes as `gone`, without a word.
    whole_texts: the page shows one post in full, so `isLongText` does not mean that the rest is elsewhere.
    """
    own = list(mblogs)
    originals = [r for m in own if (r := _object(m.get("retweeted_status")))]
    found: dict[str, Post] = {}
    for mblog in (*own, *(r for r in originals if _object(r.get("user")) or says_gone(r))):
        post = post_of(mblog, seen_at=seen_at, whole_text=whole_texts)
        if post is not None:
            found.setdefault(post.id, post)
    return list(found.values())


def post_of(mblog: JsonObject, *, seen_at: datetime, whole_text: bool = False) -> Post | None:
    """One post; None where it has no id, as adverts do; `gone` where the site says so."""
    mid = _mid(mblog)
    if mid is None:
        return None
    if says_gone(mblog):
        return gone_post(mid, seen_at=seen_at)
    raw = _text(mblog.get("created_at"))
    time, text, author = resolve(raw, seen_at), text_of(mblog), author_of(mblog.get("user"))
    original = _object(mblog.get("retweeted_status"))
    original_mid = _mid(original)
    above = id_text(mblog.get("pidstr"), mblog.get("pid")) if original_mid else None  # the repost that this one reposts
    return Post(
        id=f"weibo:{mid}",
        source="weibo",
        url=post_page(mid),
        text=text.text,
        published_at=time.at,
        date_only=time.date_only,
        published_raw=raw,
        seen_at=seen_at,
        author=author.id,
        author_name=author.name,
        author_kind=author.kind,
        followers=author.followers,
        reposts=count_of(mblog.get("reposts_count")),
        comments=count_of(mblog.get("comments_count")),
        likes=count_of(mblog.get("attitudes_count")),
        repost_of=f"weibo:{original_mid}" if original_mid else None,
        parent=f"weibo:{above}" if above and above not in (original_mid, mid) else None,
        pinned=_pinned(mblog),
        truncated=text.cut or (not whole_text and _goes_on(mblog) and not _long_text(mblog)),
        region=region_of(mblog.get("region_name")),
        bid=_text(mblog.get("bid")) or _text(mblog.get("mblogid")) or bid_of(mid) or "",
    )


def gone_post(mid: str, *, seen_at: datetime) -> Post:
    """What remains of a post that was deleted or hidden: its id. Its words are those that were seen before."""
    return Post(
        id=f"weibo:{mid}",
        source="weibo",
        url=post_page(mid),
        text="",
        seen_at=seen_at,
        bid=bid_of(mid) or "",
        gone=True,
    )


def says_gone(mblog: JsonObject) -> bool:
    """Does the site say that this post is deleted or no longer for everybody? Such a one has no author."""
    if _object(mblog.get("user")):
        return False
    return mblog.get("deleted") in (1, "1", True) or _GONE.match(_text(mblog.get("text"))) is not None


def screen_name(mblog: JsonObject) -> str:
    """The author's name as others call it in a chain of reposts; never stored."""
    return clean(_text(_object(mblog.get("user")).get("screen_name")))


def text_of(item: JsonObject) -> SiteText:
    """The longest text that a post or comment carries.

    The desktop's `text_raw` keeps links and topics as written; its `text` alone tells that the rest is elsewhere (展开).
    """
    if whole := _long_text(item):
        return from_html(whole)
    marked = from_html(_text(item.get("text")))
    plain = _text(item.get("text_raw"))
    return SiteText(text=from_plain(html.unescape(plain)).text, cut=marked.cut) if plain else marked


def author_of(user: Any) -> Author:
    """Author of a post or comment; empty where the account is gone."""
    user = _object(user)
    if not user:
        return Author()
    identity = user.get("idstr") or user.get("id")
    kind = _kind(user)
    return Author(
        id=str(identity) if isinstance(identity, str) or type(identity) is int else "",
        name=clean(_text(user.get("screen_name"))) if kind in _PUBLIC else "",
        kind=kind,
        followers=count_of(user.get("followers_count_str")) or count_of(user.get("followers_count")),
    )


def region_of(value: Any) -> str:
    """Province from 发布于 重庆, 来自 北京 or 来自上海; a client's name (来自 iPhone客户端) is no region."""
    words = clean(_text(value))
    for prefix in ("发布于", "来自"):
        if words.startswith(prefix):
            place = words.removeprefix(prefix).strip()
            return (
                place
                if len(place) <= 12 and not place.isascii() and "客户端" not in place and "微博" not in place
                else ""
            )
    return ""


def mblogs_in(cards: Any) -> Iterator[JsonObject]:
    """The posts in a container's cards, in page order, card groups (card_type 11) opened at any depth."""
    for card in every_card(cards):
        mblog = _object(card.get("mblog"))
        if mblog:
            yield mblog


def every_card(cards: Any) -> Iterator[JsonObject]:
    """Every card in page order, each group before what it holds."""
    waiting = list(reversed(cards)) if isinstance(cards, list) else []
    while waiting:
        card = waiting.pop()
        if not isinstance(card, dict):
            continue
        yield card
        group = card.get("card_group")
        if isinstance(group, list):
            waiting.extend(reversed(group))


def _kind(user: JsonObject) -> AuthorKind | None:
    number = user.get("verified_type")
    if isinstance(number, str) and re.fullmatch(r"-?[0-9]{1,4}", number):
        number = int(number)
    if user.get("verified") is False or number == -1:
        return AuthorKind.PERSON
    if type(number) is not int:
        return AuthorKind.VERIFIED_PERSON if user.get("verified") is True else None
    return _KINDS.get(number, AuthorKind.PERSON)  # 200, 220 and the like are grades of ordinary members


def _mid(mblog: JsonObject) -> str | None:
    return id_text(mblog.get("mid"), mblog.get("idstr"), mblog.get("id"))


def _goes_on(mblog: JsonObject) -> bool:
    """The list shows the beginning only: `isLongText`, or on the desktop a `continue_tag`."""
    return mblog.get("isLongText") is True or bool(_object(mblog.get("continue_tag")))


def _pinned(mblog: JsonObject) -> bool:
    title = mblog.get("title")
    words = title.get("text") if isinstance(title, dict) else title
    return (
        mblog.get("isTop") in (1, True) or mblog.get("mblogtype") == 2 or (isinstance(words, str) and "置顶" in words)
    )


def _long_text(item: JsonObject) -> str:
    whole = _object(item.get("longText"))
    return _text(whole.get("longTextContent") or whole.get("content"))


def _object(value: Any) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
