"""Measures the surge detector on the public surge data, beside a fixed count and a spike ratio in the same run.

Run:  ./run bench alerts   or   .venv/bin/python bench/alerts.py [--data ../shared/data/surge]
Data: 30 simulated series × 2 weeks after 3 weeks of history, and five real tweet-volume series (NAB), see its README.
"""

import argparse
import csv
import gzip
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

import attrs
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from alerts.nab import nab_scores
from alerts.stream import LEVELS, Stream

WEEK_TICKS = 2016
IGNORED_AFTER_TICKS = 24
HERE = Path(__file__).resolve().parents[1]


@attrs.frozen(kw_only=True)
class Surge:
    """A surge of the truth file."""

    series: str
    onset: int
    stop: int
    oracle: int
    in_outage: bool


@attrs.frozen(kw_only=True)
class Data:
    """One set of simulated series."""

    series: list[str]
    sources: list[str]
    delivered: dict[str, list[float]]
    history: np.ndarray
    """(4, S, T): total, neg, authors, texts."""
    ticks: list[list[tuple[int, int, float, float, float]]]
    """Per tick of delivery: (series, event tick of the stream, total, neg, authors)."""
    down: list[set[str]]
    surges: list[Surge]
    nulls: list[tuple[str, str, int, int]]


@attrs.frozen(kw_only=True)
class Row:
    """How one detector did."""

    name: str
    false: float
    """Alerts a series-week that no surge explains."""
    told15: float
    """Share of the surges that the clairvoyant sees within 15 minutes, told within 15."""
    told30: float
    found: float
    median: float
    """Minutes from the onset, of those found."""
    duplicates: float
    causes: dict[str, int]


def read(folder: Path) -> Data:
    meta = json.loads((folder / "meta.json").read_text())
    with (folder / "series.csv").open() as file:
        rows = list(csv.DictReader(file))
    series, sources = [r["series"] for r in rows], [r["source"] for r in rows]
    index = {name: i for i, name in enumerate(series)}
    history = np.zeros((4, len(series), meta["history_ticks"]))
    for r in _rows(folder / "hist.csv.gz"):
        history[:, index[r[0]], int(r[1])] = [float(v) for v in r[2:6]]
    ticks: list[list[tuple[int, int, float, float, float]]] = [[] for _ in range(meta["ticks"])]
    for r in _rows(folder / "stream.csv.gz"):
        ticks[int(r[0])].append((index[r[1]], int(r[2]), float(r[3]), float(r[4]), float(r[5])))
    down: list[set[str]] = [set() for _ in ticks]
    for source, start, end in list(_rows(folder / "outages.csv")):
        for k in range(int(start), min(int(end), len(down))):
            down[k].add(source)
    surges = [
        Surge(series=r[0], onset=int(r[1]), stop=int(r[2]), oracle=int(r[10]), in_outage=r[9] == "1")
        for r in _rows(folder / "truth" / "surges.csv")
    ]
    nulls = [(r[0], r[1], int(r[2]), int(r[3])) for r in _rows(folder / "truth" / "nulls.csv")]
    delivered = json.loads((folder / "sources.json").read_text())
    return Data(
        series=series,
        sources=sources,
        delivered=delivered,
        history=history,
        ticks=ticks,
        down=down,
        surges=surges,
        nulls=nulls,
    )


