"""Which column of another tool's file is which of our fields: guessed from the header, or saved by a person."""

import tomllib
from collections.abc import Mapping as Table
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import msgspec

from crawlers.imports.columns import ALIASES, KIND_WORDS, KINDS, NEVER_READ, WORDS, plain
from domain.errors import InvalidSettings


@attrs.frozen(kw_only=True)
class Mapping:
    """How a file is read."""

    kind: str
    """reviews, posts, comments, complaints, prices, or documents (each row says its own kind, as our own export does)."""
    columns: dict[str, str]
    """Our field → the file's column, as its header writes it."""
    source: str = ""
    """Name of the source of rows that name none; empty = by the file's headings and name."""
    encoding: str = ""
    """Text encoding that somebody declared; empty = found out."""
    header: tuple[str, ...] = ()
    """All headings of the file for which it was saved: the same ones again are read by it. Empty = only where it is named."""


@attrs.frozen(kw_only=True)
class Guess:
    """What a file, or one sheet of it, seems to be."""

    mapping: Mapping
    certain: bool
    """Known by its own column names: no person need look. False: ask."""
    why: str
    """What made it so, or what is missing, Chinese."""
    layout: str = ""
    """The tool that wrote it, Chinese, where its columns give that away."""
    header: tuple[str, ...] = ()
    """All columns of the sheet."""
    ignored: tuple[str, ...] = ()
    """Columns that are not read."""
    header_line: int = 0
    """1-based line of the header; 0 = every row has its own names (JSON)."""
    sheet: str = ""
    """Name of the sheet; empty where the file has only one."""
    rows: tuple[tuple[str, ...], ...] = ()
    """The first rows as text, cut short, in the order of `header`."""
    saved: str = ""
    """Name of the saved mapping that this is; empty = guessed."""


def mapping_from(values: Table[str, Any], *, where: str) -> Mapping:
    """A saved mapping from its TOML or JSON values. where: file or form, for the message. Raises InvalidSettings."""
    kind, columns = values.get("kind"), values.get("columns")
    if kind not in KINDS:
        raise InvalidSettings(f"{where}: kind is {kind!r}, expected one of {', '.join(KINDS)}")
    if not isinstance(columns, dict) or not columns or not all(isinstance(v, str) for v in columns.values()):
        raise InvalidSettings(f'{where}: columns must be a table of field = "column of the file"')
    for field, column in columns.items():
        if field not in ALIASES:
            raise InvalidSettings(f"{where}: no field {field!r} in columns; fields are {', '.join(ALIASES)}")
        if plain(column) in NEVER_READ:
            raise InvalidSettings(f"{where}: column {column!r} is another tool's judgement and is never read")
    unknown = set(values) - {"kind", "columns", "source", "encoding", "header"}
    if unknown:
        raise InvalidSettings(
            f"{where}: unknown key {sorted(unknown)[0]!r}; keys are kind, columns, source, encoding, header"
        )
    _complete(kind, columns, where)
    header = values.get("header") or ()
    return Mapping(
        kind=kind,
        columns=dict(columns),
        source=str(values.get("source", "")),
        encoding=str(values.get("encoding", "")),
        header=tuple(str(name) for name in header) if isinstance(header, list | tuple) else (),
    )


def _complete(kind: str, columns: dict[str, str], where: str) -> None:
    twice = next((c for c in columns.values() if list(columns.values()).count(c) > 1), None)
    if twice is not None:
        fields = "、".join(WORDS.get(field, field) for field, column in columns.items() if column == twice)
        raise InvalidSettings(f"{where}：列「{twice}」同时当作 {fields}；一列只能当一种")
    if kind == "prices" and not ("price" in columns and {"sku", "product"} & set(columns)):
        raise InvalidSettings(f"{where}：价格表要有价格列（price），和商品编号（sku）或商品名称（product）列")
    if kind != "prices" and not {"text", "headline"} & set(columns):
        raise InvalidSettings(f"{where}：{KIND_WORDS[kind]}要有正文列（text）")


def corrected(guess: Guess, *, columns: Table[str, str], kind: str = "", source: str = "") -> Mapping:
    """The guess with what a person says is otherwise, made for the headings of this file.

    columns: our field → column of the file; empty = not in this file. kind, source: empty = as guessed.
    Raises InvalidSettings for a column that the file has not, a field that we have not, or a mapping that is not whole.
    """
    merged = dict(guess.mapping.columns)
    for field, column in columns.items():
        if column and column not in guess.header:
            raise InvalidSettings(f"文件里没有列「{column}」；有的列：{'，'.join(guess.header) or '（无）'}")
        taken = [other for other, name in merged.items() if column and name == column and other not in columns]
        for other in taken:  # the column moves to the field that the person names
            del merged[other]
        merged[field] = column
    if not any(merged.values()):
        raise InvalidSettings(
            f"还没有指出任何一列；{KIND_WORDS.get(kind or guess.mapping.kind, '文件')}至少要有正文列（text）"
        )
    values = {
        "kind": kind or guess.mapping.kind,
        "columns": {field: column for field, column in merged.items() if column},
        "source": source or guess.mapping.source,
        "encoding": guess.mapping.encoding,
        "header": list(guess.header),
    }
    return mapping_from(values, where=guess.sheet or "列的对应")


def load_mapping(path: Path) -> Mapping:
    """A saved mapping from a .toml or .json file. Raises InvalidSettings."""
    try:
        raw = path.read_bytes()
        values = msgspec.json.decode(raw) if path.suffix == ".json" else tomllib.loads(raw.decode("utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidSettings(f"{path}: {error}") from error
    if not isinstance(values, dict):
        raise InvalidSettings(f"{path}: expected a table with kind and columns")
    return mapping_from(values, where=str(path))


def values_of(mapping: Mapping) -> dict[str, Any]:
    """The mapping as values that `mapping_from` takes back."""
    return {
        "kind": mapping.kind,
        "columns": dict(mapping.columns),
        "source": mapping.source,
        "encoding": mapping.encoding,
        "header": list(mapping.header),
    }


def fitting(header: Sequence[str], saved: Table[str, Mapping]) -> tuple[str, Mapping] | None:
    """The saved mapping that was made for just these headings, in whatever order; None where there is none."""
    names = sorted(name for name in header if name)
    for name, mapping in saved.items():
        if mapping.header and sorted(mapping.header) == names:
            return name, mapping
    return None
