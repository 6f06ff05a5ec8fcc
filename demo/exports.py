"""Export files as back offices and spreadsheets spoil them, written of what exists in the world, with the truth about each."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import accumulate

import attrs
import xlsxwriter

from demo import ids
from demo.clock import beijing
from demo.events import Passage, Post, Review

HEADINGS = (
    "评价编号",
    "商品编号",
    "商品名称",
    "评分",
    "评价内容",
    "评价时间",
    "会员昵称",
    "追评内容",
    "追评时间",
    "是否晒图",
)
GROUPS = ("评价编号", "商品编号", "商品名称", "初评", "", "", "会员昵称", "追评", "", "是否晒图")
UNDER_GROUPS = ("", "", "", "评分", "内容", "时间", "", "内容", "时间", "")
POST_HEADINGS = (
    "id",
    "bid",
    "user_id",
    "用户昵称",
    "微博正文",
    "发布位置",
    "转发数",
    "评论数",
    "点赞数",
    "发布时间",
    "retweet_id",
)


@attrs.frozen(kw_only=True)
class Export:
    """One file and what it holds."""

    name: str
    content: bytes
    ids: frozenset[str]
    """The sites' own ids that can be read or recovered."""
    rounded: tuple[int, ...] = ()
    """Lines of the rows whose id is lost for good."""
    broken: tuple[int, ...] = ()
    """Lines that no reader can take."""


def plain_csv(reviews: Sequence[Review], *, product: str) -> Export:
    """京麦 as it is: GBK, ids as ="…", with tabs or bare, texts with quotation marks and line breaks, empty columns, a torn row."""
    rows = [_cells(r, product, n) for n, r in enumerate(reviews)]
    for number, row in enumerate(rows):
        row[0] = (f'="{row[0]}"', f"\t{row[0]}", row[0])[number % 3]
        row[4] = f'{row[4]}\n师傅说"没问题"，再看看' if number % 4 == 0 else row[4]
    text = _csv([*HEADINGS, "", ""], ([*row, "", ""] for row in rows))
    torn = text.count("\n") + 1
    content = (text + "写到一半,断了\n").encode("gb18030")
    return Export(name="京麦评价.csv", content=content, ids=_numbers(reviews), broken=(torn,))


def two_headers_csv(reviews: Sequence[Review], *, product: str) -> Export:
    """A header of two rows, the upper one merged, below a title; 追评 is a second pair of columns."""
    title = ["京麦 评价导出", *[""] * (len(HEADINGS) - 1)]
    rows = [title, list(GROUPS), list(UNDER_GROUPS), *(_cells(r, product, n) for n, r in enumerate(reviews))]
    return Export(name="评价明细.csv", content=_csv(rows[0], rows[1:]).encode("utf-8-sig"), ids=_numbers(reviews))


def saved_by_a_spreadsheet_csv(reviews: Sequence[Review], *, product: str) -> Export:
    """Opened and saved once: every second id is 1.23E+10 now."""
    rows = [_cells(r, product, n) for n, r in enumerate(reviews)]
    for row in rows[::2]:
        row[0] = f"{float(row[0]):.2E}"
    lines = list(accumulate((1 + "".join(row).count("\n") for row in rows), initial=2))
    return Export(
        name="京东评价 另存.csv",
        content=_csv(HEADINGS, rows).encode("gb18030"),
        ids=frozenset(row[0] for row in rows[1::2]),
        rounded=tuple(lines[: len(rows) : 2]),
    )


def workbook(reviews: Sequence[Review], *, product: str) -> Export:
    """XLSX with a merged title, the product merged down over its rows, and dates that are texts of two styles."""
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as made:
        made.add_worksheet("使用说明").write(0, 0, "仅供内部使用，请勿外传")
        sheet = made.add_worksheet("京东评价")
        sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, "评价导出")
        sheet.write_row(1, 0, HEADINGS)
        for number, review in enumerate(reviews):
            sheet.write_row(number + 2, 0, _cells(review, "" if number else product, number))
        if len(reviews) > 1:
            sheet.merge_range(2, 2, len(reviews) + 1, 2, product)
    return Export(name="评价.xlsx", content=book.getvalue(), ids=_numbers(reviews))


def posts_csv(posts: Sequence[Post]) -> Export:
    """weibo-search's file, saved by a spreadsheet: the long ids are 5.25E+15, the short ones beside them are whole."""
    rows = [[f"{float(p.mid):.5E}", *_post_cells(p)] for p in posts]
    return Export(
        name="关键词.csv",
        content=_csv(POST_HEADINGS, rows).encode("utf-8-sig"),
        ids=frozenset(str(p.mid) for p in posts),
    )


def posts_workbook(posts: Sequence[Post]) -> Export:
    """The same posts with ids as numbers, which a spreadsheet has cut to fifteen digits."""
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as made:
        sheet = made.add_worksheet("微博")
        sheet.write_row(0, 0, POST_HEADINGS)
        for number, post in enumerate(posts, 1):
            sheet.write_row(number, 0, [post.mid // 10 * 10, *_post_cells(post)])
    return Export(name="微博.xlsx", content=book.getvalue(), ids=frozenset(str(p.mid) for p in posts))


def _cells(review: Review, product: str, number: int) -> list[str]:
    append = review.append or Passage(text="", at=review.at + timedelta(days=4))
    return [
        str(review.id), review.sku, product, str(review.score), review.text, _date(review, number), review.nickname,
        append.text, f"{beijing(append.at):%Y-%m-%d %H:%M}" if append.text else "", "是" if review.images else "否",
    ]  # fmt: skip


def _date(review: Review, number: int) -> str:
    """The two styles of one back office."""
    at = beijing(review.at)
    return f"{at.year}/{at.month}/{at.day} {at.hour}:{at:%M:%S}" if number % 2 else f"{at:%Y-%m-%d %H:%M:%S}"


def _post_cells(post: Post) -> list[str]:
    return [
        ids.bid(post.mid), str(post.author.uid), post.author.name, post.text, post.author.region, "0", "0", "0",
        f"{beijing(post.at):%Y-%m-%d %H:%M:%S}", "",
    ]  # fmt: skip


def _numbers(reviews: Iterable[Review]) -> frozenset[str]:
    return frozenset(str(review.id) for review in reviews)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
