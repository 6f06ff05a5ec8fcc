"""Small facts that outlive a restart, by name."""

from sqlalchemy import Engine, delete, select

from index.tables.columns import replace, upsert, writing
from index.tables.schema import facts


class Facts:
    """Rows of facts."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def get(self, name: str) -> str | None:
        """A fact, None if never set."""
        with self._engine.connect() as connection:
            return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar()

    def set(self, name: str, value: str) -> None:
        """Remember a fact."""
        with writing(self._engine).begin() as connection:
            replace(connection, facts, [{"name": name, "value": value}])

    def first(self, name: str, value: str) -> str:
        """The fact as it stands; `value` becomes it where none was set. Of many callers all get the same."""
        with writing(self._engine).begin() as connection:
            connection.execute(upsert(connection, facts).values(name=name, value=value).on_conflict_do_nothing())
            return str(connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar_one())

    def forget(self, name: str) -> None:
        """Take it away; unknown is fine."""
        with writing(self._engine).begin() as connection:
            connection.execute(delete(facts).where(facts.c.name == name))
