"""Deals of the week: what a deal site's editors write about the invented products, with prices as free text."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import attrs

from demo import catalogue, pricing
from demo.catalogue import Product
from demo.clock import beijing
from demo.rhythm import midnight

SHARE = 0.35
"""Share of the products that have a deal on a day."""
SHOWN = timedelta(days=3)
"""How long the site's lists show a deal."""
MALLS = ("京东", "天猫精选", "苏宁易购", "拼多多", "亚马逊海外购")
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST = 150_000_000


@attrs.frozen(kw_only=True)
class Deal:
    """One deal."""

    id: int
    product: Product
    at: datetime
    """Aware UTC, whole minutes."""
    mall: str
    text: str
    """The price as the site words it."""
    price: Decimal | None
    """What one buyer pays by that text; None = it names no price."""
    currency: str = "CNY"
    over_at: datetime
    """When it is sold out."""

    @property
    def title(self) -> str:
        """As the site words it."""
        return self.product.title


def day_of_deals(seed: int, day: date) -> tuple[Deal, ...]:
    """The day's deals, oldest first; a function of its arguments."""
    rng = Random(f"{seed}/deals/{day}")
    found = [_deal(rng, seed, product, day) for product in catalogue.products() if rng.random() < SHARE]
    return tuple(sorted(found, key=lambda deal: (deal.at, deal.id)))


def deals(seed: int, *, now: datetime, query: str = "", span: timedelta = SHOWN) -> list[Deal]:
    """What the site shows for these words, newest first."""
    days = [beijing(now).date() - timedelta(days=n) for n in range(span.days + 2)]
    every = [deal for day in days for deal in day_of_deals(seed, day)]
    shown = [d for d in every if now - span <= d.at <= now and all(word in d.title for word in query.split())]
    return sorted(shown, key=lambda deal: (deal.at, deal.id), reverse=True)


def _deal(rng: Random, seed: int, product: Product, day: date) -> Deal:
    at = (midnight(day) + timedelta(minutes=rng.randrange(8 * 60, 23 * 60))).astimezone(UTC)
    asked = pricing.quote(seed, product, product.offers[0], at, ()).price or product.list_price
    price = asked.quantize(Decimal(1))
    text, paid, currency = rng.choice(_FORMS)(price, at)
    return Deal(
        id=_FIRST + (day.toordinal() - _EPOCH) * 100 + product.index,
        product=product,
        at=at,
        mall=MALLS[4] if currency != "CNY" else rng.choice(MALLS[:4]),
        text=text,
        price=paid,
        currency=currency,
        over_at=at + timedelta(hours=rng.randrange(3, 72)),
    )


_Form = Callable[[Decimal, datetime], tuple[str, Decimal | None, str]]
_FORMS: tuple[_Form, ...] = (
    lambda price, at: (f"{price}元", price, "CNY"),
    lambda price, at: (f"{price}元包邮（需用券）", price, "CNY"),
    lambda price, at: (f"{price}元包邮（{price + 100}-100）", price, "CNY"),
    lambda price, at: (f"{price}元（可300-40，低至{price - 40}元）", price, "CNY"),
    lambda price, at: (f"${price / 8:.2f}（约￥{price}）", (price / 8).quantize(Decimal("0.01")), "USD"),
    lambda price, at: (f"{price * 20}日元", price * 20, "JPY"),
    lambda price, at: ("下单8折", None, "CNY"),
    lambda price, at: ("满3000减300", None, "CNY"),
    lambda price, at: (f"{beijing(at):%Y%m%d}", None, "CNY"),
)
"""Price texts as the site has them: plain, with a coupon, with its sum, 低至, foreign, and three that name no price."""
