from pathlib import Path

import pytest

from domain.errors import AlreadyRunning, InvalidSettings
from domain.times import ScaledClock, SystemClock
from tingchao.folders import DemoState, chosen_folder, demo_folder, held, is_real, real_folder
from tingchao.settings import FILE


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TINGCHAO_DATA", str(tmp_path))
    monkeypatch.delenv("TINGCHAO_DEMO", raising=False)
    return tmp_path


def state() -> DemoState:
    return DemoState(
        seed=1, started="2026-11-22T10:00:00+08:00", real_anchor=0, anchor="2026-11-22T02:00:00+00:00", speed=30, port=1
    )


def test_reading_commands_mean_the_demo_only_while_nothing_real_exists(data: Path) -> None:
    assert chosen_folder() == real_folder()
    demo_folder().made().tables.touch()
    assert chosen_folder() == demo_folder()
    (data / FILE).write_text("")
    assert is_real()
    assert chosen_folder() == real_folder()


def test_a_running_demo_names_its_own_folder_to_its_crawls(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / FILE).write_text("")
    monkeypatch.setenv("TINGCHAO_DEMO", "1")
    assert chosen_folder() == demo_folder()


def test_a_scaled_clock_is_refused_outside_the_demo() -> None:
    real, demo = real_folder().made(), demo_folder().made()
    assert isinstance(real.clock(), SystemClock)
    state().write(real.path)
    state().write(demo.path)
    assert isinstance(demo.clock(), ScaledClock)
    with pytest.raises(InvalidSettings, match="outside the demo"):
        real.clock()


def test_a_lock_that_is_held_names_its_holder(data: Path) -> None:
    path = data / "run.lock"
    with (
        held(path, what="tingchao run"),
        pytest.raises(AlreadyRunning, match="process"),
        held(path, what="tingchao run"),
    ):
        pass
    with held(path, what="tingchao run"):
        pass
