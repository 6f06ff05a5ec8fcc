"""Whose session a crawl takes, and what becomes of it afterwards."""

from collections.abc import Mapping
from typing import Any

import attrs
from sqlalchemy import Engine

from crawlers.job import CrawlReport
from crawlers.sessions import Session, SessionFiles
from domain.errors import InvalidInput
from domain.feeds import Outcome
from domain.times import Clock
from flows.accounts import Turn, whose_turn
from index.tables.accounts import Accounts
from tingchao.folders import Folder
from tingchao.signing_in import session_files, valid_for

SPENT = "every session has asked for its pages of this day"


@attrs.define(kw_only=True)
class SessionTurn:
    """One crawl's session; without a saved one `account` is empty, and the crawl uses the cookie of the settings or none."""

    source: str
    turn: Turn
    account: str = ""
    session: Session | None = None
    files: SessionFiles | None = None
    _renewed: Session | None = attrs.field(default=None, init=False)

    @property
    def dead(self) -> str:
        """What a person must do because no session lives; empty where one does or none was ever saved."""
        return f"every saved session is dead: tingchao login {self.source}" if self.turn is Turn.ALL_DEAD else ""

    def for_job(self) -> dict[str, Any]:  # Any: fields of a CrawlJob
        """What the crawl's job gets from it."""
        return {"session": self.session, "renewed": self._keep} if self.session else {}

    def ended(self, report: CrawlReport, *, engine: Engine, clock: Clock) -> None:
        """Keep how the site answered, and the cookies that it renewed during a crawl without trouble."""
        if not self.account or self.files is None:
            return
        answered_well = report.stopped is None and any(outcome.good for outcome in report.outcomes)
        if not answered_well and report.stopped is None:
            return  # busy or away: no news of the session
        lasts = valid_for(self._renewed, self.source) if self._renewed and answered_well else None
        if self._renewed and answered_well:
            self.files.save(self.source, self.account, self._renewed)
        Accounts(engine).answered(
            self.source,
            self.account,
            risk=report.stopped,
            at=clock.now(),
            valid_until=None if lasts is None else clock.now() + lasts,
        )

    def _keep(self, session: Session) -> None:
        self._renewed = session


def take_turn(
    folder: Folder, engine: Engine, source: str, *, clock: Clock, used_today: Mapping[str, int], daily_pages: int | None
) -> SessionTurn:
    """The session whose turn it is. One whose file can't be opened is set aside with its reason, and the next is taken."""
    rows = Accounts(engine)
    saved = rows.all(source)
    files = session_files(folder) if saved else None
    while True:
        choice = whose_turn(saved, now=clock.now(), used_today=used_today, daily_pages=daily_pages)
        if choice.account is None or files is None:
            return SessionTurn(source=source, turn=choice.turn)
        name = choice.account.name
        try:
            session = files.load(source, name)
        except InvalidInput as error:
            rows.answered(source, name, risk=Outcome.LOGIN_REQUIRED, at=clock.now())
            rows.explain(source, name, str(error))
            saved = rows.all(source)
            continue
        return SessionTurn(source=source, turn=choice.turn, account=name, session=session, files=files)
