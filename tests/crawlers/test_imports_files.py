"""Files as they come: archives, databases, old workbooks, HTML that calls itself .xls, other encodings, headers and rounded ids."""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.imports.headings import heading_of
from crawlers.imports.lines import Line
from crawlers.imports.mapping import corrected, mapping_from
from crawlers.imports.rows import guess, look
from crawlers.imports.separated import LONGEST_CELL
from domain.errors import InvalidInput, InvalidSettings
from domain.times import UNDATED, iso_shanghai
from tests.crawlers.imported import as_csv, as_database, as_workbook, as_zip, noted, read, refused, taken

REVIEW = {"评价编号": "880000001", "评价内容": "漏水，修了两次", "评分": "1", "评价时间": "2026-06-01 12:30"}
OTHER = REVIEW | {"评价编号": "880000002", "评价内容": "安静", "评分": "5"}


def test_an_old_workbook_is_read() -> None:
    first, second = read(Path(__file__).parent / "files" / "back_office.xls")
    assert (first.id, first.rating, iso_shanghai(first.published_at)) == (
        "back_office:880001",
        5,
        "2026-05-02T09:30:00+08:00",
    )
    assert second.text == "用了三天就漏水"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_an_html_table_that_calls_itself_a_workbook_is_read(encoding: str) -> None:
    page = (
        f"<html><head><meta charset='{encoding}'></head><body><table border=1><tr><th colspan=3>苏宁云台 评价</th></tr>"
        "<tr><th>评价编号</th><th>评价内容</th><th>评分</th></tr><tr><td>880000001</td><td>漏水</td><td>1</td></tr></table></body></html>"
    )
    (review,) = read(page.encode(encoding))
    assert (review.id, review.text, review.rating) == ("suning:880000001", "漏水", 1)


def test_a_log_in_page_saved_as_an_export_is_named() -> None:
    with pytest.raises(InvalidInput, match="登录页"):
        read("<!DOCTYPE html><html><body>请登录</body></html>")


def test_an_archive_gives_all_its_tables_and_names_the_one_that_is_broken() -> None:
    archive = as_zip(
        {
            "评价/一月.csv": as_csv([REVIEW], encoding="gbk"),
            "评价/二月.xlsx": as_workbook({"评价": [list(OTHER), list(OTHER.values())]}),
            "坏.csv": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
            "图/1.jpg": b"\xff\xd8\xff",
            "__MACOSX/._一月.csv": b"x",
        }
    )
    items = read(archive)
    assert [r.id for r in taken(items)] == ["import:880000001", "import:880000002"]
    ((line, why),) = refused(items)
    assert (line, "坏.csv" in why, "PNG 图片" in why) == (1, True, True)


def test_an_archive_without_a_table_is_refused() -> None:
    with pytest.raises(InvalidInput, match="没有可以导入的文件"):
        read(as_zip({"1.jpg": b"\xff\xd8\xff"}))


def test_a_cut_archive_is_refused() -> None:
    whole = as_zip({"a.csv": as_csv([REVIEW])})
    with pytest.raises(InvalidInput, match=r"不是完整的 Excel 文件|解压不出来"):
        read(whole[: len(whole) // 2])


def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    path = as_database({"weibo_note": [REVIEW]}, tmp_path)
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 3000)
    with pytest.raises(InvalidInput, match="不是完整的 SQLite 文件"):
        read(path)


def test_a_database_that_came_in_an_archive_is_read(tmp_path: Path) -> None:
    content = as_database({"reviews": [REVIEW], "nothing": [{"a": 1}]}, tmp_path).read_bytes()
    items = read(as_zip({"data/x.db": content}))
    assert [r.id for r in taken(items)] == ["import:880000001"]
    assert refused(items) == []


@pytest.mark.parametrize(
    ("head", "form"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG 图片"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG 图片"),
        (b"%PDF-1.7\n%abc\n", "PDF 文档"),
        (b"Rar!\x1a\x07\x01\x00", "RAR 压缩包"),
        (b"7z\xbc\xaf\x27\x1c\x00\x04", "7z 压缩包"),
        (b"PAR1\x15\x04\x15\x00", "Parquet 文件"),
    ],
)
def test_a_file_that_is_no_table_is_named_with_the_way_out(head: bytes, form: str) -> None:
    with pytest.raises(InvalidInput, match=rf"这是{form}.*not a table.*导出表格|这是{form}.*\.zip"):
        read(head + b"x" * 500)


