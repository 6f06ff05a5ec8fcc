"""One installation with its history, made once; each test plays on its own copy."""

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# tests/ holds no packages (an __init__.py in tests/nlp would shadow nlp), so the shared stage is loaded by its path
_spec = importlib.util.spec_from_file_location("e2e_stage", Path(__file__).with_name("stage.py"))
assert _spec
assert _spec.loader
stage_module = importlib.util.module_from_spec(_spec)
sys.modules["e2e_stage"] = stage_module
_spec.loader.exec_module(stage_module)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("installation")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TINGCHAO_DATA", str(data))
        from tingchao.folders import demo_folder

        stage_module.with_history(demo_folder())
    return data


@pytest.fixture
def stage(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("TINGCHAO_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TINGCHAO_DEMO", "1")
    with stage_module.stage(template, tmp_path / "data") as ready:
        yield ready
