"""Posting JSON to a channel's address without ever naming the address in an error or a log."""

import ipaddress
import logging
from typing import Any, Final

import httpx

from domain.errors import DeliveryFailed

TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
ANSWER_BYTES: Final = 65_536
RETRYABLE: Final = (408, 425, 429)

for _name in ("httpx", "httpcore"):  # at INFO and below they log the address, which is the secret
    logging.getLogger(_name).setLevel(logging.WARNING)


def post(url: str, body: bytes, *, headers: dict[str, str], params: dict[str, str] | None = None) -> bytes:
    """The answer's body, at most 64 KiB of it. Raises DeliveryFailed for anything but 2xx; redirects are refused."""
    try:
        with (
            httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=not loopback(url)) as client,
            client.stream("POST", url, content=body, headers=headers, params=params) as answer,
        ):
            raise_for_status(answer.status_code, retry_after(answer.headers.get("retry-after")))
            taken = b""
            for chunk in answer.iter_bytes():
                taken += chunk
                if len(taken) >= ANSWER_BYTES:
                    break
            return taken[:ANSWER_BYTES]
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, UnicodeError):
        raise DeliveryFailed("the channel's address is not a web address", permanent=True) from None
    except httpx.HTTPError as error:  # its text may hold the address, its class does not
        raise DeliveryFailed(f"no answer from the channel ({type(error).__name__})", permanent=False) from None


def raise_for_status(status: int, wait_s: float | None) -> None:
    """Nothing for 2xx, else DeliveryFailed: permanent where the channel says that the request itself is wrong."""
    if 200 <= status < 300:
        return
    permanent = 300 <= status < 500 and status not in RETRYABLE
    raise DeliveryFailed(f"the channel answered HTTP {status}", permanent=permanent, retry_after_s=wait_s)


def retry_after(header: str | None) -> float | None:
    """Seconds of a Retry-After header, at most an hour; None where it says none or a date."""
    try:
        return min(max(float(header or ""), 0.0), 3600.0)
    except ValueError:
        return None


def loopback(url: str) -> bool:
    """Does the address lead to this machine? Then no proxy of the environment is asked."""
    try:
        host = httpx.URL(url).host
    except (httpx.InvalidURL, TypeError):
        return False
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


Body = dict[str, Any]  # JSON of a channel's own shape
