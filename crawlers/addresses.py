"""Who may be asked: the hosts that a crawl names, on public addresses."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_UNICAST_V6 = ipaddress.ip_network("2000::/3")  # is_global calls NAT64 and site-local addresses global


def is_allowed(url: str, hosts: Iterable[str]) -> bool:
    """May this address be asked?

    Only http and https, without user name. hosts: `host` means its usual port, `host:port` that port, `*.host` any host below.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    # a backslash is a slash to browsers and not to Python: who is asked must not depend on the reader
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc or "\\" in url:
        return False
    usual = port in (None, _PORTS[parts.scheme])
    return any(
        allowed == f"{parts.hostname}:{port}" or (usual and _matches(parts.hostname, allowed)) for allowed in hosts
    )


def is_public(address: str) -> bool:
    """Is this IP address one of the open internet? Anything odd is not: ways of writing an IPv4 address in IPv6 included."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and (ip not in _UNICAST_V6 or ip.sixtofour or ip.teredo):
        return False
    return ip.is_global and not ip.is_multicast


def _matches(host: str, allowed: str) -> bool:
    return host.endswith(allowed[1:]) if allowed.startswith("*.") else host == allowed
