"""Libraries of an extra, loaded when they are first needed."""

from importlib import import_module
from typing import Any

from domain.errors import InvalidSettings, MissingExtra


def library(name: str, *, needed_for: str, extra: str = "train") -> Any:  # none of them has types here
    """The module. Raises MissingExtra where it is not installed."""
    try:
        return import_module(name)
    except ImportError as missing:
        raise MissingExtra(extra, needed_for) from missing


def torch_library(*, needed_for: str) -> Any:
    """torch, on one core. Only trainings use it, and it is no extra of ours: raises InvalidSettings without it."""
    try:
        torch = import_module("torch")
    except ImportError as missing:
        raise InvalidSettings(f"{needed_for} needs torch, which is no extra of ours: pip install torch") from missing
    torch.set_num_threads(1)
    return torch
