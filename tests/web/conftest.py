"""A desk of fakes: small classes with the flows' method names over invented brands, products and people."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from crawlers.imports.mapping import corrected
from crawlers.imports.rows import look
from domain.alerts import (
    Alert,
    AlertKind,
    AlertState,
    Delivery,
    Evidence,
    Notice,
    NoticeReason,
    Sign,
    SignKind,
    Usual,
)
from domain.analysis import AspectOpinion, Polarity, SeverityClass
from domain.documents import AuthorKind, ComplaintStep, Kind, Passage, StoredDocument
from domain.engagement import Look
from domain.errors import InvalidInput, InvalidQuery
from domain.feeds import FeedState, Outcome, SourceStatus
from domain.imports import ImportedFile
from domain.prices import PriceObservation, Product
from domain.watches import Watch, WatchedProduct
from flows.desk import Desk
from flows.export import Exports
from flows.imports import ImportReport
from flows.incidents import AlertPage, Band, Link
from flows.new_themes import Findings
from flows.overview import OverviewPage, Tile, Trend
from flows.prices import PriceBook
from flows.search import Answer, Marked, marks
from flows.signs import Trace
from flows.story import StoryPage
from flows.themes import Quote, ThemeRow
from flows.watches import Preview, fault
from tests.web.feed_reports import PROMISED, FakeFeedDesk
from web.console import create_app

NOW = datetime(2025, 4, 30, 11, 20, tzinfo=UTC)


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def document(number: int, text: str, sentiment: str = "negative", **more: Any) -> StoredDocument:
    defaults: dict[str, Any] = {
        "id": f"weibo:50{number:04}",
        "source": "weibo",
        "kind": Kind.POST,
        "url": f"https://m.weibo.cn/status/50{number:04}",
        "published_at": ago(number * 3),
        "seen_at": ago(number * 3 - 2),
        "author": f"{number:016x}",
        "brands": ("澜川",),
        "category": "热水器",
        "score": -0.8 if sentiment == "negative" else 0.7,
        "p_negative": 0.9 if sentiment == "negative" else 0.1,
    }
    return StoredDocument(text=text, normalized=text.lower(), sentiment=Polarity(sentiment), **{**defaults, **more})


DOCUMENTS = (
    document(
        1,
        "洗澡时热水器漏电，手被麻了一下，已经断电报修，请大家先停用这款。",
        author_name="城东家电观察",
        author_kind=AuthorKind.MEDIA,
        followers=182000,
        severity=SeverityClass.SAFETY,
        severity_reason="漏电",
        aspects=(AspectOpinion(aspect="质量故障", polarity=Polarity.NEGATIVE, opinion="热水器漏电", start=3, end=8),),
    ),
    document(
        2,
        "同款，也漏水，售后电话打了三次没人接。",
        aspects=(AspectOpinion(aspect="漏水", polarity=Polarity.NEGATIVE, opinion="也漏水", start=3, end=6),),
    ),
    document(3, "<script>alert(1)</script> 漏水 <img src=x onerror=alert(2)>", url="javascript:alert(3)"),
    document(
        4,
        "澜川这次的新品外观不错，安静。",
        "positive",
        source="jd",
        kind=Kind.REVIEW,
        rating=5,
        url="https://item.jd.com/100200.html",
        seller_replies=(Passage(text="感谢<b>支持</b>", published_at=ago(3)),),
    ),
    document(5, "安装师傅另收了支架费，没有提前说。", source="jd", kind=Kind.REVIEW, rating=2),
    document(6, "问一下澜川热水器的滤芯多久换一次？", "neutral"),
    document(
        7,
        "退换纠纷：<b>客服</b>推诿",
        source="tousu",
        kind=Kind.COMPLAINT,
        target="澜*电器",
        demands=("退款", "道歉"),
        status="已回复",
        gone=True,
    ),
)
STEPS = (ComplaintStep(status="处理中", seen_at=ago(2880)), ComplaintStep(status="已回复", seen_at=ago(60)))
USUAL = Usual(negative=2.1, low=0, high=5, total=14, days=90)
EVIDENCE = Evidence(
    window_minutes=20,
    authors=4,
    negative=6,
    total=17,
    usual=USUAL,
    score=9.4,
    needed_score=13.8,
    needed_authors=7,
    awaited=("还需 3 位新作者（近 20 分钟 4 / 7）",),
    reason="too few authors",
    onset=ago(35),
)
STARTS = tuple(ago(360 - 5 * i) for i in range(72))
BAND = Band(
    starts=STARTS,
    negative=tuple([0, 1, 0, 2, 1, 0] * 11 + [2, 3, 5, 8, 11, 14]),
    low=(0.0,) * 72,
    usual=(1.0,) * 72,
    high=(3.0,) * 72,
    onset=ago(30),
)


def alert_of(number: int = 1, **more: Any) -> Alert:
    defaults: dict[str, Any] = {
        "id": f"a{number}", "kind": AlertKind.SEVERE, "watch": "澜川", "brand": "澜川", "topic": "热水器漏电伤人",
        "severity": SeverityClass.SAFETY, "opened_at": ago(26), "onset": ago(30), "first_post_at": ago(30), "usual": 2.1, "now": 34.0, "score": 18.2,
        "authors": 12, "document_ids": tuple(d.id for d in DOCUMENTS[:3]),
        "why": "认证账号发布安全类内容：漏电。\n近 20 分钟 12 位新作者，平时 0–5 条。",
    }  # fmt: skip
    return Alert(**{**defaults, **more})


class FakeClock:
    speed = 30.0

    def now(self) -> datetime:
        return NOW

    def real_seconds(self, duration: timedelta) -> float:
        return duration.total_seconds() / self.speed


class FakeAlerts:
    """Alerts in a dict, with the audit that handling leaves."""

    def __init__(self) -> None:
        self.rows = {
            "a1": alert_of(),
            "a2": alert_of(2, kind=AlertKind.PRICE, severity=None, topic="澜川 60 升低于控价线", usual=1199.0, now=1099.0, document_ids=(), opened_at=ago(300), state=AlertState.ACKNOWLEDGED, owner="林"),
        }  # fmt: skip
        self.lines: list[tuple[datetime, str, str, str]] = [(ago(26), "", "opened", "")]

    def open(self, watch: str | None = None) -> list[Alert]:
        return [a for a in self.rows.values() if a.state is not AlertState.RESOLVED]

    def recent(self, *, since: Any = None, until: Any = None, limit: int = 200) -> list[Alert]:
        return list(self.rows.values())

    def get(self, alert_id: str) -> Alert | None:
        return self.rows.get(alert_id)

    def deliveries(self, alert_id: str) -> list[tuple[Notice, Delivery]]:
        return [(NOTICE, DELIVERY)]


NOTICE = Notice(
    key="k1", alert_id="a1", channel="值班群", reason=NoticeReason.FIRST, title="【严重·安全事故】澜川：热水器漏电伤人",
    lines=("单帖直报（安全事故）：热水器漏电伤人", "首帖 18:50，4 分钟后送达", "“洗澡时热水器漏电，手被麻了一下”"), link="http://127.0.0.1:8000/alerts/a1", created_at=ago(26),
)  # fmt: skip
DELIVERY = Delivery(
    key="k1",
    channel="值班群",
    attempts=1,
    outcome="delivered",
    created_at=ago(26),
    sent_at=ago(25.9),
    delivered_at=ago(25.8),
)
CHAIN = tuple(
    Link(step=s, at=ago(30 - m), since_start_s=m * 60)
    for s, m in (("发布", 0.0), ("采集", 2.2), ("入库", 2.4), ("发现", 3.5), ("发送", 3.9), ("送达", 4.1))
)


TRACES = (
    Trace(
        sign=Sign(key="hot:weibo:浴室<b>惊魂", kind=SignKind.HOT, at=ago(9), text="登上微博热搜第 3 位：#浴室<b>惊魂#", url="https://m.weibo.cn/search?q=1"),
        sightings=((ago(9), 12, 100_200), (ago(4), 3, None)),
    ),
    Trace(
        sign=Sign(key="spread:weibo:500001", kind=SignKind.SPREAD, at=ago(5), text="单帖扩散", document_id="weibo:500001"),
        looks=(Look(document="weibo:500001", at=ago(5), reposts=2_000, likes=4_100),),
        reposts=7,
    ),
)  # fmt: skip


class FakeIncidents:
    def __init__(self, alerts: FakeAlerts) -> None:
        self.alerts = alerts

    def page(self, alert_id: str) -> AlertPage | None:
        alert = self.alerts.get(alert_id)
        if alert is None:
            return None
        severe = alert.kind is AlertKind.SEVERE
        return AlertPage(
            alert=alert, band=BAND if severe else None, documents=DOCUMENTS[:3] if severe else (),
            query='id:"weibo:500001" OR id:"weibo:500002"' if severe else "", words=(("漏电", 8.1), ("断电", 4.2), ("<b>热</b>", 2.0)) if severe else (),
            chain=CHAIN, deliveries=((NOTICE, DELIVERY),), audit=tuple(self.alerts.lines), traces=TRACES if severe else (),
        )  # fmt: skip

    def acknowledge(self, alert_id: str, *, by: str, note: str = "") -> Alert:
        return self._handled(alert_id, AlertState.ACKNOWLEDGED, by, note)

    def resolve(self, alert_id: str, *, by: str, note: str = "") -> Alert:
        return self._handled(alert_id, AlertState.RESOLVED, by, note)

    def _handled(self, alert_id: str, state: AlertState, by: str, note: str) -> Alert:
        if alert_id not in self.alerts.rows:
            raise InvalidInput(f"no alert {alert_id}")
        resolved = NOW if state is AlertState.RESOLVED else None
        after = attrs.evolve(self.alerts.rows[alert_id], state=state, owner=by, note=note, resolved_at=resolved)
        self.alerts.rows[alert_id] = after
        self.alerts.lines.append((NOW, by, state.value, note))
        return after


class FakeSearch:
    """Finds the documents whose text holds the first word; pages by a number; a lone quote is a fault."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, datetime | None, datetime | None]] = []

    def node(self, query: str, *, since: Any = None, until: Any = None) -> Any:
        if query.count('"') % 2:
            raise InvalidQuery("引号没有配对", position=query.rindex('"'))
        return query

    def _found(self, query: str) -> list[StoredDocument]:
        word = query.strip("()").split(" ")[0].rstrip(")")
        return [d for d in DOCUMENTS if ":" in word or word in d.text]

    def find(self, query: str, *, since: Any = None, until: Any = None, sort: str = "time", limit: int = 20, after: str | None = None, facets: bool = True) -> Answer:  # fmt: skip
        self.node(query)
        self.asked.append((query, since, until))
        found = self._found(query)
        start = int(after or 0)
        page = found[start : start + min(limit, 2)]
        word = query.strip("()").split(" ")[0].rstrip(")")
        return Answer(
            query=query,
            total=len(found),
            rows=tuple(
                Marked(document=d, marks=marks(d.text, (word,) if word else ()), steps=STEPS if d.status else ())
                for d in page
            ),
            after=str(start + 2) if start + 2 < len(found) else None,
            facets={"sentiment": [("negative", 4), ("positive", 1)], "source": [("weibo", 4), ("jd", 2)], "brand": [("澜川", 6)], "category": [("热水器", 6)], "bad": [("漏水", 2)]} if facets else {},
        )  # fmt: skip

    def count(self, query: str, *, since: Any = None, until: Any = None) -> int:
        self.node(query)
        return len(self._found(query))

    def scan(self, query: str, *, since: Any = None, until: Any = None) -> Iterator[StoredDocument]:
        self.node(query)
        return iter(self._found(query))


