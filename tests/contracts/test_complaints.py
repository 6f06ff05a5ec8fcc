"""What the ledger remembers of a complaint's way, on SQLite and on PostgreSQL."""

from typing import Any

import attrs
from sqlalchemy import Engine

from domain.documents import Kind, StoredDocument
from index.store import Batch
from index.tables import Complaints, Ledger
from tests.contracts.samples import DAY, START, document

LONG = "岚川热水器三次上门都修不好 冬天没有热水 要求退货退款并赔偿损失"


def complaint(status: str, day: int, **changes: Any) -> StoredDocument:
    told = {
        "kind": Kind.COMPLAINT,
        "target": "岚*",
        "demands": ("退款",),
        "status": status,
        "seen_at": START + day * DAY,
    }
    return document("tousu:17390000001", LONG, **(told | changes))


def store(engine: Engine, *looks: StoredDocument) -> None:
    for look in looks:
        Ledger(engine).store(Batch(receipt=f"{look.seen_at}{look.status}{len(look.text)}", documents=(look,)), ())


def steps(engine: Engine) -> list[tuple[str, int]]:
    found = Complaints(engine).steps(["tousu:17390000001"]).get("tousu:17390000001", [])
    return [(step.status, (step.seen_at - START).days) for step in found]


def test_each_status_is_kept_with_the_day_on_which_it_was_first_seen(engine: Engine) -> None:
    days = ("待分配", "待分配", "处理中", "处理中", "已回复", "已完成")
    store(engine, *(complaint(status, day) for day, status in enumerate(days)))
    assert steps(engine) == [("待分配", 0), ("处理中", 2), ("已回复", 4), ("已完成", 5)]
    (stored,) = Ledger(engine).get(["tousu:17390000001"])
    assert (stored.status, stored.version, stored.seen_at) == ("已完成", 4, START)
    assert Ledger(engine).total() == 1


def test_a_list_that_shows_the_beginning_of_the_text_still_tells_the_new_status(engine: Engine) -> None:
    short = attrs.evolve(complaint("已回复", 1), text=LONG[:16] + "...", normalized=LONG[:16].lower() + "...")
    store(engine, complaint("处理中", 0), short, attrs.evolve(short, seen_at=START + 2 * DAY))
    (stored,) = Ledger(engine).get(["tousu:17390000001"])
    assert (stored.text, stored.status, stored.version) == (LONG, "已回复", 2)
    assert steps(engine) == [("处理中", 0), ("已回复", 1)]


def test_a_beginning_that_lacks_two_characters_is_a_beginning_though_its_dots_make_it_longer(engine: Engine) -> None:
    short = attrs.evolve(complaint("处理中", 1), text=LONG[:-2] + "...", normalized=LONG[:-2].lower() + "...")
    store(engine, complaint("处理中", 0), short)
    (stored,) = Ledger(engine).get(["tousu:17390000001"])
    assert (stored.text, stored.version) == (LONG, 1)


def test_a_look_without_a_status_changes_none(engine: Engine) -> None:
    store(engine, complaint("处理中", 0), complaint("", 1))
    assert steps(engine) == [("处理中", 0)]
    assert Ledger(engine).get(["tousu:17390000001"])[0].status == "处理中"


def test_an_older_file_moves_the_first_time_back(engine: Engine) -> None:
    store(engine, complaint("处理中", 5), complaint("处理中", 3))
    assert steps(engine) == [("处理中", 3)]


def test_erasing_the_complaint_erases_its_steps(engine: Engine) -> None:
    store(engine, complaint("处理中", 0))
    Ledger(engine).erase(ids=["tousu:17390000001"])
    assert steps(engine) == []


def test_only_complaints_have_steps(engine: Engine) -> None:
    store(engine, complaint("处理中", 0, kind=Kind.POST))
    assert steps(engine) == []
