"""Ninety days of history as a new customer brings them: export files of the back office and of other collectors."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

from demo import ids
from demo.catalogue import SHOP_HOST, by_sku, products
from demo.clock import beijing
from demo.events import Post, Review
from demo.world import HISTORY, World

POSTS_FILE, REVIEWS_FILE, PRICES_FILE, SHOP_FILE = "weibo-posts.csv", "jd-reviews.csv", "jd-prices.csv", "shop.csv"
# The column layout of weibo-search, a collector that many use.
POST_COLUMNS = (
    "id", "bid", "user_id", "用户昵称", "微博正文", "头条文章url", "发布位置", "艾特用户", "话题", "转发数", "评论数", "点赞数",
    "发布时间", "发布工具", "微博图片url", "微博视频url", "retweet_id", "ip", "user_authentication", "会员类型", "会员等级",
)  # fmt: skip
REVIEW_COLUMNS = (
    "评价ID", "商品编号", "商品名称", "品牌", "评价星级", "评价内容", "评价时间", "用户昵称", "规格", "点赞数", "晒图数",
    "追评内容", "追评时间", "商家回复", "回复时间", "地区",
)  # fmt: skip
PRICE_COLUMNS = ("商品编号", "商品名称", "品牌", "店铺", "价格", "划线价", "促销", "是否有货", "采集时间", "商品链接")
_AUTHENTICATION = {-1: "普通用户", 0: "黄V", 1: "蓝V", 2: "蓝V", 3: "蓝V"}


def write_history(folder: Path, *, seed: int, started: datetime) -> list[Path]:
    """Write the export files of the 90 days that end at `started`; returns their paths: posts, reviews, JD's prices,
    our own shop's prices.

    Ids are those that the sites serve, so what is crawled again is known already. The reviews are a GBK file, as the
    back office writes them; the others are UTF-8 with a byte order mark.
    """
    folder.mkdir(parents=True, exist_ok=True)
    world = World(seed=seed, start=started, now=lambda: started)
    posts = (p for p in reversed(world.posts("", since=started - HISTORY)) if not p.pinned)
    reviews = sorted((r for p in products() for r in world.reviews(p.sku)), key=lambda r: r.id)
    return [
        _write(folder / POSTS_FILE, POST_COLUMNS, map(_post_row, posts), encoding="utf-8-sig"),
        _write(folder / REVIEWS_FILE, REVIEW_COLUMNS, (_review_row(r, started) for r in reviews), encoding="gb18030"),
        _write(folder / PRICES_FILE, PRICE_COLUMNS, _price_rows(world, "jd"), encoding="utf-8-sig"),
        _write(folder / SHOP_FILE, PRICE_COLUMNS, _price_rows(world, "shop"), encoding="utf-8-sig"),
    ]


def _write(path: Path, columns: Iterable[str], rows: Iterable[Iterable[object]], *, encoding: str) -> Path:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def _post_row(post: Post) -> tuple[object, ...]:
    topics = ",".join(part for part in post.text.split("#")[1::2])
    return (
        post.mid, ids.bid(post.mid), post.author.uid, post.author.name, post.text, "", "", "", topics,
        post.fame // 4, 0, post.fame, f"{beijing(post.at):%Y-%m-%d %H:%M}", post.device, "", "",
        post.repost.mid if post.repost else "", post.author.region, _AUTHENTICATION[post.author.verified_type], "", "",
    )  # fmt: skip


def _review_row(review: Review, started: datetime) -> tuple[object, ...]:
    product, _ = by_sku()[review.sku]
    append = review.append if review.append and review.append.at <= started else None
    reply = review.reply if review.reply and review.reply.at <= started else None
    return (
        review.id, review.sku, product.title, product.brand.name, review.score, review.text, _second(review.at),
        review.nickname, review.variant, review.likes, review.images, append.text if append else "", _second(append.at) if append else "",
        reply.text if reply else "", _second(reply.at) if reply else "", review.region,
    )  # fmt: skip


def _price_rows(world: World, site: str) -> Iterator[tuple[object, ...]]:
    """One observation a day and offer, at ten in the morning."""
    ten = beijing(world.start - HISTORY).replace(hour=10, minute=0, second=0, microsecond=0)
    while ten <= world.start:
        for product, offer in (pair for pair in by_sku().values() if pair[1].site == site):
            quote = world.price(offer.sku, ten)
            yield (
                offer.sku if site == "jd" else f"{SHOP_HOST}/{offer.sku}", product.title, product.brand.name, offer.shop, "" if quote.price is None else quote.price,
                quote.list_price, "；".join(quote.promotions), "否" if quote.price is None else "是", _second(ten), offer.url,
            )  # fmt: skip
        ten += timedelta(days=1)


def _second(moment: datetime) -> str:
    return f"{beijing(moment):%Y-%m-%d %H:%M:%S}"
