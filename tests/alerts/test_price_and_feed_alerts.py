"""Price incidents and feed incidents: told once when they begin, closed when they are over."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import attrs
import pytest

from alerts.feeds import WatchFeed, duty, feed_change, lack, of_source, silence
from alerts.prices import PriceFinding, PriceRule, episode_of, judge_drop, judge_floor, price_change
from domain.alerts import AlertState, NoticeReason
from domain.feeds import FeedState, Outcome, SourceStatus
from domain.prices import PriceObservation

NOW = datetime(2026, 11, 18, 6, 0, tzinfo=UTC)


def seen(price: str | None, *, hours: float, shop: str = "北屿旗舰店", **more: object) -> PriceObservation:
    return PriceObservation(
        sku="jd:900100",
        source="jd",
        shop=shop,
        price=None if price is None else Decimal(price),
        title="北屿 60 升热水器",
        seen_at=NOW - timedelta(hours=hours),
        **more,  # type: ignore[arg-type]  # fields of the noun
    )


WEEK = [seen("1299.00", hours=h) for h in (150, 120, 90, 60, 30)]


@pytest.mark.parametrize(("price", "fallen"), [("1299.00", False), ("1240.00", False), ("1234.05", True), ("999.00", True)])  # fmt: skip
def test_five_percent_under_the_weeks_median_is_a_fall(price: str, fallen: bool) -> None:
    (finding,) = judge_drop([*WEEK, seen(price, hours=0)], now=NOW)
    assert finding.broken is fallen
    assert finding.reference == Decimal("1299.00")


def test_one_shops_price_is_not_measured_against_anothers() -> None:
    assert judge_drop([*WEEK, seen("999.00", hours=0, shop="别家店")], now=NOW) == judge_drop(WEEK, now=NOW)[:0]


def test_too_few_or_too_old_observations_say_nothing() -> None:
    assert judge_drop([seen("1299.00", hours=9), seen("900.00", hours=1)], now=NOW) == []
    assert judge_drop([*WEEK, seen("900.00", hours=25)], now=NOW) == []
    assert judge_drop([*WEEK, seen(None, hours=1)], now=NOW) == []


def test_a_shop_below_the_line_breaks_it_and_one_at_the_line_does_not() -> None:
    latest = [seen("1199.00", hours=1, shop="甲"), seen("1200.00", hours=1, shop="乙"), seen("1.00", hours=30, shop="丙"), seen("1.00", hours=1, shop="丁", in_stock=False)]  # fmt: skip
    broken = {f.shop: f.broken for f in judge_floor(latest, Decimal("1200.00"), now=NOW)}
    assert broken == {"甲": True, "乙": False}


def finding(*, broken: bool = True, price: str = "999.00", shop: str = "甲") -> PriceFinding:
    return PriceFinding(rule=PriceRule.FLOOR, sku="jd:1", shop=shop, title="壶", price=Decimal(price), reference=Decimal("1200"), broken=broken, seen_at=NOW)  # fmt: skip


def test_a_price_incident_is_told_once_and_closed_in_silence() -> None:
    first = price_change(None, finding(), watch="岚川", brand="岚川", now=NOW)
    assert first is not None
    assert first.reason is NoticeReason.FIRST
    assert "999.00" in first.alert.why
    assert "16.8%" in first.alert.why
    assert price_change(first.alert, finding(price="900.00"), watch="岚川", brand="岚川", now=NOW) is None
    over = price_change(first.alert, finding(broken=False), watch="岚川", brand="岚川", now=NOW)
    assert over is not None
    assert (over.reason, over.alert.state) == (NoticeReason.QUIET, AlertState.RESOLVED)


def test_an_incident_belongs_to_one_shop_product_and_rule() -> None:
    change = price_change(None, finding(), watch="岚川", brand="", now=NOW)
    assert change is not None
    assert episode_of(change.alert, finding(price="1.00"))
    assert not episode_of(change.alert, finding(shop="乙"))
    assert not episode_of(change.alert, attrs.evolve(finding(), rule=PriceRule.DROP))


WEIBO = SourceStatus(name="weibo", state=FeedState.HEALTHY, last_success_at=NOW - timedelta(minutes=4))


@pytest.mark.parametrize(
    ("state", "outcome", "said"),
    [
        (FeedState.LOGIN_REQUIRED, Outcome.LOGIN_REQUIRED, "tingchao login weibo"),
        (FeedState.BLOCKED, Outcome.CAPTCHA, "完成验证"),
        (FeedState.BLOCKED, Outcome.BLOCKED, "运维"),
        (FeedState.CHANGED, Outcome.CHANGED, "开发"),
        (FeedState.STALE, None, "tingchao doctor"),
    ],
)
def test_trouble_says_who_must_do_what_once_and_says_when_it_is_over(
    state: FeedState, outcome: Outcome | None, said: str
) -> None:
    troubled = attrs.evolve(WEIBO, state=state, last_outcome=outcome)
    first = feed_change(None, troubled, now=NOW)
    assert first is not None
    assert first.reason is NoticeReason.FIRST
    assert said in first.alert.why
    assert "微博" in first.alert.topic
    assert of_source(first.alert, "weibo")
    assert not of_source(first.alert, "jd")
    assert feed_change(first.alert, troubled, now=NOW + timedelta(hours=1)) is None
    over = feed_change(first.alert, WEIBO, now=NOW + timedelta(hours=2))
    assert over is not None
    assert (over.reason, over.alert.state) == (NoticeReason.RESOLVED, AlertState.RESOLVED)


def test_a_source_that_a_person_switched_off_is_no_trouble() -> None:
    assert feed_change(None, attrs.evolve(WEIBO, on=False, state=FeedState.BLOCKED), now=NOW) is None


def test_the_sources_own_words_go_first() -> None:
    assert duty(attrs.evolve(WEIBO, state=FeedState.BLOCKED, detail="等到 18:00")) == "等到 18:00"


def test_silence_is_explained_and_a_healthy_source_is_not() -> None:
    assert silence(WEIBO) == ""
    assert "登录已失效" in silence(attrs.evolve(WEIBO, state=FeedState.LOGIN_REQUIRED))
    assert "还没有采集" in silence(attrs.evolve(WEIBO, state=FeedState.UNKNOWN, last_success_at=None))


def test_another_trouble_is_told_again_and_the_same_is_not() -> None:
    stale = attrs.evolve(WEIBO, state=FeedState.STALE, detail="已 3 小时没有成功采集")
    first = feed_change(None, stale, now=NOW, since=NOW)
    assert first is not None
    older = feed_change(first.alert, attrs.evolve(stale, detail="已 4 小时没有成功采集"), now=NOW + timedelta(hours=1))
    assert older is not None
    assert (older.reason, older.action) == (NoticeReason.QUIET, "")
    login = attrs.evolve(WEIBO, state=FeedState.LOGIN_REQUIRED, last_outcome=Outcome.LOGIN_REQUIRED)
    changed = feed_change(older.alert, login, now=NOW + timedelta(hours=2))
    assert changed is not None
    assert changed.reason is NoticeReason.GROWING
    assert changed.alert.topic == "微博：登录已失效"


def test_each_trouble_is_an_incident_of_its_own_even_without_a_success_between() -> None:
    blocked = attrs.evolve(WEIBO, state=FeedState.BLOCKED)
    first = feed_change(None, blocked, now=NOW, since=NOW)
    second = feed_change(None, blocked, now=NOW + timedelta(hours=5), since=NOW + timedelta(hours=5))
    again = feed_change(None, blocked, now=NOW + timedelta(minutes=1), since=NOW)
    assert first is not None
    assert second is not None
    assert again is not None
    assert first.alert.id != second.alert.id
    assert first.alert.id == again.alert.id


def test_switched_on_again_is_not_yet_recovered_and_switched_off_is_told_to_nobody() -> None:
    first = feed_change(None, attrs.evolve(WEIBO, state=FeedState.BLOCKED), now=NOW)
    assert first is not None
    assert feed_change(first.alert, attrs.evolve(WEIBO, state=FeedState.UNKNOWN), now=NOW) is None
    off = feed_change(first.alert, attrs.evolve(WEIBO, on=False, state=FeedState.OFF, reason="换账号"), now=NOW)
    assert off is not None
    assert (off.reason, off.alert.state) == (NoticeReason.QUIET, AlertState.RESOLVED)
    assert "换账号" in off.alert.why


def test_a_source_that_its_robots_closed_is_told() -> None:
    closed = SourceStatus(name="taobao", on=False, state=FeedState.OFF, detail="robots.txt 不允许采集，来源已关闭")
    first = feed_change(None, closed, now=NOW)
    assert first is not None
    assert first.alert.topic == "淘宝天猫：robots.txt 不允许采集"
    assert "robots.txt" in silence(closed)


@pytest.mark.parametrize("state", [s for s in FeedState if s is not FeedState.HEALTHY])
def test_no_state_but_healthy_is_ever_silent_for_a_watch_that_names_the_source(state: FeedState) -> None:
    status = attrs.evolve(WEIBO, state=state, on=state is not FeedState.OFF)
    asked = WatchFeed(status=status, named=True, asked_at=NOW, due_within=timedelta(hours=1))
    assert "微博" in lack(asked, now=NOW)


def test_a_healthy_source_still_owes_each_watch_its_own_look() -> None:
    feed = WatchFeed(status=WEIBO, asked_at=NOW - timedelta(minutes=20), due_within=timedelta(minutes=35))
    assert lack(feed, now=NOW) == ""
    assert "50 分钟" in lack(feed, now=NOW + timedelta(minutes=30))
    assert "没有为这个监测采集过" in lack(attrs.evolve(feed, asked_at=None), now=NOW)
    assert "承诺暂停" in lack(attrs.evolve(feed, paused="今日页数已用完"), now=NOW)
    assert lack(WatchFeed(status=WEIBO), now=NOW) == ""
