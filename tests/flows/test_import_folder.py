"""The watched folder: whole files go in once, and lie afterwards where a person finds them with the reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.errors import StoreUnavailable
from flows.import_folder import ImportFolder
from tests.flows.desks import HandClock
from tingchao.folders import Folder
from tingchao.importing import import_folder
from tingchao.wiring import House, opened

GOOD = "评价编号,评价内容,评价时间\n880000001,用了两天就漏水,2026-11-01\n880000002,安静,2026-11-02\n"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(Folder(path=tmp_path / "data"), clock=HandClock()) as house:
        yield house


@pytest.fixture
def watched(house: House) -> ImportFolder:
    return import_folder(house.folder, house.desk.imports)


def drop(watched: ImportFolder, name: str, text: str = GOOD) -> Path:
    path = watched.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def names(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def test_a_file_is_taken_once_it_has_stopped_growing(house: House, watched: ImportFolder) -> None:
    path = drop(watched, "jd_评价.csv", GOOD[:40])
    assert watched.take() == []
    path.write_text(GOOD, "utf-8")  # still being written
    assert watched.take() == []
    (taken,) = watched.take()
    assert taken.report is not None
    assert (taken.name, taken.report.stored) == ("jd_评价.csv", 2)
    assert names(watched.path) == ["done/jd_评价.csv"]
    assert house.desk.search.count("source:jd") == 2
    assert watched.take() == watched.take() == []


def test_a_refused_file_lies_beside_its_reason_and_the_next_one_goes_in(house: House, watched: ImportFolder) -> None:
    drop(watched, "a.csv", "甲,乙\n这一句说了热水器漏水的经过,2\n")
    drop(watched, "b.png", "\x89PNG")
    (watched.path / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    drop(watched, "c.csv")
    watched.take()
    taken = watched.take()
    assert [(t.name, t.report is None) for t in taken] == [("a.csv", True), ("b.png", True), ("c.csv", False)]
    assert names(watched.path) == ["done/c.csv", "refused/a.csv", "refused/a.csv.why.txt", "refused/b.png", "refused/b.png.why.txt"]  # fmt: skip
    assert "PNG 图片" in (watched.path / "refused/b.png.why.txt").read_text("utf-8")
    assert {left.name for left in watched.refused()} == {"a.csv", "b.png"}


def test_broken_rows_of_a_good_file_are_written_beside_it(watched: ImportFolder) -> None:
    drop(watched, "评价.csv", GOOD + "880000003,只有两列\n1.23E+11,编号坏了,2026-11-03\n")
    watched.take()
    watched.take()
    why = (watched.path / "done/评价.csv.why.txt").read_text("utf-8")
    assert "第 4 行没有导入：应有 3 列，这一行有 2 列" in why
    assert "第 5 行：「评价编号」1.23E+11 被电子表格改写过" in why


def test_a_subfolder_names_the_source_or_the_saved_mapping(house: House, watched: ImportFolder) -> None:
    (guess,) = house.desk.imports.preview(drop(watched, "回访/a.csv", "顾客说,几星\n这台机器用两天就漏水了,1\n"))
    house.desk.imports.mappings.save("回访", house.desk.imports.corrected(guess, columns={"text": "顾客说", "rating": "几星"}, kind="reviews", source="门店"))  # fmt: skip
    drop(watched, "京东/x.csv")
    drop(watched, "社区 2/y/z.csv")
    watched.take()
    assert [t.report is not None for t in watched.take()] == [True] * 3
    assert {s: house.desk.search.count(f"source:{s}") for s in ("门店", "jd", "社区_2")} == {
        "门店": 1,
        "jd": 2,
        "社区_2": 2,
    }
    assert names(watched.path) == ["done/京东/x.csv", "done/回访/a.csv", "done/社区 2/y/z.csv"]


def test_the_same_name_again_never_replaces_what_lies_there(watched: ImportFolder) -> None:
    for text in (GOOD, GOOD + "880000003,又漏了,2026-11-03\n"):
        drop(watched, "评价.csv", text)
        watched.take()
        watched.take()
    assert names(watched.path) == ["done/评价 (2).csv", "done/评价.csv"]


def test_hidden_and_unfinished_files_wait(watched: ImportFolder) -> None:
    for name in (".评价.csv.swp", "~$评价.xlsx", "评价.csv.part", "评价.crdownload", "sub/.x/评价.csv"):
        drop(watched, name)
    watched.take()
    assert watched.take() == []
    assert watched.waiting() == 0


def test_a_store_that_is_away_is_no_fault_of_the_file(house: House, watched: ImportFolder, monkeypatch: Any) -> None:
    drop(watched, "评价.csv")
    watched.take()
    with monkeypatch.context() as patch:
        patch.setattr(
            type(house.desk.imports.handover), "wait", lambda *_: (_ for _ in ()).throw(StoreUnavailable("away"))
        )
        with pytest.raises(StoreUnavailable):
            watched.take()
    assert names(watched.path) == ["评价.csv"]
    watched.take()
    assert [t.report is not None for t in watched.take()] == [True]


def test_a_file_that_was_stored_before_the_power_went_is_moved_and_not_stored_again(
    house: House, watched: ImportFolder
) -> None:
    path = drop(watched, "评价.csv")
    house.desk.imports.run(path)
    watched.take()
    (taken,) = watched.take()
    assert taken.report is not None
    assert (taken.report.stored, taken.report.known, taken.report.before is not None) == (0, 2, True)
    assert names(watched.path) == ["done/评价.csv"]