def test_a_heading_may_begin_like_a_program() -> None:
    assert taken(read("MZ编号,评价内容\n1,漏水\n"))[0].text == "漏水"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8", "gb18030"])
@pytest.mark.parametrize("mark", [",", "\t", ";", "|"])
def test_every_encoding_and_separator_is_found_out(encoding: str, mark: str) -> None:
    first, second = read(as_csv([REVIEW, OTHER], encoding=encoding, mark=mark))
    assert (first.text, first.rating, second.id) == ("漏水，修了两次", 1, "import:880000002")


def test_excels_own_separator_line_is_believed() -> None:
    (review,) = read("sep=;\n评价编号;评价内容\n880000001;好,很好\n")
    assert (review.id, review.text) == ("import:880000001", "好,很好")


def test_commas_in_every_text_do_not_win_over_tabs() -> None:
    (review,) = read("评价编号\t评价内容\t备注\n880000001\t好,很好,非常好,真的,不错\t\n")
    assert review.text == "好,很好,非常好,真的,不错"


def test_a_cell_or_a_line_beyond_all_measure_costs_its_row_only() -> None:
    long_cell = "漏" * (LONGEST_CELL + 1)
    items = read(f"评价编号,评价内容\n1,好\n2,{long_cell}\n3,差\n4,{'x' * 3_000_000}\n5,中\n")
    assert [r.id for r in taken(items)] == ["import:1", "import:3", "import:5"]
    assert [line for line, _ in refused(items)] == [3, 5]
    assert "个字符" in refused(items)[0][1]


def test_titles_and_a_note_stand_above_the_header_and_a_sum_below() -> None:
    text = "澜川旗舰店评价导出,,,\n导出时间：2026-06-10,,,\n评价编号,评价内容,评分,评价时间\n880000001,漏水,1,2026-06-01\n合计,1,,\n共 1 条,,,\n"
    items = read(text)
    assert [r.text for r in taken(items)] == ["漏水"]
    assert refused(items) == []


def test_two_header_rows_with_merged_groups_are_joined() -> None:
    rows: list[list[Any]] = [
        ["订单编号", "商品名称", "初评", "", "", "追评", "", ""],
        ["", "", "内容", "时间", "评分", "内容", "时间", ""],
        ["1", "澜川 R5", "安装快", "2026-06-01 10:00", 5, "一周后漏水", "2026-06-08 10:00", ""],
    ]
    for content in (as_workbook({"评价": rows}), "\n".join(",".join(map(str, row)) for row in rows)):
        (review,) = read(content)
        assert (review.text, review.product, review.rating) == ("安装快", "澜川 R5", 5)
        assert iso_shanghai(review.published_at) == "2026-06-01T10:00:00+08:00"
        assert (review.append.text, iso_shanghai(review.append.published_at)) == (
            "一周后漏水",
            "2026-06-08T10:00:00+08:00",
        )


def test_a_second_header_in_another_language_is_no_review() -> None:
    items = read("commentId,content,score,creationTime\n评价编号,评价内容,评分,评价时间\n880000001,漏水,1,2026-06-01\n")
    assert [(r.text, r.rating) for r in taken(items)] == [("漏水", 1)]
    assert refused(items) == []


def test_a_header_in_the_middle_of_files_put_together_is_no_review() -> None:
    head = "评价编号,评价内容\n"
    items = read(head + "".join(f"{n},第 {n} 条\n" for n in range(300)) + head + "300,最后\n")
    assert len(taken(items)) == 301
    assert refused(items) == []


