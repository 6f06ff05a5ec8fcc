"""What keeps strangers out of a console without login: host names, headers and form tokens."""

import hmac
import secrets
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "tingchao_form"
TOKEN_HOURS = 24
UPLOAD_BYTES = 512 * 1024 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # with no-referrer a plain form says "Origin: null", which the guard refuses
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Doorkeeper:
    """Refuses foreign host names (DNS rebinding) and over-long bodies, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str] = LOOPBACK) -> None:
        """hosts: names under which the console may be called, without port."""
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        refused = self._refusal(Headers(scope=scope))
        await (refused or self.app)(scope, receive, send_with_headers)

    def _refusal(self, headers: Headers) -> Response | None:
        if host_name(headers.get("host", "")) not in self.hosts:
            return PlainTextResponse("听潮只在本机地址上应答：请用 http://127.0.0.1 或 http://localhost 打开\n", 421)
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > UPLOAD_BYTES:
            return PlainTextResponse(f"上传的内容过大：上限 {UPLOAD_BYTES // 1024**2} MB\n", 413)
        return None


def host_name(host: str) -> str:
    """The name in a Host header, lower case, without port and brackets; empty for one that can't be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


class Guard:
    """Lets a form through only if it was drawn by this console for this browser."""

    def __init__(self, key: bytes) -> None:
        """key: the installation's own secret."""
        self._signer = URLSafeTimedSerializer(key, salt="tingchao-form")
        self._sentences = URLSafeTimedSerializer(key, salt="tingchao-said")

    def browser(self, request: Request) -> str:
        """The id that this browser carries, or a new one to be given to it."""
        return request.cookies.get(COOKIE) or secrets.token_urlsafe(24)

    def token(self, browser: str) -> str:
        """What a form must carry when it comes back from this browser."""
        return self._signer.dumps(browser)

    def seal(self, sentence: str) -> str:
        """A sentence that may travel through an address: nobody else can make the console say something."""
        return self._sentences.dumps(sentence)

    def unseal(self, sealed: str) -> str:
        """The sentence of `seal`, for a minute; empty for anything else."""
        try:
            return str(self._sentences.loads(sealed, max_age=60))
        except BadSignature:
            return ""

    def give_cookie(self, response: Response, browser: str) -> None:
        """Let the browser remember its id: strict, so that no other site's page sends it along."""
        response.set_cookie(COOKIE, browser, httponly=True, samesite="strict", path="/")

    async def __call__(self, request: Request) -> AsyncIterator[FormData]:
        """The fields of a form that may change something, its files closed after use. Raises HTTP 403 for a foreign form."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise HTTPException(403, "这个请求来自别的网站，已拒绝")
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            raise HTTPException(403, "这个请求来自别的网站，已拒绝")
        async with request.form() as form:
            if not self._is_ours(str(form.get("token", "")), request.cookies.get(COOKIE, "")):
                raise HTTPException(403, "页面已过期：请刷新后再试一次")
            yield form

    def _is_ours(self, token: str, browser: str) -> bool:
        try:
            signed = self._signer.loads(token, max_age=TOKEN_HOURS * 3600)
        except BadSignature:
            return False
        return bool(browser) and hmac.compare_digest(str(signed), browser)


def installation_key(folder: Path, *, fresh: Callable[[], bytes] = lambda: secrets.token_bytes(32)) -> bytes:
    """The secret that signs forms, kept in the data folder so that a restart leaves open pages valid."""
    path = folder / "console.key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(fresh())
    return path.read_bytes()
