"""JD's addresses, first and next pages, and what it means by its codes."""

import json
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from crawlers.sites.adapter import ParsedPage, RawPage
from crawlers.sites.jd import Jd
from crawlers.sites.registry import adapter_for
from domain.documents import Review
from domain.feeds import Outcome
from domain.watches import Watch, WatchedProduct

SEEN = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
LIST = "https://club.jd.com/comment/productPageComments.action"
API = "https://api.m.jd.com/"
SUMMARY = {"skuId": 42, "commentCount": 300, "poorCount": 20, "afterCount": 5}


def parse(body: object, url: str, *, browser: bool = False, status: int = 200) -> ParsedPage:
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    return Jd(browser=browser).parse(RawPage(url=url, body=raw, status=status, seen_at=SEEN))


def answer(*comments: dict[str, object], **more: object) -> dict[str, object]:
    return {"productCommentSummary": SUMMARY, "maxPage": 3, "comments": list(comments)} | more


def comment(**more: object) -> dict[str, object]:
    return {"id": 7, "content": "水压小", "score": 2, "creationTime": "2026-03-01 08:00:00", "referenceId": "42"} | more


def review(page: ParsedPage) -> Review:
    (document,) = page.documents
    assert isinstance(document, Review)
    return document


@pytest.mark.parametrize(
    ("url", "page"),
    [
        (f"{LIST}?page=0&productId=42&callback=x", "reviews"),
        ("https://sclub.jd.com/comment/skuProductPageComments.action?productId=42", "reviews"),
        ("http://club.jd.com/comment/productCommentSummaries.action?referenceIds=42", "summary"),
        (f"{API}?client=pc&functionId=pc_club_productPageComments&body=%7B%7D", "reviews"),
        (f"{API}api?body=x&functionid=getLegoWareDetailComment", "detail_reviews"),
        (f"{API}client.action?functionId=getCommentListPage", "review_list"),
        (f"{API}client.action/getLegoWareDetailComment?t=1", "detail_reviews"),
        ("https://pe.3.cn/prices/mgets?skuids=J_42", "price"),
        ("https://club.jd.com/discussion/getProductPageImageCommentList.action?productId=42&page=1", "image_reviews"),
        (f"{API}client.action", "api"),
        (f"{API}?functionId=pc_detailpage_wareBusiness", "ware"),
        (f"{API}client.action?t=1&functionId=wareBusiness", "ware"),
        (f"{API}?functionId=pc_search_searchWare", "search"),
        (f"{API}?functionId=somethingElse", None),
        ("https://search.jd.com/Search?keyword=x", "search"),
        ("https://p.3.cn/prices/mgets?skuIds=J_42", "price"),
        ("https://item.jd.com/42.html?from=a#comment", "item"),
        ("https://item.m.jd.com/product/42.html", "item"),
        ("https://passport.jd.com/new/login.aspx?ReturnUrl=x", "login"),
        ("https://passport.jd.com/loginservice.aspx?method=Login", None),
        ("https://club.jd.com/other.action", None),
        ("https://jd.com.example/42.html", None),
        ("http://[", None),
    ],
)
def test_host_path_and_function_decide_the_page(url: str, page: str | None) -> None:
    assert Jd().page_of(url) == page


def test_an_unknown_page_of_jd_is_nobodys_and_not_a_shops() -> None:
    assert adapter_for("https://club.jd.com/other.action") is None
    assert adapter_for("https://club.jd.com/comment/productPageComments.action").name == "jd"  # type: ignore[union-attr]
    assert adapter_for("https://mall.example/p/1").name == "shop"  # type: ignore[union-attr]


def test_a_watch_begins_with_the_newest_reviews_then_bad_ones_then_prices_together_then_later_additions() -> None:
    products = tuple(WatchedProduct(url=f"https://item.jd.com/{sku}.html") for sku in range(101, 126))
    other = WatchedProduct(url="https://mall.example/p/1")
    pages = list(Jd().first_pages(Watch(name="澜川", products=(*products, other, products[0]))))
    lists, prices = [p for p in pages if p.page == "reviews"], [p for p in pages if p.page == "price"]
    assert [p.url.split("&score=")[1][:12] for p in lists[:2]] == ["0&sortType=6", "1&sortType=6"]
    assert len(lists) == 75
    assert ["score=5" in p.url for p in pages] == [False] * 52 + [True] * 25
    assert [p.url.count("J_") for p in prices] == [20, 5]
    assert {p.watch for p in pages} == {"澜川"}
    assert all(Jd().page_of(p.url) == p.page for p in pages)


