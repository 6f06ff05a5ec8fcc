"""The archive: bytes, time and hash come back; secrets and damage don't."""

import gzip
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from crawlers.archive import Archive
from crawlers.sites.adapter import RawPage
from domain.errors import InvalidInput

PAGE = RawPage(
    url="https://www.pond.example/list?q=漏水&page=1",
    body="漏水".encode("gb18030"),
    status=432,
    headers=(("content-type", "text/html; charset=GBK"), ("x-mark", "pond")),
    seen_at=datetime(2026, 11, 22, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8))),
)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path, rotate_bytes=1_000_000) as opened:
        yield opened


def test_a_page_comes_back_as_it_was_parsed(archive: Archive, tmp_path: Path) -> None:
    records = [archive.write("pond", PAGE), archive.write("pond", attrs.evolve(PAGE, body=b""))]
    other = Archive(tmp_path)
    assert other.read_back(records[0]) == PAGE
    assert other.read_back(records[1].id).body == b""


@given(st.binary(max_size=300))
def test_any_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    with Archive(tmp_path_factory.mktemp("archive")) as archive:
        record = archive.write("pond", attrs.evolve(PAGE, body=body))
    assert archive.read_back(record).body == body


def test_cookies_and_authorisation_are_never_written(archive: Archive, tmp_path: Path) -> None:
    secret = ("set-cookie", "cookie", "authorization", "proxy-authorization", "set-cookie2")
    page = attrs.evolve(PAGE, headers=tuple((name, "canary-1") for name in secret))
    archive.write("pond", page)
    assert b"canary-1" not in gzip.decompress(next(tmp_path.iterdir()).read_bytes())


def test_a_header_with_a_line_break_can_not_forge_another(archive: Archive) -> None:
    record = archive.write("pond", attrs.evolve(PAGE, headers=(("x-mark", "a\r\nset-cookie: b"),)))
    assert archive.read_back(record).headers == (("x-mark", "a set-cookie: b"),)


def test_a_file_that_is_full_is_followed_by_the_next(tmp_path: Path) -> None:
    with Archive(tmp_path, rotate_bytes=600) as archive:
        records = [archive.write("pond", attrs.evolve(PAGE, status=200 + i)) for i in range(6)]
    assert len(list(tmp_path.iterdir())) > 1
    assert [archive.read_back(r).status for r in records] == [200, 201, 202, 203, 204, 205]
    assert [record_id for record_id, _ in archive.replay("pond")] == [r.id for r in records]


def test_other_tools_read_the_files(archive: Archive, tmp_path: Path) -> None:
    record = archive.write("pond", PAGE)
    archive.close()
    with next(tmp_path.iterdir()).open("rb") as file:
        (found,) = ArchiveIterator(file, check_digests=False)
        assert found.rec_headers.get_header("WARC-Payload-Digest") == f"sha256:{record.sha256}"
        assert found.rec_headers.get_header("WARC-Date") == "2026-11-22T04:00:00.123456Z"


def test_damage_is_noticed(archive: Archive, tmp_path: Path) -> None:
    record = archive.write("pond", PAGE)
    archive.close()
    path = next(tmp_path.iterdir())
    forged = gzip.decompress(path.read_bytes()).replace("漏水".encode("gb18030"), "不漏".encode("gb18030"))
    path.write_bytes(gzip.compress(forged))
    with pytest.raises(InvalidInput, match="damaged"):
        archive.read_back(record)


@pytest.mark.parametrize("record", ["", "urn:uuid:1", "urn:tingchao:none.warc.gz:0", "urn:tingchao:../../etc/passwd:0"])
def test_a_record_that_is_not_there_says_so(tmp_path: Path, record: str) -> None:
    with pytest.raises(InvalidInput, match="no archived answer"):
        Archive(tmp_path).read_back(record)


