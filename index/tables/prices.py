"""Price observations in integer fen, and the products that they are of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, case, func, select, tuple_

from domain.prices import PriceObservation, Product, from_fen, to_fen
from index.tables.columns import chunks, execute_counted, upsert, writing
from index.tables.schema import prices, products

_STREAM_ROWS = 2_000
_PRODUCT = ("sku", "source", "title", "brand", "shop", "url", "category", "sales")


class Prices:
    """`index.store.Prices` on our tables."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def put(self, observations: Iterable[PriceObservation], products: Iterable[Product] = ()) -> int:
        """Store; equal (sku, shop, seen_at) only once. Returns how many were new."""
        with writing(self._engine).begin() as connection:
            return write_prices(connection, observations, products)

    def products(self) -> list[Product]:
        """All known products, by brand and title."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(products).order_by(products.c.brand, products.c.title, products.c.sku))
            return [Product(**row) for row in rows.mappings()]

    def history(
        self, sku: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[PriceObservation]:
        """Observations of one product over all shops, oldest first. [since, until)."""
        wanted = _between(select(prices).where(prices.c.sku == sku), since, until)
        with self._engine.connect() as connection:
            return [_observation(row) for row in connection.execute(wanted)]

    def latest(self, skus: Sequence[str] | None = None) -> Mapping[str, list[PriceObservation]]:
        """Newest observation per shop of each product; a product without any is left out."""
        newest = select(prices.c.sku, prices.c.shop, func.max(prices.c.seen_at)).group_by(prices.c.sku, prices.c.shop)
        found: dict[str, list[PriceObservation]] = {}
        with self._engine.connect() as connection:
            for some in [None] if skus is None else chunks(skus):
                limited = newest if some is None else newest.where(prices.c.sku.in_(some))
                wanted = select(prices).where(tuple_(prices.c.sku, prices.c.shop, prices.c.seen_at).in_(limited))
                for row in connection.execute(wanted.order_by(prices.c.sku, prices.c.shop)):
                    found.setdefault(row.sku, []).append(_observation(row))
        return found

    def all(self, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[PriceObservation]:
        """Every observation, oldest first, memory flat. [since, until)."""
        wanted = _between(select(prices), since, until).execution_options(yield_per=_STREAM_ROWS)
        with self._engine.connect() as connection:
            for row in connection.execute(wanted):
                yield _observation(row)


def write_prices(connection: Connection, observations: Iterable[PriceObservation], known: Iterable[Product]) -> int:
    """The same inside somebody's transaction. Every observed sku becomes a product."""
    seen = list(observations)
    rows = [_row(observation) for observation in seen]
    _write_products(connection, [*(_product(o) for o in seen), *known])
    if not rows:
        return 0
    return execute_counted(connection, upsert(connection, prices).on_conflict_do_nothing(), rows)


def _write_products(connection: Connection, found: Iterable[Product]) -> None:
    """What is said replaces what was said; silence replaces nothing."""
    rows = [{name: getattr(product, name) for name in _PRODUCT} for product in found]
    if not rows:
        return
    statement = upsert(connection, products)
    said = {
        name: case((statement.excluded[name] == "", products.c[name]), else_=statement.excluded[name])
        for name in _PRODUCT[1:-1]
    } | {"sales": func.coalesce(statement.excluded.sales, products.c.sales)}
    connection.execute(statement.on_conflict_do_update(index_elements=["sku"], set_=said), rows)


def _product(o: PriceObservation) -> Product:
    return Product(sku=o.sku, source=o.source, title=o.title, brand=o.brand, shop=o.shop, url=o.url)


def _row(observation: PriceObservation) -> dict[str, Any]:
    return {
        "sku": observation.sku,
        "shop": observation.shop,
        "seen_at": observation.seen_at,
        "source": observation.source,
        "price_fen": to_fen(observation.price),
        "list_price_fen": to_fen(observation.list_price),
        "promotions": msgspec.json.encode(observation.promotions).decode(),
        "in_stock": observation.in_stock,
        "currency": observation.currency,
        "raw": observation.raw,
        "title": observation.title,
        "brand": observation.brand,
        "url": observation.url,
    }


def _observation(row: Row[Any]) -> PriceObservation:
    return PriceObservation(
        sku=row.sku,
        source=row.source,
        shop=row.shop,
        price=from_fen(row.price_fen),
        list_price=from_fen(row.list_price_fen),
        promotions=msgspec.json.decode(row.promotions, type=tuple[str, ...]),
        in_stock=row.in_stock,
        currency=row.currency,
        raw=row.raw,
        title=row.title,
        brand=row.brand,
        url=row.url,
        seen_at=row.seen_at,
    )


def _between(wanted: Any, since: datetime | None, until: datetime | None) -> Any:  # Select's type names each column
    if since is not None:
        wanted = wanted.where(prices.c.seen_at >= since)
    if until is not None:
        wanted = wanted.where(prices.c.seen_at < until)
    return wanted.order_by(prices.c.seen_at, prices.c.sku, prices.c.shop)
