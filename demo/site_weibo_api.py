"""api.weibo.com and c.api.weibo.com as they answer: the commercial search and what lies below a post, with a token."""

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from demo.events import Post
from demo.pages import WorldPage
from demo.weibo_json import desktop_comment, desktop_mblog
from demo.weibo_session import SESSION, answer, page_asked, post_asked
from demo.world import World


def search_page(world: World, request: Request) -> Response:
    """/2/search/statuses/limited.json: newest first, `starttime` and `endtime` in seconds, 50 a page at most."""
    refused = _refused(world, request)
    if refused:
        return refused
    since, until = (_moment(request.query_params.get(name, "")) for name in ("starttime", "endtime"))
    now = world.now()
    end = min(until or now, now)
    found = [p for p in world.posts(request.query_params.get("q", ""), since=since, until=end) if not p.gone(now)]
    if request.query_params.get("onlynum") == "1":
        return answer({"total_number": len(found)})
    return answer(_paged(request, "statuses", found, [_status(world, p) for p in _shown(request, found)]))


def reposts_page(world: World, request: Request) -> Response:
    """/2/statuses/repost_timeline.json."""
    refused, post = _one(world, request)
    if refused or post is None:
        return refused or _error(20101, "target weibo does not exist!", request, status=400)
    found = world.reposts(post.mid)
    return answer(_paged(request, "reposts", found, [_status(world, p) for p in _shown(request, found)]))


def comments_page(world: World, request: Request) -> Response:
    """/2/comments/show.json: newest first."""
    refused, post = _one(world, request)
    if refused or post is None:
        return refused or _error(20101, "target weibo does not exist!", request, status=400)
    found = world.comments(post.mid)
    told = []
    for said in _shown(request, found):
        whole = desktop_comment(world, said, post, floor=0, inline=[])
        told.append(
            {k: v for k, v in whole.items() if k not in ("comments", "text_raw")} | {"status": {"id": post.mid}}
        )
    return answer(_paged(request, "comments", found, told))


def show_page(world: World, request: Request) -> Response:
    """/2/statuses/show.json."""
    refused, post = _one(world, request)
    return refused or (
        answer(_status(world, post)) if post else _error(20101, "target weibo does not exist!", request, status=400)
    )


_API: dict[str, WorldPage] = {
    "/2/search/statuses/limited.json": search_page,
    "/2/statuses/repost_timeline.json": reposts_page,
    "/2/comments/show.json": comments_page,
    "/2/statuses/show.json": show_page,
}
PAGES: dict[str, dict[str, WorldPage]] = {"c.api.weibo.com": _API, "api.weibo.com": _API}


def _refused(world: World, request: Request) -> Response | None:
    token = request.query_params.get("access_token", "") or request.headers.get("authorization", "")
    if not token:
        return _error(21301, "auth by Null spi!", request, status=403)
    if SESSION not in token:
        return _error(21332, "invalid_access_token", request, status=403)
    if world.blocked("session-death"):
        return _error(21327, "expired_token", request, status=403)
    return None


def _error(code: int, words: str, request: Request, *, status: int) -> Response:
    return answer({"error": words, "error_code": code, "request": request.url.path}, status=status)


def _one(world: World, request: Request) -> tuple[Response | None, Post | None]:
    refused = _refused(world, request)
    post = None if refused else post_asked(world, request)
    return refused, None if post is None or post.gone(world.now()) else post


def _status(world: World, post: Post) -> dict[str, Any]:
    told = desktop_mblog(world, post)
    for level in (told, told.get("retweeted_status") or {}):
        level.pop("text_raw", None)
        level.pop("continue_tag", None)
        if isinstance(level.get("user"), dict):
            level["user"] |= {"followers_count": (post if level is told else post.repost or post).author.followers}
    told["text"] = post.words(world.now())  # the API gives plain text, in full
    told["isLongText"] = False
    return told


def _paged(request: Request, name: str, found: list[Any], shown: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: shown, "hasvisible": False, "previous_cursor": 0, "next_cursor": 0, "total_number": len(found)}


def _shown(request: Request, found: list[Any]) -> list[Any]:
    asked = request.query_params.get("count", "")
    size = min(int(asked), 50) if asked.isdecimal() and int(asked) else 20
    page = page_asked(request)
    return found[(page - 1) * size : page * size]


def _moment(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text), UTC) if text.isdecimal() and len(text) < 12 else None
