"""The browser's one way out, as this installation's settings want it."""

from collections.abc import Iterable

from crawlers.egress import Egress
from tingchao.folders import Folder
from tingchao.settings import Settings


def way_out(settings: Settings, folder: Folder, hosts: Iterable[str], *, origin: str = "") -> Egress:
    """A proxy for these hosts; a context manager that listens while it is open."""
    from tingchao.rounds import upstream_proxy  # it knows of sessions, which know of this

    return Egress(hosts, origin=origin, upstream=upstream_proxy(settings.crawl), audit=folder.path / "egress.jsonl")
