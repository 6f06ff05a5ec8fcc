"""洞察: what is spoken of together, which feature belongs to whom, and how often it will be spoken of; every figure opens."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import islice

import attrs

from domain.analysis import Polarity
from domain.documents import StoredDocument
from domain.errors import InvalidInput
from domain.times import Clock, shanghai_day
from flows.selections import Selection, any_of, together
from index.query import Node, Range, Term, render
from index.store import Documents
from nlp.associations import Rule, rules
from nlp.correspondence import Map, correspondence
from nlp.outlook import LEAST, Outlook, outlook

SIDES = {"bad": "差评", "good": "好评", "aspect": "好评差评"}
"""Which mentions count: blamed, praised, or both."""
GROUPED = {
    "brand": "品牌", "group": "集团", "category": "品类", "line": "系列", "model": "型号", "source": "来源", "rating": "星级", "buyers": "人群",
}  # fmt: skip
"""By what the map's rows may be told apart."""
READ_AT_MOST = 30_000
"""Newest documents in which combinations are looked for; how many were read is said."""
_ROWS, _COLUMNS = 14, 16
_LEAST_ROW = 20
"""Mentions below which a row has no place on the map."""
_LEAST_PERIOD = 20
"""Documents below which a share of a period says nothing."""
_DAY_S = 86_400


@attrs.frozen(kw_only=True)
class Combination:
    """Documents that name all of `given` often name `then`."""

    given: tuple[str, ...]
    """`bad:漏水`, `good:制冷`: terms of the query language."""
    then: str
    count: int
    """Documents that name all; `query` gives exactly as many rows."""
    base: int
    """Documents that name all of `given`."""
    support: float
    """Of the documents of the selection, 0–1."""
    confidence: float
    """count / base, 0–1."""
    lift: float
    query: str


@attrs.frozen(kw_only=True)
class Combinations:
    """Combinations of a selection."""

    rows: tuple[Combination, ...]
    read: int
    """Documents that were looked through, newest first."""
    total: int
    """Documents of the selection; more than `read` where there are more than READ_AT_MOST."""


@attrs.frozen(kw_only=True)
class FeatureMap:
    """Which feature belongs to whom."""

    by: str
    side: str
    table: dict[str, dict[str, int]]
    """Row → feature → documents, exact."""
    map: Map | None
    """None where fewer than two rows or two features are there."""
    queries: dict[str, str]
    """Search per row; with ` AND bad:漏水` behind it the rows of one cell."""


@attrs.frozen(kw_only=True)
class Forecast:
    """How often a feature was and will be spoken of."""

    feature: str
    side: str
    measure: str
    """`count` documents, or `share` of 100 documents of the selection."""
    step: str
    """`month` or `week`."""
    history: tuple[tuple[date, float], ...]
    """First day and value of each whole period, oldest first."""
    ahead: Outlook | None
    """None where `why` says what is missing."""
    why: str = ""
    query: str
    """All documents behind the history, also of periods not yet whole."""


