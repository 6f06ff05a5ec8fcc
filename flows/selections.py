"""What themes, wishes and contradictions are asked of: a filter as a query, and the two periods that are compared."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import attrs

from domain.analysis import Polarity
from index.query import And, Everything, Node, Not, Or, Range, Term

EVERYTHING = Everything()
SUSPECT = 0.5
"""Spam score from which a document is told apart as 疑似水军/广告; nothing is left out unless it is asked for."""
RECENT = timedelta(days=30)
"""What is compared where no beginning is chosen."""
NAMED = ("brand", "group", "category", "line", "model", "source", "sku")
"""Fields of a selection that are a value as a whole."""


@attrs.frozen(kw_only=True)
class Selection:
    """A filter; empty fields select everything."""

    brand: str = ""
    group: str = ""
    """Maker with all its brands."""
    category: str = ""
    line: str = ""
    model: str = ""
    source: str = ""
    sku: str = ""
    stars: tuple[int, ...] = ()
    """Ratings that are wanted, 1–5; empty = all, and documents without stars."""
    since: datetime | None = None
    until: datetime | None = None
    sentiment: Polarity = Polarity.NEGATIVE
    without_spam: bool = False
    """Leave out what looks like water army or advert."""
    within: Node = EVERYTHING
    """Only among the matches of this query."""

    def node(self, sentiment: Polarity | None = None) -> Node:
        """The selection as a query, with a sentiment or of all of them."""
        parts: list[Node] = [Term(field=f, value=v) for f in NAMED if (v := getattr(self, f))]
        if self.stars:
            parts.append(_any_of([Term(field="rating", value=str(star)) for star in self.stars]))
        if sentiment:
            parts.append(Term(field="sentiment", value=sentiment.value))
        if self.since or self.until:
            parts.append(Range(field="published_at", low=self.since, high=self.until))
        if self.without_spam:
            parts.append(Not(part=SPAM))
        if self.within != EVERYTHING:
            parts.append(self.within)
        return together(*parts)

    def at(self, since: datetime | None, until: datetime | None) -> "Selection":
        """The same filter of another time."""
        return attrs.evolve(self, since=since, until=until)


SPAM = Range(field="spam", low=SUSPECT)


@attrs.frozen(kw_only=True)
class Periods:
    """Two stretches of time of equal length, side by side."""

    since: datetime
    until: datetime | None
    """None = up to now."""
    before: datetime
    """Begin of the earlier one, which ends at `since`."""
    whole: bool
    """The later one is all of the selection; else only its last 30 days."""

    def now(self, selection: Selection) -> Selection:
        """The filter in the later period."""
        return selection.at(self.since, self.until)

    def earlier(self, selection: Selection) -> Selection:
        """The filter in the earlier period."""
        return selection.at(self.before, self.since)

    @property
    def days(self) -> int:
        """Length in days, a begun one counts."""
        return max(1, -((self.before - self.since) // timedelta(days=1)))


def periods(selection: Selection, now: datetime) -> Periods:
    """What is compared with what: the chosen time with as long a time before it; without a beginning, 30 days with 30 days."""
    end = min(selection.until, now) if selection.until else now
    if selection.since is not None and selection.since < end:
        length = end - selection.since
        return Periods(since=selection.since, until=selection.until, before=selection.since - length, whole=True)
    return Periods(since=end - RECENT, until=selection.until, before=end - 2 * RECENT, whole=False)


def together(*parts: Node) -> Node:
    """All of the parts; what says nothing is left out."""
    flat: list[Node] = []
    for part in parts:
        flat += part.parts if isinstance(part, And) else () if isinstance(part, Everything) else (part,)
    return And(parts=tuple(flat)) if len(flat) > 1 else flat[0] if flat else EVERYTHING


def any_of(field: str, values: Sequence[str]) -> Node:
    """Documents with at least one of these values."""
    return _any_of([Term(field=field, value=value) for value in values])


def _any_of(terms: list[Term]) -> Node:
    return terms[0] if len(terms) == 1 else Or(parts=tuple(terms))
