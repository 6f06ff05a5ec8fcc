import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.errors import InvalidSettings
from tingchao.folders import Folder
from tingchao.keys import KEY_FILE, MARKER, derived, installation_key, key_place


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(KEY_FILE, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "tingchao"


def test_the_key_is_made_once_outside_the_data_and_for_its_owner_only(tmp_path: Path, home: Path) -> None:
    folder = Folder(path=tmp_path / "data").made()
    key = folder.key()
    assert len(key) == 32
    assert folder.key() == key
    place = key_place(folder.path, demo=False)
    assert place.parent == home
    assert place.read_bytes() == key
    assert place.stat().st_mode & 0o077 == 0
    assert all(key not in p.read_bytes() for p in folder.path.rglob("*") if p.is_file())


def test_a_data_folder_that_moves_on_the_same_machine_finds_its_key(tmp_path: Path, home: Path) -> None:
    key = installation_key(tmp_path / "old", demo=False)
    (tmp_path / "old").rename(tmp_path / "new")
    assert installation_key(tmp_path / "new", demo=False) == key
    assert installation_key(tmp_path / "other", demo=False) != key


def test_an_older_versions_key_moves_out_unchanged_and_says_so(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "key").write_bytes(b"k" * 32)
    assert installation_key(data, demo=False) == b"k" * 32
    assert not (data / "key").exists()
    assert str(key_place(data, demo=False)) in capsys.readouterr().err


def test_a_lost_key_and_a_strangers_key_are_refused(tmp_path: Path, home: Path) -> None:
    installation_key(tmp_path / "data", demo=False)
    place = key_place(tmp_path / "data", demo=False)
    place.rename(tmp_path / "kept")
    with pytest.raises(InvalidSettings, match="put it back from your backup"):
        installation_key(tmp_path / "data", demo=False)
    place.write_bytes(b"x" * 32)
    with pytest.raises(InvalidSettings, match="not the key of"):
        installation_key(tmp_path / "data", demo=False)


def test_a_home_that_cannot_be_written_keeps_the_key_in_the_data_and_warns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "file" / "key"))
    key = installation_key(tmp_path / "data", demo=False)
    assert (tmp_path / "data" / "key").read_bytes() == key
    assert KEY_FILE in capsys.readouterr().err
    assert installation_key(tmp_path / "data", demo=False) == key


def test_a_named_key_file_is_taken_as_it_is_unless_too_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret"
    monkeypatch.setenv(KEY_FILE, str(file))
    file.write_bytes(b"short")
    with pytest.raises(InvalidSettings, match="5 bytes"):
        installation_key(tmp_path / "data", demo=False)
    file.write_bytes(b"s" * 40)
    assert installation_key(tmp_path / "data", demo=False) == b"s" * 40
    assert set(json.loads((tmp_path / "data" / MARKER).read_text())) == {"id", "key"}


def test_many_first_starts_at_once_agree_on_one_key(tmp_path: Path, home: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: installation_key(tmp_path / "data", demo=False), range(16)))
    assert len(keys) == 1


def test_the_demos_key_goes_with_its_folder(tmp_path: Path, home: Path) -> None:
    key = Folder(path=tmp_path / "demo", demo=True).made().key()
    assert (tmp_path / "demo" / "key").read_bytes() == key
    assert not home.exists()


def test_what_is_derived_differs_by_purpose_and_is_not_the_key() -> None:
    assert derived(b"k" * 32, "sessions") == derived(b"k" * 32, "sessions")
    assert len({b"k" * 32, derived(b"k" * 32, "sessions"), derived(b"k" * 32, "other")}) == 3
