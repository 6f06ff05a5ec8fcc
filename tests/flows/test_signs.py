"""What besides new posts is told at once, on real tables: a post that spreads, a line of a hot-search list."""

from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from domain.alerts import AlertKind, AlertState, NoticeReason, SignKind
from domain.analysis import SeverityClass
from domain.feeds import HotTopic
from domain.watches import Watch
from flows.monitor import Monitor
from flows.signs import Signs
from index.store import Batch
from index.tables import Engagement, HotTopics
from tests.flows.test_monitor import NOW, OURS, House

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LINE = HotTopic(source="weibo", title="岚川热水器", rank=7, heat=812_345, label="新", brands=("岚川",), seen_at=NOW)


class LoudHouse(House):
    """The monitor's house, whose monitor also looks for signs."""

    def restarted(self) -> Monitor:
        monitor = super().restarted()
        self.hot = HotTopics(self.engine)
        monitor.signs = Signs(ledger=self.ledger, alerts=self.alerts, engagement=Engagement(self.engine), hot=self.hot)
        return monitor

    def told(self) -> list[str]:
        """Titles of the notices to one channel, oldest first."""
        found = [n for a in self.alerts.recent() for n, _ in self.alerts.deliveries(a.id) if n.channel == "值班"]
        return [n.title for n in sorted(found, key=lambda n: n.created_at)]

    def again(self, document: object, *, after: timedelta, **counts: int) -> None:
        """The same post as a later look shows it."""
        self.clock.at = NOW + after
        seen = attrs.evolve(document, seen_at=self.clock.at, **counts)  # type: ignore[type-var]
        self.ledger.store(Batch(receipt=f"look-{after}", documents=(seen,)), [OURS], now=self.clock.at)


@pytest.fixture
def house(tmp_path: Path) -> LoudHouse:
    return LoudHouse(tmp_path)


def test_our_brand_on_the_hot_list_is_told_once(house: LoudHouse) -> None:
    house.hot.record([LINE])
    (alert,) = house.monitor.tick()
    assert (alert.kind, alert.onset, [s.kind for s in alert.signs]) == (AlertKind.SEVERE, NOW, [SignKind.HOT])
    assert house.told() == ["【严重·热搜】岚川：登上微博热搜第 7 位：#岚川热水器#（新），热度 812,345"]
    house.clock.at += MINUTE
    house.hot.record([attrs.evolve(LINE, rank=2, seen_at=house.clock.at)])
    house.restarted().tick()
    assert len(house.told()) == 1


@pytest.mark.parametrize(
    "line",
    [
        attrs.evolve(LINE, advertised=True),
        attrs.evolve(LINE, brands=(), title="岚川古镇下雪了"),
        attrs.evolve(LINE, brands=("北屿",), title="北屿空调"),
        attrs.evolve(LINE, seen_at=NOW - HOUR),
    ],
)
def test_a_paid_line_a_town_a_rival_and_yesterdays_list_are_not(house: LoudHouse, line: HotTopic) -> None:
    house.hot.record([line])
    assert house.monitor.tick() == []


def test_an_excluded_word_takes_a_line_away_and_an_alias_brings_one(house: LoudHouse) -> None:
    house.watches.save(attrs.evolve(OURS, aliases=("小岚",), excluded=("演唱会",)))
    house.hot.record([attrs.evolve(LINE, title="岚川演唱会")])
    assert house.monitor.tick() == []
    house.hot.record([attrs.evolve(LINE, title="小岚又上新了", brands=())])
    assert [a.signs[0].key for a in house.monitor.tick()] == ["hot:weibo:小岚又上新了"]


def test_the_topic_of_an_open_matter_on_the_list_joins_it(house: LoudHouse) -> None:
    post = house.post(
        NOW - 10 * MINUTE,
        text="#浴室惊魂夜# 岚川热水器漏电，老人被电伤",
        severity=SeverityClass.SAFETY,
        severity_reason="漏电",
    )
    house.tick(1, post)
    house.clock.at += 2 * MINUTE
    house.hot.record([attrs.evolve(LINE, title="浴室惊魂夜", brands=(), seen_at=house.clock.at)])
    (alert,) = house.monitor.tick()
    assert [s.key for s in alert.signs] == ["hot:weibo:浴室惊魂夜"]
    assert len(house.alerts.recent()) == 1
    assert house.told()[-1].startswith("【升级】")


def test_one_post_going_round_is_told_without_any_new_post(house: LoudHouse) -> None:
    post = house.post(NOW - MINUTE, text="岚川空调又坏了，售后不理", reposts=0, comments=1, likes=2)
    assert house.tick(1, post) == []
    house.again(post, after=15 * MINUTE, reposts=20, comments=30, likes=10)
    assert house.monitor.tick() == []
    house.again(post, after=HOUR, reposts=2_000, comments=900, likes=4_100)
    (alert,) = house.monitor.tick()
    assert (alert.kind, alert.document_ids) == (AlertKind.SEVERE, (post.id,))
    assert house.told() == [
        "【严重·传播】岚川：单帖扩散：发布 1 小时互动 7,000（转 2,000 评 900 赞 4,100），规则线 300，同龄帖子还太少"
    ]
    house.again(post, after=HOUR + 5 * MINUTE, reposts=2_500, comments=1_000, likes=5_000)
    house.monitor.tick()
    assert len(house.told()) == 1


def test_praise_that_spreads_and_a_rivals_trouble_ring_nobodys_phone(house: LoudHouse) -> None:
    praise = house.post(NOW - HOUR, negative=False, text="岚川空调真安静")
    house.store([praise])
    house.again(praise, after=MINUTE, reposts=5_000, comments=10, likes=9_000)
    house.watches.save(Watch(name="北屿", brand="北屿", rival=True, channels=("值班",)))
    house.hot.record([attrs.evolve(LINE, title="北屿空调", brands=("北屿",), seen_at=house.clock.at)])
    assert [a for a in house.monitor.tick() if a.kind is AlertKind.SEVERE] == []


def test_a_closed_matter_is_not_opened_by_the_line_that_it_held(house: LoudHouse) -> None:
    house.hot.record([LINE])
    (alert,) = house.monitor.tick()
    house.alerts.save(
        attrs.evolve(alert, state=AlertState.RESOLVED, resolved_at=NOW), by="王", action=NoticeReason.RESOLVED
    )
    house.clock.at += 5 * MINUTE
    house.hot.record([attrs.evolve(LINE, seen_at=house.clock.at)])
    assert house.monitor.tick() == []
