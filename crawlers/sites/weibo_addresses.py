"""Weibo's addresses: which page an URL is, and the URL of the page to ask for next."""

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
    (DESKTOP, "/ajax/statuses/mymblog"): "posts",
    (DESKTOP, "/ajax/statuses/show"): "post",
    (DESKTOP, "/ajax/statuses/longtext"): "longtext",
    (DESKTOP, "/ajax/statuses/buildComments"): "comments",
    (DESKTOP, "/ajax/statuses/repostTimeline"): "reposts",
    (DESKTOP, "/ajax/profile/info"): "profile",
    (SEARCH, "/weibo"): "search_html",
}
_CONTAINERS = {
    "100103": "search",
    "231522": "search",  # a topic's own search
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
    """search, search_html, posts, profile, album, container, post, longtext, comments, replies, reposts, likes, api or login."""
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
    def mid(self) -> str | None:
        """Long id of the post that the page is about."""
        return to_mid(self.parameters.get("id") or self.parameters.get("mid") or "")

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
    return _PATHS.get((host, path))


def search(term: str) -> PageRequest:
    """The newest posts that hold `term`, as the mobile page's realtime search (type 61) shows them."""
    inner = term.replace("%", "%25").replace("&", "%26")  # the value is a query of its own
    query = urlencode(
        {"containerid": f"100103type=61&q={inner}", "page_type": "searchall"}, quote_via=quote, errors="replace"
    )
    return request(f"https://{MOBILE}/api/container/getIndex?{query}", "search")


def long_text(address: Address, mid: str, bid: str) -> PageRequest:
    """Where the whole of a cut text is, on the side of Weibo that showed the beginning."""
    if address.host in (DESKTOP, SEARCH) and bid:
        return request(f"https://{DESKTOP}/ajax/statuses/longtext?id={bid}", "longtext")
    return request(f"https://{MOBILE}/statuses/extend?id={mid}", "longtext")


def replies(comment_mid: str) -> PageRequest:
    """The first page of the replies to a comment."""
    return request(f"https://{MOBILE}/comments/hotFlowChild?cid={comment_mid}&max_id=0&max_id_type=0", "replies")


def post_page(mid: str) -> str:
    """The public address of a post, without its author's id."""
    return f"https://{MOBILE}/detail/{mid}"


def request(url: str, page: str, *, first: bool = True) -> PageRequest:
    """A request with the headers that the site's own page sends."""
    parts = urlsplit(url)
    headers = _MOBILE_HEADERS if parts.hostname == MOBILE else _DESKTOP_HEADERS if "/ajax/" in parts.path else ()
    return PageRequest(source="weibo", page=page, url=url, headers=headers, first=first)
