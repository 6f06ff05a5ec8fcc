"""Takes pictures of the invented site "pond" in a process of its own: Chromium's egress proxy and an event loop of their own.

Called with one JSON argument: {"folder", "origin", "urls", "job": {…}}; prints one JSON object a picture, the PNG written beside.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawl_runner import API, HOST, PondAdapter

from crawlers.job import CrawlJob
from crawlers.screenshot import Picture, take_pictures
from domain.times import ScaledClock


def main() -> None:
    """See above."""
    asked = json.loads(sys.argv[1])
    now = datetime.now(UTC)
    clock = ScaledClock(real_anchor=now.timestamp(), anchor=now, speed=60.0)
    job = CrawlJob(
        source="pond", origin=asked["origin"], allowed_hosts=(HOST, API), delay=timedelta(seconds=60), browser=True,
        **asked.get("job", {}),
    )  # fmt: skip
    taken = 0

    def keep(picture: Picture) -> None:
        nonlocal taken
        (Path(asked["folder"]) / f"{taken}.png").write_bytes(picture.png)
        taken += 1
        print(
            json.dumps(
                {"url": picture.url, "bytes": len(picture.png), "outcome": picture.outcome, "reason": picture.reason}
            )
        )

    take_pictures(asked["urls"], job=job, adapter=PondAdapter(), clock=clock, keep=keep)


if __name__ == "__main__":
    main()
