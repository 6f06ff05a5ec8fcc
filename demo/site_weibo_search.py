"""s.weibo.com as it answers: the search as a web page with its cap of fifty pages, and the hot list as a table."""

import html
import math
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from demo import ids, weibo_hot
from demo.clock import BEIJING, beijing
from demo.events import Post
from demo.pages import WorldPage, page_template
from demo.weibo_json import counts
from demo.weibo_session import page_asked, refused_in_search
from demo.weibo_text import shortened
from demo.world import World

PAGE_SIZE, LAST_PAGE = 10, 50
PROVINCES = {
    "北京": 11, "天津": 12, "河北": 13, "山西": 14, "内蒙古": 15, "辽宁": 21, "吉林": 22, "黑龙江": 23, "上海": 31, "江苏": 32,
    "浙江": 33, "安徽": 34, "福建": 35, "江西": 36, "山东": 37, "河南": 41, "湖北": 42, "湖南": 43, "广东": 44, "广西": 45,
    "海南": 46, "重庆": 50, "四川": 51, "贵州": 52, "云南": 53, "陕西": 61, "甘肃": 62, "新疆": 65,
}  # fmt: skip
_SCOPE = re.compile(r"custom:(\d{4}-\d{2}-\d{2})-(\d{1,2}):(\d{4}-\d{2}-\d{2})-(\d{1,2})")
_REGION = re.compile(r"custom:(\d+):\d+")
_GLYPHS = ("&#xe627;", "&#xe60a;")


def search_page(world: World, request: Request) -> Response:
    """/weibo and /realtime: ten posts a page; page 51 shows page 1 again."""
    refused = refused_in_search(world, request)
    if refused:
        return refused
    words, now = request.query_params.get("q", "").strip(), world.now()
    found = _found(world, words, request) if words else []
    last = min(math.ceil(len(found) / PAGE_SIZE), LAST_PAGE)
    page = page_asked(request)
    page = page if 1 <= page <= LAST_PAGE else 1
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    cards = [_card(world, post, words, now) for post in shown]
    text = page_template("weibo_search.html").render(cards=cards, page=page, pages=last if last > 1 else 0, words=words)
    return Response(text, media_type="text/html; charset=utf-8")


def summary_page(world: World, request: Request) -> Response:
    """/top/summary: the hot list."""
    refused = refused_in_search(world, request)
    if refused:
        return refused
    rows, rank = [], 0
    for line in weibo_hot.lines(world):
        rank += not line.paid
        href = f"/weibo?q={quote(f'#{line.title}#')}&t=31&band_rank={rank}&Refer=top"
        heat = f"{line.category} {line.heat}".strip() if not line.paid else ""
        rows.append({"rank": "•" if line.paid else str(rank), "href": href, "line": line, "heat": heat})
    text = page_template("weibo_summary.html").render(rows=rows, pinned="江岸市冬季用气安全提示")
    return Response(text, media_type="text/html; charset=utf-8")


PAGES: dict[str, dict[str, WorldPage]] = {
    "s.weibo.com": {"/weibo": search_page, "/realtime": search_page, "/top/summary": summary_page}
}


def told_at(moment: datetime, now: datetime) -> str:
    """As the page says it: 32秒前, 32分钟前, 今天09:29 (no blank), 08月11日 22:30, 2025年08月11日 22:30."""
    age, then, today = now - moment, beijing(moment), beijing(now)
    if age < timedelta(minutes=1):
        return f"{max(int(age.total_seconds()), 1)}秒前"
    if age < timedelta(hours=1):
        return f"{int(age.total_seconds() // 60)}分钟前"
    if then.date() == today.date():
        return then.strftime("今天%H:%M")
    return then.strftime("%m月%d日 %H:%M" if then.year == today.year else "%Y年%m月%d日 %H:%M")


def _found(world: World, words: str, request: Request) -> list[Post]:
    """What the search holds, newest first; a time and a province narrow it."""
    now, scope = world.now(), _SCOPE.fullmatch(request.query_params.get("timescope", ""))
    if scope:
        begin, end = _moment(scope[1], scope[2]), _moment(scope[3], scope[4])
        posts = world.posts(words, since=begin, until=min(end - timedelta(seconds=1), now)) if begin < now else []
    else:
        posts = world.posts(words)
    region = _REGION.fullmatch(request.query_params.get("region", ""))
    if region:
        posts = [p for p in posts if PROVINCES.get(p.author.region) == int(region[1])]
    return [p for p in posts if not p.gone(now)]


def _moment(day: str, hour: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=BEIJING) + timedelta(hours=int(hour))


def _card(world: World, post: Post, words: str, now: datetime) -> dict[str, Any]:
    told = counts(world, post)
    said = post.words(now)
    short, cut = shortened(said)
    original = post.repost
    return {
        "mid": post.mid,
        "bid": ids.bid(post.mid),
        "author": post.author,
        "badge": {0: "yellow", 1: "blue", 2: "blue", 3: "blue"}.get(post.author.verified_type, ""),
        "when": told_at(post.at, now),
        "text": _marked(short, words),
        "full": _marked(said, words) if cut else "",
        "reposts": told["reposts_count"],
        "comments": told["comments_count"],
        "likes": told["attitudes_count"],
        "device": post.device,
        "old": post.mid % 3 == 0,
        "original": None if original is None else _original(world, original, words, now),
    }


def _original(world: World, post: Post, words: str, now: datetime) -> dict[str, Any]:
    if post.gone(now):
        return {"gone": True}
    told = counts(world, post)
    return {
        "gone": False,
        "mid": post.mid,
        "bid": ids.bid(post.mid),
        "author": post.author,
        "when": told_at(post.at, now),
        "text": _marked(post.words(now), words),
        "reposts": told["reposts_count"],
        "comments": told["comments_count"],
        "likes": told["attitudes_count"],
    }


def _marked(text: str, words: str) -> str:
    """HTML with the words that were searched for marked inside it, emoticons as pictures, an icon of the site's font."""
    told = html.escape(text, quote=False).replace("\n", "<br/>\n     ")
    for word in words.split():
        plain = html.escape(word, quote=False)
        told = told.replace(plain, f'<em class="s-color-red">{plain}</em>')
    told = re.sub(
        r"\[[^\[\]<>]{1,8}\]",
        lambda m: f'<img src="//img.t.sinajs.example/x.png" title="{m[0]}" alt="{m[0]}" class="face" />',
        told,
    )
    told = re.sub(r"(@[\w\-]{2,30})", r'<a href="//weibo.com/n/x" target="_blank">\1</a>', told)
    return told + (f' <i class="wbicon">{_GLYPHS[len(text) % 2]}</i>' if len(text) % 5 == 0 else "")
