"""黑猫投诉 as it answers: the lists that its pages load, and the page of one complaint."""

import html
import json
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from demo.catalogue import BRANDS
from demo.clock import beijing
from demo.complaining import Complaint, complaints
from demo.ledger import Shelf, Span
from demo.pages import WorldPage
from demo.world import World

PAGE_SIZE, SUMMARY = 10, 60
_COMPANY = 5_350_000_000


def search_list(world: World, request: Request) -> Response:
    """/api/index/s?keywords=…: the word is marked in title and company, the summary is cut."""
    word = request.query_params.get("keywords", "")
    found = complaints(world.seed, now=world.now(), query=word)
    return _list(found, "lists", world, request, marked=word)


def company_list(world: World, request: Request) -> Response:
    """/api/company/received_complaints?couid=…"""
    number = request.query_params.get("couid", "")
    names = {str(_COMPANY + brand.code): brand.name for brand in BRANDS}
    found = complaints(world.seed, now=world.now(), brand=names[number]) if number in names else []
    return _list(found, "complaints", world, request)


def search_shell(world: World, request: Request) -> Response:
    """/index/search/: the page whose script loads the list."""
    text = (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>黑猫投诉</title></head><body><div id="list"></div><script>'
        'fetch("/api/index/s" + location.search.replace("t=1", "page_size=10&page=1"), {credentials: "include"})'
        "</script></body></html>"
    )
    return Response(text, media_type="text/html; charset=utf-8")


def complaint_page(world: World, request: Request) -> Response:
    """/complaint/view/SN/"""
    number = str(request.path_params["sn"])
    found = next((c for c in complaints(world.seed, now=world.now()) if str(c.sn) == number), None)
    if found is None:
        text = (
            "<!DOCTYPE html><html><head><title>黑猫投诉</title></head><body><p>该投诉不存在或已被删除</p></body></html>"
        )
        return Response(text, media_type="text/html; charset=utf-8")
    return Response(_detail(found, world.now()), media_type="text/html; charset=utf-8")


def _shelf(world: World, span: Span) -> set[str]:
    found = complaints(world.seed, now=span.until or world.now(), query=span.query)
    return {str(c.sn) for c in found if span.since is None or c.at >= span.since}


PAGES: dict[str, dict[str, WorldPage]] = {
    "tousu.sina.com.cn": {
        "/api/index/s": search_list,
        "/api/company/received_complaints": company_list,
        "/index/search/": search_shell,
        "/complaint/view/{sn}/": complaint_page,
    }
}
LEDGER: dict[str, Shelf] = {"complaint": _shelf}


def _list(found: list[Complaint], key: str, world: World, request: Request, *, marked: str = "") -> Response:
    text = request.query_params.get("page", "1")
    page = int(text) if text.isdecimal() and len(text) < 6 else 1
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    pager = {
        "current": page, "next": page + 1, "page_size": PAGE_SIZE, "item_count": len(found),
        "page_amount": -(-len(found) // PAGE_SIZE),
    }  # fmt: skip
    data = {key: [_row(c, world.now(), marked) for c in shown], "pager": pager}
    body = {"result": {"status": {"code": 0, "msg": ""}, "data": data}}
    return Response(json.dumps(body), media_type="application/json")


def _row(complaint: Complaint, now: datetime, marked: str) -> dict[str, Any]:
    summary = complaint.summary
    main = {
        "sn": str(complaint.sn), "title": _mark(complaint.title, marked), "cotitle": _mark(complaint.target, marked),
        "couid": str(_COMPANY + complaint.brand.code), "appeal": ",".join(complaint.demands), "issue": "质量问题",
        "summary": summary if len(summary) <= SUMMARY else f"{summary[:SUMMARY]}...", "status": complaint.status(now),
        "timestamp": str(int(complaint.at.timestamp())), "comment_amount": 0, "upvote_amount": 1, "share_amount": 0,
        "url": f"//tousu.sina.com.cn/complaint/view/{complaint.sn}/?sld=0f1e2d",
    }  # fmt: skip
    return {"main": main, "author": {"title": "匿名" if complaint.sn % 3 else complaint.author.name, "avatar": ""}}


def _mark(text: str, word: str) -> str:
    return text.replace(word, f'<span class="code-red">{word}</span>') if word else text


def _detail(complaint: Complaint, now: datetime) -> str:
    rows = (
        ("投诉编号", str(complaint.sn)), ("投诉对象", complaint.target), ("投诉问题", "质量问题"),
        ("投诉要求", "，".join(complaint.demands)), ("投诉进度", complaint.status(now)),
    )  # fmt: skip
    fields = "".join(f"<li><label>{name}：</label><b>{html.escape(value)}</b></li>" for name, value in rows)
    steps = [_step("匿名", "发起投诉", complaint.at, complaint.summary)]
    answered = dict(complaint.steps)["已回复"]
    if answered <= now:
        steps.insert(0, _step(complaint.target, "商家回复", answered, "您好，已安排专人与您联系。"))
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>黑猫投诉</title></head><body><div class="ts-d-question">'
        f'<h1 class="article">{html.escape(complaint.title)}</h1><div class="ts-q-user clearfix"><span class="u-name">匿名</span>'
        f'<span class="u-date">于 {beijing(complaint.at):%Y-%m-%d %H:%M:%S} 发布</span></div><ul class="ts-q-list">{fields}</ul></div>'
        f'<div class="ts-d-steplist">{"".join(steps)}</div></body></html>'
    )


def _step(who: str, what: str, at: datetime, text: str) -> str:
    return (
        f'<div class="ts-d-item"><span class="u-name">{who}</span><span class="u-status">{what}</span>'
        f'<span class="u-date">{beijing(at):%Y-%m-%d %H:%M:%S}</span><p>{html.escape(text)}</p></div>'
    )
