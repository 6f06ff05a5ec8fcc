"""The browser's way out: allowed hosts on public addresses, or the origin, and a cap on what comes in."""

import socket
import ssl
from typing import Any

import pytest

from crawlers.egress import Egress

HOST = "www.pond.example"


def connect(egress: Egress, request: str) -> tuple[socket.socket, bytes]:
    """The proxy's first line for a request, and the connection."""
    way = socket.create_connection(("127.0.0.1", egress.port), timeout=10)
    way.sendall(f"{request}\r\n\r\n".encode())
    return way, way.recv(1024)


@pytest.mark.parametrize(
    "request_line",
    [
        "CONNECT evil.example:443 HTTP/1.1",
        f"CONNECT {HOST}:80 HTTP/1.1",
        f"CONNECT {HOST}.evil.example:443 HTTP/1.1",
        f"CONNECT {HOST}@evil.example:443 HTTP/1.1",
        "CONNECT 127.0.0.1:443 HTTP/1.1",
        "CONNECT [::1]:443 HTTP/1.1",
        "CONNECT 169.254.169.254:443 HTTP/1.1",
        "CONNECT 2130706433:443 HTTP/1.1",
        f"GET http://{HOST}/ HTTP/1.1",
        "GET http://127.0.0.1/ HTTP/1.1",
        "nonsense",
    ],
)
def test_anybody_else_is_refused_and_written_down(pond: Any, request_line: str) -> None:
    with Egress((HOST,), origin=pond.origin) as egress:
        way, answer = connect(egress, request_line)
        way.close()
    assert answer.startswith(b"HTTP/1.1 403")
    assert len(egress.refused) == 1
    assert pond.asked == []


def test_an_allowed_name_that_leads_inside_is_refused() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.3)
    port = listener.getsockname()[1]
    with Egress((f"localhost:{port}", f"127.0.0.1:{port}")) as egress:
        for name in ("localhost", "127.0.0.1"):
            way, answer = connect(egress, f"CONNECT {name}:{port} HTTP/1.1")
            assert answer.startswith(b"HTTP/1.1 403")
            way.close()
    assert all("not to public addresses" in why for why in egress.refused)
    with pytest.raises(TimeoutError):
        listener.accept()
    listener.close()


def through(egress: Egress, path: str) -> bytes:
    """An https GET through the proxy; any certificate."""
    way, answer = connect(egress, f"CONNECT {HOST}:443 HTTP/1.1")
    assert answer.startswith(b"HTTP/1.1 200")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(way, server_hostname=HOST) as tls:
        tls.sendall(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        received = b""
        try:
            while data := tls.recv(65536):
                received += data
        except (ssl.SSLEOFError, ConnectionResetError):
            pass
    return received


def test_the_origin_answers_in_place_of_the_site_under_tls(pond: Any) -> None:
    pond.answer("/page", b"hello")
    with Egress((HOST,), origin=pond.origin) as egress:
        assert through(egress, "/page").endswith(b"hello")
    assert pond.asked[0].host == HOST
    assert egress.refused == []


def test_a_flood_is_cut_at_the_cap(pond: Any) -> None:
    pond.answer("/flood", b"x" * 3_000_000)
    with Egress((HOST,), origin=pond.origin, cap_bytes=1_000_000) as egress:
        assert len(through(egress, "/flood")) <= 1_000_000
    assert egress.refused == [f"{HOST}:443: more than 1000000 bytes came in"]
