import re

import pytest
from starlette.testclient import TestClient

from domain.errors import InvalidQuery
from flows.desk import Desk
from web.search import Asked, fault_of
from web.spans import Span


def asked(q: str, **picked: str) -> Asked:
    return Asked(q=q, picked=picked, span=Span(), sort="time")


def test_a_hit_is_marked_in_its_text(browser: TestClient) -> None:
    html = browser.get("/search", params={"q": "漏水"}).text
    assert "也<mark>漏水</mark>" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <mark>漏水</mark>" in html


def test_a_complaint_shows_whom_it_is_about_what_is_asked_and_how_it_went(browser: TestClient) -> None:
    html = browser.get("/search", params={"q": "退换纠纷"}).text
    for words in ("投诉对象 澜*电器", "要求 退款", "要求 道歉", "原文已不可见", "&lt;b&gt;客服&lt;/b&gt;"):
        assert words in html
    assert re.search(r"处理中 .{4,20} → 已回复 ", html)


def test_what_the_shop_answered_stands_apart(browser: TestClient) -> None:
    html = browser.get("/search", params={"q": "外观不错"}).text
    assert re.search(r"商家回复 [^<]{4,20}：感谢&lt;b&gt;支持&lt;/b&gt;", html)


def test_more_rows_come_by_cursor(browser: TestClient) -> None:
    page = browser.get("/search", params={"q": "brand:澜川"})
    more = re.search(r'hx-get="([^"]+)"', page.text)[1].replace("&amp;", "&")  # type: ignore[index]
    rows = browser.get(more)
    assert "after=2" in more
    assert rows.text.count("<article") == 2
    assert "<html" not in rows.text


def test_a_fault_is_shown_at_its_character(browser: TestClient) -> None:
    answer = browser.get("/search", params={"q": '漏 AND "水', "sentiment": "negative"})
    assert answer.status_code == 400
    assert "引号没有配对" in answer.text
    assert "漏 AND <mark>&#34;</mark>水" in answer.text


def test_a_fault_at_the_end_points_behind_the_text() -> None:
    fault = fault_of("漏 AND", InvalidQuery("这里缺一个词", position=6))
    assert (fault.before, fault.at, fault.message) == ("漏 AND", "␣", "这里缺一个词")


def test_facets_narrow_the_query_and_the_download_is_the_same_query(browser: TestClient, desk: Desk) -> None:
    html = browser.get("/search", params={"q": "漏水 OR 漏电", "source": "weibo", "span": "7"}).text
    query, since, until = desk.search.asked[-1]  # type: ignore[attr-defined]
    assert query == '(漏水 OR 漏电) AND source:"weibo"'
    link = re.search(r'href="(/export/documents\.csv[^"]+)"', html)[1].replace("&amp;", "&")  # type: ignore[index]
    assert browser.get(link).status_code == 200
    assert "span=7" in link
    assert since is not None
    assert until is None


def test_a_facet_without_a_query_stands_alone_and_quotes_are_escaped() -> None:
    assert asked("", brand='澜"川').query == 'brand:"澜\\"川"'
    assert asked("漏水").query == "漏水"


def test_a_picked_facet_can_be_taken_away() -> None:
    assert asked("漏水", brand="澜川").at("/search", brand="") == "/search?q=%E6%BC%8F%E6%B0%B4"


@pytest.mark.parametrize("params", [{"sort": "magic"}, {"since": "gestern"}, {"span": "8"}])
def test_a_wrong_choice_is_said_in_words(browser: TestClient, params: dict[str, str]) -> None:
    answer = browser.get("/search", params=params)
    assert answer.status_code == 400
    assert next(iter(params.values())) in answer.text


def test_the_last_day_is_included(browser: TestClient, desk: Desk) -> None:
    browser.get("/search", params={"since": "2025-04-30", "until": "2025-04-30"})
    _, since, until = desk.search.asked[-1]  # type: ignore[attr-defined]
    assert (until - since).total_seconds() == 86_400


def test_rest_search_gives_rows_with_marks_and_a_cursor(browser: TestClient) -> None:
    answer = browser.get("/api/search", params={"q": "漏水"}).json()
    assert answer["total"] == 2
    assert [answer["rows"][0]["text"][s:e] for s, e in answer["rows"][0]["marks"]] == ["漏水"]
    assert browser.get("/api/search", params={"q": '"'}).status_code == 400


def test_what_looks_paid_is_counted_and_left_out_only_on_request() -> None:
    everything = asked("漏水", brand="澜川")
    without = Asked(q="漏水", picked={"brand": "澜川"}, span=Span(), sort="time", without_spam=True)
    assert everything.query == '(漏水) AND brand:"澜川"'
    assert without.query == '(漏水) AND brand:"澜川" AND spam:<0.5'
    assert without.suspect_query == '(漏水) AND brand:"澜川" AND spam:>=0.5'
    assert asked("").suspect_query == "spam:>=0.5"
    assert without.params["nospam"] == "1"


def test_the_page_says_how_many_look_paid(browser: TestClient) -> None:
    html = browser.get("/search", params={"q": "brand:澜川"}).text
    assert re.search(r'name="nospam" value="1"[^>]*>排除疑似水军/广告', html)
    assert re.search(r'含 <a href="[^"]*spam[^"]*">疑似水军/广告 \d+ 条', html)
    assert "已排除" in browser.get("/search", params={"q": "brand:澜川", "nospam": "1"}).text
