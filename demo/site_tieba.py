"""贴吧 as it answers: the phone's search as JSON, threads with their fields escaped in attributes, replies as a fragment."""

import html
import json
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from demo.clock import beijing
from demo.ledger import Shelf, Span
from demo.pages import WorldPage
from demo.threads import PICTURE, Floor, Reply, Thread, threads
from demo.world import World

PAGE_SIZE, FLOORS, REPLIES, SHOWN = 20, 30, 10, 60


def search_list(world: World, request: Request) -> Response:
    """/mo/q/search/thread?word=…&pn=1: a list's text is only the beginning."""
    found, page = threads(world.seed, now=world.now(), query=request.query_params.get("word", "")), _page(request)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    data = {
        "has_more": int(page * PAGE_SIZE < len(found)), "current_page": page, "post_list": [_row(t) for t in shown]
    }  # fmt: skip
    return Response(json.dumps({"no": 0, "error": "success", "data": data}), media_type="application/json")


def thread_page(world: World, request: Request) -> Response:
    """/p/TID?pn=1"""
    thread = _found(world, str(request.path_params["tid"]))
    if thread is None:
        text = '<!DOCTYPE html><html><head><title>贴吧404</title></head><body class="page404">很抱歉，该贴已被删除。</body></html>'
        return Response(text, media_type="text/html; charset=utf-8")
    page = _page(request)
    shown = thread.floors[(page - 1) * FLOORS : page * FLOORS]
    pages = -(-len(thread.floors) // FLOORS)
    text = (
        f'<!DOCTYPE html><html><head><meta charset="UTF-8"><link rel="canonical" href="//tieba.baidu.com/p/{thread.tid}">'
        f"<title>{thread.title}【{thread.forum}吧】_百度贴吧</title></head><body>"
        f'<ul><li class="l_reply_num"><span class="red">{_answers(thread)}</span>回复贴，共<span class="red">{pages}</span>页</li></ul>'
        f'<h3 class="core_title_txt" title="{thread.title}">{thread.title}</h3>'
        f"{''.join(_floor(thread, floor) for floor in shown)}</body></html>"
    )
    return Response(text, media_type="text/html; charset=utf-8")


def replies_page(world: World, request: Request) -> Response:
    """/p/comment?tid=&pid=&pn=1: ten at a time, times without zeros."""
    thread, page = _found(world, request.query_params.get("tid", "")), _page(request)
    floors = thread.floors if thread else ()
    floor = next((f for f in floors if str(f.pid) == request.query_params.get("pid")), None)
    every = floor.replies if floor else ()
    shown = every[(page - 1) * REPLIES : page * REPLIES]
    pager = _attribute({"total_num": len(every), "total_page": max(1, -(-len(every) // REPLIES))})
    text = "".join(_reply(reply) for reply in shown) + f'<li class="lzl_li_pager j_lzl_l_p" data-field="{pager}"></li>'
    return Response(text, media_type="text/html; charset=utf-8")


def _posts(world: World, span: Span) -> set[str]:
    found = threads(world.seed, now=span.until or world.now(), query=span.query)
    return {str(t.tid) for t in found if span.since is None or t.at >= span.since}


def _comments(world: World, span: Span) -> set[str]:
    """Floors behind the first and the replies below; `subject` is a thread."""
    found = threads(world.seed, now=span.until or world.now(), query=span.query)
    floors = [f for t in found if span.subject in ("", str(t.tid)) for f in t.floors]
    return {str(f.pid) for f in floors if f.number > 1} | {str(r.spid) for f in floors for r in f.replies}


PAGES: dict[str, dict[str, WorldPage]] = {
    "tieba.baidu.com": {
        "/mo/q/search/thread": search_list,
        "/p/comment": replies_page,
        "/p/{tid}": thread_page,
    }
}
LEDGER: dict[str, Shelf] = {"post": _posts, "comment": _comments}


def _found(world: World, tid: str) -> Thread | None:
    return next((t for t in threads(world.seed, now=world.now()) if str(t.tid) == tid), None)


def _row(thread: Thread) -> dict[str, Any]:
    first = thread.floors[0]
    text = first.text if len(first.text) <= SHOWN else f"{first.text[:SHOWN]}..."
    return {
        "tid": str(thread.tid), "pid": str(first.pid), "cid": "0", "title": thread.title, "content": text,
        "time": int(thread.at.timestamp()), "forum_name": thread.forum, "post_num": str(_answers(thread)), "like_num": "0",
        "share_num": 0, "user": {"user_name": first.author.name, "portrait": f"tb.1.{first.author.uid}"},
    }  # fmt: skip


def _answers(thread: Thread) -> int:
    return len(thread.floors) - 1 + sum(len(floor.replies) for floor in thread.floors)


def _floor(thread: Thread, floor: Floor) -> str:
    content = html.escape(floor.text) or PICTURE
    field = _attribute(
        {
            "author": {"user_name": floor.author.name, "portrait": f"tb.1.{floor.author.uid}?t=1"},
            "content": {
                "post_id": floor.pid, "thread_id": thread.tid, "content": content, "post_no": floor.number,
                "comment_num": len(floor.replies), "post_index": floor.number - 1,
            },
        }
    )  # fmt: skip
    return (
        f'<div class="l_post l_post_bright j_l_post clearfix  " data-field="{field}" data-pid="{floor.pid}">'
        f'<div id="post_content_{floor.pid}" class="d_post_content j_d_post_content ">{content}</div>'
        f'<div class="post-tail-wrap"><span>IP属地:{floor.author.region}</span><span class="tail-info">{floor.number}楼</span>'
        f'<span class="tail-info">{beijing(floor.at):%Y-%m-%d %H:%M}</span></div></div>'
    )


def _reply(reply: Reply) -> str:
    field = _attribute({"spid": reply.spid, "user_name": reply.author.name, "portrait": f"tb.1.{reply.author.uid}"})
    return (
        f'<li class="lzl_single_post j_lzl_s_p" data-field="{field}"><a name="{reply.spid}"></a><div class="lzl_cnt">'
        f'<span class="lzl_content_main">{html.escape(reply.text) or PICTURE}        </span>'
        f'<span class="lzl_time">{_bare(reply.at)}</span></div></li>'
    )


def _bare(at: datetime) -> str:
    """2024-8-6 22:11"""
    here = beijing(at)
    return f"{here.year}-{here.month}-{here.day} {here.hour}:{here.minute:02d}"


def _attribute(value: dict[str, Any]) -> str:
    """JSON as it stands in an attribute: names as \\uXXXX, quotes as &quot;."""
    return html.escape(json.dumps(value))


def _page(request: Request) -> int:
    text = request.query_params.get("pn", "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 6 else 1
