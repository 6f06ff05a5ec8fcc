"""Other tools' files become documents: good rows go through, bad rows are named, the same file gives the same ids."""

import gzip
import io
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from crawlers.imports.lines import Noted, Refused
from crawlers.imports.mapping import Mapping
from crawlers.imports.rows import guess, read_documents
from domain.documents import AuthorKind, Kind, Post, Review
from domain.errors import InvalidInput
from domain.prices import PriceObservation
from domain.times import iso_shanghai

SEEN = datetime(2026, 6, 15, 4, 0, tzinfo=UTC)
REVIEWS = "评价内容,星级,品牌,商品编号,商品名称,评价时间,label\n"
GOOD = "漏水，修了两次,1,澜川,100200300,澜川 R5 热水器,2026-06-01 12:30:05,neg\n"


def read(content: str | bytes, **options: Any) -> list[Any]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read_documents(io.BytesIO(raw), **({"source": "test", "seen_at": SEEN} | options)))


def taken(items: list[Any]) -> list[Any]:
    return [item for item in items if not isinstance(item, Refused | Noted)]


def refused(items: list[Any]) -> list[tuple[int, str]]:
    return [(item.line, item.why) for item in items if isinstance(item, Refused)]


def noted(items: list[Any]) -> list[tuple[int, str]]:
    return [(item.line, item.why) for item in items if isinstance(item, Noted)]


def test_a_plain_review_row_becomes_a_review_with_its_time_in_shanghai() -> None:
    (review,) = read(REVIEWS + GOOD)
    assert isinstance(review, Review)
    assert (review.text, review.rating, review.brand, review.sku) == ("漏水，修了两次", 1, "澜川", "100200300")
    assert review.published_at is not None
    assert (iso_shanghai(review.published_at), review.date_only) == ("2026-06-01T12:30:05+08:00", False)
    assert review.id.startswith("test:row-")


def test_the_same_file_twice_gives_the_same_ids_and_equal_rows_stay_apart() -> None:
    content = REVIEWS + GOOD + GOOD + GOOD.replace("两次", "三次") + GOOD
    first, again = read(content), read(content)
    assert [d.id for d in first] == [d.id for d in again]
    assert len({d.id for d in first}) == 4
    assert [d.id.endswith(end) for d, end in zip(first, ("", "-1", "", "-2"), strict=True)] == [True] * 4


def test_a_label_decides_nothing_not_even_which_row_it_is() -> None:
    assert read(REVIEWS + GOOD)[0].id == read(REVIEWS + GOOD.replace("neg", "pos"))[0].id


def test_the_same_rows_as_csv_workbook_and_json_have_the_same_ids() -> None:
    names = REVIEWS.strip().split(",")
    cells = GOOD.strip().split(",")
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("评价")
        sheet.write_row(0, 0, names)
        sheet.write_row(1, 0, cells)
    line = json.dumps(dict(zip(names, cells, strict=True)), ensure_ascii=False)
    ids = {
        read(content)[0].id
        for content in (REVIEWS + GOOD, book.getvalue(), line, f"[{line}]", gzip.compress((REVIEWS + GOOD).encode()))
    }
    assert len(ids) == 1


def test_a_broken_row_is_named_and_the_good_rows_around_it_go_through() -> None:
    items = read(REVIEWS + GOOD + "只有两列,5\n" + GOOD + "太多,5,澜川,1,名,2026-06-01,x,又一列\n" + GOOD)
    assert len(taken(items)) == 3
    assert [line for line, _ in refused(items)] == [3, 5]
    assert "应有 7 列，这一行有 2 列" in refused(items)[0][1]


def test_an_unclosed_quotation_costs_one_row_and_not_the_rest_of_the_file() -> None:
    items = read(REVIEWS + GOOD + '"引号没有闭合,5,澜川,1,名,2026-06-01,x\n' + GOOD * 300)
    assert len(taken(items)) == 301
    assert [line for line, _ in refused(items)] == [3]
    assert "引号" in refused(items)[0][1]


def test_line_breaks_and_quotation_marks_inside_a_cell_belong_to_the_text() -> None:
    items = read(REVIEWS + '"第一行\n第二行说""很吵""\n",2,澜川,1,名,2026/6/1,\n' + "坏行\n" + GOOD)
    assert [d.text for d in taken(items)] == ['第一行\n第二行说"很吵"', "漏水，修了两次"]
    assert [line for line, _ in refused(items)] == [5]