class FakeThemes:
    def of(self, selection: Any, *, limit: int = 15, quoted: int = 3) -> list[ThemeRow]:
        self.asked = selection
        return [
            ThemeRow(theme="漏水", count=182, share=0.314, lift=6.2, query='bad:"漏水"', quotes=(Quote(id="weibo:500002", text="也漏水，没人接"),)),
            ThemeRow(theme="安装收费", count=96, share=0.166, lift=9.8, query='bad:"安装收费"', quotes=(Quote(id="weibo:500005", text="另收了支架费"),)),
        ][:limit]  # fmt: skip


class FakeWatches:
    def __init__(self) -> None:
        self.rows = {
            "澜川": Watch(name="澜川", brand="澜川", aliases=("Lanchuan",), channels=("值班群",), products=(WatchedProduct(url="https://item.jd.com/100200.html", title="澜川 60 升", floor=Decimal("1299")),)),
            "北屿": Watch(name="北屿", brand="北屿", rival=True),
        }  # fmt: skip

    def list(self) -> list[Watch]:
        return list(self.rows.values())

    def get(self, name: str) -> Watch | None:
        return self.rows.get(name)

    def save(self, watch: Watch) -> None:
        self.rows[watch.name] = watch

    def remove(self, name: str) -> bool:
        return self.rows.pop(name, None) is not None


