"""Feeds: how each source answers, so that silence can be explained."""

from datetime import datetime
from enum import StrEnum

import attrs

SOURCE_NAMES = {
    "weibo": "微博",
    "jd": "京东",
    "taobao": "淘宝天猫",
    "suning": "苏宁",
    "shop": "网店",
    "smzdm": "什么值得买",
    "tousu": "黑猫投诉",
    "tieba": "贴吧",
    "rss": "RSS 订阅",
    "xhs": "小红书",
    "douyin": "抖音",
    "kuaishou": "快手",
    "bilibili": "B站",
    "zhihu": "知乎",
    "pdd": "拼多多",
    "wechat": "微信公众号",
    "toutiao": "今日头条",
    "import": "导入",
}
"""How people call a source; any other is called by its own name."""


class Outcome(StrEnum):
    """What an answer of a site was, before anything is parsed from it."""

    OK = "ok"
    EMPTY = "empty"
    """Nothing on the first page."""
    END = "end"
    """Nothing on a later page."""
    LOGIN_REQUIRED = "login_required"
    CAPTCHA = "captcha"
    """A person must act."""
    RATE_LIMITED = "rate_limited"
    BLOCKED = "blocked"
    """Refused, bad signature, or an emptied list with a total."""
    NOT_FOUND = "not_found"
    CHANGED = "changed"
    """A shape that the adapter does not know."""
    TRUNCATED = "truncated"
    WRONG_ITEM = "wrong_item"
    UNAVAILABLE = "unavailable"
    """5xx, "busy", or HTML where JSON was due without a risk mark: later."""

    @property
    def good(self) -> bool:
        """The site answered as asked."""
        return self in (Outcome.OK, Outcome.EMPTY, Outcome.END)

    @property
    def risk(self) -> bool:
        """Stop this source now: going on would harm the account, and a person must act."""
        return self in (Outcome.LOGIN_REQUIRED, Outcome.CAPTCHA, Outcome.RATE_LIMITED, Outcome.BLOCKED)


class FeedState(StrEnum):
    """The health of a source."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    BLOCKED = "blocked"
    LOGIN_REQUIRED = "login_required"
    CHANGED = "changed"
    STALE = "stale"
    OFF = "off"
    UNKNOWN = "unknown"
    """Never crawled."""


@attrs.frozen(kw_only=True)
class PageSeen:
    """One answer of a site, as the crawl classified it."""

    source: str
    page: str
    """Page type in the adapter's words: reviews, search, price."""
    url: str
    outcome: Outcome
    reason: str = ""
    items: int = 0
    seen_at: datetime
    archive: str = ""
    """WARC record id of the bytes."""
    sha256: str = ""
    document_ids: tuple[str, ...] = ()
    """Ids of the documents that were read from these bytes: their evidence."""


@attrs.frozen(kw_only=True)
class SiteTotal:
    """How much a site says it has of something: what was not collected shows as the gap."""

    source: str
    page: str
    """Page type in the adapter's words."""
    subject: str
    """What it counts: a sku (`jd:1000…`), a search word, a post id; the page's address where nothing better is known."""
    total: int | None = None
    by_rating: dict[str, int] = attrs.field(factory=dict)
    """good, neutral, bad, or 1–5."""
    folded: int | None = None
    """Hidden by the site from everybody."""
    exact: bool = True
    """False where the site rounds (4.9万+)."""
    seen_at: datetime


@attrs.frozen(kw_only=True)
class HotTopic:
    """One line of a hot-search list at one moment."""

    source: str
    """`weibo`."""
    title: str
    """Without the # marks."""
    rank: int
    """1 = top; 0 = a pinned line outside the ranking."""
    heat: int | None = None
    """The site's own figure; None = not shown."""
    label: str = ""
    """The site's mark: 新, 热, 沸, 爆, 荐."""
    advertised: bool = False
    """A paid line: no sign of public interest."""
    brands: tuple[str, ...] = ()
    """Canonical brands that the title is about; the reading part fills it."""
    url: str = ""
    seen_at: datetime


@attrs.frozen(kw_only=True)
class SourceStatus:
    """Whether a source is on, who said so, and how it has been answering."""

    name: str
    on: bool = True
    reason: str = ""
    """Why it was last switched on or off."""
    against_robots: bool = False
    """A person decided, with a reason, to go on although the site's robots refuse."""
    state: FeedState = FeedState.UNKNOWN
    detail: str = ""
    """What a person must do, Chinese; empty when healthy."""
    last_success_at: datetime | None = None
    last_item_at: datetime | None = None
    last_outcome: Outcome | None = None
    failures: int = 0
    """Bad answers in a row."""
