"""Alerts, their audit, and the outbox: a change of state and the notices that it owes are one transaction."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import attrs
import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Row, select, update

from domain.alerts import Alert, AlertState, Delivery, Notice
from domain.times import now as real_now
from index.tables.columns import chunks, replace, upsert, writing
from index.tables.schema import alert_audit, alerts, notices

_encode = msgspec.json.Encoder().encode
_alert = msgspec.json.Decoder(Alert).decode
_notice = msgspec.json.Decoder(Notice).decode


class AlertLog:
    """`index.store.AlertLog` on our tables."""

    def __init__(
        self, engine: Engine, *, now: Callable[[], datetime] = real_now, real_time: Callable[[], float] = time.time
    ) -> None:
        """engine: from `open_tables`. now: product time, for the audit. real_time: Unix seconds, for claims."""
        self._engine, self._now, self._real_time = engine, now, real_time

    def save(
        self, alert: Alert, notices: Sequence[Notice] = (), *, by: str = "", action: str = "", note: str = ""
    ) -> None:
        """Write the alert as it now is, the notices that it owes, and an audit line. A notice whose key exists is not owed again.

        by: empty = the product itself. What a person decided while it was judging stands: who took the alert on, and that it
        was closed; only an action `reopened` opens a closed one.
        """
        with writing(self._engine).begin() as connection:
            held = None if by else _held(connection, alert.id)
            if held is not None:
                if (
                    held.state is AlertState.RESOLVED
                    and alert.state is not AlertState.RESOLVED
                    and action != "reopened"
                ):
                    return
                alert = _with_people(alert, held)
            replace(connection, alerts, [_alert_row(alert)])
            _owe(connection, notices)
            if by or action or note:
                line = {"alert": alert.id, "at": self._now(), "by": by, "action": action, "note": note}
                connection.execute(alert_audit.insert(), line)

    def get(self, alert_id: str) -> Alert | None:
        """One alert, None if unknown."""
        return next(self._alerts(alerts.c.id == alert_id), None)

    def open(self, watch: str | None = None) -> list[Alert]:
        """Alerts that are not resolved, newest first."""
        here = [alerts.c.state != AlertState.RESOLVED.value]
        here += [alerts.c.watch == watch] if watch is not None else []
        return list(self._alerts(*here))

    def recent(self, *, since: datetime | None = None, until: datetime | None = None, limit: int = 200) -> list[Alert]:
        """Alerts by opening time, newest first. [since, until)."""
        here = [alerts.c.opened_at >= since] if since is not None else []
        here += [alerts.c.opened_at < until] if until is not None else []
        return list(self._alerts(*here, limit=limit))

    def audit(self, alert_id: str) -> list[tuple[datetime, str, str, str]]:
        """(when, by, action, note) of one alert, oldest first."""
        wanted = select(alert_audit).where(alert_audit.c.alert == alert_id).order_by(alert_audit.c.number)
        with self._engine.connect() as connection:
            return [(row.at, row.by, row.action, row.note) for row in connection.execute(wanted)]

    def claim(self, *, now: datetime, limit: int = 20, claim_s: float = 60) -> list[Notice]:
        """Take waiting notices that are due, so that no other sender takes them; unsent claims come back after `claim_s` real seconds."""
        real = self._real_time()
        free = notices.c.waiting & (notices.c.due_at <= now) & (notices.c.claimed_until <= real)
        wanted = select(notices.c.key, notices.c.body).where(free).order_by(notices.c.due_at, notices.c.key)
        with writing(self._engine).begin() as connection:
            rows = connection.execute(wanted.limit(limit).with_for_update(skip_locked=True)).all()
            for keys in chunks(row.key for row in rows):
                mine = update(notices).where(notices.c.key.in_(keys))
                connection.execute(mine.values(claimed_until=real + claim_s))
        return [_notice(row.body) for row in rows]

    def settle(self, delivery: Delivery, *, next_try: datetime | None = None) -> None:
        """Write the outcome of a try; `next_try` puts it back in the queue."""
        values: dict[str, Any] = {
            "waiting": next_try is not None,
            "claimed_until": 0.0,
            "attempts": delivery.attempts,
            "outcome": delivery.outcome,
            "detail": delivery.detail,
            "sent_at": delivery.sent_at,
            "delivered_at": delivery.delivered_at,
        }
        if next_try is not None:
            values["due_at"] = next_try
        with writing(self._engine).begin() as connection:
            # what has been delivered stays delivered: a slow sender whose claim ran out must not call it back
            open_still = (notices.c.key == delivery.key) & notices.c.delivered_at.is_(None)
            connection.execute(update(notices).where(open_still).values(values))

    def delivery(self, key: str) -> Delivery | None:
        """The latest outcome of one notice; None if there is no such notice."""
        with self._engine.connect() as connection:
            row = connection.execute(select(notices).where(notices.c.key == key)).first()
        return None if row is None else _delivery(row)

    def deliveries(self, alert_id: str) -> list[tuple[Notice, Delivery]]:
        """All notices of an alert with their latest outcome, oldest first."""
        wanted = select(notices).where(notices.c.alert == alert_id).order_by(notices.c.created_at, notices.c.key)
        with self._engine.connect() as connection:
            return [(_notice(row.body), _delivery(row)) for row in connection.execute(wanted)]

    def _alerts(self, *here: ColumnElement[bool], limit: int | None = None) -> Iterator[Alert]:
        wanted = select(alerts.c.body).where(*here).order_by(alerts.c.opened_at.desc(), alerts.c.id).limit(limit)
        with self._engine.connect() as connection:
            yield from [_alert(body) for body in connection.execute(wanted).scalars()]


def _held(connection: Connection, alert_id: str) -> Alert | None:
    wanted = select(alerts.c.body).where(alerts.c.id == alert_id).with_for_update()
    body = connection.execute(wanted).scalar()
    return None if body is None else _alert(body)


def _with_people(alert: Alert, held: Alert) -> Alert:
    """The alert with the claim of the stored one, which may be newer than what the judgement began with."""
    if held.state is not AlertState.ACKNOWLEDGED:
        return alert
    state = held.state if alert.state is AlertState.OPEN else alert.state
    return attrs.evolve(alert, state=state, owner=held.owner, note=held.note)


def rename_watch(connection: Connection, old: str, new: str) -> None:
    """A renamed watch keeps its alerts."""
    for body in connection.execute(select(alerts.c.body).where(alerts.c.watch == old)).scalars().all():
        replace(connection, alerts, [_alert_row(attrs.evolve(_alert(body), watch=new))])


def _owe(connection: Connection, owed: Sequence[Notice]) -> None:
    rows = [
        {
            "key": notice.key,
            "alert": notice.alert_id,
            "channel": notice.channel,
            "created_at": notice.created_at,
            "body": _encode(notice).decode(),
            "waiting": True,
            "due_at": notice.created_at,
            "claimed_until": 0.0,
            "attempts": 0,
            "outcome": "waiting",
            "detail": "",
        }
        for notice in owed
    ]
    if rows:
        connection.execute(upsert(connection, notices).on_conflict_do_nothing(), rows)


def _alert_row(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "kind": alert.kind.value,
        "watch": alert.watch,
        "state": alert.state.value,
        "opened_at": alert.opened_at,
        "body": _encode(alert).decode(),
    }


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        key=row.key,
        channel=row.channel,
        attempts=row.attempts,
        outcome=row.outcome,
        detail=row.detail,
        created_at=row.created_at,
        sent_at=row.sent_at,
        delivered_at=row.delivered_at,
    )
