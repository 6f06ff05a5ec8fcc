"""Taobao's and Suning's adapters over real answers that lie beside the project (never copied into it)."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from crawlers.parsing import raw_page
from crawlers.sites.adapter import ParsedPage, SiteAdapter
from crawlers.sites.suning import Suning
from crawlers.sites.taobao import Taobao
from crawlers.sites.taobao_search import page_config
from crawlers.sites.values import stars
from domain.documents import Review
from domain.feeds import Outcome
from domain.times import SHANGHAI

SITES = Path(__file__).parents[2].parent / "shared" / "data" / "sites"
pytestmark = pytest.mark.skipif(not SITES.is_dir(), reason="no shared data beside the project")
SEEN = datetime(2026, 11, 22, tzinfo=UTC)
OLD_LIST = "https://rate.tmall.com/list_detail_rate.htm?itemId=600100200300&order=1&currentPage="
SATISFY = "https://review.suning.com/ajax/review_satisfy/general-000000000690105195-0000000000-----satisfy.htm"
CLUSTER = "https://icps.suning.com/icps-web/getVarnishAllPrice014/000000000655027353_020_0200101_0070156122_1_getClusterPrice.vhtm"


def api(name: str, **data: Any) -> str:
    return f"https://h5api.m.tmall.com/h5/{name}/1.0/?jsv=2.7.2&callback=other&data={quote(json.dumps(data))}"


def read(name: str, url: str, *, seen_at: datetime = SEEN, adapter: SiteAdapter | None = None) -> ParsedPage:
    site = adapter or (Suning() if name.startswith("suning/") else Taobao())
    return site.parse(raw_page((SITES / name).read_bytes(), url=url, seen_at=seen_at))


def answer(name: str) -> Any:
    text = (SITES / name).read_text("utf-8")
    return json.loads(text[re.search(r"[\[{]", text).start() :].rstrip(" \n;)"))  # type: ignore[union-attr]  # all have one


def reviews(page: ParsedPage) -> list[Review]:
    assert page.outcome is Outcome.OK
    found = [document for document in page.documents if isinstance(document, Review)]
    assert len({review.id for review in found}) == len(found) == len(page.documents)
    return found


def test_the_current_list_gives_its_review_with_reply_variant_and_exact_moment() -> None:
    (row,) = answer("taobao/mtop_rate_detaillist_2026.jsonp")["data"]["rateList"]
    page = read(
        "taobao/mtop_rate_detaillist_2026.jsonp",
        api("mtop.taobao.rate.detaillist.get", auctionNumId=row["auctionNumId"], pageNo=1),
    )
    (review,) = reviews(page)
    assert (review.id, review.sku) == (f"taobao:{row['id']}", row["auctionNumId"])
    assert review.published_at
    assert f"{review.published_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" == row["createTime"]
    assert (review.polarity, review.rating, review.date_only) == ("good", None, False)
    assert review.variant == row["skuValueStr"]
    assert [reply.text for reply in review.seller_replies] == [row["reply"]]
    assert review.images == len(row["feedPicPathList"])
    assert page.stats
    assert (page.stats.total, page.stats.folded, page.stats.exact) == (500, 507, False)
    other = api("mtop.taobao.rate.detaillist.get", auctionNumId="1234567")
    assert read("taobao/mtop_rate_detaillist_2026.jsonp", other).outcome is Outcome.WRONG_ITEM


def test_the_second_list_gives_a_bare_day_and_no_append_of_empty_texts() -> None:
    url = api("mtop.alibaba.review.list.for.new.pc.detail", itemId="919643072179", pageNum=1)
    page = read("taobao/mtop_review_list_new_pc_2026.json", url)
    (review,) = reviews(page)
    assert (review.date_only, review.append, review.seller_replies, review.likes) == (True, None, (), 3)
    assert review.sku == "919643072179"
    assert page.stats
    assert (page.stats.total, page.stats.folded) == (None, 507)


def test_the_apps_list_of_2019_says_how_much_is_folded() -> None:
    name = "taobao/mtop_wdetail_getitemrates_521422451240.json"
    data = answer(name)["data"]
    page = read(name, api("mtop.wdetail.getitemrates", auctionNumId="521422451240"))
    found = reviews(page)
    assert len(found) == len(data["rateList"]) == 5
    for row, review in zip(data["rateList"], found, strict=True):
        assert review.id == f"taobao:{row['id']}"
        assert review.published_at
        assert f"{review.published_at.astimezone(SHANGHAI):%Y-%m-%d}" == row["feedbackDate"]
        assert (review.date_only, review.rating, review.sku) == (True, None, "521422451240")
        assert review.images == len(row.get("feedPicPathList", []))
        assert review.video == ("video" in row)
        assert review.text
    assert page.stats
    assert (page.stats.total, page.stats.folded) == (int(data["feedAllCount"]), int(data["foldCount"]))


def test_the_old_list_has_moments_variants_and_no_stars() -> None:
    (review,) = reviews(read("tmall/list_detail_rate_2019.jsonp", OLD_LIST + "1"))
    (row,) = answer("tmall/list_detail_rate_2019.jsonp")["rateDetail"]["rateList"]
    assert review.published_at
    assert f"{review.published_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" == row["rateDate"]
    assert (review.rating, review.append, review.seller_replies) == (None, None, ())
    assert (review.variant, review.images) == (row["auctionSku"], 1)


def test_past_the_end_is_the_end_and_the_same_bytes_on_the_first_page_are_an_emptied_list() -> None:
    name = "tmall/list_detail_rate_beyond_last.jsonp"
    assert read(name, OLD_LIST + "100").outcome is Outcome.END
    assert read(name, OLD_LIST + "1").outcome is Outcome.BLOCKED


def test_the_price_of_an_item_is_what_one_buyer_pays_for_its_cheapest_variant() -> None:
    name = "tmall/promotions/pcdetail_974271878334_2025-11-24_reduced.json"
    page = read(name, api("mtop.taobao.pcdetail.data.get", id="974271878334"))
    variants = answer(name)["skuCore"]["sku2info"]
    prices = {price.sku.removeprefix("taobao:"): price for price in page.prices}
    assert set(prices) == {"974271878334", *variants}
    for sku, info in variants.items():
        assert prices[sku].in_stock == (info["quantity"] != "0")
        shown = info.get("subPrice") or info["price"]
        assert prices[sku].price == Decimal(shown["priceMoney"]) / 100
    own = prices["974271878334"]
    assert (own.price, own.list_price, own.in_stock) == (Decimal("1388.00"), Decimal("1578.00"), True)
    assert len(own.promotions) == 2
    assert read(name, api("mtop.taobao.pcdetail.data.get", id="1")).outcome is Outcome.WRONG_ITEM


def test_the_real_list_page_gives_each_row_once_without_markup() -> None:
    name = "taobao/search_listsrp_page.html"
    page = read(name, "https://s.taobao.com/list?cat=16&q=%E5%A4%8F")
    config = page_config((SITES / name).read_text("utf-8"))
    assert config
    auctions = config["mods"]["itemlist"]["data"]["auctions"]
    assert page.outcome is Outcome.OK
    assert [product.sku for product in page.products] == [f"taobao:{row['nid']}" for row in auctions]
    assert [product.title for product in page.products] == [row["raw_title"] for row in auctions]
    assert [str(price.price) for price in page.prices] == [row["view_price"] for row in auctions]
    assert [product.sales for product in page.products] == [
        int(re.sub(r"\D", "", row["view_sales"])) for row in auctions
    ]
    assert not any("<" in product.title for product in page.products)
    assert page.stats
    assert page.stats.total == config["mods"]["pager"]["data"]["totalCount"]


def test_an_excerpt_that_holds_no_search_list_is_changed_and_not_empty() -> None:
    page = read("taobao/search_g_page_config_excerpt.js", "https://s.taobao.com/search?q=x")
    text = (SITES / "taobao/search_g_page_config_excerpt.js").read_text("utf-8")
    assert (page.outcome is Outcome.OK) == ('"auctions"' in text)
    assert page.outcome not in (Outcome.EMPTY, Outcome.END)


@pytest.mark.parametrize(
    ("name", "url", "outcome"),
    [
        ("mtop_token_expired.jsonp", api("mtop.taobao.rate.detaillist.get"), Outcome.LOGIN_REQUIRED),
        ("mtop_user_validate.jsonp", api("mtop.taobao.pcdetail.data.get"), Outcome.CAPTCHA),
        ("taobao_rgv587_punish_2019.txt", OLD_LIST + "1", Outcome.CAPTCHA),
        ("taobao_rgv587_sm_2017.txt", OLD_LIST + "35", Outcome.CAPTCHA),
    ],
)
def test_refusals_are_told_apart(name: str, url: str, outcome: Outcome) -> None:
    page = read(f"errors/{name}", url)
    assert (page.outcome, page.documents) == (outcome, ())
    assert page.reason


def test_prices_of_the_real_promotion_blocks_are_read_from_their_texts() -> None:
    lines = (SITES / "tmall/promotions/page_arithmetic_2025_2026.jsonl").read_text("utf-8").splitlines()
    for block in map(json.loads, lines):
        item = block["item"] or "1"
        data = {
            "item": {"itemId": item},
            "skuCore": {
                "sku2info": {
                    "0": {
                        "price": {"priceText": block["before"], "priceTitle": "优惠前"},
                        "subPrice": {"priceText": block["final"], "priceTitle": block["label"]},
                        "quantity": "1",
                    }
                }
            },
        }
        url = api("mtop.taobao.pcdetail.data.get", id=item)
        (price,) = Taobao().parse(raw_page(json.dumps(data).encode(), url=url, seen_at=SEEN)).prices
        assert (price.price, price.list_price) == (Decimal(block["final"]), Decimal(block["before"]))


def test_sunings_totals_by_stars_add_up() -> None:
    page = read("suning/review_satisfy_690105195.jsonp", SATISFY)
    assert page.outcome is Outcome.OK
    assert page.stats
    assert page.stats.subject == "suning:690105195"
    assert page.stats.total == sum(page.stats.by_rating.values())
    assert all(stars(key) for key in page.stats.by_rating)


def test_sunings_promotion_counts_only_between_its_start_and_its_end() -> None:
    name = "suning/getClusterPrice_655027353.jsonp"
    (row,) = answer(name)
    inside, after = (read(name, CLUSTER, seen_at=datetime(2018, month, 31, tzinfo=UTC)).prices[0] for month in (3, 5))
    assert (inside.sku, inside.price, inside.in_stock) == ("suning:655027353", Decimal(row["mpsPrice"]), True)
    assert inside.list_price == Decimal(row["snPrice"])
    assert inside.promotions
    assert (after.price, after.promotions) == (Decimal(row["proPrice"]), ())