def test_a_row_with_an_undoubled_quotation_mark_still_reads() -> None:
    assert taken(read(REVIEWS + '"屏幕 5" 太小",2,澜川,1,名,2026/6/1,\n'))[0].text.startswith("屏幕 5")


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ("漏水,9,澜川,1,名,2026-06-01,", "星级应为 1 到 5：9"),
        ("漏水,1,澜川,1,名,刚刚,", "时间认不出：刚刚"),
        ("漏水,1,澜川,1,名,03/04/2024,", "时间认不出"),
        ("漏水,1,澜川,1,名,2026-02-30,", "时间认不出"),
        (" ,1,澜川,1,名,2026-06-01,", "正文为空"),
    ],
)
def test_a_cell_that_cannot_be_trusted_refuses_its_row(cells: str, why: str) -> None:
    ((line, said),) = refused(read(REVIEWS + cells + "\n"))
    assert line == 2
    assert why in said


def test_an_id_kept_as_text_by_a_formula_is_unwrapped_and_a_rounded_one_is_reported() -> None:
    items = read(
        '评价ID,评价内容,评价时间\n"=""123456789012""",好,2026-01-01\n1.23E+11,好,2026-01-01\n\t55,好,2026-01-01\n'
    )
    unwrapped, rounded, tabbed = taken(items)
    assert (unwrapped.id, tabbed.id) == ("test:123456789012", "test:55")
    assert rounded.id.startswith("test:row-")
    ((line, why),) = noted(items)
    assert (line, "「评价ID」1.23E+11 被电子表格改写过" in why, "已入库" in why) == (3, True, True)


def test_two_date_styles_in_one_file_are_both_read_and_a_bare_date_stays_one() -> None:
    content = "内容,时间\n一,2026/6/1 9:05\n二,2026年6月1日\n三,2026-06-01T01:05:00Z\n四,1780275900\n五,1780275900000\n六,20260601\n"
    found = [(iso_shanghai(d.published_at), d.date_only) for d in read(content)]
    assert found == [
        ("2026-06-01T09:05:00+08:00", False),
        ("2026-06-01T00:00:00+08:00", True),
        ("2026-06-01T09:05:00+08:00", False),
        ("2026-06-01T09:05:00+08:00", False),
        ("2026-06-01T09:05:00+08:00", False),
        ("2026-06-01T00:00:00+08:00", True),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_the_encoding_is_found_out(encoding: str) -> None:
    (review,) = read((REVIEWS + GOOD).encode(encoding))
    assert (review.text, review.product) == ("漏水，修了两次", "澜川 R5 热水器")


def test_a_gbk_file_declared_as_utf8_is_refused_with_the_place_and_the_way_out() -> None:
    mapping = Mapping(kind="reviews", columns={"text": "text"}, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"第 2 行起不是声明的 UTF-8 编码.*GBK.*gb18030") as refusal:
        read(("text\n" + GOOD).encode("gbk"), mapping=mapping)
    assert refusal.value.line == 2


def test_a_utf8_file_declared_as_gbk_is_refused_too() -> None:
    mapping = Mapping(kind="reviews", columns={"text": "评价内容"}, encoding="gbk")
    with pytest.raises(InvalidInput, match="它看起来是 UTF-8"):
        read(REVIEWS + GOOD, mapping=mapping)


def test_a_file_in_no_known_encoding_is_refused() -> None:
    with pytest.raises(InvalidInput, match="认不出文字编码"):
        read(b"text\n" + b"\xff\xff\xff\n" * 20)


def test_a_row_with_damaged_bytes_is_refused_alone() -> None:
    content = (REVIEWS + GOOD * 3).encode() + "坏".encode()[:2] + GOOD.encode() + GOOD.encode()
    items = read(content)
    assert [d.text for d in taken(items)] == ["漏水，修了两次"] * 4
    assert [line for line, _ in refused(items)] == [5]


def test_a_cut_archive_gives_the_rows_before_the_cut_and_says_so() -> None:
    packed = gzip.compress(b"".join(f"{GOOD}".replace("两次", f"{n} 次").encode() for n in range(4000)), mtime=0)
    whole = gzip.compress(REVIEWS.encode(), mtime=0) + packed
    items = read(whole[: len(whole) // 2])
    assert 0 < len(taken(items)) < 4000
    assert "残缺" in refused(items)[-1][1]


def test_a_file_cut_in_the_middle_of_a_row_gives_the_rows_before() -> None:
    items = read((REVIEWS + GOOD + GOOD)[:-30])
    assert len(taken(items)) == 1
    assert [line for line, _ in refused(items)] == [3]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf\r\n", gzip.compress(b"")[:12]])
def test_an_empty_file_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="空的"):
        read(content)


def test_a_broken_workbook_is_refused() -> None:
    with pytest.raises(InvalidInput, match="不是完整的 Excel 文件"):
        read(b"PK\x03\x04" + b"x" * 200)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nothing\.csv：打不开"):
        guess(tmp_path / "nothing.csv")


def test_json_lines_pass_around_broken_ones() -> None:
    items = read('{"text":"好","id":7}\n{"text":"半\n\n[1]\n{"text":"差","id":"8"}\n')
    assert [d.id for d in taken(items)] == ["test:7", "test:8"]
    assert [line for line, _ in refused(items)] == [2, 4]


def test_a_cut_json_array_gives_the_objects_before_the_cut() -> None:
    items = read('[{"text":"好","id":7},\n{"text":"差","id":8},{"text":"半')
    assert [d.id for d in taken(items)] == ["test:7", "test:8"]
    assert [line for line, _ in refused(items)] == [3]


def test_a_back_office_workbook_with_title_rows_real_dates_and_an_append_is_read() -> None:
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as workbook:
        notes = workbook.add_worksheet("说明")
        notes.write_row(0, 0, ["导出说明", "仅供内部使用"])
        sheet = workbook.add_worksheet("评价")
        sheet.merge_range(0, 0, 0, 6, "澜川旗舰店 评价导出")
        sheet.write_row(1, 0, ["评价ID", "评价内容", "评分", "评价时间", "追评内容", "追评时间", "商家回复"])
        sheet.write_row(2, 0, ["'900001", "安装很快", "五星"])
        sheet.write_datetime(2, 3, datetime(2026, 6, 1, 8, 30), workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}))
        sheet.write_row(2, 4, ["用了一周漏水", "7天后追加", "抱歉"])
        sheet.write_row(3, 0, [5250000000000012.0, "好", 5, "2026-06-02", "", "", ""])
    items = read(book.getvalue())
    review, exact = taken(items)
    assert exact.id == "test:5250000000000012"  # a program wrote it: Excel itself would have written a zero at its end
    assert (review.rating, iso_shanghai(review.published_at)) == (5, "2026-06-01T08:30:00+08:00")
    assert (review.append.text, review.append.published_at) == ("用了一周漏水", None)
    assert review.seller_replies[0].text == "抱歉"
    assert refused(items) == []
    assert noted(items) == [(0, "工作表「说明」只有说明文字，没有读")]


