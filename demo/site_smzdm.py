"""什么值得买 as it answers: the search page, the curated list as JSON, the phone's list as HTML inside JSON, and the feed."""

import html
import json
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from demo.clock import beijing
from demo.dealing import Deal, deals
from demo.ledger import Shelf, Span
from demo.pages import WorldPage
from demo.world import World

PAGE_SIZE = 20


def search_page(world: World, request: Request) -> Response:
    """search.smzdm.com/?c=home&s=…"""
    found = deals(world.seed, now=world.now(), query=request.query_params.get("s", ""))
    shown = _part(found, _number(request.query_params.get("p"), 1))
    cards = "".join(_card(deal, world.now()) for deal in shown) or '<li class="empty">抱歉，没有找到相关内容</li>'
    text = (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>什么值得买搜索</title></head><body>'
        f'<ul id="feed-main-list" class="feed-list-hits">{cards}</ul></body></html>'
    )
    return Response(text, media_type="text/html; charset=utf-8")


def more_page(world: World, request: Request) -> Response:
    """www.smzdm.com/jingxuan/json_more?filter=s0f0t0b0d0r0p1"""
    number = _number(request.query_params.get("filter", "").rpartition("p")[2], 1)
    shown = _part(deals(world.seed, now=world.now()), max(number, 1))
    return _json({"article_list": [_article(deal, world.now()) for deal in shown]})


def phone_page(world: World, request: Request) -> Response:
    """m.smzdm.com/ajax_home_list?page=1"""
    shown = _part(deals(world.seed, now=world.now()), _number(request.query_params.get("page"), 1))
    return _json({"message": 1, "data": "".join(_phone_card(deal, world.now()) for deal in shown)})


def feed_page(world: World, request: Request) -> Response:
    """feed.smzdm.com"""
    items = "".join(
        f"<item><title>{html.escape(f'{deal.title} {deal.text}')}</title><link>https://www.smzdm.com/p/{deal.id}/</link>"
        f"<guid>https://www.smzdm.com/p/{deal.id}/</guid><pubDate>{format_datetime(deal.at, usegmt=True)}</pubDate></item>"
        for deal in _part(deals(world.seed, now=world.now()), 1)
    )
    text = f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>什么值得买</title>{items}</channel></rss>'
    return Response(text, media_type="application/rss+xml; charset=utf-8")


def _shelf(world: World, span: Span) -> set[str]:
    found = deals(world.seed, now=span.until or world.now(), query=span.query)
    return {str(deal.id) for deal in found if span.since is None or deal.at >= span.since}


PAGES: dict[str, dict[str, WorldPage]] = {
    "search.smzdm.com": {"/": search_page},
    "www.smzdm.com": {"/jingxuan/json_more": more_page},
    "m.smzdm.com": {"/ajax_home_list": phone_page},
    "feed.smzdm.com": {"/": feed_page},
}
LEDGER: dict[str, Shelf] = {"product": _shelf}


def written(at: datetime, now: datetime) -> str:
    """A deal's time as the site writes it: today's clock, this year's day, else the whole date."""
    here, today = beijing(at), beijing(now)
    if here.date() == today.date():
        return f"{here:%H:%M}"
    return f"{here:%m-%d %H:%M}" if here.year == today.year else f"{here:%Y-%m-%d %H:%M}"


def _part(found: list[Deal], number: int) -> list[Deal]:
    return found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]


def _card(deal: Deal, now: datetime) -> str:
    title, url = html.escape(deal.title), f"https://www.smzdm.com/p/{deal.id}/"
    over = '<span class="z-img-tag">已过期</span>' if deal.over_at <= now else ""
    return (
        f'<li class="feed-row-wide"><div class="feed-block z-hor-feed">{over}<div class="z-feed-content">'
        f'<h5 class="feed-block-title"><a href="{url}" title="{title}">{title}</a>'
        f'<a href="{url}"><div class="z-highlight">{html.escape(deal.text)}</div></a></h5>'
        f'<div class="z-feed-foot-r"><span class="feed-block-extras">{written(deal.at, now)}<span>{deal.mall}</span></span></div>'
        "</div></div></li>"
    )


def _phone_card(deal: Deal, now: datetime) -> str:
    mark = "icons icon_tags expired" if deal.over_at <= now else ""
    return (
        f'\r\n<li>\r\n<a href="https://m.smzdm.com/p/{deal.id}/" class="hidden openApp" appurl="smzdm://youhui/{deal.id}"></a>'
        f'<div class="image_wrap"><i class="{mark}"></i><span class="s_icon">优惠</span></div>'
        f"<address><span>{written(deal.at, now)}</span>{deal.mall}</address><h2>{html.escape(deal.title)}</h2>"
        f'<div class="tips"><em>{html.escape(deal.text)}</em><span><i class="icons icon_comment"></i>2</span></div></li>'
    )


def _article(deal: Deal, now: datetime) -> dict[str, Any]:
    return {
        "article_id": str(deal.id), "article_url": f"https://www.smzdm.com/p/{deal.id}/", "article_title": deal.title,
        "article_price": deal.text, "article_date": written(deal.at, now), "article_timesort": int(deal.at.timestamp()),
        "article_mall": deal.mall, "article_worthy": "12", "article_unworthy": "1", "article_comment": "3",
        "article_is_sold_out": "1" if deal.over_at <= now else "", "article_is_timeout": "",
        "gtm": {"brand": deal.product.brand.name, "cates_str": f"家用电器/{deal.product.category}"},
    }  # fmt: skip


def _json(value: Any) -> Response:  # any JSON value
    return Response(json.dumps(value), media_type="application/json")


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 6 else default
