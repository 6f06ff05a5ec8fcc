"""Who may be asked: the hosts that a crawl names, on public addresses."""

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_UNICAST_V6 = ipaddress.ip_network("2000::/3")  # is_global calls NAT64 and site-local addresses global
# documentation, ORCHID and benchmarking ranges inside it: nobody's site lives there
_ODD_V6 = tuple(ipaddress.ip_network(net) for net in ("2001::/23", "2001:db8::/32", "3fff::/20"))


def is_allowed(url: str, hosts: Iterable[str]) -> bool:
    """May this address be asked?

    Only http and https, without user name. hosts: `host` means its usual port, `host:port` that port, `*.host` any host below.
    """
    # a backslash is a slash to browsers and not to Python, and line breaks vanish in some readers: who is asked must
    # not depend on the reader
    if "\\" in url or any(character < " " or character == "\x7f" for character in url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        return False
    usual = port in (None, _PORTS[parts.scheme])
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return any(allowed == f"{host}:{port}" or (usual and _matches(host, allowed)) for allowed in hosts)


def may_follow(url: str, *, from_url: str, hosts: Iterable[str], private_hosts: Iterable[str]) -> bool:
    """May a page at `from_url` lead here? A private host is reached from itself only: no public page points into the network."""
    if is_allowed(url, private_hosts):
        return urlsplit(url).netloc.lower() == urlsplit(from_url).netloc.lower()
    return is_allowed(url, hosts)


def is_public(address: str) -> bool:
    """Is this IP address one of the open internet? Anything odd is not: ways of writing an IPv4 address in IPv6 included."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and (
        ip not in _UNICAST_V6 or ip.sixtofour or ip.teredo or any(ip in net for net in _ODD_V6)
    ):
        return False
    return ip.is_global and not ip.is_multicast


def why_not_public(addresses: Sequence[str]) -> str:
    """Why a name that leads to these addresses is refused; empty where all of them are public."""
    if addresses and all(is_public(address) for address in addresses):
        return ""
    return f"resolves to {', '.join(addresses) or 'nothing'}, not to public addresses"


def look_up(
    host: Any, port: Any, family: int = 0, type: int = socket.SOCK_STREAM, proto: int = 0, flags: int = 0
) -> Any:
    """All addresses of a name: `socket.getaddrinfo` itself, asked for each time, typed as loosely as it is."""
    return socket.getaddrinfo(host, port, family, type, proto, flags)


def _matches(host: str, allowed: str) -> bool:
    return host.endswith(allowed[1:]) if allowed.startswith("*.") else host == allowed
