"""Where the files of BGE-small-zh lie on this machine, and whether they are the ones we mean."""

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from domain.errors import InvalidSettings

PLACE = "TINGCHAO_BGE"
"""Environment variable with another folder for the files."""
PACKAGES = ("onnxruntime", "tokenizers")
INSTALL = "./run install nlp-deep"
CHOSEN = "chosen"
"""Empty file beside the model that this command leaves."""


class DeepBroken(InvalidSettings):
    """A file of the deep stage is missing or damaged; the message names it and how to mend it."""


@cache
def origin() -> Mapping[str, Mapping[str, str]]:
    """`bge.json`: the package it comes from, and per file its name inside and its SHA-256; tools/bge-small-zh fetches by it."""
    text = files(__package__).joinpath("models/bge.json").read_text(encoding="utf-8")
    answer: Mapping[str, Mapping[str, str]] = json.loads(text)
    return answer


def model_folder() -> Path:
    """Where the files are looked for: TINGCHAO_BGE, or `share/tingchao/bge-small-zh` of this environment."""
    return Path(os.environ.get(PLACE) or Path(sys.prefix) / "share" / "tingchao" / "bge-small-zh")


def is_chosen() -> bool:
    """Did somebody ask for the stage by `./run install nlp-deep`? `./check` fetches the files for its tests alone."""
    return (model_folder() / CHOSEN).is_file()


def missing(folder: Path | None = None) -> str | None:
    """Why the deep stage can't be loaded, in a line; None = packages and files are there. Damage shows when it is loaded."""
    for package in PACKAGES:
        if find_spec(package) is None:
            return f"{package} is not installed: type  {INSTALL}"
    folder = folder or model_folder()
    for name in origin()["files"]:
        if not (folder / name).is_file():
            return f"{folder / name} is not there: type  {INSTALL}"
    return None


def checked(name: str, folder: Path) -> bytes:
    """The bytes of one file. Raises DeepBroken where it is not the one we mean."""
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise DeepBroken(f"{folder / name} can't be read ({error.strerror}): type  {INSTALL}") from error
    seen = hashlib.sha256(content).hexdigest()
    if seen != origin()["files"][name]:
        raise DeepBroken(
            f"{folder / name} is damaged or another version (SHA-256 {seen[:12]}…, {origin()['files'][name][:12]}… hoped for): "
            f"type  {INSTALL}"
        )
    return content
