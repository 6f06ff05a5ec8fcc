"""What every search engine promises: the same tests on tantivy and on a real Elasticsearch, with equal answers."""

import random
import unicodedata
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from domain.analysis import AspectOpinion, Polarity, SeverityClass
from domain.documents import AuthorKind, Kind, StoredDocument
from domain.errors import InvalidQuery, StoreUnavailable
from domain.times import SHANGHAI
from index.elastic import Elastic
from index.embedded import Embedded
from index.query import And, Everything, Node, Not, Or, Range, Term, parse
from index.store import Documents
from tests.contracts.samples import DAY, HOUR, START, document

pytestmark = pytest.mark.timeout(300)
SEED = 20260110


ENGINES = ["embedded", pytest.param("elastic", marks=pytest.mark.elastic)]


def opened(request: pytest.FixtureRequest, folder: Path) -> Documents:
    if request.param == "embedded":
        return Embedded(folder / "index")
    return Elastic([request.getfixturevalue("elastic_url")], index_prefix=f"t{uuid.uuid4().hex}", replicas=0)


@pytest.fixture(params=ENGINES)
def documents(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Documents]:
    """An empty engine of each kind."""
    engine = opened(request, tmp_path)
    yield engine
    engine.close()


@pytest.fixture(scope="module", params=ENGINES)
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documents]:
    """An engine of each kind with a few documents of known texts, for tests that only read."""
    engine = opened(request, tmp_path_factory.mktemp("texts"))
    texts(engine, "漏水了", "漏水 了", "水。冰", "Ｋfr-35GW/N8 好", "漏水\n底下", "🔥a  b")
    yield engine
    engine.close()


@pytest.fixture(scope="module", params=ENGINES)
def cards(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Documents]:
    """An engine of each kind with three documents that differ in their fields, for tests that only read."""
    engine = opened(request, tmp_path_factory.mktemp("fields"))
    leak = AspectOpinion(aspect="漏水", polarity=Polarity.NEGATIVE, opinion="漏", start=0, end=1)
    dry = attrs.evolve(leak, polarity=Polarity.POSITIVE)
    one = document(
        "jd:1",
        brands=("TCL", "青禾"),
        model="LC-35GW/A1",
        product="TCL 一级 空调",
        sku="77",
        rating=1,
        cluster="c1",
        aspects=(leak,),
    )
    two = document("jd:2", rating=4, product="LC(1.5)*", aspects=(dry, dry), published_at=START - 2 * HOUR)
    other = document(
        "weibo:3",
        kind=Kind.COMPLAINT,
        brands=(),
        sentiment=Polarity.POSITIVE,
        score=0.9,
        spam=0.8,
        severity=SeverityClass.SAFETY,
        published_at=START + HOUR,
    )
    engine.put([one, two, other])
    yield engine
    engine.close()


