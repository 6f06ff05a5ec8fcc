"""JD's nasty cases about reviews and prices: pages that shift, counts that lie, texts with markup, what comes days later."""

from datetime import timedelta
from decimal import Decimal

from demo import catalogue, site_jd
from demo.cases.case import Answer, Case, Scene, Visit, json_answer
from demo.cases.jd import CLUB, COMMENTS, JsonObject, answer_of, edited, review
from demo.events import Passage, Quote

DEFAULTS = (
    "此用户没有填写评价内容!",
    "此用户未填写评价内容",
    "此用户未及时填写评价内容，系统默认好评!",
    "用户未及时作出评价哦~",
)
COLOURS = ("100248280551", "100248280552", "100248280553")
"""Skus of the same product in other colours, unknown to the catalogue."""
APPENDED_AFTER = timedelta(days=4)
_MARKUP = "{$%&外观：&%$}白色很耐看——\n{$%&噪音：&%$}夜里嗡嗡响，睡不着…"
_PLAIN = "外观：白色很耐看——\n噪音：夜里嗡嗡响，睡不着…"
_AREAS = {"1": Decimal("-200"), "19": Decimal("-320")}
"""Coupons of two regions by the first part of the area code."""


def _shift(visit: Visit, usual: Answer) -> Answer:
    """Before the second page of the whole list, somebody writes a review: everything moves down by one."""
    if visit.query.get("score") != "0" or visit.query.get("page") != "1" or visit.scene.memory.get("shifted"):
        return usual
    visit.scene.memory["shifted"] = True
    now = visit.world.now()
    visit.scene.publish(reviews=[review(visit.scene, 1, at=now, ordered_at=now - timedelta(days=3))])
    return answer_of(site_jd.listed(visit.world, visit.query))


def _colours(visit: Visit, usual: Answer) -> Answer:
    """The reviews of all colours stand under every colour; each names the one that was bought."""
    product = catalogue.product_of(catalogue.OURS, "热水器")
    asked = visit.query.get("productId", "")
    pooled = answer_of(site_jd.listed(visit.world, visit.query | {"productId": product.sku}))

    def name_colours(value: JsonObject) -> None:
        value["productCommentSummary"] |= {"skuId": int(asked), "productId": int(asked)}
        for row in value["comments"]:
            row["referenceId"] = COLOURS[row["id"] % len(COLOURS)] if row["id"] % 4 else product.sku

    return edited(visit, pooled, name_colours)


