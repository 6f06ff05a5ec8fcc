"""Who may read the pretended Weibo: a session in the cookie SUB, and what it answers to everybody else."""

import hashlib
import json
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demo import ids
from demo.events import Post
from demo.world import World

SESSION = "demo"
"""The session cookie SUB must begin with this word."""
EMPTY = {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}
GONE = {"ok": 0, "msg": "微博不存在或暂无查看权限!"}
VISITOR = (
    "<!DOCTYPE html><html><head><title>Sina Visitor System</title></head>"
    "<body><script>var visitor = 1;</script></body></html>"
)


def visitor_page(world: World, request: Request) -> Response:
    """Where a caller without a session ends when it follows the redirect."""
    return Response(VISITOR, media_type="text/html; charset=utf-8")


def refused_on_the_phone(world: World, request: Request, *, login: bool = False) -> Response | None:
    """m.weibo.cn's answer to a caller without a living session; None lets it in."""
    cookie = request.cookies.get("SUB", "")
    if not cookie:
        url = f"https://visitor.passport.weibo.cn/visitor/visitor?entry=sinawap&a=enter&url={_back(request)}"
        return RedirectResponse(url, 302)
    if not cookie.startswith(SESSION) or (world.blocked("session-death") and login):
        return answer({"ok": -100, "url": _signin(request, "wapsso")})
    if world.blocked("session-death"):
        return Response("<html><head><title>432</title></head><body></body></html>", 432, media_type="text/html")
    return None


def refused_on_the_desktop(world: World, request: Request) -> Response | None:
    """weibo.com/ajax: 403 without a cookie, ok -100 with a dead one."""
    cookie = request.cookies.get("SUB", "")
    if not cookie:
        return answer({"error": "Forbidden"}, status=403)
    if not cookie.startswith(SESSION) or world.blocked("session-death"):
        return answer({"ok": -100, "url": _signin(request, "miniblog")})
    return None


def refused_in_search(world: World, request: Request) -> Response | None:
    """s.weibo.com: everybody without a living session is sent to the visitor page."""
    if request.cookies.get("SUB", "").startswith(SESSION) and not world.blocked("session-death"):
        return None
    url = f"https://passport.weibo.com/visitor/visitor?entry=miniblog&a=enter&url={_back(request)}&domain=.weibo.com"
    return RedirectResponse(url, 302)


def answer(body: dict[str, Any], *, status: int = 200) -> Response:
    """JSON, with the XSRF token that changes with every answer."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    response = Response(text, status, media_type="application/json; charset=utf-8")
    response.set_cookie("XSRF-TOKEN", hashlib.sha256(text).hexdigest()[:6], path="/", max_age=1200)
    return response


def post_asked(world: World, request: Request) -> Post | None:
    """The post whose long or short id the address names, if it exists by now."""
    asked = request.query_params.get("id", "") or request.path_params.get("id", "")
    if asked.isdecimal():
        return world.post(int(asked))
    try:
        return world.post(ids.mid_of_bid(asked)) if asked else None
    except ValueError:
        return None


def page_asked(request: Request) -> int:
    """The page number, 1 where none is given."""
    asked = request.query_params.get("page", "")
    return int(asked) if asked.isdecimal() else 1


def _back(request: Request) -> str:
    return quote(str(request.url.replace(scheme="https", port=None)), safe="")


def _signin(request: Request, entry: str) -> str:
    return f"https://passport.weibo.com/sso/signin?entry={entry}&source={entry}&url={_back(request)}"