def test_cells_merged_over_several_rows_count_for_each() -> None:
    import xlsxwriter

    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("评价")
        sheet.merge_range(0, 0, 0, 2, "评价导出")
        sheet.write_row(1, 0, ["商品名称", "评价内容", "评分", "", ""])
        sheet.merge_range(2, 0, 4, 0, "澜川 R5")
        for n, text in enumerate(("漏水", "安静", "还行")):
            sheet.write_row(2 + n, 1, [text, n + 1])
        sheet.write_row(5, 0, ["澜川 R6", "换的", 4])
    assert [(r.product, r.text) for r in read(book.getvalue())] == [
        ("澜川 R5", "漏水"),
        ("澜川 R5", "安静"),
        ("澜川 R5", "还行"),
        ("澜川 R6", "换的"),
    ]


def test_text_dates_serials_flags_and_prefixes_of_a_back_office_are_read() -> None:
    rows: list[list[Any]] = [
        ["评价编号", "评价内容", "评价时间", "是否晒图", "", ""],
        ["\t880000001", "一", "2026年6月1日 下午 3:05", "是", "", ""],
        ["'=880000002", "二", "46174.5", "否", "", ""],
        ["880000003 ", "三", datetime(2026, 6, 1, 15, 5), "是", "", ""],
        ["880000004", "四", 46174, "否", "", ""],
        ["880000005", "五", "2026/6/1", "否", "", ""],
    ]
    found = read(as_workbook({"评价": rows}))
    assert [(r.id.split(":")[1], iso_shanghai(r.published_at), r.date_only) for r in found] == [
        ("880000001", "2026-06-01T15:05:00+08:00", False),
        ("=880000002", "2026-06-01T12:00:00+08:00", False),
        ("880000003", "2026-06-01T15:05:00+08:00", False),
        ("880000004", "2026-06-01T00:00:00+08:00", True),
        ("880000005", "2026-06-01T00:00:00+08:00", True),
    ]


def test_a_row_without_a_time_stands_before_all_times() -> None:
    (review,) = read("评价内容,评价时间\n漏水,\n")
    assert (review.published_at, review.date_only) == (UNDATED, True)


def weibo(ids: list[Any], **more: str) -> list[dict[str, Any]]:
    return [
        {"id": id_, "微博正文": f"第 {n} 条", "发布时间": "2026-06-01 09:05", "转发数": 0} | more
        for n, id_ in enumerate(ids)
    ]


def test_a_rounded_post_id_is_recovered_from_its_short_one_or_its_address() -> None:
    row = {"id": "5.25E+15", "bid": "QkYJa000c", "微博正文": "新品", "发布时间": "2026-06-01"}
    items = read(as_csv([row]))
    assert [p.id for p in taken(items)] == ["weibo:5250000000000012"]
    assert "已按 bid 或链接还原" in noted(items)[0][1]
    linked = weibo(["5.25E+15"], 微博链接="https://weibo.com/1900000006/QkYJa000c")
    assert [p.id for p in taken(read(as_csv(linked), source="weibo"))] == ["weibo:5250000000000012"]


def test_ids_that_all_end_in_zeros_were_rounded_and_a_single_one_was_not() -> None:
    rounded = read(as_csv(weibo([f"525000000000{n}0" for n in range(101, 111)])), source="weibo")
    assert len(noted(rounded)) == len(taken(rounded)) == 10
    assert all(p.id.startswith("weibo:row-") for p in taken(rounded))
    honest = read(as_csv(weibo(["5250000000000120", "5250000000000121"])), source="weibo")
    assert [p.id for p in taken(honest)] == ["weibo:5250000000000120", "weibo:5250000000000121"]
    assert noted(honest) == []


