"""The inbox: whole batches or none, damage set aside, no author by name."""

import os
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.handoff import FolderInbox, Record
from domain.documents import AuthorKind, Kind, Passage, Post, Review
from domain.feeds import Outcome, PageSeen
from domain.prices import PriceObservation, Product

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def inbox_in(folder: Path) -> FolderInbox:
    return FolderInbox(folder, pseudonym=lambda source, author: f"hash of {source}")


def one_of_each() -> list[Record]:
    return [
        Post(id="weibo:1", source="weibo", kind=Kind.COMMENT, text="漏水", seen_at=NOW, parent="weibo:0", likes=3),
        Review(
            id="jd:1", source="jd", text="好", seen_at=NOW, rating=5, append=Passage(text="坏了", published_at=NOW),
            seller_replies=(Passage(text="亲"),),
        ),
        Product(sku="jd:9", source="jd", title="澜川 热水器"),
        PriceObservation(sku="jd:9", source="jd", price=Decimal("1299.00"), promotions=("满减",), seen_at=NOW),
        PriceObservation(sku="jd:8", source="jd", price=None, seen_at=NOW),
        PageSeen(source="jd", page="reviews", url="https://x.example/", outcome=Outcome.CAPTCHA, seen_at=NOW),
    ]  # fmt: skip


def test_what_is_put_is_read_back_as_the_same_nouns_in_order(tmp_path: Path) -> None:
    inbox = inbox_in(tmp_path)
    name = inbox.put("jd", one_of_each())
    assert list(inbox.read(name)) == one_of_each()
    inbox.remove(name)
    inbox.remove(name)
    assert inbox.pending() == []


def test_authors_become_hashes_and_only_public_bodies_keep_a_name(tmp_path: Path) -> None:
    inbox = inbox_in(tmp_path)
    person = Post(id="w:1", source="w", text="", seen_at=NOW, author="71", author_name="王小池")
    paper = Post(
        id="w:2", source="w", text="", seen_at=NOW, author="72", author_name="池畔晚报", author_kind=AuthorKind.MEDIA
    )
    read = inbox.read(inbox.put("w", [person, paper]))
    assert [(p.author, p.author_name) for p in read if isinstance(p, Post)] == [
        ("hash of w", ""),
        ("hash of w", "池畔晚报"),
    ]
    assert "王小池" not in next(tmp_path.iterdir()).read_text()


def test_batches_wait_in_the_order_in_which_they_came_whoever_wrote_them(tmp_path: Path) -> None:
    first, second = inbox_in(tmp_path), inbox_in(tmp_path)
    names = [inbox.put("来源/甲 1", []) for inbox in (first, second, first, first, second)]
    assert inbox_in(tmp_path).pending() == names
    assert len(set(names)) == 5


def test_a_half_written_batch_is_not_there_and_is_swept_out_later(tmp_path: Path) -> None:
    inbox = inbox_in(tmp_path)
    half = tmp_path / ".00001-x.jsonl.tmp"
    half.write_text('{"type":"inbox"')
    assert inbox.pending() == []
    assert half.exists(), "somebody may be writing it now"
    os.utime(half, (time.time() - 7200,) * 2)
    inbox.pending()
    assert not half.exists()


@pytest.mark.parametrize("cut", [0, 1, 30, -1, -2, -40])
def test_a_cut_file_gives_its_good_lines_and_the_rest_is_set_aside(
    tmp_path: Path, cut: int, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = inbox_in(tmp_path)
    name = inbox.put("jd", one_of_each())
    path = tmp_path / name
    path.write_bytes(path.read_bytes()[:cut])
    good = inbox.read(name)
    assert list(good) == one_of_each()[: len(good)]
    assert len(good) == (5 if cut < 0 else 0)
    assert "inbox file damaged" in caplog.text
    assert name in caplog.text
    assert (tmp_path / "quarantine" / name).read_bytes().startswith(b"line ")
    assert inbox.pending() == [name]
    inbox.remove(name)
    assert inbox.pending() == []


def test_a_broken_line_is_set_aside_and_the_others_pass(tmp_path: Path) -> None:
    inbox = inbox_in(tmp_path)
    name = inbox.put("jd", one_of_each())
    path = tmp_path / name
    lines = path.read_bytes().splitlines()
    lines[2] = b'{"type":"review","value":{"id":1}}'
    lines[3] = b'{"type":"spaceship","value":{}}'
    lines[4] = b"\xff\xfe"
    path.write_bytes(b"\n".join(lines) + b"\n")
    assert list(inbox.read(name)) == [one_of_each()[0], *one_of_each()[4:]]
    told = (tmp_path / "quarantine" / name).read_text(errors="replace")
    assert "line 3: " in told
    assert "line 4: unknown record type 'spaceship'" in told
    assert "line 5: " in told


@given(st.text(st.characters(), max_size=60))
def test_any_text_survives_and_half_an_emoji_becomes_a_mark(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    inbox = inbox_in(tmp_path_factory.mktemp("inbox"))
    (read,) = inbox.read(inbox.put("w", [Post(id="w:1", source="w", text=text, seen_at=NOW)]))
    assert isinstance(read, Post)
    assert read.text == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
