"""The handles of the pretended world: start a script, kill or restore a session, leave the demo."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from web.shell import Shell

SCRIPTS = (
    ("severe", "1 安全事故", "认证账号爆料漏电伤人，随后扩散、升级"),
    ("wave", "2 缓慢发酵", "没有大号，只有慢慢变多的差评：证据够了才报"),
    ("promotion", "3 大促夜", "只有声量没有危机：不打扰任何人"),
    ("session-death", "4 会话失效", "采集被登出：安静不等于没事"),
    ("captcha", "4b 验证码", "平台要求验证：需要人处理"),
    ("price-drop", "5 竞品降价", "对手降价，一家店跌破控价线"),
    ("restore", "恢复会话", "重新登录，采集继续"),
)

PHONE = "scan"
"""Stands for a person who scans the QR code of a log-in page."""


def router(shell: Shell) -> APIRouter:
    """The addresses of the demo."""
    routes = APIRouter(prefix="/demo")
    desk = shell.desk

    @routes.post("/play/{script}")
    def play(request: Request, script: str, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        if desk.demo is None or script not in {*(name for name, _, _ in SCRIPTS), PHONE}:
            raise HTTPException(404, "没有这个演示脚本")
        said = desk.demo.play(script)
        if request.headers.get("hx-request"):
            return shell.show(request, "said.html", sentence=said)
        return shell.go("/story", said=said)

    @routes.post("/leave")
    def leave(request: Request, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        if desk.leave_demo is None:
            raise HTTPException(404, "现在不在演示中")
        return shell.show(request, "left.html", sentence=desk.leave_demo())

    @routes.get("/messages", response_class=HTMLResponse)
    def messages(request: Request) -> HTMLResponse:
        received = list(desk.demo.messages()) if desk.demo else []
        return shell.show(request, "messages.html", messages=received[::-1])

    return routes