def test_a_weibo_search_export_becomes_posts_of_weibo() -> None:
    header = "id,bid,user_id,用户昵称,微博正文,头条文章url,发布位置,艾特用户,话题,转发数,评论数,点赞数,发布时间,发布工具,微博图片url,微博视频url,retweet_id,ip,user_authentication\n"
    row = "5250000000000012,QkYJa000c,1900000006,澜川电器旗舰店,新品,,,,,3,1.2万,100万+,2026-06-01 08:00,iPhone,,,5249000000000001,发布于 湖北,蓝V\n"
    (post,) = read(header + row, source="")
    assert isinstance(post, Post)
    assert (post.id, post.source, post.repost_of) == ("weibo:5250000000000012", "weibo", "weibo:5249000000000001")
    assert (post.reposts, post.comments, post.likes, post.region) == (3, 12_000, 1_000_000, "湖北")
    assert (post.author, post.author_name, post.author_kind) == (
        "1900000006",
        "澜川电器旗舰店",
        AuthorKind.ORGANISATION,
    )
    assert post.url == "https://m.weibo.cn/detail/5250000000000012"


def media_crawler() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    xhs = {
        "note_id": "66fa0001",
        "title": "热水器避坑",
        "desc": "漏水了",
        "time": 1780275900000,
        "user_id": "u1",
        "nickname": "甲",
    }
    yield (
        xhs
        | {
            "liked_count": "1.2万",
            "collected_count": "9",
            "comment_count": "8",
            "share_count": "7",
            "ip_location": "湖北",
        },
        {
            "id": "xhs:66fa0001",
            "text": "热水器避坑\n漏水了",
            "likes": 12_000,
            "comments": 8,
            "reposts": 7,
            "region": "湖北",
        },
    )
    weibo = {
        "note_id": "5250000000000012",
        "content": "漏水了",
        "create_time": 1780275900,
        "create_date_time": "2026-06-01 09:05:00",
    }
    yield (
        weibo | {"liked_count": "5", "comments_count": "4", "shared_count": "3", "user_id": "1", "nickname": "甲"},
        {
            "id": "weibo:5250000000000012",
            "text": "漏水了",
            "likes": 5,
            "comments": 4,
            "reposts": 3,
            "bid": "QkYJa000c",
            "author_name": "",
        },
    )
    douyin = {
        "aweme_id": "7300000000000000001",
        "title": "漏水",
        "desc": "漏水现场",
        "create_time": 1780275900,
        "user_id": "2",
    }
    yield (
        douyin | {"liked_count": "5", "comment_count": "4", "share_count": "3"},
        {"id": "douyin:7300000000000000001", "text": "漏水现场", "likes": 5, "comments": 4, "reposts": 3},
    )
    yield (
        {"comment_id": "5250100000000002", "create_time": 1780275900, "note_id": "5250000000000012", "content": "同款", "user_id": "3", "parent_comment_id": "0", "like_count": "2"},
        {"id": "weibo:5250100000000002", "kind": Kind.COMMENT, "parent": "weibo:5250000000000012", "text": "同款"},
    )  # fmt: skip


