"""How often a feature will be spoken of: a forecast with intervals, and how the same forecast would have done before."""

import warnings
from collections.abc import Sequence
from datetime import date
from typing import Any

import attrs

from domain.errors import MissingExtra

LEAST = 12
"""Periods of history below which nothing is foretold."""
LEVELS = (80, 95)
"""Percent of the intervals."""
_WINDOWS = 12
_KEY, _AT, _VALUE = "unique_id", "ds", "y"


@attrs.frozen(kw_only=True)
class Expected:
    """The forecast of one period."""

    at: date
    """First day of the period."""
    value: float
    low80: float
    high80: float
    low95: float
    high95: float


@attrs.frozen(kw_only=True)
class BackTest:
    """How forecasts made in the past, each from what was known then, did on the periods that followed."""

    forecasts: int
    """Periods foretold and compared."""
    error: float
    """Mean absolute error of the method chosen, in the unit of the series."""
    naive_error: float
    """The same of "as in the last period" or, where a year is known, "as a year ago", the better of them."""
    inside80: float
    """Part of the periods inside their 80 % interval; far from .8 the intervals are not to be trusted."""


@attrs.frozen(kw_only=True)
class Outlook:
    """A forecast and what it is worth."""

    method: str
    points: tuple[Expected, ...]
    back_test: BackTest

    @property
    def better(self) -> bool:
        """Did the method do better than repeating what was?"""
        return self.back_test.error < self.back_test.naive_error


def outlook(
    history: Sequence[tuple[date, float]], *, periods: int, season: int = 12, step: str = "MS"
) -> Outlook | None:
    """The next `periods` of a series, or None with fewer than LEAST periods of history.

    history: first day and value of each period, oldest first, without gaps, values ≥ 0. season: periods of a year.
    step: pandas' name of a period, MS (month) or W-MON. The method with the least error on the older half of the back-test is
    chosen, its figures are those of the newer half, so that choosing does not flatter it. Raises MissingExtra.
    Library: statsforecast.
    """
    if len(history) < LEAST:
        return None
    engine, models = _engine(len(history), season, step)
    frame = _frame(history)
    windows = max(2, min(_WINDOWS, len(history) - LEAST + 4) - periods + 1)
    tested = _tested(engine, frame, periods=periods, windows=windows)
    cut = sorted(tested["cutoff"].unique())[(windows - 1) // 2]
    older, newer = tested[tested["cutoff"] <= cut], tested[tested["cutoff"] > cut]
    chosen = min(models, key=lambda name: _error(older, name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # short series make the optimisers talk
        ahead = engine.forecast(df=frame, h=periods, level=list(LEVELS))
    naive = [name for name in models if "Naive" in name]
    return Outlook(
        method=chosen,
        points=tuple(_expected(row, chosen) for row in ahead.to_dict("records")),
        back_test=BackTest(
            forecasts=len(newer),
            error=round(_error(newer, chosen), 4),
            naive_error=round(min(_error(newer, name) for name in naive), 4),
            inside80=round(_inside(newer, chosen), 3),
        ),
    )


def _engine(length: int, season: int, step: str) -> tuple[Any, list[str]]:
    try:
        from statsforecast import StatsForecast
        from statsforecast.models import AutoETS, DynamicOptimizedTheta, HistoricAverage, Naive, SeasonalNaive
    except ImportError as missing:
        raise MissingExtra("insight", "a forecast") from missing
    yearly = (
        season if length >= 2 * season + 4 else 1
    )  # a season is believed when it was seen twice, also in the back-test
    models: list[Any] = [
        Naive(),
        HistoricAverage(),
        AutoETS(season_length=yearly),
        DynamicOptimizedTheta(season_length=yearly),
    ]
    if yearly > 1:
        models.append(SeasonalNaive(season_length=yearly))
    return StatsForecast(models=models, freq=step, n_jobs=1, fallback_model=Naive()), [m.alias for m in models]


def _frame(history: Sequence[tuple[date, float]]) -> Any:
    import pandas

    return pandas.DataFrame(
        {_KEY: "mentions", _AT: pandas.to_datetime([at for at, _ in history]), _VALUE: [float(v) for _, v in history]}
    )


def _tested(engine: Any, frame: Any, *, periods: int, windows: int) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return engine.cross_validation(df=frame, h=periods, n_windows=windows, step_size=1, level=[LEVELS[0]])


def _error(tested: Any, name: str) -> float:
    return float((tested[name].clip(lower=0) - tested[_VALUE]).abs().mean())


def _inside(tested: Any, name: str) -> float:
    low, high = tested[f"{name}-lo-{LEVELS[0]}"], tested[f"{name}-hi-{LEVELS[0]}"]
    return float(((tested[_VALUE] >= low.clip(lower=0)) & (tested[_VALUE] <= high)).mean())


def _expected(row: dict[str, Any], name: str) -> Expected:
    def part(key: str) -> float:
        return round(max(0.0, float(row[key])), 4)

    return Expected(
        at=row[_AT].date(),
        value=part(name),
        low80=part(f"{name}-lo-80"),
        high80=part(f"{name}-hi-80"),
        low95=part(f"{name}-lo-95"),
        high95=part(f"{name}-hi-95"),
    )
