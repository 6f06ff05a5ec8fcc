"""竞品价格: the list of followed products, what a pasted list refuses, and prices as they stand."""

from decimal import Decimal
from typing import Any

import pytest

from domain.errors import InvalidInput
from domain.prices import PriceObservation, Product
from tests.flows.desks import DAY, HOUR, NOW, Rig

URL = "https://item.jd.com/100{}.html"


def observed(sku: str, price: str | None, *, shop: str = "岚川自营", **more: Any) -> PriceObservation:
    amount = Decimal(price) if price is not None else None
    return PriceObservation(**{"sku": sku, "source": "jd", "shop": shop, "price": amount, "seen_at": NOW, **more})


def product(sku: str, **more: Any) -> Product:
    return Product(**{"sku": sku, "source": "jd", "title": f"岚川 {sku}", "brand": "岚川", **more})


def test_a_pasted_list_adds_its_good_lines_and_names_the_others(here: Rig) -> None:
    here.watch()
    pasted = "\n".join(
        (
            URL.format(1),
            f"{URL.format(2)},1299.00",
            "",
            f"{URL.format(3)},一千二,岚川 R5",
            "item.jd.com/1004.html,1",
            f'{URL.format(5)}, 999.5 ,"岚川 R5，16 升"',
            f"{URL.format(6)},-5",
            f"{URL.format(7)},NaN",
            f"{URL.format(8)},Infinity",
            f'{URL.format(9)},"12',
            URL.format(10),
        )
    )
    added, refused = here.desk.price_book.follow_list("岚川", pasted)
    assert added == 5
    assert [message.split(":")[0] for message in refused] == ["line 4", "line 5", "line 7", "line 8", "line 9"]
    assert "'一千二' is no amount in yuan" in refused[0]
    assert "https://" in refused[1]
    watch = here.desk.watches.get("岚川")
    assert watch is not None
    assert [(p.url, p.floor, p.title) for p in watch.products] == [
        (URL.format(1), None, ""),
        (URL.format(2), Decimal("1299.00"), ""),
        (URL.format(5), Decimal("999.5"), "岚川 R5，16 升"),
        (URL.format(9), Decimal(12), ""),
        (URL.format(10), None, ""),
    ]


def test_a_product_followed_again_keeps_one_entry_with_its_new_floor(here: Rig) -> None:
    here.watch()
    for floor in ("1299", "1199"):
        here.desk.price_book.follow("岚川", URL.format(1), floor=Decimal(floor))
    watch = here.desk.watches.get("岚川")
    assert watch is not None
    assert [(p.url, p.floor) for p in watch.products] == [(URL.format(1), Decimal("1199"))]


def test_a_list_for_an_unknown_watch_is_refused(here: Rig) -> None:
    with pytest.raises(InvalidInput, match="watch list"):
        here.desk.price_book.follow("北屿", URL.format(1))
    assert here.desk.price_book.follow_list("北屿", URL.format(1)) == (
        0,
        ["line 1: no watch named '北屿': `tingchao watch list` shows them"],
    )


def test_products_show_their_newest_price_a_shop_cheapest_first_and_none_last(here: Rig) -> None:
    here.desk.prices.put(
        [
            observed("jd:1001", "1299", seen_at=NOW - DAY),
            observed("jd:1001", "1199.90"),
            observed("jd:1001", "1099", shop="折扣店"),
            observed("jd:1001", None, shop="缺货店"),
            observed("jd:1002", "0.01", seen_at=NOW - HOUR),
        ],
        [product("jd:1001", url=URL.format(1)), product("jd:1002"), product("jd:1003")],
    )
    here.watch(products=())
    here.desk.price_book.follow("岚川", URL.format(1), floor=Decimal("1150"))
    first, second = here.desk.price_book.products()
    assert first.product.sku == "jd:1001"
    assert [o.price for o in first.latest] == [Decimal("1099.00"), Decimal("1199.90"), None]
    assert (first.floor, second.floor) == (Decimal("1150"), None)
    assert second.latest[0].price == Decimal("0.01")


def test_a_floor_is_found_by_the_sites_id_where_the_address_is_written_otherwise(here: Rig) -> None:
    here.desk.prices.put([observed("jd:1001", "1299")], [product("jd:1001", url=URL.format(1))])
    here.watch()
    here.desk.price_book.follow("岚川", URL.format(1) + "?utm_source=x", floor=Decimal("1150"))
    (shown,) = here.desk.price_book.products()
    assert shown.floor == Decimal("1150")


def test_a_history_is_oldest_first_over_all_shops_in_its_span(here: Rig) -> None:
    seen = [observed("jd:1001", f"{1000 + n}", shop=f"店{n % 2}", seen_at=NOW - n * HOUR) for n in range(5)]
    here.desk.prices.put(seen, [])
    here.desk.prices.put(seen, [])
    history = here.desk.price_book.history("jd:1001", since=NOW - 3 * HOUR, until=NOW)
    assert [o.price for o in history] == [Decimal(1003), Decimal(1002), Decimal(1001)]
    assert here.desk.price_book.history("jd:9") == []


def test_what_nobody_knows_the_brand_of_stands_last_and_of_that_what_has_no_price(here: Rig) -> None:
    deals = [observed("smzdm:1", None, source="smzdm"), observed("smzdm:2", "99.00", source="smzdm")]
    here.desk.prices.put([*deals, observed("jd:1", None), observed("jd:2", "5.00")], [product("jd:1"), product("jd:2")])
    assert [p.product.sku for p in here.desk.price_book.products()] == ["jd:2", "jd:1", "smzdm:2", "smzdm:1"]
