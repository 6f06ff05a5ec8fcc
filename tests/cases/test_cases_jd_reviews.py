"""JD's nasty cases about reviews and prices, each by its name."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from demo.cases.jd_reviews import COLOURS, DEFAULTS
from demo.catalogue import RESELLER
from domain.analysis import Polarity
from domain.documents import StoredDocument
from domain.feeds import FeedState, Outcome
from index.tables import Prices
from index.tables.totals import Totals

API = "https://api.m.jd.com/?client=wh5&functionId={}&body={}"


@pytest.fixture
def jd(replica: Any, product: Any) -> Any:
    """The replica with one of our products watched at JD."""
    heater = product("热水器")
    replica.sku = heater.sku
    replica.follow(heater.offers[0].url, sources=("jd",))
    return replica


def whole(jd: Any) -> bool:
    assert jd.state("jd") is FeedState.HEALTHY
    return bool(jd.complete("jd", "review", subject=jd.sku))


def of_case(jd: Any, text: str) -> StoredDocument:
    """The one stored document that holds these words."""
    (found,) = [d for d in jd.documents("jd", "review") if text in d.text]
    assert isinstance(found, StoredDocument)
    return found


def everything(jd: Any) -> str:
    """All that lies in the installation's tables and inbox, as one text."""
    raw = jd.engine.raw_connection()
    try:
        dump = "\n".join(raw.driver_connection.iterdump())
    finally:
        raw.close()
    return dump + "".join(p.read_text("utf-8") for p in jd.folder.inbox.rglob("*") if p.is_file())


def test_jd_pages_shift(jd: Any) -> None:
    jd.play("jd-pages-shift")
    crawl = jd.collect("jd")
    assert sum(len(p.document_ids) for p in crawl.pages if "score=0" in p.url) > len(
        {i for p in crawl.pages if "score=0" in p.url for i in p.document_ids}
    )
    missed = jd.missing("jd", "review", subject=jd.sku)
    assert len(missed) <= 1
    jd.wait(minutes=15)
    jd.collect("jd")
    assert whole(jd)


def test_jd_other_colours(jd: Any, product: Any) -> None:
    jd.play("jd-other-colours")
    jd.follow(*(f"https://item.jd.com/{sku}.html" for sku in (jd.sku, COLOURS[0])), sources=("jd",))
    crawl = jd.collect("jd")
    assert "wrong_item" not in crawl.outcomes
    assert whole(jd)
    assert {d.sku for d in jd.documents("jd", "review")} == {jd.sku, *COLOURS}
    seen = [i for p in crawl.pages for i in p.document_ids]
    assert len(seen) >= 2 * len(set(seen))  # each came under both skus, each is stored once


def test_jd_rounded_counts(jd: Any) -> None:
    jd.play("jd-rounded-counts")
    jd.collect("jd")
    assert whole(jd)
    (total,) = [t for t in Totals(jd.engine).of("jd") if t.page == "reviews"]
    assert total.subject == f"jd:{jd.sku}"
    assert total.total
    assert total.total >= 49_000
    assert not total.exact


def test_jd_dimension_markup(jd: Any) -> None:
    jd.play("jd-dimension-markup")
    jd.collect("jd")
    assert whole(jd)
    document = of_case(jd, "白色很耐看")
    assert document.text == "外观：白色很耐看——\n噪音：夜里嗡嗡响，睡不着…"
    assert not any(mark in d.text for d in jd.documents("jd") for mark in ("{$%", "&%$", "&mdash;", "&hellip;"))


def test_jd_append_later(jd: Any) -> None:
    scene = jd.play("jd-append-later")
    jd.collect("jd")
    before = {d.id: d for d in jd.documents("jd", "review") if "洗澡很舒服" in d.text}
    assert len(before) == 2
    assert all(d.version == 1 and d.rating == 5 and "追评" not in d.text for d in before.values())
    assert all(d.sentiment is Polarity.POSITIVE for d in before.values())
    jd.wait(days=4, minutes=5)
    jd.collect("jd")
    assert scene.calls
    for old in before.values():
        new = jd.document(old.id)
        assert new.version == 2
        assert "【追评】" in new.text
        assert new.sentiment is Polarity.NEGATIVE
        assert (new.rating, new.published_at, new.seen_at) == (5, old.published_at, old.seen_at)
    assert whole(jd)


