"""Which reader an installation means: the second stage is used where somebody asked for it, not wherever its files lie."""

from pathlib import Path

import pytest

from domain.errors import InvalidSettings, MissingExtra
from nlp import deep_files, engines
from tingchao.readers import reader_choice


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for the files of the deep stage, which count as there."""
    folder = tmp_path / "bge"
    folder.mkdir()
    monkeypatch.setenv(deep_files.PLACE, str(folder))
    monkeypatch.setattr(engines, "deep_missing", lambda: None)
    return folder


def test_files_fetched_for_tests_do_not_turn_the_second_stage_on(files: Path, tmp_path: Path) -> None:
    assert not reader_choice(tmp_path).deep
    assert reader_choice(tmp_path, deep="on").deep


def test_installing_it_turns_it_on_and_a_setting_off_again(files: Path, tmp_path: Path) -> None:
    (files / deep_files.CHOSEN).touch()
    assert reader_choice(tmp_path).deep
    assert not reader_choice(tmp_path, deep="off").deep
    assert not reader_choice(tmp_path, sentiment="snownlp").deep
    (tmp_path / "tingchao.toml").write_text('[reading]\ndeep = "off"\n', "utf-8")
    assert not reader_choice(tmp_path).deep


def test_asked_for_and_not_there_names_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "deep_missing", lambda: "onnxruntime is not installed")
    assert not reader_choice(tmp_path).deep
    with pytest.raises(MissingExtra, match="run install nlp-deep"):
        reader_choice(tmp_path, deep="on")
    with pytest.raises(InvalidSettings, match="maybe"):
        reader_choice(tmp_path, deep="maybe")
