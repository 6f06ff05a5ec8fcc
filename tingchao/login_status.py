"""How a log-in goes, told by the process that runs it through files, to the console that shows it."""

import time
from pathlib import Path

import msgspec

from domain.accounts import LoginProgress

FORGOTTEN_S = 600.0
"""Real seconds after which an old log-in is no news any more."""
_CODE = "code.png"


class LoginStatus:
    """A folder that one log-in writes and anybody of this installation reads; its owner's only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def tell(self, state: str, said: str = "", *, png: bytes | None = None) -> None:
        """state: starting, code, done or failed. said: Chinese. png: the code to show with it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if png is None:
            (self._folder / _CODE).unlink(missing_ok=True)
        else:
            self._put(_CODE, png)
        self._put("state.json", msgspec.json.encode({"state": state, "said": said}))

    def read(self) -> LoginProgress | None:
        """Where it stands; None where there was none for a while."""
        try:
            path = self._folder / "state.json"
            if time.time() - path.stat().st_mtime > FORGOTTEN_S:
                return None
            said = msgspec.json.decode(path.read_bytes())
            code = self._folder / _CODE
            png = code.read_bytes() if said["state"] == "code" and code.is_file() else None
        except FileNotFoundError:
            return None
        return LoginProgress(state=said["state"], said=said["said"], png=png)

    def _put(self, name: str, data: bytes) -> None:
        aside = self._folder / f"{name}.part"
        aside.touch(mode=0o600)
        aside.write_bytes(data)
        aside.replace(self._folder / name)
