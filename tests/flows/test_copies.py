"""Near-copies over all that is stored, on real tables and the real analyzer."""

from datetime import UTC, datetime
from pathlib import Path

from domain.documents import Post, StoredDocument
from flows.collect import read
from flows.copies import Copies
from index.store import Batch
from index.tables import Ledger, open_tables
from nlp.analyzer import Analyzer

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
WORDS = "岚川热水器半夜突然漏电，家里老人被电了一下，大家赶紧检查自己家的"


def post(number: int, text: str = WORDS) -> Post:
    return Post(id=f"weibo:{number}", source="weibo", text=text, published_at=AT, seen_at=AT, author=f"a{number}")


def ledger_in(folder: Path) -> Ledger:
    return Ledger(open_tables(f"sqlite:///{folder}/tables.db"))


def store(ledger: Ledger, copies: Copies, *posts: Post) -> list[StoredDocument]:
    documents = tuple(read(posts, Analyzer.load(), copies))
    ledger.store(Batch(receipt=f"batch-{posts[0].id}-{ledger.last_sequence()}", documents=documents), [], now=AT)
    return ledger.get([p.id for p in posts])


def test_copies_join_one_group_and_are_flagged_but_never_so_much_that_they_leave_the_counts(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    stored = store(ledger, Copies(ledger=ledger), *(post(n, WORDS + "！" * (n % 3)) for n in range(40)))
    assert len({d.cluster for d in stored}) == 1
    assert "相似文本" in stored[-1].spam_reasons[0]
    assert max(d.spam for d in stored) < 0.5


def test_a_group_keeps_its_name_over_a_restart(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    first = store(ledger, Copies(ledger=ledger), post(1))[0]
    later = store(ledger, Copies(ledger=ledger), post(2), post(3, "沐禾洗衣机今天送到了，安装师傅很细心"))
    assert later[0].cluster == first.cluster
    assert later[1].cluster != first.cluster


def test_a_post_that_is_seen_again_is_no_copy_of_itself(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    copies = Copies(ledger=ledger)
    first = store(ledger, copies, post(1))[0]
    for _ in range(3):
        again = store(ledger, copies, post(1), post(1))[0]
    assert (again.version, again.spam, again.cluster) == (first.version, first.spam, first.cluster)
