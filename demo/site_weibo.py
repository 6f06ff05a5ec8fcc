"""m.weibo.cn as it answers: search and user containers, the hot list, long texts, single posts, reposts, comments."""

import json
import math
from typing import Any
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import Response

from demo import ids, site_weibo_api, site_weibo_desktop, site_weibo_search, weibo_hot
from demo.events import Post
from demo.pages import WorldPage, page_template
from demo.weibo_json import Told, comment, counts, created_at, created_at_in_profile, mblog, user
from demo.weibo_session import EMPTY, GONE, answer, page_asked, post_asked, refused_on_the_phone, visitor_page
from demo.weibo_talk import COMMENTS, INLINE, after, comment_and_post, replies, top
from demo.weibo_text import to_html
from demo.world import World

PAGE_SIZE, LAST_PAGE = 10, 50


def container_page(world: World, request: Request) -> Response:
    """/api/container/getIndex: search 100103, hot list 106003, posts of a user 107603, profile 100505."""
    refused = refused_on_the_phone(world, request, login=True)
    if refused:
        return refused
    asked = {key: values[-1] for key, values in parse_qs(request.url.query, keep_blank_values=True).items()}
    container, page = asked.get("containerid", ""), page_asked(request)
    if container.startswith("100103"):
        return answer(_search(world, container, asked, page))
    if container.startswith("106003"):
        return answer(weibo_hot.phone_list(world))
    if container.startswith("107603") and container[6:].isdecimal():
        return answer(_user_posts(world, int(container[6:]), asked.get("since_id", ""), page))
    uid = asked.get("value") or container[6:]
    return answer(_profile(world, int(uid)) if uid.isdecimal() else EMPTY)


def extend_page(world: World, request: Request) -> Response:
    """/statuses/extend: the whole text of a long post."""
    refused, post = _one(world, request)
    if refused or post is None:
        return refused or answer(GONE)
    text = to_html(post.words(world.now()))
    return answer({"ok": 1, "data": {"ok": 1, "longTextContent": text, **counts(world, post)}})


def show_page(world: World, request: Request) -> Response:
    """/statuses/show: one post."""
    refused, post = _one(world, request)
    if refused or post is None:
        return refused or answer(GONE)
    return answer({"ok": 1, "data": mblog(world, post, whole=True)})


def detail_page(world: World, request: Request) -> Response:
    """/detail/…: the same in a script of a web page, which shows it."""
    refused, post = _one(world, request)
    if refused:
        return refused
    if post is None:
        return Response(
            f"<!DOCTYPE html><html><title>微博-出错了</title><p>{GONE['msg']}</p></html>", media_type="text/html"
        )
    status = json.dumps(mblog(world, post, whole=True), ensure_ascii=False).replace("</", "<\\/")
    script = f'var $render_data = [{{"status": {status}, "hotScheme": "x"}}][0] || {{}};'
    page = page_template("weibo_detail.html").render(script=script)
    return Response(page, media_type="text/html; charset=utf-8")


