"""Labelled texts of any table: CSV, JSON Lines or a workbook with a text and a label or stars; bad rows are named, good ones kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from crawlers.imports import cells
from crawlers.imports.columns import FIELD_OF, plain
from crawlers.imports.headings import WITHIN_LINES, heading_of, heading_with
from crawlers.imports.lines import Line, Refused, Sheet, whole
from crawlers.imports.reading import opened
from domain.errors import InvalidInput
from nlp.evaluation import LEVELS, NEGATIVE, NEUTRAL, POSITIVE, Labels

_TEXT = ("text", "sentence", "review", "内容", "文本", "正文", "句子")
_LABEL = (
    "label",
    "labels",
    "sentiment",
    "polarity",
    "gold",
    "标签",
    "情感",
    "情感标签",
    "情感倾向",
    "情感极性",
    "倾向",
    "极性",
    "正负面",
    "class",
    "y",
)
_STARS = ("stars", "star", "rating", "星级", "评分", "score")
_SLICE = ("slice", "slices", "切片")
_WORDS = {
    NEGATIVE: "negative neg n 负面 消极 负 负向 差评 贬义 贬",
    NEUTRAL: "neutral neu 中性 中立 中 中评 客观",
    POSITIVE: "positive pos p 正面 积极 正 正向 好评 褒义 褒",
}
_LEVEL_OF = {word: level for level, words in _WORDS.items() for word in words.split()}
_NUMBERS: dict[frozenset[str], dict[str, int]] = {
    frozenset({"0", "1"}): {"0": NEGATIVE, "1": POSITIVE},
    frozenset({"-1", "1"}): {"-1": NEGATIVE, "1": POSITIVE},
    frozenset({"-1", "0", "1"}): {"-1": NEGATIVE, "0": NEUTRAL, "1": POSITIVE},
}
"""Numbers as labels: only where one reading is usual. 0, 1, 2 and 1, 2, 3 have several."""
_SHOWN_CHARACTERS = 30


@attrs.frozen(kw_only=True, eq=False)
class LabelledSet:
    """One file's texts with their levels."""

    name: str
    texts: tuple[str, ...]
    labels: Labels
    slices: tuple[tuple[str, ...], ...]
    """Slices that the file names, for each text."""
    lines: tuple[int, ...]
    """Line of the file of each text."""
    faults: tuple[Refused, ...] = ()
    note: str = ""
    """How the labels were read, where that is not plain."""

    def part(self, chosen: Iterable[int], *, name: str = "") -> "LabelledSet":
        """Only the rows with these numbers."""
        numbers = list(chosen)
        return attrs.evolve(
            self,
            name=name or self.name,
            texts=tuple(self.texts[n] for n in numbers),
            labels=self.labels[numbers] if numbers else self.labels[:0],
            slices=tuple(self.slices[n] for n in numbers),
            lines=tuple(self.lines[n] for n in numbers),
        )


@attrs.frozen(kw_only=True)
class Columns:
    """What a person said about the columns; empty = found by their names."""

    text: str = ""
    label: str = ""
    stars: str = ""
    """Column of 1–5 stars; where it is given it is the label: 1–2 negative, 3 neutral, 4–5 positive."""
    labels: Mapping[str, int] = attrs.field(factory=dict)
    """What each label means, where the rule can't tell."""
    encoding: str = ""


def read_labelled(path: Path, columns: Columns) -> LabelledSet:
    """The labelled texts of a file (`.gz` too). Raises InvalidInput for a file, a header or labels that can't be read at all."""
    rows: list[tuple[int, dict[str, Any]]] = []
    faults: list[Refused] = []
    for found in table_rows(path, columns):
        if isinstance(found, Refused):
            faults.append(found)
        else:
            rows.append(found)
    if not rows:
        raise InvalidInput(f"{path}: no rows" + (f"; {faults[0].why}" if faults else ""))
    names = list(dict.fromkeys(name for _, row in rows for name in row))
    text = _column(names, columns.text, _TEXT, what="text", path=path, also="text")
    stars = columns.stars and _column(names, columns.stars, (), what="stars", path=path)
    label = stars or _column(names, columns.label, _LABEL, what="label", path=path, otherwise=_STARS)
    level, note = (_star_level, "") if stars else _label_rule([row.get(label) for _, row in rows], columns, label, path)
    marks = next((name for name in names if plain(name) in _SLICE), "")
    kept: list[tuple[str, int, tuple[str, ...], int]] = []
    for number, row in rows:
        try:
            kept.append((_passage(row.get(text)), level(row.get(label)), _slices(row.get(marks)), number))
        except cells.BadCell as bad:
            faults.append(Refused(line=number, why=str(bad)))
    if not kept:
        raise InvalidInput(f"{path}: no row could be read; line {faults[0].line}: {faults[0].why}")
    return LabelledSet(
        name=path.name.split(".")[0] or path.name,
        texts=tuple(row[0] for row in kept),
        labels=np.array([row[1] for row in kept], np.int64),
        slices=tuple(row[2] for row in kept),
        lines=tuple(row[3] for row in kept),
        faults=tuple(sorted(faults, key=lambda fault: fault.line)),
        note=note,
    )