def _rows(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        reader = csv.reader(file)
        next(reader)
        yield from reader


def ours(data: Data, page_score: float = 15.0) -> tuple[list[tuple[int, int, str]], list[float]]:
    """(tick, series, level) of each alert, and seconds a tick."""
    total, negative, authors, _ = data.history
    stream = Stream(
        sources=data.sources,
        delivered=data.delivered,
        total=total,
        negative=negative,
        authors=authors,
        page_score=page_score,
    )
    offset = total.shape[1]
    alerts, seconds = [], []
    for k, posts in enumerate(data.ticks):
        began = time.perf_counter()
        news = stream.tick([(s, offset + e, t, n, a) for s, e, t, n, a in posts], down=data.down[k])
        seconds.append(time.perf_counter() - began)
        alerts += [(k, int(i), LEVELS[int(news[i])]) for i in np.flatnonzero(news)]
    return alerts, seconds


def fixed_count(data: Data, least: float) -> list[tuple[int, int, str]]:
    """At least `least` negative posts delivered in the last hour; then silent for six hours."""
    return _windowed(data, lambda hour, before: hour[0] >= least)


def spike_ratio(data: Data, ratio: float, least: float) -> list[tuple[int, int, str]]:
    """The last 30 minutes hold at least `least` and `ratio` times the negatives of the 30 before; then silent for six hours."""
    return _windowed(data, lambda hour, before: (hour[1] >= least) & (hour[1] >= ratio * np.maximum(before, 1)))


def _windowed(
    data: Data, rule: Callable[[tuple[np.ndarray, np.ndarray], np.ndarray], np.ndarray]
) -> list[tuple[int, int, str]]:
    seen = np.zeros((len(data.series), len(data.ticks)))
    silent = np.full(len(data.series), -1)
    alerts = []
    for k, posts in enumerate(data.ticks):
        for s, _, _, n, _ in posts:
            seen[s, k] += n
        hour, half = seen[:, max(0, k - 11) : k + 1].sum(1), seen[:, max(0, k - 5) : k + 1].sum(1)
        before = seen[:, max(0, k - 11) : max(0, k - 5)].sum(1)
        for i in np.flatnonzero(rule((hour, half), before) & (silent < k)):
            alerts.append((k, int(i), "page"))
            silent[i] = k + 72
    return alerts


def judge(name: str, alerts: list[tuple[int, int, str]], data: Data, *, levels: set[str]) -> Row:
    """Score as the README of the data says: first alert in [onset, stop) detects, more are duplicates, 24 ticks after are ignored."""
    heard = [(k, data.series[i]) for k, i, level in alerts if level in levels]
    loud = {(k, data.series[i]): level for k, i, level in alerts}
    used: set[tuple[int, str]] = set()
    delays, duplicates = {}, 0
    for surge in data.surges:
        inside = [k for k, s in heard if s == surge.series and surge.onset <= k < surge.stop]
        used |= {(k, s) for k, s in heard if s == surge.series and surge.onset <= k < surge.stop + IGNORED_AFTER_TICKS}
        if inside and not surge.in_outage:
            delays[surge] = (inside[0] + 1 - surge.onset) * 5
            said = [loud[k, surge.series] for k in inside]
            duplicates += len(said) - len(set(said))  # a page after a notice is an escalation, not a repetition
    wrong = [(k, s) for k, s in heard if (k, s) not in used]
    weeks = len(data.series) * len(data.ticks) / WEEK_TICKS
    visible = [s for s in data.surges if not s.in_outage and s.oracle >= 0 and s.oracle - s.onset <= 2]
    told = [delays[s] for s in visible if s in delays]
    causes: dict[str, int] = {}
    for k, s in wrong:
        causes[_cause(k, s, data)] = causes.get(_cause(k, s, data), 0) + 1
    return Row(
        name=name,
        false=len(wrong) / weeks,
        told15=sum(d <= 15 for d in told) / len(visible),
        told30=sum(d <= 30 for d in told) / len(visible),
        found=len(told) / len(visible),
        median=statistics.median(told) if told else float("nan"),
        duplicates=duplicates / max(len(delays), 1),
        causes=causes,
    )


def _cause(k: int, series: str, data: Data) -> str:
    source = f"source:{data.sources[data.series.index(series)]}"
    for where, kind, start, end in data.nulls:
        if where in ("*", series, source) and start <= k < end + 12:
            return kind
    return "clean"


def quietest(
    make: Callable[[float], list[tuple[int, int, str]]], grid: Iterable[float], data: Data, most: float
) -> float:
    """The lowest threshold of the grid at which a rule raises no more false alarms than `most`; the highest if none does."""
    for threshold in grid:
        if judge("", make(threshold), data, levels={"page"}).false <= most:
            return threshold
    return threshold


def speed(series: int = 5000) -> tuple[float, float, float]:
    """(seconds to fit, median ms a tick, worst ms a tick) for many made-up series."""
    rng = np.random.default_rng(5)
    rates = rng.choice([0.05, 0.2, 1, 5, 20], size=(series, 1))
    negative = rng.poisson(rates, size=(series, 14 * 288)).astype(np.float64)
    total = negative + rng.poisson(8 * rates, size=negative.shape)
    began = time.perf_counter()
    stream = Stream(
        sources=["s"] * series, delivered={"s": [0.5, 1.0]}, total=total, negative=negative, authors=negative
    )
    fitted = time.perf_counter() - began
    ticks = []
    for k in range(60):
        posts = [
            (i, 14 * 288 + k, float(t), float(n), float(n))
            for i, (t, n) in enumerate(zip(total[:, k], negative[:, k], strict=True))
            if t
        ]
        began = time.perf_counter()
        stream.tick(posts)
        ticks.append(1000 * (time.perf_counter() - began))
    return fitted, statistics.median(ticks), max(ticks)


def nab_score(folder: Path) -> dict[str, float]:
    """NAB's standard score, all given files together, for our scores at threshold 1 and for its trivial rule."""
    windows = json.loads((folder / "windows.json").read_text())
    files = [_nab_file(folder, name) for name in windows]
    limits = [[(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in spans] for spans in windows.values()]
    total = sum(len(spans) for spans in limits)
    answer = {}
    for rule, scores in {"ours": nab_scores, "4 × day's mean + 10": _trivial}.items():
        raw = sum(
            _nab_raw(times, list(scores(times, values)), spans)
            for (times, values), spans in zip(files, limits, strict=True)
        )
        answer[rule] = 100 * (raw + total) / (2 * total)  # a detector that says nothing scores −1 a window
    return answer


def _nab_file(folder: Path, name: str) -> tuple[list[datetime], list[float]]:
    rows = list(_rows(folder / f"{Path(name).stem}.csv.gz"))
    return [datetime.fromisoformat(r[0]) for r in rows], [float(r[1]) for r in rows]


def _trivial(times: list[datetime], values: list[float]) -> list[float]:
    scores, silent = [0.0] * len(values), -1
    for i in range(288, len(values)):
        if i > silent and values[i] > 4 * statistics.fmean(values[i - 288 : i]) + 10:
            scores[i], silent = 1.0, i + 288
    return scores


def _nab_raw(times: list[datetime], scores: list[float], spans: list[tuple[datetime, datetime]]) -> float:
    """Sum of NAB's scaled sigmoid: +≤1 for the first hit in a window, −1 a missed window, −≤0.11 a false alarm."""
    sigmoid = lambda y: 2 / (1 + np.exp(5 * y)) - 1  # noqa: E731
    warm = min(int(0.15 * len(times)), 750)
    hit: set[int] = set()
    raw = 0.0
    bounds = []
    for a, b in spans:
        inside = [i for i, t in enumerate(times) if a <= t <= b]
        bounds.append((inside[0], inside[-1]))
    for i in range(warm, len(times)):
        if scores[i] < 1:
            continue
        window = next((w for w, (a, b) in enumerate(bounds) if a <= i <= b), None)
        if window is None:
            before = [b for a, b in bounds if b < i]
            if not before:
                raw -= 0.11
                continue
            a, b = next((a, b) for a, b in bounds if b == before[-1])
            raw += 0.11 * float(sigmoid(min((i - b) / max(b - a, 1), 3.0)))
        elif window not in hit:
            hit.add(window)
            a, b = bounds[window]
            raw += float(sigmoid(-(b - i + 1) / (b - a + 1))) / float(sigmoid(-1.0))
    return raw - (len(bounds) - len(hit))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parent / "shared" / "data" / "surge")
    folder = parser.parse_args().data
    data = read(folder)
    visible = sum(s.oracle >= 0 and s.oracle - s.onset <= 2 and not s.in_outage for s in data.surges)
    alerts, seconds = ours(data)
    page, told = (
        judge("ours, page", alerts, data, levels={"page"}),
        judge("ours, notice or page", alerts, data, levels={"page", "notice"}),
    )
    counts, ratios = [10, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000, 20000], [2, 3, 4, 6, 8, 12, 20, 40, 80]
    quiet_count = quietest(lambda n: fixed_count(data, n), counts, data, told.false)
    quiet_ratio = quietest(lambda r: spike_ratio(data, r, 10), ratios, data, told.false)
    rows = [
        page,
        told,
        judge("fixed count ≥ 30/h", fixed_count(data, 30), data, levels={"page"}),
        judge(
            f"fixed count ≥ {quiet_count:g}/h (set as quiet as it gets)",
            fixed_count(data, quiet_count),
            data,
            levels={"page"},
        ),
        judge("spike ×3, ≥ 10 in 30 min", spike_ratio(data, 3, 10), data, levels={"page"}),
        judge(
            f"spike ×{quiet_ratio:g} (set as quiet as it gets)",
            spike_ratio(data, quiet_ratio, 10),
            data,
            levels={"page"},
        ),
    ]
    print(
        f"{len(data.series)} series × {len(data.ticks) / WEEK_TICKS:g} weeks, {len(data.surges)} surges, {visible} seen by the clairvoyant within 15 min"
    )
    print(f"{'detector':44} false/week  ≤15 min  ≤30 min  found  median  twice  false by cause")
    for r in rows:
        print(
            f"{r.name:44} {r.false:10.3f}  {r.told15:7.0%}  {r.told30:7.0%}  {r.found:5.0%}  {r.median:6.0f}  {r.duplicates:5.2f}  {r.causes}"
        )
    print(f"{len(data.series)} series: {1000 * statistics.median(seconds):.2f} ms a tick")
    fitted, median, worst = speed()
    print(f"5,000 series: fit of 2 weeks {fitted:.1f} s, tick median {median:.0f} ms, worst {worst:.0f} ms")
    for rule, value in nab_score(folder / "nab").items():
        print(f"NAB realTweets, the five given files, standard score, {rule}: {value:.1f}")


if __name__ == "__main__":
    main()
