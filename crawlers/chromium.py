"""Chromium as all of us start it: where it is, how quiet it is, and only through our own egress proxy."""

import importlib.util
import os
from pathlib import Path
from typing import Any

from crawlers.egress import Egress
from crawlers.job import CrawlJob

NAVIGATION_TIMEOUT_MS = 15_000
_FLAGS = (
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    # names are the proxy's business: should anything ever bypass it, it finds nobody
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def find_chromium() -> Path | None:
    """The browser to use: TINGCHAO_CHROMIUM, the system's Chromium, or Playwright's own; None = there is none."""
    own = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache" / "ms-playwright"))
    named = os.environ.get("TINGCHAO_CHROMIUM")
    candidates = [
        *([Path(named)] if named else []),
        Path("/usr/bin/chromium"),
        Path("/usr/bin/chromium-browser"),
        *sorted(own.glob("chromium-*/chrome-linux*/chrome"), reverse=True),
    ]
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


def why_no_browser() -> str:
    """What is missing for the browser path, empty if nothing is."""
    for module, name in (
        ("scrapy_playwright", "scrapy-playwright"),
        ("zxingcpp", "zxing-cpp"),
        ("segno", "segno"),
        ("PIL", "pillow"),
    ):
        if importlib.util.find_spec(module) is None:
            return f"{name} is not installed (./run install browser)"
    if find_chromium() is None:
        return "no Chromium found (apt install chromium, or set TINGCHAO_CHROMIUM)"
    return ""


def launch_options(egress: Egress) -> dict[str, Any]:  # Any: Playwright's options
    """How the browser is started: nothing leaves it but through this proxy."""
    flags = [*_FLAGS]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    if egress.spki:  # only our own key, and only where an origin stands in for the site
        flags.append(f"--ignore-certificate-errors-spki-list={egress.spki}")
    return {
        "executable_path": str(find_chromium()),
        "args": flags,
        "proxy": {"server": f"http://127.0.0.1:{egress.port}"},
    }


def context_options(*, user_agent: str = "") -> dict[str, Any]:  # Any: Playwright's options
    """A Chinese reader's window; an empty user agent is the browser's own."""
    own = {"user_agent": user_agent} if user_agent else {}
    return {
        "service_workers": "block",
        "locale": "zh-CN",
        "timezone_id": "Asia/Shanghai",
        "accept_downloads": False,
        **own,
    }


def cookies_of(job: CrawlJob) -> list[Any]:  # Any: Playwright's cookies, an extra
    """The cookie of the settings as host-only, https-only cookies of each of the site's hosts."""
    # a Cookie header is looser than http.cookies, which drops everything after the first odd character
    pairs = [part.strip().partition("=") for part in job.cookie.split(";") if "=" in part]
    hosts = [host for host in job.allowed_hosts if not host.startswith("*.")]
    return [
        {"name": name, "value": value, "url": f"https://{host}/", "secure": True}
        for name, _, value in pairs
        for host in hosts
    ]
