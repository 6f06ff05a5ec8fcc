"""差评主题 and 差评处理 in the console, over a real desk: what is drawn is what is counted, and forms change what they say."""

import re
from collections.abc import Iterator

import attrs
import pytest
from starlette.testclient import TestClient

from domain.analysis import Wish
from domain.documents import Flag, Passage
from domain.handling import HandlingState
from tests.flows.desks import DAY, HOUR, NOW, Rig, document, opinion, rig
from tests.flows.test_new_themes import DOORS, said
from web.console import create_app


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """Complaints with and without causes, doors that no aspect covers, a wish, a contradiction, an advert, hostile text."""
    with rig(tmp_path_factory.mktemp("console")) as opened:
        leak = attrs.evolve(opinion("漏水", "接口一直漏水"), cause="接口")
        hostile = "<script>alert(1)</script>漏水\"'><img src=x onerror=alert(2)>"
        wish = Wish(text="要是能定时就好了", start=5, end=13, aspect="功能遥控")
        replies = (Passage(text="抱歉，<b>请联系</b>客服", published_at=NOW),)
        opened.store(
            *(said(n, DOORS[n % 4], published_at=NOW - n * HOUR) for n in range(16)),
            *(document(100 + n, "接口一直漏水", aspects=(leak,), brands=("北屿",)) for n in range(3)),
            document(110, hostile, aspects=(opinion("漏水", hostile),), url="javascript:alert(3)", seller_replies=replies),
            document(111, "很安静，要是能定时就好了", sentiment="positive", wishes=(wish,), rating=5),
            document(112, "太吵了，晒图返现才给的好评", rating=5, flags=(Flag.PRAISED_STARS, Flag.PAID), aspects=(opinion("噪音", "太吵了"),)),
            document(113, "加V信领券，漏水", spam=0.9, spam_reasons=("广告",), aspects=(opinion("漏水", "漏水"),)),
            *(said(300 + n, "制冷很快，安静省电", sentiment="positive") for n in range(30)),
            *(document(400 + n, "漏水", aspects=(opinion("漏水", "漏水"),), published_at=NOW - 40 * DAY) for n in range(3)),
        )  # fmt: skip
        yield opened


@pytest.fixture
def browser(shelf: Rig) -> Iterator[TestClient]:
    with TestClient(create_app(shelf.desk), base_url="http://127.0.0.1:8000", follow_redirects=False) as client:
        yield client


