"""m.weibo.cn as it answers: search and user containers, long texts, single posts, comments; and its session."""

import hashlib
import json
import math
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demo import ids
from demo.clock import beijing
from demo.events import Author, Comment, Post
from demo.pages import WorldPage
from demo.weibo_text import shortened, to_html
from demo.world import World

PAGE_SIZE, LAST_PAGE, COMMENTS = 10, 50, 20
SESSION = "demo"
"""The session cookie SUB must begin with this word."""
_EMPTY = {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}


def container_page(world: World, request: Request) -> Response:
    """/api/container/getIndex: search 100103, posts of a user 107603, profile 100505."""
    refused = _refused(world, request, login=True)
    if refused:
        return refused
    asked = {key: values[-1] for key, values in parse_qs(request.url.query, keep_blank_values=True).items()}
    container = asked.get("containerid", "")
    page = int(asked["page"]) if asked.get("page", "").isdecimal() else 1
    if container.startswith("100103"):
        return _answer(_search(world, container, asked, page))
    if container.startswith("107603") and container[6:].isdecimal():
        return _answer(_user_posts(world, int(container[6:]), asked.get("since_id", ""), page))
    uid = asked.get("value") or container[6:]
    return _answer(_profile(world, int(uid)) if uid.isdecimal() else _EMPTY)


def extend_page(world: World, request: Request) -> Response:
    """/statuses/extend: the whole text of a long post."""
    refused = _refused(world, request)
    post = None if refused else _post_asked(world, request)
    if refused or post is None:
        return refused or _answer({"ok": 0, "msg": "微博不存在或暂无查看权限"})
    return _answer({"ok": 1, "data": {"ok": 1, "longTextContent": to_html(post.text), **_counts(world, post)}})


def show_page(world: World, request: Request) -> Response:
    """/statuses/show: one post."""
    refused = _refused(world, request)
    post = None if refused else _post_asked(world, request)
    if refused or post is None:
        return refused or _answer({"ok": 0, "msg": "微博不存在或暂无查看权限"})
    return _answer({"ok": 1, "data": _mblog(world, post, whole=True)})


def comments_page(world: World, request: Request) -> Response:
    """/comments/hotflow: twenty at a time, then `max_id`."""
    refused = _refused(world, request)
    post = None if refused else _post_asked(world, request)
    if refused or post is None:
        return refused or _answer({"ok": 0})
    everything = world.comments(post.mid)
    after = request.query_params.get("max_id", "")
    rest = [c for c in everything if not after.strip("0") or c.id < int(after)]
    shown = rest[:COMMENTS]
    if not shown:
        return _answer({"ok": 0})
    data = {
        "data": [_comment(c, post, floor=len(everything) - n) for n, c in enumerate(shown)],
        "total_number": len(everything),
        "status": {"comment_manage_info": {"comment_permission_type": -1, "approval_comment_type": 0}},
        "max_id": shown[-1].id if len(rest) > COMMENTS else 0,
        "max": math.ceil(len(everything) / COMMENTS),
        "max_id_type": 0,
    }
    return _answer({"ok": 1, "data": data})


def visitor_page(world: World, request: Request) -> Response:
    """Where a caller without a session ends when it follows the redirect."""
    html = "<!DOCTYPE html><html><head><title>Sina Visitor System</title></head><body><script>var visitor = 1;</script></body></html>"
    return Response(html, media_type="text/html; charset=utf-8")


PAGES: dict[str, dict[str, WorldPage]] = {
    "m.weibo.cn": {
        "/api/container/getIndex": container_page,
        "/statuses/extend": extend_page,
        "/statuses/show": show_page,
        "/comments/hotflow": comments_page,
    },
    "visitor.passport.weibo.cn": {"/visitor/visitor": visitor_page},
    "passport.weibo.com": {"/sso/signin": visitor_page, "/visitor/visitor": visitor_page},
}


def created_at(moment: datetime, now: datetime) -> str:
    """As the search says it: 刚刚, 5分钟前, and after an hour the whole date."""
    age = now - moment
    if age < timedelta(minutes=1):
        return "刚刚"
    if age < timedelta(hours=1):
        return f"{int(age.total_seconds() // 60)}分钟前"
    return beijing(moment).strftime("%a %b %d %H:%M:%S +0800 %Y")


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


def _refused(world: World, request: Request, *, login: bool = False) -> Response | None:
    """The answer to a caller without a living session; None lets it in."""
    cookie = request.cookies.get("SUB", "")
    back = quote(str(request.url.replace(scheme="https", port=None)), safe="")
    if not cookie:
        return RedirectResponse(
            f"https://visitor.passport.weibo.cn/visitor/visitor?entry=sinawap&a=enter&url={back}", 302
        )
    if not cookie.startswith(SESSION) or (world.blocked("session-death") and login):
        url = f"https://passport.weibo.com/sso/signin?entry=wapsso&source=wapssowb&url={back}"
        return _answer({"ok": -100, "url": url})
    if world.blocked("session-death"):
        return Response("<html><head><title>432</title></head><body></body></html>", 432, media_type="text/html")
    return None


def _answer(body: dict[str, Any]) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    response = Response(text, media_type="application/json; charset=utf-8")
    response.set_cookie("XSRF-TOKEN", hashlib.sha256(text).hexdigest()[:6], path="/", max_age=1200)
    return response


