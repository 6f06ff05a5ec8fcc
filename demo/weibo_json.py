"""Posts, people and comments as Weibo's JSON tells them: the phone's form and the desktop's."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from demo import ids
from demo.clock import beijing
from demo.events import Author, Comment, Post
from demo.weibo_text import shortened, to_html
from demo.world import World

Json = dict[str, Any]  # the site's own JSON
Told = Callable[[datetime, datetime], str]
"""From a moment and now to the words in which a page tells it."""
DELETED = "抱歉，此微博已被作者删除。查看帮助：<a href='https://weibo.example/help'>网页链接</a>"
ALWAYS_GOES_ROUND = 1_000_000
"""From here on a count is told as 100万+."""


def created_at(moment: datetime, now: datetime) -> str:
    """As the search says it: 刚刚, 5分钟前, and after an hour the whole date."""
    age = now - moment
    if age < timedelta(minutes=1):
        return "刚刚"
    if age < timedelta(hours=1):
        return f"{int(age.total_seconds() // 60)}分钟前"
    return dated(moment, now)


def created_at_in_profile(moment: datetime, now: datetime) -> str:
    """As a profile says it: 刚刚, 5分钟前, 3小时前 (of today), 昨天 12:01, 06-14, 2018-12-31."""
    then, today = beijing(moment), beijing(now)
    if now - moment < timedelta(hours=1):
        return created_at(moment, now)
    if then.date() == today.date():
        return f"{int((now - moment).total_seconds() // 3600)}小时前"
    if then.date() == today.date() - timedelta(days=1):
        return then.strftime("昨天 %H:%M")
    return then.strftime("%m-%d" if then.year == today.year else "%Y-%m-%d")


def dated(moment: datetime, now: datetime) -> str:
    """The whole date, as the desktop and the API always say it."""
    return beijing(moment).strftime("%a %b %d %H:%M:%S +0800 %Y")


def mblog(world: World, post: Post, *, whole: bool = False, created: Told = created_at) -> Json:
    """A post on the phone; `whole` gives a long text in full."""
    now = world.now()
    if post.gone(now):
        return {"id": str(post.mid), "mid": str(post.mid), "bid": ids.bid(post.mid), "text": DELETED, "user": None,
                "deleted": "1", "created_at": created(post.at, now), "visible": {"type": 0, "list_id": 0}}  # fmt: skip
    words = post.words(now)
    short, cut = shortened(words)
    text = to_html(words if whole else short)
    if cut and not whole:
        text += f'...<a href="/status/{post.mid}">全文</a>'
    edits = sum(edit.at <= now for edit in post.edits)
    told: Json = {
        "visible": {"type": 0, "list_id": 0},
        "created_at": created(post.at, now),
        "id": str(post.mid),
        "idstr": str(post.mid),
        "mid": str(post.mid),
        "bid": ids.bid(post.mid),
        "can_edit": False,
        "text": text,
        "textLength": len(words.encode("gbk", "replace")),
        "source": post.device,
        "favorited": False,
        "pic_ids": [],
        "is_paid": False,
        "user": user(post.author),
        "isLongText": cut,
        "mblogtype": 2 if post.pinned else 0,
        "region_name": f"发布于 {post.author.region}",
        "edit_config": {"edited": bool(edits)},
        **counts(world, post),
    }
    if edits:
        told["edit_count"] = edits
    if post.pinned:
        told["title"] = {"text": "置顶", "base_color": 1}
    if post.repost:
        told["raw_text"] = words
        told["retweeted_status"] = mblog(world, post.repost, created=created)
    if post.via:
        told["pid"] = post.via.mid
    return told


def desktop_mblog(world: World, post: Post) -> Json:
    """A post on the desktop: ids as numbers, the text plain and marked up, a long one cut in both."""
    now = world.now()
    if post.gone(now):
        return mblog(world, post, created=dated) | {
            "id": post.mid,
            "idstr": str(post.mid),
            "mblogid": ids.bid(post.mid),
        }
    words = post.words(now)
    short, cut = shortened(words)
    more = ' ...<span class="expand">展开</span>' if cut else ""
    told: Json = {
        "visible": {"type": 0, "list_id": 0},
        "created_at": dated(post.at, now),
        "id": post.mid,
        "idstr": str(post.mid),
        "mid": str(post.mid),
        "mblogid": ids.bid(post.mid),
        "user": desktop_user(post.author),
        "text_raw": short + "\u200b",
        "text": to_html(short) + more + " \u200b",
        "source": post.device,
        "isLongText": cut,
        "mblogtype": 2 if post.pinned else 0,
        "region_name": f"发布于 {post.author.region}",
        "number_display_strategy": {"apply_scenario_flag": 3, "display_text_min_number": 1000000},
        **counts(world, post),
    }
    if cut:
        told["continue_tag"] = {"title": "全文", "cleaned": True}
    if edits := sum(edit.at <= now for edit in post.edits):
        told["edit_count"] = edits
    if post.pinned:
        told |= {"isTop": 1, "title": {"text": "置顶", "base_color": 2}}
    if post.repost:
        told |= {"retweeted_status": desktop_mblog(world, post.repost), "repost_type": 1}
    if post.via:
        told["pid"] = post.via.mid
    return told


def counts(world: World, post: Post) -> Json:
    """Reposts, comments and likes: they grow with the age of a post."""
    age = max((world.now() - post.at).total_seconds(), 0)
    likes = int(post.fame * (1 - math.exp(-age / 7200)))
    return {
        "reposts_count": _shown(likes // 4),
        "comments_count": len(world.comments(post.mid)),
        "attitudes_count": _shown(likes),
    }


def user(author: Author) -> Json:
    """A person on the phone."""
    return {
        "id": author.uid,
        "screen_name": author.name,
        "profile_image_url": "https://tvax1.sinaimg.cn/crop.0.0.180.180.180/00000000ly8g0000000j.jpg",
        "profile_url": f"https://m.weibo.cn/u/{author.uid}?uid={author.uid}",
        "statuses_count": author.uid % 4000,
        "verified": author.verified_type >= 0,
        "verified_type": author.verified_type,
        "verified_reason": author.verified_reason,
        "close_blue_v": False,
        "description": "",
        "gender": "m" if author.uid % 2 else "f",
        "mbtype": 0,
        "urank": author.uid % 48,
        "mbrank": 0,
        "follow_me": False,
        "following": False,
        "followers_count": author.followers,
        "follow_count": author.uid % 900,
    }


def desktop_user(author: Author) -> Json:
    """A person on the desktop: no followers, as in its lists."""
    return {
        "id": author.uid,
        "idstr": str(author.uid),
        "screen_name": author.name,
        "verified": author.verified_type >= 0,
        "verified_type": author.verified_type,
        "profile_url": f"/u/{author.uid}",
        "mbrank": 0,
    }


def comment(world: World, told: Comment, post: Post, *, floor: int, inline: list[Comment]) -> Json:
    """A comment or reply on the phone, with the first of its replies."""
    answers = [c for c in world.comments(post.mid) if c.parent == told.id]
    shown = [comment(world, c, post, floor=0, inline=[]) for c in inline]
    return {
        "created_at": dated(told.at, world.now()),
        "id": str(told.id),
        "rootid": str(told.parent or told.id),
        "mid": str(told.id),
        "bid": ids.bid(told.id),
        "floor_number": floor,
        "text": to_html(told.text),
        "disable_reply": 0,
        "user": user(told.author),
        "is_mblog_author": told.author.uid == post.author.uid,
        "readtimetype": "comment",
        "comments": shown or False,
        "reply_count": 0,
        "max_id": 0,
        "total_number": len(answers),
        "source": f"来自{told.author.region}",
        "like_count": told.id % 17,
        "liked": False,
    }


def desktop_comment(world: World, told: Comment, post: Post, *, floor: int, inline: list[Comment]) -> Json:
    """A comment or reply on the desktop."""
    phone = comment(world, told, post, floor=floor, inline=[])
    likes, name = phone.pop("like_count"), f"来自{told.author.region}"
    return phone | {
        "id": told.id,
        "idstr": str(told.id),
        "rootid": told.parent or told.id,
        "rootidstr": str(told.parent or told.id),
        "text_raw": told.text,
        "user": desktop_user(told.author),
        "source": name,
        "like_counts": likes,
        "comments": [desktop_comment(world, c, post, floor=0, inline=[]) for c in inline],
    }


def _shown(count: int) -> int | str:
    return count if count < ALWAYS_GOES_ROUND else "100万+"
