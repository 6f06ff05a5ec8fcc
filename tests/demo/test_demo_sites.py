"""The pretended sites answer in the real ones' formats."""

import base64
import html
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from demo import catalogue, site_jd, site_weibo
from demo.weibo_text import shortened, to_html

from .conftest import START, MovedClock

At = Callable[..., httpx.Client]
SKU = catalogue.product_of(catalogue.OURS, "热水器").sku
REVIEWS = "/comment/productPageComments.action?callback=fetchJSON_comment98&productId={}&score={}&sortType=6&page={}&pageSize=10&isShadowSku=0&fold=1"


def search(words: str, page: int = 1) -> str:
    return f"/api/container/getIndex?containerid={quote(f'100103type=61&q={words}')}&page_type=searchall&page={page}"


def reviews(client: httpx.Client, *, sku: str = SKU, score: int = 0, page: int = 0) -> dict[str, Any]:
    answer = client.get(REVIEWS.format(sku, score, page))
    text = answer.content.decode("gbk")
    assert text.startswith("fetchJSON_comment98(")
    assert text.endswith(");")
    return dict(json.loads(text[len("fetchJSON_comment98(") : -2]))


def mblogs(answer: httpx.Response) -> list[dict[str, Any]]:
    cards = answer.json()["data"]["cards"]
    flat = [inner for card in cards for inner in card.get("card_group", [card])]
    return [card["mblog"] for card in flat]


def test_reviews_are_gbk_jsonp_newest_first_until_an_empty_list(at: At) -> None:
    jd = at("club.jd.com")
    pages = []
    while (page := reviews(jd, page=len(pages)))["comments"]:
        pages.append(page["comments"])
    found = [c for page in pages for c in page]
    assert len(pages[0]) == 10
    assert [c["creationTime"] for c in found] == sorted((c["creationTime"] for c in found), reverse=True)
    assert len({c["id"] for c in found}) == len(found) > 120
    assert {c["referenceId"] for c in found} == {SKU}
    assert all(
        re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", c["creationTime"]) and 1 <= c["score"] <= 5 for c in found
    )
    assert any("afterUserComment" in c for c in found)
    assert any(c.get("replies") for c in found)
    assert any("{$%&" in c.get("vcontent", "") for c in found)


def test_a_character_that_gbk_lacks_comes_as_an_escape(at: At) -> None:
    jd = at("club.jd.com")
    raw = b"".join(jd.get(REVIEWS.format(SKU, 0, n)).content for n in range(14))
    assert rb"\ud83c\udf39" in raw  # the rose in sellers' replies
    assert "🌹" in "".join(str(reviews(jd, page=n)) for n in range(14))


def test_scores_split_the_reviews_as_jd_does(at: At) -> None:
    jd = at("club.jd.com")
    summary = reviews(jd)["productCommentSummary"]
    assert {c["score"] for c in reviews(jd, score=1)["comments"]} == {1}
    assert {c["score"] for c in reviews(jd, score=2)["comments"]} <= {2, 3}
    assert {c["score"] for c in reviews(jd, score=3)["comments"]} <= {4, 5}
    assert summary["poorCount"] == summary["score1Count"]
    assert summary["commentCountStr"] == "100+"


def test_a_new_review_shifts_the_pages(at: At, clock: MovedClock) -> None:
    jd = at("club.jd.com")
    before = [c["id"] for c in reviews(jd)["comments"]]
    clock.forward(days=2)
    after = [c["id"] for c in reviews(jd)["comments"]]
    assert after != before
    assert set(after) & set(before)


def test_an_addition_to_a_review_appears_only_when_it_was_written(at: At, clock: MovedClock) -> None:
    jd = at("club.jd.com")
    seen = {c["id"]: "afterUserComment" in c for n in range(20) for c in reviews(jd, page=n)["comments"]}
    clock.forward(days=15)
    later = {c["id"]: "afterUserComment" in c for n in range(25) for c in reviews(jd, page=n)["comments"]}
    assert set(seen) < set(later)
    assert sum(later[i] for i in seen) > sum(seen.values())


def test_an_offer_without_reviews_is_truly_empty(at: At) -> None:
    reseller = catalogue.product_of(catalogue.OURS, "热水器").offers[1]
    page = reviews(at("club.jd.com"), sku=reseller.sku)
    assert page["comments"] == []
    assert page["productCommentSummary"]["commentCount"] == 0


