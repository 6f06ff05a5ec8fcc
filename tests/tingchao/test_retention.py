"""What leaves by itself, and what stays."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from crawlers.archive import Archive
from crawlers.sites.adapter import RawPage
from domain.feeds import Outcome, PageSeen
from index.tables import Evidence, Frontier, Sources, WaitingPage
from tests.flows.desks import NOW, Rig, rig
from tingchao.retention import LOG, expire

DAY = timedelta(days=1)
REAL = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]  # a generator of Rig
    monkeypatch.setenv("TEST_HOOK_URL", "http://127.0.0.1:9/hook")
    with rig(tmp_path / "data") as opened:
        yield opened


def keep(here: Rig, **days: int) -> Rig:
    settings = here.house.settings
    kept = settings.keep.model_copy(update=days)
    return Rig(
        house=attrs.evolve(here.house, settings=settings.model_copy(update={"keep": kept})),
        clock=here.clock,
    )


def aged(path: Path, days: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_text("x")
    stamp = (REAL - days * DAY).timestamp()
    os.utime(path, (stamp, stamp))
    return path


def test_raw_answers_and_their_surroundings_leave_and_the_evidence_row_stays(here: Rig) -> None:
    folder = here.house.folder
    with Archive(folder.archive) as archive:
        page = RawPage(url="https://a.example/1", body=b"{}", seen_at=NOW)
        old = archive.write("weibo", page)
    Sources(here.house.engine).record(
        [
            PageSeen(
                source="weibo",
                page="search",
                url=page.url,
                outcome=Outcome.OK,
                seen_at=NOW,
                archive=old.id,
                sha256=old.sha256,
                document_ids=("weibo:1",),
            )
        ]
    )
    for path in folder.archive.iterdir():
        aged(path, 31)
    gone_paths = [
        aged(folder.inbox / "quarantine" / "a.jsonl", 31),
        aged(folder.imports / "done" / "评价.csv", 31),
        aged(folder.imports / "refused" / "表.xlsx", 31),
        aged(folder.path / f"{LOG}.20260101T000000", 31),
    ]
    kept_paths = [
        aged(folder.inbox / "waiting.jsonl", 31),
        aged(folder.inbox / "quarantine" / "b.jsonl", 29),
        aged(folder.imports / "later.csv", 31),
    ]
    gone = expire(here.house, at=REAL)
    assert (gone["archive files"], gone["quarantined files"], gone["imported files"], gone["logs"]) == (1, 1, 2, 1)
    assert not any(path.exists() for path in gone_paths)
    assert all(path.exists() for path in kept_paths)
    (proof,) = Evidence(here.house.engine).of("weibo:1")
    assert proof.sha256 == old.sha256
    assert not list(folder.archive.iterdir())


def test_lines_leave_after_their_own_time_and_waiting_pages_stay(here: Rig) -> None:
    engine, sources, frontier = here.house.engine, Sources(here.house.engine), Frontier(here.house.engine)
    for days in (10, 40, 401):
        at = NOW - days * DAY
        sources.record([PageSeen(source="weibo", page="p", url=f"u{days}", outcome=Outcome.OK, seen_at=at)])
    frontier.add([WaitingPage(source="weibo", page="p", url=f"u{n}") for n in range(3)], due=NOW - 40 * DAY)
    leases = frontier.lease("weibo", now=NOW, limit=2, lease_for=DAY)
    frontier.done(leases[0].key, now=NOW - 31 * DAY)
    frontier.done(leases[1].key, now=NOW - 29 * DAY)
    gone = expire(here.house, at=REAL)
    assert (gone["pages"], gone["fetched addresses"]) == (1, 1)
    assert len(sources.pages("weibo", since=NOW - 500 * DAY, until=NOW)) == 2
    assert frontier.waiting("weibo") == 1
    assert engine is here.house.engine


def test_zero_days_keep_for_ever(here: Rig) -> None:
    aged(here.house.folder.imports / "done" / "a.csv", 4000)
    Sources(here.house.engine).record(
        [PageSeen(source="weibo", page="p", url="u", outcome=Outcome.OK, seen_at=NOW - 4000 * DAY)]
    )
    assert not any(expire(keep(here, raw_days=0, pages_days=0).house, at=REAL).values())


def test_the_crawls_log_is_put_aside_once_a_day(here: Rig) -> None:
    log = here.house.folder.path / LOG
    log.write_text("collected site=weibo\n")
    assert expire(here.house, at=REAL)["logs put aside"] == 1
    assert not log.exists()
    log.write_text("collected site=jd\n")
    assert expire(here.house, at=REAL + DAY / 2)["logs put aside"] == 0
    assert expire(here.house, at=REAL + DAY)["logs put aside"] == 1
    assert len(list(log.parent.glob(f"{LOG}.*"))) == 2
