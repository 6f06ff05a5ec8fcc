"""一键取数: documents, prices, alerts and themes as files."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from domain.times import shanghai
from flows.export import COLUMNS, FORMATS, KINDS
from web.downloads import download
from web.shell import Shell
from web.spans import span_of

NAMES = {
    "documents": ("文档", "评价、帖子、评论和投诉，连同情感、方面与品牌"),
    "prices": ("价格", "每家店每次观察到的价格、划线价与促销"),
    "alerts": ("预警", "每次预警的时间、平时与当时、涉及的帖子和通知"),
    "themes": ("差评主题", "每个主题的条数、占比、倍数、趋势、原话与查询语句"),
    "handling": ("差评处理", "每条差评的状态、负责人、备注，人确认的原因与读出的原因并列"),
}


def router(shell: Shell) -> APIRouter:
    """The addresses of the export."""
    routes = APIRouter()
    desk = shell.desk

    @routes.get("/export", response_class=HTMLResponse)
    def page(request: Request, query: str = "", span: str = "") -> HTMLResponse:
        chosen = span_of(preset=span, now=shell.now)
        rows = desk.search.count(query, since=chosen.since, until=chosen.until)
        return shell.show(
            request,
            "export.html",
            kinds=NAMES,
            forms=("csv", "xlsx", "jsonl"),
            query=query,
            span=chosen,
            documents=rows,
        )

    @routes.get("/export/{what}.{form}")
    def export(what: str, form: str, query: str = "", span: str = "", since: str = "", until: str = "") -> Response:
        if what not in KINDS or form not in FORMATS:
            raise HTTPException(404, f"没有 {what}.{form} 这种导出")
        chosen = span_of(preset=span, since=since, until=until, now=shell.now)
        rows = desk.exports.rows(what, query=query, since=chosen.since, until=chosen.until)
        name = f"tingchao-{what}-{shanghai(shell.now):%Y%m%d-%H%M}"
        return download(rows, form=form, name=name, columns=COLUMNS[what])

    return routes
