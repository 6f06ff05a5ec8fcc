"""The data folder: what lies where, which installation a command means, and who holds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import msgspec

from domain.errors import AlreadyRunning, InvalidSettings
from domain.times import Clock, ScaledClock, SystemClock, parse_iso
from tingchao.keys import installation_key
from tingchao.settings import FILE

DEMO = "demo"
SLACK_TOKEN, SLACK_URL = "TINGCHAO_DEMO_SLACK_TOKEN", "TINGCHAO_DEMO_SLACK_URL"
WECOM_URL, COOKIE = "TINGCHAO_DEMO_WECOM_URL", "TINGCHAO_DEMO_COOKIE"
"""Environment variables that the demo's settings name."""


@attrs.frozen(kw_only=True)
class Folder:
    """One installation's data folder."""

    path: Path
    demo: bool = False

    @property
    def tables(self) -> Path:
        """SQLite file of the tables."""
        return self.path / "tables.db"

    @property
    def index(self) -> Path:
        """Embedded search index."""
        return self.path / "index"

    @property
    def inbox(self) -> Path:
        """Files waiting to be stored."""
        return self.path / "inbox"

    @property
    def archive(self) -> Path:
        """Raw answers as WARC files."""
        return self.path / "archive"

    @property
    def imports(self) -> Path:
        """Files dropped here are imported while the product runs."""
        return self.path / "import"

    def made(self) -> "Folder":
        """The same folder, with its subfolders existing and readable by their owner only."""
        for part in (self.path, self.inbox, self.archive, self.imports):
            part.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    def key(self) -> bytes:
        """The installation's secret for pseudonyms and sessions; made once, kept outside the folder."""
        return installation_key(self.path, demo=self.demo)

    @property
    def sessions(self) -> Path:
        """Sessions that people logged in, each encrypted."""
        return self.path / "sessions"

    @property
    def evidence(self) -> Path:
        """Screenshots of posts in incidents."""
        return self.path / "evidence"

    def clock(self) -> Clock:
        """The clock of this installation: real, or the demo's own, the same in every process.

        Raises InvalidSettings for a scaled clock outside the demo.
        """
        state = DemoState.read(self.path)
        if state is None:
            return SystemClock()
        if not self.demo:
            raise InvalidSettings(
                f"{self.path}/demo.json: a scaled clock is refused outside the demo; remove this file"
            )
        return state.clock()


@attrs.frozen(kw_only=True)
class DemoState:
    """What every process of a running demo must agree upon; the file demo.json in its folder."""

    seed: int
    started: str
    """Product time at which the world began, ISO 8601."""
    real_anchor: float
    """Unix seconds of real time at `anchor`."""
    anchor: str
    """Product time at `real_anchor`, ISO 8601."""
    speed: float
    port: int
    """Loopback port of the pretended world."""
    tls_port: int = 0

    def environment(self) -> dict[str, str]:
        """The secrets that the demo's settings name: all of the pretended world, none of a real one."""
        base = f"http://127.0.0.1:{self.port}"
        return {
            SLACK_TOKEN: "xoxb-demo",
            SLACK_URL: f"{base}/api/",
            WECOM_URL: f"{base}/cgi-bin/webhook/send?key=demo",
            COOKIE: "SUB=demo-session; SUBP=demo",
        }

    def clock(self) -> ScaledClock:
        """The demo's clock."""
        return ScaledClock(real_anchor=self.real_anchor, anchor=parse_iso(self.anchor), speed=self.speed)

    @classmethod
    def read(cls, folder: Path) -> "DemoState | None":
        """The state in a folder; None where there is no demo."""
        path = folder / "demo.json"
        return msgspec.json.decode(path.read_bytes(), type=cls) if path.exists() else None

    def write(self, folder: Path) -> None:
        """Replace the file in one step."""
        aside = folder / "demo.json.part"
        aside.write_bytes(msgspec.json.encode(self))
        aside.replace(folder / "demo.json")


def data_folder() -> Path:
    """TINGCHAO_DATA, default ./var."""
    return Path(os.environ.get("TINGCHAO_DATA") or "var").absolute()


def real_folder() -> Folder:
    """The real installation, whether anything is in it or not."""
    return Folder(path=data_folder())


def demo_folder() -> Folder:
    """The demo's own folder, apart from all real rows."""
    return Folder(path=data_folder() / DEMO, demo=True)


def is_real() -> bool:
    """Has anything real been configured, imported or watched?"""
    real = real_folder()
    return (real.path / FILE).exists() or real.tables.exists() or bool(os.environ.get("TINGCHAO_TABLES__URL"))


def chosen_folder() -> Folder:
    """The installation that a reading command means: the real one, or the demo while nothing real exists.

    TINGCHAO_DEMO=1 means the demo in any case: a running demo gives it to its own crawls.
    """
    if os.environ.get("TINGCHAO_DEMO") == "1":
        return demo_folder()
    return real_folder() if is_real() or not demo_folder().tables.exists() else demo_folder()


@contextmanager
def held(path: Path, *, what: str) -> Iterator[None]:
    """Hold a lock file while the block runs; the kernel gives it back if the process dies. Raises AlreadyRunning."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise AlreadyRunning(f"{what} is already running on {path.parent} (process {holder})") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
