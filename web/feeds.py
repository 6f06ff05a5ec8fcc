"""数据源: how each source answers over time, what a person must do, what is promised, and the periodic jobs."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from domain.errors import InvalidInput
from web.sessions import part
from web.shell import Shell, field


def router(shell: Shell) -> APIRouter:
    """The addresses of the feeds."""
    routes = APIRouter()
    desk = shell.desk

    @routes.get("/feeds", response_class=HTMLResponse)
    def feeds(request: Request) -> HTMLResponse:
        return shell.show(
            request, "feeds.html", reports=desk.feed_desk.all(), sessions=part(desk), jobs=desk.jobs.all()
        )

    @routes.get("/feeds/{name}", response_class=HTMLResponse)
    def feed(request: Request, name: str) -> HTMLResponse:
        page = desk.feed_desk.page(name)
        if page is None:
            raise HTTPException(404, f"没有名为 {name} 的数据源")
        return shell.show(request, "feed.html", page=page, report=page.report)

    @routes.post("/feeds/{name}/switch")
    def switch(name: str, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        status = next((feed for feed in desk.feeds() if feed.name == name), None)
        if status is None:
            raise HTTPException(404, f"没有名为 {name} 的数据源")
        reason = field(form, "reason")
        if not reason:
            raise InvalidInput("请写明原因：开关数据源的决定会留档")
        desk.sources.switch(name, on=not status.on, reason=reason)
        return shell.go("/feeds", said=f"{name} 已{'关闭' if status.on else '打开'}")

    return routes
