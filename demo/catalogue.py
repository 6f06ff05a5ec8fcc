"""What the invented brands sell: 5 brands, 40 products, and where each is offered."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache

import attrs

SHOP_HOST = "shop.lanchuan.example"
"""Host of the one shop whose pages carry schema.org JSON-LD."""
RESELLER = "晟家电器专营店"
"""The JD shop that sells our products too, and breaks the 控价 line in the script `price-drop`."""


@attrs.frozen(kw_only=True)
class Brand:
    """An invented maker."""

    code: int
    """0–4; part of every id that belongs to it."""
    name: str
    latin: str
    letters: str
    """Begins its model numbers."""
    aliases: tuple[str, ...] = ()
    """Other spellings that its public uses."""
    ours: bool = False
    posts_a_day: float
    """Weibo posts that name it on a usual day."""
    negative: float
    """Share of negative ones."""
    weak: tuple[str, ...]
    """Aspects it is blamed for more than others."""
    strong: tuple[str, ...]
    """Aspects it is praised for more than others."""


@attrs.frozen(kw_only=True)
class Offer:
    """One shop's offer of a product."""

    sku: str
    """The site's own id: 12 digits at JD, the model number in the brand's shop."""
    site: str
    """jd or shop."""
    shop: str
    url: str
    factor: Decimal
    """This shop's price level relative to JD's own."""
    reviewed: bool
    """Are the product's reviews shown here?"""


@attrs.frozen(kw_only=True)
class Product:
    """Something an invented brand sells."""

    index: int
    """0–39; part of its review ids."""
    brand: Brand
    category: str
    model: str
    title: str
    list_price: Decimal
    """Yuan, struck through."""
    floor: Decimal
    """控价 line in yuan: no shop may sell below it."""
    offers: tuple[Offer, ...]

    @property
    def sku(self) -> str:
        """Its sku in the brand's own JD shop, where its reviews are."""
        return self.offers[0].sku


BRANDS = (
    Brand(
        code=0, name="澜川", latin="LANCHUAN", aliases=("lanchuan",), letters="LC", ours=True, posts_a_day=60, negative=0.11,
        weak=("漏水", "安装收费"), strong=("噪音", "外观做工"),
    ),
    Brand(
        code=1, name="沐禾", latin="MUHE", aliases=("muhe",), letters="MH", posts_a_day=50, negative=0.10,
        weak=("噪音", "物流"), strong=("价格", "能耗"),
    ),
    Brand(
        code=2, name="北澈", latin="BEICHE", aliases=("beiche",), letters="BC", posts_a_day=42, negative=0.12,
        weak=("安装", "客服售后"), strong=("制冷", "制热"),
    ),
    Brand(
        code=3, name="恒岚", latin="HENGLAN", aliases=("henglan",), letters="HL", posts_a_day=36, negative=0.12,
        weak=("质量故障", "诚信宣传"), strong=("外观做工", "功能遥控"),
    ),
    Brand(
        code=4, name="瑞栖", latin="RUIQI", aliases=("ruiqi",), letters="RQ", posts_a_day=30, negative=0.10,
        weak=("功能遥控", "能耗"), strong=("安装", "客服售后"),
    ),
)  # fmt: skip
OURS = BRANDS[0]

# category: (title words, model number pattern, list price of the cheapest brand)
_RANGE = {
    "空调": ("1.5匹 新一级能效 变频冷暖 自清洁 壁挂式空调", "KFR-35GW/{}12A1", 3299),
    "热水器": ("16升 零冷水 恒温 天然气 燃气热水器", "JSQ30-{}16S", 2999),
    "洗衣机": ("10公斤 洗烘一体 全自动滚筒 洗衣机", "XQG100-{}14B", 3599),
    "冰箱": ("501升 十字对开门 风冷无霜 一级能效 冰箱", "BCD-501W{}D", 4699),
    "油烟机": ("26立方 大吸力 挥手智控 欧式 油烟机", "CXW-268-{}30", 2599),
    "洗碗机": ("15套 独嵌两用 热风烘干 洗碗机", "WQP15-{}7", 4299),
    "净水器": ("1200加仑 厨下式 反渗透 直饮 净水器", "{}-RO1200", 2399),
    "扫地机器人": ("自动上下水 扫拖一体 激光避障 扫地机器人", "{}R-X5", 3899),
}
CATEGORIES = tuple(_RANGE)
_COMPARED = ("空调", "热水器")


@attrs.frozen(kw_only=True)
class WatchedProduct:
    """A product page that a customer of the demo would follow."""

    url: str
    title: str
    floor: Decimal | None
    """控价 line in yuan; None for rivals."""


@attrs.frozen(kw_only=True)
class Catalogue:
    """What the product needs to know to begin a demo."""

    brands: tuple[Brand, ...]
    ours: str
    """Name of our brand."""

    def watched_products(self, brand: str) -> list[WatchedProduct]:
        """Pages worth following: all of ours at JD, where a reseller or our shop matters, and each rival's comparable two."""
        maker = next(b for b in self.brands if b.name == brand)
        return [
            WatchedProduct(url=offer.url, title=product.title, floor=product.floor if maker.ours else None)
            for product in products_of(maker)
            for offer in product.offers
            if product.category in _COMPARED or (maker.ours and offer == product.offers[0])
        ]


CATALOGUE = Catalogue(brands=BRANDS, ours=OURS.name)


@cache
def products() -> tuple[Product, ...]:
    """All 40 products, by brand and then by category."""
    return tuple(_product(b.code * len(CATEGORIES) + i, b, c) for b in BRANDS for i, c in enumerate(CATEGORIES))


@cache
def by_sku() -> dict[str, tuple[Product, Offer]]:
    """Every offer by the site's own id."""
    return {offer.sku: (product, offer) for product in products() for offer in product.offers}


def products_of(brand: Brand) -> Iterator[Product]:
    """The brand's products, one for each category."""
    return (p for p in products() if p.brand == brand)


def product_of(brand: Brand, category: str) -> Product:
    """The brand's product of this category. Raises StopIteration for an unknown category."""
    return next(p for p in products_of(brand) if p.category == category)


def _product(index: int, brand: Brand, category: str) -> Product:
    words, pattern, cheapest = _RANGE[category]
    model = pattern.format(brand.letters)
    list_price = Decimal(cheapest + 200 * ((index * 7) % 6))
    return Product(
        index=index,
        brand=brand,
        category=category,
        model=model,
        title=f"{brand.name}（{brand.latin}）{words} {model}",
        list_price=list_price,
        floor=(list_price * Decimal("0.70")).quantize(Decimal(1)),
        offers=tuple(_offers(index, brand, model)),
    )


def _offers(index: int, brand: Brand, model: str) -> Iterator[Offer]:
    own = str(100_240_000_000 + (index * 7_919_333 + 361_217) % 99_999_999)
    yield _jd_offer(own, f"{brand.name}京东自营旗舰店", factor="1.00", reviewed=True)
    if brand.ours:
        yield _jd_offer(str(100_860_000_000 + index * 733_019), RESELLER, factor="0.99", reviewed=False)
        yield Offer(
            sku=model.replace("/", "-"), site="shop", shop=f"{brand.name}官方商城", factor=Decimal("1.03"), reviewed=True,
            url=f"https://{SHOP_HOST}/product/{model.replace('/', '-')}.html",
        )  # fmt: skip


def _jd_offer(sku: str, shop: str, *, factor: str, reviewed: bool) -> Offer:
    url = f"https://item.jd.com/{sku}.html"
    return Offer(sku=sku, site="jd", shop=shop, url=url, factor=Decimal(factor), reviewed=reviewed)
