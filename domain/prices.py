"""Prices: a price is observed at a moment under a condition, never simply "the price"."""

from datetime import datetime
from decimal import Decimal

import attrs


@attrs.frozen(kw_only=True)
class Product:
    """Something that a shop sells."""

    sku: str
    """`source:site's own id`, e.g. `jd:100012043978`."""
    source: str
    title: str = ""
    brand: str = ""
    shop: str = ""
    url: str = ""
    category: str = ""
    sales: int | None = None
    """Pieces sold or paid for as the site shows them (1.5万+人付款 = 15000, rounded down); None = not said."""


@attrs.frozen(kw_only=True)
class PriceObservation:
    """What one shop asked for one product at one moment."""

    sku: str
    """As in Product."""
    source: str
    shop: str = ""
    price: Decimal | None
    """Yuan, what one buyer pays; None = not for sale or not said."""
    list_price: Decimal | None = None
    """Yuan, the struck-through price; a sham ceiling such as 9999 is left out."""
    promotions: tuple[str, ...] = ()
    in_stock: bool | None = None
    """None = the page did not say."""
    currency: str = "CNY"
    """ISO 4217."""
    raw: str = ""
    """The site's own price text."""
    title: str = ""
    brand: str = ""
    url: str = ""
    seen_at: datetime
    """Aware UTC."""


def to_fen(amount: Decimal | None) -> int | None:
    """Yuan to integer fen as stores keep it; None stays None."""
    return None if amount is None else int((amount * 100).to_integral_value())


def from_fen(fen: int | None) -> Decimal | None:
    """Integer fen back to yuan with two places."""
    return None if fen is None else (Decimal(fen) / 100).quantize(Decimal("0.01"))


def yuan(amount: Decimal | None) -> str | None:
    """Text with two places as exports and contracts show it: `1299.00`."""
    return None if amount is None else str(amount.quantize(Decimal("0.01")))
