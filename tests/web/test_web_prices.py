import csv
import io
from datetime import timedelta
from decimal import Decimal

import attrs
from starlette.testclient import TestClient

from flows.desk import Desk
from web.prices import changes, newest, price_chart, shop_of


def test_a_shop_below_the_line_stands_out(browser: TestClient) -> None:
    html = browser.get("/prices").text
    assert "1 个商品有店铺低于控价线" in html
    assert "低 ¥50" in html


def test_only_changes_are_listed(desk: Desk) -> None:
    history = desk.price_book.history("jd:100200")
    priced = desk.price_book.products()[0]
    assert [(o.shop, o.price) for o in changes(history, priced)] == [
        ("澜川官方旗舰店", Decimal("1399")),
        ("某某电器专营店", Decimal("1349")),
        ("某某电器专营店", Decimal("1249")),
    ]


def test_the_chart_has_a_line_per_shop_and_the_floor(desk: Desk) -> None:
    chart = price_chart(desk.price_book.history("jd:100200"), desk.price_book.products()[0])
    assert [s["name"] for s in chart["shops"]] == ["澜川官方旗舰店", "某某电器专营店"]
    assert chart["floor"] == 1299.0
    assert chart["shops"][1]["points"][-1][1] == 1249.0


def test_a_page_without_shop_name_is_the_shop_that_we_know(desk: Desk) -> None:
    priced = desk.price_book.products()[0]
    named = priced.latest[1]
    unnamed = attrs.evolve(named, shop="", price=Decimal("1388"), seen_at=named.seen_at + timedelta(hours=1))
    both = attrs.evolve(priced, latest=(*priced.latest, unnamed))
    assert named.shop == priced.product.shop
    assert [(shop_of(o, both), o.price) for o in newest(both)] == [
        ("某某电器专营店", Decimal("1249")),
        ("澜川官方旗舰店", Decimal("1388")),
    ]
    assert len(price_chart([named, unnamed], both)["shops"]) == 1


def test_the_csv_has_each_observation_of_the_product(browser: TestClient) -> None:
    answer = browser.get("/prices.csv", params={"sku": "jd:100200"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 22
    assert rows[-1]["price"] == "1249.00"
    assert "attachment" in answer.headers["content-disposition"]


def test_an_unknown_product_is_404(browser: TestClient) -> None:
    assert browser.get("/prices/jd:nothing").status_code == 404
