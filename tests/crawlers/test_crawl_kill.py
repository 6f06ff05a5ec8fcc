"""A crawl that is killed in the middle and started again: nothing lost, and nothing twice by id."""

import random
import signal
import time
from collections.abc import Callable
from typing import Any

HOST = "www.pond.example"


def wait_until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_kill_9_three_times_in_the_middle_loses_no_post(pond: Any, crawl: Any) -> None:
    pages = 30
    for page in range(1, pages + 1):
        pond.posts(page, [page * 10 + i for i in range(5)], following=page < pages)
    wanted = {f"pond:{page * 10 + i}" for page in range(1, pages + 1) for i in range(5)}
    job = {"delay": 0.02, "lease": 0.5}  # a killed crawl's page comes back after half a second
    dice = random.Random(7)
    for target in (4, 11, 19):
        crawl_process = crawl.start(first=[f"https://{HOST}/list?page=1"] if target == 4 else [], job=job)
        wait_until(lambda: f"/list?page={target}" in pond.paths())  # noqa: B023  called at once
        time.sleep(dice.uniform(0, 0.05))
        crawl_process.send_signal(signal.SIGKILL)
        crawl_process.communicate()
        time.sleep(0.6)
    done = crawl.run(first=[], job=job)
    handed = [post.id for post in done.posts()]
    assert set(handed) == wanted
    assert len(handed) - len(wanted) <= 3 * 5, "at most the page in hand is collected again"
    assert all(done.archive.read_back(seen.archive) for seen in done.seen())


def test_sigterm_ends_a_crawl_after_giving_its_page_back(pond: Any, crawl: Any) -> None:
    pond.posts(1, [1])
    pond.posts(2, [2], following=False)
    pond.pages["/list?page=2"].pause_s = 5
    process = crawl.start()
    wait_until(lambda: "/list?page=2" in pond.paths())
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=15)
    assert process.returncode == 0
    pond.pages["/list?page=2"].pause_s = 0
    again = crawl.run(first=[])  # its lease of a minute was not waited for
    assert {p.id for p in again.posts()} == {"pond:1", "pond:2"}


def test_kill_9_while_several_pages_are_handed_over_together_loses_none(pond: Any, crawl: Any) -> None:
    pages = range(1, 181)
    for page in pages:
        pond.posts(page, [page], following=False)
    job = {"paced": False, "lease": 0.3, "pages_limit": 400}
    for target in (20, 60, 110):
        before = len(pond.paths())
        process = crawl.start(first=[f"https://{HOST}/list?page={n}" for n in pages] if target == 20 else [], job=job)
        wait_until(lambda: len(pond.paths()) >= before + 15 or process.poll() is not None)  # noqa: B023  called at once
        process.send_signal(signal.SIGKILL)
        process.communicate()
        time.sleep(0.4)
    done = crawl.run(first=[], job=job)
    handed = [post.id for post in done.posts()]
    assert set(handed) == {f"pond:{n}" for n in pages}
    assert all(done.archive.read_back(seen.archive) for seen in done.seen())
    assert len(done.inbox.pending()) < len(handed) / 3, "several pages shared an inbox file"
    assert len(pond.paths()) - len(pages) <= 3 * 32, "at most what was in hand is asked for again"
