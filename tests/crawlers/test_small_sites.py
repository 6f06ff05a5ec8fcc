"""什么值得买, 黑猫投诉, 贴吧 and feeds: where collecting begins, what times and addresses mean, and what is never taken for whole."""

import json
import re
import tomllib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.sites.adapter import ParsedPage, RawPage, SiteAdapter
from crawlers.sites.clock_times import epoch, moment
from crawlers.sites.feed_entries import feed_time
from crawlers.sites.registry import adapter_for, reader_of
from crawlers.sites.rss import Rss
from crawlers.sites.shop import Shop
from crawlers.sites.smzdm import Smzdm
from crawlers.sites.tieba import Tieba
from crawlers.sites.tousu import Tousu
from domain.documents import Kind, Post
from domain.feeds import Outcome
from domain.times import iso_shanghai
from domain.watches import Watch, WatchedProduct

SAMPLES = Path(__file__).parents[1] / "samples"
SEEN = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)  # noon in Shanghai
WATCH = Watch(name="峪风", brand="峪风", aliases=("YUFENG & Co",))


def sample(site: str, case: str) -> tuple[str, bytes]:
    folder = SAMPLES / site / case
    return tomllib.loads((folder / "origin.toml").read_text("utf-8"))["url"], next(folder.glob("page.*")).read_bytes()


def read(adapter: SiteAdapter, site: str, case: str) -> ParsedPage:
    url, body = sample(site, case)
    return adapter.parse(RawPage(url=url, body=body, seen_at=SEEN))


def posts(page: ParsedPage) -> list[Post]:
    return [document for document in page.documents if isinstance(document, Post)]


# --- where collecting begins


def test_each_site_is_searched_for_each_of_the_watchs_words() -> None:
    smzdm, tieba = list(Smzdm().first_pages(WATCH)), list(Tieba().first_pages(WATCH))
    assert [parse_qs(urlsplit(page.url).query)["s"] for page in smzdm] == [["峪风"], ["YUFENG & Co"]]
    assert [parse_qs(urlsplit(page.url).query)["word"] for page in tieba] == [["峪风"], ["YUFENG & Co"]]
    assert {Smzdm().page_of(page.url) for page in smzdm} == {"deal_search"}
    assert {Tieba().page_of(page.url) for page in tieba} == {"search"}


def test_complaints_are_read_off_the_page_in_a_browser_and_never_signed_by_us() -> None:
    for browser in (True, False):
        for page in Tousu(browser=browser).first_pages(WATCH):
            assert page.browser is browser
            assert Tousu().page_of(page.url) == "search"
            assert not {"signature", "rs", "ts"} & set(parse_qs(urlsplit(page.url).query))


def test_a_signed_list_is_not_asked_for_its_next_page() -> None:
    page = read(Tousu(), "tousu", "company_list")
    assert [request.page for request in page.next_pages] == ["complaint"]
    assert [request.page for request in read(Tousu(), "tousu", "search").next_pages] == ["search"]


def test_a_browser_listens_to_the_list_and_opens_the_complaints_itself() -> None:
    listening = Tousu(browser=True)
    (page,) = listening.first_pages(Watch(name="x", brand="峪风"))
    assert (
        listening.page_of(page.url) is None
    )  # the page itself says nothing: it is judged only where no list was heard
    url, body = sample("tousu", "company_list")
    parsed = listening.parse(RawPage(url=url, body=body, seen_at=SEEN))
    assert [(request.page, request.browser) for request in parsed.next_pages] == [("complaint", True)]


def test_threads_are_read_where_a_search_shows_a_part_or_they_were_answered() -> None:
    page = read(Tieba(), "tieba", "search_html")
    assert [request.url for request in page.next_pages if request.page == "thread"] == [
        "https://tieba.baidu.com/p/9100000002?pn=1"
    ]


def test_feeds_are_those_of_the_settings_with_each_word_in_its_place() -> None:
    feeds = (
        "http://127.0.0.1:1200/weibo/keyword/{term}",
        "https://news.example.com/all",
        "https://news.example.com/all",
    )
    urls = [page.url for page in Rss(feeds=feeds).first_pages(WATCH)]
    assert urls == [
        "http://127.0.0.1:1200/weibo/keyword/%E5%B3%AA%E9%A3%8E",
        "http://127.0.0.1:1200/weibo/keyword/YUFENG%20%26%20Co",
        "https://news.example.com/all",
    ]
    assert Rss(feeds=feeds).page_of("https://news.example.com/all") == "feed"
    assert list(Rss(feeds=("ftp://x/y", "nonsense")).first_pages(WATCH)) == []


