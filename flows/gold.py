"""How well aspects, gravity and `about` are found, against sets that a person labelled."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import attrs

from crawlers.imports.lines import Refused
from domain.analysis import Analysis
from domain.errors import InvalidInput
from flows.labelled import Columns, table_rows
from nlp.evaluation import LEAST_SLICE
from nlp.reading import Reading

_POLARITIES = {
    word: polarity
    for polarity, words in {
        "negative": "negative neg -1 负面 消极",
        "neutral": "neutral neu 0 中性",
        "positive": "positive pos 1 正面 积极",
    }.items()
    for word in words.split()
}
Things = frozenset[Any]
"""What a text holds: names of aspects, (aspect, polarity), brands, or the class of a grave matter."""


class Reader(Protocol):
    """Reads texts; `nlp.analyzer.Analyzer` does."""

    def analyze_many(self, readings: Sequence[Reading]) -> list[Analysis]:
        """One analysis a reading, in order."""
        ...


@attrs.frozen(kw_only=True)
class Hits:
    """Found against labelled, over all texts together."""

    rows: int
    exact: float
    """Share of the texts with all of it and nothing else."""
    precision: float
    recall: float
    f1: float
    """Of single things, over all texts."""


@attrs.frozen(kw_only=True)
class GoldRow:
    """Figures of one question on one set."""

    name: str
    what: str
    """aspect, aspect+polarity, about, severe, severity."""
    hits: Hits
    slices: Mapping[str, Hits]
    """By the set's own `kind`, and the rows that its writer was in doubt of, which are not in `hits`."""


@attrs.frozen(kw_only=True)
class Question:
    """One thing to compare."""

    what: str
    labelled: Callable[[Any], Things]
    """From the value of the gold field. Raises ValueError for one that can't be read."""
    found: Callable[[Analysis], Things]


QUESTIONS: dict[str, tuple[Question, ...]] = {
    "aspects": (
        Question(
            what="aspect",
            labelled=lambda value: frozenset(aspect for aspect, _ in _pairs(value)),
            found=lambda analysis: frozenset(one.aspect for one in analysis.aspects),
        ),
        Question(
            what="aspect+polarity",
            labelled=lambda value: frozenset(_pairs(value)),
            found=lambda analysis: frozenset((one.aspect, one.polarity.value) for one in analysis.aspects),
        ),
    ),
    "about": (
        Question(
            what="about",
            labelled=lambda value: frozenset(_names(value)),
            found=lambda analysis: frozenset(analysis.about),
        ),
    ),
    "severity": (
        Question(
            what="severe",
            labelled=lambda value: frozenset({"severe"} if value else ()),
            found=lambda analysis: frozenset({"severe"} if analysis.severity else ()),
        ),
        Question(
            what="severity",
            labelled=lambda value: frozenset({str(value)} if value else ()),
            found=lambda analysis: frozenset({analysis.severity.kind.value} if analysis.severity else ()),
        ),
    ),
}
"""Gold field → what is compared for it."""


def compared(path: Path, field: str, reader: Reader) -> tuple[list[GoldRow], list[Refused]]:
    """A set (JSON Lines: text and the gold field; brand and product where known) against the reader, and its bad rows."""
    rows, faults = [], []
    for row in table_rows(path, Columns()):
        if isinstance(row, Refused):
            faults.append(row)
            continue
        number, values = row
        try:
            things = [question.labelled(values[field]) for question in QUESTIONS[field]]
            rows.append((values, things, str(values["text"])))
        except (KeyError, ValueError, TypeError) as error:
            missing = f"no field {error}" if isinstance(error, KeyError) else f"field {field!r}: {error}"
            faults.append(Refused(line=number, why=missing))
    if not rows:
        raise InvalidInput(f"{path}: no row with text and {field}" + (f"; {faults[0].why}" if faults else ""))
    analyses = reader.analyze_many(
        [
            Reading(text=text, brand=str(row.get("brand") or ""), product=str(row.get("product") or ""))
            for row, _, text in rows
        ]
    )
    answers = []
    for place, question in enumerate(QUESTIONS[field]):
        pairs = [(things[place], question.found(a)) for (_, things, _), a in zip(rows, analyses, strict=True)]
        answers.append(_row(path, question.what, pairs, [row for row, _, _ in rows]))
    return answers, faults


def hits(pairs: Collection[tuple[Things, Things]]) -> Hits:
    """Figures of (labelled, found) of at least one text."""
    both = sum(len(gold & found) for gold, found in pairs)
    gold, found = sum(len(gold) for gold, _ in pairs), sum(len(found) for _, found in pairs)
    return Hits(
        rows=len(pairs),
        exact=round(sum(gold == found for gold, found in pairs) / len(pairs), 4),
        precision=round(both / found, 4) if found else 1.0,
        recall=round(both / gold, 4) if gold else 1.0,
        f1=round(2 * both / (gold + found), 4) if gold + found else 1.0,
    )


def _row(path: Path, what: str, pairs: list[tuple[Things, Things]], rows: list[dict[str, Any]]) -> GoldRow:
    sure = [not row.get("doubt") for row in rows]
    kinds = sorted(
        {str(row["kind"]) for row in rows if row.get("kind")} | {str(r["split"]) for r in rows if r.get("split")}
    )
    slices = {
        kind: [
            pair
            for pair, row, yes in zip(pairs, rows, sure, strict=True)
            if yes and kind in (row.get("kind"), row.get("split"))
        ]
        for kind in kinds
    }
    slices["(doubt)"] = [pair for pair, yes in zip(pairs, sure, strict=True) if not yes]
    certain = [pair for pair, yes in zip(pairs, sure, strict=True) if yes] or pairs
    return GoldRow(
        name=path.name.split(".")[0],
        what=what,
        hits=hits(certain),
        slices={kind: hits(part) for kind, part in slices.items() if len(part) >= LEAST_SLICE},
    )


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    for item in value:
        aspect, polarity = (item["aspect"], item["polarity"]) if isinstance(item, dict) else (item[0], item[1])
        word = str(polarity).lower()
        if word not in _POLARITIES:
            raise ValueError(f"polarity {word!r} is none of negative, neutral, positive")
        yield str(aspect), _POLARITIES[word]


def _names(value: Any) -> Iterable[str]:
    if not isinstance(value, list):
        raise ValueError("no list of brands")
    return map(str, value)
