"""Between the server and the sites: lets playing cases see each request and its usual answer, and sends what they make of it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import format_datetime
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from demo.cases.case import Answer, Request
from demo.cases.desk import Desk

Message = MutableMapping[str, Any]  # ASGI's own shape
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
PATIENCE_S = 120.0
"""Real seconds for which an endless answer is kept open."""
_HERE = "/__"
"""Paths of the world's own handles: no case touches them."""


async def play(app: App, desk: Desk, scope: Message, receive: Receive, send: Send) -> None:
    """Answer one HTTP request of the pretended internet."""
    host, path = _host(scope), str(scope["path"])
    if path.startswith(_HERE) or host in ("127.0.0.1", "localhost", ""):
        await app(scope, receive, send)
        return
    scope["demo.body"] = body = await _body(receive)  # pages answer at once: what was posted must lie ready
    usual = await _usual(app, scope, body)
    if not usual.header("date"):
        usual = usual.with_headers(date=format_datetime(desk.now(), usegmt=True))
    headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    cookies = {key: morsel.value for key, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    request = Request(host=host, path=path, query=query, headers=headers, cookies=cookies, body=body)
    answer = desk.changed(request, usual)
    await _send(answer, receive, send)


async def _usual(app: App, scope: Message, body: bytes) -> Answer:
    """What the site says when no case plays."""
    status, headers, parts = 500, tuple[tuple[str, str], ...](), list[bytes]()
    unread = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return unread.pop() if unread else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = tuple((k.decode("latin-1").lower(), v.decode("latin-1")) for k, v in message["headers"])
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status=status, headers=headers, body=b"".join(parts)).without_header("content-length")


async def _send(answer: Answer, receive: Receive, send: Send) -> None:
    if answer.delay_s:
        await asyncio.sleep(answer.delay_s)
    if answer.reset:
        await _hang_up(send, abruptly=True)
        return
    if not answer.endless and not answer.header("content-length"):
        answer = answer.with_headers(content_length=str(len(answer.body)))
    headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if answer.drip:
        await _drip(answer, receive, send)
    elif answer.endless:
        await send({"type": "http.response.body", "body": answer.body, "more_body": True})
        await _left(receive, PATIENCE_S)
        await _hang_up(send)
    elif answer.cut_at is not None:
        await send({"type": "http.response.body", "body": answer.body[: answer.cut_at], "more_body": True})
        await _hang_up(send)
    else:
        await send({"type": "http.response.body", "body": answer.body})


async def _drip(answer: Answer, receive: Receive, send: Send) -> None:
    assert answer.drip
    size, pause_s = answer.drip
    for start in range(0, len(answer.body), size):
        await send({"type": "http.response.body", "body": answer.body[start : start + size], "more_body": True})
        if await _left(receive, pause_s):
            return
    await send({"type": "http.response.body"})


async def _left(receive: Receive, seconds: float) -> bool:
    """Has the reader hung up within so many real seconds?"""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
            return True
    return False


async def _hang_up(send: Send, *, abruptly: bool = False) -> None:
    """Close the connection in the middle. Raises ConnectionResetError under a server that has none (a test client)."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)  # uvicorn's, both of its HTTP protocols
    if transport is None:
        raise ConnectionResetError("the pretended site hung up")
    if abruptly:
        transport.abort()
    else:
        transport.close()
    await asyncio.sleep(0.02)  # until the server has noticed: it would complain of an answer without end


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return b"".join(parts)


def _host(scope: Message) -> str:
    named = next((value for key, value in scope["headers"] if key == b"host"), b"")
    return str(named.decode("latin-1").partition(":")[0]).lower()
