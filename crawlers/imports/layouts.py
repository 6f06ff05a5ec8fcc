"""Files that give themselves away by their columns: which tool wrote them, which site they are of, what each column is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import attrs

from crawlers.imports.columns import plain

PEOPLE: Final = "people"
"""Kind of the tables that tell of persons and accounts: never read."""


@attrs.frozen(kw_only=True)
class Layout:
    """One tool's file."""

    name: str
    """As people call it, Chinese."""
    marks: frozenset[str]
    """Columns that all must be there, as `plain` makes them."""
    without: frozenset[str] = frozenset()
    """Columns of which none may be there."""
    source: str = ""
    """Name of the source; empty = by headings, rows or file."""
    kind: str
    fields: Mapping[str, str] = attrs.field(factory=dict)
    """Our field → its column, where the names alone would mislead; empty = not in this file."""


def _layout(name: str, marks: str, site: str, rows: str, without: str = "", **fields: str) -> Layout:
    return Layout(
        name=name, marks=frozenset(marks.split()), without=frozenset(without.split()), source=site, kind=rows, fields=fields
    )  # fmt: skip


_COMMENT = {"id": "commentid", "text": "content", "parent": "parentcommentid"}
LAYOUTS: tuple[Layout, ...] = (
    # weibo-search, weibo-crawler (github.com/dataabc); the second's dates are bare unless there is a 完整日期 beside them
    _layout("weibo-search 的微博", "id bid 微博正文 发布时间", "weibo", "posts", id="id", author="userid", url="", source="", images="", region="ip"),
    _layout("weibo-crawler 的微博", "id bid 正文 转发数 @用户", "weibo", "posts", id="id", url="", source="", images="", region="位置"),
    _layout("weibo-crawler 的微博", "id bid text attitudescount repostscount", "weibo", "posts", id="id", author="userid", url="", source="", region="location"),
    _layout("weibo-crawler 的评论", "id weiboid text userscreenname rootid", "weibo", "comments", id="id", post="weiboid", parent="rootid", url="", bid="", region=""),
    _layout("weibo-crawler 的转发", "id weiboid text userscreenname", "weibo", "posts", "rootid", id="id", repost_of="weiboid", url="", bid="", region=""),
    _layout("weibo-crawler 的用户", "id nickname followerscount", "", PEOPLE, "text"),
    # MediaCrawler: note and comment tables of seven sites; its databases have a row number `id` besides the site's own
    _layout("MediaCrawler 贴吧评论", "commentid noteid tiebaname", "tieba", "comments", post="noteid", **_COMMENT),
    _layout("MediaCrawler 贴吧帖子", "noteid tiebaname", "tieba", "posts", id="noteid", text="desc"),
    _layout("MediaCrawler 微博评论", "commentid noteid createdatetime", "weibo", "comments", post="noteid", published_at="createtime", **_COMMENT),
    _layout("MediaCrawler 微博", "noteid content createdatetime", "weibo", "posts", id="noteid", text="content", published_at="createtime"),
    _layout("MediaCrawler 小红书笔记", "noteid desc likedcount collectedcount", "xhs", "posts", id="noteid", text="desc", published_at="time", url="noteurl", images=""),
    _layout("MediaCrawler 小红书笔记", "noteid desc xsectoken", "xhs", "posts", id="noteid", text="desc", published_at="time", url="noteurl", images=""),
    _layout("MediaCrawler 抖音评论", "commentid awemeid content", "douyin", "comments", post="awemeid", **_COMMENT),
    _layout("MediaCrawler 抖音作品", "awemeid desc", "douyin", "posts", id="awemeid", text="desc", published_at="createtime", url="awemeurl", images=""),
    _layout("MediaCrawler B站专栏评论", "commentid articleid content", "bilibili", "comments", post="articleid", **_COMMENT),
    _layout("MediaCrawler B站专栏", "articleid articleurl title", "bilibili", "posts", "commentid", id="articleid", published_at="createtime", text="content"),
    _layout("MediaCrawler B站动态", "dynamicid text pubts", "bilibili", "posts", id="dynamicid"),
    _layout("MediaCrawler B站视频", "videoid title videoplaycount", "bilibili", "posts", id="videoid", text="desc", published_at="createtime", url="videourl"),
    _layout("MediaCrawler 快手作品", "videoid title viewdcount", "kuaishou", "posts", id="videoid", text="desc", published_at="createtime", url="videourl"),
    _layout("MediaCrawler B站评论", "commentid videoid content parentcommentid", "bilibili", "comments", post="videoid", **_COMMENT),
    _layout("MediaCrawler 快手评论", "commentid videoid content", "kuaishou", "comments", "parentcommentid", post="videoid", **_COMMENT),
    _layout("MediaCrawler 知乎评论", "commentid contentid content", "zhihu", "comments", post="contentid", **_COMMENT),
    _layout("MediaCrawler 知乎内容", "contentid contenttext", "zhihu", "posts", id="contentid", text="contenttext", published_at="createdtime", url="contenturl"),
    _layout("MediaCrawler 的作者", "userid nickname fans", "", PEOPLE, "noteid awemeid videoid contentid content"),
    _layout("MediaCrawler 的作者", "userid usernickname fans", "", PEOPLE, "noteid contentid content"),
    _layout("MediaCrawler 的作者", "userid nickname totalfans", "", PEOPLE, "videoid content"),
    _layout("MediaCrawler 的关注关系", "upid fanid", "", PEOPLE),
    # ours
    _layout("听潮导出的文档", "id source kind text publishedat seenat", "", "documents"),
    _layout("听潮导出的价格", "sku price shop seenat", "", "prices", "text content"),
)  # fmt: skip
_ID_SITES = {"noteid": "xhs", "awemeid": "douyin", "videoid": "bilibili", "contentid": "zhihu"}


def layout_of(header: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Layout | None:
    """The first layout whose marks all stand in the header; None for a file that no tool we know wrote."""
    names = {plain(name): name for name in header}
    found = next((one for one in LAYOUTS if one.marks <= set(names) and not one.without & set(names)), None)
    return found or _comments(names, rows) or _notes(names)


def _comments(names: Mapping[str, str], rows: Iterable[Mapping[str, Any]]) -> Layout | None:
    """Comment files that lack the telling columns: each row names its own id and that of the post below which it stands."""
    above = next((name for name in _ID_SITES if name in names), None)
    if "commentid" not in names or above is None:
        return None
    source = _ID_SITES[above]
    if above == "noteid" and all(str(row.get(names[above], "")).isdigit() for row in rows):
        source = "weibo"  # its ids are numbers, those of 小红书 hexadecimal
    return _layout("MediaCrawler 评论", "commentid", source, "comments", post=above, **_COMMENT)


def _notes(names: Mapping[str, str]) -> Layout | None:
    if "noteid" in names and "likedcount" in names:
        return _layout("MediaCrawler 笔记", "noteid", "xhs", "posts", id="noteid")
    return None