@pytest.mark.parametrize(
    ("feed", "allowed"),
    [
        ("http://127.0.0.1:1200/weibo/keyword/{term}", ("127.0.0.1:1200",)),
        ("http://localhost/feed", ("localhost:80",)),
        ("https://10.0.0.8/rss.xml", ("10.0.0.8:443",)),
        ("http://[::1]:1200/a", ("[::1]:1200",)),
        ("https://rsshub.example.com/a", ()),
        ("http://{term}/rss", ()),
        ("http://rsshub.internal:1200/a", ()),
    ],
)
def test_only_an_address_that_was_written_into_the_settings_may_lie_inside(feed: str, allowed: tuple[str, ...]) -> None:
    assert Rss(feeds=(feed,)).private_hosts == allowed


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.smzdm.com/jingxuan/json_more?filter=s0f0t0b0d0r0p1", "smzdm"),
        ("https://tousu.sina.com.cn/api/index/s?keywords=x", "tousu"),
        ("https://hunan.tousu.sina.com.cn/complaint/view/17390000101/", "tousu"),
        ("https://tieba.baidu.com/p/9100000001", "tieba"),
        ("http://feed.smzdm.com/", "smzdm"),
        ("https://rsshub.app/weibo/user/1", "rss"),
        ("http://127.0.0.1:1200/zhihu/hot", "rss"),
        ("https://news.example.com/feed/", "rss"),
        ("https://news.example.com/?feed=rss2", "rss"),
        ("https://shop.example.com/p/feeder-3", "shop"),
    ],
)
def test_an_address_finds_its_adapter(url: str, name: str) -> None:
    found = adapter_for(url)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("url", ["https://tieba.baidu.com/other", "https://tousu.sina.com.cn/help", "http://[broken"])
def test_a_page_that_nobody_reads_is_no_shops_page(url: str) -> None:
    assert adapter_for(url) is None
    assert list(Shop().first_pages(Watch(name="x", products=(WatchedProduct(url=url),)))) == []


def test_a_feed_at_a_shops_address_is_told_by_its_bytes() -> None:
    url, body = sample("rss", "at_a_shop_address")
    assert reader_of(url, body).name == "rss"  # type: ignore[union-attr]
    assert reader_of(url, b"<html></html>").name == "shop"  # type: ignore[union-attr]


# --- times


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("11:50", "2026-03-10T11:50:00+08:00"),
        ("12:05", "2026-03-10T12:05:00+08:00"),
        ("23:40", "2026-03-09T23:40:00+08:00"),
        ("01-02 08:57", "2026-01-02T08:57:00+08:00"),
        ("12-31 08:57", "2025-12-31T08:57:00+08:00"),
        ("2014-01-20 11:31", "2014-01-20T11:31:00+08:00"),
        ("2024-8-6 22:11", "2024-08-06T22:11:00+08:00"),
        ("57分钟前", "2026-03-10T11:03:00+08:00"),
        ("24:61", None),
        ("晚间档", None),
        (None, None),
    ],
)
def test_a_lists_time_is_read_against_the_moment_of_the_look(raw: Any, told: str | None) -> None:
    at = moment(raw, SEEN).at
    assert (iso_shanghai(at) if at else None) == told


@pytest.mark.parametrize(
    ("raw", "year"),
    [
        (1773111720, 2026),
        ("1773111720", 2026),
        (1773111720000, 2026),
        (0, None),
        ("", None),
        (True, None),
        ("9" * 13, None),
    ],
)
def test_an_epoch_is_seconds_or_milliseconds(raw: Any, year: int | None) -> None:
    at = epoch(raw)
    assert (at.year if at else None) == year


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("Tue, 10 Mar 2026 03:30:00 GMT", "2026-03-10T11:30:00+08:00"),
        ("Tue, 10 Mar 2026 11:30:00 +0800", "2026-03-10T11:30:00+08:00"),
        ("Tue, 10 Mar 2026 11:30:00", "2026-03-10T11:30:00+08:00"),
        ("Tue, 10 Mar 2026 11:30:00 CST", "2026-03-10T11:30:00+08:00"),
        ("2026-03-10T03:30:00Z", "2026-03-10T11:30:00+08:00"),
        ("2026-03-10 11:30:00", "2026-03-10T11:30:00+08:00"),
        ("2026年3月10日 11:30", "2026-03-10T11:30:00+08:00"),
        ("soon", None),
        ("Tue, 99 Mar 2026 11:30:00 GMT", None),
    ],
)
def test_a_feeds_time_without_a_zone_is_beijings(raw: str, told: str | None) -> None:
    at, bare = feed_time(raw)
    assert (iso_shanghai(at) if at else None) == told
    assert not bare


