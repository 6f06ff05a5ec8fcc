"""Labelled files of any kind become texts with levels; what can mean several things is asked for, bad rows are named."""

import gzip
import json
from pathlib import Path

import pytest

from domain.errors import InvalidInput
from flows.labelled import Columns, read_labelled

LABELLED = [("漏水", 0), ("还没装", 1), ("好用", 2)]


def written(tmp_path: Path, text: str, name: str = "set.csv", *, encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    data = text.encode(encoding)
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


@pytest.mark.parametrize(
    "names",
    [
        ("negative", "neutral", "positive"),
        ("NEG", "neu", "Pos"),
        ("-1", "0", "1"),
        ("-1.0", "0.0", "+1"),
        ("负面", "中性", "正面"),
        ("差评", "中评", "好评"),
    ],
)
@pytest.mark.parametrize("name", ["set.csv", "set.csv.gz", "set.jsonl"])
def test_labels_are_read_however_they_are_written(tmp_path: Path, names: tuple[str, ...], name: str) -> None:
    rows = [{"text": text, "label": label} for (text, _), label in zip(LABELLED, names, strict=True)]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    table = "text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in rows)
    read = read_labelled(written(tmp_path, lines if name.endswith("jsonl") else table, name), Columns())
    assert list(zip(read.texts, read.labels.tolist(), strict=True)) == LABELLED
    assert read.name == "set"


def test_two_numbers_are_two_classes_and_the_rule_is_said(tmp_path: Path) -> None:
    read = read_labelled(written(tmp_path, "评价内容\t情感\n漏水\t0\n好用\t1\n"), Columns())
    assert (read.labels.tolist(), read.note) == ([0, 2], "情感: 0 = negative, 1 = positive")


def test_numbers_with_several_meanings_are_asked_for_and_taken_as_told(tmp_path: Path) -> None:
    path = written(tmp_path, "text,label\n漏水,0\n还没装,1\n好用,2\n")
    with pytest.raises(InvalidInput, match="labels 0, 1, 2 in column 'label' can mean several things: say --labels"):
        read_labelled(path, Columns())
    assert read_labelled(path, Columns(labels={"0": 0, "1": 1, "2": 2})).labels.tolist() == [0, 1, 2]


def test_stars_are_labels_where_they_are_asked_for(tmp_path: Path) -> None:
    path = written(
        tmp_path, "评价内容,星级\n漏水,1\n有点吵,2\n一般,三星\n不错,4.0\n好用,★★★★★\n坏的,6\n", encoding="gb18030"
    )
    with pytest.raises(InvalidInput, match="it has stars in '星级': say --stars 星级"):
        read_labelled(path, Columns())
    read = read_labelled(path, Columns(stars="星级"))
    assert read.labels.tolist() == [0, 0, 1, 2, 2]
    assert [fault.line for fault in read.faults] == [7]


def test_bad_rows_are_named_by_their_line_and_good_ones_kept(tmp_path: Path) -> None:
    text = 'text,label,slice\n"漏水,\n两行",neg,negation|mixed\n,neg,\n好用,愤怒,\n"没关上的引号,pos,\n好用,pos,\n'
    read = read_labelled(written(tmp_path, text), Columns())
    assert list(zip(read.texts, read.lines, read.slices, strict=True)) == [
        ("漏水,\n两行", 2, ("negation", "mixed")),
        ("好用", 7, ()),
    ]
    assert [fault.line for fault in read.faults] == [4, 5, 6]
    assert "label '愤怒' is none of" in read.faults[1].why


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        ("a,b\n1,2\n", Columns(), "which column is the text"),
        ("text,b\n1,2\n", Columns(), "which column is the label"),
        ("text,label\n漏水,neg\n", Columns(text="正文"), "no column '正文'; it has text, label"),
        ("text,label\n漏水,angry\n", Columns(), "labels such as angry in column 'label' are not known"),
        ("text,label\n", Columns(), "no rows"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_is_missing(
    tmp_path: Path, text: str, columns: Columns, message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        read_labelled(written(tmp_path, text), columns)
