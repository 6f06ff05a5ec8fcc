"""JD's products and prices: the price list, the ware page of app and PC, the search list and the product page."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from parsel import Selector

from crawlers.sites.adapter import JsonObject
from crawlers.sites.jd_addresses import item_url
from crawlers.sites.values import mapping, money, name, one_line, plain, rows
from domain.prices import PriceObservation, Product

STOCK_STATES = {"33": True, "39": True, "40": True, "34": False, "0": False}
"""In stock, on its way, allotted; sold out. 36 (to be ordered) says neither."""
Offer = tuple[Product, PriceObservation]


def listed_prices(value: Any, wanted: tuple[str, ...], seen_at: datetime) -> tuple[PriceObservation, ...]:
    """Prices of p.3.cn: `p` price, `op` original, `tpp` PLUS; `m` is a sham ceiling. Only rows of the skus asked for."""
    found = []
    for row in rows(value):
        sku = name(row.get("id")).removeprefix("J_")
        if not sku or "p" not in row or (wanted and sku not in wanted):
            continue
        price, raw = money(row["p"]), name(row["p"]) or str(row["p"])
        plus = money(row.get("tpp"))
        found.append(
            PriceObservation(
                sku=f"jd:{sku}",
                source="jd",
                price=price,
                list_price=_list_price(row.get("op"), price),
                promotions=(f"PLUS价 {plus}",) if plus and plus != price else (),
                in_stock=False if raw.startswith("-") else None,  # -1.00: not for sale
                raw=raw,
                url=item_url(sku),
                seen_at=seen_at,
            )
        )
    return tuple(found)


def app_ware(value: JsonObject, seen_at: datetime) -> Offer | None:
    """Product and price of the app's wareBusiness, a stack of floors; None where no floor names the ware."""
    floors = [mapping(floor.get("data")) for floor in rows(value.get("floors"))]
    main = next((data for data in floors if "wareInfo" in data), None)
    sku = name(mapping(main["wareInfo"]).get("skuId")) if main else ""
    if main is None or not sku:
        return None
    prices = mapping(main.get("priceInfo"))
    banner = next((mapping(d["commonBannerInfo"]) for d in floors if "commonBannerInfo" in d), {})
    raw = prices.get("jprice") or banner.get("price") or ""
    stock = next((plain(d["stock"]) for d in floors if "stock" in d), "")
    return _offer(
        sku=sku,
        title=one_line(mapping(main["wareInfo"]).get("name")),
        shop=one_line(mapping(mapping(main.get("shopInfo")).get("shop")).get("name")),
        raw=raw,
        list_raw=prices.get("originPrice"),
        promotions=_app_promotions(floors),
        in_stock=True if "现货" in stock else False if "无货" in stock else None,
        seen_at=seen_at,
    )


def pc_ware(value: JsonObject, wanted: str, seen_at: datetime) -> Offer | None:
    """Product and price of pc_detailpage_wareBusiness; None where it has neither price nor ware."""
    ware, prices = mapping(value.get("wareInfoReadMap")), mapping(value.get("price"))
    if not ware and not prices:
        return None
    sku = pc_sku(value) or wanted
    final = mapping(prices.get("finalPrice"))
    labels = mapping(value.get("preferenceVO"))
    promotions = [_labelled(final.get("priceContent") or "到手价", final.get("price"))]
    promotions += [f"PLUS价 {plus}" for key in ("tpp", "plusPrice") if (plus := money(prices.get(key)))]
    promotions += [
        one_line(row.get("shortText") or row.get("value") or row.get("text"))
        for key in ("sharedLabel", "againSharedLabel")
        for row in rows(labels.get(key))
    ]
    stock = mapping(mapping(mapping(value.get("colorSizeVO")).get("stockInfo")).get(sku)) or mapping(
        value.get("stockInfo")
    )
    return _offer(
        sku=sku,
        title=one_line(ware.get("sku_name")),
        shop=one_line(ware.get("shop_name")),
        raw=prices.get("p") or "",
        list_raw=prices.get("op"),
        promotions=_unique(promotions),
        in_stock=STOCK_STATES.get(str(stock.get("stockState"))),
        seen_at=seen_at,
    )


def pc_sku(value: JsonObject) -> str:
    """The sku that the PC ware answer itself speaks of; empty where it does not say."""
    for part, key in (
        ("wareInfoReadMap", "sku_id"),
        ("pageConfigVO", "skuId"),
        ("pageConfigVO", "skuid"),
        ("price", "id"),
    ):
        sku = name(mapping(value.get(part)).get(key)).removeprefix("J_")
        if sku:
            return sku
    return ""