def test_in_the_browser_a_watch_opens_the_product_page_and_asks_for_no_list() -> None:
    watch = Watch(name="澜川", products=(WatchedProduct(url="https://item.jd.com/42.html"),))
    pages = list(Jd(browser=True).first_pages(watch))
    assert [(p.page, p.browser, p.url) for p in pages] == [
        ("item", True, "https://item.jd.com/42.html"),
        ("price", False, "https://p.3.cn/prices/mgets?skuIds=J_42"),
    ]
    assert parse(answer(comment()), f"{LIST}?productId=42&page=0", browser=True).next_pages == ()


def test_the_next_page_keeps_every_parameter_and_the_last_has_none() -> None:
    url = f"{LIST}?callback=a&productId=42&score=1&page=1&rid="
    (following,) = parse(answer(comment()), url).next_pages
    assert following.url == f"{LIST}?callback=a&productId=42&score=1&rid=&page=2"
    assert not following.first
    assert parse(answer(comment()), f"{LIST}?productId=42&page=2").next_pages == ()


def test_an_answer_of_another_product_is_told_unless_it_holds_a_review_of_ours() -> None:
    assert parse(answer(comment(referenceId="9")), f"{LIST}?productId=43").outcome is Outcome.WRONG_ITEM
    assert parse(answer(comment(referenceId="43")), f"{LIST}?productId=43").outcome is Outcome.OK


def test_another_colours_review_belongs_to_the_product_asked_for() -> None:
    page = parse(answer(comment(referenceId="4711")), f"{LIST}?productId=42")
    assert page.outcome is Outcome.OK
    assert review(page).sku == "4711"


@pytest.mark.parametrize(("score", "outcome"), [("1", Outcome.BLOCKED), ("5", Outcome.BLOCKED), ("2", Outcome.EMPTY)])
def test_an_emptied_list_is_measured_against_the_total_of_its_own_filter(score: str, outcome: Outcome) -> None:
    assert parse(answer(), f"{LIST}?productId=42&page=0&score={score}").outcome is outcome


def test_a_list_narrowed_to_a_tag_may_be_empty() -> None:
    assert parse(answer(), f"{LIST}?productId=42&page=0&score=0&rid=8ac55c1a").outcome is Outcome.EMPTY


def test_dimension_marks_go_and_their_words_stay() -> None:
    text = review(parse(answer(comment(content="", vcontent="{$%&外观：&%$}好看\n{$%&噪音：&%$}有点大")), LIST)).text
    assert text == "外观：好看\n噪音：有点大"


def test_equal_masked_names_of_two_provinces_are_two_people_and_of_one_province_the_same() -> None:
    def author(place: str) -> str:
        return review(parse(answer(comment(nickname="j***n", location=place)), LIST)).author

    assert author("浙江") == author("浙江") != author("四川")


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ({"code": "601", "echo": "request is not valid"}, Outcome.BLOCKED),
        ({"code": 605}, Outcome.CAPTCHA),
        ({"code": "3"}, Outcome.LOGIN_REQUIRED),
        ({"resultCode": -100}, Outcome.LOGIN_REQUIRED),
        ({"code": "1", "message": "pin is null"}, Outcome.LOGIN_REQUIRED),
        ({"code": "-1", "echo": "系统繁忙，请稍后再试"}, Outcome.UNAVAILABLE),
        ({"code": "-1", "echo": "请求过于频繁"}, Outcome.RATE_LIMITED),
        ({"code": "-1", "echo": "商品不存在"}, Outcome.NOT_FOUND),
        ({"code": "-1"}, Outcome.CHANGED),
        ([], Outcome.CHANGED),
        (None, Outcome.CHANGED),
        ({"comments": None}, Outcome.CHANGED),
        ({"comments": {"a": 1}}, Outcome.CHANGED),
    ],
)
def test_an_answer_without_a_list_says_why(body: object, outcome: Outcome) -> None:
    assert parse(body, f"{LIST}?productId=42&page=0").outcome is outcome