@attrs.frozen(kw_only=True)
class Insight:
    """Reads connections out of the stored documents."""

    documents: Documents
    clock: Clock
    buyers: Mapping[str, Sequence[str]]
    """Group of buyers → words by which they are known, normalised."""

    def combinations(self, selection: Selection, *, side: str = "aspect", limit: int = 20) -> Combinations:
        """Combinations beyond chance, the strongest first, each set of features once; counts are the index's own.

        side: only blame, only praise, or both mixed. Raises InvalidInput, MissingExtra.
        """
        _known(side, SIDES, "side")
        node = selection.node(None)
        reviews = [features(d, side) for d in islice(self.documents.scan(node), READ_AT_MOST)]
        found: dict[frozenset[str], Rule] = {}
        for rule in rules(reviews, least=max(5, len(reviews) // 1000)):
            found.setdefault(frozenset((*rule.given, rule.then)), rule)
        total = self.documents.count(node)
        rows = [self._combination(node, rule.given, rule.then, total) for rule in islice(found.values(), limit)]
        return Combinations(rows=tuple(rows), read=len(reviews), total=total)

    def map(self, selection: Selection, *, by: str = "brand", side: str = "bad") -> FeatureMap:
        """The map of a selection. by: a key of GROUPED; side: a key of SIDES. Raises InvalidInput, MissingExtra."""
        _known(by, GROUPED, "by")
        _known(side, SIDES, "side")
        node = selection.node(None)
        columns = [name for name, _ in self.documents.facet(node, side, limit=_COLUMNS)]
        table, queries = {}, {}
        for name, row in self._rows(node, by):
            counts = dict(self.documents.facet(row, side, limit=100))
            cells = {column: counts.get(column, 0) for column in columns}
            if sum(cells.values()) >= _LEAST_ROW:
                table[name], queries[name] = cells, render(row)
        return FeatureMap(by=by, side=side, table=table, map=correspondence(table), queries=queries)

    def forecast(
        self,
        selection: Selection,
        feature: str,
        *,
        side: str = "bad",
        measure: str = "share",
        step: str = "month",
        periods: int = 6,
    ) -> Forecast:
        """The coming periods of one feature. step: month or week; measure: share or count; periods: 1–12.

        Whole periods only, from the first after which each holds enough documents. Raises InvalidInput, MissingExtra.
        """
        _known(side, SIDES, "side")
        _known(measure, {"share": "", "count": ""}, "measure")
        _known(step, {"month": "", "week": ""}, "step")
        if not 1 <= periods <= 12:
            raise InvalidInput(f"只能预测 1–12 期，不是 {periods}")
        node = selection.node(None)
        named = together(node, Term(field=side, value=feature))
        totals, mentions = self._by_period(node, step), self._by_period(named, step)
        least = _LEAST_PERIOD if measure == "share" else 0
        whole = _whole(totals, step, least=least, today=shanghai_day(self.clock.now()))
        history = tuple(
            (at, float(mentions[at]) if measure == "count" else 100 * mentions[at] / totals[at]) for at in whole
        )
        ahead = outlook(history, periods=periods, season=12 if step == "month" else 52, step=_STEPS[step])
        why = "" if ahead else _too_short(len(history), step, least)
        return Forecast(
            feature=feature,
            side=side,
            measure=measure,
            step=step,
            history=history,
            ahead=ahead,
            why=why,
            query=render(named),
        )

    def _combination(self, node: Node, given: tuple[str, ...], then: str, total: int) -> Combination:
        base, all_of = together(node, *map(_term, given)), together(node, *map(_term, (*given, then)))
        count, documents = self.documents.count(all_of), self.documents.count(base)
        then_too = self.documents.count(together(node, _term(then)))
        return Combination(
            given=given,
            then=then,
            count=count,
            base=documents,
            support=round(count / max(1, total), 4),
            confidence=round(count / max(1, documents), 4),
            lift=round(count * total / max(1, documents * then_too), 2),
            query=render(all_of),
        )

    def _rows(self, node: Node, by: str) -> list[tuple[str, Node]]:
        if by == "buyers":
            return [(name, together(node, any_of("text", words))) for name, words in self.buyers.items()]
        if by == "rating":
            return [
                (f"{stars}星", together(node, Range(field="rating", low=stars, high=stars + 1)))
                for stars in range(1, 6)
            ]
        values = [value for value, _ in self.documents.facet(node, by, limit=_ROWS)]
        return [(value, together(node, Term(field=by, value=value))) for value in values]

    def _by_period(self, node: Node, step: str) -> Counter[date]:
        counts: Counter[date] = Counter()
        for at, count in self.documents.histogram(node, bucket_s=_DAY_S).get("", []):
            counts[_first_day(shanghai_day(at), step)] += count
        return counts


_STEPS = {"month": "MS", "week": "W-MON"}


def features(document: StoredDocument, side: str = "aspect") -> set[str]:
    """What a document blames, praises or both, as terms of the query language."""
    sides = {Polarity.NEGATIVE: "bad", Polarity.POSITIVE: "good"}
    told = {f"{sides[a.polarity]}:{a.aspect}" for a in document.aspects if a.polarity in sides}
    return told if side == "aspect" else {feature for feature in told if feature.startswith(side)}


def _term(feature: str) -> Term:
    field, _, value = feature.partition(":")
    return Term(field=field, value=value)


def _first_day(day: date, step: str) -> date:
    return day.replace(day=1) if step == "month" else day - timedelta(days=day.weekday())


def _next(period: date, step: str) -> date:
    return _first_day(period + timedelta(days=32), step) if step == "month" else period + timedelta(days=7)


def _whole(totals: Mapping[date, int], step: str, *, least: int, today: date) -> list[date]:
    """Periods that are over and not the first one, from the first on after which none is thin."""
    if not totals:
        return []
    periods: list[date] = []
    at = _next(min(totals), step)
    while _next(at, step) <= today:
        periods = [*periods, at] if totals.get(at, 0) >= least else []
        at = _next(at, step)
    return periods


def _too_short(periods: int, step: str, least: int) -> str:
    unit = "个月" if step == "month" else "周"
    enough = f"且每期至少 {least} 条" if least else ""
    return f"连续、完整{enough}的历史只有 {periods} {unit}，预测至少要 {LEAST} {unit}；补采历史或导入旧数据后再看"


def _known(value: str, choices: Mapping[str, str], name: str) -> None:
    if value not in choices:
        raise InvalidInput(f"{name}={value!r} 不认识：可选 {'、'.join(choices)}")