def test_a_number_of_a_workbook_is_believed_to_its_last_digit_only_where_it_has_one() -> None:
    head = ["id", "微博正文", "发布时间", "转发数"]
    exact = as_workbook({"s": [head, [5250000000000012, "一", "2026-06-01", 0]]})
    assert [p.id for p in read(exact, source="weibo")] == ["weibo:5250000000000012"]
    for number in (5250000000000010, 7300000000000000001):
        items = read(as_workbook({"s": [head, [number, "一", "2026-06-01", 0]]}), source="weibo")
        assert [p.id.startswith("weibo:row-") for p in taken(items)] == [True]
        assert len(noted(items)) == 1


def test_a_rounded_product_number_is_left_out_and_the_review_kept() -> None:
    items = read(as_csv([REVIEW | {"商品编号": "1.00E+11"}]))
    assert [(r.id, r.sku) for r in taken(items)] == [("import:880000001", "")]
    assert "「商品编号」1.00E+11" in noted(items)[0][1]


def test_a_price_whose_number_is_rounded_goes_by_its_title_or_not_at_all() -> None:
    items = read("商品编号,商品名称,价格\n1.00E+11,澜川 R5,1299\n1.00E+11,,1399\n")
    assert [str(p.price) for p in taken(items)] == ["1299.00"]
    assert [line for line, _ in refused(items)] == [3]


def test_masked_names_do_not_make_one_author_of_many() -> None:
    rows = [REVIEW | {"买家昵称": name} for name in ("j***8", "匿名用户", "老周说家电")]
    assert [r.author for r in read(as_csv(rows))] == ["", "", "老周说家电"]


def test_the_same_review_has_one_id_in_every_export_of_it() -> None:
    row = {k: v for k, v in REVIEW.items() if k != "评价编号"}
    later = row | {"评价时间": "2026/6/1 12:30:00", "点赞数": "9", "商家回复": "抱歉", "追评内容": "又漏了"}
    reordered = dict(reversed(later.items()))
    workbook = as_workbook({"s": [list(row), [*list(row.values())[:2], datetime(2026, 6, 1, 12, 30)]]})
    ids = [read(content)[0].id for content in (as_csv([row]), as_csv([later]), as_csv([reordered]), workbook)]
    assert len(set(ids)) == 1


def test_a_review_of_which_only_the_later_part_has_words_is_kept() -> None:
    (review,) = read(as_csv([REVIEW | {"评价内容": "", "追评内容": "一周后漏水"}]))
    assert (review.text, review.append) == ("一周后漏水", None)


def test_an_empty_sheet_and_a_note_are_passed_over_and_an_unknown_table_is_named() -> None:
    unknown = [["甲", "乙"], *[[f"{n}", f"{n * n}"] for n in range(40)]]
    items = read(
        as_workbook(
            {"空": [], "评价": [list(REVIEW), list(REVIEW.values())], "说明": [["仅供内部使用"]], "别的": unknown}
        )
    )
    assert len(taken(items)) == 1
    assert noted(items) == [(0, "工作表「说明」只有说明文字，没有读")]
    assert [("「别的」" in why, "指定映射" in why) for _, why in refused(items)] == [(True, True)]


def test_each_sheet_is_looked_at_with_its_first_rows() -> None:
    found = look(io.BytesIO(as_workbook({"a": [list(REVIEW), list(REVIEW.values())], "b": [["甲"], ["1"]]})))
    assert [(g.sheet, g.certain) for g in found] == [("a", True), ("b", False)]
    assert found[0].rows == (tuple(REVIEW.values()),)


def test_a_correction_moves_columns_and_keeps_the_headings() -> None:
    seen = guess(io.BytesIO(as_csv([REVIEW | {"备注": "客服说的"}])))
    made = corrected(seen, columns={"text": "备注", "rating": ""}, source="门店")
    assert made.columns == {"id": "评价编号", "published_at": "评价时间", "text": "备注"}
    assert (made.source, made.header) == ("门店", (*REVIEW, "备注"))
    assert corrected(seen, columns={"headline": "评价内容", "text": "备注"}).columns["headline"] == "评价内容"
    with pytest.raises(InvalidSettings, match="没有列「不存在」"):
        corrected(seen, columns={"text": "不存在"})


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "prices", "columns": {"price": "价"}}, "商品编号"),
        ({"kind": "reviews", "columns": {"rating": "星"}}, "要有正文列"),
        ({"kind": "reviews", "columns": {"text": "说", "product": "说"}}, "一列只能当一种"),
    ],
)
def test_a_mapping_that_is_not_whole_says_what_is_missing(values: dict[str, object], said: str) -> None:
    with pytest.raises(InvalidSettings, match=said):
        mapping_from(values, where="x")


