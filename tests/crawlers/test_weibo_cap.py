"""Behind the last page of the phone's search: the hours that it cut off are asked for at the desktop's."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from crawlers.sites import weibo_addresses
from crawlers.sites.adapter import RawPage
from crawlers.sites.weibo import Weibo

SEEN = datetime(2026, 11, 11, 6, 0, tzinfo=UTC)


def following(number: int) -> list[str]:
    mblog = {
        "id": "5234567890123456", "mid": "5234567890123456", "text": "澜川又漏水", "created_at": "Wed Nov 11 13:40:10 +0800 2026",
        "user": {"id": 7, "screen_name": "小池"},
    }  # fmt: skip
    body = {"ok": 1, "data": {"cardlistInfo": {"total": 900}, "cards": [{"card_type": 9, "mblog": mblog}]}}
    url = f"{weibo_addresses.search('澜川').url}&page={number}"
    page = Weibo().parse(RawPage(url=url, body=json.dumps(body).encode(), seen_at=SEEN))
    assert len(page.documents) == 1
    return [request.url for request in page.next_pages]


def test_before_the_last_page_the_next_one_follows() -> None:
    (url,) = following(49)
    assert "page=50" in url


def test_behind_the_last_page_lie_the_hour_that_it_reached_and_the_one_before() -> None:
    asked = [parse_qs(urlsplit(url).query) for url in following(50)]
    assert [query["timescope"] for query in asked] == [
        ["custom:2026-11-11-13:2026-11-11-14"],
        ["custom:2026-11-11-12:2026-11-11-13"],
    ]
    assert all(query["q"] == ["澜川"] for query in asked)
