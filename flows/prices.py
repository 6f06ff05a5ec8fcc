"""竞品价格: what each shop asked over time, and what a person adds to be followed."""

import csv
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import attrs

from domain.errors import InvalidInput
from domain.prices import PriceObservation, Product, yuan
from domain.times import Clock, iso_shanghai
from domain.watches import Watch, WatchedProduct
from flows.price_watch import floors_of
from flows.protocols import Watches
from index.store import Prices


@attrs.frozen(kw_only=True)
class PricedProduct:
    """A product with its newest price per shop."""

    product: Product
    latest: tuple[PriceObservation, ...]
    """Cheapest shop first."""
    floor: Decimal | None
    """控价 line in yuan, if a watch has one."""


@attrs.frozen(kw_only=True)
class PriceBook:
    """Reads prices and keeps the list of followed products."""

    prices: Prices
    watches: Watches
    clock: Clock

    def products(self) -> list[PricedProduct]:
        """All products that were asked for, by brand and title; what has no price stands behind its brand, deals of no known brand last."""
        latest = self.prices.latest()
        floors = self._floors()
        found = [
            PricedProduct(
                product=p,
                latest=tuple(sorted(latest.get(p.sku, []), key=lambda o: (o.price is None, o.price or 0))),
                floor=floors.get(p.sku),
            )
            for p in self.prices.products()
            if p.sku in latest
        ]
        return sorted(found, key=_place)

    def history(
        self, sku: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[PriceObservation]:
        """Observations of one product over all shops, oldest first."""
        return self.prices.history(sku, since=since, until=until)

    def follow(self, watch_name: str, url: str, *, floor: Decimal | None = None, title: str = "") -> Watch:
        """Add a product page to a watch. Raises InvalidInput for an unknown watch, an address or a floor that is none."""
        watch = self.watches.get(watch_name)
        if watch is None:
            raise InvalidInput(f"no watch named {watch_name!r}: `tingchao watch list` shows them")
        if not url.startswith(("http://", "https://")):
            raise InvalidInput(f"{url!r} is no product address: it should begin with https://")
        if floor is not None and not (floor.is_finite() and floor > 0):
            raise InvalidInput(f"{floor} is no floor: an amount in yuan above 0, such as 1299.00")
        added = WatchedProduct(url=url, title=title, floor=floor)
        products = tuple(p for p in watch.products if p.url != url)
        changed = attrs.evolve(watch, products=(*products, added))
        self.watches.save(changed)
        return changed

    def follow_list(self, watch_name: str, text: str) -> tuple[int, list[str]]:
        """Add a pasted list, a line each: address[,floor[,title]]. Returns how many were added, and a message per refused line."""
        added, refused = 0, []
        for number, line in enumerate(text.splitlines(), start=1):
            row = next(csv.reader([line]), [])  # by itself: a quotation mark left open takes no other line with it
            if not row or not row[0].strip():
                continue
            try:
                floor = Decimal(row[1].strip()) if len(row) > 1 and row[1].strip() else None
                self.follow(watch_name, row[0].strip(), floor=floor, title=row[2].strip() if len(row) > 2 else "")
                added += 1
            except InvalidOperation:
                refused.append(f"line {number}: {row[1]!r} is no amount in yuan, such as 1299.00")
            except InvalidInput as error:
                refused.append(f"line {number}: {error}")
        return added, refused

    def _floors(self) -> dict[str, Decimal]:
        products = self.prices.products()
        return {sku: floor for w in self.watches.list() for sku, floor in floors_of(w, products).items()}


def _place(priced: PricedProduct) -> tuple[bool, str, bool, str]:
    product = priced.product
    return not product.brand, product.brand, all(o.price is None for o in priced.latest), product.title


def price_row(observation: PriceObservation) -> dict[str, Any]:
    """The row that `export prices` gives; design.md §4 fixes its fields."""
    return {
        "sku": observation.sku,
        "product": observation.title,
        "brand": observation.brand,
        "shop": observation.shop,
        "price": yuan(observation.price),
        "list_price": yuan(observation.list_price),
        "promotions": list(observation.promotions),
        "in_stock": observation.in_stock,
        "seen_at": iso_shanghai(observation.seen_at),
    }


def price_rows(observations: Iterable[PriceObservation]) -> Iterable[dict[str, Any]]:
    """`price_row` of each, lazily."""
    return (price_row(o) for o in observations)
