"""What leaves an installation by itself: raw answers and their surroundings after `raw_days`, lines after `pages_days`."""

import logging
import os
from datetime import datetime, timedelta
from pathlib import Path

from crawlers.archive import Archive
from domain.times import now as real_now
from index.tables.retention import Retention
from tingchao.wiring import House

log = logging.getLogger(__name__)

LOG = "crawl.log"
DAY_S = 86_400


def expire(house: House, *, at: datetime | None = None) -> dict[str, int]:
    """Take away what is too old. Returns how much of what. at: real time, for files, whose age the disk tells.

    Rows go by the product's own clock. 0 days = for ever.
    """
    keep, folder, moment = house.settings.keep, house.folder, at or real_now()
    rows = Retention(house.engine)
    gone: dict[str, int] = {"logs put aside": _put_aside(folder.path, moment)}
    if keep.raw_days:
        days, before = timedelta(days=keep.raw_days), moment - timedelta(days=keep.raw_days)
        gone["archive files"], gone["archive bytes"] = Archive(folder.archive).expire(before)
        gone["quarantined files"] = _old_files(folder.inbox / "quarantine", "*", before)
        gone["imported files"] = sum(_old_files(folder.imports / done, "*", before) for done in ("done", "refused"))
        gone["logs"] = _old_files(folder.path, f"{LOG}.*", before)
        gone["fetched addresses"] = rows.expire_fetched(house.clock.now() - days)
    if keep.pages_days:
        gone |= rows.expire_lines(house.clock.now() - timedelta(days=keep.pages_days))
    if any(gone.values()):
        log.info("retention %s", " ".join(f"{what.replace(' ', '_')}={count}" for what, count in gone.items() if count))
    return gone


def _old_files(folder: Path, pattern: str, before: datetime) -> int:
    old = [path for path in folder.glob(pattern) if path.is_file() and path.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _put_aside(folder: Path, moment: datetime) -> int:
    """Once a day the crawls' log gets the time in its name and a new one is begun: whole files can then expire."""
    path = folder / LOG
    newest = max((p.stat().st_mtime for p in folder.glob(f"{LOG}.*")), default=0.0)
    if not path.is_file() or not path.stat().st_size or moment.timestamp() - newest < DAY_S:
        return 0
    aside = path.replace(folder / f"{LOG}.{moment:%Y%m%dT%H%M%S}")
    os.utime(aside, (moment.timestamp(), moment.timestamp()))
    return 1
