"""Which feature belongs to whom: correspondence analysis of a table of counts, its map and what stands out of it."""

from collections.abc import Mapping
from typing import Any

import attrs

from domain.errors import MissingExtra

STANDS_OUT = 3.0
"""Adjusted residual from which a cell is named; with a hundred cells 2 would name five by chance."""
LEAST_EXPECTED = 5.0
"""Reviews that a cell must be expected to hold before it is judged."""


@attrs.frozen(kw_only=True)
class Point:
    """A row or column of the table on the map."""

    name: str
    x: float
    y: float
    count: int
    """Its sum in the table."""
    quality: float
    """Part of its difference from the average that the map shows, 0–1; below .5 its place says little."""


@attrs.frozen(kw_only=True)
class Owned:
    """A cell far from what row and column alone would give."""

    row: str
    column: str
    count: int
    expected: float
    """Count if every row spoke alike."""
    strength: float
    """Adjusted residual, in standard deviations; negative = named less than by others. Source: Haberman (1973)."""


@attrs.frozen(kw_only=True)
class Map:
    """Rows and columns in one plane: near and far from the middle = connected."""

    rows: tuple[Point, ...]
    columns: tuple[Point, ...]
    shown: tuple[float, float]
    """Part of the whole difference that each axis shows, 0–1; the second is 0 where there are two rows or columns."""
    p_value: float
    """Chance of so much difference if all rows spoke alike (chi-square); from .05 on the map shows noise."""
    owned: tuple[Owned, ...]
    """Cells that stand out, the strongest first."""


def correspondence(table: Mapping[str, Mapping[str, int]]) -> Map | None:
    """The map of a table (row → column → count), or None with fewer than two rows or columns that hold anything.

    Raises MissingExtra. Source: Benzécri (1973); library: prince.
    """
    frame = _frame(table)
    if frame is None:
        return None
    from scipy.stats import chi2_contingency
    from scipy.stats.contingency import expected_freq

    counts = frame.to_numpy()
    expected = expected_freq(counts)
    residuals = _adjusted(counts, expected)
    owned = [
        Owned(
            row=row,
            column=column,
            count=int(counts[i, j]),
            expected=round(float(expected[i, j]), 1),
            strength=round(float(residuals[i, j]), 1),
        )
        for i, row in enumerate(frame.index)
        for j, column in enumerate(frame.columns)
        if abs(residuals[i, j]) >= STANDS_OUT and expected[i, j] >= LEAST_EXPECTED
    ]
    rows, columns, shown = _places(frame)
    return Map(
        rows=rows,
        columns=columns,
        shown=shown,
        p_value=float(chi2_contingency(counts).pvalue),
        owned=tuple(sorted(owned, key=lambda cell: (-abs(cell.strength), cell.row, cell.column))),
    )


def _frame(table: Mapping[str, Mapping[str, int]]) -> Any:  # a pandas frame, which has no types here
    try:
        import pandas
    except ImportError as missing:
        raise MissingExtra("insight", "the map of features") from missing
    frame = pandas.DataFrame.from_dict(table, orient="index").fillna(0).astype(int)
    frame = frame.loc[frame.sum(axis=1) > 0, frame.sum(axis=0) > 0]
    return frame if min(frame.shape) >= 2 else None


def _adjusted(counts: Any, expected: Any) -> Any:
    total = counts.sum()
    spread = (
        expected * (1 - counts.sum(axis=1, keepdims=True) / total) * (1 - counts.sum(axis=0, keepdims=True) / total)
    )
    return (counts - expected) / spread.clip(1e-9) ** 0.5


def _places(frame: Any) -> tuple[tuple[Point, ...], tuple[Point, ...], tuple[float, float]]:
    import prince

    axes = min(2, min(frame.shape) - 1)
    fitted = prince.CA(n_components=axes, random_state=0).fit(frame)
    shown = [*(float(part) / 100 for part in fitted.percentage_of_variance_), 0.0]
    rows = _points(fitted.row_coordinates(frame), fitted.row_cosine_similarities(frame), frame.sum(axis=1))
    columns = _points(fitted.column_coordinates(frame), fitted.column_cosine_similarities(frame), frame.sum(axis=0))
    return rows, columns, (shown[0], shown[1])


def _points(places: Any, qualities: Any, sums: Any) -> tuple[Point, ...]:
    return tuple(
        Point(
            name=str(name),
            x=round(float(place[0]), 4),
            y=round(float(place[1]), 4) if len(place) > 1 else 0.0,
            count=int(count),
            quality=round(min(1.0, float(sum(quality))), 3),
        )
        for name, place, quality, count in zip(
            places.index, places.to_numpy(), qualities.to_numpy(), sums.to_numpy(), strict=True
        )
    )
