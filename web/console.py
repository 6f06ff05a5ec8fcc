"""The console: one web application over one desk."""

import logging

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse
from starlette.types import Scope

from domain.errors import InvalidInput, InvalidQuery, InvalidSettings, MissingExtra, StoreUnavailable, TingchaoError
from domain.times import iso_shanghai
from flows.desk import Desk
from flows.story import StoryPage
from web import (
    alerts,
    api,
    demo,
    evidence,
    exports,
    feeds,
    imports,
    insight,
    overview,
    prices,
    reviews,
    search,
    sessions,
    story,
    themes,
    watches,
)
from web.live import Fresh
from web.rendering import STATIC, environment
from web.security import Doorkeeper, Guard, installation_key
from web.shell import Shell

log = logging.getLogger(__name__)
STATUS = {InvalidQuery: 400, InvalidInput: 400, InvalidSettings: 400, MissingExtra: 501, StoreUnavailable: 503}


def create_app(desk: Desk, *, title: str = "听潮") -> FastAPI:
    """The application. It has no login: whoever serves it must listen on a loopback address only."""
    app = FastAPI(title=title, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json", version="0.1.0")
    shell = Shell(desk=desk, title=title, templates=environment(), guard=Guard(installation_key(desk.folder)))
    live: Fresh[StoryPage] = Fresh(desk.story.page, seconds=story.POLL_SECONDS)
    app.mount("/static", Kept(directory=STATIC), name="static")
    for room in (
        overview,
        alerts,
        search,
        themes,
        reviews,
        insight,
        prices,
        feeds,
        sessions,
        evidence,
        watches,
        imports,
        exports,
        demo,
    ):
        app.include_router(room.router(shell), include_in_schema=False)
    app.include_router(story.router(shell, live), include_in_schema=False)
    app.include_router(api.router(shell, live))

    @app.get("/health", summary="Does the console answer, and what time is it there")
    def health() -> dict[str, str | bool]:
        return {"status": "ok", "at": iso_shanghai(shell.now), "demo": desk.demo is not None}

    @app.get("/favicon.ico", include_in_schema=False)
    def favicon() -> FileResponse:
        return FileResponse(STATIC / "mark.svg", media_type="image/svg+xml")

    def refused(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException):
            return _told(shell, request, status=error.status_code, message=str(error.detail))
        status = next((s for kind, s in STATUS.items() if isinstance(error, kind)), 500)
        if status == 500:
            log.exception("page failed path=%s", request.url.path, exc_info=error)
        return _told(shell, request, status=status, message=str(error))

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(TingchaoError, refused)
    app.add_middleware(GZipMiddleware, minimum_size=800, compresslevel=6)
    app.add_middleware(Doorkeeper)
    return app


class Kept(StaticFiles):
    """Static files that browsers keep for ever when the address names their content."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with its lifetime."""
        response = await super().get_response(path, scope)
        named = b"v=" in scope.get("query_string", b"")
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if named else "no-cache"
        return response


def _told(shell: Shell, request: Request, *, status: int, message: str) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": message}, status)
    if request.headers.get("hx-request"):
        return shell.show(request, "fault.html", status=status, message=message)
    if request.url.path.startswith("/static/"):
        return PlainTextResponse(message, status)
    return shell.show(request, "error.html", status=status, code=status, message=message)
