"""The nasty cases of 什么值得买, 贴吧, 黑猫投诉 and of feeds, each by its name: `pytest tests/cases -k tousu-status-days`."""

import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest

from demo import site_feeds
from demo.complaining import complaints
from demo.dealing import deals
from demo.threads import threads
from domain.feeds import FeedState, Outcome
from domain.prices import PriceObservation
from index import tables

OURS = "澜川"
MOBILE = "https://m.smzdm.com/ajax_home_list?page=1"
JSON_LISTS = [f"https://www.smzdm.com/jingxuan/json_more?filter=s0f0t0b0d0r0p{n}" for n in (1, 2, 3)]


def followed(replica: Any, source: str, **more: Any) -> Any:
    replica.follow(sources=(source,), **more)
    if source == "rss":
        replica.site("rss", feeds=list(site_feeds.FEEDS))
    return replica


def prices(replica: Any) -> dict[str, PriceObservation]:
    """The newest observation of each deal."""
    latest = tables.Prices(replica.engine).latest()
    return {sku.removeprefix("smzdm:"): max(found, key=lambda p: p.seen_at) for sku, found in latest.items()}


def existing(replica: Any, query: str = "") -> dict[str, Any]:
    return {str(deal.id): deal for deal in deals(replica.world.seed, now=replica.world.now(), query=query)}


def refused_once(replica: Any, source: str, outcome: Outcome, state: FeedState) -> Any:
    """The refusal ends the crawl, and nothing is asked behind it."""
    crawl = replica.collect(source)
    assert crawl.report["stopped"] == outcome
    assert crawl.pages[-1].outcome is outcome
    assert crawl.outcomes[outcome.value] == 1
    assert replica.state(source) is state
    assert replica.status(source).detail
    return crawl


# --- 什么值得买


def test_smzdm_free_prices(replica: Any) -> None:
    followed(replica, "smzdm")
    replica.play("smzdm-free-prices")
    replica.ask("smzdm", *JSON_LISTS)
    replica.collect("smzdm")
    stored, there = prices(replica), existing(replica)
    assert set(stored) == set(there)
    told = {id_: (p.price, p.currency if p.price is not None else "CNY", p.shop) for id_, p in stored.items()}
    assert told == {id_: (deal.price, deal.currency, deal.mall) for id_, deal in there.items()}
    assert {p.raw for p in stored.values()} == {deal.text for deal in there.values()}
    assert None in {p.price for p in stored.values()}
    assert {p.currency for p in stored.values()} >= {"CNY", "USD", "JPY"}


def test_smzdm_sold_out(replica: Any) -> None:
    followed(replica, "smzdm")
    replica.play("smzdm-sold-out")
    replica.ask("smzdm", *JSON_LISTS)
    replica.collect("smzdm")
    on = {id_ for id_, price in prices(replica).items() if price.in_stock is not False}
    assert on == {id_ for id_, deal in existing(replica).items() if deal.over_at > replica.world.now()}
    replica.wait(hours=30)
    replica.ask("smzdm", *(f"{url}&again=1" for url in JSON_LISTS))
    replica.collect("smzdm")
    over = {id_ for id_ in on if prices(replica)[id_].in_stock is False}
    there = existing(replica)
    assert over == {id_ for id_ in on if id_ in there and there[id_].over_at <= replica.world.now()}
    assert over
    for id_ in over:
        first, last = tables.Prices(replica.engine).history(f"smzdm:{id_}")
        assert (first.in_stock is False, first.seen_at) == (False, there[id_].at)
        assert (last.in_stock, last.seen_at) == (False, replica.world.now())
        assert first.price == last.price