class FakeWatchList:
    def __init__(self, watches: FakeWatches) -> None:
        self.watches = watches

    def all(self) -> list[Watch]:
        return self.watches.list()

    def save(self, watch: Watch) -> int:
        if problem := fault(watch, channels={"值班群", "公关群"}):
            raise InvalidInput(problem)
        self.watches.save(watch)
        return 1234

    def remove(self, name: str) -> bool:
        return self.watches.remove(name)

    def preview(self, watch: Watch, *, limit: int = 10) -> Preview:
        found = tuple(d for d in DOCUMENTS if any(t in d.text for t in watch.terms))
        return Preview(total=len(found), newest=found[:limit])

    def test_message(self, channel: str) -> Delivery:
        dead = channel == "公关群"
        return Delivery(
            key="t",
            channel=channel,
            attempts=1,
            outcome="dead" if dead else "delivered",
            detail="密钥不对" if dead else "",
            created_at=NOW,
        )


class FakePrices:
    """One product in two shops over ten days; the second shop falls below the line."""

    product = Product(
        sku="jd:100200",
        source="jd",
        title="澜川 60 升电热水器",
        brand="澜川",
        shop="澜川官方旗舰店",
        url="https://item.jd.com/100200.html",
    )

    def _seen(self, day: int, shop: str, price: str) -> PriceObservation:
        return PriceObservation(sku="jd:100200", source="jd", shop=shop, price=Decimal(price), list_price=Decimal("1899"), promotions=("满 1000 减 50",), in_stock=True, title=self.product.title, brand="澜川", seen_at=ago(1440 * (10 - day)))  # fmt: skip

    def products(self) -> list[Product]:
        return [self.product]

    def latest(self, skus: Any = None) -> dict[str, list[PriceObservation]]:
        return {"jd:100200": [self._seen(10, "澜川官方旗舰店", "1399"), self._seen(10, "某某电器专营店", "1249")]}

    def history(self, sku: str, *, since: Any = None, until: Any = None) -> list[PriceObservation]:
        rows = [
            self._seen(d, s, p)
            for d in range(11)
            for s, p in (("澜川官方旗舰店", "1399"), ("某某电器专营店", "1349" if d < 8 else "1249"))
        ]
        return [r for r in rows if r.sku == sku and (since is None or r.seen_at >= since)]

    def all(self, *, since: Any = None, until: Any = None) -> Iterator[PriceObservation]:
        return iter(self.history("jd:100200"))


