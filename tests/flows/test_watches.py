"""监测我的品牌: what a watch refuses, and that its preview is what it will count."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.documents import StoredDocument
from domain.errors import InvalidInput
from domain.watches import Watch, WatchedProduct, matches, needle
from flows.watches import fault, node_of, query_of
from nlp.normalize import normalize
from tests.flows.desks import NOW, Rig, document, rig

TEXTS = (
    "岚川热水器漏水",
    "嵐川熱水器漏水",
    "ＬａｎＣｈｕａｎ 客服不理人",
    "lanchuan股票大涨",
    "北屿和岚川比，北屿安静",
    "北屿股票",
    "无关的一句话",
    "R5 pro 很好",
    "",
)


@pytest.mark.parametrize(
    ("watch", "message"),
    [
        (Watch(name=" "), "名称"),
        (Watch(name="x"), "品牌、一个关键词或一个商品链接"),
        (Watch(name="x", words=("水",)), "'水' 太短"),
        (Watch(name="x", words=(" 水 ",)), "太短"),
        (Watch(name="x", products=(WatchedProduct(url="item.jd.com/1.html"),)), "https://"),
        (Watch(name="x", products=(WatchedProduct(url="https://a/1", floor=Decimal("NaN")),)), "控价 NaN"),
        (Watch(name="x", brand="岚川", minimum_authors=0), "至少为 1"),
        (Watch(name="x", brand="岚川", strength=float("nan")), "至少为 1"),
        (Watch(name="x", brand="岚川", channels=("nobody",)), "没有名为 'nobody' 的渠道；已配置：duty、值班"),
    ],
)
def test_a_watch_that_cannot_work_says_why(watch: Watch, message: str) -> None:
    assert message in fault(watch, channels={"值班", "duty"})


def test_a_watch_of_products_only_is_no_fault() -> None:
    product = WatchedProduct(url="https://item.jd.com/1.html")
    assert fault(Watch(name="x", products=(product,)), channels=set()) == ""


def test_a_faulty_watch_is_not_kept(here: Rig) -> None:
    with pytest.raises(InvalidInput, match="已配置：duty"):
        here.desk.watch_list.save(Watch(name="岚川", brand="岚川", channels=("dutty",)))
    assert here.desk.watch_list.all() == []


def test_excluded_words_and_sources_take_matches_away(here: Rig) -> None:
    here.store(*(document(n, t, brands=(), source="weibo" if n % 2 else "jd") for n, t in enumerate(TEXTS)))
    draft = Watch(name="岚川", brand="岚川", aliases=("LanChuan",), excluded=("股票",))
    found = here.desk.watch_list.preview(draft)
    assert [d.id for d in found.newest] == ["jd:0", "jd:1", "jd:2", "jd:4"]
    only = here.desk.watch_list.preview(attrs.evolve(draft, sources=("weibo",)))
    assert [d.id for d in only.newest] == ["jd:1"]


def test_a_traditional_or_full_width_word_matches_and_its_spelling_is_kept(here: Rig) -> None:
    here.store(*(document(n, t, brands=()) for n, t in enumerate(TEXTS)))
    assert here.desk.watch_list.save(Watch(name="w", words=("嵐川", "ＬＡＮＣＨＵＡＮ"), excluded=("股票",))) == 4
    kept = here.desk.watches.get("w")
    assert kept is not None
    assert kept.words == ("嵐川", "ＬＡＮＣＨＵＡＮ", "岚川")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("shelf")) as opened:
        made = [
            document(n, text, brands=brands, source=source, published_at=NOW - timedelta(minutes=n))
            for n, (text, brands, source) in enumerate(
                (t, b, s) for t in TEXTS for b in ((), ("岚川",), ("TCL", "北屿")) for s in ("jd", "weibo")
            )
        ]
        opened.store(*made)
        yield opened


words = st.lists(
    st.sampled_from(("岚川", "嵐川", "LanChuan", "ｔｃｌ", "股票", "R5 Pro", " 客服 ", "")), max_size=2
).map(tuple)
drafts = st.builds(
    Watch,
    name=st.just("w"),
    brand=st.sampled_from(("岚川", "嵐川", "TCL", "tcl", "")),
    aliases=words,
    words=words,
    excluded=words,
    sources=st.sampled_from(((), ("jd",), ("weibo", "jd"))),
)


@settings(max_examples=60, deadline=None)
@given(drafts)
def test_a_preview_counts_what_the_watch_will_count(shelf: Rig, draft: Watch) -> None:
    watch_list = shelf.desk.watch_list
    if fault(draft, channels=set()):
        return
    preview = watch_list.preview(draft, limit=1000)
    assert preview.total == len(preview.newest) == watch_list.save(draft)
    kept = shelf.desk.watches.get("w")
    assert kept is not None
    stored: list[StoredDocument] = [d for _, d in shelf.desk.ledger.since(0, limit=1000)]
    assert {d.id for d in preview.newest} == {d.id for d in stored if matches(kept, d)}
    assert shelf.desk.search.count(query_of(kept)) == preview.total


@given(st.text(max_size=8))
def test_a_needle_is_what_it_is_and_nothing_of_a_blank_one_is_asked(term: str) -> None:
    assert needle(needle(term)) == needle(term)
    if not term.strip():
        assert node_of(Watch(name="w", words=(term,))) is None


def test_editing_a_watch_counts_anew_and_removing_it_takes_its_counts(here: Rig) -> None:
    here.store(*(document(n, t, brands=()) for n, t in enumerate(TEXTS)))
    watch = here.watch("岚川")
    assert sum(t.total for ticks in counts(here).values() for t in ticks) == 3
    here.desk.watch_list.save(attrs.evolve(watch, excluded=("北屿",)))
    assert sum(t.total for ticks in counts(here).values() for t in ticks) == 2
    assert here.desk.watch_list.remove("岚川")
    assert counts(here) == {}
    assert not here.desk.watch_list.remove("岚川")


def counts(here: Rig) -> dict[str, list[object]]:
    return here.desk.ledger.counts("岚川", since=NOW - timedelta(days=1), until=NOW + timedelta(days=1))  # type: ignore[return-value]


def test_a_query_of_a_watch_may_ask_for_what_is_counted(here: Rig) -> None:
    here.store(document(1, "岚川漏水"), document(2, "岚川很好", sentiment="positive"))
    watch = here.watch("岚川")
    assert here.desk.search.count(query_of(watch, counted=True)) == 1
    assert query_of(Watch(name="empty")) == ""


@contextmanager
def hook(status: int) -> Iterator[tuple[int, list[bytes]]]:
    """A webhook on loopback that answers with one status; gives its port and the bodies it got."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port, bodies
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "outcome"), [(200, "delivered"), (404, "dead")])
def test_a_test_message_says_whether_the_channel_took_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, outcome: str
) -> None:
    with hook(status) as (port, bodies):
        monkeypatch.setenv("TEST_HOOK_URL", f"http://127.0.0.1:{port}/hook")
        with rig(tmp_path / "data") as opened:
            delivery = opened.desk.watch_list.test_message("duty")
            assert delivery.outcome == outcome
            assert (delivery.delivered_at is not None) == (outcome == "delivered")
            with pytest.raises(InvalidInput, match="known: duty"):
                opened.desk.watch_list.test_message("nobody")
    assert len(bodies) == 1
    assert "听潮测试消息" in bodies[0].decode()


def test_the_texts_of_this_file_are_normalised_like_stored_ones() -> None:
    assert normalize("ＬａｎＣｈｕａｎ") == needle("ＬａｎＣｈｕａｎ")