def test_smzdm_html_in_json(replica: Any) -> None:
    followed(replica, "smzdm")
    replica.play("smzdm-html-in-json")
    replica.ask("smzdm", MOBILE)
    crawl = replica.collect("smzdm")
    assert "deals" in {page.page for page in crawl.pages}
    there = dict(sorted(existing(replica).items(), key=lambda pair: pair[1].at, reverse=True)[:20])
    stored = prices(replica)
    assert set(stored) >= set(there)
    assert {id_: stored[id_].price for id_ in there} == {id_: deal.price for id_, deal in there.items()}
    running = [id_ for id_, deal in there.items() if deal.over_at > replica.world.now()]
    assert {stored[id_].seen_at for id_ in running} == {there[id_].at for id_ in running}


def test_smzdm_captcha_regular(replica: Any) -> None:
    followed(replica, "smzdm", words=("沐禾", "北澈", "恒岚"))
    replica.play("smzdm-captcha-regular")
    refused_once(replica, "smzdm", Outcome.CAPTCHA, FeedState.BLOCKED)
    before = set(prices(replica))
    wanted = {id_ for word in (OURS, "沐禾", "北澈", "恒岚") for id_ in existing(replica, word)}
    assert before
    assert before < wanted
    replica.restore()
    replica.collect("smzdm")
    assert set(prices(replica)) == wanted
    assert replica.state("smzdm") is FeedState.HEALTHY


# --- feeds


def test_rss_same_guid_new_text(replica: Any) -> None:
    followed(replica, "rss")
    scene = replica.play("rss-same-guid-new-text")
    id_ = f"rss:https://m.weibo.cn/status/{scene.memory['bid']}"
    replica.collect("rss")
    before, count = replica.document(id_), len(replica.documents("rss"))
    assert (before.version, "漏水" in before.text) == (1, False)
    replica.wait(hours=2)
    replica.collect("rss")
    after = replica.document(id_)
    assert (after.version, "漏水" in after.text, after.published_at) == (2, True, before.published_at)
    assert Counter(d.id for d in replica.documents("rss"))[id_] == 1
    assert len(replica.documents("rss")) >= count


def test_rss_zones(replica: Any) -> None:
    followed(replica, "rss")
    replica.site("rss", feeds=[f"https://{site_feeds.HOST}/weibo/keyword/%20", f"https://{site_feeds.NEWS}/rss.xml"])
    replica.play("rss-zones")
    replica.collect("rss")
    news = [d for d in replica.documents("rss") if d.id.startswith(f"rss:{site_feeds.NEWS}/")]
    others = [d for d in replica.documents("rss") if d not in news]
    assert len(news) == len(others) == site_feeds.MOST
    assert sorted(d.published_at for d in news) == sorted(d.published_at for d in others)
    assert max(d.published_at for d in news) <= replica.world.now()


def test_rss_twice_escaped(replica: Any) -> None:
    followed(replica, "rss")
    replica.site("rss", feeds=[f"https://{site_feeds.NEWS}/rss.xml"])
    replica.play("rss-twice-escaped")
    replica.collect("rss")
    texts = [d.text for d in replica.documents("rss")]
    assert len(texts) == site_feeds.MOST
    assert not [text for text in texts if "&lt;" in text or "<p>" in text or "<span" in text or "&amp;" in text]
    assert all(text.strip() for text in texts)


def test_rss_cut(replica: Any) -> None:
    followed(replica, "rss")
    replica.play("rss-cut")
    crawl = replica.collect("rss")
    assert crawl.outcomes == {"truncated": 1}
    assert replica.documents("rss") == []
    replica.stop("rss-cut")
    replica.wait(minutes=15)
    replica.collect("rss")
    assert replica.complete("rss", "post", query=OURS)


def test_rss_entity_bomb(replica: Any) -> None:
    followed(replica, "rss")
    replica.play("rss-entity-bomb")
    crawl = replica.collect("rss")
    assert crawl.outcomes == {"changed": 1}
    assert "entities" in crawl.reasons[0]
    assert replica.documents("rss") == []


# --- 贴吧


