"""DevTools sessions of a page and of the cross-site frames in it, each of which lives in a process of its own."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

Event = Callable[["Target", str, dict[str, Any]], Awaitable[None]]
"""Called with the target, the event's name and its parameters."""
Ready = Callable[["Target"], Awaitable[None]]
_HEARD = (
    "Fetch.requestPaused",
    "Target.attachedToTarget",
    "Target.receivedMessageFromTarget",
    "Target.detachedFromTarget",
)


class Target:
    """The page, or a frame or worker below it; `send` reaches it, its events come to `event`.

    Children are attached in the old, wrapped way (`flatten: false`): Playwright's client passes no foreign session ids on. Each
    waits for us before its first request, so that nothing it loads is missed.
    """

    def __init__(
        self, cdp: Any, *, event: Event, ready: Ready, parent: "Target | None" = None, session: str = ""
    ) -> None:  # Any: Playwright's CDPSession, an extra
        self._cdp, self._event, self._ready = cdp, event, ready
        self._parent, self._session = parent, session
        self._children: dict[str, Target] = {}
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._number = 0
        self.tasks: set[asyncio.Task[None]] = parent.tasks if parent else set()
        """What is being heard now, of all targets of the page."""

    async def open(self) -> None:
        """Begin to hear this target and what it will hold."""
        if self._parent is None:
            for name in _HEARD:
                self._cdp.on(name, lambda parameters, name=name: self._heard(name, parameters))
        await self._ready(self)
        await self.send("Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": False})

    async def send(self, method: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        """A DevTools command and its answer. Raises Playwright's Error or TargetGone where the target has gone or refuses."""
        if self._parent is None:
            answer: dict[str, Any] = await self._cdp.send(method, parameters or {})
            return answer
        self._number += 1
        number, message = self._number, {"id": self._number, "method": method, "params": parameters or {}}
        self._answers[number] = asyncio.get_running_loop().create_future()
        try:
            await self._parent.send(
                "Target.sendMessageToTarget", {"sessionId": self._session, "message": json.dumps(message)}
            )
            return await self._answers[number]
        finally:
            self._answers.pop(number, None)

    def _heard(self, name: str, parameters: dict[str, Any]) -> None:
        match name:
            case "Target.receivedMessageFromTarget":
                if child := self._children.get(parameters["sessionId"]):
                    child._received(json.loads(parameters["message"]))
            case "Target.attachedToTarget":
                child = Target(
                    self._cdp, event=self._event, ready=self._ready, parent=self, session=parameters["sessionId"]
                )
                self._children[parameters["sessionId"]] = child
                self._do(child._begin())
            case "Target.detachedFromTarget":
                if child := self._children.pop(parameters["sessionId"], None):
                    child._gone()
            case _:
                self._do(self._event(self, name, parameters))

    async def _begin(self) -> None:
        from playwright.async_api import Error  # an extra

        with suppress(Error, TargetGone):  # a worker knows no Fetch, and a frame may be gone by now
            await self.open()
        with suppress(Error, TargetGone):
            await self.send("Runtime.runIfWaitingForDebugger")

    def _received(self, message: dict[str, Any]) -> None:
        if "id" not in message:
            self._heard(message["method"], message.get("params", {}))
            return
        answer = self._answers.get(message["id"])
        if answer is None or answer.done():
            return
        if "error" in message:
            answer.set_exception(TargetGone(str(message["error"].get("message", ""))))
        else:
            answer.set_result(message.get("result", {}))

    def _gone(self) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(TargetGone("detached"))
        for child in self._children.values():
            child._gone()

    def _do(self, work: Any) -> None:  # Any: a coroutine
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


class TargetGone(Exception):
    """A frame that has gone, or a command that it does not know."""
