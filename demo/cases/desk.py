"""The stage manager: which cases play now, what each has seen, and what the sites were asked."""

from collections import deque
from datetime import UTC, datetime
from typing import Any

from demo.cases.case import Answer, Request, Scene, Visit
from demo.cases.registry import all_cases, case_named
from demo.world import World

REMEMBERED = 5_000
"""Requests that are kept."""


class Desk:
    """Starts and stops cases, and lets the playing ones see every request in the order in which they began."""

    def __init__(self, world: World) -> None:
        """world: the cases put their things into it."""
        self._world = world
        self._scenes: dict[str, Scene] = {}
        self.asked: deque[tuple[Request, int]] = deque(maxlen=REMEMBERED)
        """What the sites were asked, oldest first, and the status of the answer; 0 = the connection was torn down."""

    def now(self) -> datetime:
        """World time, aware UTC."""
        return self._world.now().astimezone(UTC)

    def start(self, name: str) -> Scene:
        """Play a case from its beginning. Raises ValueError for an unknown name."""
        case = case_named(name)
        self.stop(name)
        scene = Scene(case=case, world=self._world, since=self._world.now())
        self._scenes[name] = scene
        case.begin(scene)
        return scene

    def stop(self, name: str) -> bool:
        """Stop it, and take what it put into the world away. False if it did not play."""
        self._world.retract(name)
        return self._scenes.pop(name, None) is not None

    def restore(self) -> None:
        """A person has acted: every playing case is told."""
        for scene in self._scenes.values():
            scene.restored = True

    def changed(self, request: Request, usual: Answer) -> Answer:
        """The answer after every case whose business it is has had its way."""
        answer = usual
        for scene in list(self._scenes.values()):
            if scene.case.sees(request.host, request.path):
                scene.calls += 1
                answer = scene.case.change(Visit(scene=scene, nth=scene.calls, request=request), answer)
        self.asked.append((request, 0 if answer.reset else answer.status))
        return answer

    def listing(self) -> list[dict[str, Any]]:
        """Every case as plain values, with what the playing ones have seen."""
        rows = []
        for case in all_cases().values():
            scene = self._scenes.get(case.name)
            said = {key: getattr(case, key) for key in ("name", "number", "site", "about", "expected")}
            rows.append(said | {"playing": scene is not None, "calls": scene.calls if scene else 0})
        return rows
