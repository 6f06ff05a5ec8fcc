"""`tingchao eval`: every engine on the same rows, files as they come, answers for machines and for people."""

import json
from pathlib import Path

import pytest

from tests.tingchao.shells import Shell

GOOD = [
    ("用了三天就漏水", "neg"),
    ("安静好用", "pos"),
    ("还没安装", "neu"),
    ("质量太差，后悔", "neg"),
    ("很满意", "pos"),
]


@pytest.fixture
def tingchao(tmp_path: Path) -> Shell:
    return Shell(data=tmp_path / "data", patience_s=200)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    path.write_text(
        "text,label,slice\n" + "".join(f"{text}{n},{label},made\n" for n in range(4) for text, label in GOOD), "utf-8"
    )
    return path


def test_all_engines_are_measured_side_by_side_on_the_same_rows(tingchao: Shell, table: Path) -> None:
    answer = tingchao("eval", table, "--jsonl", "--snownlp-rows", "6")
    assert answer.code == 0, answer.err
    rows = {(row["engine"], row["sample"]): row for row in answer.rows}
    assert {("ours", False), ("lexicon", False), ("ours", True), ("lexicon", True), ("snownlp", True)} <= set(rows)
    assert {row["rows"] for (_, sample), row in rows.items() if sample} == {6}
    ours = rows["ours", False]
    assert ours["rows"] == 20
    assert ours["slices"]["made"]["rows"] == 20
    assert 0 <= ours["macro_f1"] <= 1
    assert ours["texts_per_cpu_s"] > 0
    assert rows["snownlp", True]["mib"] > ours["mib"] > 20
    assert rows["snownlp", True]["model"].startswith("snownlp-0.")


def test_several_files_at_once_and_bad_rows_by_their_line(tingchao: Shell, table: Path, tmp_path: Path) -> None:
    other = tmp_path / "more.jsonl"
    other.write_text('{"text":"漏水","label":"负面"}\n{"text":"好用","label":"?"}\n', "utf-8")
    answer = tingchao("eval", table, other, tmp_path / "none.csv", "--engines", "ours,lexicon", "--jsonl")
    assert answer.code == 2
    assert {row["set"] for row in answer.rows} == {"reviews", "more"}
    assert "line 2: " in answer.err
    assert "none.csv" in answer.err


def test_people_get_a_table(tingchao: Shell, table: Path) -> None:
    answer = tingchao("eval", table, "--engines", "lexicon", "--slices")
    assert answer.code == 0, answer.err
    shown = answer.out.decode()
    assert all(word in shown for word in ("reviews", "lexicon", "宏平均F1", "made", "(short)", "内存MiB"))


def test_unknown_engines_and_labels_are_named(tingchao: Shell, table: Path) -> None:
    for words, message in (
        (("--engines", "bert"), "engine 'bert' is unknown: known are ours, ours+bge, lexicon, snownlp"),
        (("--labels", "neg"), "--labels 'neg': write NAME=LEVEL"),
    ):
        answer = tingchao("eval", table, *words)
        assert (answer.code, answer.out) == (2, b"")
        assert message in answer.err


def test_gold_sets_of_aspects_brands_and_gravity_are_compared(tingchao: Shell, tmp_path: Path) -> None:
    rows = [
        {"text": "用了三天就漏水", "aspects": [["漏水", "negative"]], "about": [], "severity": None},
        {
            "text": "美的空调制冷很快",
            "aspects": [["制冷", "positive"], ["噪音", "neg"]],
            "about": ["美的"],
            "severity": "",
        },
    ]
    gold = tmp_path / "gold.jsonl"
    gold.write_text("".join(json.dumps(row) + "\n" for row in rows) + '{"text":"没有标注"}\n', "utf-8")
    answer = tingchao("eval", "--aspects", gold, "--about", gold, "--severity", gold, "--jsonl")
    assert answer.code == 2
    assert answer.err.count("line 3") == 3
    found = {row["what"]: row for row in answer.rows}
    assert list(found) == ["aspect", "aspect+polarity", "about", "severe", "severity"]
    assert (found["aspect"]["precision"], found["aspect"]["recall"]) == (1.0, pytest.approx(2 / 3, abs=1e-3))
    assert found["about"]["exact"] == 1.0
    assert found["severity"]["f1"] == 1.0