@pytest.mark.parametrize(("row", "expected"), list(media_crawler()))
def test_media_crawler_rows_become_posts_and_comments_of_their_site(
    row: dict[str, Any], expected: dict[str, Any]
) -> None:
    (post,) = read(json.dumps(row), source="")
    assert {name: getattr(post, name) for name in expected} == expected
    assert iso_shanghai(post.published_at) == "2026-06-01T09:05:00+08:00"


def test_our_own_export_comes_back_with_its_ids_kinds_and_sources() -> None:
    row = {
        "id": "jd:900001", "source": "jd", "kind": "review", "url": "", "text": "漏水", "normalized": "漏水", "published_at": "2026-06-01T09:05:00+08:00",
        "seen_at": "2026-06-01T09:10:00+08:00", "rating": 1, "sku": "100200300", "product": "澜川 R5", "brand": ["澜川"], "category": "热水器", "model": "R5",
        "sentiment": "positive", "score": 0.9, "aspects": [], "spam": 0.0, "cluster": "",
    }  # fmt: skip
    complaint = row | {"id": "tousu:1", "source": "tousu", "kind": "complaint", "rating": None, "brand": []}
    review, post = read(json.dumps(row) + "\n" + json.dumps(complaint), source="")
    assert isinstance(review, Review)
    assert (review.id, review.source, review.rating, review.brand) == ("jd:900001", "jd", 1, "澜川")
    assert iso_shanghai(review.seen_at) == "2026-06-01T09:10:00+08:00"
    assert (post.id, post.kind) == ("tousu:1", Kind.COMPLAINT)


def test_price_rows_keep_exact_yuan_and_the_moment_they_were_seen() -> None:
    header = "sku,product,brand,shop,price,list_price,promotions,in_stock,seen_at\n"
    row = 'jd:100200300,澜川 R5,澜川,京东自营,"￥1,299.00",1599,"[""满1000减50"",""赠滤芯""]",有货,2026-06-01T09:05:00+08:00\n'
    (price,) = read(header + row + "jd:100200301,澜川 R6,澜川,京东自营,-1.00,,,无货,2026-06-01\n", source="jd")[:1]
    assert isinstance(price, PriceObservation)
    assert (price.sku, price.price, price.list_price) == ("jd:100200300", Decimal("1299.00"), Decimal("1599.00"))
    assert (price.promotions, price.in_stock) == (("满1000减50", "赠滤芯"), True)
    assert iso_shanghai(price.seen_at) == "2026-06-01T09:05:00+08:00"


def test_a_shop_that_does_not_sell_has_no_price_and_a_text_without_amount_is_refused() -> None:
    items = read("商品编号,商品名称,价格\n1,甲,-1.00\n2,乙,面议\n3,丙,46.5元\n")
    assert [p.price for p in taken(items)] == [None, Decimal("46.50")]
    assert refused(items) == [(3, "「价格」不是金额：面议")]


def test_columns_that_nobody_knows_are_not_guessed_into_the_store() -> None:
    content = "甲列,乙列\n这台热水器用了三天就开始漏水了,1\n客服电话一直没有人接听真是急人,2\n"
    guessed = guess(io.BytesIO(content.encode()))
    assert (guessed.certain, guessed.mapping.columns) == (False, {"text": "甲列"})
    with pytest.raises(InvalidInput, match="甲列，乙列"):
        read(content)
    assert len(read(content, mapping=guessed.mapping)) == 2


def test_a_saved_mapping_for_other_columns_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="没有映射要的列：不存在"):
        read(REVIEWS + GOOD, mapping=Mapping(kind="reviews", columns={"text": "不存在"}))


@given(st.binary(max_size=300))
def test_no_bytes_make_reading_fail_otherwise_than_by_saying_so(content: bytes) -> None:
    with suppress(InvalidInput):
        assert all(isinstance(item, Refused | Noted | Post | Review | PriceObservation) for item in read(content))


@given(
    st.lists(
        st.lists(st.text(alphabet='漏水",\n\r\t=1.E+5星2026-06:', max_size=12), min_size=7, max_size=7), max_size=6
    )
)
def test_no_row_makes_the_rows_after_it_disappear(rows: list[list[str]]) -> None:
    import csv

    out = io.StringIO()
    csv.writer(out).writerows(rows)
    items = read(REVIEWS + GOOD + out.getvalue() + GOOD)
    assert items[0].text == "漏水，修了两次"
    assert items[-1].text == "漏水，修了两次"
    assert len(items) <= len(rows) + 2
