"""Groups of buyers by what they say of themselves: a list that people may replace."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from domain.errors import InvalidSettings
from nlp.dictionaries import read
from nlp.normalize import normalize


def buyer_groups(own: Path | None = None) -> dict[str, tuple[str, ...]]:
    """Group → the words by which its members are known, normalised.

    own: a file in the shape of `dictionaries/buyers.yaml` that takes its place, if it exists. Raises InvalidSettings with
    the file and entry for anything else than names with lists of words.
    """
    if own is None or not own.exists():
        return _checked(read("buyers"), "buyers.yaml")
    try:
        content = yaml.safe_load(own.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"{own}: not YAML in UTF-8: {error}") from None
    return _checked(content, str(own))


def _checked(content: Any, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(content, Mapping):
        raise InvalidSettings(f"{where}: hoped for lines such as  租房: [出租屋, 房东]")
    groups = {}
    for name, words in content.items():
        if not isinstance(words, list) or not words:
            raise InvalidSettings(
                f"{where}: entry {name!r} needs a list of words, such as [出租屋, 房东], and has {words!r}"
            )
        groups[str(name)] = tuple(dict.fromkeys(normalize(str(word)) for word in words if str(word).strip()))
    return groups
