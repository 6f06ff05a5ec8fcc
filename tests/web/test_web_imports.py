import re
import time
from pathlib import Path

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


def test_a_file_is_looked_at_confirmed_and_reported_line_by_line(browser: TestClient, desk: Desk) -> None:
    place = upload(browser, "评价.csv", "text,stars\n很好,5\n,1\n漏水,1\n".encode())
    page = browser.get(place).text
    assert "有把握" in page
    assert "<code>stars</code>" in page
    assert browser.post(f"{place}/start", data={"token": token_of(browser), "source": "jd"}).status_code == 303
    report = finished(browser, place)
    assert "导入完成" in report
    assert "<td>3</td><td>这一行没有正文</td>" in report
    assert not list((desk.folder / "uploads").rglob("*.csv"))


def test_an_uncertain_guess_can_not_be_started_from_the_page(browser: TestClient) -> None:
    page = browser.get(upload(browser, "x.csv", b"a,b\n1,2\n")).text
    assert "没有把握" in page
    assert "/start" not in page


@pytest.mark.parametrize("name", ["virus.exe", "notes.txt", "a.csv.zip"])
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