# --- what pages say


def test_a_deal_is_a_price_of_the_moment_at_which_it_was_published_and_read_again_it_is_the_same() -> None:
    url, body = sample("smzdm", "json_more")
    first, later = (
        Smzdm().parse(RawPage(url=url, body=body, seen_at=SEEN + timedelta(minutes=minutes))) for minutes in (0, 5)
    )
    deal = first.prices[0]
    assert (deal.sku, deal.price, deal.shop, deal.in_stock) == ("smzdm:90010001", Decimal("1399.00"), "京东", True)
    assert iso_shanghai(deal.seen_at) == "2026-03-10T11:02:00+08:00"
    assert later.prices[0] == deal


def test_a_deal_that_is_over_is_over_at_the_moment_of_the_look() -> None:
    over = [price for price in read(Smzdm(), "smzdm", "json_more").prices if price.in_stock is False]
    assert {price.sku for price in over} == {"smzdm:90010004", "smzdm:90010005"}
    assert {price.seen_at for price in over} == {SEEN}


def test_the_search_goes_on_only_while_its_pages_are_full_and_their_deals_new() -> None:
    url, body = sample("smzdm", "search_html")
    text = body.decode()
    card = text[text.index("<li class") : text.index("</li>") + 5]
    full = text.replace(card, "".join(card.replace("90040001", str(90040010 + n)) for n in range(12)))

    def following(page: str) -> list[str]:
        parsed = Smzdm().parse(RawPage(url=url, body=page.encode(), seen_at=SEEN))
        return [request.url.partition("&p=")[2] for request in parsed.next_pages]

    assert following(full) == ["2"]
    assert following(text) == []
    assert following(full.replace("昨天 10:00", "01-10 10:00")) == []


def test_complaints_carry_target_demands_status_and_no_mark_of_their_reader() -> None:
    first, second = posts(read(Tousu(), "tousu", "company_list"))
    assert (first.kind, first.target, first.demands) == (Kind.COMPLAINT, "峪风电器", ("退货退款", "道歉赔偿/解释"))
    assert (second.target, second.status, second.truncated) == ("峪*电器", "已回复", True)
    assert first.url == "https://tousu.sina.com.cn/complaint/view/17390000101/"


def test_the_searched_word_is_not_marked_in_what_is_kept() -> None:
    (first, second) = posts(read(Tousu(), "tousu", "search"))
    assert first.text.startswith("峪风净水器漏水泡地板\n峪风净水器半夜漏水")
    assert "span" not in first.text + first.target
    assert (first.author, second.author) == ("", "6100000001")


def test_the_buyers_words_are_the_complaint_and_the_companys_reply_is_not() -> None:
    (post,) = posts(read(Tousu(), "tousu", "detail"))
    assert post.text == "峪风热水器两周坏三次\n两周内坏了三次，\n每次都说配件没到。"
    assert "400-000-0000" not in post.text


def test_a_picture_alone_is_a_comment_without_words() -> None:
    floors, replies = posts(read(Tieba(), "tieba", "thread")), posts(read(Tieba(), "tieba", "replies"))
    assert [(p.kind, p.text) for p in floors if not p.text] == [(Kind.COMMENT, "")]
    assert (replies[0].text, replies[0].parent) == ("", "tieba:150700000012")


def test_a_threads_first_floor_is_the_post_that_the_search_found() -> None:
    found, floors = posts(read(Tieba(), "tieba", "search_html")), posts(read(Tieba(), "tieba", "thread"))
    assert found[0].id == floors[0].id == "tieba:9100000001"
    assert {floor.parent for floor in floors[1:]} == {"tieba:9100000001"}


def test_replies_are_asked_for_only_below_floors_that_have_some() -> None:
    page = read(Tieba(), "tieba", "thread")
    assert [(p.page, p.url.partition("?")[2]) for p in page.next_pages] == [
        ("thread", "pn=2"),
        ("replies", "tid=9100000001&pid=150700000012&pn=1"),
    ]


def test_the_same_guid_with_another_text_is_the_same_post() -> None:
    before, after = posts(read(Rss(), "rss", "rsshub")), posts(read(Rss(), "rss", "changed_text"))
    assert [post.id for post in before] == [post.id for post in after]
    assert before[0].text != after[0].text
    assert before[1] == after[1]


