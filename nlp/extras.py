"""Libraries of an extra, loaded when they are first needed."""

from importlib import import_module
from typing import Any

from domain.errors import MissingExtra


def library(name: str, *, needed_for: str, extra: str = "train") -> Any:  # none of them has types here
    """The module. Raises MissingExtra where it is not installed."""
    try:
        return import_module(name)
    except ImportError as missing:
        raise MissingExtra(extra, needed_for) from missing
