"""Near-copies over all that is stored, on real tables and the real analyzer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs

from alerts import severe
from domain.documents import Post, StoredDocument
from flows.collect import read
from flows.copies import Copies
from index.counting import SPAM
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
    assert max(d.spam for d in stored) < min(SPAM, severe.SPAM)


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


def test_killed_and_begun_again_after_any_batch_the_groups_and_counts_are_the_same(tmp_path: Path) -> None:
    texts = [
        f"{WORDS}{'，快看' * (n % 3)}" if n % 2 else f"第{n}台{n * 7919}号机器的{n * 104729}各不相同" for n in range(24)
    ]
    posts = [post(n, text) for n, text in enumerate(texts)]
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    one, many = ledger_in(tmp_path / "a"), ledger_in(tmp_path / "b")
    steady = Copies(ledger=one)
    whole = [d for at in range(0, 24, 4) for d in store(one, steady, *posts[at : at + 4])]
    killed = [d for at in range(0, 24, 4) for d in store(many, Copies(ledger=many), *posts[at : at + 4])]
    assert [(d.cluster, d.spam, d.spam_reasons) for d in killed] == [(d.cluster, d.spam, d.spam_reasons) for d in whole]
    assert "相似文本12条" in killed[-1].spam_reasons


def test_what_could_not_be_stored_and_comes_again_counts_once(tmp_path: Path) -> None:
    copies = Copies(ledger=ledger_in(tmp_path))
    first = [list(read([post(1), post(2)], Analyzer.load(), copies)) for _ in range(3)]  # the store was away twice
    assert [d.spam_reasons for d in first[0]] == [d.spam_reasons for d in first[2]] == [("相似文本2条",)] * 2


def test_one_authors_flood_is_told_with_its_reason_and_known_after_a_restart(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    flood = [
        attrs.evolve(
            post(n, f"第{n * 7919}回说{n * 104729}的完全不同的话"), author="one", published_at=AT + timedelta(minutes=n)
        )
        for n in range(8)
    ]
    before = store(ledger, Copies(ledger=ledger), *flood[:4])
    after = store(ledger, Copies(ledger=ledger), *flood[4:], attrs.evolve(flood[0], id="weibo:x", author="two"))
    assert [d.spam_reasons for d in before] == [()] * 4
    assert after[0].spam_reasons == ("同一作者10分钟内发了5条",)
    assert (after[3].spam_reasons, after[3].spam) == (("同一作者10分钟内发了8条",), 0.45)
    assert not any("同一作者" in reason for reason in after[4].spam_reasons)
