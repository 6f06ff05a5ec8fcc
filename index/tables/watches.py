"""The watches as people edit them."""

import attrs
import msgspec
from sqlalchemy import Engine, delete, func, select, update

from domain.errors import InvalidInput
from domain.watches import Watch
from index.tables import alertlog, mentions
from index.tables.columns import replace, writing
from index.tables.schema import counts, watches
from index.tables.schema import mentions as mention_rows

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Watch).decode
Listed = list[Watch]  # inside the class `list` is the method


class Watches:
    """Rows of watches; counts of a new or changed one come from `Ledger.recount`."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def list(self) -> Listed:
        """All, in the order in which they were made."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(watches.c.body).order_by(watches.c.number))
            return [_decode(body) for body in rows.scalars()]

    def get(self, name: str) -> Watch | None:
        """One by name; None if unknown."""
        with self._engine.connect() as connection:
            body = connection.execute(select(watches.c.body).where(watches.c.name == name)).scalar()
        return None if body is None else _decode(body)

    def save(self, watch: Watch) -> None:
        """Insert, or replace the one with this name."""
        with writing(self._engine).begin() as connection:
            number = connection.execute(select(watches.c.number).where(watches.c.name == watch.name)).scalar()
            if number is None:
                number = (connection.execute(select(func.max(watches.c.number))).scalar() or 0) + 1
            replace(connection, watches, [{"name": watch.name, "number": number, "body": _encode(watch).decode()}])

    def remove(self, name: str) -> bool:
        """Take it away with its counts; its alerts stay. False if unknown."""
        with writing(self._engine).begin() as connection:
            mentions.forget(connection, name)
            return connection.execute(delete(watches).where(watches.c.name == name)).rowcount > 0

    def rename(self, old: str, new: str) -> None:
        """Another name, the same counts and alerts. Raises InvalidInput for an unknown or taken name."""
        with writing(self._engine).begin() as connection:
            body = connection.execute(select(watches.c.body).where(watches.c.name == old)).scalar()
            if body is None:
                raise InvalidInput(f"no watch named {old!r}")
            if connection.execute(select(watches.c.name).where(watches.c.name == new)).first():
                raise InvalidInput(f"a watch named {new!r} exists already")
            body = _encode(attrs.evolve(_decode(body), name=new)).decode()
            connection.execute(update(watches).where(watches.c.name == old).values(name=new, body=body))
            for table in (mention_rows, counts):
                connection.execute(update(table).where(table.c.watch == old).values(watch=new))
            alertlog.rename_watch(connection, old, new)
