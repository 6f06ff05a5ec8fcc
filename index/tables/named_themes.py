"""Themes outside the taxonomy that a person named, kept or put aside, with every decision."""

from typing import Any

import msgspec
from sqlalchemy import Engine, Row, delete, select

from domain.handling import NamedTheme, Step, ThemeState
from index.tables.columns import replace, writing
from index.tables.schema import named_theme_audit, named_themes


class NamedThemes:
    """Rows of named themes."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def all(self, state: ThemeState | None = None) -> list[NamedTheme]:
        """By name; state: None = tracked and ignored ones."""
        here = [named_themes.c.state == state.value] if state else []
        wanted = select(named_themes).where(*here).order_by(named_themes.c.name, named_themes.c.id)
        with self._engine.connect() as connection:
            return [_theme(row) for row in connection.execute(wanted)]

    def save(self, theme: NamedTheme, step: Step) -> None:
        """Insert or replace, with its line of audit. `theme.updated_at` is set."""
        row = {
            "id": theme.id,
            "name": theme.name,
            "state": theme.state.value,
            "phrases": msgspec.json.encode(theme.phrases).decode(),
            "by": theme.by,
            "updated_at": theme.updated_at,
        }
        with writing(self._engine).begin() as connection:
            replace(connection, named_themes, [row])
            connection.execute(named_theme_audit.insert(), _line(theme.id, step))

    def remove(self, theme_id: str, step: Step) -> bool:
        """Forget the decision, so that it may be found anew; its audit stays. False if unknown."""
        with writing(self._engine).begin() as connection:
            gone = connection.execute(delete(named_themes).where(named_themes.c.id == theme_id)).rowcount > 0
            if gone:
                connection.execute(named_theme_audit.insert(), _line(theme_id, step))
        return gone

    def audit(self, theme_id: str) -> list[Step]:
        """Every decision about one theme, oldest first."""
        wanted = select(named_theme_audit).where(named_theme_audit.c.theme == theme_id)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(named_theme_audit.c.number)).all()
        return [Step(at=row.at, by=row.by, action=row.action, note=row.note) for row in rows]


def _line(theme_id: str, step: Step) -> dict[str, Any]:
    return {"theme": theme_id, "at": step.at, "by": step.by, "action": step.action, "note": step.note}


def _theme(row: Row[Any]) -> NamedTheme:
    return NamedTheme(
        id=row.id,
        name=row.name,
        phrases=msgspec.json.decode(row.phrases, type=tuple[str, ...]),
        state=ThemeState(row.state),
        by=row.by,
        updated_at=row.updated_at,
    )
