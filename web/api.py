"""REST: the same figures as the pages, as JSON, described by OpenAPI at /api/openapi.json."""

from datetime import timedelta
from typing import Any

import attrs
import msgspec
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response

from domain.times import iso_shanghai
from flows.prices import price_row
from flows.search import document_row
from flows.story import StoryPage
from flows.themes import theme_row
from web import insight
from web.alerts import alert_row, band_chart, negatives_of
from web.live import Fresh
from web.overview import trend_chart
from web.prices import price_chart
from web.search import asked_of
from web.shell import Shell
from web.spans import span_of
from web.themes import chosen_of


class Json(Response):
    """JSON through msgspec, which knows our nouns."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The bytes of the answer."""
        return msgspec.json.encode(content)


def router(shell: Shell, live: Fresh[StoryPage]) -> APIRouter:
    """The addresses of the REST interface."""
    routes = APIRouter(prefix="/api", default_response_class=Json)
    desk = shell.desk

    @routes.get("/overview", summary="Key figures, trend and open alerts")
    def overview() -> Json:
        page = desk.overview.page()
        return Json(
            {
                "at": iso_shanghai(page.at),
                "tiles": [attrs.asdict(t) for t in page.tiles],
                "trend": trend_chart(page),
                "alerts": [alert_row(a) for a in page.alerts],
                "silent": page.silent,
            }
        )

    @routes.get("/search", summary="Documents of a query; `after` is the cursor of the answer before")
    def search(request: Request, q: str = "", sort: str = "time", limit: int = 20, after: str | None = None) -> Json:
        asked = asked_of(request, shell.now)
        found = desk.search.find(
            asked.query,
            since=asked.span.since,
            until=asked.span.until,
            sort=asked.sort,
            limit=min(max(limit, 1), 200),
            after=after,
        )
        rows = [{**document_row(r.document), "marks": r.marks} for r in found.rows]
        return Json(
            {"query": asked.query, "total": found.total, "rows": rows, "after": found.after, "facets": found.facets}
        )

    @routes.get("/insight", summary="Features together, on the map, or to come: view=together, map, outlook")
    def connections(request: Request) -> Json:
        asked, chosen = insight.asked_of(request.query_params), chosen_of(request.query_params, shell.now)
        return Json(insight.found(desk, asked, chosen))

    @routes.get("/alerts", summary="Alerts of the last days, newest first")
    def alerts(days: int = 90, limit: int = 200) -> Json:
        since = shell.now - timedelta(days=min(max(days, 1), 3650))
        return Json([alert_row(a) for a in desk.alerts.recent(since=since, limit=min(max(limit, 1), 1000))])

    @routes.get("/alerts/{alert_id}", summary="One alert with its band, words, chain and deliveries")
    def alert(alert_id: str) -> Json:
        page = desk.incidents.page(alert_id)
        if page is None:
            raise HTTPException(404, f"no alert {alert_id}")
        return Json(
            {
                **alert_row(page.alert),
                "query": page.query,
                "band": band_chart(page.band, negatives_of(desk, page.alert.watch)),
                "words": page.words,
                "chain": [attrs.asdict(link) for link in page.chain],
                "deliveries": [{"notice": n, "delivery": d} for n, d in page.deliveries],
            }
        )

    @routes.get("/themes", summary="Themes of a selection; each `query` finds exactly `count` rows")
    def themes(
        request: Request,
        brand: str = "",
        category: str = "",
        model: str = "",
        sentiment: str = "negative",
        span: str = "",
    ) -> Json:
        return Json(
            [
                theme_row(r)
                for r in desk.themes.of(chosen_of(request.query_params, shell.now, search=desk.search).selection)
            ]
        )

    @routes.get("/prices", summary="Products with their newest price per shop")
    def prices() -> Json:
        return Json(
            [
                {
                    "sku": p.product.sku,
                    "title": p.product.title,
                    "brand": p.product.brand,
                    "floor": p.floor,
                    "latest": [price_row(o) for o in p.latest],
                }
                for p in desk.price_book.products()
            ]
        )

    @routes.get("/prices/history", summary="One product over all shops, for a chart")
    def history(sku: str, span: str = "") -> Json:
        since = span_of(preset=span, now=shell.now).since
        priced = next((p for p in desk.price_book.products() if p.product.sku == sku), None)
        return Json(price_chart(desk.price_book.history(sku, since=since), priced))

    @routes.get("/feeds", summary="How each source answers")
    def feeds() -> Json:
        return Json(desk.feeds())

    @routes.get("/story", summary="The one screen's band and evidence")
    def story(watch: str = "") -> Json:
        page = live(watch)
        return Json(
            {
                "at": iso_shanghai(page.at),
                "watch": page.watch,
                "band": band_chart(page.band, negatives_of(desk, page.watch)),
                "evidence": page.evidence,
                "silence": page.silence,
                "alert": alert_row(page.alert) if page.alert else None,
            }
        )

    return routes
