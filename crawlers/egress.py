"""A loopback proxy: the only way out for the browser, to allowed hosts on public addresses, or to the site's origin in their place."""

import asyncio
import base64
import contextlib
import hashlib
import ssl
import tempfile
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawlers.addresses import is_allowed, is_public

CAP_BYTES = 64 * 1024 * 1024
"""Bytes that one connection may bring in; then it is cut."""
HEAD_BYTES = 16 * 1024
TIMEOUT_S = 15
_READ = 64 * 1024


class Egress:
    """Answers `CONNECT host:443` and nothing else, in a thread of its own.

    Why a proxy: resolver rules of the browser neither see where a permitted name leads nor cap what comes in, and Playwright's
    routes let redirects and WebSockets pass. With an origin it ends the TLS itself, so that the page lives at the real address.
    """

    def __init__(self, hosts: Iterable[str], *, origin: str = "", cap_bytes: int = CAP_BYTES) -> None:
        """hosts: as in `is_allowed`. origin: `http://127.0.0.1:8931`, plain HTTP; empty = the hosts themselves."""
        self._hosts = tuple(hosts)
        self._origin = urlsplit(origin) if origin else None
        self._cap = cap_bytes
        self._tls: ssl.SSLContext | None
        self._tls, self.spki = _self_signed() if origin else (None, "")
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="egress", daemon=True)
        self._done: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self.port = 0
        self.refused: list[str] = []
        """`host:port: why` of each connection that was refused or cut, in order."""

    def __enter__(self) -> Self:
        """Listen on a free port of 127.0.0.1."""
        self._thread.start()
        if not self._ready.wait(TIMEOUT_S):
            raise RuntimeError("the egress proxy did not start")
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; open connections are cut."""
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join(TIMEOUT_S)

    async def _serve(self) -> None:
        self._done, self._loop = asyncio.Event(), asyncio.get_running_loop()
        server = await asyncio.start_server(self._handle, "127.0.0.1", 0, limit=HEAD_BYTES)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._done.wait()
        server.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = ""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                target = await _target(reader)
                upstream = await self._connect(target)
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                if self._tls is not None:
                    await writer.start_tls(self._tls)
            await self._join(reader, writer, *upstream)
        except _Refused as refused:
            self.refused.append(f"{target}: {refused}")
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            self.refused.append(f"{target}: {type(error).__name__}")
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _connect(self, target: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if not is_allowed(f"https://{target}", self._hosts):
            raise _Refused("not an allowed host")
        host, _, port = target.rpartition(":")
        if self._origin:
            return await asyncio.open_connection(self._origin.hostname, self._origin.port or 80)
        found = await asyncio.get_running_loop().getaddrinfo(host.strip("[]"), int(port), type=1)
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not all(is_public(address) for address in addresses):
            raise _Refused(f"resolves to {', '.join(addresses) or 'nothing'}, not to public addresses")
        # the checked address itself, or a second look-up could lead elsewhere
        return await asyncio.open_connection(addresses[0], int(port))

    async def _join(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        up_reader: asyncio.StreamReader,
        up_writer: asyncio.StreamWriter,
    ) -> None:
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(up_writer.close)
            ways = [
                asyncio.create_task(_pour(reader, up_writer, None)),
                asyncio.create_task(_pour(up_reader, writer, self._cap)),
            ]
            stack.callback(lambda: [way.cancel() for way in ways])
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in done:
                way.result()


class _Refused(Exception):
    """Why a connection is not made."""


async def _target(reader: asyncio.StreamReader) -> str:
    head = await reader.readuntil(b"\r\n\r\n")
    method, _, rest = head.decode("latin-1").partition(" ")
    target = rest.split(" ", 1)[0]
    if method != "CONNECT":
        raise _Refused(f"{method[:10]}: only https goes out")
    return target.lower()


async def _pour(source: asyncio.StreamReader, sink: asyncio.StreamWriter, cap: int | None) -> None:
    total = 0
    while data := await source.read(_READ):
        total += len(data)
        if cap is not None and total > cap:
            raise _Refused(f"more than {cap} bytes came in")
        sink.write(data)
        await sink.drain()


def _self_signed() -> tuple[ssl.SSLContext, str]:
    """A TLS context for any host, and the base64 SHA-256 of its public key, by which the one browser may know it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tingchao origin")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:  # ssl reads files only
        pem = Path(folder) / "origin.pem"
        pem.touch(mode=0o600)
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context.load_cert_chain(pem)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return context, base64.b64encode(hashlib.sha256(public).digest()).decode()
