"""themes and review on the command line: every row opens to as many, for machines and for people."""

import pytest

from tests.tingchao.test_commands import HEADER, ROWS, Shell

MORE = (
    "5,用了两天就漏水，追评再说,5,岚川,岚川 R5 燃气热水器,2026-11-05 09:00:00\n"
    "6,客服说好评返现十块，机器一般,5,岚川,岚川 R5 燃气热水器,2026-11-05 10:00:00\n"
)


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("themes")
    shell = Shell(data=folder / "data")
    path = folder / "jd_reviews.csv"
    path.write_text(HEADER + ROWS + MORE, "utf-8")
    answer = shell("import", path)
    assert answer.code == 0, answer.err
    return shell


@pytest.mark.parametrize("words", [("--contradictions",), ("--causes", "漏水"), ("--brand", "岚川", "--stars", "1-2", "--query", "漏水 OR 客服", "--since", "2026-11-01")])  # fmt: skip
def test_every_row_opens_to_exactly_as_many(stocked: Shell, words: tuple[str, ...]) -> None:
    answer = stocked("themes", *words, "--jsonl")
    assert answer.code == 0, answer.err
    assert answer.rows
    for row in answer.rows[:1]:
        assert {"count", "query", "recent", "before", "change", "trend"} <= set(row)
        assert len(stocked("search", row["query"], "--jsonl").rows) == row["count"]


def test_a_reward_for_praise_is_counted_and_stands_on_the_card(stocked: Shell) -> None:
    rows = {row["flag"]: row for row in stocked("themes", "--contradictions", "--jsonl").rows}
    assert rows["paid"]["count"] == 1
    (sample,) = rows["paid"]["samples"]
    (card,) = stocked("review", sample["id"], "--jsonl").rows
    assert card["flags"][-1] == "paid"
    assert card["handling"]["state"] == "new"
    told = stocked("review", sample["id"])
    assert told.code == 0
    for words in ("有偿好评", "好评返现", "处理：未处理", "★★★★★"):
        assert words in told.out.decode()


def test_people_read_tables_and_how_to_open_a_row(stocked: Shell) -> None:
    answer = stocked("themes")
    assert "漏水" in answer.out.decode()
    assert "趋势" in answer.out.decode()
    assert "tingchao search" in answer.err
    assert "没有匹配的内容" in stocked("themes", "--brand", "没有").err


@pytest.mark.parametrize(
    ("words", "told"),
    [(("themes", "--new", "--wishes"), "choose one"), (("themes", "--stars", "9"), "--stars"), (("review", "jd:0"), "no such document")],
)  # fmt: skip
def test_what_can_not_be_answered_is_told(stocked: Shell, words: tuple[str, ...], told: str) -> None:
    answer = stocked(*words)
    assert answer.code == 2
    assert told in answer.err
