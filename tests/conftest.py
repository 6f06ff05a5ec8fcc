"""What all tests share: the strict mode in which a skip is a failure, and how a missing service is named."""

import os
from collections.abc import Generator

import pytest

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