def test_tieba_no_zeros(replica: Any) -> None:
    followed(replica, "tieba")
    replica.play("tieba-no-zeros")
    replica.collect("tieba")
    assert replica.complete("tieba", "post", query=OURS)
    assert replica.complete("tieba", "comment", query=OURS)
    there = {
        f"tieba:{reply.spid}": reply.at.replace(second=0)
        for thread in threads(replica.world.seed, now=replica.world.now(), query=OURS)
        for floor in thread.floors
        for reply in floor.replies
    }
    assert {d.id: d.published_at for d in replica.documents("tieba", "comment") if d.id in there} == there
    assert there


def test_tieba_names_escaped(replica: Any) -> None:
    followed(replica, "tieba")
    replica.play("tieba-names-escaped")
    replica.collect("tieba")
    hashes: dict[str, set[str]] = {}
    for thread in threads(replica.world.seed, now=replica.world.now(), query=OURS):
        for floor in thread.floors:
            id_ = thread.tid if floor.number == 1 else floor.pid
            hashes.setdefault(floor.author.name, set()).add(replica.document(f"tieba:{id_}").author)
            for reply in floor.replies:
                hashes.setdefault(reply.author.name, set()).add(replica.document(f"tieba:{reply.spid}").author)
    assert all(len(found) == 1 and "" not in found for found in hashes.values())
    kept = {value for d in replica.documents("tieba") for value in (d.author, d.author_name)}
    assert not kept & set(hashes)


def test_tieba_picture_alone(replica: Any) -> None:
    followed(replica, "tieba")
    replica.play("tieba-picture-alone")
    replica.collect("tieba")
    there = {
        f"tieba:{said}"
        for thread in threads(replica.world.seed, now=replica.world.now(), query=OURS)
        for floor in thread.floors
        for said, text in [(floor.pid, floor.text), *((reply.spid, reply.text) for reply in floor.replies)]
        if not text
    }
    stored = {d.id: d for d in replica.documents("tieba", "comment") if not d.text}
    assert set(stored) == there
    assert there
    assert {(d.sentiment.value, d.severity, d.aspects) for d in stored.values()} == {("neutral", None, ())}


def test_tieba_check_page(replica: Any) -> None:
    followed(replica, "tieba")
    replica.play("tieba-check-page")
    refused_once(replica, "tieba", Outcome.CAPTCHA, FeedState.BLOCKED)
    assert replica.documents("tieba")
    assert not replica.invented("tieba", "post", query=OURS)
    assert replica.missing("tieba", "comment", query=OURS)
    replica.restore()
    replica.collect("tieba")
    assert replica.complete("tieba", "post", query=OURS)
    assert replica.complete("tieba", "comment", query=OURS)


# --- 黑猫投诉


def test_tousu_red_and_masked(replica: Any) -> None:
    followed(replica, "tousu")
    replica.play("tousu-red-and-masked")
    replica.collect("tousu")
    assert replica.complete("tousu", "complaint", query=OURS)
    stored = {d.id: d for d in replica.documents("tousu", "complaint")}
    there = {f"tousu:{c.sn}": c for c in complaints(replica.world.seed, now=replica.world.now(), query=OURS)}
    assert {id_: (d.target, d.demands, d.status) for id_, d in stored.items()} == {
        id_: (c.target, c.demands, c.status(replica.world.now())) for id_, c in there.items()
    }
    assert {"澜*电器", "澜川电器"} == {d.target for d in stored.values()}
    assert not [d for d in stored.values() if "span" in d.text or "sld" in d.url]


def test_tousu_cut_summary(replica: Any) -> None:
    followed(replica, "tousu")
    replica.play("tousu-cut-summary")
    replica.collect("tousu")
    there = {f"tousu:{c.sn}": c for c in complaints(replica.world.seed, now=replica.world.now(), query=OURS)}
    assert any(len(c.summary) > 60 for c in there.values())
    texts = {d.id: d.text for d in replica.documents("tousu")}
    assert [id_ for id_, c in there.items() if c.summary not in texts[id_]] == []
    replica.wait(minutes=30)
    replica.collect("tousu")
    assert {d.id: d.text for d in replica.documents("tousu")} == texts


