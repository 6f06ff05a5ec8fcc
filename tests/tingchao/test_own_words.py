import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from domain.errors import InvalidInput
from domain.watches import Watch
from flows.own_words import FILE, OwnWords, add_words, read_words, remove_words
from nlp.reading import Reading
from tingchao.cli import app
from tingchao.readers import reader_choice

TEXT = "买了很好用的和云境 Pro 17"


def test_a_word_file_in_jiebas_format_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(
        "\ufeff澜川云境 3 n\n# 注\n\n云境 pro 20000 n\r\n很好用的\niPhone 17 Pro\n\xff".encode() + b"\xff\n"
    )
    assert read_words(tmp_path / FILE)[:4] == ["澜川云境", "云境 pro", "很好用的", "iPhone 17 Pro"]
    assert read_words(tmp_path / "none.txt") == []


def test_adding_and_removing_keep_the_other_lines(tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.write_text("# 我们的词\n老词 5 nz\n", "utf-8")
    assert add_words(file, ["云境 pro", "iphone 17", "老词", "云境 pro"]) == ["云境 pro", "iphone 17"]
    assert read_words(file) == ["老词", "云境 pro", "iphone 17"]
    assert remove_words(file, ["云境 pro", "没有的"]) == ["云境 pro"]
    assert file.read_text("utf-8").startswith("# 我们的词\n老词 5 nz\n")
    for wrong in ("", " ", "#x", "长" * 31, "a\x00b"):
        with pytest.raises(InvalidInput):
            add_words(file, [wrong])


def test_changes_are_noticed_without_asking_anew(tmp_path: Path) -> None:
    watches = [Watch(name="澜川", brand="澜川", aliases=("澜川电器",), words=("云境",))]
    words = OwnWords(file=tmp_path / FILE, settings=("定制词",), watched=lambda: watches)
    assert list(words()) == ["定制词", "澜川", "澜川电器", "云境"]
    add_words(tmp_path / FILE, ["新词"])
    watches.clear()
    assert list(words()) == ["新词", "定制词"]
    os.remove(tmp_path / FILE)
    assert list(words()) == ["定制词"]


@pytest.mark.parametrize("engine", ["rjieba", "jieba"])
def test_a_running_reader_takes_up_new_words_and_forgets_removed_ones(tmp_path: Path, engine: str) -> None:
    watches: list[Watch] = []
    reader = reader_choice(tmp_path, engine=engine, deep="off").load(watched=lambda: watches)

    def tokens() -> tuple[str, ...]:
        return reader.analyze_many([Reading(text=TEXT)])[0].tokens

    assert not {"很好用的", "云境 pro 17"} & set(tokens())
    add_words(tmp_path / FILE, ["很好用的"])
    watches.append(Watch(name="云境", words=("云境 Pro 17",)))
    assert {"很好用的", "云境 pro 17"} <= set(tokens())
    remove_words(tmp_path / FILE, ["很好用的"])
    watches.clear()
    assert not {"很好用的", "云境 pro 17"} & set(tokens())


def test_settings_choose_the_segmenter_and_add_words(tmp_path: Path) -> None:
    (tmp_path / "tingchao.toml").write_text('[reading]\nsegmenter = "jieba"\nwords = ["很好用的"]\n', "utf-8")
    choice = reader_choice(tmp_path, deep="off")
    assert (choice.engine, choice.words) == ("jieba", ("很好用的",))
    assert "很好用的" in choice.load().analyze(Reading(text=TEXT)).tokens


def test_the_commands_add_list_and_remove(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGCHAO_DATA", str(tmp_path))
    (tmp_path / "tingchao.toml").write_text('[reading]\nwords = ["定制词"]\n', "utf-8")
    assert CliRunner().invoke(app, ["word", "add", "很好用的", "云境 Pro"]).exit_code == 0
    listed = CliRunner().invoke(app, ["word", "list"])
    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [(row["word"], row["from"]) for row in rows] == [
        ("很好用的", "file"),
        ("云境 Pro", "file"),
        ("定制词", "settings"),
    ]
    assert CliRunner().invoke(app, ["word", "remove", "很好用的"]).exit_code == 0
    assert read_words(tmp_path / FILE) == ["云境 Pro"]
