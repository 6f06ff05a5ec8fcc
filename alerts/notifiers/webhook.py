"""A generic webhook: the notice as JSON, signed with HMAC-SHA256 so that the receiver knows who speaks and when.

Signature: `X-Tingchao-Signature: sha256=HEX` over `timestamp + "." + body`, the timestamp being `X-Tingchao-Timestamp` (Unix seconds).
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Final

import attrs

from alerts.notifiers.posting import post
from alerts.notifiers.wording import cut
from domain.alerts import Notice
from domain.times import iso_shanghai

LINE: Final = 4000
LINES: Final = 50


@attrs.frozen(kw_only=True)
class Webhook:
    """One address of the user's own."""

    name: str
    url: str = attrs.field(repr=False)
    secret: str = attrs.field(default="", repr=False)
    """Key of the signature; empty = unsigned."""
    kind: str = "webhook"
    unix_time: Callable[[], float] = attrs.field(default=time.time, repr=False, eq=False)

    def send(self, notice: Notice) -> None:
        """See Notifier. The key is repeated as `Idempotency-Key`."""
        body = json.dumps(self.payload(notice), ensure_ascii=False).encode("utf-8", "replace")
        post(self.url, body, headers=self.headers(notice, body))

    def headers(self, notice: Notice, body: bytes) -> dict[str, str]:
        """What goes with the body: type, key, timestamp and, with a secret, the signature."""
        stamp = str(int(self.unix_time()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": notice.key,
            "X-Tingchao-Timestamp": stamp,
        }
        if self.secret:
            headers["X-Tingchao-Signature"] = "sha256=" + signature(body, timestamp=stamp, secret=self.secret)
        return headers

    def payload(self, notice: Notice) -> dict[str, object]:
        """See Notifier: every field of the notice, the text as crawled."""
        return {
            "key": notice.key,
            "alert_id": notice.alert_id,
            "channel": notice.channel,
            "reason": notice.reason.value,
            "title": cut(notice.title, LINE),
            "lines": [cut(line, LINE) for line in notice.lines[:LINES]],
            "link": notice.link,
            "created_at": iso_shanghai(notice.created_at),
        }


def signature(body: bytes, *, timestamp: str, secret: str) -> str:
    """Hex HMAC-SHA256 of `timestamp.body`: what a receiver computes to check a message."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
