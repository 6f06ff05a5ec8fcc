"""Which newly stored documents are severe and for whom: read from the ledger in the order of writing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from alerts.severe import FRESH, loud_and_negative, severe_for, surely_grave
from domain.alerts import Alert, AlertKind
from domain.documents import StoredDocument
from domain.watches import Watch
from index.store import AlertLog, Ledger

READ_AT_ONCE: Final = 500
READ_A_TICK: Final = 50_000
"""A great import is read over several ticks, so that a tick stays short."""
LOOK_BACK_ROWS: Final = 5_000
KNOWN: Final = timedelta(days=7)


@attrs.define(kw_only=True, eq=False)
class SevereWatch:
    """Remembers how far it has read. After a restart it looks at the last day's documents instead: nothing is lost or told twice.

    Told are documents published less than a day ago (`alerts.severe.fresh`): imported history never rings a phone.
    """

    ledger: Ledger
    alerts: AlertLog
    _read: int | None = attrs.field(default=None, init=False)
    _waiting: dict[str, dict[str, StoredDocument]] = attrs.field(factory=dict, init=False)

    def collect(self, watches: Sequence[Watch], *, now: datetime) -> None:
        """Read what was stored since the last time."""
        if self._read is None:
            sequence = self.ledger.last_sequence()  # first, so that what arrives meanwhile is read afterwards
            self._look_back(watches, now=now)
            self._read = sequence
        for _ in range(READ_A_TICK // READ_AT_ONCE):
            rows = self.ledger.since(self._read, limit=READ_AT_ONCE)
            if not rows:
                return
            self._sort(watches, [document for _, document in rows], now=now)
            self._read = rows[-1][0]

    def waiting(self, watch: Watch) -> tuple[StoredDocument, ...]:
        """Severe documents that belong to none of the watch's alerts yet, first published first."""
        found = self._waiting.get(watch.name)
        if not found:
            return ()
        known = {i for alert in self._alerts(watch) for i in alert.document_ids}
        news = [document for document in found.values() if document.id not in known]
        return tuple(sorted(news, key=lambda d: (d.published_at, d.id)))

    def done(self, watch: Watch) -> None:
        """What was waiting for this watch is in an alert now, committed."""
        self._waiting.pop(watch.name, None)

    def _look_back(self, watches: Sequence[Watch], *, now: datetime) -> None:
        for watch in watches:
            if not watch.rival:
                recent = self.ledger.documents_of(
                    watch.name, since=now - 2 * FRESH, until=now + FRESH, limit=LOOK_BACK_ROWS
                )
                self._sort([watch], recent, now=now)

    def _sort(self, watches: Sequence[Watch], documents: Sequence[StoredDocument], *, now: datetime) -> None:
        for document in documents:
            if not surely_grave(document) and not loud_and_negative(document):
                continue
            for watch in watches:
                if severe_for(watch, document, now=now):
                    self._waiting.setdefault(watch.name, {})[document.id] = document

    def _alerts(self, watch: Watch) -> list[Alert]:
        now_open = self.alerts.open(watch.name)
        newest = max((d.published_at for d in self._waiting.get(watch.name, {}).values()), default=None)
        since = newest - KNOWN if newest else None
        ended = [a for a in self.alerts.recent(since=since, limit=1000) if a.watch == watch.name]
        return [a for a in (*now_open, *ended) if a.kind in (AlertKind.SURGE, AlertKind.SEVERE)]
