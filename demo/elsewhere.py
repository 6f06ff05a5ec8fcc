"""Our products at the other marketplaces: who offers them there, for how much, and what buyers wrote there."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache

import attrs

from demo import catalogue, pricing, reviewing
from demo.catalogue import Offer, Product
from demo.clock import beijing
from demo.events import Quote, Review
from demo.world import World


@attrs.frozen(kw_only=True)
class Stall:
    """One shop's offer of a product at one marketplace."""

    site: str
    number: str
    """The marketplace's own id of the offer."""
    product: Product
    shop: str
    ours: bool
    """The maker's own shop there: the others have few reviews."""
    factor: Decimal

    def quote(self, world: World, *, factor: Decimal = Decimal(1)) -> Quote:
        """What it costs now; `factor` for a place where everything costs a little more or less."""
        offer = Offer(
            sku=self.number, site=self.site, shop=self.shop, url="", factor=self.factor * factor, reviewed=True
        )
        return pricing.quote(world.seed, self.product, offer, world.now(), world.plays)


@cache
def stalls(site: str) -> dict[str, Stall]:
    """Every offer at `taobao` or `suning` by its number there: of each product the maker's own and a dealer's."""
    return {stall.number: stall for product in catalogue.products() for stall in _stalls(site, product)}


def stall_of(site: str, product: Product) -> Stall:
    """The maker's own offer of a product there."""
    return next(s for s in stalls(site).values() if s.product == product and s.ours)


def reviews(world: World, stall: Stall, *, series: int = 1, until: datetime | None = None) -> list[Review]:
    """What buyers wrote there, newest first: other people and other words than at JD. series: how many lively shops' worth."""
    end = until or world.now()
    found = [
        attrs.evolve(r, id=_id(stall, r, number), sku=stall.number)
        for number in range(series if stall.ours else 1)
        for day in _days(world.first_day, beijing(end).date())
        for r in _day(_seed(world, stall, number), stall.product, day)
        if world.beginning <= r.at <= end
    ]
    return sorted(found, key=lambda r: (r.at, r.id), reverse=True)


def existing(world: World, site: str, *, query: str = "") -> set[str]:
    """Numbers of the offers there whose title holds every word."""
    return {number for number, s in stalls(site).items() if all(word in s.product.title for word in query.split())}


def _stalls(site: str, product: Product) -> Iterator[Stall]:
    first = {"taobao": 680_100_000_000, "suning": 11_800_000_000}[site]
    shops = {"taobao": f"{product.brand.name}官方旗舰店", "suning": "苏宁自营"}
    for serial, (shop, factor) in enumerate(((shops[site], "1.01"), (f"{product.brand.name}家电特卖", "1.03"))):
        number = str(first + (product.index * 2 + serial) * 733_019 + 417)
        yield Stall(
            site=site, number=number, product=product, shop=shop, ours=serial == 0, factor=Decimal(factor)
        )  # fmt: skip


@cache
def _day(seed: int, product: Product, day: date) -> tuple[Review, ...]:
    return reviewing.day_of_reviews(seed, product, day)


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def _seed(world: World, stall: Stall, number: int) -> int:
    return world.seed * 1000 + int(stall.number) % 997 + 100_000 * (number + 1)


def _id(stall: Stall, review: Review, number: int) -> int:
    """12 digits: the JD number behind a digit for the shop and its series."""
    return (1 + number + (0 if stall.ours else 8)) * 100_000_000_000 + review.id
