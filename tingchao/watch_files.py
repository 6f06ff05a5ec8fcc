"""Watches from a file: TOML tables `[[watch]]`, a JSON list, or one JSON object a line, with the fields of a watch."""

import difflib
import json
import tomllib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import msgspec

from domain.errors import InvalidSettings
from domain.watches import Watch, WatchedProduct

LISTS = ("watch", "watches")
QUIET = "quiet_minutes"
"""Minutes, as the command line has it; `quiet` takes an ISO 8601 duration, as `watch list --jsonl` prints it."""
_FIELDS = tuple(f.name for f in attrs.fields(Watch))
_PRODUCT_FIELDS = tuple(f.name for f in attrs.fields(WatchedProduct))


def read_watches(path: Path) -> Iterator[Watch | InvalidSettings]:
    """The watches of a file in its order; in the place of a wrong one what is wrong with it, and where.

    Raises InvalidSettings, at the first item, for a file that can't be read at all or holds no watch.
    """
    tables = _tables(path)
    if not tables:
        raise InvalidSettings(f"{path}: no watch in it: write [[watch]] tables with at least a name and a brand")
    for number, values in enumerate(tables, start=1):
        named = f" ({values['name']})" if isinstance(values, dict) and values.get("name") else ""
        try:
            yield _watch(values, where=f"{path}: watch {number}{named}")
        except InvalidSettings as error:
            yield error


def _tables(path: Path) -> Sequence[Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidSettings(f"{path}: can't be opened: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise InvalidSettings(f"{path}: byte {error.start + 1} is not UTF-8: save the file as UTF-8") from None
    try:
        if text.lstrip()[:1] == "{":
            return [_json(line) for line in text.splitlines() if line.strip()]
        if text.lstrip()[:1] == "[" and path.suffix != ".toml":
            return list(_json(text))
        return _toml_list(path, tomllib.loads(text, parse_float=Decimal))
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidSettings(f"{path}: not readable as TOML, a JSON list or JSON Lines: {error}") from None


def _json(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def _toml_list(path: Path, values: dict[str, Any]) -> Sequence[Any]:
    wrong = [key for key in values if key not in LISTS]
    if wrong:
        raise InvalidSettings(f"{path}: unknown key {wrong[0]!r}: each watch is a table that begins with [[watch]]")
    found: Any = next(iter(values.values()), [])
    return found if isinstance(found, list) else [found]


def _watch(values: Any, *, where: str) -> Watch:
    if not isinstance(values, dict):
        raise InvalidSettings(f"{where}: expected a table of fields, seen {values!r}")
    _check_keys(values, (*_FIELDS, QUIET), where)
    products = values.get("products")
    for number, product in enumerate(products if isinstance(products, list) else (), start=1):
        if isinstance(product, dict):
            _check_keys(product, _PRODUCT_FIELDS, f"{where}: product {number}")
    given = dict(values)
    if QUIET in given:
        given["quiet"] = _minutes(given.pop(QUIET), where)
    try:
        return msgspec.convert(given, Watch)
    except msgspec.ValidationError as error:
        raise InvalidSettings(f"{where}: {str(error).replace('`$.', '`')}") from None


def _minutes(value: Any, where: str) -> timedelta:
    try:
        return timedelta(minutes=msgspec.convert(value, float))
    except (msgspec.ValidationError, ValueError, OverflowError):
        raise InvalidSettings(f"{where}: {QUIET} is {value!r}, expected a number of minutes such as 30") from None


def _check_keys(values: dict[str, Any], known: Sequence[str], where: str) -> None:
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"
            raise InvalidSettings(f"{where}: unknown key {key!r}; {hint}")