def test_the_header_is_found_within_the_first_lines_only() -> None:
    lines = [Line(number=n, cells=("x", "y")) for n in range(1, 15)]
    lines.append(Line(number=15, cells=("评价内容", "评分")))
    found = heading_of(lines)
    assert found is not None
    assert found.line == 1


def test_a_hundred_thousand_rows_are_read_one_by_one(tmp_path: Path) -> None:
    import tracemalloc

    path = tmp_path / "many.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(REVIEW)
        for n in range(20_000):
            writer.writerow([880_000_000 + n, f"第 {n} 条：漏水", 1, "2026-06-01 12:30"])
    from crawlers.imports.rows import read_documents
    from tests.crawlers.imported import SEEN

    tracemalloc.start()
    try:
        count = sum(1 for _ in read_documents(path, seen_at=SEEN))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert peak < 16 << 20  # of a file that makes 20,000 reviews: they are not held together


def test_json_with_a_broken_line_and_an_object_within_goes_on() -> None:
    rows = [json.dumps({"id": str(n), "text": f"第 {n} 条", "extra": {"a": [1]}}, ensure_ascii=False) for n in range(3)]
    items = read("\n".join([rows[0], '{"id": "x", "text": ', rows[2]]))
    assert [p.id for p in taken(items)] == ["import:0", "import:2"]
    assert [line for line, _ in refused(items)] == [2]


def test_a_price_that_is_empty_today_is_the_next_best_one_of_the_row() -> None:
    items = read("SKU,商品名称,京东价,到手价\n100,R5,1599,1299.00\n101,R6,1699,\n102,R7,,\n")
    assert [str(p.price) for p in taken(items)] == ["1299.00", "1699.00", "None"]


def test_an_object_with_rows_inside_is_unpacked_and_a_row_with_answers_inside_is_one_row() -> None:
    inner = [{"id": 1, "content": "好", "time": "2026-06-01"}, {"id": 2, "content": "差", "time": "2026-06-02"}]
    whole = {"code": 0, "data": {"list": inner}}
    assert [p.id for p in read(json.dumps(whole))] == ["import:1", "import:2"]
    row = {"id": 1, "content": "帖子", "comments": inner}
    assert [p.text for p in read(json.dumps(row))] == ["帖子"]
    assert [p.text for p in read("\n".join([json.dumps(row)] * 2))] == ["帖子", "帖子"]


def test_a_text_without_a_header_is_told_what_to_write_above_it() -> None:
    with pytest.raises(InvalidInput, match="最前面加一行，写上「评价内容」"):
        read("这台热水器用了三天就开始漏水了\n客服电话一直没有人接听\n")


@pytest.mark.parametrize(
    ("time", "written"),
    [
        ("20260601 09:05", "2026-06-01T09:05:00+08:00"),
        ("NaT", None),
        ("0", None),
        ("2026-06-01 09:05:07.0", "2026-06-01T09:05:07+08:00"),
    ],
)
def test_times_as_programs_write_them_are_read(time: str, written: str | None) -> None:
    (review,) = read(f"评价内容,评价时间\n漏水,{time}\n")
    assert (None if review.published_at == UNDATED else iso_shanghai(review.published_at)) == written


def test_words_in_the_column_of_stars_are_the_shops_own_verdict() -> None:
    assert [(r.rating, r.polarity) for r in read("评价内容,评分\n漏水,差评\n安静,5/5\n")] == [(None, "bad"), (5, None)]
