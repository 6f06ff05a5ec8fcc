"""tingchao run: the whole product in one process tree, from the first line to a clean end."""

import ipaddress
import logging
import os
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import uvicorn
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from domain.errors import InvalidSettings
from domain.times import parse_iso
from index import tables
from tingchao.commands.answers import console, say
from tingchao.demo import prepare, watches, world
from tingchao.folders import DemoState, Folder, demo_folder, held, is_real, real_folder
from tingchao.schedule import Schedule
from tingchao.settings import FILE, TEMPLATE, Console, load
from tingchao.wiring import House, opened

log = logging.getLogger(__name__)

HISTORY_DONE = "demo.history"


def run_product(*, demo: bool, speed: float, port: int | None, roles: tuple[str, ...]) -> None:
    """Start everything and stay until Ctrl-C or SIGTERM. Raises AlreadyRunning, InvalidSettings."""
    logging.getLogger().setLevel(os.environ.get("TINGCHAO_LOG", "INFO"))
    for chatty in ("httpx", "alembic", "slack_sdk", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("apscheduler").setLevel(
        logging.CRITICAL
    )  # tingchao.schedule tells of failed and missed jobs itself
    if not demo and not is_real():
        say(
            "尚未配置任何真实数据：启动演示世界（虚构品牌，数据在独立文件夹）。配置自己的品牌：./run init 或控制台「监测我的品牌」"
        )
        demo = True
    folder = (demo_folder() if demo else real_folder()).made()
    restart = False
    with ExitStack() as stack:
        for role in roles:  # each part once, in one process or in several
            stack.enter_context(held(folder.path / f"{role}.lock", what=f"tingchao run ({role})"))
        if "monitor" in roles:
            stack.enter_context(held(folder.path / "writer.lock", what="the writer"))
        if demo:
            os.environ["TINGCHAO_DEMO"] = "1"
            state = prepare(folder, speed=speed)
            say(f"演示世界 ×{speed:g}：世界时间从 {state.clock().now():%Y-%m-%d %H:%M} UTC 开始")
            stack.enter_context(world(folder, state))
        runner = Runner(folder, roles=roles, port=port)
        restart = runner.run()
    if restart:
        _leave_demo(folder)
        os.environ.pop("TINGCHAO_DEMO", None)
        arguments = ["run", *(["--port", str(runner.port)] if runner.port else [])]
        os.execv(sys.executable, [sys.executable, "-P", "-m", "tingchao", *arguments])


class Runner:
    """One run of the product: opens the house, serves the console, starts and stops the jobs."""

    def __init__(self, folder: Folder, *, roles: tuple[str, ...], port: int | None) -> None:
        self._folder, self._roles = folder, roles
        self.port = port
        self._server: uvicorn.Server | None = None
        self._ended = threading.Event()
        self._leaving = False

    def run(self) -> bool:
        """Run until told to stop. Returns True if the person left the demo for the real installation."""
        leave = self._leave if self._folder.demo else None
        listener = _listen(load(self._folder.path).console, self.port) if "web" in self._roles else None
        if listener:
            self.port = listener.getsockname()[1]
        address = f"http://127.0.0.1:{self.port}" if listener else ""
        writer = "monitor" in self._roles
        with opened(self._folder, writer=writer, address=address, leave_demo=leave) as house:
            schedule = Schedule(house, roles=self._roles)
            starter = threading.Thread(target=self._start_jobs, args=(house, schedule), name="start", daemon=True)
            try:
                self._serve(house, listener, starter) if listener else self._wait(starter)
            except KeyboardInterrupt:
                pass
            finally:
                say("正在结束 …")
                self._ended.set()
                schedule.stop()
                if starter.is_alive():
                    starter.join(2)
        say("已结束；再次启动会从这里继续。")
        return self._leaving

    def _serve(self, house: House, listener: socket.socket, starter: threading.Thread) -> None:
        from web.console import create_app

        config = uvicorn.Config(
            create_app(house.desk),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=3,
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        announce = threading.Thread(target=self._announce, args=(starter,), daemon=True)
        announce.start()
        self._server.run(sockets=[listener])

    def _announce(self, starter: threading.Thread) -> None:
        while self._server and not self._server.started:
            if self._ended.wait(0.02):
                return
        print(f"控制台 http://127.0.0.1:{self.port}", flush=True)
        starter.start()

    def _wait(self, starter: threading.Thread) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._ended.set())
        starter.start()
        while not self._ended.wait(0.5):
            pass

    def _start_jobs(self, house: House, schedule: Schedule) -> None:
        try:
            if "monitor" in self._roles:
                schedule.start_storing()
            if self._folder.demo:
                _begin_demo(house, stopping=self._ended)
            if not self._ended.is_set():
                schedule.start_watching()
        except Exception:
            if not self._ended.is_set():  # an end in the middle of the first import takes its stores away
                log.exception("the jobs could not be started")

    def _leave(self) -> str:
        self._leaving = True
        if self._server:
            threading.Timer(0.5, self._stop_server).start()  # the answer of this click goes out first
        return "演示数据已清除，正在打开你自己的安装 …"

    def _stop_server(self) -> None:
        if self._server:
            self._server.should_exit = True


def _begin_demo(house: House, *, stopping: threading.Event) -> None:
    """A new customer's first minutes: watches are made, 90 days of exports are imported. Interrupted, it is done again."""
    from demo.catalogue import CATALOGUE
    from demo.history import write_history

    state, facts = DemoState.read(house.folder.path), tables.Facts(house.engine)
    if state is None or facts.get(HISTORY_DONE):
        return
    for watch in watches(CATALOGUE):
        house.desk.watches.save(watch)
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task("写出 90 天历史 …", total=None)
        files = write_history(house.folder.path / "history", seed=state.seed, started=parse_iso(state.started))
        for file in files:
            if stopping.is_set():
                return
            began = time.monotonic()
            report = house.desk.imports.run(file, progress=_told(bar, task, file))
            log.info(
                "imported file=%s rows=%d stored=%d refused=%d seconds=%.1f",
                file.name, report.rows, report.stored, len(report.refused), time.monotonic() - began,
            )  # fmt: skip
    facts.set(HISTORY_DONE, state.started)
    say("90 天历史已导入；开始采集今天的内容。")


def _told(bar: Progress, task: object, file: Path) -> Callable[[int], None]:
    def tell(rows: int) -> None:
        bar.update(task, description=f"导入 {file.name}：{rows:,} 行")  # type: ignore[arg-type]  # rich's TaskID

    return tell


def _listen(settings: Console, port: int | None) -> socket.socket:
    """A listening socket. Raises InvalidSettings for an address that is not this machine's own, while there is no login."""
    host = settings.host
    if settings.inside_container:
        host = "0.0.0.0"  # the container's port is published on the host's 127.0.0.1 only
    elif host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise InvalidSettings(
            f"[console] host = {host!r}: the console has no login yet and listens on 127.0.0.1 only; "
            "reach it from elsewhere through an SSH tunnel"
        )
    wanted = settings.port if port is None else port
    for candidate in (wanted, 0):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            return listener
        except OSError:
            listener.close()
            say(f"端口 {candidate} 已被占用，改用空闲端口")
    raise InvalidSettings(f"[console] no free port on {host}")


def _leave_demo(folder: Folder) -> None:
    """Take the demo's folder away, and make the real installation exist so that it opens next."""
    if folder.demo:
        shutil.rmtree(folder.path, ignore_errors=True)
    real = real_folder().made()
    if not (real.path / FILE).exists():
        (real.path / FILE).write_text(TEMPLATE, "utf-8")