def test_a_file_cut_by_a_crash_replays_up_to_the_cut_and_says_where(archive: Archive, tmp_path: Path) -> None:
    first = archive.write("pond", PAGE)
    cut = archive.write("pond", attrs.evolve(PAGE, body=b"x" * 5000))
    archive.close()
    path = next(tmp_path.iterdir())
    path.write_bytes(path.read_bytes()[:-20])
    after = archive.write("pond", PAGE)
    told: list[str] = []
    assert [record_id for record_id, _ in archive.replay("pond", told=told.append)] == [first.id, after.id]
    (said,) = told
    assert path.name in said
    assert f"begins at {cut.id.rpartition(':')[2]}" in said
    assert PAGE.seen_at.astimezone(UTC) == archive.read_back(first).seen_at


def test_a_damaged_record_is_told_and_the_next_ones_are_read(archive: Archive, tmp_path: Path) -> None:
    archive.write("pond", PAGE)
    archive.close()
    path = next(tmp_path.iterdir())
    forged = gzip.decompress(path.read_bytes()).replace("漏水".encode("gb18030"), "不漏".encode("gb18030"))
    path.write_bytes(gzip.compress(forged) + gzip.compress(b"no record at all") + gzip.compress(b""))
    good = archive.write("pond", PAGE)
    told: list[str] = []
    assert [record_id for record_id, _ in archive.replay("pond", told=told.append)] == [good.id]
    assert len(told) == 2


def test_a_span_of_time_is_replayed(archive: Archive) -> None:
    hours = [attrs.evolve(PAGE, seen_at=PAGE.seen_at + timedelta(hours=n), status=200 + n) for n in range(5)]
    for page in hours:
        archive.write("pond", page)
    found = archive.replay("pond", since=hours[1].seen_at, until=hours[3].seen_at)
    assert [page.status for _, page in found] == [201, 202]


def test_one_answer_is_taken_out_and_the_others_keep_their_place(archive: Archive, tmp_path: Path) -> None:
    pages = [attrs.evolve(PAGE, body=body) for body in (b"", b"secret-of-one " * 2000, "漏水".encode(), b"z")]
    records = [archive.write("pond", page) for page in pages]
    archive.close()
    (path,) = tmp_path.iterdir()
    size = path.stat().st_size
    for victim in (records[1], records[0]):
        assert archive.take_out(victim.id)
        assert not archive.take_out(victim.id)
        with pytest.raises(InvalidInput, match="taken out on request"):
            archive.read_back(victim)
    assert path.stat().st_size == size
    assert [archive.read_back(r).body for r in records[2:]] == [p.body for p in pages[2:]]
    assert [record_id for record_id, _ in archive.replay("pond")] == [r.id for r in records[2:]]
    assert b"secret-of-one" not in gzip.decompress(path.read_bytes())
    with path.open("rb") as file:  # other tools still read the file
        assert [r.rec_type for r in ArchiveIterator(file)] == ["metadata", "metadata", "response", "response"]


def test_taking_out_does_not_disturb_a_crawl_that_writes(archive: Archive) -> None:
    first, second = archive.write("pond", PAGE), archive.write("pond", PAGE)
    assert Archive(archive.folder).take_out(first.id)
    third = archive.write("pond", PAGE)
    assert [record_id for record_id, _ in archive.replay("pond")] == [second.id, third.id]


@pytest.mark.parametrize("record", ["urn:tingchao:none.warc.gz:0", "urn:uuid:1"])
def test_what_is_gone_need_not_be_taken_out(archive: Archive, record: str) -> None:
    assert not archive.take_out(record)


def test_files_leave_when_their_last_record_is_too_old(archive: Archive, tmp_path: Path) -> None:
    archive.write("pond", PAGE)
    archive.close()
    (old,) = tmp_path.iterdir()
    os.utime(old, (1_000_000_000, 1_000_000_000))
    kept = archive.write("pond", PAGE)
    size = old.stat().st_size
    assert archive.expire(datetime(2026, 1, 1, tzinfo=UTC)) == (1, size)
    assert [record_id for record_id, _ in archive.replay("pond")] == [kept.id]