def test_tousu_status_days(replica: Any) -> None:
    followed(replica, "tousu")
    replica.play("tousu-status-days")
    start = replica.world.now()
    looks = [start]
    replica.collect("tousu")
    for _ in range(11):
        replica.wait(hours=22)
        looks.append(replica.world.now())
        replica.collect("tousu")
    filed = complaints(replica.world.seed, now=replica.world.now(), query=OURS)
    fresh = [c for c in filed if start < c.at]
    assert fresh
    steps = tables.Complaints(replica.engine).steps([f"tousu:{c.sn}" for c in fresh])
    for complaint in fresh:
        seen = {look: complaint.status(look) for look in looks if look >= complaint.at}
        first = {status: min(look for look, said in seen.items() if said == status) for status in seen.values()}
        assert {step.status: step.seen_at for step in steps[f"tousu:{complaint.sn}"]} == first
        stored = replica.document(f"tousu:{complaint.sn}")
        assert stored.status == complaint.status(replica.world.now())
        assert complaint.summary in stored.text
    assert max(len(found) for found in steps.values()) >= 3
    assert max(Counter(d.id for d in replica.documents("tousu")).values()) == 1


def test_tousu_signature_wanted(replica: Any) -> None:
    followed(replica, "tousu")
    replica.play("tousu-signature-wanted")
    refused_once(replica, "tousu", Outcome.BLOCKED, FeedState.BLOCKED)
    assert len(replica.asked("/api/")) == 1
    assert not any({"signature", "rs"} & set(request.query) for request in replica.asked())


@pytest.mark.parametrize("source", ["smzdm", "tousu", "tieba", "rss"])
def test_reading_everything_again_stores_nothing_twice(replica: Any, source: str) -> None:
    followed(replica, source)
    replica.collect(source)
    before = (replica.documents(source), tables.Prices(replica.engine).latest())
    assert any(before)
    replica.collect(source)
    assert (replica.documents(source), tables.Prices(replica.engine).latest()) == before


class _Hub(BaseHTTPRequestHandler):
    """A feed server on this machine, as people run RSSHub: one feed, and one that leads to another port."""

    elsewhere = ""

    def do_GET(self) -> None:
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", self.elsewhere)
            self.end_headers()
            return
        found = self.path.startswith("/keyword/")
        word = unquote(self.path.rpartition("/")[2])
        item = f"<item><title>{word}热水器漏水</title><guid>1</guid><pubDate>Wed, 11 Nov 2026 05:00:00 GMT</pubDate></item>"
        body = f"<rss version='2.0'><channel>{item}</channel></rss>".encode() if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/xml; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@pytest.fixture
def hub() -> Iterator[str]:
    """`127.0.0.1:PORT` of a running feed server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(10)


def test_a_feed_on_this_machine_is_read_because_the_settings_name_it(replica: Any, hub: str) -> None:
    followed(replica, "rss")
    replica.site("rss", feeds=[f"http://{hub}/keyword/{{term}}"], origin="")
    crawl = replica.collect("rss")
    assert crawl.outcomes == {"ok": 1}
    assert [(d.id, d.text) for d in replica.documents("rss")] == [("rss:127.0.0.1/1", f"{OURS}热水器漏水")]


def test_a_feed_of_the_settings_leads_nowhere_else_inside(
    replica: Any, hub: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    monkeypatch.setattr(_Hub, "elsewhere", f"http://127.0.0.1:{beside.server_port}/keyword/x")
    thread = threading.Thread(target=beside.serve_forever, daemon=True)
    thread.start()
    try:
        followed(replica, "rss")
        replica.site("rss", feeds=[f"http://{hub}/away"], origin="")
        crawl = replica.collect("rss")
    finally:
        beside.shutdown()
        beside.server_close()
        thread.join(10)
    assert "ok" not in crawl.outcomes
    assert replica.documents("rss") == []
