"""Runs the pretended world on this machine: the sites, the sink and the handles, plain and over TLS."""

import argparse
import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import uvicorn

from demo import control, sink, site_login
from demo.cases.desk import Desk
from demo.certificate import made_certificate
from demo.clock import DemoClock
from demo.memory import remembered
from demo.sites import HOSTS, LEDGERS, Internet, internet
from demo.world import HISTORY, World

ADDRESS = "127.0.0.1"
SENDING: dict[str, Any] = {"date_header": False, "timeout_graceful_shutdown": 1}
"""uvicorn: the sites write their own Date, and an answer without end must not hold up the shutdown."""
PATIENCE_S = 600.0
"""Real seconds of uptime after which the first script starts even if nobody has opened a page."""


class Autoplay:
    """Starts the script `severe` by itself: once in the life of a world, some seconds after the first page was seen."""

    def __init__(self, world: World, *, after_s: float | None, patience_s: float = PATIENCE_S) -> None:
        self._world = world
        self._after_s = after_s
        self._due = time.monotonic() + patience_s
        self._lock = threading.Lock()

    def first_page(self) -> None:
        """A person looks: the script is due soon. Only the first call counts."""
        if self._after_s is not None:
            with self._lock:
                self._due = min(self._due, time.monotonic() + self._after_s)

    def play_if_due(self) -> None:
        """Start the script if its time has come and it was never played."""
        if self._after_s is not None and time.monotonic() >= self._due:
            self._after_s = None
            if not any(play.name == "severe" for play in self._world.plays):
                self._world.play("severe")

    async def watch(self) -> None:
        """Look twice a second, for ever."""
        while True:
            self.play_if_due()
            await asyncio.sleep(0.5)


def application(
    *, seed: int, started: datetime, now: Callable[[], datetime], folder: Path, autoplay_s: float | None = None,
    history: timedelta = HISTORY,
) -> Internet:  # fmt: skip
    """The whole world as one ASGI application; `app.state` holds its insides: world, sink and desk."""
    world = remembered(folder, seed=seed, started=started, now=now, history=history)
    desk = Desk(world)
    messages = sink.Sink(now=now, file=folder / "sink.jsonl")
    autoplay = Autoplay(world, after_s=autoplay_s)

    @contextlib.asynccontextmanager
    async def lifespan(app: Internet) -> AsyncIterator[None]:
        world.posts("")  # the week that searches reach: made now, not during the first request
        watcher = asyncio.create_task(autoplay.watch())
        yield
        watcher.cancel()

    here = [*control.routes(world, desk, LEDGERS, first_page=autoplay.first_page), *sink.routes(messages)]
    here += site_login.routes(world)
    app = internet(world, desk=desk, here=here, lifespan=lifespan)
    app.state.world, app.state.sink, app.state.desk = world, messages, desk
    return app


def serve(
    *,
    seed: int,
    started: datetime,
    now: Callable[[], datetime],
    port: int,
    folder: Path,
    tls_port: int | None = None,
    autoplay_s: float | None = None,
) -> None:
    """Answer on 127.0.0.1 until told to stop by a signal.

    `started` is the world's first moment (history ends there); `now` tells world time. `autoplay_s` real seconds after
    the first page the script `severe` plays by itself; None = never.
    """
    app = application(seed=seed, started=started, now=now, folder=folder, autoplay_s=autoplay_s)
    plain = uvicorn.Config(app, host=ADDRESS, port=port, log_level="warning", access_log=False, **SENDING)
    if tls_port is None:
        uvicorn.Server(plain).run()
        return
    certificate, key = made_certificate(folder, HOSTS)
    tls = uvicorn.Config(
        app, host=ADDRESS, port=tls_port, log_level="warning", access_log=False, **SENDING, lifespan="off",
        ssl_certfile=certificate, ssl_keyfile=key,
    )  # fmt: skip
    asyncio.run(_both(uvicorn.Server(plain), uvicorn.Server(tls)))


async def _both(plain: uvicorn.Server, tls: uvicorn.Server) -> None:
    """Run both; the plain one hears the signals, and takes the other with it."""
    beside = asyncio.create_task(tls._serve())  # without its own signal handlers
    await plain.serve()
    tls.should_exit = True
    await beside


def main(argv: Sequence[str] | None = None) -> None:
    """`python -m demo.server --port 8900 --speed 30 --folder var/world`: the world alone, for a look with a browser."""
    parser = argparse.ArgumentParser(prog="demo.server", description="The pretended world of Tingchao's demo, alone.")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--tls-port", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=30.0, help="world seconds per real second")
    parser.add_argument("--folder", type=Path, default=Path("var/world"))
    parser.add_argument("--autoplay", type=float, metavar="SECONDS", help="play `severe` so long after the first page")
    asked = parser.parse_args(argv)
    started = datetime.now(UTC).replace(microsecond=0)
    clock = DemoClock(real_anchor=time.time(), anchor=started, speed=asked.speed)
    print(f"http://{ADDRESS}:{asked.port}/__world/state", flush=True)
    serve(
        seed=asked.seed,
        started=started,
        now=clock.now,
        port=asked.port,
        tls_port=asked.tls_port,
        folder=asked.folder,
        autoplay_s=asked.autoplay,
    )


if __name__ == "__main__":
    main()
