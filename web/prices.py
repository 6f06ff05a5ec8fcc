"""竞品价格: products with their newest prices, one product over time, and what people add to be followed."""

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, Response
from starlette.datastructures import FormData

from domain.errors import InvalidInput
from domain.prices import PriceObservation
from domain.times import iso_shanghai
from flows.export import COLUMNS
from flows.prices import PricedProduct, price_rows
from web.downloads import download
from web.shell import Shell, field
from web.spans import span_of

CHANGES = 14


def router(shell: Shell) -> APIRouter:
    """The addresses of the prices."""
    routes = APIRouter()
    desk = shell.desk

    @routes.get("/prices", response_class=HTMLResponse)
    def prices(request: Request) -> HTMLResponse:
        products = desk.price_book.products()
        brands = [(brand, list(rows)) for brand, rows in groupby(products, key=lambda p: p.product.brand)]
        return shell.show(
            request,
            "prices.html",
            newest=newest,
            shop_of=shop_of,
            brands=brands,
            watches=desk.watch_list.all(),
            below=[p for p in products if below(p)],
        )

    @routes.post("/prices/follow")
    def follow(form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        desk.price_book.follow(
            field(form, "watch"), field(form, "url"), floor=yuan_of(field(form, "floor")), title=field(form, "title")
        )
        return shell.go("/prices", said="已加入监测：下一次采集时会带上它")

    @routes.post("/prices/follow-list")
    def follow_list(form: Annotated[FormData, Depends(shell.guard)]) -> Response:
        added, refused = desk.price_book.follow_list(field(form, "watch"), field(form, "list"))
        wrong = f"；{len(refused)} 行有误：{'；'.join(refused[:5])}" if refused else ""
        return shell.go("/prices", said=f"已加入 {added} 个商品{wrong}")

    @routes.get("/prices.csv")
    def history_csv(sku: str, span: str = "", since: str = "", until: str = "") -> Response:
        chosen = span_of(preset=span, since=since, until=until, now=shell.now)
        rows = price_rows(desk.price_book.history(sku, since=chosen.since, until=chosen.until))
        return download(rows, form="csv", name=f"prices-{sku}", columns=COLUMNS["prices"])

    @routes.get("/prices/{sku:path}", response_class=HTMLResponse)
    def product(request: Request, sku: str, span: str = "") -> HTMLResponse:
        priced = next((p for p in desk.price_book.products() if p.product.sku == sku), None)
        if priced is None:
            raise HTTPException(404, f"没有商品 {sku}")
        chosen = span_of(preset=span, now=shell.now)
        history = desk.price_book.history(sku, since=chosen.since, until=chosen.until)
        return shell.show(
            request,
            "price.html",
            shop_of=shop_of,
            priced=priced,
            sku=sku,
            span=chosen,
            latest=newest(priced),
            changes=changes(history, priced)[::-1][:CHANGES],
            seen=len(history),
        )

    return routes


def below(priced: PricedProduct) -> list[PriceObservation]:
    """The shops that now sell under the 控价 line, cheapest first; empty without a line."""
    floor = priced.floor
    return [] if floor is None else [o for o in newest(priced) if o.price is not None and o.price < floor]


def changes(history: Iterable[PriceObservation], priced: PricedProduct) -> list[PriceObservation]:
    """Of a history, oldest first, only the observations whose price differs from the shop's one before."""
    before: dict[str, Decimal | None] = {}
    changed = []
    for seen in history:
        shop = shop_of(seen, priced)
        if shop not in before or before[shop] != seen.price:
            changed.append(seen)
        before[shop] = seen.price
    return changed


def yuan_of(text: str) -> Decimal | None:
    """An amount in yuan from a form; None for an empty field. Raises InvalidInput for anything but a positive number."""
    if not text:
        return None
    try:
        amount = Decimal(text.replace(",", "").lstrip("¥￥"))
    except InvalidOperation:
        raise InvalidInput(f"{text!r} 不是金额：请写成 1299 或 1299.00（元）") from None
    if not amount.is_finite() or amount <= 0:
        raise InvalidInput(f"{text!r} 不是金额：请写成 1299 或 1299.00（元）")
    return amount


def price_chart(history: Sequence[PriceObservation], priced: PricedProduct | None) -> dict[str, Any]:
    """A history as the chart reads it: per shop [ISO time, yuan or null], and the 控价 line."""
    shops: dict[str, list[list[Any]]] = {}
    for seen in history:
        # a float only for drawing: the table beside it shows the exact amount
        shops.setdefault(shop_of(seen, priced), []).append(
            [iso_shanghai(seen.seen_at), float(seen.price) if seen.price is not None else None]
        )
    floor = float(priced.floor) if priced and priced.floor is not None else None
    return {"shops": [{"name": n, "points": p} for n, p in shops.items()], "floor": floor}


def shop_of(seen: PriceObservation, priced: PricedProduct | None) -> str:
    """The name of the shop that asked a price; where the page named none, the shop that the product is known to be of."""
    return seen.shop or (priced.product.shop if priced else "") or "本站"


def newest(priced: PricedProduct) -> list[PriceObservation]:
    """One observation per shop name, the newest, cheapest first: a page without shop name is the same shop as before."""
    by_shop: dict[str, PriceObservation] = {}
    for seen in sorted(priced.latest, key=lambda o: o.seen_at):
        by_shop[shop_of(seen, priced)] = seen
    return sorted(by_shop.values(), key=lambda o: (o.price is None, o.price or 0))
