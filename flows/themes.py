"""What people complain of (or praise): themes counted over any filter, each opening to exactly its rows and to its causes."""

from typing import Any, Protocol

import attrs

from domain.analysis import Polarity
from domain.handling import NamedTheme, ThemeState
from domain.times import Clock
from flows.search import Search
from flows.selections import Selection, any_of, periods, together
from flows.trends import Comparison, Trend, bars, bucket, comparison, trend_row
from index.query import Node, Not, Term, render
from index.store import Documents
from nlp.themes import Theme, cause_quotes, phrase_quotes, quotes, themes

__all__ = ["CauseRow", "Causes", "Quote", "Selection", "ThemeRow", "Themes", "theme_row"]

SIDES = {Polarity.NEGATIVE: "bad", Polarity.POSITIVE: "good"}
_ALL_VALUES = 1_000
_QUOTED_ROWS = 40


class Named(Protocol):
    """Themes that people have named; `index.tables.NamedThemes`."""

    def all(self, state: ThemeState | None = None) -> list[NamedTheme]:
        """By name."""
        ...


@attrs.frozen(kw_only=True)
class Quote:
    """A short clause that shows a theme."""

    id: str
    """Document it is from."""
    text: str


@attrs.frozen(kw_only=True)
class ThemeRow:
    """One theme of a selection."""

    theme: str
    """Aspect name, or the name that a person gave."""
    count: int
    """Documents; `tingchao search QUERY` with `query` gives exactly as many rows."""
    share: float
    """Of the selected documents of that sentiment, 0–1."""
    lift: float
    """How many times as frequent as among documents of the other side."""
    query: str
    quotes: tuple[Quote, ...]
    trend: Trend | None = None
    """Against the period before."""
    bars: tuple[int, ...] = ()
    """Counts over the shown time, oldest first."""
    named: str = ""
    """Id of the theme where a person named it; empty for an aspect."""


@attrs.frozen(kw_only=True)
class CauseRow:
    """One cause of a theme."""

    cause: str
    """接口, 内胆 …; empty = the text states none."""
    count: int
    """Documents; a document may state several causes."""
    share: float
    """Of the theme's documents, 0–1."""
    query: str
    quotes: tuple[Quote, ...]
    trend: Trend | None = None


@attrs.frozen(kw_only=True)
class Causes:
    """A theme opened to its causes."""

    theme: str
    count: int
    """Documents of the theme."""
    query: str
    rows: tuple[CauseRow, ...]
    """Stated causes, most frequent first; then what states none."""

    @property
    def overlap(self) -> int:
        """How much the parts are more than the whole: mentions beyond the first of documents with several causes."""
        return sum(row.count for row in self.rows) - self.count


