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

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawlers.addresses import is_allowed, look_up, why_not_public
from crawlers.audit import Audit, Connection
from crawlers.origin import proxy_authorization

CAP_BYTES = 64 * 1024 * 1024
"""Bytes that one connection may bring in; then it is cut."""
TOTAL_BYTES = 2 * 1024 * 1024 * 1024
"""Bytes that one crawl's browser may bring in by all its connections; then nothing goes out any more."""
HEAD_BYTES = 16 * 1024
REFUSALS = 1_000
"""Refusals that are remembered; the audit file has them all."""
TIMEOUT_S = 15
_READ = 64 * 1024


class Egress:
    """Answers `CONNECT host:443` and nothing else, in a thread of its own.

    Why a proxy: resolver rules of the browser neither see where a permitted name leads nor cap what comes in, and Playwright's
    routes let redirects and WebSockets pass. With an origin it ends the TLS itself, so that the page lives at the real address.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        *,
        origin: str = "",
        cap_bytes: int = CAP_BYTES,
        total_bytes: int = TOTAL_BYTES,
        upstream: str = "",
        audit: Path | None = None,
    ) -> None:
        """hosts: as in `is_allowed`. origin: `http://127.0.0.1:8931`, plain HTTP; empty = the hosts themselves.

        upstream: the company's one fixed proxy, `http://[user:password@]host:port`, unused with an origin. audit: file of
        JSON Lines with one line a connection; None = none.
        """
        self._hosts = tuple(hosts)
        self._origin = urlsplit(origin) if origin else None
        self._upstream = upstream
        self._cap, self._left = cap_bytes, total_bytes
        self._audit = Audit(audit)
        self._tls: ssl.SSLContext | None
        self._tls, self.spki = _self_signed() if origin else (None, "")
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="egress", daemon=True)
        self._done: asyncio.Event
        self._loop: asyncio.AbstractEventLoop
        self.port = 0
        self.refused: list[str] = []
        """`host:port: why` of the first connections that were refused or cut, in order."""

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
        way, why = _Way(), ""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                way.target = await _target(reader)
                upstream = await self._connect(way)
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                way.opened = True
                if self._tls is not None:
                    await writer.start_tls(self._tls)
            await self._join(way, reader, writer, *upstream)
        except _Refused as refused:
            why = str(refused)
            if not way.opened:
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            why = type(error).__name__
        finally:
            self._tell(way, why)
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    def _tell(self, way: "_Way", why: str) -> None:
        if why and len(self.refused) < REFUSALS:
            self.refused.append(f"{way.target}: {why}")
        host, _, port = way.target.rpartition(":")
        self._audit.write(
            Connection(
                transport="browser",
                host=host,
                port=int(port) if port.isdigit() else 0,
                address=way.address,
                received=way.received,
                refused=why,
            )
        )

    async def _connect(self, way: "_Way") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if not is_allowed(f"https://{way.target}", self._hosts):
            raise _Refused("not an allowed host")
        if self._left <= 0:
            raise _Refused("this crawl has had its bytes")
        if self._origin:
            way.address = self._origin.hostname or ""
            return await asyncio.open_connection(self._origin.hostname, self._origin.port or 80)
        addresses = await self._addresses(way.target)
        if self._upstream:
            return await _through(self._upstream, way.target)
        for address in addresses:
            # the checked address itself, or a second look-up could lead elsewhere
            with contextlib.suppress(OSError):
                way.address = address
                return await asyncio.open_connection(address, int(way.target.rpartition(":")[2]))
        raise _Refused("connection failed")

    async def _addresses(self, target: str) -> list[str]:
        host, _, port = target.rpartition(":")
        try:
            found = await asyncio.get_running_loop().run_in_executor(None, look_up, host.strip("[]"), int(port))
        except OSError:
            if self._upstream:
                return []  # a name that only the company's proxy can resolve is its business
            raise _Refused("does not resolve") from None
        addresses = [str(entry[4][0]) for entry in found]
        if why := why_not_public(addresses):
            raise _Refused(why)
        return addresses

    async def _join(
        self,
        way: "_Way",
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        up_reader: asyncio.StreamReader,
        up_writer: asyncio.StreamWriter,
    ) -> None:
        async with contextlib.AsyncExitStack() as stack:
            stack.callback(up_writer.close)
            tasks = [
                asyncio.create_task(self._pour_out(reader, up_writer)),
                asyncio.create_task(self._pour_in(way, up_reader, writer)),
            ]
            stack.callback(lambda: [task.cancel() for task in tasks])
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()

    async def _pour_out(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(_READ):
            sink.write(data)
            await sink.drain()

    async def _pour_in(self, way: "_Way", source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(_READ):
            way.received += len(data)
            self._left -= len(data)
            if way.received > self._cap:
                raise _Refused(f"more than {self._cap} bytes came in")
            if self._left < 0:
                raise _Refused("this crawl has had its bytes")
            sink.write(data)
            await sink.drain()


@attrs.define
class _Way:
    """One connection as far as it is known."""

    target: str = ""
    address: str = ""
    received: int = 0
    opened: bool = False
    """The browser was told that it may speak."""


class _Refused(Exception):
    """Why a connection is not made."""


async def _target(reader: asyncio.StreamReader) -> str:
    head = await reader.readuntil(b"\r\n\r\n")
    method, _, rest = head.decode("latin-1").partition(" ")
    target = rest.split(" ", 1)[0]
    if method != "CONNECT":
        raise _Refused(f"{method[:10]}: only https goes out")
    return target.lower()


async def _through(proxy: str, target: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A tunnel through the company's proxy."""
    parts = urlsplit(proxy)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    who = proxy_authorization(proxy)
    writer.write(
        f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{f'Proxy-Authorization: {who}' if who else 'Accept: */*'}\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    if status != [b"200"]:
        writer.close()
        raise _Refused(f"the company's proxy answered {b''.join(status).decode('latin-1')[:3]}")
    return reader, writer


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
