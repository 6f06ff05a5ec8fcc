"""The log-in pages of the pretended sites: a QR code that a person's phone reads, and the session that follows."""

import io
import secrets
import threading
import time
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import attrs
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from demo.pages import WorldPage, page_template
from demo.world import World

CODE_LASTS_S = 60.0
"""Real seconds until a QR code is old and the page asks for another."""
DAYS = 30
"""How long the cookies of a log-in say that they last."""


@attrs.frozen(kw_only=True)
class Door:
    """Where one site lets people in."""

    site: str
    host: str
    path: str
    home: str
    """Where a person ends after the log-in."""
    domains: tuple[str, ...]
    cookies: tuple[str, ...]
    """Names of the cookies that a log-in gives; their values begin with `demo`, as the sites' own rule wants it."""


DOORS = (
    Door(
        site="jd", host="passport.jd.com", path="/new/login.aspx", home="https://www.jd.com/", domains=(".jd.com",),
        cookies=("thor", "pin"),
    ),
    Door(
        site="weibo", host="passport.weibo.com", path="/sso/signin", home="https://weibo.com/",
        domains=(".weibo.com", ".weibo.cn"), cookies=("SUB", "SUBP", "ALF"),
    ),
    Door(
        site="taobao", host="login.taobao.com", path="/member/login.jhtml", home="https://www.taobao.com/",
        domains=(".taobao.com", ".tmall.com"), cookies=("cookie2", "unb"),
    ),
)  # fmt: skip


@attrs.define(kw_only=True)
class Code:
    """One QR code that waits for a phone."""

    site: str
    token: str
    shown_at: float
    """Real, monotonic seconds."""
    scanned: bool = False

    @property
    def text(self) -> str:
        """What the picture says."""
        return f"https://{self.site}.example/scan?token={self.token}"


class Doormen:
    """The codes of one world; safe to ask from several threads."""

    def __init__(self) -> None:
        self._codes: dict[str, Code] = {}
        self._lock = threading.Lock()

    def show(self, site: str) -> Code:
        """A new code."""
        code = Code(site=site, token=secrets.token_urlsafe(16), shown_at=time.monotonic())
        with self._lock:
            self._codes = {t: c for t, c in self._codes.items() if not self.old(c)} | {code.token: code}
        return code

    def code(self, token: str) -> Code | None:
        """The code of a token, old or not; None for an unknown one."""
        return self._codes.get(token)

    def scan(self, text: str = "") -> Code | None:
        """A phone reads a code: the one that says `text`, or the newest. None where none waits."""
        with self._lock:
            waiting = [c for c in self._codes.values() if not (c.scanned or self.old(c)) and text in ("", c.text)]
            if waiting:
                waiting[-1].scanned = True
            return waiting[-1] if waiting else None

    def use_up(self, token: str) -> Code | None:
        """Let somebody in: once for each code that was scanned."""
        with self._lock:
            code = self._codes.get(token)
            return self._codes.pop(token) if code and code.scanned else None

    def old(self, code: Code) -> bool:
        """Must the page ask for another?"""
        return time.monotonic() - code.shown_at > CODE_LASTS_S


_DOORMEN: WeakKeyDictionary[World, Doormen] = WeakKeyDictionary()


def doormen(world: World) -> Doormen:
    """Those of this world."""
    return _DOORMEN.setdefault(world, Doormen())


def routes(world: World) -> list[Route]:
    """The handle that plays the person's phone: `POST /__world/login/scan?text=…`, without text the newest code."""

    async def scan(request: Request) -> Response:
        code = doormen(world).scan(request.query_params.get("text", ""))
        if code is None:
            return JSONResponse({"error": "no log-in page shows such a code"}, 404)
        return JSONResponse({"site": code.site, "message": f"手机已扫码并确认：{code.site}"})

    return [Route("/__world/login/scan", scan, methods=["POST"])]


def _pages(door: Door) -> Iterator[tuple[str, WorldPage]]:
    def page(world: World, request: Request) -> Response:
        html = page_template("login.html").render(site=door.site, token=doormen(world).show(door.site).token)
        return Response(html, media_type="text/html; charset=utf-8")

    def picture(world: World, request: Request) -> Response:
        code = doormen(world).code(request.query_params.get("token", ""))
        return Response(_png(code.text), media_type="image/png") if code else Response(status_code=404)

    def check(world: World, request: Request) -> Response:
        desk = doormen(world)
        code = desk.code(request.query_params.get("token", ""))
        if code is None or (desk.old(code) and not code.scanned):
            return JSONResponse({"code": 203, "msg": "二维码已失效", "token": desk.show(door.site).token})
        return JSONResponse({"code": 200 if code.scanned else 201, "msg": "" if code.scanned else "二维码未扫描"})

    def enter(world: World, request: Request) -> Response:
        code = doormen(world).use_up(request.query_params.get("token", ""))
        if code is None:
            return RedirectResponse(f"https://{door.host}{door.path}", 302)
        if door.site == "weibo" and world.blocked("session-death"):
            world.restore()  # who logs in again has a living session
        return _welcomed(door, door.domains[0], secrets.token_hex(8))

    yield door.path, page
    yield "/qr/show", picture
    yield "/qr/check", check
    yield "/qr/enter", enter


def _welcomed(door: Door, domain: str, session: str) -> Response:
    """The session's cookies for one domain, and on to the next one: no host may set another domain's."""
    after = door.domains[door.domains.index(domain) + 1 :]
    onward = f"https://passport{after[0]}/sso/crossdomain?session={session}" if after else door.home
    answer = RedirectResponse(onward, 302)
    for name in door.cookies:
        answer.set_cookie(
            name, f"demo-{session}", max_age=DAYS * 86_400, domain=domain, secure=True, httponly=name == door.cookies[0]
        )
    return answer


def _crossing(door: Door, domain: str) -> WorldPage:
    return lambda world, request: _welcomed(door, domain, request.query_params.get("session", ""))


def home_page(world: World, request: Request) -> Response:
    """The site's front page, where nothing is collected."""
    return Response(
        "<!DOCTYPE html><meta charset=utf-8><title>首页</title>已登录", media_type="text/html; charset=utf-8"
    )


def _png(text: str) -> bytes:
    import segno  # with the browser: nobody else looks at a log-in page

    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=5, border=4)
    return out.getvalue()


def added(pages: dict[str, dict[str, WorldPage]]) -> dict[str, dict[str, WorldPage]]:
    """All pages of the pretended internet with the log-in pages among them."""
    result: dict[str, dict[str, Any]] = {host: dict(of_host) for host, of_host in pages.items()}
    for door in DOORS:
        result.setdefault(door.host, {}).update(_pages(door))
        for domain in door.domains[1:]:
            result.setdefault(f"passport{domain}", {})["/sso/crossdomain"] = _crossing(door, domain)
        result.setdefault(door.home.split("/")[2], {}).setdefault("/", home_page)
    return result
