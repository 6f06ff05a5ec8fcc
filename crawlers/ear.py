"""Hears what one page and the frames in it load, as bytes, and stops at the first answer that tells us to stop."""

import asyncio
import base64
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from crawlers.addresses import is_allowed
from crawlers.archive import without_secrets
from crawlers.sites.adapter import ParsedPage, RawPage, SiteAdapter
from crawlers.targets import Target, TargetGone
from domain.times import Clock

MAX_HEARD_BYTES = 48 * 1024 * 1024
"""Of one page's answers together: more is no reader's page."""
_REDIRECTS = (301, 302, 303, 307, 308)


class Ear:
    """Takes the bytes at the network (CDP Fetch): Playwright's `response.body()` gives decoded text re-encoded."""

    def __init__(
        self, *, adapter: SiteAdapter, hosts: tuple[str, ...], clock: Clock, known: Callable[[ParsedPage], bool]
    ) -> None:
        """hosts: those of the site, as in `is_allowed`. known: does an answer hold nothing that the ledger does not have?"""
        self._adapter, self._hosts, self._clock, self._known = adapter, hosts, clock, known
        self._target: Target | None = None
        self._frame = ""
        self._address = ""
        self._bytes = 0
        self._something = asyncio.Event()
        self.heard: list[RawPage] = []
        self.shell: RawPage | None = None
        """The document itself, of its redirects the last."""
        self.stop = ""
        """Why nothing more may be done on this page; empty = go on."""
        self.nothing_new = False
        """The last answer with documents had none that we do not know."""

    async def attach(self, page: Any) -> None:  # Any: Playwright's page, an extra
        """Begin to hear a blank page; a retry starts over."""
        self.heard, self.shell, self.stop, self._bytes, self.nothing_new = [], None, "", 0, False
        cdp = await page.context.new_cdp_session(page)
        self._frame = (await cdp.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
        self._target = Target(cdp, event=self._paused, ready=self._listen_to)
        await self._target.open()

    def look(self, address: str) -> None:
        """Has the page led us away from the site?"""
        if self.stop or not address.startswith("http") or is_allowed(address, self._hosts):
            return
        # a script that leads to a log-in or captcha page is to be judged like a redirect there
        at = self.shell.url if self.shell else self._address or address
        away = RawPage(url=at, body=b"", status=302, headers=(("location", address),), seen_at=self._clock.now())
        self.shell, self.stop = away, f"the page led to {urlsplit(address).hostname}"

    async def rest(self, patience_s: float) -> None:
        """Wait until what is arriving has been read, for so long at most."""
        if self._target and self._target.tasks:
            await asyncio.wait(self._target.tasks, timeout=patience_s)

    def expect(self) -> None:
        """What is heard from now on counts for `something`: called before the hand moves, or a quick answer would be missed."""
        self._something.clear()

    async def something(self, patience_s: float) -> bool:
        """Wait for an answer of ours since `expect`. False where none came in time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._something.wait()
        return self._something.is_set()

    async def _listen_to(self, target: Target) -> None:
        patterns = [{"urlPattern": f"https://{host}/*", "requestStage": "Response"} for host in self._hosts]
        # where the page itself goes is known before it goes: our proxy refuses other sites, and the address bar then says nothing
        anywhere = {"urlPattern": "*", "resourceType": "Document", "requestStage": "Request"}
        await target.send("Fetch.enable", {"patterns": [anywhere, *patterns]})

    async def _paused(self, target: Target, name: str, event: dict[str, Any]) -> None:  # Any: DevTools' JSON
        from playwright.async_api import Error  # an extra

        with suppress(Error, TargetGone):  # the page may be gone by now
            try:
                await self._hear(target, event)
            finally:
                await target.send("Fetch.continueRequest", {"requestId": event["requestId"]})

    async def _hear(self, target: Target, event: dict[str, Any]) -> None:  # Any: DevTools' JSON
        document = event["resourceType"] == "Document" and event["frameId"] == self._frame
        url = event["request"]["url"]
        known = self._adapter.page_of(url) is not None
        if document:
            self.look(url)
        if not (document or known) or "responseStatusCode" not in event or self._bytes > MAX_HEARD_BYTES:
            return
        raw = await self._read(target, event)
        self._bytes += len(raw.body)
        if self._bytes > MAX_HEARD_BYTES:
            self.stop = self.stop or f"the page loaded more than {MAX_HEARD_BYTES // 1024 // 1024} MiB"
        if document:
            self.shell, self._address = raw, url
        if known and not (document and raw.status in _REDIRECTS):
            self.heard.append(raw)
        self._judge(raw, of_list=known)
        self._something.set()

    def _judge(self, raw: RawPage, *, of_list: bool) -> None:
        try:
            parsed = self._adapter.parse(raw)
        except Exception:  # the spider parses it again, and tells
            return
        if parsed.outcome.risk:
            self.stop = self.stop or f"{parsed.outcome.value}: {parsed.reason}"
        elif of_list and parsed.documents:
            self.nothing_new = self._known(parsed)

    async def _read(self, target: Target, event: dict[str, Any]) -> RawPage:  # Any: DevTools' JSON
        body = b""
        if event["responseStatusCode"] not in _REDIRECTS:  # DevTools has no body for those
            answer = await target.send("Fetch.getResponseBody", {"requestId": event["requestId"]})
            body = base64.b64decode(answer["body"]) if answer["base64Encoded"] else answer["body"].encode()
        headers = tuple((h["name"].lower(), h["value"]) for h in event.get("responseHeaders", ()))
        return RawPage(
            url=event["request"]["url"],
            body=body,
            status=event["responseStatusCode"],
            headers=without_secrets(headers),
            seen_at=self._clock.now(),
        )
