import re
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from flows.desk import Desk
from web.uploads import clean_name


def token_of(browser: TestClient) -> str:
    found = re.search(r'name="token" value="([^"]+)"', browser.get("/import").text)
    assert found is not None
    return found[1]


def upload(browser: TestClient, name: str, content: bytes) -> str:
    answer = browser.post("/import", data={"token": token_of(browser)}, files={"file": (name, content)})
    assert answer.status_code == 303
    return str(answer.headers["location"])


def finished(browser: TestClient, place: str) -> str:
    deadline = time.monotonic() + 10
    while "正在导入" in (page := browser.get(f"{place}/progress").text) and time.monotonic() < deadline:
        time.sleep(0.02)
    return page


def start(browser: TestClient, place: str, **fields: str) -> Any:
    return browser.post(f"{place}/start", data={"token": token_of(browser), **fields})


def chosen(page: str) -> dict[str, str]:
    """Column → the field that its select shows."""
    found: dict[str, str] = {}
    for name, options in re.findall(r'<select name="column:([^"]+)"(.*?)</select>', page, re.DOTALL):
        selected = re.search(r'value="(\w*)" selected', options)
        found[name] = selected[1] if selected else ""
    return found


def test_a_file_is_looked_at_confirmed_and_reported_line_by_line(browser: TestClient, desk: Desk) -> None:
    place = upload(browser, "评价.csv", "text,stars\n很好,5\n,1\n漏水,1\n".encode())
    page = browser.get(place).text
    assert "有把握" in page
    assert chosen(page) == {"text": "text", "stars": "rating"}
    assert "漏水</span>" in page
    assert start(browser, place, source="jd").status_code == 303
    report = finished(browser, place)
    assert "导入完成" in report
    assert "<td>3</td><td>这一行没有正文</td>" in report
    assert not list((desk.folder / "uploads").rglob("*.csv"))
    assert desk.imports.ways == [{"source": "jd", "mapping": "", "again": False}]  # type: ignore[attr-defined]  # the fake's


UNKNOWN = "甲,乙,丙\n这台热水器用了三天就漏水,2026-11-01,5\n客服电话一直没有人接听,2026-11-02,1\n".encode()


def test_an_uncertain_guess_is_corrected_by_hand_and_saved_for_the_next_file(browser: TestClient, desk: Desk) -> None:
    place = upload(browser, "x.csv", UNKNOWN)
    page = browser.get(place).text
    assert "没有把握" in page
    assert chosen(page) == {"甲": "text", "乙": "published_at", "丙": ""}
    told = {"column:甲": "text", "column:乙": "published_at", "column:丙": "rating", "kind": "reviews", "save": "门店"}
    assert start(browser, place, **told).status_code == 303
    assert "导入完成" in finished(browser, place)
    (way,) = desk.imports.ways  # type: ignore[attr-defined]  # the fake's
    assert way["mapping"].columns == {"text": "甲", "published_at": "乙", "rating": "丙"}
    assert way["mapping"].kind == "reviews"
    page = browser.get(upload(browser, "下个月.csv", UNKNOWN)).text
    assert "保存的映射：门店" in page
    assert chosen(page) == {"甲": "text", "乙": "published_at", "丙": "rating"}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"column:甲": "text", "column:乙": "text"}, "都选成了正文"),
        ({"column:甲": "", "column:乙": ""}, "要有正文列"),
        ({"column:甲": "nonsense"}, "没有字段"),
    ],
)
def test_a_correction_that_cannot_be_is_told_beside_the_form(
    browser: TestClient, desk: Desk, told: dict[str, str], said: str
) -> None:
    place = upload(browser, "x.csv", UNKNOWN)
    answer = start(browser, place, **told)
    assert answer.status_code == 400
    assert said in answer.text
    assert desk.imports.ways == []  # type: ignore[attr-defined]  # the fake's


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.csv", b"", "文件是空的"),
        ("图.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "PNG 图片"),
        ("文.xlsx", b"%PDF-1.7\n", "PDF 文档"),
        ("坏.xlsx", b"PK\x03\x04xxxxxxxx", "不是完整的 Excel 文件"),
    ],
)
def test_a_file_that_is_no_table_is_told_what_it_is(browser: TestClient, name: str, content: bytes, said: str) -> None:
    answer = browser.get(upload(browser, name, content))
    assert answer.status_code == 400
    assert said in answer.text
    assert "/start" not in answer.text


def test_the_page_lists_what_was_imported_what_was_refused_and_which_mappings_are_saved(
    browser: TestClient, desk: Desk
) -> None:
    refused = desk.folder / "import" / "refused"
    refused.mkdir(parents=True)
    (refused / "坏.csv").write_bytes(b"x")
    (refused / "坏.csv.why.txt").write_text("没有认得的列", "utf-8")
    (desk.folder / "import" / "等.csv").write_bytes(b"x")
    start(browser, upload(browser, "x.csv", UNKNOWN), **{"column:甲": "text", "save": "门店"})
    page = browser.get("/import").text
    assert "京东评价.csv" in page
    assert "1,198" in page
    assert "坏.csv" in page
    assert "没有认得的列" in page
    assert "现在有 1 个文件在等" in page
    assert "/import/mappings/%E9%97%A8%E5%BA%97/remove" in page
    browser.post("/import/mappings/门店/remove", data={"token": token_of(browser)})
    assert desk.imports.mappings.all() == {}


@pytest.mark.parametrize("name", ["virus.exe", "notes.txt", "a.pdf"])
def test_other_files_are_refused_by_name(browser: TestClient, name: str) -> None:
    answer = browser.post("/import", data={"token": token_of(browser)}, files={"file": (name, b"x")})
    assert answer.status_code == 400
    assert "不认识" in answer.text


def test_no_file_is_told(browser: TestClient) -> None:
    assert browser.post("/import", data={"token": token_of(browser)}).status_code == 400


def test_an_upload_never_leaves_its_folder(browser: TestClient, desk: Desk) -> None:
    upload(browser, "../../../etc/cron.d/x.csv", b"text\na\n")
    files = list(desk.folder.rglob("*.csv"))
    assert [p.name for p in files] == ["x.csv"]
    assert Path(desk.folder / "uploads") in files[0].parents
    assert clean_name("..\\..\\a b;rm.csv") == "a_b_rm.csv"
    assert clean_name("...") == "file"


def test_headings_and_cells_of_a_file_are_text_on_the_page(browser: TestClient) -> None:
    evil = '"评价内容","<img src=x onerror=alert(1)>"\n"<script>alert(2)</script>",""><b>"\n'.replace('\\"', '""')
    page = browser.get(upload(browser, "x.csv", evil.encode())).text
    assert "&lt;script&gt;alert(2)" in page
    assert "<img src=x" not in page
    assert "<script>alert(2)" not in page
