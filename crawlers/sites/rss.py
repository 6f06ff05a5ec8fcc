"""RSS and Atom: the feeds that a person named in the settings, RSSHub's among them."""

import hashlib
import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

import attrs

from crawlers.sites.adapter import PageRequest, ParsedPage, RawPage
from crawlers.sites.answers import Refused
from crawlers.sites.feed_entries import FeedEntry, entries_in
from domain.documents import Post
from domain.feeds import Outcome
from domain.watches import Watch

TERM = "{term}"
_PORTS = {"http": 80, "https": 443}
_FEED_HOST = re.compile(r"(?:^|\.)(?:rsshub|feeds?|rss)\.|^rsshub", re.IGNORECASE)
_FEED_PATH = re.compile(
    r"(?:^|/)(?:feeds?|rss2?|atom)(?:/|$|\.(?:xml|php|aspx?|jsp)$)|\.(?:rss|atom|rdf)$|(?:rss|atom|feed)[\w-]*\.xml$",
    re.IGNORECASE,
)
_FEED_QUERY = re.compile(r"(?:^|&)(?:feed|format|type)=(?:rss2?|atom|feed)(?:&|$)", re.IGNORECASE)
_RSSHUB_PORT = 1200
_WEIBO = re.compile(r"https?://(?:www\.|m\.)?weibo\.(?:com|cn)/\d{5,12}/(\w+)")
_WHOLE_WORLD = re.compile(r"(?:https?://|urn:|tag:|[\w.-]+\.[a-z]{2,}[,/:])", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class Rss:
    """Reads any feed; asks only for those that the settings name."""

    feeds: tuple[str, ...] = ()
    """Addresses; `{term}` in one stands for each of a watch's words: http://127.0.0.1:1200/weibo/keyword/{term}."""
    name: str = attrs.field(default="rss", init=False)
    hosts: tuple[str, ...] = attrs.field(default=("*",), init=False)

    @property
    def private_hosts(self) -> tuple[str, ...]:
        """`host:port` of the feeds that stand in the settings with an address of this machine or network, written as a number
        or `localhost`: to write it there is the decision. A name that only leads there is not one of them."""
        places = [urlsplit(feed.strip()) for feed in self.feeds if host_of(feed) and TERM not in urlsplit(feed).netloc]
        return tuple(
            dict.fromkeys(
                f"{place.netloc.rpartition('@')[2].rpartition(':')[0] if place.port else place.netloc}:{place.port or _PORTS[place.scheme]}"
                for place in places
                if _is_private(place.hostname or "")
            )
        )

    def first_pages(self, watch: Watch) -> Iterable[PageRequest]:
        """Every feed of the settings, those with `{term}` once for each of the watch's terms."""
        urls = [
            url
            for feed in self.feeds
            for url in ([feed.replace(TERM, quote(term, safe="")) for term in watch.terms] if TERM in feed else [feed])
        ]
        for url in dict.fromkeys(urls):
            if host_of(url):
                yield PageRequest(source=self.name, page="feed", url=url, watch=watch.name)

    def page_of(self, url: str) -> str | None:
        """`feed` for the feeds of the settings, and for any address that looks like one."""
        parts, host = urlsplit(url.strip()) if host_of(url) else None, host_of(url)
        if parts is None:
            return None
        named = any(host == host_of(feed.replace(TERM, "")) for feed in self.feeds)
        looks = _FEED_HOST.search(host) or _FEED_PATH.search(parts.path) or _FEED_QUERY.search(parts.query)
        return "feed" if named or looks or parts.port == _RSSHUB_PORT else None

    def parse(self, page: RawPage) -> ParsedPage:
        """Classify, then read. Never raises."""
        try:
            posts = [_post(entry, page) for entry in entries_in(page)]
            if not posts:
                raise Refused(Outcome.EMPTY, "a feed without entries")
            return ParsedPage(site="rss", page="feed", outcome=Outcome.OK, documents=tuple(_once(posts)))
        except Refused as refused:
            return refused.page("rss", "feed")
        except Exception as error:  # the seam promises an outcome for any bytes
            return Refused(Outcome.CHANGED, f"unexpected shape: {type(error).__name__}").page("rss", "feed")


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return host.lower() == "localhost"


def host_of(url: str) -> str:
    """Host of a web address in lower case; empty where it is none."""
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
        return (parts.hostname or "").lower() if parts.scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _post(entry: FeedEntry, page: RawPage) -> Post:
    return Post(
        id=f"rss:{_id(entry.guid, host_of(page.url))}",
        source="rss",
        url=_without_user(entry.link) if host_of(entry.link) else "",
        text=_text(entry),
        published_at=entry.published_at,
        date_only=entry.date_only,
        published_raw=entry.published_raw,
        seen_at=page.seen_at,
        author=entry.author,
        comments=entry.comments,
    )


def _once(posts: list[Post]) -> Iterable[Post]:
    """One post for each id, the feed's first: it is the newest."""
    return {post.id: post for post in reversed(posts)}.values().__reversed__()


def _id(guid: str, host: str) -> str:
    """The feed's own id; one that is unique only in its feed (`17`) stands behind the feed's host."""
    guid = _without_user(guid)
    if len(guid) > 200:
        guid = hashlib.sha256(guid.encode("utf-8", "replace")).hexdigest()[:32]
    return guid if _WHOLE_WORLD.match(guid) else f"{host}/{guid}"


def _without_user(url: str) -> str:
    """A link to a Weibo post without its author's id; any other as it is."""
    return _WEIBO.sub(r"https://m.weibo.cn/status/\1", url)


def _text(entry: FeedEntry) -> str:
    """Title and text, without the author's name that RSSHub puts before them; the text alone where it begins as the title."""
    title, text = (_without_name(words, entry.author) for words in (entry.title, entry.text))
    begin = re.sub(r"(?:\.{2,}|…)+$", "", title).strip()
    if not text or not begin:
        return text or title
    return text if " ".join(text.split()).startswith(" ".join(begin.split())) else f"{title}\n{text}"


def _without_name(words: str, author: str) -> str:
    return re.sub(rf"^{re.escape(author)}\s*[:：]\s*", "", words) if author else words
