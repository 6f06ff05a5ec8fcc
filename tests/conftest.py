"""What all tests share: the strict mode in which a skip is a failure, and how a missing service is named."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

if "TINGCHAO_KEY_FILE" not in os.environ:  # the keys of tests stay out of the person's own home
    _keys = Path(tempfile.mkdtemp(prefix="tingchao-key-"))
    atexit.register(shutil.rmtree, _keys, ignore_errors=True)
    os.environ["TINGCHAO_KEY_FILE"] = str(_keys / "key")
STRICT = os.environ.get("TINGCHAO_REQUIRE_ALL") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Generator[None, None, None]:
    yield
    skipped = terminalreporter.stats.get("skipped", [])
    if STRICT and skipped:
        terminalreporter.write_line(f"strict mode: {len(skipped)} skipped, each counts as a failure", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if STRICT and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