def test_what_a_product_page_asks_besides_reviews_is_no_fault_in_the_browser() -> None:
    other = {"code": "0", "cartNum": 2}
    assert parse(other, f"{API}client.action", browser=True).outcome is Outcome.EMPTY
    assert parse(other, f"{API}client.action").outcome is Outcome.CHANGED
    assert parse({"code": "605"}, f"{API}client.action", browser=True).outcome is Outcome.CAPTCHA


def test_a_price_below_nothing_means_not_for_sale() -> None:
    (price,) = parse(
        [{"id": "J_42", "p": "-1.00", "op": "9999.00", "m": "9999.00"}], "https://p.3.cn/prices/mgets?skuIds=J_42"
    ).prices
    assert (price.price, price.list_price, price.in_stock, price.raw) == (None, None, False, "-1.00")


def test_the_sku_asked_for_is_read_from_the_body_parameter_however_it_is_written() -> None:
    ware = {"wareInfoReadMap": {"sku_name": "净饮机", "sku_id": "42"}, "price": {"p": "9.90"}}
    for body in ('{"skuId":"42"}', '{"skuId": 42, "num":1}'):
        assert parse(ware, f"{API}?functionId=pc_detailpage_wareBusiness&body={quote(body)}").outcome is Outcome.OK
    wrong = quote('{"skuId":"43"}')
    assert parse(ware, f"{API}?body={wrong}&functionId=pc_detailpage_wareBusiness").outcome is Outcome.WRONG_ITEM


def test_a_bare_date_stays_a_date_and_the_apps_own_names_for_an_append_are_read() -> None:
    block = {
        "commentId": "9",
        "commentData": "水压小",
        "commentScore": "2",
        "commentDate": "2026-03-01",
        "productId": "42",
    }
    later = {"commentData": "换了水泵就好", "commentDate": "2026-03-05 09:10:00"}
    page = parse(
        {"allCnt": "1", "commentInfoList": [block | {"afterComment": later}]},
        f"{API}?functionId=getLegoWareDetailComment",
    )
    found = review(page)
    assert found.date_only
    assert found.append
    assert (found.append.text, found.append.date_only) == ("换了水泵就好", False)
    listed = review(parse(answer(comment(creationTime="2026-03-01")), f"{LIST}?productId=42&page=0"))
    assert (listed.date_only, listed.published_at) == (True, found.published_at)


def test_the_plus_price_stands_beside_the_price() -> None:
    ware = {
        "wareInfoReadMap": {"sku_name": "净饮机", "sku_id": "42"},
        "price": {"p": "2999.00", "plusPrice": "2899.00"},
    }
    (price,) = parse(
        ware, f"{API}?functionId=pc_detailpage_wareBusiness&body={quote(json.dumps({'skuId': '42'}))}"
    ).prices
    assert (str(price.price), price.promotions) == ("2999.00", ("PLUS价 2899.00",))


def test_the_list_of_pictures_gives_each_review_once() -> None:
    url = "https://club.jd.com/discussion/getProductPageImageCommentList.action?productId=42&page="
    rows = [{"imageUrl": str(n), "commentVo": comment(id=n // 2)} for n in (2, 3, 4)]
    page = parse({"imgComments": {"imgCommentCount": 3, "imgList": rows}}, f"{url}1")
    assert [document.id for document in page.documents] == ["jd:1", "jd:2"]
    assert parse({"imgComments": {"imgCommentCount": 3, "imgList": []}}, f"{url}1").outcome is Outcome.BLOCKED
    assert parse({"imgComments": {"imgCommentCount": 3, "imgList": []}}, f"{url}2").outcome is Outcome.END
    assert parse({"imgComments": {"imgCommentCount": 0, "imgList": []}}, f"{url}1").outcome is Outcome.EMPTY
    assert parse({"imgComments": {"imgList": [{"x": 1}]}}, f"{url}1").outcome is Outcome.CHANGED
