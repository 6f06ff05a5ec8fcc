"""What shops ask: a price is a function of seed, offer and moment, and of a running price script."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from demo.catalogue import BRANDS, OURS, RESELLER, Offer, Product, product_of
from demo.clock import beijing
from demo.events import Play, Quote

DROP_LASTS = timedelta(hours=48)
DROP_CATEGORY = "热水器"
RIVAL = BRANDS[1]
"""The script `price-drop`: this brand's product gets cheaper, and the reseller undercuts our 控价 line."""
_RIVAL_FALL, _BREACH = Decimal("0.72"), Decimal("0.92")


def quote(seed: int, product: Product, offer: Offer, at: datetime, plays: Sequence[Play]) -> Quote:
    """What the shop asks for the product at this moment."""
    usual, promotions = _usual(seed, product, offer, at)
    if _dropped(plays, at) and product.category == DROP_CATEGORY:
        if product.brand == RIVAL:
            usual, promotions = _nice(usual * _RIVAL_FALL), (*promotions, "限时直降")
        elif product.brand == OURS and offer.shop == RESELLER:
            usual, promotions = _nice(product.floor * _BREACH), ("店铺清仓价",)
    off_sale = Random(f"{seed}/off/{offer.sku}/{beijing(at).date()}").random() < 0.004
    return Quote(
        sku=offer.sku,
        shop=offer.shop,
        price=None if off_sale else usual,
        list_price=product.list_price,
        plus_price=_nice(usual * Decimal("0.97")) if offer.site == "jd" and product.index % 3 == 0 else None,
        promotions=promotions,
    )


def dropped_products() -> tuple[Product, Product]:
    """The rival's product and ours that `price-drop` is about."""
    return product_of(RIVAL, DROP_CATEGORY), product_of(OURS, DROP_CATEGORY)


def _dropped(plays: Sequence[Play], at: datetime) -> bool:
    return any(p.name == "price-drop" and p.at <= at < p.at + DROP_LASTS for p in plays)


def _usual(seed: int, product: Product, offer: Offer, at: datetime) -> tuple[Decimal, tuple[str, ...]]:
    local = beijing(at)
    share = Decimal(80 + Random(f"{seed}/price/{product.index}").randrange(13)) / 100
    promotions: tuple[str, ...] = ()
    if local.day in (18, 19, 20):
        share, promotions = share * Decimal("0.90"), ("会员日满减",)
    elif local.weekday() >= 5:
        share, promotions = share * Decimal("0.96"), ("周末特惠",)
    elif local.hour >= 20 and Random(f"{seed}/night/{offer.sku}/{local.date()}").random() < 0.15:
        share, promotions = share * Decimal("0.97"), ("晚八点秒杀",)
    price = _nice(product.list_price * share * offer.factor)
    return max(price, product.floor.quantize(Decimal("0.01"))), promotions  # nobody breaks the line on a usual day


def _nice(amount: Decimal) -> Decimal:
    """A price as shops write it: the nearest ten, less one."""
    tens = (amount / 10).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return Decimal(tens * 10 - 1).quantize(Decimal("0.01"))
