"""Suning's prices: the cluster price and the sale price, each of one city and some of one span of time, and the product page."""

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import attrs

from crawlers.sites.adapter import JsonObject
from crawlers.sites.suning_addresses import SELF_OPERATED, Address, item_url, unpadded
from crawlers.sites.values import beijing, mapping, money, name, one_line, rows
from domain.prices import PriceObservation, Product

STOCK = {"1": True, "2": False, "3": False}
PROMOTED = ("mpsPrice", "promotionPrice")
USUAL = ("proPrice", "netPrice", "snPrice", "refPrice")
STARTS = ("nmpsStartTime", "promotionStartTime", "startTime", "beginTime")
ENDS = ("nmpsEndTime", "promotionEndTime", "endTime")
OTHERS = (("vipPrice", "会员价"), ("pgPrice", "拼购价"), ("bookPrice", "定金"))
"""Prices under a condition of their own: said beside the price, never instead of it."""


@attrs.frozen(kw_only=True)
class Page:
    """What the product page says of the product."""

    product: Product
    sku: str
    shop: str
    cluster: str
    """Number under which the reviews of all variants stand; empty = there is none."""


def price_rows(value: Any) -> list[JsonObject] | None:  # any JSON value
    """The rows of either price answer; None where it has no place for them."""
    if isinstance(value, list):
        return rows(value)
    sale = mapping(mapping(mapping(value).get("data")).get("price")).get("saleInfo")
    found = sale if isinstance(sale, list) else mapping(value).get("rs")
    return rows(found) if isinstance(found, list) else None


def prices(found: Iterable[JsonObject], address: Address, seen_at: datetime) -> tuple[PriceObservation, ...]:
    """One observation a row. A promotion counts only from its start to its end; an empty text is no price."""
    return tuple(_price(row, sku, address, seen_at) for row in found if (sku := sku_of(row) or _only(address)))


def sku_of(row: JsonObject) -> str:
    """The product that a row is about; empty where it does not say."""
    codes = (row.get("cmmdtyCode"), row.get("partNumber"), row.get("partNumer"))
    return next((sku for code in codes if (sku := unpadded(name(code)))), "")


def read_item(text: str, address: Address) -> Page | None:
    """What the product page's own script says; None where it names no product."""
    part = unpadded(_said(text, "partNumber")) or unpadded(_said(text, "passPartNumber"))
    headed = re.search(r"<title[^>]*>([^<]{1,300})", text, re.IGNORECASE)
    title = one_line(_said(text, "itemDisplayName") or _said(text, "itemName"))
    if not title and headed:
        title = one_line(re.split(r"【(?:价格|图片)|[-_—]\s*苏宁", headed.group(1))[0])
    if not part or not title:
        return None
    shop = _said(text, "vendorCode") or address.shop
    shop = shop if re.fullmatch(r"\d{10}", shop) else SELF_OPERATED
    product = Product(
        sku=f"suning:{part}",
        source="suning",
        title=title,
        brand=one_line(_said(text, "brandName")),
        shop=one_line(_said(text, "flagshipName") or _said(text, "shopName")) or shop_name(shop),
        url=item_url(part, shop),
    )
    return Page(product=product, sku=part, shop=shop, cluster=_said(text, "clusterId"))


def shop_name(code: str) -> str:
    """A shop by its ten digits: Suning itself by name, others by the digits, for prices of two shops are two prices."""
    return "苏宁自营" if code in (SELF_OPERATED, "") else code


def _price(row: JsonObject, sku: str, address: Address, seen_at: datetime) -> PriceObservation:
    shop = name(row.get("bizCode") or row.get("vendorCode")) or address.shop
    amount, raw = _to_pay(row, seen_at)
    higher = [value for key in ("snPrice", "netPrice", "refPrice") if (value := money(row.get(key)))]
    stock = STOCK.get(name(row.get("invStatus")))
    return PriceObservation(
        sku=f"suning:{sku}",
        source="suning",
        shop=one_line(row.get("vendor") or row.get("vendorName")) or shop_name(shop),
        price=amount,
        list_price=max((value for value in higher if amount and value > amount), default=None),
        promotions=_promotions(row, amount, seen_at),
        in_stock=stock,
        raw=raw,
        url=item_url(sku, shop, address.city),
        seen_at=seen_at,
    )


def _to_pay(row: JsonObject, seen_at: datetime) -> tuple[Decimal | None, str]:
    """What one buyer pays at this moment, and the site's own text of it."""
    promoted = [row.get(key) for key in PROMOTED if money(row.get(key))]
    valid = _in_time(row, seen_at)
    final = money(row.get("price"))
    stale = not valid and final is not None and final in [money(raw) for raw in promoted]
    usual = [] if final is None or stale else [row.get("price")]
    usual = usual or [row.get(key) for key in USUAL if money(row.get(key))][:1]
    choices = [*usual, *(promoted if valid else [])]
    told = [(amount, str(raw)) for raw in choices if (amount := money(raw))]
    return min(told, default=(None, one_line(row.get("price"))))


def _in_time(row: JsonObject, seen_at: datetime) -> bool:
    """Does the promotion run now? One without times does."""
    start = next((at for key in STARTS if (at := beijing(row.get(key)))), None)
    end = next((at for key in ENDS if (at := beijing(row.get(key)))), None)
    return (start is None or start <= seen_at) and (end is None or seen_at < end)


def _promotions(row: JsonObject, amount: Decimal | None, seen_at: datetime) -> tuple[str, ...]:
    found = []
    promoted = next((value for key in PROMOTED if (value := money(row.get(key)))), None)
    if promoted and promoted == amount and _in_time(row, seen_at):
        end = next((said for key in ENDS if (said := one_line(row.get(key)))), "")
        found.append(f"促销价 {promoted}" + (f" 至 {end}" if end else ""))
    found += [f"{label} {value}" for key, label in OTHERS if (value := money(row.get(key))) and value != amount]
    return tuple(found)


def _only(address: Address) -> str:
    return address.skus[0] if len(address.skus) == 1 else ""


def _said(text: str, key: str) -> str:
    found = re.search(rf"[\"']?\b{key}[\"']?\s*[:=]\s*[\"']([^\"'\n]{{0,300}})[\"']", text)
    return found.group(1).strip() if found else ""
