"""The usual of every watch and source, fitted from the ledger's counts and kept until it is a day old."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from alerts.detectors import LOOK_BACK
from alerts.usual import HISTORY, Profile, fit
from domain.alerts import Alert, AlertKind, TickCount
from domain.times import TICK
from domain.watches import Watch
from index.store import AlertLog, Ledger

REFIT: Final = timedelta(days=1)
REFIT_PROVISIONAL: Final = timedelta(minutes=5)
"""A young watch is fitted anew often: an import of old rows ends its cold start at once."""
BEFORE: Final = LOOK_BACK
"""A profile knows nothing of the last three hours, in which a surge may be under way."""
ALL: Final = ""
"""Key of all sources together."""


@attrs.frozen(kw_only=True, eq=False)
class Fitted:
    """The profiles of one watch, and what they were fitted for."""

    by_source: Mapping[str, Profile]
    """Source → profile; ALL = all together."""
    watch: Watch
    at: datetime


@attrs.define(kw_only=True, eq=False)
class Profiles:
    """Fits and remembers. Nothing here is state: after a restart it is fitted again from the ledger."""

    ledger: Ledger
    alerts: AlertLog
    _fitted: dict[str, Fitted] = attrs.field(factory=dict, init=False)

    def of(self, watch: Watch, *, now: datetime) -> Mapping[str, Profile]:
        """Profiles of one watch by source and of ALL. Old ones are fitted anew; only its definition, not its channels, matters."""
        known = self._fitted.get(watch.name)
        if (
            known is None
            or _matching(known.watch) != _matching(watch)
            or now - known.at >= _lifetime(known)
            or now < known.at
        ):
            known = Fitted(by_source=self._fit(watch, now=now), watch=watch, at=now)
            self._fitted[watch.name] = known
        return known.by_source

    def forget(self, names: Iterable[str]) -> None:
        """Drop the profiles of watches that are gone."""
        for name in names:
            self._fitted.pop(name, None)

    def known(self) -> set[str]:
        """Names of the watches that are fitted."""
        return set(self._fitted)

    def _fit(self, watch: Watch, *, now: datetime) -> dict[str, Profile]:
        incidents = self._incidents(watch, now=now)
        until = min([now - BEFORE, *(start for start, end in incidents if end >= now)])
        counts = self.ledger.counts(watch.name, since=until - HISTORY, until=until)
        fitted = {source: fit(ticks, until=until, excluded=incidents) for source, ticks in counts.items()}
        return {**fitted, ALL: fit(together(counts.values()), until=until, excluded=incidents)}

    def _incidents(self, watch: Watch, *, now: datetime) -> list[tuple[datetime, datetime]]:
        """Spans of the watch's incidents in the history: they teach nothing about the usual."""
        told = [*self.alerts.open(watch.name), *self.alerts.recent(since=now - HISTORY, limit=1000)]
        return [_span(a, now) for a in told if a.watch == watch.name and a.kind in (AlertKind.SURGE, AlertKind.SEVERE)]


def together(series: Iterable[Sequence[TickCount]]) -> list[TickCount]:
    """The counts of several sources added up, oldest first."""
    sums: dict[datetime, list[int]] = {}
    for ticks in series:
        for tick in ticks:
            entry = sums.setdefault(tick.start, [0, 0, 0])
            entry[0] += tick.total
            entry[1] += tick.negative
            entry[2] += tick.authors
    return [TickCount(start=at, total=t, negative=n, authors=a) for at, (t, n, a) in sorted(sums.items())]


def _span(alert: Alert, now: datetime) -> tuple[datetime, datetime]:
    start = min(alert.onset or alert.opened_at, alert.opened_at)
    if alert.kind is AlertKind.SEVERE and alert.score == 0:  # one grave post changes no counts
        return start, min(alert.resolved_at or now, start + TICK)
    return start - TICK, alert.resolved_at or now


def _matching(watch: Watch) -> tuple[object, ...]:
    """What decides which documents belong to the watch."""
    return watch.brand, watch.aliases, watch.words, watch.excluded, watch.sources


def _lifetime(fitted: Fitted) -> timedelta:
    young = any(profile.provisional for profile in fitted.by_source.values())
    return REFIT_PROVISIONAL if young else REFIT
