"""企业微信 group robot: markdown of at most 4,096 bytes; a non-zero errcode is a failure although HTTP says 200."""

import json
from typing import Final

import attrs

from alerts.notifiers.posting import post
from alerts.notifiers.wording import cut_bytes, harmless
from domain.alerts import Notice, NoticeReason
from domain.errors import DeliveryFailed

CONTENT_BYTES: Final = 4096
TITLE_BYTES: Final = 480
LINK_BYTES: Final = 1500
TOO_FAST: Final = 45009
PASSING: Final = {-1: 5.0, TOO_FAST: 60.0, 45033: 10.0, 50001: None}
"""Codes after which the same message may succeed, with the seconds to wait; any other needs a person."""
COLOURS: Final = {NoticeReason.RESOLVED: "info", NoticeReason.TEST: "comment"}


@attrs.frozen(kw_only=True)
class Wecom:
    """One group robot; its whole address is the secret."""

    name: str
    url: str = attrs.field(repr=False)
    kind: str = "wecom"

    def send(self, notice: Notice) -> None:
        """See Notifier."""
        body = json.dumps(self.payload(notice), ensure_ascii=False).encode()
        answer = post(self.url, body, headers={"Content-Type": "application/json; charset=utf-8"})
        try:
            read = json.loads(answer)
            code = read["errcode"]
        except (ValueError, KeyError, TypeError):
            raise DeliveryFailed("企业微信 answered something else than errcode", permanent=False) from None
        if code == 0:
            return
        if not isinstance(code, int):
            raise DeliveryFailed("企业微信 answered an errcode that is no number", permanent=False)
        # errmsg is left out: the service quotes parts of the request in it
        raise DeliveryFailed(
            f"企业微信 refused: errcode {code}", permanent=code not in PASSING, retry_after_s=PASSING.get(code)
        )

    def payload(self, notice: Notice) -> dict[str, object]:
        """See Notifier: title, body and link; the body gives way first, the title and the link stay whole."""
        colour = COLOURS.get(notice.reason, "warning")
        title = f'**<font color="{colour}">{cut_bytes(harmless(notice.title), TITLE_BYTES)}</font>**'
        linked = notice.link.startswith(("http://", "https://")) and not set(notice.link) & set("()[]<> \n")
        linked = linked and len(notice.link.encode()) <= LINK_BYTES
        tail = (f"\n[查看详情]({notice.link})" if linked else "") + f"\n编号 {notice.key[:8]}"
        room = CONTENT_BYTES - len((title + tail).encode())
        return {"msgtype": "markdown", "markdown": {"content": title + _quoted(notice.lines, room) + tail}}


def _quoted(lines: tuple[str, ...], room: int) -> str:
    """The lines as a quote, as many as fit; the last one may be cut."""
    text = ""
    for line in lines:
        more = f"\n> {harmless(line)}"
        left = room - len(text.encode())
        if len(more.encode()) > left:
            return text + (cut_bytes(more, left) if left >= 24 else "")
        text += more
    return text
