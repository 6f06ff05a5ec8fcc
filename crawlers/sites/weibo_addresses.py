"""Weibo's addresses: which page an URL is, and the URL of the page to ask for next."""

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import attrs

from crawlers.sites.adapter import PageRequest
from crawlers.sites.weibo_numbers import to_mid

MOBILE, DESKTOP, SEARCH = "m.weibo.cn", "weibo.com", "s.weibo.com"
HOSTS = (
    MOBILE,
    DESKTOP,
    "www.weibo.com",
    SEARCH,
    "api.weibo.com",
    "c.api.weibo.com",
    "passport.weibo.com",
    "passport.weibo.cn",
    "visitor.passport.weibo.cn",
)
LAST_PAGE = 50  # search answers page 51 with page 1 again
_DETAIL = re.compile(r"/(?:detail|status)/([0-9A-Za-z]{5,20})")
_SECRET_PARAMETERS = ("access_token", "source")
_MOBILE_HEADERS = (
    ("X-Requested-With", "XMLHttpRequest"),
    ("MWeibo-Pwa", "1"),
    ("Referer", "https://m.weibo.cn/"),
)
_DESKTOP_HEADERS = (("X-Requested-With", "XMLHttpRequest"), ("Referer", "https://weibo.com/"))

_PATHS = {
    (MOBILE, "/statuses/show"): "post",
    (MOBILE, "/statuses/extend"): "longtext",
    (MOBILE, "/comments/hotflow"): "comments",
    (MOBILE, "/comments/hotFlowChild"): "replies",
    (MOBILE, "/api/comments/show"): "comments",
    (MOBILE, "/api/statuses/repostTimeline"): "reposts",
    (MOBILE, "/api/attitudes/show"): "likes",
    (DESKTOP, "/ajax/statuses/getSecondComment"): "replies",
    (DESKTOP, "/ajax/statuses/likeShow"): "likes",
    (DESKTOP, "/ajax/statuses/mymblog"): "posts",
    (DESKTOP, "/ajax/statuses/show"): "post",
    (DESKTOP, "/ajax/statuses/longtext"): "longtext",
    (DESKTOP, "/ajax/statuses/buildComments"): "comments",
    (DESKTOP, "/ajax/statuses/repostTimeline"): "reposts",
    (DESKTOP, "/ajax/profile/info"): "profile",
    (DESKTOP, "/ajax/side/hotSearch"): "hot",
    (DESKTOP, "/ajax/statuses/hot_band"): "hot",
    (SEARCH, "/weibo"): "search_html",
    (SEARCH, "/realtime"): "search_html",
    (SEARCH, "/top/summary"): "hot",
}
_CONTAINERS = {
    "100103": "search",
    "231522": "search",  # a topic's own search
    "106003": "hot",
    "107603": "posts",
    "230413": "posts",  # 2304133…_-_WEIBO_SECOND_PROFILE_WEIBO
    "107803": "album",
    "100505": "profile",
    "230283": "profile",
}


@attrs.frozen(kw_only=True)
class Address:
    """An URL of Weibo, read."""

    url: str
    host: str
    path: str
    page: str
    """search, search_html, posts, profile, album, container, post, longtext, comments, replies, reposts, likes, hot, api or
    login."""
    parameters: dict[str, str]
    """The last value of each query parameter."""

    @property
    def first(self) -> bool:
        """The first page of its list."""
        started = any(self.parameters.get(name, "") not in ("", "0") for name in ("max_id", "since_id"))
        return not started and self.number <= 1

    @property
    def number(self) -> int:
        """The page number asked for, 1 where none is given."""
        text = self.parameters.get("page", "1")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1

    @property
    def size(self) -> int:
        """Items that a page of this list holds at most."""
        usual = 20 if self.page == "api" or self.path.endswith("/mymblog") else 10
        text = self.parameters.get("count", "")
        return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 4 else usual

    @property
    def mid(self) -> str | None:
        """Long id of the post that the page is about."""
        named = self.parameters.get("id") or self.parameters.get("mid") or ""
        shown = _DETAIL.fullmatch(self.path)
        return to_mid(named or (shown[1] if shown else ""))

    @property
    def term(self) -> str:
        """What a search asks for; empty for other pages."""
        inner = dict(parse_qsl(self.parameters.get("containerid", ""), keep_blank_values=True, errors="replace"))
        return (inner.get("q") or self.parameters.get("q", "")).strip()

    @property
    def subject(self) -> str:
        """What the totals of this page count: a search word with its slice, or a post; empty where only the address tells."""
        slices = [self.parameters[name] for name in ("timescope", "region") if self.parameters.get(name)]
        if self.page in ("search", "search_html", "api") and self.term:
            return " ".join([self.term, *slices])[:200]
        above = to_mid(self.parameters.get("cid", "")) or self.mid
        return f"weibo:{above}" if above else ""

    def following(self, **changes: str) -> PageRequest:
        """The same list with other parameters; tokens are left out, the transport has its own."""
        kept = {k: v for k, v in self.parameters.items() if k not in _SECRET_PARAMETERS} | changes
        return request(f"https://{self.host}{self.path}?{urlencode(kept)}", self.page, first=False)


