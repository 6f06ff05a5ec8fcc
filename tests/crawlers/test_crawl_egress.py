"""The browser's way out: allowed hosts on public addresses, or the origin, and a cap on what comes in."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawlers.audit import Audit, Connection
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


def test_all_connections_of_a_crawl_share_one_cap(pond: Any) -> None:
    pond.answer("/page", b"x" * 40_000)
    with Egress((HOST,), origin=pond.origin, total_bytes=100_000) as egress:
        assert len(through(egress, "/page")) > 40_000
        through(egress, "/page")
        assert len(through(egress, "/page")) < 40_000
        way, answer = connect(egress, f"CONNECT {HOST}:443 HTTP/1.1")
        way.close()
    assert answer.startswith(b"HTTP/1.1 403")
    assert egress.refused == [f"{HOST}:443: this crawl has had its bytes"] * 2


def test_every_connection_is_written_down(pond: Any, tmp_path: Path) -> None:
    pond.answer("/page", b"hello")
    file = tmp_path / "egress.jsonl"
    with Egress((HOST,), origin=pond.origin, audit=file) as egress:
        through(egress, "/page")
        connect(egress, "CONNECT evil.example:443 HTTP/1.1")[0].close()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(x["transport"], x["host"], x["port"], x["address"], x["refused"]) for x in lines] == [
        ("browser", HOST, 443, "127.0.0.1", ""),
        ("browser", "evil.example", 443, "", "not an allowed host"),
    ]
    assert lines[0]["received"] > 5
    assert lines[0]["at"].endswith("+00:00")


def test_the_record_is_rotated_and_several_writers_share_it(tmp_path: Path) -> None:
    file = tmp_path / "egress.jsonl"
    writers = [Audit(file, rotate_bytes=2_000) for _ in range(3)]
    for number in range(300):
        writers[number % 3].write(Connection(transport="http", host=f"h{number}", port=443))
    kept = [file, *(file.with_name(f"{file.name}.{n}") for n in range(1, 6))]
    assert all(path.exists() for path in kept)
    assert len(list(tmp_path.iterdir())) == 6
    lines = [json.loads(line) for path in reversed(kept) for line in path.read_text().splitlines()]
    assert [x["host"] for x in lines] == [f"h{n}" for n in range(300 - len(lines), 300)]
    assert all(path.stat().st_size < 2_400 for path in kept)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Name → what each look-up answers, the last one again and again."""
    table: dict[str, list[list[str]]] = {}

    def answer(host: str, port: int) -> list[Any]:
        if host not in table:
            raise socket.gaierror(host)
        found = table[host].pop(0) if len(table[host]) > 1 else table[host][0]
        return [(socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in found]

    monkeypatch.setattr("crawlers.egress.look_up", answer)
    return table


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.215.14", "127.0.0.1"],
        ["2606:2800:21f::1", "fe80::1"],
        ["::ffff:10.0.0.1"],
        ["fd00::1"],
        ["64:ff9b::a00:1"],
        [],
    ],
)
def test_one_private_address_among_several_refuses_the_name(names: Any, addresses: list[str]) -> None:
    names[HOST] = [addresses]
    with Egress((HOST,)) as egress:
        way, answer = connect(egress, f"CONNECT {HOST}:443 HTTP/1.1")
        way.close()
    assert answer.startswith(b"HTTP/1.1 403")
    assert "not to public addresses" in egress.refused[0]


def test_the_connection_goes_to_the_address_that_was_checked(names: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    connected: list[str] = []

    async def refuse(host: str, port: int) -> None:
        connected.append(host)
        raise ConnectionRefusedError

    monkeypatch.setattr("crawlers.egress.asyncio.open_connection", refuse)
    names[HOST] = [["93.184.215.14", "2606:2800:21f::1"], ["127.0.0.1"]]
    with Egress((HOST,)) as egress:
        for _ in range(2):
            way, answer = connect(egress, f"CONNECT {HOST}:443 HTTP/1.1")
            assert answer.startswith(b"HTTP/1.1 403")
            way.close()
    assert connected == ["93.184.215.14", "2606:2800:21f::1"], (
        "each address that was checked, and none of a second look-up"
    )


@pytest.fixture
def company_proxy() -> Iterator[tuple[str, list[str]]]:
    """A proxy that notes what it is asked for, opens every tunnel but one, and echoes."""
    heads: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                way, _ = listener.accept()
            except OSError:
                return
            with way:
                heads.append(way.recv(4096).decode())
                if "denied.example" in heads[-1]:
                    way.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
                    continue
                way.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                way.sendall(b"echo:" + way.recv(100))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://crawler:p%40ss@127.0.0.1:{listener.getsockname()[1]}", heads
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def test_with_a_company_proxy_everything_goes_through_it(names: Any, company_proxy: Any, tmp_path: Path) -> None:
    proxy, heads = company_proxy
    names[HOST] = [["93.184.215.14"]]
    names["inside.example"] = [["10.0.0.9"]]
    hosts = (HOST, "inside.example", "only-the-proxy-knows.example", "denied.example")
    with Egress(hosts, upstream=proxy, audit=tmp_path / "a") as egress:
        for host in (HOST, "only-the-proxy-knows.example"):
            way, answer = connect(egress, f"CONNECT {host}:443 HTTP/1.1")
            assert answer.startswith(b"HTTP/1.1 200")
            way.sendall(b"hello")
            assert way.recv(100) == b"echo:hello"
            way.close()
        for host in ("inside.example", "denied.example", "evil.example"):
            way, answer = connect(egress, f"CONNECT {host}:443 HTTP/1.1")
            assert answer.startswith(b"HTTP/1.1 403")
            way.close()
    assert [head.split()[1] for head in heads] == [
        f"{HOST}:443",
        "only-the-proxy-knows.example:443",
        "denied.example:443",
    ]
    assert all("Proxy-Authorization: Basic Y3Jhd2xlcjpwQHNz" in head for head in heads)
    assert "p%40ss" not in (tmp_path / "a").read_text()
    assert [why.partition(": ")[2] for why in egress.refused] == [
        "resolves to 10.0.0.9, not to public addresses",
        "the company's proxy answered 407",
        "not an allowed host",
    ]
