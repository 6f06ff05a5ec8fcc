"""会话: whose sessions the sources use, how old and how well they are, and a log-in by QR code."""

from base64 import b64encode
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

import attrs
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from domain.accounts import Account
from flows.accounts import Sessions, told
from flows.desk import Desk
from web.shell import Shell, field


@attrs.frozen(kw_only=True)
class SessionRow:
    """One session as the table shows it."""

    account: Account
    health: str
    """ready, expiring or dead."""
    word: str
    detail: str


@attrs.frozen(kw_only=True)
class SessionsPart:
    """What the feeds' page shows of sessions."""

    rows: tuple[SessionRow, ...]
    sources: tuple[str, ...]
    """Where somebody can log in."""
    why_not: str
    """Why not from here; empty where it works."""


def part(desk: Desk) -> SessionsPart | None:
    """For `sessions.html`; None where the desk has no sessions to show."""
    if desk.sessions is None:
        return None
    now = desk.clock.now()
    rows = tuple(_row(account, now) for account in desk.sessions.accounts())
    return SessionsPart(rows=rows, sources=tuple(desk.sessions.sources()), why_not=desk.sessions.why_no_browser())


def router(shell: Shell) -> APIRouter:
    """The addresses of the sessions."""
    routes = APIRouter()

    def room() -> Sessions:
        if shell.desk.sessions is None:
            raise HTTPException(404, "这里没有会话可管理")
        return shell.desk.sessions

    @routes.post("/sessions/begin")
    def begin(form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        source, account = field(form, "source"), field(form, "account") or "main"
        room().begin(source, account)
        return shell.go(f"/sessions/{quote(source)}/{quote(account)}")

    @routes.get("/sessions/{source}/{account}", response_class=HTMLResponse)
    def page(request: Request, source: str, account: str) -> HTMLResponse:
        return _shown(request, "session_login.html", source, account)

    @routes.get("/sessions/{source}/{account}/progress", response_class=HTMLResponse)
    def progress(request: Request, source: str, account: str) -> HTMLResponse:
        return _shown(request, "session_progress.html", source, account)

    @routes.post("/sessions/{source}/{account}/remove")
    def remove(source: str, account: str, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        if not room().forget(source, account):
            raise HTTPException(404, "没有这个会话")
        return shell.go("/feeds", said=f"已删除 {source} 的会话 {account}")

    def _shown(request: Request, template: str, source: str, account: str) -> HTMLResponse:
        standing = room().progress(source, account)
        if standing is None:
            raise HTTPException(404, "没有正在进行的登录")
        code = b64encode(standing.png).decode() if standing.png else ""
        return shell.show(request, template, source=source, account=account, standing=standing, code=code)

    return routes


def _row(account: Account, now: datetime) -> SessionRow:
    word, detail = told(account, now)
    return SessionRow(account=account, health=account.health(now).value, word=word, detail=detail)
