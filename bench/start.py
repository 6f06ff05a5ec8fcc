"""How long a newcomer waits: `./run --demo` from a cold start to the first page, the first document, the first message.

    python bench/start.py [--clone FOLDER]

Without --clone it makes a clean clone of this repository in a temporary folder, set-up included. Real seconds of this
machine, and simulated minutes where the world's clock counts; a run that is interrupted leaves nothing behind.
"""

import argparse
import json
import os
import re
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.request
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 600


def main() -> None:
    """Measure once and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clone", type=Path, help="an existing clone to start in")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        clone = asked.clone or Path(scratch) / "clone"
        if not asked.clone:
            subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        data = Path(scratch) / "data"
        for name, figure in measure(clone, data).items():
            print(f"{name:48} {figure}")


def measure(clone: Path, data: Path) -> dict[str, str]:
    """Names and figures of one start."""
    figures: dict[str, str] = {"cores, load": f"{os.cpu_count()}, {os.getloadavg()[0]:.1f}"}
    began = time.monotonic()
    process = subprocess.Popen(
        [str(clone / "run"), "--demo"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"TINGCHAO_DATA": str(data)},
        start_new_session=True,
    )
    try:
        assert process.stdout
        address = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline().decode())
        assert address, "no address was printed"
        with urllib.request.urlopen(address[0] + "/story", timeout=30) as page:
            page.read()
        first_page = time.monotonic()
        urllib.request.urlopen(address[0] + "/", timeout=30).close()
        figures["set-up and start → first page, s"] = f"{first_page - began:.1f}"
        tables = data / "demo" / "tables.db"
        figures["→ first document stored, s"] = f"{_until(lambda: _documents(tables) > 0) - began:.1f}"
        sink = data / "demo" / "world" / "sink.jsonl"
        _until(sink.exists)
        told = time.monotonic()
        message = json.loads(sink.read_text("utf-8").splitlines()[0])
        alert = _get(address[0] + "/api/alerts")[0]
        published = datetime.fromisoformat(alert["first_post_at"])
        late = datetime.fromisoformat(message["world_time"]) - published
        figures["first page → first message, s"] = f"{told - first_page:.1f}"
        figures["crisis' first post → message, simulated min"] = f"{late.total_seconds() / 60:.1f}"
        figures["documents then stored"] = f"{_documents(tables):,}"
        figures["du -sm .venv"] = subprocess.run(
            ["du", "-sm", str(clone / ".venv")], capture_output=True, text=True, check=True
        ).stdout.split()[0]
    finally:
        os.kill(process.pid, signal.SIGINT)
        process.wait(60)
        if process.stdout:
            process.stdout.close()
    return figures


def _documents(tables: Path) -> int:
    if not tables.exists():
        return 0
    try:
        with sqlite3.connect(f"file:{tables}?mode=ro", uri=True, timeout=5) as connection:
            return int(connection.execute("select count(*) from documents").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def _get(address: str) -> Any:  # JSON of the console
    with urllib.request.urlopen(address, timeout=30) as answer:
        return json.load(answer)


def _until(condition: Any) -> float:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {PATIENCE_S} s")
        time.sleep(0.1)
    return time.monotonic()


if __name__ == "__main__":
    main()
