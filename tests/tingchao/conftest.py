"""The pretended world on loopback and an installation beside it, for tests that need both."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs
import httpx
import pytest
import uvicorn

from demo.server import application
from demo.world import World
from tingchao.folders import Folder


@attrs.define
class Town:
    """The pretended world on loopback, and an installation beside it."""

    base: str
    folder: Folder
    world: World

    def command(self, *words: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", "tingchao", *words],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=os.environ | {"TINGCHAO_DATA": str(self.folder.path), "DISPLAY": "", "WAYLAND_DISPLAY": ""},
        )  # fmt: skip

    def run(self, *words: str, given: str = "") -> "subprocess.CompletedProcess[str]":
        """A command to its end."""
        process = self.command(*words)
        out, err = process.communicate(given, timeout=120)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def scan(self, text: str = "") -> httpx.Response:
        return httpx.post(f"{self.base}/__world/login/scan", params={"text": text} if text else {}, trust_env=False)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    app = application(seed=1, started=datetime.now(UTC), now=lambda: datetime.now(UTC), folder=tmp_path / "world")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    base, folder = f"http://127.0.0.1:{port}", Folder(path=tmp_path / "data").made()
    (folder.path / "tingchao.toml").write_text(
        "".join(f'[sites.{site}]\norigin = "{base}"\ndelay_seconds = 0\npages = 2\n' for site in ("jd", "weibo")),
        "utf-8",
    )
    monkeypatch.setenv("TINGCHAO_DATA", str(folder.path))
    while not server.started:
        time.sleep(0.02)
    yield Town(base, folder, app.state.world)
    server.should_exit = True
    thread.join(10)
