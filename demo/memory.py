"""What the world remembers over a restart: its seed, its start, and the scripts that were played."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from demo.events import Play
from demo.world import HISTORY, World

FILE = "world.json"


def remembered(
    folder: Path, *, seed: int, started: datetime, now: Callable[[], datetime], history: timedelta = HISTORY
) -> World:
    """The world of this folder: the old one where it was, else a new one that starts at `started`.

    A folder of another seed or start is begun anew. Each change is written at once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    old = _read(folder / FILE)
    same = old.get("seed") == seed and old.get("start") == started.isoformat()
    plays = [_play(p) for p in old["plays"]] if same else []
    world = World(
        seed=seed, start=started, now=now, plays=plays, history=history,
        changed=lambda w: _write(folder / FILE, w, started),
    )  # fmt: skip
    _write(folder / FILE, world, started)
    return world


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _write(path: Path, world: World, started: datetime) -> None:
    plays = [{"name": p.name, "at": p.at.isoformat(), "ordinal": p.ordinal} for p in world.plays]
    aside = path.with_suffix(".part")
    aside.write_text(
        json.dumps({"seed": world.seed, "start": started.isoformat(), "plays": plays}, indent=1), encoding="utf-8"
    )
    aside.replace(path)


def _play(said: dict[str, Any]) -> Play:
    return Play(name=said["name"], at=datetime.fromisoformat(said["at"]), ordinal=said["ordinal"])
