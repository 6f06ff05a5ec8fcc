"""One real desk a test, and the one real analyzer of the session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.collect import Reader
from nlp.analyzer import Analyzer
from tests.flows.desks import Rig, rig


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rig]:
    """An empty installation with one channel whose address nobody answers."""
    monkeypatch.setenv("TEST_HOOK_URL", "http://127.0.0.1:9/hook")
    with rig(tmp_path / "data") as opened:
        yield opened


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Analyzer.load()
