"""The house itself: packages, lock files, compose, and what is written about them."""

import ast
import importlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tingchao.settings import Settings

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


@pytest.mark.parametrize("name", PACKAGES)
def test_each_package_is_loaded_from_this_project(name: str) -> None:
    module = importlib.import_module(name)
    assert Path(str(module.__file__)).is_relative_to(ROOT)


def test_lock_files_hold_hashes_and_no_addresses() -> None:
    locks = list((ROOT / "requirements").glob("*.txt"))
    assert {p.stem for p in locks} >= {"core", *PROJECT["project"]["optional-dependencies"]}
    for lock in locks:
        text = lock.read_text("utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text


def test_the_core_lock_pulls_no_browser_no_parquet_and_no_training_stack() -> None:
    core = (ROOT / "requirements/core.txt").read_text("utf-8")
    for heavy in ("playwright", "pyarrow", "scikit-learn", "onnxruntime", "torch", "pandas", "scipy"):
        assert not re.search(rf"^{heavy}==", core, re.MULTILINE), heavy
    for named in ("scrapy", "jieba", "snownlp", "elasticsearch", "apscheduler", "slack-sdk"):
        assert re.search(rf"^{named}==", core, re.MULTILINE), named


def test_slow_packages_are_imported_only_when_used() -> None:
    """jieba, snownlp and elasticsearch stand in the core, but never at the top of a module."""
    late = {
        "jieba",
        "snownlp",
        "elasticsearch",
        "sklearn",
        "playwright",
        "scrapy_playwright",
        "pyarrow",
        "PIL",
        "segno",
        "zxingcpp",
    }
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for statement in ast.parse(path.read_text("utf-8")).body:
                names = (
                    [a.name for a in statement.names]
                    if isinstance(statement, ast.Import)
                    else [statement.module or ""]
                    if isinstance(statement, ast.ImportFrom)
                    else []
                )
                assert not {n.split(".")[0] for n in names} & late, f"{path}: {names}"


def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8")))


def test_compose_has_its_services_with_health_checks_and_volumes() -> None:
    services = compose()["services"]
    assert set(services) == {"elasticsearch", "postgres", "crawler", "monitor", "web"}
    assert all("healthcheck" in s and "volumes" in s for s in services.values())


def test_compose_names_only_settings_that_exist_and_publishes_on_loopback_only() -> None:
    services = compose()["services"]
    for service in ("crawler", "monitor", "web"):
        for name in services[service]["environment"]:
            if "__" in name:
                part, key = name.removeprefix("TINGCHAO_").lower().split("__")
                model: Any = Settings.model_fields[part].annotation
                assert key in model.model_fields, name
    ports = [p for s in services.values() for p in s.get("ports", [])]
    assert ports
    assert all(p.startswith("127.0.0.1:") for p in ports)


def test_compose_settings_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tingchao.settings import load

    for name, value in compose()["services"]["web"]["environment"].items():
        monkeypatch.setenv(name, str(value))
    settings = load(tmp_path)
    assert settings.store.engine == "elasticsearch"
    assert settings.store.hosts == ["http://elasticsearch:9200"]
    assert settings.tables.url.startswith("postgresql+psycopg://")
    assert settings.console.inside_container


def test_compose_takes_its_secrets_from_the_environment() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    for line in text.splitlines():
        if re.search(r"(PASSWORD|TOKEN|SECRET):\s", line):
            assert "${" in line, line


def test_every_command_gives_an_example_in_its_help() -> None:
    from typer.main import get_command

    from tingchao.cli import app

    def walk(command: Any, path: str) -> None:
        for name, sub in getattr(command, "commands", {}).items():
            walk(sub, f"{path} {name}")
        if not hasattr(command, "commands") and not command.hidden:
            assert "Example:" in (command.help or ""), path

    walk(get_command(app), "tingchao")
