"""The demo's side of the product: its settings, its clock, the handles of its pretended world."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import attrs
import httpx

from domain.errors import InvalidInput, StoreUnavailable
from domain.times import Clock, iso_shanghai, parse_iso
from domain.watches import Watch, WatchedProduct
from tingchao.folders import COOKIE, SLACK_TOKEN, SLACK_URL, WECOM_URL, DemoState, Folder, demo_folder
from tingchao.settings import FILE
from tingchao.sources import ADAPTERS

SEED = 20_261_122
AUTOPLAY_S = 40.0  # real seconds after the first page; the issue asks for at most 60
PLAYED = ("jd", "weibo", "shop", "smzdm", "tousu", "tieba")
"""Sources that the demo collects from its world."""
SCRIPTS = ("severe", "wave", "promotion", "session-death", "captcha", "price-drop", "restore", "scan")


def prepare(folder: Folder, *, speed: float, now: datetime | None = None) -> DemoState:
    """Make the demo's folder ready to start: a new world, or the old one from the moment at which it stopped.

    The settings file is written anew each time, because the world's port changes.
    """
    folder.made()
    old = DemoState.read(folder.path)
    started = parse_iso(old.started) if old else (now or datetime.now(UTC)).replace(microsecond=0)
    resumed = _heartbeat(folder) if old else None
    state = DemoState(
        seed=old.seed if old else SEED,
        started=iso_shanghai(started),
        real_anchor=time.time(),
        anchor=(resumed or started).isoformat(),
        speed=speed,
        port=_free_port(),
        tls_port=_free_port(),
    )
    state.write(folder.path)
    (folder.path / FILE).write_text(_settings(state), "utf-8")
    return state


def beat(folder: Folder, clock: Clock) -> None:
    """Remember how far the world's time has come, so that a later start goes on from there."""
    aside = folder.path / "heartbeat.part"
    aside.write_text(clock.now().isoformat(), "utf-8")
    aside.replace(folder.path / "heartbeat")