def search_wares(value: JsonObject, seen_at: datetime) -> tuple[Offer, ...]:
    """Products and prices of pc_search_searchWare."""
    wares = rows(mapping(value.get("data")).get("wareList"))
    return tuple(
        _offer(
            sku=sku,
            title=one_line(ware.get("wareName")),
            shop=one_line(ware.get("shopName")),
            raw=ware.get("jdPrice") or "",
            seen_at=seen_at,
        )
        for ware in wares
        if (sku := name(ware.get("wareId") or ware.get("skuId")))
    )


def search_page(text: str, seen_at: datetime) -> tuple[Offer, ...]:
    """Products and prices of the old search page, li.gl-item."""
    found = []
    for item in Selector(text=text, type="html").css("li.gl-item[data-sku]"):
        sku = (item.xpath("@data-sku").get() or "").strip()
        titles = item.css(".p-name em").getall()
        if not sku.isdecimal() or not titles:
            continue
        title = re.sub(r"<span class=\"p-tag.*?</span>", "", titles[0], flags=re.DOTALL)
        raw = item.css(".p-price strong::attr(data-price)").get() or "".join(item.css(".p-price i::text").getall())
        shop = item.css(".p-shop a::attr(title)").get() or "".join(item.css(".p-shop a::text").getall())
        found.append(_offer(sku=sku, title=one_line(title), shop=one_line(shop), raw=raw.strip(), seen_at=seen_at))
    return tuple(found)


def item_product(text: str, wanted: str) -> Product | None:
    """What the product page itself says of the product (everything else there is loaded later); None where it says nothing.

    Its script holds skuid and name; a page without them still has a title, believed where the page speaks of `wanted`.
    """
    sku = re.search(r"\bskuid\s*:\s*['\"]?(\d{1,20})", text)
    named = re.search(r"\bname\s*:\s*'((?:[^'\\\n]|\\.){1,300})'", text[sku.start() :] if sku else "")
    if sku and named:
        words = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found.group(1), 16)), named.group(1))
        number, title = sku.group(1), one_line(words.replace("\\", ""))
    else:
        headed = re.search(r"<title[^>]*>([^<]{1,300})", text, re.IGNORECASE)
        if not headed or not wanted or wanted not in text:
            return None
        number, title = wanted, one_line(re.split(r"【(?:行情|图片)|-京东$", headed.group(1).strip())[0])
    return Product(sku=f"jd:{number}", source="jd", title=title, url=item_url(number))


def _offer(
    *,
    sku: str,
    title: str,
    shop: str,
    raw: Any,  # the site's own price: str or number
    seen_at: datetime,
    list_raw: Any = None,  # likewise
    promotions: tuple[str, ...] = (),
    in_stock: bool | None = None,
) -> Offer:
    price, url = money(raw), item_url(sku)
    observed = PriceObservation(
        sku=f"jd:{sku}",
        source="jd",
        shop=shop,
        price=price,
        list_price=_list_price(list_raw, price),
        promotions=promotions,
        in_stock=False if str(raw).startswith("-") else in_stock,
        raw=str(raw),
        title=title,
        url=url,
        seen_at=seen_at,
    )
    return Product(sku=f"jd:{sku}", source="jd", title=title, shop=shop, url=url), observed


def _list_price(raw: Any, price: Decimal | None) -> Decimal | None:  # the site's own price
    amount = money(raw)
    if amount is None or (price is not None and amount < price):
        return None
    # 9999.00 over a price of 79, or over none, is a ceiling nobody ever asked; over 8999 it may be a true list price
    nines = set(str(amount).split(".")[0]) == {"9"} and amount > 999
    return None if nines and (price is None or amount > 3 * price) else amount


def _app_promotions(floors: list[JsonObject]) -> tuple[str, ...]:
    guide = next((mapping(data["preferentialGuide"]) for data in floors if "preferentialGuide" in data), {})
    sum_up = mapping(guide.get("expression"))
    found = [_labelled(sum_up.get("des") or "到手价", sum_up.get("computedResult"))]
    found += [one_line(label.get("desc")) for label in rows(guide.get("labelsInfo"))]
    found += [
        _labelled(gift.get("text") or "赠品", gift.get("value"))
        for gift in rows(mapping(guide.get("promotion")).get("gift"))
    ]
    return _unique(found)


def _labelled(label: Any, value: Any) -> str:  # the site's own texts
    said = one_line(value) or name(value)
    return f"{one_line(label)} {said}".strip() if said else ""


def _unique(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))
