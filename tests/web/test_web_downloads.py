import csv
import io
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from starlette.testclient import TestClient

from domain.errors import InvalidInput
from web.downloads import download, stream


def rows(count: int) -> Iterator[dict[str, Any]]:
    return ({"id": i, "text": f"第 {i} 条，" + "很长的内容" * 10} for i in range(count))


def test_a_stream_is_the_file_whole() -> None:
    data = b"".join(stream(rows(20_000), "csv"))
    read = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(read) == 20_000
    assert read[-1]["id"] == "19999"


def test_a_stream_takes_rows_only_as_fast_as_they_are_read() -> None:
    taken = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal taken
        for row in rows(200_000):
            taken += 1
            yield row

    chunks = stream(counted(), "jsonl")
    next(chunks)
    time.sleep(0.3)
    assert taken < 20_000
    chunks.close()  # type: ignore[attr-defined]  # a generator


def test_a_browser_that_goes_away_ends_the_writing() -> None:
    chunks = stream(rows(10_000_000), "jsonl")
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]
    deadline = time.monotonic() + 5
    while any(t.name == "download" for t in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(t.name == "download" for t in threading.enumerate())


def test_a_fault_before_the_first_bytes_is_raised_at_once() -> None:
    def broken() -> Iterator[dict[str, Any]]:
        raise InvalidInput("nothing to export")
        yield {}

    with pytest.raises(InvalidInput, match="nothing to export"):
        download(broken(), form="csv", name="x")


def test_a_fault_later_breaks_the_download_off() -> None:
    def half() -> Iterator[dict[str, Any]]:
        yield from rows(5_000)
        raise InvalidInput("the store went away")

    with pytest.raises(InvalidInput, match="went away"):
        list(stream(half(), "jsonl"))


def test_each_kind_comes_in_each_form(browser: TestClient) -> None:
    for what in ("documents", "prices", "alerts", "themes"):
        lines = browser.get(f"/export/{what}.jsonl").text.splitlines()
        assert lines
        assert all(json.loads(line) for line in lines)
        assert len(list(csv.reader(io.StringIO(browser.get(f"/export/{what}.csv").text)))) == len(lines) + 1
        book = CalamineWorkbook.from_filelike(io.BytesIO(browser.get(f"/export/{what}.xlsx").content))
        assert len(book.get_sheet_by_index(0).to_python()) == len(lines) + 1


def test_a_query_that_cannot_be_read_is_told_instead_of_an_empty_file(browser: TestClient) -> None:
    answer = browser.get("/export/documents.csv", params={"query": '"'})
    assert answer.status_code == 400
    assert "引号没有配对" in answer.text


def test_an_unknown_export_is_404(browser: TestClient) -> None:
    assert browser.get("/export/secrets.csv").status_code == 404
    assert browser.get("/export/alerts.exe").status_code == 404
