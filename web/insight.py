"""特征洞察: what is named together, which feature belongs to whom, what is to be expected; as a page with its charts."""

from collections.abc import Mapping
from typing import Any

import attrs
import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import QueryParams

from domain.errors import InvalidInput, MissingExtra
from flows.desk import Desk
from flows.insight import GROUPED, SIDES, Combinations, FeatureMap, Forecast
from web.rendering import search
from web.shell import Shell
from web.themes import Chosen, chosen_of

VIEWS = {"together": "一起被提到", "map": "谁占有什么特征", "outlook": "未来提及"}
MEASURES = {"share": "每百条中的条数", "count": "条数"}
STEPS = {"month": "按月", "week": "按周"}
PERIODS = (3, 6, 12)


@attrs.frozen(kw_only=True)
class Asked:
    """What an address asks for, beside the selection."""

    view: str
    """A key of VIEWS."""
    by: str
    side: str
    feature: str
    """Aspect; empty = the most frequent one."""
    measure: str
    step: str
    periods: int = 6


def router(shell: Shell) -> APIRouter:
    """The addresses of the insights."""
    routes = APIRouter()
    desk = shell.desk

    @routes.get("/insight", response_class=HTMLResponse)
    def insight(request: Request) -> HTMLResponse:
        chosen, asked = chosen_of(request.query_params, shell.now), asked_of(request.query_params)
        everything = desk.search.find("", limit=1)
        features = _features(chosen, asked) if asked.view == "outlook" else []
        asked = attrs.evolve(asked, feature=asked.feature or next(iter(features), ""))
        answer, missing = _found(asked, chosen)
        return shell.show(
            request,
            "insight.html",
            asked=asked,
            chosen=chosen.selection,
            span=chosen.span,
            found=answer,
            missing=missing,
            chart=_chart(answer),
            features=features,
            feature_name=feature_name,
            brands=[v for v, _ in everything.facets["brand"]],
            categories=[v for v, _ in everything.facets["category"]],
            choices={
                "views": VIEWS,
                "sides": SIDES,
                "by": GROUPED,
                "measures": MEASURES,
                "steps": STEPS,
                "periods": PERIODS,
            },
        )

    def _features(chosen: Chosen, asked: Asked) -> list[str]:
        return [name for name, _ in desk.documents.facet(chosen.selection.node(None), asked.side, limit=40)]

    def _found(asked: Asked, chosen: Chosen) -> tuple[Combinations | FeatureMap | Forecast | None, str]:
        try:
            return (found(desk, asked, chosen), "") if asked.view != "outlook" or asked.feature else (None, "")
        except MissingExtra as error:
            return None, f"这里要用统计库（关联规则、对应分析、预测），还没有安装：./run install {error.extra}"

    return routes


def found(desk: Desk, asked: Asked, chosen: Chosen) -> Combinations | FeatureMap | Forecast:
    """What was asked for. Raises InvalidInput, MissingExtra."""
    if asked.view == "together":
        return desk.insight.combinations(chosen.selection, side=asked.side)
    if asked.view == "map":
        return desk.insight.map(chosen.selection, by=asked.by, side=asked.side)
    return desk.insight.forecast(
        chosen.selection,
        asked.feature,
        side=asked.side,
        measure=asked.measure,
        step=asked.step,
        periods=asked.periods,
    )


def asked_of(params: QueryParams) -> Asked:
    """What the address asks for. Raises InvalidInput for a view or number that is not there; the flow checks the rest."""
    view = _choice(params, "view", VIEWS)
    asked = Asked(
        view=view,
        by=_choice(params, "by", GROUPED),
        side=_choice(params, "side", SIDES, "aspect" if view == "together" else "bad"),
        measure=_choice(params, "measure", MEASURES),
        step=_choice(params, "step", STEPS),
        feature=params.get("feature", "").strip(),
    )
    periods = params.get("periods") or "6"
    if not periods.isdecimal():
        raise InvalidInput(f"预测期数应是 1–12 的整数，不是 {periods!r}")
    return attrs.evolve(asked, periods=int(periods))


def _choice(params: QueryParams, name: str, choices: Mapping[str, str], usual: str = "") -> str:
    """What is asked under a name; else the usual, else the first choice. Raises InvalidInput."""
    asked = params.get(name) or usual or next(iter(choices))
    if asked not in choices:
        raise InvalidInput(f"{name}={asked!r} 不认识：可选 {'、'.join(choices)}")
    return asked


def feature_name(feature: str) -> str:
    """`bad:漏水` in the reader's words: 漏水（差评）."""
    side, _, name = feature.partition(":")
    return f"{name}（{SIDES[side]}）"


def _chart(found: Combinations | FeatureMap | Forecast | None) -> str:
    """What the chart of the page draws, as JSON; empty where there is none."""
    if isinstance(found, FeatureMap) and found.map:
        return msgspec.json.encode(map_chart(found)).decode()
    if isinstance(found, Forecast) and found.history:
        return msgspec.json.encode(forecast_chart(found)).decode()
    return ""


def map_chart(found: FeatureMap) -> dict[str, Any]:
    """Points of both kinds with the search that each opens."""
    if found.map is None:
        return {}
    rows = [{**attrs.asdict(p), "href": search(found.queries[p.name])} for p in found.map.rows]
    return {
        "rows": rows,
        "columns": [attrs.asdict(p) for p in found.map.columns],
        "shown": found.map.shown,
        "by": GROUPED[found.by],
    }


def forecast_chart(found: Forecast) -> dict[str, Any]:
    """History, forecast and its bands."""
    return {
        "history": [(at.isoformat(), round(value, 3)) for at, value in found.history],
        "ahead": [attrs.asdict(p) for p in found.ahead.points] if found.ahead else [],
        "name": f"{found.feature} {SIDES[found.side]}",
        "unit": "条/百条" if found.measure == "share" else "条",
    }