def test_a_captcha_is_an_empty_answer_with_a_header(at: At) -> None:
    jd = at("club.jd.com")
    at("127.0.0.1").post("/__world/play/captcha")
    answer = jd.get(REVIEWS.format(SKU, 0, 0))
    assert (answer.status_code, answer.content) == (200, b"")
    header = answer.headers["x-rp-content"]
    said = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    assert said["code"] == "605"
    assert at("p.3.cn").get(f"/prices/mgets?skuIds=J_{SKU}").content == b""
    at("127.0.0.1").post("/__world/restore")
    assert reviews(jd)["comments"]


def test_prices_are_strings_of_yuan(at: At) -> None:
    price, unknown = at("p.3.cn").get(f"/prices/mgets?skuIds=J_{SKU},J_1").json()
    assert price["id"] == f"J_{SKU}"
    assert re.fullmatch(r"\d+\.\d\d", price["p"])
    assert float(price["p"]) <= float(price["op"]) < float(price["m"])
    assert unknown["p"] == "-1.00"
    called = at("p.3.cn").get(f"/prices/mgets?skuIds=J_{SKU}&callback=jsonpPrice").text
    assert called.startswith("jsonpPrice([")


@pytest.mark.parametrize(
    ("count", "shown"), [(7, "7"), (183, "100+"), (2345, "2000+"), (49_120, "4.9万+"), (500_000, "50万+")]
)
def test_counts_are_rounded_as_jd_does(count: int, shown: str) -> None:
    assert site_jd.rounded(count)[1] == shown


def test_the_item_page_loads_its_reviews_and_price_by_script(at: At) -> None:
    page = at("item.jd.com").get(f"/{SKU}.html").text
    assert "//club.jd.com/comment/productPageComments.action" in page
    assert "//p.3.cn/prices/mgets" in page
    assert at("item.jd.com").get("/1.html").status_code == 404


def test_the_shop_page_says_everything_in_json_ld(at: At) -> None:
    product = catalogue.product_of(catalogue.OURS, "热水器")
    offer = product.offers[2]
    page = at(catalogue.SHOP_HOST).get(f"/product/{offer.sku}.html").text
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert found
    data = json.loads(found[1])
    assert (data["@type"], data["sku"], data["brand"]["name"]) == ("Product", offer.sku, "澜川")
    assert data["offers"]["priceCurrency"] == "CNY"
    assert float(data["offers"]["price"]) >= float(product.floor)
    assert data["aggregateRating"]["@type"] == "AggregateRating"
    assert offer.url.removeprefix(f"https://{catalogue.SHOP_HOST}") in at(catalogue.SHOP_HOST).get("/").text


def test_the_search_shows_ten_a_page_in_a_group_and_cards_until_there_is_nothing_more(at: At) -> None:
    weibo = at("m.weibo.cn", SUB="demo")
    first = weibo.get(search("澜川")).json()
    assert [c["card_type"] for c in first["data"]["cards"]] == [11] + [9] * 7
    seen: list[str] = []
    for page in range(1, 60):
        answer = weibo.get(search("澜川", page))
        if answer.json()["ok"] == 0:
            break
        seen += [m["id"] for m in mblogs(answer)]
    assert answer.json()["msg"] == "这里还没有内容"
    assert len(seen) == len(set(seen)) == first["data"]["cardlistInfo"]["total"]
    assert weibo.get(search("没有这样的词")).json()["ok"] == 0


def test_a_hit_holds_the_word_in_its_own_text_or_in_what_it_reposts(at: At) -> None:
    for mblog in mblogs(at("m.weibo.cn", SUB="demo").get(search("沐禾"))):
        said = mblog["text"] + mblog.get("retweeted_status", {}).get("text", "")
        assert "沐禾" in said
        assert mblog["id"].isdecimal()
        assert mblog["user"]["verified"] == (mblog["user"]["verified_type"] >= 0)


def test_times_are_told_as_people_say_them() -> None:
    said = {s: site_weibo.created_at(START - timedelta(seconds=s), START) for s in (30, 300, 3599, 7200)}
    assert list(said.values()) == ["刚刚", "5分钟前", "59分钟前", "Sun Nov 22 17:30:00 +0800 2026"]
    profile = site_weibo.created_at_in_profile
    assert profile(START - timedelta(hours=3), START) == "3小时前"
    assert profile(START - timedelta(days=1), START) == "昨天 19:30"
    assert profile(START - timedelta(days=9), START) == "11-13"
    assert profile(START - timedelta(days=400), START) == "2025-10-18"


