"""差评主题: what people complain of, over any filter, each opening to exactly its rows."""

from datetime import datetime

import attrs
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import QueryParams

from domain.analysis import Polarity
from domain.errors import InvalidInput
from flows.themes import Selection
from web.shell import Shell
from web.spans import Span, span_of


@attrs.frozen(kw_only=True)
class Chosen:
    """A selection, and the span that made its times."""

    selection: Selection
    span: Span


def router(shell: Shell) -> APIRouter:
    """The addresses of the themes."""
    routes = APIRouter()
    desk = shell.desk

    @routes.get("/themes", response_class=HTMLResponse)
    def themes(request: Request) -> HTMLResponse:
        chosen = chosen_of(request.query_params, shell.now)
        everything = desk.search.find("", limit=1)
        return shell.show(
            request,
            "themes.html",
            chosen=chosen.selection,
            span=chosen.span,
            rows=desk.themes.of(chosen.selection, limit=20),
            brands=[v for v, _ in everything.facets["brand"]],
            categories=[v for v, _ in everything.facets["category"]],
        )

    return routes


def chosen_of(params: QueryParams, now: datetime) -> Chosen:
    """The selection in an address, by default the negatives of all time. Raises InvalidInput for an unknown sentiment or time."""
    asked = params.get("sentiment") or "negative"
    if asked not in ("negative", "positive"):
        raise InvalidInput(f"主题只分负面（negative）和正面（positive），没有 {asked!r}")
    span = span_of(preset=params.get("span", ""), since=params.get("since", ""), until=params.get("until", ""), now=now)
    selection = Selection(
        brand=params.get("brand", "").strip(),
        category=params.get("category", "").strip(),
        model=params.get("model", "").strip(),
        since=span.since,
        until=span.until,
        sentiment=Polarity(asked),
    )
    return Chosen(selection=selection, span=span)