def read(url: str) -> Address | None:
    """What page this is, by host, path and parameters in any order; None = not Weibo's."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
        parameters = dict(parse_qsl(parts.query, keep_blank_values=True, errors="replace"))
    except ValueError:
        return None
    host = DESKTOP if host == "www.weibo.com" else host
    path = parts.path.rstrip("/") or "/"
    page = _page(host, path, parameters) if host in HOSTS else None
    return None if page is None else Address(url=url, host=host, path=path, page=page, parameters=parameters)


def _page(host: str, path: str, parameters: dict[str, str]) -> str | None:
    if "passport" in host:
        return "login"
    if host in ("api.weibo.com", "c.api.weibo.com"):
        return "api" if path.startswith("/2/") else None
    if host == MOBILE and path == "/api/container/getIndex":
        container = parameters.get("containerid", "")
        return _CONTAINERS.get(container[:6], "container") if container else "profile"
    if host == MOBILE and _DETAIL.fullmatch(path):
        return "post"
    if path.endswith("/buildComments") and parameters.get("fetch_level") == "1":
        return "replies"
    if host == SEARCH and path.startswith("/weibo/"):  # the word stands in the path
        return "search_html"
    return _PATHS.get((host, path))


def search(term: str) -> PageRequest:
    """The newest posts that hold `term`, as the mobile page's realtime search (type 61) shows them."""
    inner = term.replace("%", "%25").replace("&", "%26")  # the value is a query of its own
    query = urlencode(
        {"containerid": f"100103type=61&q={inner}", "page_type": "searchall"}, quote_via=quote, errors="replace"
    )
    return request(f"https://{MOBILE}/api/container/getIndex?{query}", "search")


def desktop_search(term: str) -> PageRequest:
    """The newest posts that hold `term`, as the desktop's realtime search shows them in a browser."""
    query = urlencode({"q": term, "rd": "realtime", "tw": "realtime", "Refer": "weibo_realtime"}, errors="replace")
    return attrs.evolve(request(f"https://{SEARCH}/realtime?{query}", "search_html"), browser=True)


def long_text(address: Address, mid: str, bid: str) -> PageRequest:
    """Where the whole of a cut text is, on the side of Weibo that showed the beginning."""
    if address.host in (DESKTOP, SEARCH) and bid:
        return request(f"https://{DESKTOP}/ajax/statuses/longtext?id={bid}", "longtext")
    return request(f"https://{MOBILE}/statuses/extend?id={mid}", "longtext")


def replies(comment_mid: str) -> PageRequest:
    """The first page of the replies to a comment."""
    return request(f"https://{MOBILE}/comments/hotFlowChild?cid={comment_mid}&max_id=0&max_id_type=0", "replies")


def desktop_replies(comment_mid: str) -> PageRequest:
    """The first page of the replies to a comment, on the desktop."""
    query = f"flow=1&is_reload=1&id={comment_mid}&is_show_bulletin=2&is_mix=1&fetch_level=1&max_id=0&count=20"
    return request(f"https://{DESKTOP}/ajax/statuses/buildComments?{query}&locale=zh-CN", "replies")


def show(mid: str, *, browser: bool = False) -> PageRequest:
    """A known post as it is now: its text, its counts, or that it is gone.

    A browser opens the desktop's page, which loads post and comments by itself: its session is the desktop's, and the phone's
    site answers such a one with 432.
    """
    if browser:
        return attrs.evolve(request(f"https://{DESKTOP}/detail/{mid}", "post"), browser=True)
    return request(f"https://{MOBILE}/statuses/show?id={mid}", "post")


def newest_comments(mid: str) -> PageRequest:
    """The comments under a post, newest first (`flow=1`; the phone's hotflow is by heat, where one can't stop at known)."""
    query = f"flow=1&is_reload=1&id={mid}&is_show_bulletin=2&is_mix=0&count=20&fetch_level=0&locale=zh-CN"
    return request(f"https://{DESKTOP}/ajax/statuses/buildComments?{query}", "comments")


def newest_reposts(mid: str) -> PageRequest:
    """The reposts of a post, newest first."""
    return request(f"https://{MOBILE}/api/statuses/repostTimeline?id={mid}&page=1", "reposts")


def hot_list(*, browser: bool = False) -> PageRequest:
    """The hot-search list 热搜榜: the desktop's JSON, in a browser the page that shows it."""
    if browser:
        page = request(f"https://{SEARCH}/top/summary?cate=realtimehot", "hot")
        return attrs.evolve(page, browser=True)
    return request(f"https://{DESKTOP}/ajax/side/hotSearch", "hot")


def post_page(mid: str) -> str:
    """The public address of a post, without its author's id."""
    return f"https://{MOBILE}/detail/{mid}"


def request(url: str, page: str, *, first: bool = True) -> PageRequest:
    """A request with the headers that the site's own page sends."""
    parts = urlsplit(url)
    headers = _MOBILE_HEADERS if parts.hostname == MOBILE else _DESKTOP_HEADERS if "/ajax/" in parts.path else ()
    return PageRequest(source="weibo", page=page, url=url, headers=headers, first=first)
