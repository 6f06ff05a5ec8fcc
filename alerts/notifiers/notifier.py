"""The seam to a channel."""

from typing import Protocol

from domain.alerts import Notice


class Notifier(Protocol):
    """Sends to one channel. HTTP 200 with an error code in the body is a failure."""

    @property
    def name(self) -> str:
        """Name of the channel in the settings."""
        ...

    @property
    def kind(self) -> str:
        """slack, wecom, webhook …"""
        ...

    def send(self, notice: Notice) -> None:
        """Deliver, or raise DeliveryFailed(permanent=…, retry_after_s=…). The address never reaches a log or a message."""
        ...

    def payload(self, notice: Notice) -> dict[str, object]:
        """The body that `send` posts, within the channel's limits: for previews and tests."""
        ...