class FakeSources:
    def __init__(self) -> None:
        self.rows = {
            "jd": SourceStatus(name="jd", state=FeedState.HEALTHY, last_success_at=ago(2), last_item_at=ago(9), last_outcome=Outcome.OK),
            "weibo": SourceStatus(name="weibo", state=FeedState.LOGIN_REQUIRED, detail="微博会话已失效：请重新登录后运行 tingchao login weibo", last_success_at=ago(47), last_item_at=ago(47), last_outcome=Outcome.LOGIN_REQUIRED, failures=3),
            "shop": SourceStatus(name="shop", on=False, state=FeedState.OFF, reason="robots 不允许"),
        }  # fmt: skip

    def all(self) -> list[SourceStatus]:
        return [self.rows[n] for n in sorted(self.rows)]

    def get(self, name: str) -> SourceStatus | None:
        return self.rows.get(name)

    def switch(self, name: str, *, on: bool, reason: str) -> None:
        self.rows[name] = attrs.evolve(self.rows.get(name) or SourceStatus(name=name), on=on, reason=reason)


class FakeMappings:
    def __init__(self) -> None:
        self.rows: dict[str, Any] = {}

    def all(self) -> dict[str, Any]:
        return dict(self.rows)

    def save(self, name: str, mapping: Any) -> None:
        self.rows[name] = mapping

    def remove(self, name: str) -> bool:
        return self.rows.pop(name, None) is not None


class FakeImports:
    """Looks at files as the real one does, stores nothing."""

    def __init__(self) -> None:
        self.mappings = FakeMappings()
        self.ways: list[dict[str, Any]] = []
        self.files = SimpleNamespace(recent=lambda limit=50: self.imported)
        self.imported = [
            ImportedFile(sha256="0" * 64, name="京东评价.csv", source="jd", imported_at=ago(90), rows=1204, stored=1198, known=0, refused=6)
        ]  # fmt: skip

    def preview(self, path: Path) -> Any:
        return look(path, saved=self.mappings.all())

    def corrected(self, guess: Any, **said: Any) -> Any:
        return corrected(guess, **said)

    def run(self, path: Path, *, progress: Any = lambda rows: None, **way: Any) -> ImportReport:
        self.ways.append(way)
        rows = path.read_text(encoding="utf-8").splitlines()[1:]
        progress(len(rows))
        refused = tuple(
            SimpleNamespace(line=i, why="这一行没有正文") for i, r in enumerate(rows, start=2) if r.startswith(",")
        )
        return ImportReport(file=str(path), rows=len(rows), stored=len(rows) - len(refused), known=0, refused=refused)  # type: ignore[arg-type]  # shaped like Refused


