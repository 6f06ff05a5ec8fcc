"""Where the product's messages arrive: answers as Slack, 企业微信 and a webhook do, and keeps what it was sent."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

WECOM_BYTES = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}
"""The real limits of a 企业微信 message, in UTF-8 bytes."""
KINDS = ("slack", "wecom", "webhook")


@attrs.frozen(kw_only=True)
class Message:
    """One request that a channel received."""

    kind: str
    """slack, wecom or webhook."""
    channel: str
    """Slack's channel, the webhook's path; never a key."""
    title: str
    """First line of the text."""
    text: str
    """As a phone shows it, without layout."""
    payload: dict[str, Any]
    world_time: str
    """Arrival, ISO 8601, in world time."""
    real_time: str
    outcome: str = "delivered"
    """delivered, or why it was refused."""


class Sink:
    """Keeps messages in memory and in a file of JSON lines; can be told to refuse the next ones."""

    def __init__(self, *, now: Callable[[], datetime], file: Path) -> None:
        self._now = now
        self._file = file
        self._failures: dict[str, list[str]] = {kind: [] for kind in KINDS}
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self.messages: list[Message] = [Message(**json.loads(line)) for line in lines if line.endswith("}")]

    def fail(self, kind: str, how: str, times: int = 1) -> None:
        """Refuse the next messages of this kind. `how`: 429, 500, or 45009 (企业微信's "too often").

        Raises ValueError for another kind or way.
        """
        if kind not in KINDS or how not in ("429", "500", "45009"):
            raise ValueError(f"can't fail {kind!r} by {how!r}")
        self._failures[kind] += [how] * times

    def received(self, kind: str, channel: str, text: str, payload: dict[str, Any]) -> str:
        """Note a message down. Returns its outcome: delivered, 429, 500 or 45009."""
        outcome = self._failures[kind].pop(0) if self._failures[kind] else "delivered"
        message = Message(
            kind=kind,
            channel=channel,
            title=text.strip().split("\n", 1)[0][:80],
            text=text,
            payload=payload,
            world_time=self._now().isoformat(),
            real_time=datetime.now(UTC).isoformat(),
            outcome=outcome,
        )
        self.messages.append(message)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(attrs.asdict(message), ensure_ascii=False) + "\n")
        return outcome


def routes(sink: Sink) -> list[Route]:
    """The addresses at which messages arrive, and those at which they are read and refused."""

    async def slack(request: Request) -> Response:
        body = await _body(request)
        if not (request.headers.get("authorization", "").startswith("Bearer ") or body.pop("token", "")):
            return JSONResponse({"ok": False, "error": "not_authed"})
        if not body.get("channel"):
            return JSONResponse({"ok": False, "error": "channel_not_found"})
        outcome = sink.received("slack", str(body["channel"]), slack_text(body), body)
        if outcome != "delivered":
            return _refusal(outcome, {"ok": False, "error": "ratelimited"})
        stamp = f"{datetime.now(UTC).timestamp():.6f}"
        return JSONResponse(
            {"ok": True, "channel": body["channel"], "ts": stamp, "message": {"text": body.get("text", "")}}
        )

    async def wecom(request: Request) -> Response:
        body = await _body(request)
        kind = str(body.get("msgtype", ""))
        if not request.query_params.get("key"):
            return JSONResponse({"errcode": 93000, "errmsg": "invalid webhook url"})
        if not isinstance(body.get(kind), dict):
            return JSONResponse({"errcode": 40008, "errmsg": "invalid message type"})
        text = str(body[kind].get("content", ""))
        if len(text.encode()) > WECOM_BYTES.get(kind, 4096):
            return JSONResponse({"errcode": 40058, "errmsg": f"{kind}.content exceed max length"})
        outcome = sink.received("wecom", "企业微信群机器人", text, body)
        if outcome == "45009":
            return JSONResponse({"errcode": 45009, "errmsg": "api freq out of limit"})
        return _refusal(outcome, {}) if outcome != "delivered" else JSONResponse({"errcode": 0, "errmsg": "ok"})

    async def webhook(request: Request) -> Response:
        body = await _body(request)
        text = str(body.get("text") or body.get("message") or body.get("title") or "")
        outcome = sink.received("webhook", request.url.path, text, body)
        return _refusal(outcome, {"error": outcome}) if outcome != "delivered" else JSONResponse({"ok": True})

    async def messages(request: Request) -> Response:
        since = int(request.query_params.get("since", "0"))
        return JSONResponse([attrs.asdict(m) for m in sink.messages[since:]])

    async def fail(request: Request) -> Response:
        asked = request.query_params
        try:
            sink.fail(request.path_params["kind"], asked.get("how", "429"), int(asked.get("times", "1")))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"ok": True})

    async def slack_test(request: Request) -> Response:
        return JSONResponse({"ok": True, "team": "demo", "user": "tingchao"})

    return [
        Route("/api/chat.postMessage", slack, methods=["POST"]),
        Route("/api/auth.test", slack_test, methods=["GET", "POST"]),
        Route("/cgi-bin/webhook/send", wecom, methods=["POST"]),
        Route("/webhook", webhook, methods=["POST"]),
        Route("/webhook/{name:path}", webhook, methods=["POST"]),
        Route("/__sink/messages", messages),
        Route("/__sink/fail/{kind}", fail, methods=["POST"]),
    ]


def slack_text(body: dict[str, Any]) -> str:
    """What a person reads: the texts of the blocks from top to bottom, or the plain text."""
    lines: list[str] = []
    for block in body.get("blocks") or []:
        parts = [block.get("text"), *(block.get("fields") or []), *(block.get("elements") or [])]
        for part in parts:
            words = part.get("text") if isinstance(part, dict) else None
            words = words.get("text") if isinstance(words, dict) else words
            lines += [words] if isinstance(words, str) else []
    return "\n".join(lines) or str(body.get("text", ""))


def _refusal(outcome: str, body: dict[str, Any]) -> Response:
    if outcome == "429":
        return JSONResponse(body, 429, headers={"Retry-After": "1"})
    return JSONResponse(body, 500)


async def _body(request: Request) -> dict[str, Any]:
    """JSON, or a form whose fields may hold JSON (as Slack's clients send blocks)."""
    raw = await request.body()
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = await request.form()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        return {name: json.loads(value) if value[:1] in "[{" and value else value for name, value in fields.items()}
    try:
        body = json.loads(raw)
    except ValueError:
        return {"text": raw.decode("utf-8", "replace")}
    return body if isinstance(body, dict) else {"text": body}
