from pathlib import Path

import pytest

from domain.errors import InvalidSettings
from tingchao.settings import FILE, TEMPLATE, load, secret


def write(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text, "utf-8")
    return folder


def test_a_folder_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.store.engine == "embedded"
    assert settings.console.host == "127.0.0.1"


def test_the_template_that_init_writes_is_valid(tmp_path: Path) -> None:
    settings = load(write(tmp_path, TEMPLATE))
    assert set(settings.sites) == {"jd", "weibo", "shop"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[sites.jd]\ndelay_secs = 3", ["sites.jd.delay_secs", "delay_seconds"]),
        ("[stor]\nengine = 'embedded'", ["'stor'", "'store'"]),
        ("[channels.duty]\nkind = 'fax'", ["channels.duty.kind", "'fax'", "slack"]),
        ("[console]\nport = 'x'", ["console.port", "'x'"]),
        ("[console\n", ["TOML", FILE]),
    ],
)
def test_a_wrong_setting_is_named_with_its_place_and_the_way_out(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(InvalidSettings) as caught:
        load(write(tmp_path, text))
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_the_environment_wins_over_the_file_key_by_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINGCHAO_STORE__ENGINE", "elasticsearch")
    store = load(write(tmp_path, "[store]\nengine = 'embedded'\nindex_prefix = 'ours'")).store
    assert (store.engine, store.index_prefix) == ("elasticsearch", "ours")


def test_a_missing_secret_is_named_and_a_present_one_is_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TINGCHAO_TEST_SECRET", raising=False)
    with pytest.raises(InvalidSettings, match="TINGCHAO_TEST_SECRET"):
        secret("TINGCHAO_TEST_SECRET", needed_for="[channels.duty]")
