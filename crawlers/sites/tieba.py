"""百度贴吧 tieba.baidu.com: search, threads, forum lists and replies to replies, from HTML and from the site's JSON."""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit

import attrs

from crawlers.sites import tieba_pages
from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage, Stats
from crawlers.sites.answers import CALLBACK, Refused, answered, decode, refuse_mark, refuse_status, unpack
from crawlers.sites.tieba_pages import Floors
from crawlers.sites.values import mapping, whole
from crawlers.sites.web_pages import refuse_cut
from domain.documents import Post
from domain.feeds import Outcome
from domain.watches import Watch

HOST = "tieba.baidu.com"
LAST_PAGE = 10
THREADS = 10
"""Threads of one search page that are read themselves at most."""
REPLIES = 10
"""Floors of one page whose replies are asked for at most."""
_PATHS = {
    "/f/search/res": "search",
    "/mo/q/search/thread": "search",
    "/f": "forum",
    "/p/comment": "replies",
    "/p/totalComment": "replies",
}
_CHECK = re.compile(r"百度安全验证|wappass\.baidu\.com/static/captcha|seccaptcha|mkdjump", re.IGNORECASE)
_GONE = re.compile(
    r"贴子可能已被删除|该贴已被删除|帖子可能已被删除|该帖已被删除|您访问的[贴帖]子不存在|被删除或不存在|page404|贴吧404"
)
_NOTHING = re.compile(r"抱歉，?没有找到|没有找到相关|没有找到与|search_noresult|暂无|还没有人|快来抢")


@attrs.frozen(kw_only=True)
class Tieba:
    """Reads threads as posts, their further floors and the replies below those as comments."""

    name: str = attrs.field(default="tieba", init=False)
    hosts: tuple[str, ...] = attrs.field(default=(HOST, "wappass.baidu.com"), init=False)

    def first_pages(self, watch: Watch) -> Iterable[PageRequest]:
        """The newest threads for each of the watch's terms."""
        for term in watch.terms:
            query = urlencode({"word": term, "pn": "1", "st": "5", "tt": "1", "rn": "20", "ct": "1"}, errors="replace")
            url = f"https://{HOST}/mo/q/search/thread?{query}"
            yield PageRequest(source=self.name, page="search", url=url, watch=watch.name)

    def page_of(self, url: str) -> str | None:
        """search, thread, forum, replies; login or check pages of Baidu's are `check`."""
        try:
            parts = urlsplit(url.strip())
            host = (parts.hostname or "").lower()
        except ValueError:
            return None
        if host == "wappass.baidu.com":
            return "check"
        if host != HOST and not host.endswith(f".{HOST}"):
            return None
        path = parts.path.rstrip("/")
        return "thread" if re.fullmatch(r"/p/\d{4,20}", path) else _PATHS.get(path)

    def parse(self, page: RawPage) -> ParsedPage:
        """Classify, then read. Never raises."""
        kind = self.page_of(page.url) or "thread"
        return answered("tieba", kind, lambda: _read(page, kind))


def _read(page: RawPage, kind: str) -> ParsedPage:
    refuse_status(page)
    text = decode(page.body)
    if text.lstrip()[:1] in ("{", "[") or CALLBACK.match(text):
        return _data(page, kind, text)
    readers = {"search": tieba_pages.search, "forum": tieba_pages.forum, "replies": tieba_pages.replies}
    found = readers.get(kind, tieba_pages.thread)(text, page)
    if found.posts:
        refuse_cut(text)
        _refuse_other(page, kind, found)
        return _shown(page, kind, found)
    _refuse_page(page, kind, text, rows_seen=found.rows)
    return _shown(page, kind, found)


