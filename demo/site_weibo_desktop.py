"""weibo.com/ajax as it answers: an account's posts, one post, long texts, comments with replies, reposts, the hot lists."""

import math
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from demo import weibo_hot
from demo.events import Post
from demo.pages import WorldPage
from demo.weibo_json import desktop_comment, desktop_mblog
from demo.weibo_session import answer, page_asked, post_asked, refused_on_the_desktop
from demo.weibo_talk import INLINE, after, comment_and_post, replies, top
from demo.world import World

POSTS, REPOSTS = 20, 20
_LOADED = "已加载全部评论"


def posts_page(world: World, request: Request) -> Response:
    """/ajax/statuses/mymblog: an account's posts, the pinned one first, with a cursor beside the page number."""
    refused = refused_on_the_desktop(world, request)
    uid, page = request.query_params.get("uid", ""), page_asked(request)
    if refused or not uid.isdecimal():
        return refused or answer({"ok": 0, "message": "参数错误"})
    now = world.now()
    found = [p for p in world.user_posts(int(uid)) if not p.gone(now)]
    shown = found[(page - 1) * POSTS : page * POSTS]
    cursor = f"{shown[-1].mid}kp{page + 1}" if len(found) > page * POSTS else ""
    data = {"since_id": cursor, "list": [desktop_mblog(world, p) for p in shown], "total": len(found), "topicList": []}
    return answer({"ok": 1, "data": data})


def show_page(world: World, request: Request) -> Response:
    """/ajax/statuses/show: one post at the top level of the answer; HTTP 400 for one that is gone."""
    refused, post = _one(world, request)
    if refused or post is None:
        return refused or _gone(world, request)
    return answer({"ok": 1, **desktop_mblog(world, post)})


def detail_page(world: World, request: Request) -> Response:
    """/detail/…: the page that people open; its script loads the post and its comments."""
    mid = request.path_params["id"]
    ajax = "/ajax/statuses"
    script = (
        f'fetch("{ajax}/show?id={mid}&locale=zh-CN").then(a => a.json()).then(p => {{document.title = p.text_raw || p.message;}});'
        f'fetch("{ajax}/buildComments?flow=0&is_reload=1&id={mid}&is_show_bulletin=2&is_mix=0&count=20&fetch_level=0");'
    )
    page = f"<!DOCTYPE html><html><head><title>微博</title></head><body><div id=app></div><script>{script}</script></body></html>"
    return Response(page, media_type="text/html; charset=utf-8")


def long_text_page(world: World, request: Request) -> Response:
    """/ajax/statuses/longtext: plain text; an empty object for a text that is not long."""
    refused, post = _one(world, request)
    if refused or post is None:
        return refused or _gone(world, request)
    words = post.words(world.now())
    data = {"longTextContent": words + "\u200b", "url_struct": [], "topic_struct": []} if len(words) > 140 else {}
    return answer({"ok": 1, "http_code": 200, "data": data})


def comments_page(world: World, request: Request) -> Response:
    """/ajax/statuses/buildComments: newest first; with fetch_level=1 the replies to the comment `id`."""
    refused = refused_on_the_desktop(world, request)
    if refused:
        return refused
    if request.query_params.get("fetch_level") == "1":
        return _replies(world, request)
    post = post_asked(world, request)
    if post is None or post.gone(world.now()):
        return _gone(world, request)
    everything = top(world, post)
    shown, cursor = after(everything, request.query_params.get("max_id", ""))
    data = [
        desktop_comment(world, c, post, floor=len(everything) - n, inline=replies(world, post, c)[:INLINE])
        for n, c in enumerate(shown)
    ]
    return _comments(data, cursor, len(world.comments(post.mid)))


def reposts_page(world: World, request: Request) -> Response:
    """/ajax/statuses/repostTimeline: twenty at a time, newest first."""
    refused, post = _one(world, request)
    if refused or post is None:
        return refused or _gone(world, request)
    everything, page = world.reposts(post.mid), page_asked(request)
    shown = everything[(page - 1) * REPOSTS : page * REPOSTS]
    data = [desktop_mblog(world, p) for p in shown]
    last = math.ceil(len(everything) / REPOSTS)
    return answer({"ok": 1, "data": data, "total_number": len(everything), "max_page": last})


def hot_page(world: World, request: Request) -> Response:
    """/ajax/side/hotSearch."""
    return refused_on_the_desktop(world, request) or answer(weibo_hot.side_list(world))


def band_page(world: World, request: Request) -> Response:
    """/ajax/statuses/hot_band."""
    return refused_on_the_desktop(world, request) or answer(weibo_hot.band_list(world))


PAGES: dict[str, dict[str, WorldPage]] = {
    "weibo.com": {
        "/detail/{id:int}": detail_page,
        "/ajax/statuses/mymblog": posts_page,
        "/ajax/statuses/show": show_page,
        "/ajax/statuses/longtext": long_text_page,
        "/ajax/statuses/buildComments": comments_page,
        "/ajax/statuses/repostTimeline": reposts_page,
        "/ajax/side/hotSearch": hot_page,
        "/ajax/statuses/hot_band": band_page,
    }
}


def _one(world: World, request: Request) -> tuple[Response | None, Post | None]:
    refused = refused_on_the_desktop(world, request)
    post = None if refused else post_asked(world, request)
    return refused, None if post is None or post.gone(world.now()) else post


def _gone(world: World, request: Request) -> Response:
    post = post_asked(world, request)
    hidden = post is not None and post.fans_only_at is not None and post.fans_only_at <= world.now()
    code, words = (20112, "由于作者隐私设置，你没有权限查看此微博") if hidden else (20101, "该微博不存在")
    url = f"https://weibo.com/sorry?code={code}"
    return answer({"error_type": "link", "ok": 0, "error_code": code, "message": words, "url": url}, status=400)


def _replies(world: World, request: Request) -> Response:
    asked = request.query_params.get("id", "")
    found = comment_and_post(world, int(asked)) if asked.isdecimal() else None
    if found is None:
        return _comments([], 0, 0)
    above, post = found
    told = replies(world, post, above)
    shown, cursor = after(told, request.query_params.get("max_id", ""))
    return _comments([desktop_comment(world, c, post, floor=0, inline=[]) for c in shown], cursor, len(told))


def _comments(data: list[dict[str, Any]], cursor: int, total: int) -> Response:
    told = {"ok": 1, "filter_group": [], "data": data, "rootComment": [], "total_number": total, "max_id": cursor}
    return answer(told if cursor else told | {"trendsText": _LOADED})
