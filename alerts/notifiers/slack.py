"""Slack: `chat.postMessage` with Block Kit, over slack_sdk."""

import http.client
import json
import logging
from typing import Any, Final
from urllib.error import URLError

import attrs
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from alerts.notifiers.posting import loopback, retry_after
from alerts.notifiers.wording import cut, harmless
from domain.alerts import Notice
from domain.errors import DeliveryFailed

API: Final = "https://slack.com/api/"
HEADER: Final = 150
SECTION: Final = 3000
FALLBACK: Final = 3000
LINK: Final = 3000
TIMEOUT_S: Final = 10
PASSING: Final = {
    "ratelimited",
    "rate_limited",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
}
"""Slack's error codes after which the same message may succeed; any other needs a person."""

logging.getLogger("slack_sdk").setLevel(logging.WARNING)  # at DEBUG it logs whole messages


@attrs.frozen(kw_only=True)
class Slack:
    """One Slack conversation. Blocks may hold 50 × 3,000 characters; a notice takes one section."""

    name: str
    token: str = attrs.field(repr=False)
    """Bot token with chat:write."""
    channel: str
    """Id or #name of the conversation."""
    base_url: str = attrs.field(default=API, repr=False)
    kind: str = "slack"

    def send(self, notice: Notice) -> None:
        """See Notifier."""
        base = self.base_url if self.base_url.endswith("/") else self.base_url + "/"
        # retry_handlers=[]: the outbox alone decides when to try again
        client = WebClient(token=self.token, base_url=base, timeout=TIMEOUT_S, retry_handlers=[])
        if loopback(base):
            client.proxy = None
        try:
            answer = client.chat_postMessage(**self.payload(notice))  # type: ignore[arg-type]  # keywords by Slack's names
        except SlackApiError as error:
            raise _failure(error) from None
        except (SlackClientError, URLError, http.client.HTTPException, OSError, ValueError) as error:
            raise DeliveryFailed(f"no answer from Slack ({type(error).__name__})", permanent=False) from None
        if not answer.get("ok"):
            raise DeliveryFailed("Slack answered without ok", permanent=False)

    def payload(self, notice: Notice) -> dict[str, object]:
        """See Notifier: header, one section, a button, and the key as metadata."""
        title = harmless(notice.title)
        blocks: list[dict[str, Any]] = [
            {"type": "header", "text": {"type": "plain_text", "text": cut(title, HEADER), "emoji": False}}
        ]
        body = _within("\n".join(_escaped(harmless(line)) for line in notice.lines), SECTION)
        if body.strip():
            blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": body, "verbatim": True}})
        if notice.link.startswith(("http://", "https://")) and len(notice.link) <= LINK:
            button = {"type": "button", "text": {"type": "plain_text", "text": "查看详情"}, "url": notice.link}
            blocks.append({"type": "actions", "elements": [button]})
        return {
            "channel": self.channel,
            "text": _within(_escaped(title), FALLBACK),
            "blocks": blocks,
            "unfurl_links": False,
            "unfurl_media": False,
            "metadata": {"event_type": "tingchao_notice", "event_payload": {"key": notice.key}},
        }


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _within(text: str, limit: int) -> str:
    """At most `limit` characters, never ending inside an &amp; entity."""
    short = cut(text, limit)
    if short == text:
        return text
    ampersand = short.rfind("&", max(0, len(short) - 6))
    return short[:ampersand] + "…" if ampersand >= 0 and ";" not in short[ampersand:] else short


def _failure(error: SlackApiError) -> DeliveryFailed:
    """What Slack's refusal means for the outbox."""
    answer = error.response
    status = getattr(answer, "status_code", None)
    headers = {str(k).lower(): str(v) for k, v in (getattr(answer, "headers", None) or {}).items()}
    wait = retry_after(headers.get("retry-after"))
    code = _code(answer)
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return DeliveryFailed("Slack asks to wait (ratelimited)", permanent=False, retry_after_s=wait or 1.0)
    if status is not None and status >= 500:
        return DeliveryFailed(f"Slack answered HTTP {status}", permanent=False, retry_after_s=wait)
    if not code:
        return DeliveryFailed("Slack's answer can't be read", permanent=False)
    return DeliveryFailed(f"Slack refused: {code}", permanent=code not in PASSING, retry_after_s=wait)


def _code(answer: Any) -> str:  # slack_sdk types the response as a dict or a SlackResponse
    data = getattr(answer, "data", answer)
    if isinstance(data, bytes | str):
        try:
            data = json.loads(data)
        except ValueError:
            return ""
    code = data.get("error", "") if isinstance(data, dict) else ""
    return code if isinstance(code, str) and code.replace("_", "").isalnum() and len(code) < 60 else ""