def test_jd_seller_reply(jd: Any) -> None:
    jd.play("jd-seller-reply")
    jd.collect("jd")
    assert whole(jd)
    assert not any("请致电" in d.text for d in jd.documents("jd"))
    kept = everything(jd)
    assert "用了两天就漏水" in kept
    assert "13800138000" not in kept
    assert "192.0.2.1" not in kept


def test_jd_default_texts(jd: Any) -> None:
    jd.play("jd-default-texts")
    jd.collect("jd")
    assert whole(jd)
    flagged = [d for d in jd.documents("jd", "review") if d.default_text]
    assert {d.text for d in flagged} >= set(DEFAULTS)
    existing = [r for r in jd.world.reviews(jd.sku) if r.default]
    assert {d.id for d in flagged} == {f"jd:{r.id}" for r in existing}
    assert all(d.sentiment is Polarity.NEUTRAL for d in flagged)


def test_jd_numbers_as_strings(jd: Any) -> None:
    jd.play("jd-numbers-as-strings")
    body = {"shopType": "0", "sku": jd.sku, "commentNum": 5, "source": "pc"}
    jd.ask("jd", API.format("getLegoWareDetailComment", quote(json.dumps(body))))
    pages = [{"sku": jd.sku, "category": "热水器", "pageNum": str(n)} for n in range(1, 6)]
    jd.ask("jd", *(API.format("getCommentListPage", quote(json.dumps(p))) for p in pages))
    crawl = jd.collect("jd")
    assert {p.outcome for p in crawl.pages} <= {Outcome.OK, Outcome.END}
    assert {p.page for p in crawl.pages} >= {"detail_reviews", "review_list", "reviews"}
    assert whole(jd)
    (total,) = [t for t in Totals(jd.engine).of("jd") if t.page == "detail_reviews"]
    every = jd.world.reviews(jd.sku)
    assert total.by_rating["bad"] == sum(r.score == 1 for r in every)
    assert total.total == len(every)
    stars = {f"jd:{r.id}": r.score for r in every}
    assert all(d.rating == stars[d.id] for d in jd.documents("jd", "review"))


def test_jd_sham_prices(jd: Any, product: Any) -> None:
    jd.play("jd-sham-prices")
    offers = [o for o in product("热水器").offers if o.site == "jd"]
    assert offers[1].shop == RESELLER
    jd.follow(*(o.url for o in offers), sources=("jd",))
    jd.collect("jd")
    off_sale, plus = list(Prices(jd.engine).all())
    assert (off_sale.price, off_sale.in_stock, off_sale.list_price) == (None, False, None)
    assert (plus.price, plus.list_price) == (Decimal("1599.00"), Decimal("2199.00"))
    assert plus.promotions == ("PLUS价 1499.00",)


def test_jd_regional_price(jd: Any) -> None:
    jd.play("jd-regional-price")
    body = quote(json.dumps({"skuId": jd.sku}))
    for area in ("1_72_2799_0", "19_1607_3155_0"):
        jd.ask("jd", API.format("pc_detailpage_wareBusiness", body) + f"&area={area}")
        jd.collect("jd")
        jd.wait(minutes=15)
    usual = jd.world.price(jd.sku).price
    seen = {p for o in Prices(jd.engine).all() for p in o.promotions if p.startswith("到手价")}
    assert seen == {f"到手价 {usual - 200}", f"到手价 {usual - 320}"}
    assert {o.price for o in Prices(jd.engine).all()} == {usual}
    assert not any(o.list_price and o.list_price >= 9999 for o in Prices(jd.engine).all())
