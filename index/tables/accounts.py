"""Accounts: which sessions there are, and how the sites answered them."""

from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import Engine, Row, delete, select, update

from domain.accounts import Account, AccountState
from domain.feeds import Outcome
from index.tables.columns import replace, writing
from index.tables.schema import accounts


class Accounts:
    """Rows of sessions; the files are the crawlers' business."""

    def __init__(self, engine: Engine) -> None:
        """engine: from `open_tables`."""
        self._engine = engine

    def all(self, source: str = "") -> list[Account]:
        """Those of a source, or of all, by source and name."""
        wanted = select(accounts).order_by(accounts.c.source, accounts.c.name)
        if source:
            wanted = wanted.where(accounts.c.source == source)
        with self._engine.connect() as connection:
            return [_account(row) for row in connection.execute(wanted)]

    def save(self, account: Account) -> None:
        """Insert, or replace the one with this source and name."""
        with writing(self._engine).begin() as connection:
            replace(connection, accounts, [attrs.asdict(account) | {"state": account.state.value}])

    def remove(self, source: str, name: str) -> bool:
        """Forget it. False if unknown."""
        here = (accounts.c.source == source) & (accounts.c.name == name)
        with writing(self._engine).begin() as connection:
            return connection.execute(delete(accounts).where(here)).rowcount > 0

    def explain(self, source: str, name: str, detail: str) -> None:
        """Say why, in words of our own."""
        here = (accounts.c.source == source) & (accounts.c.name == name)
        with writing(self._engine).begin() as connection:
            connection.execute(update(accounts).where(here).values(detail=detail))

    def answered(
        self, source: str, name: str, *, risk: Outcome | None, at: datetime, valid_until: datetime | None = None
    ) -> None:
        """Note how a crawl with this session ended: well (risk None), or at a risk answer.

        Only a demand to log in sets it aside: a captcha or a limit is the source's trouble, and the session is good when a
        person has seen to it. valid_until: of refreshed cookies; None = unchanged.
        """
        values: dict[str, Any] = {"last_ok_at": at, "detail": ""} if risk is None else {"last_risk_at": at}
        if risk is Outcome.LOGIN_REQUIRED:
            values |= {
                "state": AccountState.DEAD.value,
                "detail": f"网站要求重新登录：tingchao login {source} --account {name}",
            }
        elif risk is not None:
            values["detail"] = f"网站最近一次要求停下（{risk.value}）：请先在浏览器里处理"
        if valid_until is not None:
            values["valid_until"] = valid_until
        here = (accounts.c.source == source) & (accounts.c.name == name)
        with writing(self._engine).begin() as connection:
            connection.execute(update(accounts).where(here).values(**values))


def _account(row: Row[Any]) -> Account:
    return Account(**dict(row._mapping) | {"state": AccountState(row.state)})