def _data(page: RawPage, kind: str, text: str) -> ParsedPage:
    """The site's JSON: the mobile search, or all replies of a page's floors."""
    data = mapping(unpack(text))
    code = str(data.get("no", data.get("errno", data.get("error_code", "0"))))
    told = " ".join(str(data.get(key) or "") for key in ("error", "errmsg", "error_msg"))[:200]
    if code != "0":
        if _CHECK.search(text) or "验证" in told:
            raise Refused(Outcome.CAPTCHA, f"no {code}: {told[:80]}")
        refuse_mark(f"{told} {data.get('data') if isinstance(data.get('data'), str) else ''}", "answer with ")
        raise Refused(Outcome.BLOCKED, f"no {code}: {told[:80]}")
    found = tieba_pages.search_rows(data, page) if kind == "search" else tieba_pages.reply_rows(data, page)
    if found is None:
        raise Refused(Outcome.CHANGED, "no post_list or comment_list")
    if not found.posts and found.rows:
        raise Refused(Outcome.CHANGED, "rows without a thread's number")
    return _shown(page, kind, found)


def _refuse_other(page: RawPage, kind: str, found: Floors) -> None:
    """Raise wrong_item where a thread's page shows another thread."""
    asked = re.search(r"/p/(\d+)", urlsplit(page.url).path)
    if kind == "thread" and asked and found.thread and found.thread != asked[1]:
        raise Refused(Outcome.WRONG_ITEM, f"asked for {asked[1]}, got {found.thread}")


def _refuse_page(page: RawPage, kind: str, text: str, *, rows_seen: int) -> None:
    """Raise the outcome of a page without posts, unless it says itself that there are none."""
    if _CHECK.search(text):
        raise Refused(Outcome.CAPTCHA, "百度安全验证: a person must pass it")
    if kind == "replies" and not text.strip("\r\n\t ").startswith(("<html", "<!")) and "lzl_li_pager" in text:
        return
    if _GONE.search(text):
        raise Refused(Outcome.NOT_FOUND, "the site says that there is no such thread")
    if _NOTHING.search(text) and not rows_seen:
        refuse_cut(text)
        return
    refuse_mark(text, "web page with ")
    refuse_cut(text)
    raise Refused(Outcome.CHANGED, "no post that we know in the page")


def _shown(page: RawPage, kind: str, found: Floors) -> ParsedPage:
    query = dict(parse_qsl(urlsplit(page.url).query, errors="replace"))
    number = whole(query.get("pn")) or 1
    first = number <= 1 if kind != "forum" else not whole(query.get("pn"))
    stats = (
        Stats(total=found.total, subject=f"tieba:{found.thread}" if found.thread else "")
        if found.total is not None
        else None
    )
    if not found.posts:
        outcome = Outcome.EMPTY if first else Outcome.END
        return ParsedPage(site="tieba", page=kind, outcome=outcome, reason="no posts", stats=stats)
    posts: tuple[Post, ...] = tuple({post.id: post for post in found.posts}.values())
    return ParsedPage(
        site="tieba",
        page=kind,
        outcome=Outcome.OK,
        documents=posts,
        stats=stats,
        next_pages=(*_next(page.url, kind, number, found), *_below(kind, found)),
    )


def _next(url: str, kind: str, number: int, found: Floors) -> Iterable[PageRequest]:
    """The next page of the same list, where the page says that there is one."""
    if kind == "forum" or number >= LAST_PAGE or not found.more:
        return
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True, errors="replace")), "pn": str(number + 1)}
    address = f"https://{HOST}{parts.path}?{urlencode(query, errors='replace')}"
    yield PageRequest(source="tieba", page=kind, url=address, first=False)


def _below(kind: str, found: Floors) -> Iterable[PageRequest]:
    """The threads that a search shows in part or that were answered; the replies below a thread's floors."""
    if kind == "search":
        threads = [post for post in found.posts if post.parent is None and (post.truncated or post.comments)]
        for post in threads[:THREADS]:
            yield PageRequest(source="tieba", page="thread", url=f"{post.url}?pn=1", first=True)
    for pid in found.answered[:REPLIES]:
        url = f"https://{HOST}/p/comment?tid={found.thread}&pid={pid}&pn=1"
        yield PageRequest(source="tieba", page="replies", url=url, first=True)
