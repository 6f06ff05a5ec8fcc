"""How a count went against the period before, for any theme: figures, a verdict that knows chance, and Chinese words."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import attrs

from flows.selections import Periods, Selection, together
from index.query import Node, render
from index.store import Documents
from nlp.changes import Change, Verdict, change

WORDS = {
    Verdict.NEW: "新出现",
    Verdict.UP: "明显上升",
    Verdict.MAYBE_UP: "可能上升",
    Verdict.STEADY: "基本持平",
    Verdict.MAYBE_DOWN: "可能下降",
    Verdict.DOWN: "明显下降",
    Verdict.UNKNOWN: "无从比较",
}
_BARS = 12


@attrs.frozen(kw_only=True)
class Trend:
    """One count of two periods."""

    recent: int
    """Documents of the later period."""
    before: int
    """Documents of the period before, as long."""
    change: float | None
    """Change of the rate among all documents, 0.5 = half as frequent again; None where there was none before."""
    verdict: Verdict
    p: float
    """Probability of such a change by chance."""
    query: str = ""
    """Finds the documents of the period before."""

    @property
    def words(self) -> str:
        """明显上升, 新出现 …"""
        return WORDS[self.verdict]


@attrs.frozen(kw_only=True)
class Comparison:
    """All that is needed to compare many themes of one selection."""

    periods: Periods
    selection: Selection
    of_now: int
    """All documents of the later period, of any mood."""
    of_before: int

    def trend(self, recent: int, before: int, within: Node) -> Trend:
        """within: what the theme adds to the selection."""
        made: Change = change(recent, before, of_now=self.of_now, of_before=self.of_before)
        earlier = self.periods.earlier(self.selection).node()
        return Trend(
            recent=recent,
            before=before,
            change=made.relative,
            verdict=made.verdict,
            p=made.p,
            query=render(together(earlier, within)),
        )

    def counted(self, documents: Documents, within: Node, *, known: int | None = None) -> Trend:
        """The trend of a query that is counted for it. known: its count in the later period, where the selection is that period."""
        recent = known if known is not None and self.periods.whole else None
        if recent is None:
            recent = documents.count(together(self.periods.now(self.selection).node(), within))
        before = documents.count(together(self.periods.earlier(self.selection).node(), within))
        return self.trend(recent, before, within)


def comparison(documents: Documents, selection: Selection, periods: Periods) -> Comparison:
    """Count both periods."""
    return Comparison(
        periods=periods,
        selection=selection,
        of_now=documents.count(periods.now(selection).node()),
        of_before=documents.count(periods.earlier(selection).node()),
    )


def bars(
    series: Mapping[str, Iterable[tuple[datetime, int]]], *, since: datetime, until: datetime, bucket_s: int
) -> dict[str, tuple[int, ...]]:
    """Counts per bucket over a whole stretch, zeros included, oldest first, per value."""
    step = timedelta(seconds=bucket_s)
    number = max(1, -(-(until - since) // step))
    answer = {}
    for value, points in series.items():
        counts = [0] * number
        for at, count in points:
            place = min(max(0, (at - since) // step), number - 1)
            counts[place] += count
        answer[value] = tuple(counts)
    return answer


def bucket(since: datetime, until: datetime) -> int:
    """Seconds of a bar, so that about twelve of them fill the time; whole days."""
    days = max(1, -(-(until - since) // timedelta(days=1)))
    return max(1, -(-days // _BARS)) * 86_400


def trend_row(trend: Trend | None) -> dict[str, Any]:
    """A trend's columns: documents of the later period and of the one before, change of the rate, verdict."""
    return {
        "recent": trend.recent if trend else None,
        "before": trend.before if trend else None,
        "change": trend.change if trend else None,
        "trend": trend.verdict.value if trend else None,
    }
