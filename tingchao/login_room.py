"""Log-ins begun from the console: each a child process whose progress the page reads."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import attrs

from domain.accounts import Account, LoginProgress
from domain.errors import InvalidInput
from index.tables.accounts import Accounts
from tingchao.folders import Folder
from tingchao.login_status import LoginStatus
from tingchao.sources import ADAPTERS

PATIENCE_S = 180


@attrs.define(kw_only=True)
class LoginRoom:
    """Fills `flows.accounts.Sessions`. One log-in per account at a time; the next one begins where the last has ended."""

    folder: Folder
    rows: Accounts
    _children: dict[tuple[str, str], "subprocess.Popen[bytes]"] = attrs.field(factory=dict, init=False)
    _lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)

    def accounts(self) -> list[Account]:
        """See flows.accounts.Sessions."""
        return self.rows.all()

    def sources(self) -> list[str]:
        """See flows.accounts.Sessions."""
        from crawlers.sites.logins import LOGINS

        return [name for name in ADAPTERS if name in LOGINS]

    def why_no_browser(self) -> str:
        """See flows.accounts.Sessions."""
        from crawlers.chromium import why_no_browser

        return why_no_browser()

    def begin(self, source: str, account: str) -> None:
        """See flows.accounts.Sessions."""
        from tingchao.signing_in import login_of, session_files

        login_of(source)
        session_files(self.folder).check_name(source, account)
        if missing := self.why_no_browser():
            raise InvalidInput(missing)
        with self._lock:
            if any(child.poll() is None for child in self._children.values()):
                raise InvalidInput("已有一个登录正在进行：请先完成它，或等它结束")
            status = self._status(source, account)
            LoginStatus(status).tell("starting", "正在打开登录页 …")
            environment = os.environ | ({"TINGCHAO_DEMO": "1"} if self.folder.demo else {})
            with (self.folder.path / "crawl.log").open("ab") as out:
                child = subprocess.Popen(
                    [
                        sys.executable, "-P", "-m", "tingchao", "login", source, "--account", account, "--code",
                        "--patience", str(PATIENCE_S), "--status", str(status),
                    ],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=out, env=environment,
                )  # fmt: skip
            self._children[source, account] = child
            threading.Thread(target=child.wait, name="login", daemon=True).start()  # or its end would leave a zombie

    def progress(self, source: str, account: str) -> LoginProgress | None:
        """See flows.accounts.Sessions."""
        from tingchao.signing_in import session_files

        session_files(self.folder).check_name(source, account)
        told = LoginStatus(self._status(source, account)).read()
        child = self._children.get((source, account))
        if told and told.state in ("starting", "code") and child is not None and child.poll() is not None:
            return LoginProgress(state="failed", said="登录进程意外结束，详见 crawl.log")
        return told

    def forget(self, source: str, account: str) -> bool:
        """See flows.accounts.Sessions."""
        from tingchao.signing_in import forget

        return forget(self.folder, source, account)

    def _status(self, source: str, account: str) -> Path:
        return self.folder.path / "login" / source / account
