"""Own models lie in the data folder: put in place whole or not at all, one in use, the ones before kept."""

import json
from pathlib import Path

import pytest

from domain.errors import InvalidInput, InvalidSettings
from nlp.sentiment import MODELS
from tingchao.own_models import SHIPPED, choose, chosen_model, chosen_name, free_name, install, installed, remove
from tingchao.readers import reader_choice

DAY = "20261122"


def put(folder: Path, name: str, *, rows: int = 300) -> Path:
    """A model under this name: the shipped weights, described as one's own."""

    def write(place: Path) -> None:
        notes = json.loads((MODELS / "sentiment.json").read_text("utf-8"))
        notes |= {"version": f"{notes['version']}+{name}", "base": notes["version"], "own_rows": rows}
        (place / "sentiment.json").write_text(json.dumps(notes), "utf-8")
        (place / "sentiment.npz").write_bytes((MODELS / "sentiment.npz").read_bytes())

    return install(folder, name, write)


def test_without_any_the_shipped_model_is_in_use(tmp_path: Path) -> None:
    assert (chosen_model(tmp_path), chosen_name(tmp_path), installed(tmp_path)) == (None, SHIPPED, [])


def test_the_newest_is_in_use_and_the_one_before_is_kept(tmp_path: Path) -> None:
    first = free_name(tmp_path, DAY)
    put(tmp_path, first)
    second = free_name(tmp_path, DAY)
    place = put(tmp_path, second, rows=500)
    assert (first, second) == ("own-20261122", "own-20261122-2")
    assert chosen_model(tmp_path) == place
    assert [(model.name, model.rows, model.chosen) for model in installed(tmp_path)] == [
        (first, 300, False),
        (second, 500, True),
    ]
    assert installed(tmp_path)[1].version.endswith("+own-20261122-2")
    choose(tmp_path, first)
    remove(tmp_path, second)
    assert [model.name for model in installed(tmp_path)] == [first]


def test_a_model_whose_writing_broke_off_is_none(tmp_path: Path) -> None:
    def breaks(place: Path) -> None:
        (place / "sentiment.json").write_text("{}", "utf-8")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        install(tmp_path, "own-20261122", breaks)
    assert (chosen_model(tmp_path), installed(tmp_path)) == (None, [])
    put(tmp_path, "own-20261122")
    assert chosen_name(tmp_path) == "own-20261122"


def test_what_is_not_installed_or_is_in_use_is_told(tmp_path: Path) -> None:
    put(tmp_path, "own-20261122")
    with pytest.raises(InvalidInput, match="known are shipped, own-20261122"):
        choose(tmp_path, "../../etc")
    with pytest.raises(InvalidInput, match="is in use"):
        remove(tmp_path, "own-20261122")
    (tmp_path / "models" / "own-20261122" / "sentiment.npz").unlink()
    with pytest.raises(InvalidSettings, match="not there whole"):
        chosen_model(tmp_path)
    (tmp_path / "models" / "chosen").write_text("../../elsewhere", "utf-8")
    with pytest.raises(InvalidSettings, match="tingchao model use"):
        chosen_model(tmp_path)


def test_the_reader_of_a_folder_reads_with_its_model_and_says_so(tmp_path: Path) -> None:
    put(tmp_path, "own-20261122")
    choice = reader_choice(tmp_path, deep="off")
    assert choice.models == tmp_path / "models" / "own-20261122"
    assert "+own-20261122+" in choice.load().version
    choose(tmp_path, SHIPPED)
    assert "own" not in reader_choice(tmp_path, deep="off").load().version
