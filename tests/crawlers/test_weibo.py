"""Weibo's answers are classified before they are read, and nothing that it sends makes the adapter raise."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.sites.adapter import ParsedPage, RawPage
from crawlers.sites.weibo import Weibo
from domain.documents import Post
from domain.feeds import Outcome
from domain.watches import Watch

SEEN = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)
SEARCH = (
    "https://m.weibo.cn/api/container/getIndex?containerid=100103type%3D61%26q%3D%E6%BE%9C%E5%B7%9D&page_type=searchall"
)
POSTS = "https://m.weibo.cn/api/container/getIndex?type=uid&value=1900000006&containerid=1076031900000006"
HOTFLOW = "https://m.weibo.cn/comments/hotflow?id=5250000000000011&mid=5250000000000011&max_id_type=0"
BUILD = "https://weibo.com/ajax/statuses/buildComments?flow=0&id=5250000000000011&count=20"
SHOW = "https://m.weibo.cn/statuses/show?id=5250000000000011"
DESKTOP_SEARCH = "https://s.weibo.com/weibo?q=%E6%BE%9C%E5%B7%9D"
API = "https://api.weibo.com/2/statuses/home_timeline.json"
AJAX_SHOW = "https://weibo.com/ajax/statuses/show?id=QkYJa000b"
MYMBLOG = "https://weibo.com/ajax/statuses/mymblog?uid=1900000006&page=1&feature=0"
DETAIL = "https://m.weibo.cn/detail/5250000000000011"
LIMITED = "https://c.api.weibo.com/2/search/statuses/limited.json?q=%E6%BE%9C%E5%B7%9D&count=50"
HOT = "https://weibo.com/ajax/side/hotSearch"
HOT_PAGE = "https://s.weibo.com/top/summary?cate=realtimehot"
HOT_CARDS = "https://m.weibo.cn/api/container/getIndex?containerid=106003type%3D25%26t%3D3%26filter_type%3Drealtimehot"
REPOSTS = "https://m.weibo.cn/api/statuses/repostTimeline?id=5250000000000011&page=1"
NOTICE: dict[str, Any] = {"ok": 1, "data": {"cards": [{"card_type": 58, "desc": "该用户设置了仅展示半年内的微博"}]}}
ADDRESSES = (
    SEARCH,
    POSTS,
    HOTFLOW,
    BUILD,
    SHOW,
    DESKTOP_SEARCH,
    API,
    SHOW.replace("show", "extend"),
    DETAIL,
    LIMITED,
    HOT,
    HOT_PAGE,
    HOT_CARDS,
    REPOSTS,
)
PROFILE_CARDS = [
    {"card_type": 42, "desc": "简介"},
    {"card_type": 11, "card_group": [{"card_type": 10, "user": {"id": 1}}]},
]


def ask(url: str, body: Any = b"", *, status: int = 200, location: str = "") -> ParsedPage:
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    headers = (("location", location),) if location else ()
    return Weibo().parse(RawPage(url=url, body=raw, status=status, headers=headers, seen_at=SEEN))


def mblog(mid: Any = "5250000000000011", **fields: Any) -> dict[str, Any]:
    return {"mid": mid, "text": "漏水", "created_at": "刚刚", "user": {"id": 1900000001, "verified": False}} | fields


def cards(*mblogs: dict[str, Any], **info: Any) -> dict[str, Any]:
    return {"ok": 1, "data": {"cards": [{"card_type": 9, "mblog": m} for m in mblogs], "cardlistInfo": info}}


@pytest.mark.parametrize(
    ("url", "answer", "outcome"),
    [
        (SEARCH, {"status": 432}, Outcome.CAPTCHA),
        (SEARCH, {"status": 418}, Outcome.RATE_LIMITED),
        (SEARCH, {"status": 414, "body": "<html><title>Weibo</title></html>"}, Outcome.BLOCKED),
        (SEARCH, {"status": 403, "body": "<html>forbidden</html>"}, Outcome.BLOCKED),
        (SEARCH, {"status": 502}, Outcome.UNAVAILABLE),
        (SEARCH, {"status": 404}, Outcome.NOT_FOUND),
        (
            DESKTOP_SEARCH,
            {"status": 302, "location": "https://passport.weibo.com/visitor/visitor?a=enter"},
            Outcome.LOGIN_REQUIRED,
        ),
        (DESKTOP_SEARCH, {"body": "<html><title>Sina Visitor System</title></html>"}, Outcome.LOGIN_REQUIRED),
        (
            "https://passport.weibo.com/visitor/visitor?entry=miniblog",
            {"body": "<html></html>"},
            Outcome.LOGIN_REQUIRED,
        ),
        (SEARCH, {"status": 302, "location": "https://security.weibo.com/captcha/geetest"}, Outcome.CAPTCHA),
        (
            SEARCH,
            {"body": {"ok": -100, "url": "https://passport.weibo.com/sso/signin?entry=wapsso"}},
            Outcome.LOGIN_REQUIRED,
        ),
        (SEARCH, {"body": {"ok": -100, "url": "https://m.weibo.cn/captcha/show"}}, Outcome.CAPTCHA),
        (SEARCH, {"body": {"ok": 0, "msg": "请求过于频繁，歇歇吧"}}, Outcome.RATE_LIMITED),
        (SEARCH, {"body": {"ok": 0, "errno": "100005", "msg": "请求过于频繁"}, "status": 403}, Outcome.RATE_LIMITED),
        (SEARCH, {"body": {"ok": 0, "msg": "系统繁忙，请稍后再试"}}, Outcome.UNAVAILABLE),
        (SEARCH, {"body": {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}}, Outcome.EMPTY),
        (SEARCH + "&page=7", {"body": {"ok": 0, "msg": "这里还没有内容", "data": {"cards": []}}}, Outcome.END),
        (POSTS, {"body": {"ok": 0, "data": {"cards": [], "cardlistInfo": {"total": 7233}}}}, Outcome.BLOCKED),
        (
            POSTS + "&since_id=45291",
            {"body": {"ok": 0, "data": {"cards": [], "cardlistInfo": {"total": 7233}}}},
            Outcome.BLOCKED,
        ),
        (POSTS + "&page=725", {"body": {"ok": 0, "data": {"cards": [], "cardlistInfo": {"total": 7233}}}}, Outcome.END),
        (SEARCH, {"body": {"ok": 1, "data": {"cards": [], "cardlistInfo": {"total": 0}}}}, Outcome.EMPTY),
        (SEARCH, {"body": {"ok": 0}}, Outcome.UNAVAILABLE),
        (POSTS, {"body": {"ok": 1, "data": {"cards": PROFILE_CARDS}}}, Outcome.CAPTCHA),
        (POSTS.replace("107603", "107803"), {"body": {"ok": 1, "data": {"cards": PROFILE_CARDS}}}, Outcome.OK),
        (POSTS.replace("107603", "100505"), {"body": {"ok": 1, "data": {"userInfo": {"id": 1}}}}, Outcome.OK),
        (SEARCH, {"body": {"ok": 1, "data": {"cards": [{"card_type": 58, "desc": "未找到相关结果"}]}}}, Outcome.EMPTY),
        (SEARCH, {"body": "<!doctype html><html><body>服务升级</body></html>"}, Outcome.UNAVAILABLE),
        (SEARCH, {"body": "<html>澜川 热水器 请完成验证 <div id='geetest'></div></html>"}, Outcome.CAPTCHA),
        (SEARCH, {"body": ""}, Outcome.UNAVAILABLE),
        (SEARCH, {"body": '{"ok":1,"data":{"cards":[{"card_type":9,"mblog":{"text":"半'}, Outcome.TRUNCATED),
        (SEARCH, {"body": '{"ok":1,"data":{"cards":[{"card_type":9,"top":tru'}, Outcome.TRUNCATED),
        (SEARCH, {"body": '{"ok":1,"data":{"cards":[{"card_type":9}'}, Outcome.TRUNCATED),
        (SEARCH, {"body": '{"ok":1,"data":{"cards":[}}}'}, Outcome.CHANGED),
        (SEARCH, {"body": {"ok": 1, "data": {"blocks": []}}}, Outcome.CHANGED),
        (HOTFLOW, {"body": {"ok": 0}}, Outcome.EMPTY),
        (HOTFLOW + "&max_id=139000000000001", {"body": {"ok": 0}}, Outcome.END),
        (
            HOTFLOW + "&max_id=77",
            {"body": {"ok": 1, "data": {"data": [], "total_number": 125020, "max_id": 0}}},
            Outcome.END,
        ),
        (BUILD + "&max_id=77", {"body": {"ok": 1, "data": [], "total_number": 125020, "max_id": 0}}, Outcome.END),
        (
            REPOSTS.replace("page=1", "page=9"),
            {"body": {"ok": 1, "data": {"data": [], "total_number": 12034}}},
            Outcome.END,
        ),
        (SEARCH + "&page=2", {"body": {"ok": 1, "data": {"cards": [], "cardlistInfo": {"total": 317}}}}, Outcome.END),
        (
            POSTS + "&page=2",
            {"body": {"ok": 1, "data": {"cards": [], "cardlistInfo": {"total": 7233}}}},
            Outcome.BLOCKED,
        ),
        (POSTS + "&page=690", {"body": {"ok": 1, "data": {"cards": [], "cardlistInfo": {"total": 7233}}}}, Outcome.END),
        (MYMBLOG.replace("page=1", "page=4"), {"body": {"ok": 1, "data": {"list": [], "total": 61}}}, Outcome.END),
        (HOTFLOW, {"body": {"ok": 1, "data": {"data": None, "total_number": 0}}}, Outcome.EMPTY),
        (HOTFLOW, {"body": {"ok": 1, "data": {"data": "新版", "total_number": 0}}}, Outcome.CHANGED),
        (HOTFLOW, {"body": {"ok": 1, "data": {"data": [], "total_number": 3, "max_id": 0}}}, Outcome.EMPTY),
        (HOTFLOW, {"body": {"ok": 1, "data": {"data": [], "total_number": 12502, "max_id": 0}}}, Outcome.BLOCKED),
        (
            BUILD + "&max_id=4",
            {"body": {"ok": 1, "data": [], "max_id": 0, "trendsText": "已加载全部评论"}},
            Outcome.END,
        ),
        (SHOW, {"body": {"ok": 0, "msg": "微博不存在或暂无查看权限!"}}, Outcome.NOT_FOUND),
        (SHOW, {"body": {"ok": 1, "data": mblog("5250000000000099")}}, Outcome.WRONG_ITEM),
        (POSTS, {"body": cards(mblog(), containerid="1076031900000077")}, Outcome.WRONG_ITEM),
        (SEARCH, {"body": {"ok": 0, "errno": "100005", "extra": ""}}, Outcome.RATE_LIMITED),
        (SEARCH, {"body": {"ok": 0, "errno": "100006", "msg": "token校验失败"}, "status": 403}, Outcome.LOGIN_REQUIRED),
        (SEARCH, {"body": {"ok": 0, "errno": "100999"}}, Outcome.CHANGED),
        (MYMBLOG, {"body": {"error": "Forbidden"}, "status": 403}, Outcome.BLOCKED),
        (MYMBLOG, {"body": {"ok": 0}, "status": 403}, Outcome.BLOCKED),
        (SEARCH, {"body": {"ok": 0, "msg": "服务器开小差了"}, "status": 404}, Outcome.NOT_FOUND),
        (POSTS, {"body": NOTICE | {"data": NOTICE["data"] | {"cardlistInfo": {"total": 812}}}}, Outcome.BLOCKED),
        (POSTS + "&page=3", {"body": NOTICE}, Outcome.END),
        (HOTFLOW, {"body": {"ok": 0, "msg": "由于博主设置，目前内容暂不可见，评论已关闭"}}, Outcome.EMPTY),
        (
            AJAX_SHOW,
            {"body": {"ok": 0, "error_code": 20101, "message": "该微博不存在"}, "status": 400},
            Outcome.NOT_FOUND,
        ),
        (AJAX_SHOW, {"body": {"ok": 0, "message": "由于作者隐私设置，你没有权限查看此微博"}}, Outcome.NOT_FOUND),
        (SHOW, {"body": {"ok": 0, "msg": "该微博仅粉丝可见"}}, Outcome.NOT_FOUND),
        (SHOW, {"body": {"ok": 0, "msg": "此微博因违反法律法规不予显示"}}, Outcome.NOT_FOUND),
        (
            SHOW,
            {"body": {"ok": 1, "data": {"id": 5250000000000011, "text": "抱歉，此微博已被作者删除。", "deleted": "1"}}},
            Outcome.NOT_FOUND,
        ),
        (
            DETAIL,
            {"body": "<!DOCTYPE html><html><title>微博-出错了</title><p>微博不存在或暂无查看权限!</p></html>"},
            Outcome.NOT_FOUND,
        ),
        (DETAIL, {"body": "<!DOCTYPE html><html><title>Sina Visitor System</title></html>"}, Outcome.LOGIN_REQUIRED),
        (API, {"body": {"error": "expired_token", "error_code": 21327}, "status": 403}, Outcome.LOGIN_REQUIRED),
        (LIMITED, {"body": {"error": "expired_token", "error_code": "21332"}, "status": 403}, Outcome.LOGIN_REQUIRED),
        (LIMITED, {"body": {"error": "auth by Null spi!", "error_code": 21301}, "status": 403}, Outcome.LOGIN_REQUIRED),
        (
            LIMITED,
            {"body": {"error": "IP requests out of rate limit", "error_code": 10022}, "status": 403},
            Outcome.RATE_LIMITED,
        ),
        (
            LIMITED,
            {"body": {"error": "User requests for search out of rate limit", "error_code": 10024}},
            Outcome.RATE_LIMITED,
        ),
        (LIMITED, {"body": {"error": "Insufficient app permissions", "error_code": 10014}}, Outcome.BLOCKED),
        (LIMITED, {"body": {"statuses": [], "total_number": 0}}, Outcome.EMPTY),
        (LIMITED + "&page=3", {"body": {"statuses": [], "total_number": 57}}, Outcome.END),
        (
            API,
            {"body": {"error": "User requests out of rate limit!", "error_code": 10023}, "status": 403},
            Outcome.RATE_LIMITED,
        ),
        (
            DESKTOP_SEARCH,
            {"body": "<html><div class='card-wrap'><div class='card-no-result'>抱歉</div></div></html>"},
            Outcome.EMPTY,
        ),
        (DESKTOP_SEARCH, {"body": "<html><div id='new-layout'></div></html>"}, Outcome.CHANGED),
    ],
)
def test_each_kind_of_answer_has_its_own_outcome(url: str, answer: dict[str, Any], outcome: Outcome) -> None:
    page = ask(url, **answer)
    assert page.outcome is outcome
    assert all(isinstance(d, Post) and d.gone and not d.text for d in page.documents)
    assert page.reason or outcome is Outcome.OK


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("http://m.weibo.cn/api/container/getIndex?q=x&page_type=searchall&containerid=100103type=61", "search"),
        ("https://m.weibo.cn/api/container/getIndex?type=uid&value=1900000006", "profile"),
        ("https://m.weibo.cn/comments/hotFlowChild?max_id=0&cid=5250100000000001", "replies"),
        ("https://www.weibo.com/ajax/statuses/longtext?id=QkYJa000c", "longtext"),
        ("https://weibo.com/about", None),
        ("https://weibo.example/ajax/statuses/show?id=1", None),
        ("http://[bad", None),
    ],
)
def test_host_path_and_parameters_decide_what_page_it_is(url: str, page: str | None) -> None:
    assert Weibo().page_of(url) == page


def test_a_watch_starts_at_the_newest_posts_for_each_of_its_terms() -> None:
    pages = list(Weibo().first_pages(Watch(name="澜川", brand="澜川", aliases=("LanChuan & Co",))))
    containers = [parse_qs(urlsplit(p.url).query)["containerid"][0] for p in pages]
    assert containers == ["100103type=61&q=澜川", "100103type=61&q=LanChuan %26 Co"]
    assert all(Weibo().page_of(p.url) == "search" and p.first for p in pages)
    assert dict(pages[0].headers)["X-Requested-With"] == "XMLHttpRequest"


def test_the_same_post_has_one_id_whether_it_comes_as_number_text_or_short_id() -> None:
    as_number = ask(POSTS, cards(mblog(5250000000000012))).documents[0]
    as_text = ask(POSTS, cards(mblog("5250000000000012"))).documents[0]
    extended = ask(
        "https://m.weibo.cn/statuses/extend?id=QkYJa000c", {"ok": 1, "data": {"longTextContent": "全部"}}
    ).documents[0]
    assert {as_number.id, as_text.id, extended.id} == {"weibo:5250000000000012"}


def test_an_id_that_lost_digits_as_a_float_is_not_stored() -> None:
    assert ask(POSTS, cards(mblog(5.250000000000012e15))).documents == ()


def test_a_repost_brings_its_original_as_a_post_of_its_own_after_the_own_posts() -> None:
    original = mblog("5249000000000001", text="原文")
    page = ask(SEARCH, cards(mblog(retweeted_status=original), mblog("5250000000000012")))
    assert [d.id[-4:] for d in page.documents] == ["0011", "0012", "0001"]
    assert isinstance(page.documents[0], Post)
    assert page.documents[0].repost_of == page.documents[2].id


def test_a_post_that_comes_twice_on_a_page_is_given_once() -> None:
    assert len(ask(SEARCH, cards(mblog(), mblog())).documents) == 1


def test_behind_the_last_page_of_a_search_no_other_is_asked_for() -> None:
    assert not any("page=5" in p.url for p in ask(SEARCH + "&page=50", cards(mblog())).next_pages)
    assert "page=50" in ask(SEARCH + "&page=49", cards(mblog())).next_pages[0].url


def test_a_search_page_past_the_last_that_repeats_an_earlier_one_is_the_end() -> None:
    body = "<html><div class='card-wrap' mid='5250000000000011'></div><ul class='s-scroll'><li class='cur'>第1页</li></ul></html>"
    assert ask(DESKTOP_SEARCH + "&page=51", body).outcome is Outcome.END
    assert ask(DESKTOP_SEARCH + "&page=1", body).outcome is Outcome.OK


def test_a_comment_cursor_that_comes_back_unchanged_ends_the_walk() -> None:
    body = {"ok": 1, "data": {"data": [{"id": 5250100000000001, "text": "一", "created_at": "刚刚"}], "max_id": 77}}
    assert "max_id=77" in ask(HOTFLOW, body).next_pages[0].url
    assert ask(HOTFLOW + "&max_id=77", body).next_pages == ()


def test_a_token_in_the_address_never_reaches_the_next_request() -> None:
    page = ask(API + "?access_token=SECRET&count=1", {"statuses": [mblog()], "total_number": 9})
    assert page.next_pages
    assert "SECRET" not in page.next_pages[0].url


def test_posts_collected_say_how_many_the_site_counts() -> None:
    stats = ask(SEARCH, cards(mblog(), total=317)).stats
    assert stats is not None
    assert stats.total == 317


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
SHAPES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        (
            "mid",
            "id",
            "text",
            "text_raw",
            "created_at",
            "user",
            "retweeted_status",
            "title",
            "comments",
            "longText",
            "rootid",
        ),
        JSON_VALUES,
    ),
)


@given(
    url=st.sampled_from(ADDRESSES) | st.text(max_size=40), body=st.binary(max_size=200), status=st.integers(100, 599)
)
def test_no_bytes_make_the_adapter_raise(url: str, body: bytes, status: int) -> None:
    assert isinstance(ask(url, body, status=status).outcome, Outcome)


@given(
    url=st.sampled_from(ADDRESSES),
    item=SHAPES | JSON_VALUES,
    wrap=st.sampled_from(["cards", "data", "statuses", "flat", "comments"]),
)
def test_no_shape_of_a_post_makes_the_adapter_raise(url: str, item: Any, wrap: str) -> None:
    bodies = {
        "cards": {"ok": 1, "data": {"cards": [{"card_type": 9, "mblog": item}, item]}},
        "data": {"ok": 1, "data": item},
        "statuses": {"statuses": [item]},
        "flat": item,
        "comments": {"ok": 1, "data": {"data": [item], "max_id": item}},
    }
    page = ask(url, bodies[wrap])
    assert isinstance(page.outcome, Outcome)
    assert "unexpected shape" not in page.reason  # the readers look before they take; the net below them stays unused


@given(markup=st.text(alphabet=st.sampled_from("<>/a&;\"'= brimgalt[]全文\x00\u200b\ue627\n"), max_size=60))
def test_no_markup_makes_the_search_page_raise(markup: str) -> None:
    body = f"<html><div class='card-wrap' mid='5250000000000011'><p node-type='feed_list_content'>{markup}</p></div></html>"
    assert "unexpected shape" not in ask(DESKTOP_SEARCH, body.encode()).reason


def test_a_look_at_a_known_post_leads_to_what_was_said_below_it_if_there_is_enough() -> None:
    quiet = ask(SHOW, {"ok": 1, "data": mblog(comments_count=4, reposts_count="4")})
    loud = ask(SHOW, {"ok": 1, "data": mblog(comments_count="1.2万", reposts_count=5)})
    assert quiet.next_pages == ()
    assert loud.thorough
    assert [(p.page, p.first) for p in loud.next_pages] == [("comments", True), ("reposts", True)]
    assert loud.next_pages == Weibo().below_pages("weibo:5250000000000011")
    assert Weibo().below_pages("jd:5250000000000011") == ()


@pytest.mark.parametrize(
    ("document_id", "url"),
    [
        ("weibo:5250000000000011", SHOW),
        ("weibo:QkYJa000b", None),
        ("jd:5250000000000011", None),
        ("weibo:", None),
    ],
)
def test_a_known_post_is_read_again_at_its_own_page(document_id: str, url: str | None) -> None:
    page = Weibo().reread_page(document_id)
    assert (page.url if page else None) == url
    assert page is None or Weibo().page_of(page.url) == "post"


def test_a_browser_looks_at_a_post_on_the_page_that_people_open() -> None:
    page = Weibo(browser=True).reread_page("weibo:5250000000000011")
    assert page is not None
    assert (page.url, page.browser) == ("https://weibo.com/detail/5250000000000011", True)
    assert Weibo().page_of(page.url) is None  # the page says nothing by itself: what it loads does


def test_the_hot_list_is_asked_for_as_data_or_in_a_browser_as_a_page() -> None:
    plain, shown = *Weibo().hot_pages(), *Weibo(browser=True).hot_pages()
    assert (plain.url, plain.browser, shown.url, shown.browser) == (HOT, False, HOT_PAGE, True)


@pytest.mark.parametrize(
    ("verified_type", "verified", "kind"),
    [
        (-1, False, "person"),
        (0, True, "verified_person"),
        (1, True, "government"),
        (2, True, "organisation"),
        (3, True, "media"),
        (4, True, "organisation"),
        (7, True, "organisation"),
        ("3", True, "media"),
        (200, False, "person"),
        (220, True, "person"),
        (None, True, "verified_person"),
        (None, None, None),
    ],
)
def test_who_speaks_is_told_by_the_verification(verified_type: Any, verified: Any, kind: str | None) -> None:
    user = {"id": 1900000001, "screen_name": "名", "verified": verified, "verified_type": verified_type}
    (post,) = ask(POSTS, cards(mblog(user={k: v for k, v in user.items() if v is not None}))).documents
    assert isinstance(post, Post)
    assert (str(post.author_kind) if post.author_kind else None) == kind
    assert post.author_name == ("名" if kind in ("organisation", "media", "government") else "")


@pytest.mark.parametrize(
    ("words", "gone"),
    [
        ("抱歉，此微博已被作者删除。查看帮助：<a href='x'>网页链接</a>", True),
        ("该微博因被多人投诉，已被删除。", True),
        ("抱歉，作者已设置仅展示半年内微博，此微博已不可见。", True),
        ("抱歉，由于作者设置，你暂时没有这条微博的查看权限哦。", True),
        ("抱歉，此微博仅粉丝可见", True),
        ("该来的总会来，由此可见一斑", False),
        ("这条微博被我删除了", False),
    ],
)
def test_an_original_without_author_is_gone_where_the_site_says_so(words: str, gone: bool) -> None:
    repost = mblog(retweeted_status={"mid": "5249000000000001", "text": words, "user": None})
    originals = [d for d in ask(POSTS, cards(repost)).documents if d.id == "weibo:5249000000000001"]
    assert [(d.text, getattr(d, "gone", False)) for d in originals] == ([("", True)] if gone else [])


def test_an_author_who_writes_like_the_site_is_not_gone() -> None:
    (post,) = ask(POSTS, cards(mblog(text="抱歉，此微博已被作者删除。开个玩笑"))).documents
    assert isinstance(post, Post)
    assert not post.gone


def test_a_bare_figure_in_the_last_button_is_the_likes_and_a_broken_attribute_hides_no_post() -> None:
    body = (
        "<html><div class='card-wrap' mid='5250000000000011' {}<x><a class='name' href='//weibo.com/1001'>甲</a>"
        "<p node-type='feed_list_content' <y>水压小</p><div class='from'><a href='//weibo.com/1001/x'>今天09:29</a></div>"
        "<div class='card-act'><ul><li>转发 3</li><li>评论</li><li><button><span>7</span></button></li></ul></div></div></html>"
    )
    (post,) = ask(DESKTOP_SEARCH, body).documents
    assert isinstance(post, Post)
    assert (post.text, post.reposts, post.comments, post.likes) == ("水压小", 3, 0, 7)


def test_the_desktops_raw_text_has_its_entities_decoded() -> None:
    item = {"idstr": "5250000000000011", "text": "a &amp; b", "text_raw": "a &amp; b 5<6", "created_at": "刚刚"}
    (post,) = ask(MYMBLOG, {"ok": 1, "data": {"list": [item]}}).documents
    assert post.text == "a & b 5<6"


def test_posts_on_an_accounts_own_page_are_read_and_an_account_instead_of_a_search_is_a_check() -> None:
    profile = "https://m.weibo.cn/api/container/getIndex?type=uid&value=1900000006"
    assert len(ask(profile, cards(mblog())).documents) == 1
    account = {"ok": 1, "data": {"userInfo": {"id": 1900000006}}}
    assert ask(profile, account).outcome is Outcome.OK
    assert ask(SEARCH, account).outcome is Outcome.CAPTCHA
