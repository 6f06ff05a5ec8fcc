"""Files of other tools: good rows in, bad rows named, the same file nothing twice, and nothing stored as an empty success."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.errors import InvalidInput
from domain.watches import Watch
from flows.search import document_row
from index import tables
from index.query import Everything
from tests.flows.desks import DAY, NOW, HandClock
from tingchao.folders import Folder
from tingchao.wiring import House, opened

HEADER = "评价编号,评价内容,星级,品牌,商品名称,评价时间\n"
ROWS = (
    "1,用了两天就漏水,1,岚川,岚川 R5 燃气热水器,2026-11-01 10:00:00\n"
    "2,客服不理人,2,岚川,岚川 R5 燃气热水器,2026-11-02 11:30:00\n"
    "3,安静好用,5,北屿,北屿 静音空调,2026-11-03\n"
)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """As a command opens it: nobody holds the writer, so the import stores by itself."""
    with opened(Folder(path=tmp_path / "data"), clock=HandClock()) as house:
        yield house


def file(tmp_path: Path, text: str, *, name: str = "jd_reviews.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_file_is_stored_and_searchable_and_twice_is_once(house: House, tmp_path: Path) -> None:
    path = file(tmp_path, HEADER + ROWS)
    told: list[int] = []
    first = house.desk.imports.run(path, progress=told.append)
    assert (first.rows, first.stored, first.known, first.refused) == (3, 3, 0, ())
    assert told == [3]
    again = house.desk.imports.run(path)
    assert (again.rows, again.stored, again.known) == (3, 0, 3)
    assert house.desk.documents.count(Everything()) == 3
    assert house.desk.search.count("漏水 brand:岚川 rating:1") == 1
    assert house.inbox.pending() == []
    assert [d.id for d in house.desk.search.scan("source:jd")] == ["jd:3", "jd:2", "jd:1"]


def test_a_bare_date_is_history_but_no_midnight_spike(house: House, tmp_path: Path) -> None:
    house.desk.watch_list.save(Watch(name="北屿", brand="北屿"))
    house.desk.imports.run(file(tmp_path, HEADER + ROWS))
    assert house.desk.ledger.counts("北屿", since=NOW - 60 * DAY, until=NOW) == {}
    assert [d.id for d in house.desk.ledger.documents_of("北屿", since=NOW - 60 * DAY, until=NOW)] == ["jd:3"]


def test_a_broken_row_is_named_with_its_line_and_the_others_are_stored(house: House, tmp_path: Path) -> None:
    broken = HEADER + "1,漏水,1,岚川\n" + "2,“好,9,岚川,R5,2026-11-01\n" + ROWS.splitlines(keepends=True)[2]
    report = house.desk.imports.run(file(tmp_path, broken))
    assert (report.rows, report.stored) == (3, 1)
    assert [(r.line, bool(r.why)) for r in report.refused] == [(2, True), (3, True)]
    assert "应有 6 列，这一行有 4 列" in report.refused[0].why
    assert "星级" in report.refused[1].why


def test_a_gbk_file_is_read_as_what_it_is(house: House, tmp_path: Path) -> None:
    assert house.desk.imports.run(file(tmp_path, HEADER + ROWS, encoding="gb18030")).stored == 3
    assert house.desk.search.count("漏水") == 1


def test_a_gbk_file_under_a_mapping_that_says_utf8_is_refused_with_the_way_out(house: House, tmp_path: Path) -> None:
    path = file(tmp_path, HEADER + ROWS, encoding="gb18030")
    columns = {"id": "评价编号", "text": "评价内容"}
    tables.Mappings(house.engine).save("门店", {"kind": "reviews", "columns": columns, "encoding": "utf-8"})
    with pytest.raises(InvalidInput, match=r"jd_reviews\.csv.*gb18030|jd_reviews\.csv.*GBK"):
        house.desk.imports.run(path, mapping="门店")
    assert house.desk.ledger.last_sequence() == 0
    assert house.inbox.pending() == []


def test_a_source_that_a_person_names_wins_over_the_files_name(house: House, tmp_path: Path) -> None:
    house.desk.imports.run(file(tmp_path, HEADER + ROWS), source="门店")
    assert house.desk.search.count("source:门店") == 3


def test_a_file_whose_columns_nobody_knows_stores_nothing(house: House, tmp_path: Path) -> None:
    path = file(tmp_path, "甲,乙\n这一句话说了热水器漏水的经过,2\n另一句话说的是客服不理人的事,3\n")
    (guessed,) = house.desk.imports.preview(path)
    assert not guessed.certain
    with pytest.raises(InvalidInput, match=r"--column text=列名.*--mapping mapping\.toml"):
        house.desk.imports.run(path)
    assert house.desk.ledger.last_sequence() == 0
    assert house.inbox.pending() == []


def test_an_unknown_mapping_is_named(house: House, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="'门店'"):
        house.desk.imports.run(file(tmp_path, HEADER + ROWS), mapping="门店")


@pytest.mark.parametrize("text", ["", "\n\n", HEADER])
def test_a_file_without_rows_is_no_success(house: House, tmp_path: Path, text: str) -> None:
    with pytest.raises(InvalidInput, match=r"jd_reviews\.csv"):
        house.desk.imports.run(file(tmp_path, text))
    assert house.desk.ledger.last_sequence() == 0


def test_prices_of_a_file_are_kept_as_prices(house: House, tmp_path: Path) -> None:
    text = "sku,product,shop,price,seen_at\n1001,岚川 R5,岚川自营,1299.00,2026-11-01T10:00:00+08:00\n"
    path = file(tmp_path, text, name="jd_prices.csv")
    first, again = house.desk.imports.run(path), house.desk.imports.run(path)
    assert [(r.rows, r.stored, r.known, r.refused) for r in (first, again)] == [(1, 1, 0, ()), (1, 0, 1, ())]
    (kept,) = house.desk.prices.all()
    assert (kept.shop, str(kept.price)) == ("岚川自营", "1299.00")


def test_a_price_list_without_times_was_observed_when_it_was_written(house: House, tmp_path: Path) -> None:
    path = file(tmp_path, "商品编号,商品名称,店铺,价格\n1001,岚川 R5,岚川自营,1299.00\n", name="jd_prices.csv")
    os.utime(path, ((NOW - DAY).timestamp(), (NOW - DAY).timestamp()))
    assert house.desk.imports.run(path).stored == 1
    assert isinstance(house.clock, HandClock)
    house.clock.at = NOW + DAY
    again = house.desk.imports.run(path)
    assert (again.stored, again.known) == (0, 1)
    assert [o.seen_at for o in house.desk.prices.all()] == [NOW - DAY]


def test_the_same_bytes_under_another_name_are_recognised_and_told(house: House, tmp_path: Path) -> None:
    first = house.desk.imports.run(file(tmp_path, HEADER + ROWS))
    again = house.desk.imports.run(file(tmp_path, HEADER + ROWS, name="副本.csv"))
    assert first.before is None
    assert again.before is not None
    assert (again.before.name, again.before.rows, again.before.imported_at) == ("jd_reviews.csv", 3, NOW)
    assert (again.rows, again.stored, again.known) == (3, 0, 3)
    assert house.desk.documents.count(Everything()) == 3
    assert [(f.name, f.source, f.stored) for f in house.desk.imports.files.recent()] == [("jd_reviews.csv", "jd", 3)]


def test_a_known_file_still_names_its_broken_rows(house: House, tmp_path: Path) -> None:
    path = file(tmp_path, HEADER + ROWS + "4,漏水,1,岚川\n")
    first, again = house.desk.imports.run(path), house.desk.imports.run(path)
    assert first.refused == again.refused != ()
    assert (again.rows, again.stored, again.known) == (4, 0, 3)


def test_a_file_read_in_another_way_is_another_and_one_can_insist(house: House, tmp_path: Path) -> None:
    path = file(tmp_path, HEADER + ROWS)
    house.desk.imports.run(path)
    assert house.desk.imports.run(path, source="门店").stored == 3
    insisted = house.desk.imports.run(path, again=True)
    assert (insisted.before, insisted.stored, insisted.known) == (None, 0, 3)


NAMELESS = "评价内容,星级,评价时间\n漏水两次,1,2026-11-01\n客服不理人,2,2026-11-02\n安静,5,2026-11-03\n"


def test_a_renamed_file_with_more_rows_in_another_order_stores_only_the_new_ones(house: House, tmp_path: Path) -> None:
    assert house.desk.imports.run(file(tmp_path, NAMELESS, name="jd_评价.csv")).stored == 3
    head, *rows = NAMELESS.splitlines(keepends=True)
    longer = head + "又漏了,1,2026-11-04\n" + "".join(reversed(rows))
    report = house.desk.imports.run(file(tmp_path, longer, name="给老板看的.csv"))
    assert (report.stored, report.known, report.source) == (1, 3, "jd")
    assert house.desk.search.count("source:jd") == 4


def test_files_of_two_shops_with_the_same_numbers_stay_apart(house: House, tmp_path: Path) -> None:
    other = HEADER + "1,另一家店的评价,4,北屿,北屿 静音空调,2026-11-05\n"
    house.desk.imports.run(file(tmp_path, HEADER + ROWS, name="东门店.csv"))
    report = house.desk.imports.run(file(tmp_path, other, name="西门店.csv"))
    assert (report.stored, report.source) == (1, "西门店")
    assert house.desk.search.count("source:东门店") == 3


def test_rows_without_a_time_are_found_but_are_no_news(house: House, tmp_path: Path) -> None:
    house.desk.watch_list.save(Watch(name="岚川", brand="岚川"))
    text = "评价内容,品牌\n热水器漏电，手被电麻了,岚川\n热水器爆炸，有人受伤,岚川\n"
    assert house.desk.imports.run(file(tmp_path, text)).stored == 2
    assert house.desk.search.count("漏电") == 1
    assert house.desk.search.count("漏电", since=NOW - 365 * DAY) == 0
    assert house.desk.ledger.counts("岚川", since=NOW - 60 * DAY, until=NOW + DAY) == {}
    house.desk.monitor.tick()
    assert house.desk.alerts.open() == []
    (row,) = house.desk.search.scan("漏电")
    assert document_row(row)["published_at"] is None


def test_a_time_that_comes_later_replaces_none_and_none_replaces_no_time(house: House, tmp_path: Path) -> None:
    dated = "评价编号,评价内容,评价时间\n7,用了两天就漏水,2026-11-01\n"
    undated = "评价编号,评价内容\n7,用了两天就漏水\n"
    for text in (undated, dated, undated):
        house.desk.imports.run(file(tmp_path, text), again=True)
    (row,) = house.desk.search.scan("source:jd")
    assert document_row(row)["published_at"] == "2026-11-01"


def test_an_append_that_comes_with_a_later_export_updates_its_review(house: House, tmp_path: Path) -> None:
    head = "评价内容,评价时间,追评内容,追评时间\n"
    house.desk.imports.run(file(tmp_path, head + "安装很快,2026-11-01,,\n"))
    report = house.desk.imports.run(file(tmp_path, head + "安装很快,2026-11-01,一周后开始漏水,2026-11-08\n"))
    assert (report.stored, report.known) == (0, 1)
    assert [d.text for d in house.desk.search.scan("source:jd")] == ["安装很快\n【追评】一周后开始漏水"]


def test_a_saved_mapping_is_used_for_the_same_headings_and_not_for_others(house: House, tmp_path: Path) -> None:
    desk = house.desk
    path = file(tmp_path, "哪天,顾客说,打几分\n2026-11-01,这台热水器用两天就漏水,1\n", name="回访.csv")
    (guessed,) = desk.imports.preview(path)
    mapping = desk.imports.corrected(
        guessed, columns={"text": "顾客说", "published_at": "哪天", "rating": "打几分"}, kind="reviews", source="门店"
    )
    desk.imports.mappings.save("回访", mapping)
    assert desk.imports.preview(path)[0].saved == "回访"
    assert desk.imports.run(path).stored == 1
    (row,) = desk.search.scan("source:门店")
    assert (row.rating, document_row(row)["published_at"]) == (1, "2026-11-01")
    other = file(tmp_path, "顾客说,打几分,备注\n还行,4,\n", name="别的.csv")
    assert not desk.imports.preview(other)[0].certain
    assert desk.imports.mappings.remove("回访")
    assert not desk.imports.preview(path)[0].certain


def test_a_mangled_id_is_reported_and_the_row_is_kept_once(house: House, tmp_path: Path) -> None:
    text = HEADER + ROWS.replace("1,用了", "1.23E+11,用了", 1)
    path = file(tmp_path, text)
    first, again = house.desk.imports.run(path), house.desk.imports.run(path, again=True)
    assert (first.stored, first.refused, [n.line for n in first.notes]) == (3, (), [2])
    assert "1.23E+11" in first.notes[0].why
    assert (again.stored, again.known) == (0, 3)


def test_notes_are_kept_to_a_thousand_and_the_rest_is_counted(house: House, tmp_path: Path) -> None:
    rows = "".join(f"1.23E+11,第 {n} 条评价,2026-11-01\n" for n in range(1_200))
    report = house.desk.imports.run(file(tmp_path, "评价编号,评价内容,评价时间\n" + rows))
    assert report.stored == 1_200
    assert len(report.notes) == 1_001
    assert "200" in report.notes[-1].why
