"""Looks, reposts, hot topics, totals and evidence come with the batch that holds them, on SQLite and on PostgreSQL."""

import attrs
from sqlalchemy import Engine

from domain.documents import Kind, StoredDocument
from domain.feeds import HotTopic, Outcome, PageSeen, SiteTotal
from index.store import Batch
from index.tables import Engagement, Evidence, HotTopics, Ledger, Totals
from tests.contracts.samples import DAY, HOUR, MINUTE, START, document, watch


def post(id_: str = "weibo:1", **changes: object) -> StoredDocument:
    return document(id_, **{"kind": Kind.POST, "reposts": 1, "comments": 2, "likes": 3, **changes})


def store(engine: Engine, name: str, **parts: object) -> None:
    Ledger(engine).store(Batch(receipt=name, **parts), [watch()], now=START + HOUR)


def test_each_look_is_kept_once(engine: Engine) -> None:
    store(engine, "a", documents=(post(),))
    store(engine, "b", documents=(post(seen_at=START + 5 * MINUTE, likes=30), post(seen_at=START + 5 * MINUTE)))
    looks = Engagement(engine).looks(["weibo:1", "weibo:2"])
    assert [(look.at - START, look.engaged) for look in looks["weibo:1"]] == [(MINUTE, 6), (5 * MINUTE, 6)]
    assert set(looks) == {"weibo:1"}


def test_old_posts_and_reviews_have_no_looks(engine: Engine) -> None:
    store(engine, "a", documents=(post(seen_at=START + 3 * DAY), document("jd:1", likes=5)))
    assert Engagement(engine).looks(["weibo:1", "jd:1"]) == {}


def test_looks_of_a_watch_are_those_of_its_posts_by_time_of_the_look(engine: Engine) -> None:
    other = post("weibo:2", text="别家", normalized="别家", brands=())
    store(engine, "a", documents=(post(), post("weibo:3", seen_at=START + HOUR, p_negative=0.1), other))
    found = Engagement(engine).of_watch("岚川", since=START, until=START + HOUR)
    assert [(at, look.document) for at, look in found] == [(START, "weibo:1")]
    later = Engagement(engine).of_watch("岚川", since=START, until=START + DAY, negative=True)
    assert [look.document for _, look in later] == ["weibo:1"]


def test_who_reposted_whom_is_kept(engine: Engine) -> None:
    child = post("weibo:9", repost_of="weibo:1", published_at=START + MINUTE, seen_at=START + 2 * MINUTE)
    store(engine, "a", documents=(post(), child))
    store(engine, "b", documents=(child,))
    assert [(r.child, r.author, r.at - START) for r in Engagement(engine).reposts_of("weibo:1")] == [
        ("weibo:9", "author-weibo:9", MINUTE)
    ]


def test_a_chain_names_each_who_was_passed_on(engine: Engine) -> None:
    store(
        engine,
        "a",
        documents=(
            post("weibo:9", repost_of="weibo:1", parent="weibo:5"),
            post("weibo:7", kind=Kind.COMMENT, parent="weibo:5"),
        ),
    )
    assert [[r.child for r in Engagement(engine).reposts_of(p)] for p in ("weibo:1", "weibo:5")] == [["weibo:9"]] * 2


def topic(title: str = "岚川热水器", **changes: object) -> HotTopic:
    return attrs.evolve(HotTopic(source="weibo", title=title, rank=12, heat=1_000, seen_at=START), **changes)


def test_a_hot_topic_remembers_its_best_place_and_its_life(engine: Engine) -> None:
    hot = HotTopics(engine)
    hot.record([topic(brands=("岚川",)), topic("别的", rank=0, heat=None)])
    store(engine, "a", topics=(topic(rank=3, heat=9_000, seen_at=START + HOUR, brands=("岚川",)),))
    hot.record(
        [topic(rank=20, heat=100, seen_at=START + 2 * HOUR, brands=("岚川",)), topic(rank=1, seen_at=START - HOUR)]
    )
    record = hot.since(START + HOUR)[0]
    assert (record.rank, record.best_rank, record.heat, record.peak_heat) == (20, 1, 100, 9_000)
    assert (record.first_seen, record.last_seen) == (START - HOUR, START + 2 * HOUR)
    assert [r for _, r, _ in hot.sightings("岚川热水器")] == [1, 12, 3, 20]
    assert [t.title for t in hot.since(START)] == ["别的", "岚川热水器"]


def test_the_newest_total_of_a_subject_stands(engine: Engine) -> None:
    told = SiteTotal(
        source="jd",
        page="reviews",
        subject="jd:7",
        total=49_000,
        exact=False,
        folded=507,
        by_rating={"bad": 3},
        seen_at=START,
    )
    store(engine, "a", totals=(told, attrs.evolve(told, total=10, seen_at=START - HOUR)))
    assert Totals(engine).of("jd") == [told]
    store(engine, "b", totals=(attrs.evolve(told, total=50_000, seen_at=START + HOUR),))
    assert [t.total for t in Totals(engine).of("jd")] == [50_000]


def test_a_document_names_the_answers_that_held_it(engine: Engine) -> None:
    seen = PageSeen(
        source="jd",
        page="reviews",
        url="https://x.example/1",
        outcome=Outcome.OK,
        seen_at=START,
        archive="urn:a",
        sha256="ab",
        document_ids=("jd:1",),
    )
    store(engine, "a", pages=(seen, attrs.evolve(seen, archive="", document_ids=())))
    store(engine, "b", pages=(attrs.evolve(seen, archive="urn:b", seen_at=START + HOUR),))
    assert [(p.archive, p.sha256) for p in Evidence(engine).of("jd:1")] == [("urn:a", "ab"), ("urn:b", "ab")]
    assert Evidence(engine).of("jd:2") == []
