import re
from datetime import timedelta
from decimal import Decimal

import pytest
from starlette.testclient import TestClient

from domain.errors import InvalidInput
from domain.watches import Watch
from flows.desk import Desk
from flows.own_words import FILE, read_words
from web.prices import yuan_of
from web.watches import listed, products_of, products_text


def token_of(browser: TestClient, path: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', browser.get(path).text)
    assert found is not None
    return found[1]


def test_a_watch_is_made_from_what_people_type(browser: TestClient, desk: Desk) -> None:
    form = {
        "token": token_of(browser, "/watches"), "brand": "云岚", "aliases": "Yunlan，小云岚; 云岚电器", "excluded": "云岚山\n云岚寺",
        "sources": ["jd", "weibo"], "channels": "值班群", "minimum_authors": "8", "strength": "2.5", "quiet_minutes": "45",
        "products": "https://item.jd.com/7.html 1299 云岚 60 升\nhttps://shop.example/p/9",
    }  # fmt: skip
    answer = browser.post("/watches", data=form)
    assert answer.status_code == 303
    assert "1,234" in browser.get(answer.headers["location"]).text
    watch = desk.watches.get("云岚")
    assert watch is not None
    assert watch.aliases == ("Yunlan", "小云岚", "云岚电器")
    assert watch.excluded == ("云岚山", "云岚寺")
    assert (watch.sources, watch.channels, watch.minimum_authors, watch.strength) == (
        ("jd", "weibo"),
        ("值班群",),
        8,
        2.5,
    )
    assert watch.quiet == timedelta(minutes=45)
    assert 'value="45"' in browser.get("/watches?edit=云岚").text, "editing begins with what was saved"
    assert [(p.url, p.floor, p.title) for p in watch.products] == [
        ("https://item.jd.com/7.html", Decimal("1299"), "云岚 60 升"),
        ("https://shop.example/p/9", None, ""),
    ]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"brand": ""}, "名称"),
        ({"brand": "云"}, "太短"),
        ({"brand": "云岚", "strength": "viel"}, "不是数字"),
        ({"brand": "云岚", "minimum_authors": "0"}, "超出范围"),
        ({"brand": "云岚", "products": "item.jd.com"}, "第 1 行"),
    ],
)
def test_a_watch_that_cannot_be_is_explained_in_the_form(browser: TestClient, desk: Desk, form: dict[str, str], told: str) -> None:  # fmt: skip
    answer = browser.post("/watches", data={**form, "token": token_of(browser, "/watches")})
    assert answer.status_code == 400
    assert told in answer.text
    assert len(desk.watches.list()) == 2


def test_the_preview_follows_the_words(browser: TestClient) -> None:
    assert "<b>2</b> 条" in browser.get("/watches/preview", params={"words": "漏水"}).text
    assert "填写品牌" in browser.get("/watches/preview").text


def test_a_test_message_tells_its_outcome(browser: TestClient) -> None:
    token = token_of(browser, "/watches")
    good = browser.post("/channels/值班群/test", data={"token": token}, headers={"hx-request": "true"}).text
    bad = browser.post("/channels/公关群/test", data={"token": token}, headers={"hx-request": "true"}).text
    assert "已送达" in good
    assert "发送失败" in bad
    assert "密钥不对" in bad


def test_a_watch_is_removed(browser: TestClient, desk: Desk) -> None:
    token = token_of(browser, "/watches")
    assert browser.post("/watches/北屿/remove", data={"token": token}).status_code == 303
    assert desk.watches.get("北屿") is None
    assert browser.post("/watches/北屿/remove", data={"token": token}).status_code == 404


def test_products_survive_the_form() -> None:
    products = products_of("https://a.example/1 39.9 壶\nhttps://a.example/2 ¥1299\nhttps://a.example/3 只有名字 两段")
    assert [p.floor for p in products] == [Decimal("39.9"), Decimal("1299"), None]
    assert products_of(products_text(Watch(name="x", products=products))) == tuple(products_of(products_text(Watch(name="x", products=products))))  # fmt: skip
    assert products[2].title == "只有名字 两段"


def test_words_are_split_as_people_separate_them() -> None:
    assert listed(" 甲、乙,丙；丙\n丁 ") == ("甲", "乙", "丙", "丁")


@pytest.mark.parametrize("text", ["-1", "0", "NaN", "Infinity", "约一千"])
def test_an_amount_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="金额"):
        yuan_of(text)


def test_a_product_and_a_price_list_are_added(browser: TestClient, desk: Desk) -> None:
    token = token_of(browser, "/prices")
    one = {"token": token, "watch": "北屿", "url": "https://item.jd.com/9.html", "floor": "¥2,199"}
    assert browser.post("/prices/follow", data=one).status_code == 303
    many = {
        "token": token,
        "watch": "北屿",
        "list": "https://item.jd.com/10.html,1999,甲\nnothing\nhttps://item.jd.com/11.html,viel",
    }
    said = browser.get(browser.post("/prices/follow-list", data=many).headers["location"]).text
    assert "已加入 1 个商品" in said
    assert "2 行有误" in said
    floors = [p.floor for p in desk.watches.get("北屿").products]  # type: ignore[union-attr]
    assert floors == [Decimal("2199"), Decimal("1999")]


def test_own_words_are_added_and_removed_where_the_watches_are(browser: TestClient, desk: Desk) -> None:
    token = token_of(browser, "/watches")
    answer = browser.post("/words", data={"token": token, "words": "澜川云境、云境 Pro"})
    assert answer.status_code == 303
    assert "加入了 2 个词" in browser.get(answer.headers["location"]).text
    assert read_words(desk.folder / FILE) == ["澜川云境", "云境 Pro"]
    refused = browser.post("/words", data={"token": token, "words": "#标签"})
    assert refused.status_code == 400
    assert "不能当词" in refused.text
    assert browser.post("/words/remove", data={"token": token, "word": "澜川云境"}).status_code == 303
    assert read_words(desk.folder / FILE) == ["云境 Pro"]
    assert browser.post("/words/remove", data={"token": token, "word": "澜川云境"}).status_code == 404
