"""Models that were trained on the customer's own reviews: kept in the data folder, one of them chosen."""

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from domain.errors import InvalidInput, InvalidSettings

SHIPPED = "shipped"
"""Name of the model that comes with the product."""
_FOLDER, _CHOICE, _FILES = "models", "chosen", ("sentiment.npz", "sentiment.json")
_NAME = re.compile(r"own-\d{8}(-\d+)?")


@attrs.frozen(kw_only=True)
class OwnModel:
    """One installed model."""

    name: str
    """`own-20261122`, its folder."""
    version: str
    """Stored beside every score: `ngram-3+own-20261122`."""
    base: str
    """Version of the shipped model that it was trained from."""
    rows: int
    """Own reviews that it was trained on."""
    chosen: bool


def chosen_model(folder: Path) -> Path | None:
    """Folder of the model in use; None = the shipped one. Raises InvalidSettings where the chosen one is not there any more."""
    name = chosen_name(folder)
    if name == SHIPPED:
        return None
    place = folder / _FOLDER / name
    if not _NAME.fullmatch(name) or not all((place / file).is_file() for file in _FILES):
        raise InvalidSettings(
            f"{folder / _FOLDER / _CHOICE} names the model {name!r}, which is not there whole: "
            f"choose another with  tingchao model use NAME  (or {SHIPPED})"
        )
    return place


def chosen_name(folder: Path) -> str:
    """Name of the model in use."""
    try:
        return (folder / _FOLDER / _CHOICE).read_text("utf-8").strip() or SHIPPED
    except FileNotFoundError:
        return SHIPPED


def installed(folder: Path) -> list[OwnModel]:
    """The customer's own models, oldest first; one whose description can't be read is left out."""
    chosen, models = chosen_name(folder), []
    for place in sorted((folder / _FOLDER).glob("own-*"), key=lambda place: _order(place.name)):
        try:
            notes: dict[str, Any] = json.loads((place / "sentiment.json").read_text("utf-8"))
        except (OSError, ValueError):
            continue
        if _NAME.fullmatch(place.name):
            models.append(
                OwnModel(
                    name=place.name,
                    version=str(notes.get("version", "")),
                    base=str(notes.get("base", "")),
                    rows=int(notes.get("own_rows", 0)),
                    chosen=place.name == chosen,
                )
            )
    return models


def free_name(folder: Path, day: str) -> str:
    """Name for a new model. day: 20261122."""
    name, number = f"own-{day}", 1
    while (folder / _FOLDER / name).exists():
        number += 1
        name = f"own-{day}-{number}"
    return name


def install(folder: Path, name: str, write: Callable[[Path], None]) -> Path:
    """Put a new model in place in one step, and choose it; the ones before are kept. write: puts its files into a folder."""
    models = folder / _FOLDER
    models.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = models / f".{name}.part"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    write(aside)
    for file in aside.iterdir():
        _to_disk(file)
    aside.rename(models / name)
    choose(folder, name)
    return models / name


def choose(folder: Path, name: str) -> None:
    """Use this model from now on. Raises InvalidInput for one that is not installed."""
    if name != SHIPPED and name not in {model.name for model in installed(folder)}:
        raise InvalidInput(f"model {name!r} is not installed: {_known(folder)}")
    models = folder / _FOLDER
    models.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = models / f".{_CHOICE}.part"
    aside.write_text(name + "\n", "utf-8")
    _to_disk(aside)
    aside.replace(models / _CHOICE)


def remove(folder: Path, name: str) -> None:
    """Delete a model that is not in use. Raises InvalidInput."""
    if name not in {model.name for model in installed(folder)}:
        raise InvalidInput(f"model {name!r} can't be removed: {_known(folder)}")
    if chosen_name(folder) == name:
        raise InvalidInput(f"model {name!r} is in use: choose another first, such as  tingchao model use {SHIPPED}")
    shutil.rmtree(folder / _FOLDER / name)


def _known(folder: Path) -> str:
    return "known are " + ", ".join([SHIPPED, *(model.name for model in installed(folder))])


def _order(name: str) -> tuple[str, int]:
    day, _, number = name.removeprefix("own-").partition("-")
    return day, int(number) if number.isdigit() else 1


def _to_disk(file: Path) -> None:
    with file.open("rb") as stream:
        os.fsync(stream.fileno())