def test_equal_numbers_of_two_feeds_are_two_posts() -> None:
    _, body = sample("rss", "twice_escaped")
    ids = [
        posts(Rss().parse(RawPage(url=url, body=body, seen_at=SEEN)))[0].id
        for url in ("https://a.example/feed", "https://b.example/feed")
    ]
    assert ids == ["rss:a.example/17", "rss:b.example/17"]


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-7"])
def test_no_charset_hides_an_entity(charset: str) -> None:
    text = f'<?xml version="1.0" encoding="{charset}"?><!DOCTYPE r [<!ENTITY a "xx">]><rss><channel><item><title>&a;</title></item></channel></rss>'
    page = Rss().parse(RawPage(url="https://a.example/feed", body=text.encode(charset), seen_at=SEEN))
    assert (page.outcome, page.documents) == (Outcome.CHANGED, ())


def test_ten_thousand_entries_are_read_as_far_as_anybody_looks() -> None:
    items = "".join(f"<item><title>t{n}</title><guid>{n}</guid></item>" for n in range(2000))
    page = Rss().parse(
        RawPage(url="https://a.example/feed", body=f"<rss><channel>{items}</channel></rss>".encode(), seen_at=SEEN)
    )
    assert len(page.documents) == 500


# --- what is never taken for whole

WHOLE = [
    (site, case.name)
    for site in ("smzdm", "tousu", "tieba", "rss")
    for case in sorted((SAMPLES / site).iterdir())
    if json.loads((case / "expected.json").read_text("utf-8"))[0]["outcome"] == "ok" and case.name != "replies"
]


@given(case=st.sampled_from(WHOLE), part=st.floats(0.01, 0.97))
@settings(max_examples=400, deadline=None)
def test_a_page_that_is_cut_is_never_taken_for_a_whole_one(case: tuple[str, str], part: float) -> None:
    url, body = sample(*case)
    cut = body[: int(len(body) * part)]
    adapter = reader_of(url, body)
    assert adapter is not None
    page = adapter.parse(RawPage(url=url, body=cut, seen_at=SEEN))
    assert page.outcome not in (Outcome.OK, Outcome.EMPTY, Outcome.END), (case, part)


@pytest.mark.parametrize(
    ("adapter", "site", "case"),
    [(Smzdm(), "smzdm", "waf_captcha"), (Tieba(), "tieba", "check_page"), (Tousu(), "tousu", "captcha")],
    ids=["smzdm", "tieba", "tousu"],
)
def test_a_check_page_with_the_searched_words_in_it_is_a_check(adapter: SiteAdapter, site: str, case: str) -> None:
    assert b"\xe5\xb3\xaa\xe9\xa3\x8e" in sample(site, case)[1]
    assert read(adapter, site, case).outcome is Outcome.CAPTCHA


def test_a_title_that_names_a_captcha_is_none() -> None:
    assert any(re.search("验证码", product.title) for product in read(Smzdm(), "smzdm", "search_html").products)


def test_a_status_written_as_a_number_is_the_sites_word_for_it() -> None:
    url = (
        "https://tousu.sina.com.cn/api/company/received_complaints?couid=1&type=1&page_size=10&page=1&callback=jQuery1"
    )
    said = {4: "处理中", "6": "已回复", "7": "已完成", 8: "已关闭", 2: ""}
    rows = [
        {"main": {"sn": f"1739000010{n}", "title": "漏水", "status": code, "appeal": ["退款", "解释"]}}
        for n, code in enumerate(said)
    ]
    body = json.dumps({"result": {"status": {"code": 0}, "data": {"complaints": rows}}})
    page = Tousu().parse(RawPage(url=url, body=f"try{{jQuery1({body});}}catch(e){{}}".encode(), seen_at=SEEN))
    assert [post.status for post in posts(page)] == list(said.values())
    assert {post.demands for post in posts(page)} == {("退款", "解释")}


def test_an_emptied_list_of_deals_is_no_empty_one() -> None:
    for total, outcome in (("0", Outcome.EMPTY), ("500", Outcome.BLOCKED)):
        body = json.dumps({"error_code": "0", "data": {"rows": [], "total": total}}).encode()
        assert (
            Smzdm().parse(RawPage(url="https://api.smzdm.com/v1/list?page=1", body=body, seen_at=SEEN)).outcome
            is outcome
        )


def test_a_reply_whose_field_is_written_with_single_quotes_is_read() -> None:
    body = (
        """<li class="lzl_single_post" data-field="{'spid':'1501','showname':'\\u7532'}"><span class="lzl_content_main">是"""
        """</span><span class="lzl_time">2024-8-7 09:01</span></li>"""
    )
    url = "https://tieba.baidu.com/p/comment?tid=9117888152&pid=1400&pn=1"
    (post,) = posts(Tieba().parse(RawPage(url=url, body=body.encode(), seen_at=SEEN)))
    assert (post.id, post.text, post.parent) == ("tieba:1501", "是", "tieba:1400")