@attrs.frozen(kw_only=True)
class Themes:
    """Counts themes over the stored documents."""

    documents: Documents
    search: Search
    clock: Clock
    named: Named

    def of(self, selection: Selection, *, limit: int = 15, quoted: int = 3) -> list[ThemeRow]:
        """Themes of a selection, most frequent first: those of the taxonomy and those that people track; none with a count of 0."""
        side = selection.sentiment if selection.sentiment in SIDES else Polarity.NEGATIVE
        other = Polarity.POSITIVE if side is Polarity.NEGATIVE else Polarity.NEGATIVE
        field, here, there = SIDES[side], selection.node(side), selection.node(other)
        blamed, praised = self._facet(here, field), self._facet(there, field)
        nodes = {name: Term(field=field, value=name) for name in blamed}
        tracked = {theme.name: theme for theme in self.named.all(ThemeState.TRACKED)}
        for name, theme in tracked.items():
            phrases = any_of("text", theme.phrases)
            blamed[name], praised[name] = (self.documents.count(together(n, phrases)) for n in (here, there))
        negatives, positives = self.documents.count(here), self.documents.count(there)
        ranked = themes(blamed, praised, negatives=negatives, positives=positives, limit=limit)
        compared, counts = self._compared(selection, field, side, blamed)
        drawn = self._bars(selection, here, field)
        return [
            self._row(
                theme,
                together(here, any_of("text", tracked[theme.theme].phrases) if theme.theme in tracked else nodes[theme.theme]),
                side,
                quoted,
                named=tracked.get(theme.theme),
                trend=self._trend(theme, compared, counts, tracked.get(theme.theme), side, field),
                drawn=drawn.get(theme.theme, ()),
            )
            for theme in ranked
        ]  # fmt: skip

    def causes(self, selection: Selection, theme: str, *, quoted: int = 2) -> Causes:
        """A blamed theme opened to its causes, with what states none, so that the parts add up."""
        of_theme = together(selection.node(Polarity.NEGATIVE), Term(field="bad", value=theme))
        total = self.documents.count(of_theme)
        mark = f"{theme}/"
        found = {v: n for v, n in self._facet(of_theme, "cause").items() if v.startswith(mark)}
        compared = comparison(self.documents, selection, periods(selection, self.clock.now()))
        rows = [
            self._cause(theme, value.removeprefix(mark), Term(field="cause", value=value), of_theme, total, compared, quoted)
            for value in sorted(found, key=lambda v: (-found[v], v))
        ]  # fmt: skip
        unsaid: Node = Not(part=any_of("cause", sorted(found))) if found else together()
        rest = self._cause(theme, "", unsaid, of_theme, total, compared, quoted)
        return Causes(
            theme=theme, count=total, query=render(of_theme), rows=(*rows, rest) if rest.count else tuple(rows)
        )

    def _cause(
        self, theme: str, cause: str, node: Node, of_theme: Node, total: int, compared: Comparison, quoted: int
    ) -> CauseRow:
        wanted = together(of_theme, node)
        count = self.documents.count(wanted)
        found = self.documents.search(wanted, sort="time", limit=_QUOTED_ROWS) if quoted else None
        said = cause_quotes((h.document for h in found.hits), theme, cause, limit=quoted) if found else []
        within = together(Term(field="sentiment", value=Polarity.NEGATIVE.value), Term(field="bad", value=theme), node)
        return CauseRow(
            cause=cause,
            count=count,
            share=round(count / max(1, total), 4),
            query=render(wanted),
            quotes=tuple(Quote(id=i, text=t) for i, t in said),
            trend=compared.counted(self.documents, within, known=count),
        )

    def _compared(
        self, selection: Selection, field: str, side: Polarity, known: dict[str, int]
    ) -> tuple[Comparison, tuple[dict[str, int], dict[str, int]]]:
        spans = periods(selection, self.clock.now())
        now = known if spans.whole else self._facet(spans.now(selection).node(side), field)
        before = self._facet(spans.earlier(selection).node(side), field)
        return comparison(self.documents, selection, spans), (now, before)

    def _trend(
        self,
        theme: Theme,
        compared: Comparison,
        counts: tuple[dict[str, int], dict[str, int]],
        named: NamedTheme | None,
        side: Polarity,
        field: str,
    ) -> Trend:
        mood = Term(field="sentiment", value=side.value)
        if named:
            return compared.counted(self.documents, together(mood, any_of("text", named.phrases)), known=theme.count)
        now, before = counts
        within = together(mood, Term(field=field, value=theme.theme))
        return compared.trend(now.get(theme.theme, 0), before.get(theme.theme, 0), within)

    def _bars(self, selection: Selection, here: Node, field: str) -> dict[str, tuple[int, ...]]:
        spans = periods(selection, self.clock.now())
        since = spans.since if spans.whole else spans.before
        until = max(since, min(selection.until or self.clock.now(), self.clock.now()))
        size = bucket(since, until)
        shown = selection.at(since, spans.until).node(
            selection.sentiment if selection.sentiment in SIDES else Polarity.NEGATIVE
        )
        return bars(
            self.documents.histogram(shown, bucket_s=size, split=field), since=since, until=until, bucket_s=size
        )  # fmt: skip

    def _row(
        self,
        theme: Theme,
        wanted: Node,
        side: Polarity,
        quoted: int,
        *,
        named: NamedTheme | None,
        trend: Trend,
        drawn: tuple[int, ...],
    ) -> ThemeRow:
        found = self.documents.search(wanted, sort="time", limit=_QUOTED_ROWS)
        shown = (h.document for h in found.hits)
        said = (
            phrase_quotes(shown, named.phrases, limit=quoted)
            if named
            else quotes(shown, theme.theme, polarity=side, limit=quoted)
        )
        return ThemeRow(
            theme=theme.theme,
            count=theme.count,
            share=theme.share,
            lift=theme.lift,
            query=render(wanted),
            quotes=tuple(Quote(id=document_id, text=text) for document_id, text in said),
            trend=trend,
            bars=drawn,
            named=named.id if named else "",
        )

    def _facet(self, node: Node, field: str) -> dict[str, int]:
        return dict(self.documents.facet(node, field, limit=_ALL_VALUES))


def theme_row(row: ThemeRow) -> dict[str, Any]:
    """The row that `themes --jsonl` and `export themes` give."""
    return {
        "theme": row.theme,
        "count": row.count,
        "share": row.share,
        "lift": row.lift,
        "query": row.query,
        "quotes": [attrs.asdict(quote) for quote in row.quotes],
        **trend_row(row.trend),
    }


def cause_row(row: CauseRow) -> dict[str, Any]:
    """The row that `themes --causes --jsonl` gives; an empty cause = none is stated."""
    return {
        "cause": row.cause,
        "count": row.count,
        "share": row.share,
        "query": row.query,
        "quotes": [attrs.asdict(quote) for quote in row.quotes],
        **trend_row(row.trend),
    }
