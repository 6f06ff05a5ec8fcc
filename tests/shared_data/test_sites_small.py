"""The adapters of 什么值得买, 黑猫投诉 and 贴吧 over real answers that lie beside the project (never copied into it).

What is hoped for is taken from the files themselves, by rougher means.
"""

import html
import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from crawlers.parsing import parse_file

SITES = Path(__file__).parents[2].parent / "shared" / "data" / "sites"
pytestmark = pytest.mark.skipif(not SITES.is_dir(), reason="no shared data beside the project")
Line = dict[str, Any]


def lines(body: bytes, url: str, seen: str) -> list[Line]:
    return parse_file(
        body,
        url=url,
        seen_at=datetime.fromisoformat(seen),
        mask=lambda text: text,
        pseudonym=lambda source, author: f"hash-{len(author)}",
    )


def of(found: list[Line], kind: str) -> list[Line]:
    return [line for line in found if line["type"] == kind]


@pytest.fixture(scope="module")
def phone_list() -> tuple[str, list[Line]]:
    body = (SITES / "smzdm" / "m_ajax_list.json").read_bytes()
    fragment = str(json.loads(body)["data"])
    return fragment, lines(body, "https://m.smzdm.com/ajax_home_list?page=1", "2017-08-02T20:10:00+08:00")


def deals(fragment: str) -> list[str]:
    """The cards that name a price; others show an author in its place, or nothing."""
    return [li for li in fragment.split("<li>") if re.search("<em>[^<]", li)]


def test_every_deal_of_the_phones_list_is_a_price_and_a_product(phone_list: tuple[str, list[Line]]) -> None:
    fragment, found = phone_list
    told = [html.unescape(text) for text in re.findall(r"<em>([^<]+)</em>", fragment)]
    named = {m for li in deals(fragment) for m in re.findall(r"m\.smzdm\.com/p/(\d+)/", li)}
    assert found[0]["outcome"] == "ok"
    assert [line["raw"] for line in of(found, "price")] == told
    assert {line["sku"] for line in of(found, "price")} == {line["sku"] for line in of(found, "product")} == named
    assert all(line["title"] and "<" not in line["title"] for line in of(found, "product"))


def test_the_phones_lists_malls_stand_behind_its_times(phone_list: tuple[str, list[Line]]) -> None:
    fragment, found = phone_list
    malls = [re.findall(r"</span>([^<]*)</address>", li) for li in deals(fragment)]
    assert [line["shop"] or "" for line in of(found, "price")] == [mall[0].strip() for mall in malls]


def test_a_price_that_begins_the_text_is_the_price(phone_list: tuple[str, list[Line]]) -> None:
    plain = [(line, re.match(r"(\d+(?:\.\d+)?)元(?![^（]*/)", line["raw"])) for line in of(phone_list[1], "price")]
    simple = [(line["price"], m[1]) for line, m in plain if m]
    assert len(simple) >= 10
    assert [Decimal(price) for price, _ in simple] == [Decimal(told) for _, told in simple]


def test_all_sixty_scraped_deals_have_their_words_their_mall_and_a_moment() -> None:
    scraped = json.loads((SITES / "smzdm" / "deal_price_texts.json").read_text("utf-8"))
    rows = [
        {
            "article_id": str(90_000_000 + number),
            "article_title": deal["name"],
            "article_price": deal["discount"],
            "article_mall": deal["source"],
            "article_date": deal["time"],
        }
        for number, deal in enumerate(scraped)
    ]
    body = json.dumps({"article_list": rows}).encode()
    found = lines(body, "https://www.smzdm.com/jingxuan/json_more", "2015-03-12T12:00:00+08:00")
    prices = of(found, "price")
    assert len(prices) == len(scraped) == 60
    assert [line["shop"] for line in prices] == [deal["source"].strip() for deal in scraped]
    begun = [(line, re.match(r"(\d+(?:\.\d+)?)元", line["raw"])) for line in prices]
    told = [(Decimal(line["price"]), Decimal(m[1])) for line, m in begun if m and line["price"]]
    assert len(told) >= 30
    assert all(price == first for price, first in told)


@pytest.fixture(scope="module")
def search_page() -> tuple[str, list[Line]]:
    body = (SITES / "tieba" / "search_keyword_notes.html").read_bytes()
    return body.decode(), lines(body, "https://tieba.baidu.com/f/search/res?qw=x", "2024-08-06T20:00:00+08:00")


def test_every_thread_of_the_search_is_a_post_at_its_moment(search_page: tuple[str, list[Line]]) -> None:
    text, found = search_page
    times = re.findall(r'p_date">([^<]*)<', text)
    assert found[0]["outcome"] == "ok"
    assert [line["id"] for line in of(found, "post")] == re.findall(r'data-tid="(\d+)"', text)
    assert [line["published_raw"] for line in of(found, "post")] == times
    assert [line["published_at"] for line in of(found, "post")] == [f"{t.replace(' ', 'T')}:00+08:00" for t in times]


def test_a_thread_without_words_has_its_title_and_a_long_one_is_a_beginning(
    search_page: tuple[str, list[Line]],
) -> None:
    text, found = search_page
    posts = of(found, "post")
    shown = [len("".join(part.split())) for part in re.findall(r'p_content">([^<]*)<', text)]
    assert all(line["text"] and not re.search(r"<|\t", line["text"]) for line in posts)
    assert [line["truncated"] for line in posts] == [length > 170 for length in shown]
    assert "\n" not in posts[shown.index(0)]["text"]


def test_names_leave_the_search_as_hashes_alone(search_page: tuple[str, list[Line]]) -> None:
    posts = of(search_page[1], "post")
    assert all(re.fullmatch(r"hash-\d+", line["author"]) for line in posts)


def test_complaints_of_rendered_cards_have_number_target_demands_and_day() -> None:
    body = (SITES / "tousu" / "search_cards_text.json").read_bytes()
    cards = json.loads(body)
    found = lines(body, "https://tousu.sina.com.cn/index/search/?keywords=x&t=1", "2025-12-20T12:00:00+08:00")
    complaints = of(found, "complaint")
    assert found[0] == {"type": "outcome", "outcome": "ok", "site": "tousu", "page": "search", "reason": ""}
    assert [line["id"] for line in complaints] == [re.findall(r"view/(\d+)/", card["href"])[0] for card in cards]
    assert [line["published_at"] for line in complaints] == [card["title"][:10] for card in cards]
    for line, card in zip(complaints, cards, strict=True):
        fields = dict(re.findall(r"\[(投诉..)\](.*)", card["title"]))
        assert line["target"] == fields["投诉对象"].strip()
        assert "".join(line["demands"]) == re.sub(r"[,，、]", "", fields["投诉要求"].strip())
        assert line["status"] is None