def table_rows(path: Path, columns: Columns) -> Iterator[tuple[int, dict[str, Any]] | Refused]:
    """(line, row by column name) of all sheets of a file, and the lines that can't be read."""
    with opened(path, encoding=columns.encoding) as sheets:
        for sheet in sheets:
            yield from _sheet_rows(sheet, {name for name in (columns.text, columns.label, columns.stars) if name})


def _sheet_rows(sheet: Sheet, wanted: set[str]) -> Iterator[tuple[int, dict[str, Any]] | Refused]:
    lines = iter(sheet.lines)
    first = list(islice(lines, WITHIN_LINES))
    plain_lines = [line for line in first if isinstance(line, Line)]
    if not plain_lines or whole(plain_lines[0]) is not None:
        names, start = None, 0
    else:
        found = (heading_with(plain_lines, wanted) if wanted else None) or heading_of(plain_lines)
        if found is None:
            return
        names, start = found.names, found.line
    for line in chain(first, lines):
        if isinstance(line, Refused):
            yield line
        elif isinstance(line, Line) and line.number > start:
            row = whole(line)
            if row is None and names is None:
                yield Refused(line=line.number, why="no JSON object")
            else:
                yield line.number, row if row is not None else dict(zip(names or (), line.cells, strict=False))


def _column(
    names: list[str], said: str, known: tuple[str, ...], *, what: str, path: Path, also: str = "", otherwise: tuple[str, ...] = ()
) -> str:  # fmt: skip
    """Name of the column that was said, or found among the known ones."""
    if said:
        if said in names:
            return said
        raise InvalidInput(f"{path}: no column {said!r}; it has {', '.join(names[:20])}")
    for wanted in known:
        for name in names:
            if plain(name) == wanted:
                return name
    for name in names:
        if also and FIELD_OF.get(plain(name)) == also:
            return name
    starred = next((name for name in names if plain(name) in otherwise), "")
    hint = f"; it has stars in {starred!r}: say --stars {starred}" if starred else f": say --{what} COLUMN"
    raise InvalidInput(f"{path}: which column is the {what}? It has {', '.join(names[:20])}{hint}")


def _label_rule(values: list[Any], columns: Columns, label: str, path: Path) -> tuple[Callable[[Any], int], str]:
    """How to read this file's labels, and a note where numbers were taken by a rule."""
    seen = {_plain_label(value) for value in values} - {""}
    known: dict[str, int] = dict(_LEVEL_OF)
    note = ""
    if columns.labels:
        known = {_plain_label(name): level for name, level in columns.labels.items()}
    elif numbers := frozenset(value for value in seen if value.lstrip("-").isdigit()):
        reading = next((reading for usual, reading in _NUMBERS.items() if numbers <= usual), None)
        if reading is None:
            raise InvalidInput(
                f"{path}: labels {', '.join(sorted(numbers))} in column {label!r} can mean several things: "
                "say --labels 0=negative,1=neutral,2=positive, or --stars COLUMN if they are stars"
            )
        known |= reading
        note = f"{label}: " + ", ".join(f"{value} = {LEVELS[level]}" for value, level in reading.items())

    def level(value: Any) -> int:
        plain_value = _plain_label(value)
        if plain_value not in known:
            shown = str(value)[:_SHOWN_CHARACTERS]
            raise cells.BadCell(f"label {shown!r} is none of {', '.join(sorted(set(known)))[:160]}")
        return known[plain_value]

    if not seen & set(known):
        raise InvalidInput(
            f"{path}: labels such as {', '.join(sorted(seen)[:6]) or 'nothing'} in column {label!r} are not known: "
            "positive, negative, neutral (pos, neg, neu, 正面, 负面, 中性, 1, -1, 0) are, or say --labels NAME=negative,…"
        )
    return level, note


def _star_level(value: Any) -> int:
    stars = cells.stars(value)
    if stars is None:
        raise cells.BadCell(f"no stars: {str(value)[:_SHOWN_CHARACTERS]!r}")
    return NEGATIVE if stars <= 2 else NEUTRAL if stars == 3 else POSITIVE


def _plain_label(value: Any) -> str:
    words = str("" if value is None else value).strip().lower().removeprefix("+")
    return words.removesuffix(".0")


def _passage(value: Any) -> str:
    if value is None or not str(value).strip():
        raise cells.BadCell("no text")
    text = str(value)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise cells.BadCell("broken bytes in the text")
    return text


def _slices(value: Any) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(map(str, value))
    return tuple(part.strip() for part in str(value or "").split("|") if part.strip())
