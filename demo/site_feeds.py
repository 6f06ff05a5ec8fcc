"""Feeds of others: a RSSHub that searches the pretended Weibo, and a news site's own feed."""

import html
from datetime import timedelta
from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from demo import ids
from demo.clock import BEIJING
from demo.events import Post
from demo.ledger import Shelf, Span
from demo.pages import WorldPage
from demo.weibo_text import to_html
from demo.world import World

HOST, NEWS = "rsshub.demo.example", "news.demo.example"
FEEDS = (f"https://{HOST}/weibo/keyword/{{term}}",)
"""What a customer of the demo writes into its settings."""
MOST = 20
_HEAD = '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0"><channel>'


def keyword_feed(world: World, request: Request) -> Response:
    """/weibo/keyword/WORD: the newest posts, times in GMT, HTML in the description."""
    word = str(request.path_params["word"])
    items = "".join(_item(world, post) for post in _posts(world, word))
    return _feed(f"<title>{html.escape(word)} 的微博搜索结果</title>{items}</channel></rss>")


def news_feed(world: World, request: Request) -> Response:
    """/rss.xml: the same posts as news, times in +0800, HTML escaped twice, ids that are only numbers."""
    items = "".join(
        f"<item><title>{html.escape(html.escape(post.words(world.now())[:20]))}</title><guid>{number}</guid>"
        f"<description>{html.escape(html.escape(f'<p>{to_html(post.words(world.now()))}</p>'))}</description>"
        f"<pubDate>{format_datetime(post.at.astimezone(BEIJING))}</pubDate></item>"
        for number, post in enumerate(_posts(world, ""), start=1)
    )
    return _feed(f"<title>新闻</title>{items}</channel></rss>")


def _shelf(world: World, span: Span) -> set[str]:
    """Ids as they are kept: a post's address without its author."""
    return {f"https://m.weibo.cn/status/{ids.bid(post.mid)}" for post in _posts(world, span.query)}


PAGES: dict[str, dict[str, WorldPage]] = {
    HOST: {"/weibo/keyword/{word}": keyword_feed},
    NEWS: {"/rss.xml": news_feed},
}
LEDGER: dict[str, Shelf] = {"post": _shelf}


def _posts(world: World, word: str) -> list[Post]:
    return [p for p in world.posts(word, since=world.now() - timedelta(days=2)) if not p.gone(world.now())][:MOST]


def _item(world: World, post: Post) -> str:
    text, link = post.words(world.now()), f"https://weibo.com/{post.author.uid}/{ids.bid(post.mid)}"
    title, body = f"{post.author.name}: {text[:30]}", f"{post.author.name}: {to_html(text)}"
    return (
        f"<item><title>{html.escape(title)}</title><description>{html.escape(body)}</description><link>{link}</link>"
        f'<guid isPermaLink="false">{link}</guid><pubDate>{format_datetime(post.at, usegmt=True)}</pubDate>'
        f"<author>{html.escape(post.author.name)}</author></item>"
    )


def _feed(rest: str) -> Response:
    return Response(f"{_HEAD}{rest}", media_type="application/rss+xml; charset=utf-8")