def _search(world: World, container: str, asked: dict[str, str], page: int) -> dict[str, Any]:
    inner = {key: values[-1] for key, values in parse_qs(container.removeprefix("100103")).items()}
    words, kind = inner.get("q") or asked.get("q", ""), inner.get("type", "1")
    found = world.posts(words) if words.strip() else []
    if kind == "60":
        found.sort(key=lambda p: -p.fame)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE] if 1 <= page <= LAST_PAGE else []
    if not shown:
        return _EMPTY
    cards = [_card(world, post, container, created=created_at) for post in shown]
    if page == 1:  # the first posts come as a group, as on the real site
        group = {"card_type": 11, "show_type": 1, "title": "", "card_group": cards[:3]}
        cards = [group, *cards[3:]]
    info = {"containerid": container, "v_p": 42, "show_style": 1, "total": len(found), "page": page + 1}
    return {"ok": 1, "data": {"cardlistInfo": info, "cards": cards, "scheme": ""}}


def _user_posts(world: World, uid: int, since_id: str, page: int) -> dict[str, Any]:
    found = world.user_posts(uid)
    if since_id.isdecimal():
        found = [p for p in found if not p.pinned and p.mid < int(since_id)]
        page = 1
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    if not shown:
        return _EMPTY
    container = f"107603{uid}"
    cards = [_card(world, post, container, created=created_at_in_profile) for post in shown]
    info = {
        "containerid": container, "v_p": 42, "show_style": 1, "total": len(found), "page": page + 1,
        "since_id": shown[-1].mid,
    }  # fmt: skip
    return {"ok": 1, "data": {"cardlistInfo": info, "cards": cards, "scheme": ""}}


def _profile(world: World, uid: int) -> dict[str, Any]:
    posts = world.user_posts(uid)
    if not posts:
        return _EMPTY
    tabs = [{"id": 2, "tabKey": "weibo", "title": "微博", "tab_type": "weibo", "containerid": f"107603{uid}"}]
    info = {"userInfo": _user(posts[0].author), "tabsInfo": {"selectedTab": 1, "tabs": tabs}, "showAppTips": 1}
    return {"ok": 1, "data": info}


def _card(world: World, post: Post, container: str, *, created: Any) -> dict[str, Any]:
    short = ids.bid(post.mid)
    return {
        "card_type": 9,
        "itemid": f"{container}_-_{post.mid}",
        "scheme": f"https://m.weibo.cn/status/{short}?mblogid={short}&luicode=10000011&lfid={quote(container)}",
        "mblog": _mblog(world, post, created=created),
        "show_type": 1,
    }


def _mblog(world: World, post: Post, *, whole: bool = False, created: Any = created_at) -> dict[str, Any]:
    short, cut = shortened(post.text)
    text = to_html(post.text if whole else short)
    if cut and not whole:
        text += f'...<a href="/status/{post.mid}">全文</a>'
    mblog: dict[str, Any] = {
        "visible": {"type": 0, "list_id": 0},
        "created_at": created(post.at, world.now()),
        "id": str(post.mid),
        "idstr": str(post.mid),
        "mid": str(post.mid),
        "bid": ids.bid(post.mid),
        "can_edit": False,
        "text": text,
        "textLength": len(post.text.encode("gbk", "replace")),
        "source": post.device,
        "favorited": False,
        "pic_ids": [],
        "is_paid": False,
        "user": _user(post.author),
        "isLongText": cut,
        "mblogtype": 2 if post.pinned else 0,
        "region_name": f"发布于 {post.author.region}",
        "edit_config": {"edited": False},
        **_counts(world, post),
    }
    if post.pinned:
        mblog["title"] = {"text": "置顶", "base_color": 1}
    if post.repost:
        mblog["raw_text"] = post.text
        mblog["retweeted_status"] = _mblog(world, post.repost, created=created)
    return mblog


def _counts(world: World, post: Post) -> dict[str, Any]:
    age = max((world.now() - post.at).total_seconds(), 0)
    likes = int(post.fame * (1 - math.exp(-age / 7200)))
    return {
        "reposts_count": _shown(likes // 4),
        "comments_count": len(world.comments(post.mid)),
        "attitudes_count": _shown(likes),
    }


def _shown(count: int) -> int | str:
    return count if count < 1_000_000 else "100万+"


def _user(author: Author) -> dict[str, Any]:
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


def _comment(comment: Comment, post: Post, *, floor: int) -> dict[str, Any]:
    return {
        "created_at": beijing(comment.at).strftime("%a %b %d %H:%M:%S +0800 %Y"),
        "id": str(comment.id),
        "rootid": str(comment.id),
        "mid": str(comment.id),
        "bid": ids.bid(comment.id),
        "floor_number": floor,
        "text": to_html(comment.text),
        "disable_reply": 0,
        "user": _user(comment.author),
        "is_mblog_author": comment.author.uid == post.author.uid,
        "readtimetype": "comment",
        "comments": False,
        "max_id": 0,
        "total_number": 0,
        "source": f"来自{comment.author.region}",
        "like_count": comment.id % 17,
        "liked": False,
    }


def _post_asked(world: World, request: Request) -> Post | None:
    asked = request.query_params.get("id", "")
    if asked.isdecimal():
        return world.post(int(asked))
    try:
        return world.post(ids.mid_of_bid(asked)) if asked else None
    except ValueError:
        return None
