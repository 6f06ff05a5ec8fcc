"""What the ledger promises, on SQLite and on PostgreSQL."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import attrs
import pytest
from sqlalchemy import Engine

from domain.alerts import TickCount
from domain.analysis import Polarity
from domain.documents import StoredDocument
from domain.feeds import FeedState, Outcome, PageSeen
from domain.times import tick_start
from index.counting import counts_as_negative
from index.store import Batch, Stored
from index.tables import Ledger, Sources, Watches
from tests.contracts.samples import DAY, HOUR, MINUTE, START, document, watch

pytestmark = pytest.mark.timeout(120)


def store(
    engine: Engine, *documents: StoredDocument, receipt: str = "r", watches: tuple[str, ...] = ("岚川",)
) -> Stored:
    batch = Batch(receipt=receipt, documents=documents)
    return Ledger(engine).store(batch, [watch(name) for name in watches])


def ticks(engine: Engine, name: str = "岚川") -> list[TickCount]:
    found = Ledger(engine).counts(name, since=START - 99 * DAY, until=START + 99 * DAY)
    return sorted((t for source in found.values() for t in source), key=lambda t: t.start)


def test_a_stored_document_comes_back_field_by_field(engine: Engine) -> None:
    told = document(text="“岚川”\n漏水 🔥 了", rating=1, published_at=START + timedelta(microseconds=7))
    assert store(engine, told) == Stored(stored=1, updated=0, known=0)
    assert Ledger(engine).get(["jd:none", "jd:1"]) == [told]


def test_a_batch_with_a_known_receipt_stores_nothing(engine: Engine) -> None:
    first = store(engine, document("jd:1"), receipt="inbox-1")
    again = store(engine, document("jd:2"), receipt="inbox-1")
    assert first == again == Ledger(engine).receipt("inbox-1")
    assert Ledger(engine).known(["jd:1", "jd:2"]) == {"jd:1"}
    assert Ledger(engine).receipt("inbox-2") is None


def test_the_same_document_in_another_batch_is_known_and_counts_once(engine: Engine) -> None:
    store(engine, document(), receipt="one")
    assert store(engine, document(seen_at=START + HOUR), receipt="two") == Stored(stored=0, updated=0, known=1)
    assert ticks(engine) == [TickCount(start=tick_start(START), total=1, negative=1, authors=1)]


def test_an_appended_review_is_an_update_with_a_higher_version_and_the_first_seen_time(engine: Engine) -> None:
    store(engine, document(), receipt="one")
    longer = document(text="岚川空调漏水\n【追评】 还是漏", seen_at=START + DAY)
    assert store(engine, longer, receipt="two") == Stored(stored=0, updated=1, known=0)
    [kept] = Ledger(engine).get(["jd:1"])
    assert (kept.version, kept.text, kept.seen_at) == (2, longer.text, START + MINUTE)


def test_the_preview_of_a_long_text_never_replaces_it(engine: Engine) -> None:
    store(engine, document(text="岚川空调漏水，修了三次还是漏"), receipt="one")
    assert store(engine, document(text="岚川空调漏水，修了…"), receipt="two").known == 1


def test_two_wordings_of_a_sites_filler_are_no_news(engine: Engine) -> None:
    filler = document(text="此用户没有填写评价内容", default_text=True)
    store(engine, filler, receipt="a")
    other = attrs.evolve(filler, text="此用户未填写评价", normalized="此用户未填写评价", tokens=("此用户",))
    assert store(engine, other, receipt="b").known == 1


def test_a_post_that_is_gone_keeps_its_words_and_is_never_stored_without_any(engine: Engine) -> None:
    store(engine, document(text="岚川空调漏水"), receipt="one")
    shell = document(text="", gone=True, seen_at=START + HOUR)
    assert store(engine, shell, document("jd:2", text="", gone=True), receipt="two").updated == 1
    assert store(engine, shell, receipt="three").known == 1
    [kept] = Ledger(engine).get(["jd:1", "jd:2"])
    assert (kept.text, kept.gone, kept.version) == ("岚川空调漏水", True, 2)
    assert sum(t.total for t in ticks(engine)) == 1


def test_a_publishing_time_that_drifts_between_looks_stays_where_it_was_first(engine: Engine) -> None:
    store(engine, document(), receipt="one")
    assert store(engine, document(published_at=START + 3 * MINUTE), receipt="two").known == 1


def test_a_bare_date_becomes_exact_when_a_later_look_knows_more(engine: Engine) -> None:
    store(engine, document(date_only=True), receipt="one")
    store(engine, document(published_at=START + 2 * HOUR), receipt="two")
    assert Ledger(engine).get(["jd:1"])[0].published_at == START + 2 * HOUR
    assert [t.start for t in ticks(engine)] == [tick_start(START + 2 * HOUR)]


def test_one_id_twice_in_a_batch_is_stored_once_in_its_last_form(engine: Engine) -> None:
    told = store(engine, document(), document(likes=3))
    assert told == Stored(stored=1, updated=0, known=1)
    assert Ledger(engine).get(["jd:1"])[0].likes == 3


@pytest.mark.parametrize(
    "changes",
    [
        {"sentiment": Polarity.NEUTRAL},
        {"p_negative": 0.49},
        {"default_text": True},
        {"spam": 0.8},
    ],
)
def test_what_is_not_surely_a_persons_negative_counts_only_in_the_total(
    engine: Engine, changes: dict[str, object]
) -> None:
    store(engine, document(**changes))
    assert ticks(engine) == [TickCount(start=tick_start(START), total=1, negative=0, authors=0)]


def test_an_author_counts_once_in_24_hours_whatever_the_order_of_arrival(engine: Engine) -> None:
    times = [0, 10, 23, 48]
    told = [document(f"jd:{n}", author="甲", published_at=START + at * HOUR) for n, at in enumerate(times)]
    for n in (3, 1, 2, 0):
        store(engine, told[n], receipt=f"r{n}")
    assert [t.authors for t in ticks(engine)] == [1, 0, 0, 1]


def test_a_bare_date_stands_in_no_tick_but_belongs_to_its_watch(engine: Engine) -> None:
    store(
        engine,
        document("jd:1", date_only=True),
        document("jd:2", author="甲"),
        document("jd:3", date_only=True, author="甲"),
    )
    assert ticks(engine) == [TickCount(start=tick_start(START), total=1, negative=1, authors=1)]
    found = Ledger(engine).documents_of("岚川", since=START, until=START + HOUR, negative=True)
    assert [d.id for d in found] == ["jd:1", "jd:2", "jd:3"]
    assert Ledger(engine).recount(watch()) == 3
    assert ticks(engine) == [TickCount(start=tick_start(START), total=1, negative=1, authors=1)]


def test_a_bare_date_that_becomes_exact_begins_to_count(engine: Engine) -> None:
    store(engine, document(published_at=START - HOUR, date_only=True))
    assert ticks(engine) == []
    store(engine, document(published_at=START + HOUR), receipt="second")
    assert [(t.start, t.total, t.authors) for t in ticks(engine)] == [(tick_start(START + HOUR), 1, 1)]


def test_an_erased_negative_makes_the_next_one_of_its_author_new_again(engine: Engine) -> None:
    store(engine, *(document(f"jd:{n}", author="甲", published_at=START + n * HOUR) for n in range(3)))
    assert Ledger(engine).erase(ids=["jd:0", "jd:none"]) == ["jd:0"]
    assert [(t.total, t.authors) for t in ticks(engine)] == [(1, 1), (1, 0)]


def test_erasing_an_author_leaves_nothing_of_them_and_engines_learn_of_it(engine: Engine) -> None:
    store(engine, document("jd:1", author="甲"), document("jd:2", author="乙"))
    before = Ledger(engine).last_sequence()
    assert Ledger(engine).erase(author="甲") == ["jd:1"]
    assert [id_ for _, id_ in Ledger(engine).erased_since(before, limit=9)] == ["jd:1"]
    assert [t.total for t in ticks(engine)] == [1]
    assert Ledger(engine).documents_of("岚川", since=START - DAY, until=START + DAY) == Ledger(engine).get(["jd:2"])


def test_sequences_only_grow_even_when_the_newest_row_was_erased(engine: Engine) -> None:
    store(engine, document("jd:1"), document("jd:2"), receipt="one")
    Ledger(engine).erase(ids=["jd:2"])
    seen = Ledger(engine).last_sequence()
    store(engine, document("jd:3"), receipt="two")
    assert [d.id for _, d in Ledger(engine).since(seen, limit=9)] == ["jd:3"]


def test_catching_up_in_small_steps_sees_every_newest_row_once(engine: Engine) -> None:
    store(engine, *(document(f"jd:{n}") for n in range(7)), receipt="one")
    store(engine, document("jd:2", likes=1), receipt="two")
    at, seen = 0, []
    while rows := Ledger(engine).since(at, limit=3):
        at = rows[-1][0]
        seen += [d.id for _, d in rows]
    assert seen == ["jd:0", "jd:1", "jd:3", "jd:4", "jd:5", "jd:6", "jd:2"]
    assert at == Ledger(engine).last_sequence()


def test_a_document_counts_for_each_watch_that_it_belongs_to(engine: Engine) -> None:
    store(engine, document(brands=("岚川", "青禾")), watches=("岚川", "青禾", "白麓"))
    assert [len(ticks(engine, name)) for name in ("岚川", "青禾", "白麓")] == [1, 1, 0]


def test_a_new_watch_is_counted_over_the_past(engine: Engine) -> None:
    store(engine, *(document(f"jd:{n}", author=str(n % 2)) for n in range(6)), watches=())
    assert ticks(engine) == []
    assert Ledger(engine).recount(watch()) == Ledger(engine).recount(watch()) == 6
    assert ticks(engine) == [TickCount(start=tick_start(START), total=6, negative=6, authors=2)]


def test_a_removed_watch_takes_its_counts_with_it_and_a_renamed_one_keeps_them(engine: Engine) -> None:
    watches = Watches(engine)
    watches.save(watch())
    store(engine, document())
    watches.rename("岚川", "岚川电器")
    assert watches.get("岚川电器") == watch(name="岚川电器", brand="岚川")
    assert (len(ticks(engine)), len(ticks(engine, "岚川电器"))) == (0, 1)
    assert watches.remove("岚川电器")
    assert not watches.remove("岚川电器")
    assert ticks(engine, "岚川电器") == []


def test_a_watchs_documents_come_newest_first_in_their_span(engine: Engine) -> None:
    told = [document(f"jd:{n}", published_at=START + n * HOUR) for n in range(4)]
    told[2] = attrs.evolve(told[2], sentiment=Polarity.POSITIVE)
    store(engine, *told)
    found = Ledger(engine).documents_of("岚川", since=START + HOUR, until=START + 4 * HOUR)
    assert [d.id for d in found] == ["jd:3", "jd:2", "jd:1"]
    found = Ledger(engine).documents_of("岚川", since=START, until=START + 4 * HOUR, negative=True, limit=2)
    assert [d.id for d in found] == ["jd:3", "jd:1"]


def test_pages_of_a_batch_feed_the_health_of_their_source(engine: Engine) -> None:
    def page(outcome: Outcome, minute: int) -> PageSeen:
        return PageSeen(
            source="weibo", page="search", url="x", outcome=outcome, items=3, seen_at=START + minute * MINUTE
        )

    good, bad = page(Outcome.OK, 1), page(Outcome.LOGIN_REQUIRED, 2)
    Ledger(engine).store(Batch(receipt="1", pages=(bad, good)), [])
    status = Sources(engine).get("weibo")
    assert status is not None
    assert (status.state, status.failures, status.last_success_at) == (FeedState.LOGIN_REQUIRED, 1, START + MINUTE)
    assert "登录" in status.detail
    Ledger(engine).store(Batch(receipt="1", pages=(good,)), [])
    assert Sources(engine).pages("weibo", since=START, until=START + HOUR) == [bad, good]


def test_a_batch_that_fails_half_way_leaves_nothing(engine: Engine) -> None:
    broken = PageSeen(source="jd", page="p", url="u", outcome=Outcome.OK, seen_at="not a time")  # type: ignore[arg-type]
    with pytest.raises(Exception, match="unsupported operand"):
        Ledger(engine).store(Batch(receipt="r", documents=(document(),), pages=(broken,)), [watch()])
    assert Ledger(engine).receipt("r") is None
    assert Ledger(engine).last_sequence() == 0
    assert ticks(engine) == []


def test_writers_side_by_side_lose_nothing_and_their_sequences_are_whole(engine: Engine) -> None:
    def write(n: int) -> Stored:
        return store(engine, *(document(f"jd:{n}-{k}", author="甲") for k in range(5)), receipt=f"r{n}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))
    rows = Ledger(engine).since(0, limit=99)
    assert [sequence for sequence, _ in rows] == list(range(1, 61))
    assert ticks(engine) == [TickCount(start=tick_start(START), total=60, negative=60, authors=1)]


@pytest.mark.parametrize("seed", range(6))
def test_counts_after_any_history_are_those_of_a_plain_count_over_what_is_stored(engine: Engine, seed: int) -> None:
    chance = random.Random(seed)
    ledger = Ledger(engine)
    for step in range(25):
        if chance.random() < 0.2:
            ledger.erase(ids=[f"jd:{chance.randrange(20)}"])
            continue
        some = [
            document(
                f"jd:{chance.randrange(20)}",
                author=chance.choice(["", "甲", "乙", "丙"]),
                published_at=START + chance.randrange(80) * HOUR,
                date_only=chance.random() < 0.5,
                p_negative=chance.choice([0.3, 0.9]),
                likes=step,
            )
            for _ in range(chance.randrange(1, 6))
        ]
        store(engine, *some, receipt=str(step))
    held = [d for _, d in ledger.since(0, limit=99)]
    assert ticks(engine) == plain_count(held)


def plain_count(held: list[StoredDocument]) -> list[TickCount]:
    """The definition in the docstring of TickCount, word by word; a bare date has no tick."""
    found: dict[object, TickCount] = {}
    timed = [d for d in held if not d.date_only]
    for one in timed:
        tick = found.get(tick_start(one.published_at), TickCount(start=tick_start(one.published_at)))
        negative = counts_as_negative(one)
        earlier = [
            other
            for other in timed
            if counts_as_negative(other)
            and one.author
            and other.author == one.author
            and (other.published_at, other.id) < (one.published_at, one.id)
            and one.published_at - other.published_at < DAY
        ]
        found[tick.start] = attrs.evolve(
            tick,
            total=tick.total + 1,
            negative=tick.negative + negative,
            authors=tick.authors + (negative and not earlier),
        )
    return sorted(found.values(), key=lambda t: t.start)