def normalize(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def query(text: str) -> Node:
    return parse(text, now=START, normalize=normalize)


def found(documents: Documents, wanted: Node | str) -> list[str]:
    node = query(wanted) if isinstance(wanted, str) else wanted
    ids = [d.id for d in documents.scan(node)]
    assert documents.count(node) == len(ids)
    return ids


def texts(documents: Documents, *said: str) -> None:
    documents.put(
        attrs.evolve(document(f"jd:{n}", text=text), normalized=normalize(text), tokens=tuple(normalize(text).split()))
        for n, text in enumerate(said)
    )


@pytest.mark.elastic
def test_the_node_is_a_real_elasticsearch_9_5(elastic_url: str) -> None:
    from elasticsearch import Elasticsearch

    with Elasticsearch(elastic_url) as client:
        assert str(client.cat.nodes(h="version")).strip().startswith("9.5.")


def test_a_document_comes_back_field_by_field(documents: Documents) -> None:
    full = document(
        text="“岚川”\n 漏水 🔥 了\t",
        version=3,
        kind=Kind.COMPLAINT,
        url="https://shop.example/1",
        tokens=("漏水", "了"),
        published_at=START + timedelta(microseconds=123_456),
        author_name="岚川官方",
        author_kind=AuthorKind.ORGANISATION,
        followers=12,
        reposts=0,
        repost_of="weibo:9",
        rating=2,
        sku="jd:77",
        product="岚川 空调 LC-35(新)",
        brands=("岚川", "青禾"),
        model="LC-35GW/A1",
        aspects=(AspectOpinion(aspect="漏水", polarity=Polarity.NEGATIVE, opinion="漏水", start=6, end=8),),
        severity=SeverityClass.SAFETY,
        severity_reason="🔥",
        spam=0.25,
        spam_reasons=("copies",),
        cluster="c1",
        score=-0.123456789,
    )
    documents.put([full])
    assert [hit.document for hit in documents.search(Everything()).hits] == [full]


def test_putting_twice_is_putting_once(documents: Documents) -> None:
    assert documents.put([document(), document("jd:2")]) == 2
    assert documents.put([document(), document("jd:2"), document("jd:2")]) == 0
    assert documents.count(Everything()) == 2


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
@pytest.mark.parametrize("together", [True, False])
def test_the_highest_version_wins_whatever_the_order_of_arrival(
    documents: Documents, order: tuple[int, ...], *, together: bool
) -> None:
    told = [document(text=f"第{n}版", version=n) for n in order]
    for batch in [told] if together else [[one] for one in told]:
        documents.put(batch)
    assert [d.text for d in documents.scan(Everything())] == ["第3版"]
    assert (documents.count(query("第2版")), documents.count(query("第3版"))) == (0, 1)


def test_an_empty_put_is_fine(documents: Documents) -> None:
    assert documents.put([]) == 0
    assert documents.search(Everything()).total == 0
    assert documents.facet(Everything(), "brand") == []
    assert documents.histogram(Everything(), bucket_s=3600) == {}


@pytest.mark.parametrize(
    ("wanted", "hits"),
    [
        ("漏水", [0, 1, 4]),
        ("水", [0, 1, 2, 4]),
        ('"漏水 了"', [1]),
        ('"漏水了"', [0]),
        ('" "', [1, 3, 5]),
        ('"\n"', [4]),
        ("。", [2]),
        ("kfr-35gw", [3]),
        ("KFR-35", [3]),
        ("FR-3", [3]),
        ("r-35gw/n", [3]),
        ("3gw", []),
        ("漏水 -了", [4]),
        ("漏水 OR 冰", [0, 1, 2, 4]),
        ('-"水"', [3, 5]),
        ("🔥", [5]),
        ('"a  b"', [5]),
        ('"a b"', []),
        ("_20", []),
    ],
)
def test_a_word_or_phrase_is_an_exact_part_of_the_normalised_text(
    shelf: Documents, wanted: str, hits: list[int]
) -> None:
    assert sorted(found(shelf, wanted)) == [f"jd:{n}" for n in hits]


@pytest.mark.parametrize(
    ("wanted", "hits"),
    [
        ("brand:tcl", ["jd:1"]),
        ("品牌：（岚川 OR tcl）", ["jd:1", "jd:2"]),
        ("model:lc-35gw/a1", ["jd:1"]),
        ("product:一级", ["jd:1"]),
        ('product:"lc(1.5)*"', ["jd:2"]),
        ("product:lcx1", []),
        ("sku:77", ["jd:1"]),
        ("source:weibo", ["weibo:3"]),
        ("类型:投诉", ["weibo:3"]),
        ("sentiment:负面", ["jd:1", "jd:2"]),
        ("aspect:漏水", ["jd:1", "jd:2"]),
        ("bad:漏水", ["jd:1"]),
        ("good:漏水", ["jd:2"]),
        ("严重:安全", ["weibo:3"]),
        ("rating:1", ["jd:1"]),
        ("rating:<=2", ["jd:1"]),
        ("rating:>1", ["jd:2"]),
        ("-rating:1", ["jd:2", "weibo:3"]),
        ("rating:1.5", []),
        ("score:<-0.5", ["jd:1", "jd:2"]),
        ("score:>=-0.8 -score:>0.1", ["jd:1", "jd:2"]),
        ("spam:是", ["weibo:3"]),
        ("spam:<=0.8", ["jd:1", "jd:2", "weibo:3"]),
        ("spam:<0.8", ["jd:1", "jd:2"]),
        ("cluster:c1", ["jd:1"]),
        ("cluster:C1", []),
        ('author:"author-jd:2"', ["jd:2"]),
        ('id:"jd:2"', ["jd:2"]),
        ("", ["jd:1", "jd:2", "weibo:3"]),
        ('-""', []),
        ("since:1h", ["jd:1", "weibo:3"]),
        ("until:1h", ["jd:2"]),
        ("since:2026-01-10 until:2026-01-10T12:00:00", ["jd:2"]),
    ],
)
def test_fields_find_their_values(cards: Documents, wanted: str, hits: list[str]) -> None:
    assert sorted(found(cards, wanted)) == hits


def test_a_span_holds_its_start_and_not_its_end_to_the_microsecond(documents: Documents) -> None:
    step = timedelta(microseconds=1)
    documents.put(document(f"jd:{n}", published_at=START + n * step) for n in range(5))
    span = Range(field="published_at", low=START + step, high=START + 3 * step)
    assert found(documents, span) == ["jd:2", "jd:1"]


def test_pages_by_time_are_newest_first_without_gap_or_repeat(documents: Documents) -> None:
    told = [document(f"jd:{n}", published_at=START + n // 40 * HOUR) for n in range(130)]
    documents.put(told)
    after, seen, sizes = None, [], []
    while True:
        page = documents.search(Everything(), limit=7, after=after)
        assert page.total == 130
        seen += [hit.document for hit in page.hits]
        sizes.append(len(page.hits))
        after = page.after
        if after is None:
            break
    assert sorted(d.id for d in seen) == sorted(d.id for d in told)
    assert [d.published_at for d in seen] == sorted((d.published_at for d in told), reverse=True)
    assert sizes == [7] * 18 + [4]
    assert seen == list(documents.scan(Everything()))


def test_the_last_page_says_that_there_is_no_more(documents: Documents) -> None:
    documents.put(document(f"jd:{n}") for n in range(4))
    assert documents.search(Everything(), limit=4).after is None
    assert documents.search(Everything(), limit=3).after is not None
    assert documents.search(Everything(), limit=0).total == 4


def test_relevance_puts_whole_and_frequent_words_first_and_pages_too(documents: Documents) -> None:
    texts(documents, "制冷 很 好", "漏水 漏水 漏水", "说 漏水 的 空调 其实 没有 那么 多 问题 也 还 可以", "不漏水渍")
    first = documents.search(query("漏水"), sort="relevance", limit=2)
    assert first.hits[0].document.id == "jd:1"
    assert first.hits[0].score > first.hits[1].score > 0
    rest = documents.search(query("漏水"), sort="relevance", limit=2, after=first.after)
    assert (first.total, rest.after) == (3, None)
    assert {h.document.id for h in (*first.hits, *rest.hits)} == {"jd:1", "jd:2", "jd:3"}


@pytest.mark.parametrize("sort", ["time", "relevance", "shoe size"])
def test_a_page_mark_or_sort_that_we_did_not_make_is_refused(documents: Documents, sort: str) -> None:
    documents.put([document()])
    with pytest.raises(InvalidQuery):
        documents.search(Everything(), sort=sort, after="'; DROP")


def test_facets_count_values_as_stored_most_first_equal_ones_by_value(documents: Documents) -> None:
    documents.put(
        document(f"jd:{n}", brands=("TCL",) if n < 2 else ("岚川", "青禾"), rating=n % 2 + 1, category="")
        for n in range(5)
    )
    assert documents.facet(Everything(), "brand") == [("岚川", 3), ("青禾", 3), ("TCL", 2)]
    assert documents.facet(Everything(), "brand", limit=1) == [("岚川", 3)]
    assert documents.facet(query("rating:1"), "rating") == [("1", 3)]
    assert documents.facet(Everything(), "category") == []
    with pytest.raises(InvalidQuery, match="brand"):
        documents.facet(Everything(), "text")


def test_buckets_begin_at_midnight_in_shanghai_and_weeks_on_monday(documents: Documents) -> None:
    late = datetime(2026, 1, 9, 15, 59, tzinfo=UTC)  # a Friday, 23:59 in Shanghai
    documents.put([document("jd:1", published_at=late), document("jd:2", published_at=late + timedelta(minutes=1))])
    days = documents.histogram(Everything(), bucket_s=86_400)[""]
    assert [(at.astimezone(SHANGHAI).isoformat(), n) for at, n in days] == [
        ("2026-01-09T00:00:00+08:00", 1),
        ("2026-01-10T00:00:00+08:00", 1),
    ]
    [(week, both)] = documents.histogram(Everything(), bucket_s=7 * 86_400)[""]
    assert (week.astimezone(SHANGHAI).isoformat(), both) == ("2026-01-05T00:00:00+08:00", 2)


def test_a_split_histogram_has_a_series_per_value(documents: Documents) -> None:
    documents.put(
        document(f"jd:{n}", brands=("岚川", "青禾")[: n % 2 + 1], published_at=START + n * HOUR) for n in range(4)
    )
    series = documents.histogram(query("岚川"), bucket_s=3600, split="brand")
    assert series == {
        "岚川": [(START + n * HOUR, 1) for n in range(4)],
        "青禾": [(START + HOUR, 1), (START + 3 * HOUR, 1)],
    }


def test_a_deleted_document_is_gone_and_may_come_back_at_once(documents: Documents) -> None:
    documents.put([document("jd:1", version=4), document("jd:2")])
    for _ in range(5):
        assert documents.delete(["jd:1", "jd:none"]) == 2
        assert found(documents, "") == ["jd:2"]
        assert documents.put([document("jd:1", version=1)]) == 1
        assert documents.count(Everything()) == 2


def test_writers_side_by_side_leave_the_highest_version_of_each(documents: Documents) -> None:
    def write(version: int) -> int:
        return documents.put([document(f"jd:{n}", version=version, text=f"第{version}版") for n in range(20)])

    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(write, [3, 1, 4, 2, 6, 5]))
    assert {d.text for d in documents.scan(Everything())} == {"第6版"}
    assert documents.count(Everything()) == 20
    assert 20 <= sum(written) <= 120


def test_the_place_in_the_ledger_is_remembered(documents: Documents) -> None:
    assert documents.sequence() == 0
    documents.advance(41)
    documents.advance(42)
    assert documents.sequence() == 42


def test_a_thousand_clauses_are_answered(documents: Documents) -> None:
    texts(documents, "漏水了", "w999 在这里")
    wanted = query(" OR ".join(f"w{n}" for n in range(1_000)))
    assert found(documents, wanted) == ["jd:1"]


def test_scanning_goes_past_a_page_and_stays_in_order(documents: Documents) -> None:
    documents.put(document(f"jd:{n}", published_at=START + n % 50 * HOUR) for n in range(4_500))
    seen = [(d.published_at, d.id) for d in documents.scan(Everything())]
    assert len({id_ for _, id_ in seen}) == len(seen) == 4_500
    assert [at for at, _ in seen] == sorted((at for at, _ in seen), reverse=True)


def test_any_part_of_any_text_is_found_in_exactly_the_texts_that_hold_it(documents: Documents) -> None:
    chance = random.Random(SEED)
    alphabet = '漏水制冷好坏ab1- \n。，!\u3000\xa0🔥_\\"*'
    said = ["".join(chance.choices(alphabet, k=chance.randrange(30))) for _ in range(400)]
    documents.put(attrs.evolve(document(f"jd:{n}", text=t), normalized=t) for n, t in enumerate(said))
    for _ in range(150):
        text = chance.choice(said)
        start = chance.randrange(len(text) + 1)
        part = text[start : start + chance.randrange(1, 6)]
        expected = [f"jd:{n}" for n, t in enumerate(said) if part in t]
        assert sorted(found(documents, Term(field="text", value=part))) == sorted(expected), repr(part)


def test_any_tree_of_conditions_finds_what_its_words_say(documents: Documents) -> None:
    chance = random.Random(SEED + 1)
    told = [
        document(
            f"jd:{n}",
            text="".join(chance.choices("漏水制冷", k=6)),
            rating=chance.choice([None, 1, 2, 3]),
            brands=tuple(chance.sample(["岚川", "青禾", "TCL"], chance.randrange(3))),
            score=chance.choice([-0.5, 0.0, 0.5]),
            published_at=START + chance.randrange(4) * DAY,
        )
        for n in range(120)
    ]
    documents.put(told)
    for _ in range(120):
        tree = grown(chance, 3)
        assert sorted(found(documents, tree)) == sorted(d.id for d in told if holds(tree, d)), tree


def grown(chance: random.Random, depth: int) -> Node:
    if depth == 0 or chance.random() < 0.3:
        leaves: list[Node] = [
            Term(field="text", value=chance.choice(["漏", "漏水", "水制冷", "冷"])),
            Term(field="brand", value=chance.choice(["岚川", "tcl"])),
            Term(field="rating", value=chance.choice(["1", "2"])),
            Range(field="rating", low=2.0),
            Range(field="rating", high=2.5),
            Range(field="score", low=-0.5, high=0.5),
            Range(field="published_at", low=START + DAY, high=START + 3 * DAY),
            Everything(),
        ]
        return chance.choice(leaves)
    parts = tuple(grown(chance, depth - 1) for _ in range(chance.randrange(4)))
    return chance.choice([And(parts=parts), Or(parts=parts), Not(part=grown(chance, depth - 1))])


def holds(node: Node, document: StoredDocument) -> bool:
    """The definition of each node, in Python."""
    match node:
        case Term(field="text"):
            return node.value in document.normalized
        case Term(field="brand"):
            return node.value.lower() in [b.lower() for b in document.brands]
        case Term():
            return document.rating == int(node.value)
        case Range():
            value = getattr(document, node.field)
            low, high = node.low, node.high
            return value is not None and (low is None or value >= low) and (high is None or value < high)
        case And():
            return all(holds(part, document) for part in node.parts)
        case Or():
            return any(holds(part, document) for part in node.parts)
        case Not():
            return not holds(node.part, document)
        case Everything():
            return True


def test_a_product_opens_while_its_cluster_is_away_and_each_question_says_so() -> None:
    away = Elastic(["http://127.0.0.1:1"], timeout_s=1)
    with pytest.raises(StoreUnavailable, match="does not answer"):
        away.count(Everything())
    away.close()