def reposts_page(world: World, request: Request) -> Response:
    """/api/statuses/repostTimeline: ten at a time."""
    refused, post = _one(world, request)
    everything = world.reposts(post.mid) if post else []
    page = page_asked(request)
    shown = everything[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    if refused or not shown:
        return refused or answer({"ok": 0, "msg": "还没有人转发过"})
    data = {
        "data": [mblog(world, repost) for repost in shown],
        "total_number": len(everything),
        "hot_total_number": 0,
        "max": math.ceil(len(everything) / PAGE_SIZE),
    }
    return answer({"ok": 1, "msg": "数据获取成功", "data": data})


def comments_page(world: World, request: Request) -> Response:
    """/comments/hotflow: twenty at a time, then `max_id`; the first two replies stand with their comment."""
    refused, post = _one(world, request)
    if refused or post is None:
        return refused or answer({"ok": 0})
    everything = top(world, post)
    shown, cursor = after(everything, request.query_params.get("max_id", ""))
    if not shown:
        return answer({"ok": 0})
    data = {
        "data": [
            comment(world, c, post, floor=len(everything) - n, inline=replies(world, post, c)[:INLINE])
            for n, c in enumerate(shown)
        ],
        "total_number": len(world.comments(post.mid)),
        "status": {"comment_manage_info": {"comment_permission_type": -1, "approval_comment_type": 0}},
        "max_id": cursor,
        "max": math.ceil(len(everything) / COMMENTS),
        "max_id_type": 0,
    }
    return answer({"ok": 1, "data": data})


def replies_page(world: World, request: Request) -> Response:
    """/comments/hotFlowChild: every reply to one comment."""
    refused = refused_on_the_phone(world, request)
    asked = request.query_params.get("cid", "")
    found = comment_and_post(world, int(asked)) if asked.isdecimal() else None
    if refused or found is None:
        return refused or answer({"ok": 0})
    above, post = found
    told = replies(world, post, above)
    shown, cursor = after(told, request.query_params.get("max_id", ""))
    if not shown:
        return answer({"ok": 1, "data": [], "rootComment": [], "max_id": 0})
    listed = [comment(world, c, post, floor=0, inline=[]) for c in shown]
    root = [comment(world, above, post, floor=0, inline=[])]
    return answer(
        {"ok": 1, "data": listed, "total_number": len(told), "max_id": cursor, "max_id_type": 0, "rootComment": root}
    )


def old_comments_page(world: World, request: Request) -> Response:
    """/api/comments/show: by page number, `like_counts`."""
    refused, post = _one(world, request)
    everything = world.comments(post.mid) if post else []
    page = page_asked(request)
    shown = everything[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    if refused or post is None or not shown:
        return refused or answer({"ok": 0, "msg": "暂无数据"})
    told = [comment(world, c, post, floor=0, inline=[]) for c in shown]
    data = [{("like_counts" if k == "like_count" else k): v for k, v in c.items() if k != "rootid"} for c in told]
    last = math.ceil(len(everything) / PAGE_SIZE)
    return answer({"ok": 1, "data": {"data": data, "total_number": len(everything), "max": last}})


PAGES: dict[str, dict[str, WorldPage]] = {
    "m.weibo.cn": {
        "/api/container/getIndex": container_page,
        "/statuses/extend": extend_page,
        "/statuses/show": show_page,
        "/detail/{id}": detail_page,
        "/status/{id}": detail_page,
        "/api/statuses/repostTimeline": reposts_page,
        "/comments/hotflow": comments_page,
        "/comments/hotFlowChild": replies_page,
        "/api/comments/show": old_comments_page,
    },
    "visitor.passport.weibo.cn": {"/visitor/visitor": visitor_page},
    "passport.weibo.com": {"/sso/signin": visitor_page, "/visitor/visitor": visitor_page},
    **site_weibo_desktop.PAGES,
    **site_weibo_search.PAGES,
    **site_weibo_api.PAGES,
}


def _one(world: World, request: Request) -> tuple[Response | None, Post | None]:
    """The refusal, or the post that the address names unless it is gone."""
    refused = refused_on_the_phone(world, request)
    post = None if refused else post_asked(world, request)
    return refused, None if post is None or post.gone(world.now()) else post


def _search(world: World, container: str, asked: dict[str, str], page: int) -> dict[str, Any]:
    inner = {key: values[-1] for key, values in parse_qs(container.removeprefix("100103")).items()}
    words, kind = inner.get("q") or asked.get("q", ""), inner.get("type", "1")
    now = world.now()
    found = [p for p in world.posts(words) if not p.gone(now)] if words.strip() else []
    if kind == "60":
        found.sort(key=lambda p: -p.fame)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE] if 1 <= page <= LAST_PAGE else []
    if not shown:
        return EMPTY
    cards = [_card(world, post, container, created=created_at) for post in shown]
    if page == 1:  # the first posts come as a group, as on the real site
        group = {"card_type": 11, "show_type": 1, "title": "", "card_group": cards[:3]}
        cards = [group, *cards[3:]]
    info = {"containerid": container, "v_p": 42, "show_style": 1, "total": len(found), "page": page + 1}
    return {"ok": 1, "data": {"cardlistInfo": info, "cards": cards, "scheme": ""}}


def _user_posts(world: World, uid: int, since_id: str, page: int) -> dict[str, Any]:
    now = world.now()
    found = [p for p in world.user_posts(uid) if not p.gone(now)]
    if since_id.isdecimal():
        found = [p for p in found if not p.pinned and p.mid < int(since_id)]
        page = 1
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    if not shown:
        return EMPTY
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
        return EMPTY
    tabs = [{"id": 2, "tabKey": "weibo", "title": "微博", "tab_type": "weibo", "containerid": f"107603{uid}"}]
    info = {"userInfo": user(posts[0].author), "tabsInfo": {"selectedTab": 1, "tabs": tabs}, "showAppTips": 1}
    return {"ok": 1, "data": info}


def _card(world: World, post: Post, container: str, *, created: Told) -> dict[str, Any]:
    short = ids.bid(post.mid)
    return {
        "card_type": 9,
        "itemid": f"{container}_-_{post.mid}",
        "scheme": f"https://m.weibo.cn/status/{short}?mblogid={short}&luicode=10000011&lfid={quote(container)}",
        "mblog": mblog(world, post, created=created),
        "show_type": 1,
    }
