"""首页看板: the first screen, and its lazily loaded themes."""

from typing import Any

from fastapi import APIRouter, BackgroundTasks, Request
from fastapi.responses import HTMLResponse

from flows.overview import OverviewPage
from flows.themes import Selection
from web.rendering import search
from web.shell import Shell
from web.spans import span_of


def router(shell: Shell) -> APIRouter:
    """The addresses of the first screen."""
    routes = APIRouter()
    desk = shell.desk

    @routes.get("/", response_class=HTMLResponse)
    def overview(request: Request, later: BackgroundTasks) -> HTMLResponse:
        if desk.demo is not None:
            later.add_task(desk.demo.first_page)
        return shell.show(request, "overview.html", page=desk.overview.page())

    @routes.get("/overview/themes", response_class=HTMLResponse)
    def themes(request: Request) -> HTMLResponse:
        span = span_of(preset="30", now=shell.now)
        rows = desk.themes.of(Selection(since=span.since), limit=6, quoted=1)
        return shell.show(request, "overview_themes.html", rows=rows)

    return routes


def trend_chart(page: OverviewPage) -> dict[str, Any]:
    """The trend as the chart reads it: days, and per brand, our own first, its counts and the address of its rows."""
    own = {w.brand for w in page.watches if not w.rival}
    brands = sorted(page.trend.brands.items(), key=lambda item: item[0] not in own)
    return {
        "days": list(page.trend.days),
        "brands": [
            {"name": b, "own": b in own, "counts": list(n), "href": search(page.trend.queries.get(b, ""))}
            for b, n in brands
        ],
    }