class FakeDemo:
    def __init__(self) -> None:
        self.played: list[str] = []
        self.first_pages = 0

    def play(self, script: str) -> str:
        self.played.append(script)
        return "脚本已开始：1 分钟内出现首帖"

    def state(self) -> dict[str, Any]:
        return {"running": []}

    def messages(self, *, since: int = 0) -> list[dict[str, Any]]:
        return [
            {
                "channel": "slack",
                "title": NOTICE.title,
                "text": "首帖 18:50",
                "payload": {},
                "world_time": "2025-04-30T18:54:00+08:00",
                "real_time": "2025-05-01T09:00:08+08:00",
            }
        ]

    def first_page(self) -> None:
        self.first_pages += 1


@attrs.define
class FakeMoments:
    """What the story and overview show, to be changed by a test."""

    silence: str = ""
    alert: Alert | None = None
    evidence: Evidence | None = EVIDENCE
    statuses: Any = None


def make_desk(folder: Path, *, demo: bool = True) -> Desk:
    clock, alerts, watches, sources, search, prices = (
        FakeClock(),
        FakeAlerts(),
        FakeWatches(),
        FakeSources(),
        FakeSearch(),
        FakePrices(),
    )
    moments = FakeMoments(alert=alerts.rows["a1"], statuses=sources.all)
    kept: Any = {"clock": clock, "watches": watches, "prices": prices}

    def overview_page(*, days: int = 30) -> OverviewPage:
        names = tuple((NOW - timedelta(days=29 - i)).date().isoformat() for i in range(30))
        brands = {
            "澜川": tuple(8 + (i * 7) % 11 + (40 if i == 29 else 0) for i in range(30)),
            "北屿": tuple(6 + (i * 5) % 9 for i in range(30)),
            "拾光": tuple(4 + (i * 3) % 7 for i in range(30)),
        }
        return OverviewPage(
            at=NOW,
            tiles=(Tile(title="今日声量", value="1,204", detail="平时此刻约 1,150", query="published_at:[2025-04-30 TO *]"), Tile(title="今日负面", value="168", detail="占 14%", query="sentiment:negative", tone="bad"), Tile(title="未关闭预警", value=str(len(alerts.open())), detail="需要处理", query="", tone="bad")),
            trend=Trend(days=names, brands=brands, queries={b: f'brand:"{b}" AND sentiment:negative' for b in brands}),
            alerts=tuple(alerts.open()), feeds=tuple(sources.all()), watches=tuple(watches.list()),
            silent={"澜川": moments.silence} if moments.silence else {}, promises=(PROMISED,), last_document_at=ago(3),
        )  # fmt: skip

    def story_page(watch: str = "") -> StoryPage:
        alert = moments.alert
        return StoryPage(
            at=NOW, speed=30.0, watch=watch or "澜川", watches=("澜川", "北屿"), posts=DOCUMENTS, band=BAND, evidence=moments.evidence,
            silence=moments.silence, alert=alert, chain=CHAIN if alert else (), message=attrs.asdict(NOTICE) if alert else None,
            messages=1 if alert else 0, feeds=tuple(sources.all()),
        )  # fmt: skip

    fakes: Any = {
        "clock": clock, "ledger": None, "documents": None, "alerts": alerts, "prices": prices, "watches": watches, "sources": sources,
        "jobs": SimpleNamespace(all=lambda: [{"name": "crawl:jd", "next": ago(-3), "last": ago(2), "misfires": 0, "last_error": None}]),
        "notifiers": {"值班群": SimpleNamespace(name="值班群", kind="slack"), "公关群": SimpleNamespace(name="公关群", kind="wecom")},
        "monitor": moments, "search": search, "themes": FakeThemes(), "insight": None, "new_themes": SimpleNamespace(of=lambda selection, **also: Findings(rows=(), read=0, of=0, compared=0), decided=list), "wishes": None, "reviews": None, "worklist": None,
        "contradictions": SimpleNamespace(of=lambda selection, **also: []), "feed_desk": FakeFeedDesk(sources), "overview": SimpleNamespace(page=overview_page, promises=lambda **also: (PROMISED,)), "incidents": FakeIncidents(alerts),
        "story": SimpleNamespace(page=story_page), "price_book": PriceBook(**kept), "watch_list": FakeWatchList(watches),
        "exports": Exports(search=search, prices=prices, alerts=alerts, themes=FakeThemes()),  # type: ignore[arg-type]  # fakes with the same methods
        "imports": FakeImports(), "demo": FakeDemo() if demo else None, "leave_demo": (lambda: "演示数据已清除") if demo else None, "folder": folder,
    }  # fmt: skip
    return Desk(**fakes)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


@pytest.fixture
def app(desk: Desk) -> FastAPI:
    return create_app(desk)


@pytest.fixture
def browser(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False) as client:
        yield client
