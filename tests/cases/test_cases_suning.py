"""Suning's nasty cases, each by its name: `pytest tests/cases -k suning-city-prices`."""

from typing import Any

import pytest

from demo import elsewhere, site_suning
from demo.elsewhere import Stall
from domain.feeds import FeedState
from domain.prices import PriceObservation
from index.tables.prices import Prices
from index.tables.totals import Totals

CLUSTER = "https://icps.suning.com/icps-web/getVarnishAllPrice014/{}_{}_0200101_{}_1_getClusterPrice.vhtm?callback=getClusterPrice"


@pytest.fixture
def stall(product: Any) -> Stall:
    return elsewhere.stall_of("suning", product("热水器"))


@pytest.fixture
def suning(replica: Any, stall: Stall) -> Any:
    """The replica with one of our products watched at Suning."""
    replica.sku = stall.number
    replica.follow(site_suning.item_url(stall), sources=("suning",))
    return replica


def history(replica: Any, stall: Stall) -> list[PriceObservation]:
    return Prices(replica.engine).history(f"suning:{stall.number}")


def test_suning_padded_ids(suning: Any, stall: Stall) -> None:
    suning.play("suning-padded-ids")
    crawl = suning.collect("suning")
    assert set(crawl.outcomes) <= {"ok", "end", "empty"}
    assert suning.state("suning") is FeedState.HEALTHY
    assert suning.complete("suning", "review", subject=stall.number)
    assert {d.sku for d in suning.documents("suning", "review")} == {stall.number}
    assert any(stall.number.zfill(18) in request.path for request in suning.asked("/ajax/"))
    (total,) = [t for t in Totals(suning.engine).of("suning") if t.page == "counts"]
    assert total.subject == f"suning:{stall.number}"
    assert total.total == len(suning.documents("suning", "review"))


def test_suning_empty_prices(suning: Any, stall: Stall) -> None:
    suning.play("suning-empty-prices")
    suning.collect("suning")
    (price,) = history(suning, stall)
    assert (price.price, price.list_price, price.in_stock, price.promotions) == (None, None, False, ())


def test_suning_promotion_window(suning: Any, stall: Stall) -> None:
    suning.play("suning-promotion-window")
    seen = {}
    for days in (0, 4, 3):  # Wednesday, Sunday, Wednesday: before, within and after the promotion
        suning.wait(days=days)
        suning.collect("suning")
        latest = history(suning, stall)[-1]
        usual, promoted = stall.quote(suning.world).price, site_suning.price_in(suning.world, stall, "010")
        begin, end = site_suning.window(suning.world.now())
        within = begin <= suning.world.now() < end
        assert latest.price == (promoted if within else usual)
        assert any("促销价" in words for words in latest.promotions) == within
        assert latest.price
        seen[within] = latest.price
    assert set(seen) == {True, False}
    assert seen[True] < seen[False]


def test_suning_city_prices(replica: Any, stall: Stall) -> None:
    replica.play("suning-city-prices")
    page = CLUSTER.format(stall.number.zfill(18), "020", site_suning.SELF_OPERATED)
    replica.ask("suning", page, page="price")  # somebody's own address of another city
    replica.collect("suning")
    replica.follow(site_suning.item_url(stall), sources=("suning",))
    for _ in range(3):
        replica.wait(hours=1)
        replica.collect("suning")
    there, *ours = history(replica, stall)
    assert there.url.endswith("#city=020_0200101")
    assert there.price == site_suning.price_in(replica.world, stall, "020")
    assert len(ours) == 3
    assert {price.url.partition("#")[2] for price in ours} == {"city=010_0100101"}
    assert {price.price for price in ours} == {site_suning.price_in(replica.world, stall, "010")}
    assert there.price not in {price.price for price in ours}