def _rounded_counts(visit: Visit, usual: Answer) -> Answer:
    count = 49_000 + 1000 * (visit.nth // 2)

    def lie(value: JsonObject) -> None:
        summary = value["productCommentSummary"]
        summary |= {"commentCount": count, "commentCountStr": f"{count / 10_000:g}万+"}
        summary |= {"goodCount": count - 600, "goodCountStr": f"{(count - 1000) / 10_000:g}万+"}

    return edited(visit, usual, lie)


def _markup(scene: Scene) -> None:
    made = review(scene, 0, text=_PLAIN, dimensions=_MARKUP, score=3, variant="16升\n天然气 ⭐升级款⭐")
    scene.publish(reviews=[made])


def _append(scene: Scene) -> None:
    at = scene.world.now() - timedelta(hours=2)
    later = Passage(text="才四天就漏水了，打电话客服根本不理，气死了", at=at + APPENDED_AFTER)
    praise = {"score": 5, "polarity": "positive", "text": "水温稳，洗澡很舒服，推荐"}
    old = scene.world.now() - timedelta(days=12)
    deep = Passage(text="用了半个月打不着火，太失望了", at=scene.world.now() + APPENDED_AFTER)
    scene.publish(
        reviews=[
            review(scene, 0, at=at, append=later, **praise),
            review(scene, 1, at=old, append=deep, **praise),
        ]
    )


def _seller(scene: Scene) -> None:
    at = scene.world.now() - timedelta(hours=5)
    reply = Passage(text="亲，非常抱歉，请致电13800138000，我们马上处理", at=at + timedelta(hours=1))
    scene.publish(reviews=[review(scene, 0, at=at, reply=reply)])


def _defaults(scene: Scene) -> None:
    scene.publish(
        reviews=[
            review(scene, n, text=words, score=5, polarity="neutral", default=True) for n, words in enumerate(DEFAULTS)
        ]
    )


def _sham_prices(visit: Visit, usual: Answer) -> Answer:
    """p.3.cn: the first sku is off sale, the second has a PLUS price; `m` is 9999.00 everywhere."""
    skus = [text.removeprefix("J_") for text in visit.query.get("skuIds", "").split(",") if text]
    rows = []
    for number, sku in enumerate(skus):
        row = {"p": "1599.00", "op": "2199.00", "cbf": "0", "id": f"J_{sku}", "m": "9999.00"}
        if number == 0:
            row |= {"p": "-1.00", "op": "9999.00"}
        elif number == 1:
            row |= {"tpp": "1499.00"}
        rows.append(row)
    return json_answer(rows)


def _regional(visit: Visit, usual: Answer) -> Answer:
    """pc_detailpage_wareBusiness: 到手价 after the coupon of the region in the cookie-less `area` parameter."""
    if visit.query.get("functionId") != "pc_detailpage_wareBusiness":
        return usual
    product = catalogue.product_of(catalogue.OURS, "热水器")
    quote: Quote = visit.world.price(product.sku)
    assert quote.price is not None
    off = _AREAS.get(visit.query.get("area", "").split("_")[0], Decimal(0))
    final = {"price": str(quote.price + off), "priceContent": "到手价"}
    price = {"p": str(quote.price), "op": str(quote.list_price), "m": "9999.00", "id": product.sku, "finalPrice": final}
    ware = {"sku_id": product.sku, "sku_name": product.title, "shop_name": product.offers[0].shop}
    return json_answer({"wareInfoReadMap": ware, "price": price})


CASES = (
    Case(
        name="jd-pages-shift", number=9, site="jd", hosts=CLUB, paths=(COMMENTS,), change=_shift,
        about="a review is written while the list is paged: one comes twice, the new one is missed",
        expected="healthy; each once; the missed one comes with the next crawl",
    ),
    Case(
        name="jd-other-colours", number=10, site="jd", hosts=CLUB, paths=(COMMENTS,), change=_colours,
        about="reviews of all colours under every colour; `referenceId` is another sku than the one asked for",
        expected="healthy, not wrong_item; each review once, with the sku that was bought",
    ),
    Case(
        name="jd-rounded-counts", number=11, site="jd", hosts=CLUB, paths=(COMMENTS,), change=_rounded_counts,
        about="counts are rounded («4.9万+») and grow from page to page while the list does not",
        expected="healthy; the total is kept as inexact beside what was collected; paging ends where the list ends",
    ),
    Case(
        name="jd-dimension-markup", number=12, site="jd", hosts=CLUB, paths=(COMMENTS,), begin=_markup,
        about="`vcontent` with `{$%&…&%$}`, `&mdash;`, `&hellip;`, a line break and ⭐ in the variant",
        expected="healthy; the text as people read it",
    ),
    Case(
        name="jd-append-later", number=13, site="jd", hosts=CLUB, paths=(COMMENTS,), begin=_append,
        about="追评 four days later under two stored 5-star reviews, one of them deep in the list; the complaint is in it",
        expected="healthy; an update of the same reviews, which are negative from then on",
    ),
    Case(
        name="jd-seller-reply", number=14, site="jd", hosts=CLUB, paths=(COMMENTS,), begin=_seller,
        about="the seller's reply under a review, with an `ip` field and a phone number",
        expected="healthy; no document of its own, neither ip nor number in any table",
    ),
    Case(
        name="jd-default-texts", number=15, site="jd", hosts=CLUB, paths=(COMMENTS,), begin=_defaults,
        about="automatic praise and «此用户未填写评价内容» in JD's four wordings",
        expected="healthy; stored and counted, flagged as default, neutral",
    ),
    Case(
        name="jd-numbers-as-strings", number=16, site="jd", hosts=("api.m.jd.com",),
        about="the app's block and list: numbers as strings, a base64 text, «95%», adverts between",
        expected="healthy; the same reviews as from the old list, once each",
    ),
    Case(
        name="jd-sham-prices", number=17, site="jd", hosts=("p.3.cn",), change=_sham_prices,
        about='`m` 9999.00 is a sham, `p` "-1.00" means off sale, `tpp` is the PLUS price',
        expected="healthy; no 9999 and no negative price; PLUS as a promotion",
    ),
    Case(
        name="jd-regional-price", number=17, site="jd", hosts=("api.m.jd.com",), change=_regional,
        about="到手价 after a coupon differs by region",
        expected="healthy; each region's 到手价 is kept beside the price",
    ),
)  # fmt: skip
