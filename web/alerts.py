"""舆情预警: the list, one alert with everything behind it, and what people do with it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Annotated, Any
from urllib.parse import quote

import attrs
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from domain.alerts import Alert
from domain.times import iso_shanghai
from flows.desk import Desk
from flows.incidents import Band
from flows.watches import query_of
from web.evidence import shown_for
from web.shell import WHO, YEAR_S, Shell, field


def router(shell: Shell) -> APIRouter:
    """The addresses of the alerts."""
    routes = APIRouter()
    desk = shell.desk

    @routes.get("/alerts", response_class=HTMLResponse)
    def alerts(request: Request, state: str = "") -> HTMLResponse:
        recent = desk.alerts.recent(since=shell.now - timedelta(days=90), limit=200)
        counts = {
            "": len(recent),
            **{s: sum(a.state == s for a in recent) for s in ("open", "acknowledged", "resolved")},
        }
        shown = [a for a in recent if state in ("", a.state.value)]
        return shell.show(request, "alerts.html", alerts=shown, counts=counts, state=state)

    @routes.get("/alerts/{alert_id}", response_class=HTMLResponse)
    def alert(request: Request, alert_id: str) -> HTMLResponse:
        page = desk.incidents.page(alert_id)
        if page is None:
            raise HTTPException(404, "没有这个预警：可能已随演示数据清除")
        pictures = shown_for(desk, page.alert.document_ids)
        return shell.show(
            request, "alert.html", page=page, alert=page.alert, history=history(page.audit), pictures=pictures
        )

    @routes.post("/alerts/{alert_id}/acknowledge")
    def acknowledge(request: Request, alert_id: str, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        desk.incidents.acknowledge(alert_id, by=_by(form), note=field(form, "note"))
        return _after(request, alert_id, form, "已认领")

    @routes.post("/alerts/{alert_id}/resolve")
    def resolve(request: Request, alert_id: str, form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        desk.incidents.resolve(alert_id, by=_by(form), note=field(form, "note"))
        return _after(request, alert_id, form, "已标记为解决")

    def _after(request: Request, alert_id: str, form: FormData, said: str) -> Response:
        response: Response
        if request.headers.get("hx-request"):
            page = desk.incidents.page(alert_id)
            assert page is not None  # it was just handled
            response = shell.show(
                request, "alert_handling.html", page=page, alert=page.alert, history=history(page.audit)
            )
        else:
            response = shell.go(f"/alerts/{alert_id}", said=said)
        response.set_cookie(WHO, quote(field(form, "by")), max_age=YEAR_S, httponly=True, samesite="strict")
        return response

    return routes


def _by(form: FormData) -> str:
    return field(form, "by")[:40] or "值班员"


@attrs.frozen(kw_only=True)
class Handled:
    """One line of what was done: the same thing done again and again by the same hand is one line."""

    at: datetime
    until: datetime
    by: str
    action: str
    note: str
    times: int


def history(audit: Sequence[tuple[datetime, str, str, str]]) -> list[Handled]:
    """The audit for people, oldest first, repetitions folded."""
    lines: list[Handled] = []
    for _, run in groupby(audit, key=lambda line: line[1:]):
        first, *more = run
        at, by, action, note = first
        until = more[-1][0] if more else at
        lines.append(Handled(at=at, until=until, by=by, action=action, note=note, times=1 + len(more)))
    return lines


def alert_row(alert: Alert) -> dict[str, Any]:
    """An alert as the API tells it."""
    return {
        "id": alert.id,
        "kind": alert.kind.value,
        "state": alert.state.value,
        "level": alert.level.value,
        "severity": alert.severity.value if alert.severity else None,
        "watch": alert.watch,
        "brand": alert.brand,
        "topic": alert.topic,
        "opened_at": iso_shanghai(alert.opened_at),
        "onset": iso_shanghai(alert.onset) if alert.onset else None,
        "first_post_at": iso_shanghai(alert.first_post_at) if alert.first_post_at else None,
        "usual": alert.usual,
        "now": alert.now,
        "authors": alert.authors,
        "owner": alert.owner,
        "why": alert.why,
        "document_ids": list(alert.document_ids),
    }


def negatives_of(desk: Desk, watch: str) -> str:
    """A search for the negatives of a watch by its name; empty for an unknown one."""
    found = desk.watches.get(watch) if watch else None
    return query_of(found, counted=True) if found else ""


def band_chart(band: Band | None, query: str = "") -> dict[str, Any]:
    """A band as the chart reads it: ISO times, counts, edges, the onset, and the search that a tick's times narrow."""
    if band is None:
        return {"starts": [], "negative": [], "low": [], "usual": [], "high": [], "onset": None, "query": query}
    return {
        "starts": [iso_shanghai(at) for at in band.starts],
        "negative": list(band.negative),
        "low": list(band.low),
        "usual": list(band.usual),
        "high": list(band.high),
        "onset": iso_shanghai(band.onset) if band.onset else None,
        "query": query,
    }