def token_of(html: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found
    return found[1]


@pytest.mark.parametrize("path", ["/themes", "/themes?tab=new", "/themes?tab=wishes", "/themes?tab=contradictions", "/themes?theme=漏水", "/themes?sentiment=positive", "/themes?span=7&stars=1-2&nospam=1&q=漏水&group=x", "/themes?brand=没有&tab=wishes", "/themes?brand=没有&tab=new", "/themes?brand=没有&tab=contradictions", "/themes?brand=没有", "/reviews", "/reviews?state=new&brand=北屿&aspect=漏水&owner=", "/reviews?state=solved", "/reviews/jd:110", "/reviews/jd:112"])  # fmt: skip
def test_each_page_is_whole_and_what_was_crawled_is_inert_in_it(browser: TestClient, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "</html>" in answer.text
    for bad in ("<script>alert", "<img src=x", 'href="javascript:', "<b>请联系"):
        assert bad not in answer.text
    assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)|<style|<[^>]*\s(?:style|on[a-z]+)=", answer.text)


@pytest.mark.parametrize("tab", ["", "new", "wishes", "contradictions"])
def test_every_number_opens_as_many_rows_as_it_says(browser: TestClient, tab: str) -> None:
    html = browser.get("/themes", params={"tab": tab}).text
    told = re.findall(r'<a class="right count-of" href="([^"]+)">([\d,]+) 条', html)
    told += re.findall(r'<a class="card tile[^"]*" href="([^"]+)">.*?<p class="value">([\d,]+)', html, re.S)
    told += re.findall(r'<a href="([^"]+)" title="前一段的内容">([\d,]+)</a>', html)
    assert told
    for path, number in told:
        total = re.search(r'id="total">([\d,]+) 条', browser.get(path.replace("&amp;", "&")).text)
        assert total
        assert total[1] == number


def test_a_theme_opens_to_its_causes_in_place_and_as_a_page(browser: TestClient) -> None:
    fragment = browser.get("/themes/causes", params={"theme": "漏水"}, headers={"hx-request": "true"}).text
    assert "</html>" not in fragment
    for words in ("接口", "没有说明原因", "各项相加正好是"):
        assert words in fragment
    assert "没有说明原因" in browser.get("/themes", params={"theme": "漏水"}).text


def test_suspect_rows_are_counted_until_a_person_leaves_them_out(browser: TestClient) -> None:
    assert "现在计入" in browser.get("/themes").text
    html = browser.get("/themes", params={"nospam": "1"}).text
    assert "已排除" in html
    assert "-(spam%3A" in html or "-spam" in html
    count = re.search(r">漏水</a>.*?count-of\" href=\"[^\"]+\">(\d+) 条", html, re.S)
    assert count
    assert count[1] == "7"


def test_a_file_of_each_tab_has_the_rows_of_the_page(browser: TestClient) -> None:
    for tab, column in (("", "theme"), ("new", "phrases"), ("wishes", "theme"), ("contradictions", "flag")):
        answer = browser.get("/themes/rows.csv", params={"tab": tab})
        head, *rows = answer.text.splitlines()
        assert column in head
        assert "query" in head
        assert rows
    assert browser.get("/themes/rows.exe").status_code == 404


def test_a_person_names_keeps_and_lets_go_a_new_theme(browser: TestClient) -> None:
    html = browser.get("/themes", params={"tab": "new"}).text
    phrases = re.findall(r'name="phrase" value="([^"]+)"', html)
    assert phrases
    form = {"token": token_of(html), "name": "柜门密封", "phrase": phrases[:1], "by": "林", "decision": "keep", "back": "/themes?tab=new"}  # fmt: skip
    assert browser.post("/themes/decide", data={**form, "name": " "}).status_code == 400
    answer = browser.post("/themes/decide", data=form)
    assert (answer.status_code, answer.headers["location"][:15]) == (303, "/themes?tab=new")
    landed = browser.get(answer.headers["location"])
    assert landed.status_code == 200
    assert "已保留“柜门密封”" in landed.text
    assert ">柜门密封</a>" in browser.get("/themes").text
    after = browser.get("/themes", params={"tab": "new"}).text
    assert "柜门密封:\n  bad: [" in after
    id_ = re.search(r'name="let_go" value="([^"]+)"', after)
    assert id_
    gone = {"token": token_of(after), "let_go": id_[1], "by": "林", "back": "https://evil.example"}
    assert browser.post("/themes/decide", data=gone).headers["location"].startswith("/themes")
    assert ">柜门密封</a>" not in browser.get("/themes").text
    assert browser.post("/themes/decide", data={**form, "token": "x"}).status_code == 403


def test_a_review_is_handled_from_its_card_with_its_trail(browser: TestClient, shelf: Rig) -> None:
    html = browser.get("/reviews/jd:101").text
    assert "还没有处理记录" in html
    assert '<option value="漏水/接口"' in html
    form = {"token": token_of(html), "document": "jd:101", "by": "林", "owner": "周", "state": "working", "cause": "*", "other_cause": "漏水/密封圈", "note": "电话 13800138000"}  # fmt: skip
    fragment = browser.post("/reviews/handle", data=form, headers={"hx-request": "true"})
    assert "</html>" not in fragment.text
    for words in ("处理中", "漏水/密封圈", "分派给", "确认原因"):
        assert words in fragment.text
    assert "13800138000" not in fragment.text
    assert browser.post("/reviews/handle", data={**form, "state": "solved"}).status_code == 303
    card = shelf.desk.reviews.card("jd:101")
    assert card is not None
    assert (card.handling.state, card.handling.owner) == (HandlingState.SOLVED, "周")
    assert "周" in browser.get("/reviews", params={"state": "solved"}).text
    drill = browser.get("/themes/causes", params={"theme": "漏水"}).text
    link = re.search(r'href="([^"]+)">密封圈 1 条', drill)
    assert link
    listed = browser.get(link[1].replace("&amp;", "&")).text
    assert 'id="total">1 条' in listed
    assert "已确认 漏水/密封圈" in listed
    assert browser.post("/reviews/handle", data={**form, "by": " "}).status_code == 400
    assert browser.post("/reviews/handle", data={**form, "state": "dancing"}).status_code == 400
    assert browser.get("/reviews/jd:none").status_code == 404


def test_the_work_list_says_where_it_is_empty_and_goes_on_page_by_page(browser: TestClient) -> None:
    assert "其他状态还有" in browser.get("/reviews", params={"state": "dismissed"}).text
    assert "这个范围里没有差评" in browser.get("/reviews", params={"brand": "没有"}).text
    assert browser.get("/reviews", params={"state": "nonsense"}).status_code == 400
    head, *rows = browser.get("/reviews/rows.csv", params={"brand": "北屿"}).text.splitlines()
    assert "cause_confirmed" in head
    assert len(rows) == 3


def test_a_contradiction_is_a_filter_of_the_search_and_stands_on_the_card(browser: TestClient) -> None:
    assert "高星差评" in browser.get("/search", params={"q": "太吵"}).text
    found = browser.get("/search", params={"flag": "paid"}).text
    assert 'id="total">1 条' in found
    card = browser.get("/reviews/jd:112").text
    assert "有偿好评" in card
    assert 'class="op negative"' in card


def test_an_unknown_choice_is_refused_with_a_reason(browser: TestClient) -> None:
    for params in ({"tab": "x"}, {"stars": "9"}, {"sentiment": "neutral"}, {"q": '"漏'}):
        answer = browser.get("/themes", params=params)
        assert answer.status_code == 400
