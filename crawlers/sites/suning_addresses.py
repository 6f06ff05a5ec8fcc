"""Where Suning's pages are, and which page an address is: host and path decide, nothing else does."""

import re
from urllib.parse import urlsplit

import attrs

DOMAIN = "suning.com"
HOSTS = (
    "product.suning.com",
    "m.suning.com",
    "review.suning.com",
    "icps.suning.com",
    "pas.suning.com",
    "ds.suning.com",
    "passport.suning.com",
)
LISTS = ("cluster_review_lists", "review_lists")
COUNTS = ("review_satisfy", "cluster_review_satisfy", "review_count")
ITEM_PATH = re.compile(r"/(?:product/)?(\d{10})/0*(\d{1,18})\.html")
SALE_PATH = re.compile(r"/nspc(?:sale_\d_|package_)(\d{9,18})_(?:\d{18}_)?(\d{10})(?:_([\d_]*\d))?", re.IGNORECASE)
CLUSTER_PATH = re.compile(r"/(?:getVarnish|getAll)\w*/([\d,]+)_(\d{2,4}_\d{5,9}|\d{2,4})_([\d,]+)_", re.IGNORECASE)
TILE_PATH = re.compile(r"/ds/general\w*/([\d,]+)_[\d_]*_([\d,]+)-(\d{2,4})", re.IGNORECASE)
SELF_OPERATED = "0000000000"
CITY = "10_010_0100101"
"""Province, city and district in which we ask for prices: Beijing. Always the same, or each town would look like a price move."""
LAST_PAGE = 50
"""Lists never go beyond it."""


@attrs.frozen(kw_only=True)
class Address:
    """What an address of Suning asks for."""

    page: str
    """reviews, counts, price, item, login, risk."""
    skus: tuple[str, ...] = ()
    """Asked for, as in the product's address: without the zeros that fill them up to 18 digits."""
    shop: str = ""
    """Ten digits; 0000000000 = Suning itself."""
    cluster: bool = False
    """The list is that of all variants."""
    filtered: bool = False
    """Only good, bad … reviews."""
    number: int = 1
    """Page of a list, from 1."""
    city: str = ""
    """City code of a price: 010_0100101."""

    @property
    def first(self) -> bool:
        """Is it the first page of its list?"""
        return self.number <= 1


def read_address(url: str) -> Address | None:
    """The page behind an address; None where it is none of Suning's that we read."""
    try:
        parts = urlsplit(url.strip())
        host, path = (parts.hostname or "").lower(), parts.path
    except ValueError:
        return None
    if host == "passport.suning.com":
        return Address(page="login")
    if host in HOSTS and re.search(r"captcha|verify|slide|/risk", path, re.IGNORECASE):
        return Address(page="risk")
    if host in ("product.suning.com", "m.suning.com"):
        item = ITEM_PATH.fullmatch(path)
        return Address(page="item", skus=(unpadded(item[2]),), shop=item[1]) if item else None
    if host == "review.suning.com":
        return _review(path)
    return _price(host, path)


def unpadded(code: str) -> str:
    """000000000690105195 → 690105195, as product addresses write it; anything but digits gives nothing."""
    return code.lstrip("0") if code.isascii() and code.isdecimal() else ""


def item_url(sku: str, shop: str, city: str = "") -> str:
    """The public product page; a city is noted behind it where a price is of that city only."""
    return f"https://product.suning.com/{shop or SELF_OPERATED}/{sku}.html" + (f"#city={city}" if city else "")


def reviews_url(sku: str, shop: str, *, cluster: str = "", kind: str = "total", number: int = 1) -> str:
    """A page of a review list. cluster: of all variants, by the number in the product page. kind: total, good, normal, bad, again."""
    folder, whose = ("cluster_review_lists", f"cluster-{cluster}") if cluster else ("review_lists", "general")
    return (
        f"https://review.suning.com/ajax/{folder}/{whose}-{sku.zfill(18)}-{shop}-{kind}-{number}"
        "-default-10-----reviewList.htm?callback=reviewList"
    )


def counts_url(sku: str, shop: str) -> str:
    """The page with a product's totals."""
    return (
        f"https://review.suning.com/ajax/review_satisfy/general-{sku.zfill(18)}-{shop}-----satisfy.htm?callback=satisfy"
    )


def price_url(sku: str, shop: str) -> str:
    """The price of a product in our CITY."""
    return f"https://pas.suning.com/nspcsale_0_{sku.zfill(18)}_{sku.zfill(18)}_{shop}_{CITY}.html?callback=pcData"


def with_page(url: str, number: int) -> str:
    """The same review list at another page number."""
    return re.sub(r"-([a-z]+)-\d+-(default|\w*)-(\d+)-----", rf"-\1-{number}-\2-\3-----", url, count=1)


def _review(path: str) -> Address | None:
    """/ajax/review_lists/general-SKU-SHOP-total-1-default-10-----reviewList.htm, with or without a cluster's number."""
    folder, _, file = path.removeprefix("/ajax/").partition("/")
    page = "reviews" if folder in LISTS else "counts" if folder in COUNTS else None
    parts = file.split("-")
    numbers = [part for part in parts[1:] if part.isdecimal() and len(part) >= 9]
    if page is None or not path.startswith("/ajax/") or not numbers:
        return None
    skus = [part for part in numbers if len(part) == 18] or numbers[:1]
    shops = [part for part in numbers[numbers.index(skus[0]) + 1 :] if len(part) == 10]
    kind = next((at for at, part in enumerate(parts[1:], start=1) if part.isalpha()), 0)
    page_number = parts[kind + 1] if page == "reviews" and kind and kind + 1 < len(parts) else ""
    return Address(
        page=page,
        skus=tuple(sku for sku in (unpadded(skus[0]),) if sku),
        shop=shops[0] if shops else "",
        cluster=folder.startswith("cluster") or parts[0] == "cluster",
        filtered=page == "reviews" and bool(kind) and parts[kind] not in ("total", "default"),
        number=int(page_number) if page_number.isdecimal() and len(page_number) < 6 else 1,
    )


def _price(host: str, path: str) -> Address | None:
    sale = SALE_PATH.match(path) if host == "pas.suning.com" else None
    if sale:
        return Address(page="price", skus=(unpadded(sale[1]),), shop=sale[2], city=_city(sale[3] or ""))
    found = CLUSTER_PATH.search(path) if host == "icps.suning.com" else None
    if found:
        codes, city, shops = found.groups()
        return Address(page="price", skus=_codes(codes), shop=shops.split(",")[0], city=city)
    tile = TILE_PATH.search(path) if host == "ds.suning.com" else None
    return Address(page="price", skus=_codes(tile[1]), shop=tile[2].split(",")[0], city=tile[3]) if tile else None


def _codes(listed: str) -> tuple[str, ...]:
    return tuple(sku for code in listed.split(",") if (sku := unpadded(code)))


def _city(codes: str) -> str:
    """City and district out of `10_010_0100101_20089_…`; what follows is no place."""
    places = codes.split("_")
    return "_".join(places[1:3]) if len(places) > 1 else codes
