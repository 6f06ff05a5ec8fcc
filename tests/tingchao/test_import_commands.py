"""`tingchao import` and `tingchao mapping` through the real command: the report, the guess, saved mappings, the folder."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
GOOD = "评价编号,评价内容,评价时间\n880000001,用了两天就漏水,2026-11-01\n880000002,安静,2026-11-02\n"
UNKNOWN = "哪天,顾客说,打几分\n2026-11-01,这台热水器用两天就漏水,1\n2026-11-02,客服电话没有人接听,2\n"


class Shell:
    def __init__(self, data: Path) -> None:
        self.data = data

    def __call__(self, *words: str | Path, code: int = 0) -> tuple[list[Any], str]:
        """(objects on stdout, stderr) of a command that ends as told."""
        done = subprocess.run(
            [sys.executable, "-m", "tingchao", *map(str, words)],
            capture_output=True,
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("TINGCHAO_")}
            | {"TINGCHAO_DATA": str(self.data), "PYTHONPATH": str(ROOT), "COLUMNS": "160"},
            timeout=120,
            check=False,
        )
        err = done.stderr.decode()
        assert done.returncode == code, err
        assert "Traceback" not in err
        out = done.stdout.decode()
        return ([json.loads(line) for line in out.splitlines()] if out.startswith("{") else [out]), err


@pytest.fixture
def tingchao(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "data")


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_the_same_file_twice_is_told_in_a_sentence_and_in_the_same_shape(tingchao: Shell, tmp_path: Path) -> None:
    path = written(tmp_path, "jd_评价.csv", GOOD)
    (first,), _ = tingchao("import", path)
    assert first == {"file": str(path), "rows": 2, "stored": 2, "known": 0, "refused": []}
    (again,), err = tingchao("import", path)
    assert again == {"file": str(path), "rows": 2, "stored": 0, "known": 2, "refused": []}
    assert "the same file was imported on" in err


def test_a_guess_is_shown_corrected_saved_used_shown_again_and_removed(tingchao: Shell, tmp_path: Path) -> None:
    path = written(tmp_path, "回访.csv", UNKNOWN)
    (guess,), _ = tingchao("import", path, "--preview")
    assert (guess["certain"], guess["columns"], guess["ignored"]) == (
        False,
        {"text": "顾客说", "published_at": "哪天", "rating": "打几分"},
        [],
    )
    assert guess["rows"][0]["顾客说"] == "这台热水器用两天就漏水"
    _, err = tingchao("import", path, code=2)
    assert "--column text=列名" in err
    corrections = (
        "--column",
        "published_at=哪天",
        "--column",
        "rating=",
        "--kind",
        "reviews",
        "--source",
        "门店",
    )
    (report,), err = tingchao("import", path, *corrections, "--save-mapping", "回访")
    assert (report["stored"], "mapping saved as 回访" in err) == (2, True)
    (row,), _ = tingchao("mapping", "list")
    assert row == {"name": "回访", "kind": "reviews", "source": "门店", "columns": {"text": "顾客说", "published_at": "哪天"}}  # fmt: skip
    (next_month,), _ = tingchao("import", written(tmp_path, "下月.csv", UNKNOWN.replace("2026-11", "2026-12")))
    assert next_month["stored"] == 2
    (toml,), _ = tingchao("mapping", "show", "回访")
    (again,), _ = tingchao("import", path, "--mapping", written(tmp_path, "m.toml", toml))
    assert (again["stored"], again["known"]) == (0, 2)
    tingchao("mapping", "remove", "回访")
    _, err = tingchao("mapping", "show", "回访", code=2)
    assert "none is saved" in err


def test_a_wrong_correction_names_what_there_is(tingchao: Shell, tmp_path: Path) -> None:
    path = written(tmp_path, "回访.csv", UNKNOWN)
    _, err = tingchao("import", path, "--column", "text=没有", code=2)
    assert "哪天，顾客说，打几分" in err
    _, err = tingchao("import", path, "--column", "顾客说", code=2)
    assert "expected field=column" in err


def test_mangled_ids_are_notes_and_no_fault(tingchao: Shell, tmp_path: Path) -> None:
    path = written(tmp_path, "jd_评价.csv", GOOD + "1.23E+11,编号坏了,2026-11-03\n")
    (report,), err = tingchao("import", path)
    assert (report["stored"], report["refused"], [n["line"] for n in report["notes"]]) == (3, [], [4])
    assert "1.23E+11" in err


def test_the_watched_folder_is_taken_in_without_a_running_product(tingchao: Shell) -> None:
    folder = tingchao.data / "import" / "京东"
    folder.mkdir(parents=True)
    written(folder, "评价.csv", GOOD)
    written(tingchao.data / "import", "坏.csv", UNKNOWN)
    rows, err = tingchao("import", code=2)
    assert rows == [{"file": "京东/评价.csv", "rows": 2, "stored": 2, "known": 0, "refused": []}]
    assert "坏.csv" in err
    assert (tingchao.data / "import/refused/坏.csv.why.txt").is_file()
    _, err = tingchao("import")
    assert "nothing to import" in err


def test_a_folder_is_imported_with_all_below_it(tingchao: Shell, tmp_path: Path) -> None:
    (tmp_path / "all" / "xhs" / "json").mkdir(parents=True)
    note = {"note_id": "66fa1", "desc": "漏水了", "liked_count": "1", "collected_count": "2", "time": 1780275900000}
    written(tmp_path / "all" / "xhs" / "json", "search_contents.json", json.dumps([note]))
    written(tmp_path / "all", "jd.csv", GOOD)
    written(tmp_path / "all", "README.txt", "hello")
    rows, _ = tingchao("import", tmp_path / "all")
    assert [(Path(r["file"]).name, r["stored"]) for r in rows] == [("jd.csv", 2), ("search_contents.json", 1)]
    (found,), _ = tingchao("search", "source:xhs", "--jsonl")
    assert found["id"] == "xhs:66fa1"
