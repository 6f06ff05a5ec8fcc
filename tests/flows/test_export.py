"""一键取数: the file has as many rows as the screen said, each format the same ones, and no cell is a formula."""

import csv
import io
import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pyarrow.parquet as pq
import pytest

from crawlers.imports.rows import read_documents
from domain.alerts import Alert, AlertKind, Delivery, Notice, NoticeReason
from domain.documents import Review
from domain.errors import InvalidInput, InvalidQuery
from domain.prices import PriceObservation
from flows.export import COLUMNS, cell, write, write_file
from tests.flows.desks import DAY, MINUTE, NOW, Rig, document, opinion

DANGEROUS = (
    "=1+1",
    "+8613800000000 的售后不接电话",
    "-2 分",
    "@岚川客服",
    "＝HYPERLINK(1)",
    "＋1",
    "－1",
    "＠岚川",
    "\t=1+1",
    "\n=1+1",
    '=cmd|"/c calc"!A1',
)


def exported(rows: Any, form: str) -> bytes:
    out = io.BytesIO()
    write(rows, form, out)
    return out.getvalue()


def as_csv(content: bytes) -> list[dict[str, str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_would_be_a_formula_is_text_in_csv(here: Rig, text: str) -> None:
    here.store(document(1, text, product=text))
    (row,) = as_csv(exported(here.desk.exports.rows("documents"), "csv"))
    for name in ("text", "product"):
        assert row[name] == "'" + text
        assert row[name][0] not in "=+-@＝＋－＠\t\r\n"


def test_a_quoted_text_comes_back_as_it_was(here: Rig, tmp_path: Path) -> None:
    texts = [t for t in DANGEROUS if t == t.strip()]
    here.store(*(document(n, text) for n, text in enumerate(texts)))
    write_file(here.desk.exports.rows("documents"), "csv", tmp_path / "out.csv")
    back = list(read_documents(tmp_path / "out.csv", seen_at=NOW))
    assert {d.id: d.text for d in back if isinstance(d, Review)} == {f"jd:{n}": text for n, text in enumerate(texts)}


def test_a_number_below_zero_stays_a_number(here: Rig) -> None:
    here.store(document(1))
    (row,) = as_csv(exported(here.desk.exports.rows("documents"), "csv"))
    assert row["score"] == "-0.8"
    assert cell(-0.8) == -0.8


def test_a_workbook_holds_no_formula_and_no_link(here: Rig) -> None:
    texts = [*DANGEROUS, "https://example.invalid/x", "0012300", "1e5"]
    here.store(*(document(n, text, url="https://item.jd.com/1.html") for n, text in enumerate(texts)))
    content = exported(here.desk.exports.rows("documents"), "xlsx")
    heading, *rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()  # type: ignore[union-attr]  # it has a sheet
    assert len(rows) == len(texts)
    assert [c.value for c in heading][:2] == ["id", "source"]
    assert {c.data_type for row in rows for c in row} <= {"s", "n"}
    with ZipFile(io.BytesIO(content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"<hyperlink" not in sheet.lower()
    kept = {row[4].value for row in rows}
    assert {"0012300", "1e5"} <= kept


def test_every_format_has_the_same_rows(here: Rig, tmp_path: Path) -> None:
    here.store(
        document(1, rating=None, aspects=(opinion("漏水"),)),
        document(2, "两行\n的“文本”，还有逗号", rating=2, product='R5 "Pro"'),
        document(3, "好用", sentiment="positive", date_only=True, brands=()),
    )
    rows = list(here.desk.exports.rows("documents"))
    lines = [json.loads(line) for line in exported(iter(rows), "jsonl").splitlines()]
    assert lines == json.loads(json.dumps(rows))
    write_file(iter(rows), "parquet", tmp_path / "rows.parquet")
    table = pq.read_table(tmp_path / "rows.parquet").to_pylist()
    nested = ("brand", "aspects")
    assert [{k: json.loads(v) if k in nested else v for k, v in row.items()} for row in table] == lines
    sheet = openpyxl.load_workbook(io.BytesIO(exported(iter(rows), "xlsx"))).active
    assert sheet is not None
    values = [dict(zip(lines[0], row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]
    spread = as_csv(exported(iter(rows), "csv"))
    for line, row, texts in zip(lines, values, spread, strict=True):
        for name in ("id", "text", "published_at", "product"):
            assert (row[name] or "", texts[name]) == (line[name], line[name])
        assert row["rating"] == line["rating"]


def test_a_parquet_column_that_begins_with_nulls_keeps_its_type(tmp_path: Path) -> None:
    rows = [{"id": str(n), "rating": None, "score": 0, "in_stock": None} for n in range(10_001)]
    rows.append({"id": "last", "rating": 5, "score": -0.5, "in_stock": True})
    assert write_file(iter(rows), "parquet", tmp_path / "rows.parquet") == 10_002
    table = pq.read_table(tmp_path / "rows.parquet")
    assert [str(t) for t in table.schema.types] == ["string", "int64", "double", "bool"]
    assert table.to_pylist()[-1] == rows[-1]


@pytest.mark.parametrize("query", ["", "漏水", "brand:北屿 OR rating:<=2", "sentiment:negative -客服", "没有这样的词"])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_has_as_many_rows_as_the_search_counts(here: Rig, query: str, form: str) -> None:
    here.store(
        *(
            document(
                n,
                ("热水器漏水", "客服不理人", "很好用\n换行")[n % 3],
                sentiment=("negative", "negative", "positive")[n % 3],
                brands=("岚川", "北屿")[n % 2 : n % 2 + 1],
                rating=(1, 2, 5)[n % 3],
                published_at=NOW - n * DAY,
            )
            for n in range(12)
        )
    )
    for since, until in ((None, None), (NOW - 7 * DAY, NOW - 2 * DAY)):
        rows = here.desk.exports.rows("documents", query=query, since=since, until=until)
        content = exported(rows, form)
        found = as_csv(content) if form == "csv" and content else content.splitlines()
        assert len(found) == here.desk.search.count(query, since=since, until=until)


def test_prices_are_exact_yuan_and_every_observation_is_there(here: Rig) -> None:
    seen = [
        PriceObservation(
            sku="jd:1",
            source="jd",
            shop="岚川自营",
            price=Decimal("1299.5") if n else None,
            promotions=("满1000减50",),
            in_stock=bool(n),
            title="岚川 R5",
            seen_at=NOW - n * DAY,
        )
        for n in range(4)
    ]
    here.desk.prices.put(seen, [])
    rows = list(here.desk.exports.rows("prices"))
    assert [r["price"] for r in rows] == ["1299.50", "1299.50", "1299.50", None]
    assert tuple(rows[0]) == COLUMNS["prices"] == ("sku", "product", "brand", "shop", "price", "list_price", "promotions", "in_stock", "seen_at")  # fmt: skip
    assert len(list(here.desk.exports.rows("prices", since=NOW - 2 * DAY, until=NOW))) == 2


def test_an_alert_row_names_its_notices_and_what_became_of_them(here: Rig) -> None:
    alert = Alert(id="surge-1", kind=AlertKind.SURGE, watch="岚川", brand="岚川", opened_at=NOW, document_ids=("jd:1",))
    notice = Notice(
        key="k1",
        alert_id="surge-1",
        channel="duty",
        reason=NoticeReason.FIRST,
        title="岚川",
        lines=("一",),
        created_at=NOW,
    )
    here.desk.alerts.save(alert, [notice], action="opened")
    here.desk.alerts.settle(
        Delivery(key="k1", channel="duty", attempts=1, outcome="delivered", created_at=NOW, delivered_at=NOW + MINUTE)
    )
    (row,) = here.desk.exports.rows("alerts")
    assert tuple(row) == COLUMNS["alerts"]
    assert row["document_ids"] == ["jd:1"]
    assert row["notices"] == [
        {
            "channel": "duty",
            "key": "k1",
            "created_at": "2026-11-18T14:00:00+08:00",
            "delivered_at": "2026-11-18T14:01:00+08:00",
            "outcome": "delivered",
        }
    ]
    assert list(here.desk.exports.rows("alerts", since=NOW + timedelta(seconds=1))) == []


def test_exported_themes_count_the_rows_of_their_query(here: Rig) -> None:
    here.store(document(1, aspects=(opinion("漏水"),)), document(2, brands=("北屿",), aspects=(opinion("漏水"),)))
    for query, count in (("", 2), ("brand:北屿", 1)):
        (row,) = here.desk.exports.rows("themes", query=query)
        assert row["count"] == count == here.desk.search.count(row["query"])


def test_a_file_without_rows_has_its_headings_in_each_form() -> None:
    def empty(form: str) -> bytes:
        out = io.BytesIO()
        assert write([], form, out, columns=COLUMNS["prices"]) == 0
        return out.getvalue()

    headings = list(COLUMNS["prices"])
    assert next(csv.reader(io.StringIO(empty("csv").decode("utf-8-sig")))) == headings
    assert next(openpyxl.load_workbook(io.BytesIO(empty("xlsx"))).active.values) == tuple(headings)
    assert pq.read_table(io.BytesIO(empty("parquet"))).column_names == headings
    assert empty("jsonl") == b""


def test_the_headings_are_those_of_the_rows(here: Rig) -> None:
    here.store(document(1, aspects=(opinion("漏水"),)))
    for what in ("documents", "themes"):
        assert tuple(next(here.desk.exports.rows(what))) == COLUMNS[what]


def test_what_cannot_be_exported_is_refused_before_a_file_exists(here: Rig, tmp_path: Path) -> None:
    exports = here.desk.exports
    with pytest.raises(InvalidInput, match="documents, prices, alerts, themes"):
        exports.rows("reviews")
    with pytest.raises(InvalidInput, match="not prices"):
        exports.rows("prices", query="brand:岚川")
    with pytest.raises(InvalidQuery):
        exports.rows("documents", query="rating:很多")
    with pytest.raises(InvalidInput, match="csv, xlsx, parquet, jsonl"):
        write_file(exports.rows("documents"), "pdf", tmp_path / "out.pdf")
    assert list(tmp_path.glob("out*")) == []


def test_an_export_that_breaks_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write_file(iter([{"id": 1}]), "jsonl", path)

    def broken() -> Any:
        yield {"id": 2}
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk"):
        write_file(broken(), "jsonl", path)
    assert path.read_text("utf-8") == '{"id":1}\n'
    assert [p.name for p in tmp_path.iterdir()] == ["rows.jsonl"]