@contextmanager
def world(folder: Folder, state: DemoState) -> Iterator[None]:
    """The pretended world as a child process, there for the length of the block."""
    log = (folder.path / "world.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "tingchao", "demo-world", str(folder.path)],
        stdin=subprocess.DEVNULL, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        _await_answer(state.port, process)
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def serve_world(folder: "os.PathLike[str]") -> None:
    """Run the pretended world until the parent goes."""
    from pathlib import Path

    from demo.server import serve
    from tingchao.processes import end_with_parent

    path = Path(folder)
    state = DemoState.read(path)
    if state is None:
        raise InvalidInput(f"{path}: no demo.json here; the demo is started by  ./run --demo")
    end_with_parent()
    serve(
        seed=state.seed,
        started=parse_iso(state.started),
        now=state.clock().now,
        port=state.port,
        tls_port=state.tls_port,
        folder=path / "world",
        autoplay_s=AUTOPLAY_S,
    )


@attrs.frozen(kw_only=True)
class WorldControls:
    """The handles of the running world, over HTTP."""

    base: str
    """Control address on loopback."""
    restored: Callable[[], None] = lambda: None
    """Called after `restore`: the person who mended the session says so to the product."""

    def play(self, script: str) -> str:
        """Start a script. Raises InvalidInput for an unknown one, StoreUnavailable if the world does not answer."""
        if script not in SCRIPTS:
            raise InvalidInput(f"no script {script!r}: one of {', '.join(SCRIPTS)}, case, day, sink, state")
        own = {"restore": "/__world/restore", "scan": "/__world/login/scan"}
        answer = self._post(own.get(script, f"/__world/play/{script}"))
        if script == "restore":
            self.restored()
        return str(answer.get("message") or f"已开始：{script}")

    def cases(self) -> list[dict[str, Any]]:
        """The nasty cases, whether each is playing, and how many requests it has seen."""
        return list(self._get("/__world/cases")["cases"])

    def case(self, name: str, *, stop: bool = False) -> str:
        """Play a nasty case from its beginning, or end it. Raises InvalidInput for an unknown one."""
        known = {case["name"]: case for case in self.cases()}
        if name not in known:
            near = [n for n in known if n.startswith(name.split("-")[0])] or list(known)
            raise InvalidInput(f"no case {name!r}: there are {', '.join(near)}")
        self._ask("DELETE" if stop else "POST", f"/__world/cases/{name}")
        if stop:
            return f"已停止：{name}"
        return f"已开始：{name}（{known[name]['about']}；应当：{known[name]['expected']}）"

    def ids(self, source: str, kind: str, **span: str) -> list[str]:
        """The site's own ids of what exists. span: since and until in ISO 8601, query, subject."""
        answer = self._get("/__world/ids?" + urlencode({"source": source, "kind": kind} | span))
        return [str(id_) for id_ in answer["ids"]]

    def state(self) -> dict[str, Any]:
        """Clock, speed, running scripts."""
        return dict(self._get("/__world/state"))

    def messages(self, *, since: int = 0) -> Sequence[dict[str, Any]]:
        """Messages that the sink received."""
        return list(self._get("/__sink/messages"))[since:]

    def first_page(self) -> None:
        """A person has seen the first page; a world that is gone is no reason to fail."""
        with contextlib.suppress(StoreUnavailable):
            self._post("/__world/first_page")

    def _get(self, path: str) -> Any:
        return self._ask("GET", path)

    def _post(self, path: str) -> Any:
        return self._ask("POST", path)

    def _ask(self, method: str, path: str) -> Any:
        try:
            answer = httpx.request(method, self.base + path, timeout=5, trust_env=False)
            if answer.status_code == 404 and "json" in answer.headers.get("content-type", ""):
                raise InvalidInput(f"the demo's world: {answer.json().get('error', 'no such handle')}")
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise StoreUnavailable(
                f"the demo's world does not answer ({type(error).__name__}); start it with  ./run --demo"
            ) from None
        return answer.json()


def controls() -> WorldControls:
    """The handles of the demo that runs on this data folder. Raises InvalidInput where there is none."""
    state = DemoState.read(demo_folder().path)
    if state is None:
        raise InvalidInput("no demo here yet: start it with  ./run --demo")
    return controls_of(state, demo_folder())


def controls_of(state: DemoState, folder: Folder) -> WorldControls:
    """The handles of a world; restoring its session also tells the product that a person has acted."""
    from tingchao.wiring import mark_mended

    return WorldControls(base=f"http://127.0.0.1:{state.port}", restored=lambda: mark_mended(folder))


def watches(catalogue: Any) -> list[Watch]:  # Any: demo's own nouns, unknown to the product
    """The watches that the demo begins with: our brand with its rivals, their products, and whom to tell."""
    made = []
    for brand in catalogue.brands:
        ours = brand.name == catalogue.ours
        made.append(
            Watch(
                name=brand.name,
                brand=brand.name,
                aliases=tuple(brand.aliases),
                rival=not ours,
                products=tuple(
                    WatchedProduct(url=p.url, title=p.title, floor=p.floor)
                    for p in catalogue.watched_products(brand.name)
                ),
                channels=("slack", "wecom") if ours else (),
                minimum_authors=5,
                quiet=timedelta(minutes=30),
            )
        )
    return made


def _heartbeat(folder: Folder) -> datetime | None:
    path = folder.path / "heartbeat"
    return datetime.fromisoformat(path.read_text("utf-8")) if path.exists() else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_answer(port: int, process: "subprocess.Popen[bytes]", *, patience_s: float = 30) -> None:
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise StoreUnavailable(
                f"the demo's world ended with code {process.returncode}; see world.log in its folder"
            )
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/__world/state", timeout=2, trust_env=False).is_success:
                return
        time.sleep(0.1)
    raise StoreUnavailable(f"the demo's world gave no answer within {patience_s:.0f} s; see world.log in its folder")


def _settings(state: DemoState) -> str:
    base, tls = f"http://127.0.0.1:{state.port}", f"https://127.0.0.1:{state.tls_port}"
    site = f'origin = "{base}"\norigin_tls = "{tls}"\ncookie_env = "{COOKIE}"\ndelay_seconds = 0.1\npages = 120\n'
    # JD's forty products every quarter of an hour: at ×30 that is a crawl every half minute of the viewer's machine
    pace = {"jd": "every_minutes = 15\n"} | dict.fromkeys(("smzdm", "tousu", "tieba"), "every_minutes = 60\n")
    # every site has the world as its origin, those that the world does not play are off: a demo never asks the real ones
    off = {name: "on = false\n" for name in ADAPTERS if name not in PLAYED}
    sites = "\n".join(f"[sites.{name}]\n{site}{pace.get(name, '')}{off.get(name, '')}" for name in ADAPTERS)
    channels = f"""
[channels.slack]
kind = "slack"
token_env = "{SLACK_TOKEN}"
url_env = "{SLACK_URL}"
channel = "#舆情"

[channels.wecom]
kind = "wecom"
url_env = "{WECOM_URL}"
"""
    return f"# Written by the demo at each start; changes are lost.\n[crawl]\nevery_minutes = 5\n\n{sites}{channels}"
