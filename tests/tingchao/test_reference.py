"""The reference page and the code say the same."""

from pathlib import Path
from typing import Any, get_args

from typer.main import get_command

from tingchao.cli import app
from tingchao.settings import Channel, Settings, Site
from tingchao.sources import ADAPTERS

PAGE = (Path(__file__).parents[2] / "docs" / "reference.md").read_text("utf-8")


def test_every_command_is_described() -> None:
    def walk(command: Any, path: list[str]) -> list[str]:
        subs = getattr(command, "commands", None)
        if subs is None:
            return [] if command.hidden else [" ".join(path)]
        return [name for key, sub in subs.items() for name in walk(sub, [*path, key])]

    missing = [name for name in walk(get_command(app), []) if f"`{name}`" not in PAGE]
    assert not missing


def test_every_setting_is_described() -> None:
    models = {name: f.annotation for name, f in Settings.model_fields.items()} | {"sites": Site, "channels": Channel}
    missing = [
        f"{part}.{key}" for part, model in models.items() for key in model.model_fields if f"`{key}`" not in PAGE
    ]  # type: ignore[union-attr]  # every part is a model
    assert not missing


def test_every_site_and_channel_is_described() -> None:
    kinds = get_args(Channel.model_fields["kind"].annotation)
    assert all(f"| `{name}` |" in PAGE for name in (*ADAPTERS, *kinds))