def test_a_long_text_is_cut_and_told_in_full_elsewhere(at: At) -> None:
    weibo = at("m.weibo.cn", SUB="demo")
    at("127.0.0.1").post("/__world/play/severe")
    first = mblogs(weibo.get(search("热水器漏电伤人")))[0]
    assert first["isLongText"]
    assert first["text"].endswith(f'...<a href="/status/{first["id"]}">全文</a>')
    whole = weibo.get(f"/statuses/extend?id={first['id']}").json()["data"]["longTextContent"]
    assert whole.startswith(first["text"].split("...<a")[0])
    assert "#澜川热水器漏电#" in whole
    assert weibo.get(f"/statuses/show?id={first['bid']}").json()["data"]["id"] == first["id"]
    assert weibo.get("/statuses/extend?id=1").json()["ok"] == 0


def test_a_cut_never_splits_an_emoticon_or_a_topic() -> None:
    text = "字" * 128 + "[并不简单]" + "尾" * 40
    assert shortened(text) == ("字" * 128, True)
    assert shortened("短") == ("短", False)


def test_html_says_the_same_as_the_text() -> None:
    text = "气[怒]死\n#澜川# @澜川官方微博 <b>&"
    markup = to_html(text)
    assert '<img alt="[怒]"' in markup
    assert '<span class="surl-text">#澜川#</span>' in markup
    plain = re.sub(r"<[^>]+>", "", re.sub(r'<img alt="([^"]+)"[^>]*/>', r"\1", markup.replace("<br />", "\n")))
    assert html.unescape(plain) == text


def test_comments_come_twenty_at_a_time_until_there_is_nothing_more(at: At, clock: MovedClock) -> None:
    weibo, control = at("m.weibo.cn", SUB="demo"), at("127.0.0.1")
    found: set[str] = set()
    for page in range(1, 44):
        for mblog in mblogs(weibo.get(search("澜川", page))) if weibo.get(search("澜川", page)).json()["ok"] else []:
            answer = weibo.get(f"/comments/hotflow?id={mblog['id']}&mid={mblog['id']}&max_id_type=0").json()
            assert (answer["ok"] == 0) == (mblog["comments_count"] == 0)
            found |= {c["id"] for c in answer["data"]["data"]} if answer["ok"] else set()
    since = (START - timedelta(days=7)).isoformat()
    existing = set(
        control.get("/__world/ids", params={"kind": "comment", "query": "澜川", "since": since}).json()["ids"]
    )
    assert found
    assert existing >= found


def test_the_brands_own_account_shows_its_pinned_post_first(at: At) -> None:
    weibo = at("m.weibo.cn", SUB="demo")
    posts = mblogs(weibo.get("/api/container/getIndex?type=uid&value=9900000000&containerid=1076039900000000"))
    assert posts[0]["title"]["text"] == "置顶"
    assert len({p["id"] for p in posts}) == len(posts) > 5
    profile = weibo.get("/api/container/getIndex?type=uid&value=9900000000&containerid=1005059900000000").json()
    assert profile["data"]["userInfo"]["verified_type"] == 2


def test_without_a_session_weibo_sends_the_caller_to_the_visitor_page(at: At) -> None:
    answer = at("m.weibo.cn").get(search("澜川"))
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("https://visitor.passport.weibo.cn/visitor/visitor?")
    assert "Sina Visitor System" in at("visitor.passport.weibo.cn").get("/visitor/visitor").text
    assert at("m.weibo.cn", SUB="other").get(search("澜川")).json()["ok"] == -100


def test_a_dead_session_is_refused_until_it_is_restored(at: At) -> None:
    weibo, control = at("m.weibo.cn", SUB="demo"), at("127.0.0.1")
    mid = mblogs(weibo.get(search("澜川")))[0]["id"]
    control.post("/__world/play/session-death")
    refused = weibo.get(search("澜川")).json()
    assert refused["ok"] == -100
    assert refused["url"].startswith("https://passport.weibo.com/sso/signin")
    assert weibo.get(f"/comments/hotflow?id={mid}").status_code == 432
    assert reviews(at("club.jd.com"))["comments"]  # the other sites don't care
    control.post("/__world/restore")
    assert weibo.get(search("澜川")).json()["ok"] == 1


@pytest.mark.parametrize("host", ["club.jd.com", "item.jd.com", "p.3.cn", "m.weibo.cn", "shop.lanchuan.example"])
def test_every_site_has_robots_that_allow_its_pages(at: At, host: str) -> None:
    robots = at(host).get("/robots.txt")
    assert robots.status_code == 200
    assert "Allow: /\n" in robots.text
