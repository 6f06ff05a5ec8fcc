"""A person logs in by hand: we open the log-in page, show its QR code, wait, and keep the session. Nothing is typed or solved by us."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from crawlers.chromium import NAVIGATION_TIMEOUT_MS, context_options, launch_options, why_no_browser
from crawlers.egress import Egress
from crawlers.qr_codes import decoded
from crawlers.sessions import Session, logged_in, session_of
from crawlers.sites.logins import Login
from domain.errors import InvalidInput, MissingExtra, StoreUnavailable

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ElementHandle, Page

LOOK_EVERY_MS = 700
SETTLE_MS = 2_000
"""Real time after the log-in in which the site may still set cookies on its other domains."""
_SQUARES = """selectors => {
  const square = e => { const r = e.getBoundingClientRect();
    return r.width >= 90 && r.width <= 480 && Math.abs(r.width - r.height) <= 0.12 * r.width && e.checkVisibility(); };
  const area = e => e.getBoundingClientRect().width;
  const named = selectors.flatMap(s => [...document.querySelectorAll(s)]).filter(square);
  const others = [...document.querySelectorAll('img, canvas, svg')].filter(e => square(e) && !named.includes(e));
  return [...named, ...others.sort((a, b) => area(b) - area(a)).slice(0, 6)];
}"""
"""Pictures that may be the code: those that the site's table names first, then any square one, the largest first."""


@attrs.frozen(kw_only=True)
class Code:
    """The QR code that the log-in page shows now."""

    text: str
    """What it says."""
    png: bytes
    """As the page shows it."""


def log_in(
    login: Login,
    *,
    egress: Egress,
    window: bool,
    patience_s: float,
    show: Callable[[Code], None],
    user_agent: str = "",
) -> Session:
    """Open the log-in page and wait until somebody has logged in there. Blocks up to `patience_s` real seconds.

    window: on the person's screen; else invisible, and `show` is called with each new QR code. egress: already listening, for
    `login.hosts`. Raises MissingExtra without a browser, StoreUnavailable where the page can't be opened, InvalidInput where
    nobody logged in or the window was closed.
    """
    if missing := why_no_browser():
        raise MissingExtra("browser", f"logging in ({missing})")
    with _context(egress, window=window, user_agent=user_agent) as context:
        page = context.new_page()
        _open(page, login, egress)
        _wait(context, login, patience_s=patience_s, show=show)
        with suppress(_playwright_error()):
            page.wait_for_timeout(SETTLE_MS)
        agent = str(page.evaluate("navigator.userAgent"))
        return session_of(dict(context.storage_state()), login=login, user_agent=agent)


@contextmanager
def _context(egress: Egress, *, window: bool, user_agent: str) -> Iterator["BrowserContext"]:
    from playwright.sync_api import sync_playwright  # an extra

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(headless=not window, **launch_options(egress))
        try:
            context = browser.new_context(**context_options(user_agent=user_agent))
            context.set_default_navigation_timeout(NAVIGATION_TIMEOUT_MS)
            yield context
        finally:
            with suppress(_playwright_error()):
                browser.close()


def _open(page: "Page", login: Login, egress: Egress) -> None:
    try:
        answer = page.goto(login.page, wait_until="domcontentloaded")
    except _playwright_error() as error:
        why = "; ".join(egress.refused[-2:]) or str(error).splitlines()[0]
        raise StoreUnavailable(f"the log-in page {login.page} can't be opened: {why}") from None
    if answer is not None and answer.status >= 400:
        raise StoreUnavailable(f"the log-in page {login.page} answered {answer.status}: try again later")


def _wait(context: "BrowserContext", login: Login, *, patience_s: float, show: Callable[[Code], None]) -> None:
    deadline = time.monotonic() + patience_s
    shown, asked = "", False
    while not _is_in(context, login):
        if not context.pages:
            raise InvalidInput("the window was closed before anybody had logged in: nothing was saved")
        if time.monotonic() > deadline:
            raise InvalidInput(
                f"nobody logged in within {patience_s:.0f} s: nothing was saved; run it again when your phone is at hand"
            )
        page = context.pages[-1]  # a site may open its log-in in a window of its own
        with suppress(_playwright_error()):  # the page is on its way elsewhere
            code = _code(page, login)
            if code is None and not asked:
                asked = _click_first(page, login.before)
            elif code is not None and code.text != shown:
                shown = code.text
                show(code)
        with suppress(_playwright_error()):
            page.wait_for_timeout(LOOK_EVERY_MS)


def _is_in(context: "BrowserContext", login: Login) -> bool:
    with suppress(_playwright_error()):
        return logged_in(session_of({"cookies": context.cookies()}, login=login).cookies, login)
    return False


def _code(page: "Page", login: Login) -> Code | None:
    for frame in page.frames:
        squares = frame.evaluate_handle(_SQUARES, list(login.code))
        for element in _elements(squares.get_properties().values()):
            png = element.screenshot(timeout=3_000)
            if text := decoded(png):
                return Code(text=text, png=png)
    return None


def _elements(
    handles: Iterable[Any],
) -> Iterator["ElementHandle"]:  # Any: Playwright's handles of whatever the array holds
    for handle in handles:
        if element := handle.as_element():
            yield element


def _click_first(page: "Page", selectors: tuple[str, ...]) -> bool:
    """Click the first of these that is there, to see the code. True where one was, or where there is nothing to click."""
    for selector in selectors:
        found = page.locator(selector).first
        if found.count() and found.is_visible():
            found.click(timeout=3_000)
            return True
    return not selectors


def _playwright_error() -> type[Exception]:
    from playwright.sync_api import Error  # an extra

    return Error


def code_file(folder: Path, code: Code) -> Path:
    """Keep the picture for those whose terminal can't show it, readable by its owner only; the name changes with the code."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"code-{hashlib.sha256(code.text.encode()).hexdigest()[:8]}.png"
    for old in folder.glob("code-*.png"):
        old.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(code.png)
    return path
