"""Price incidents and feed incidents: told once when they begin, closed when they are over."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import attrs
import pytest

from alerts.feeds import aged, duty, feed_change, of_source, silence
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


def test_healthy_words_of_long_ago_are_stale_but_not_right_after_a_start() -> None:
    old = attrs.evolve(WEIBO, last_success_at=NOW - timedelta(hours=9))
    assert aged(old, now=NOW, watching_since=NOW - timedelta(days=1)).state is FeedState.STALE
    assert aged(old, now=NOW, watching_since=NOW - timedelta(minutes=1)).state is FeedState.HEALTHY
    assert aged(WEIBO, now=NOW, watching_since=NOW - timedelta(days=1)).state is FeedState.HEALTHY
