"""Price incidents: a rival's price falls under its own week, or a shop sells below the 控价 line."""

import statistics
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

import attrs

from alerts.episodes import Change, alert_id
from domain.alerts import Alert, AlertKind, AlertState, Level, NoticeReason
from domain.prices import PriceObservation, yuan

DROP: Final = Decimal("0.05")
"""A price counts as fallen from 5 % under the median of the week before."""
WEEK: Final = timedelta(days=7)
LEAST_OBSERVATIONS: Final = 3
FRESH: Final = timedelta(hours=24)
"""An older observation says nothing about now."""


class PriceRule(StrEnum):
    """What is wrong with a price."""

    DROP = "drop"
    FLOOR = "floor"


@attrs.frozen(kw_only=True)
class PriceFinding:
    """One shop's price of one product, judged by one rule."""

    rule: PriceRule
    sku: str
    shop: str
    title: str
    price: Decimal
    """Yuan, now."""
    reference: Decimal
    """Yuan: the week's median, or the 控价 line."""
    broken: bool
    """The rule is broken now."""
    seen_at: datetime
    url: str = ""
    promotions: tuple[str, ...] = ()


def judge_drop(history: Sequence[PriceObservation], *, now: datetime) -> list[PriceFinding]:
    """Per shop of one product: is the newest price at least 5 % under the median of its seven days before?

    history: observations of one product, oldest first, any shops. Shops with fewer than three earlier prices, or none
    within a day, are left out.
    """
    findings = []
    for seen in _by_shop(history):
        newest = seen[-1]
        earlier = [p.price for p in seen[:-1] if p.price and p.seen_at > newest.seen_at - WEEK]
        if newest.price is None or len(earlier) < LEAST_OBSERVATIONS or newest.seen_at < now - FRESH:
            continue
        middle = Decimal(statistics.median(earlier))
        findings.append(_finding(PriceRule.DROP, newest, reference=middle, broken=newest.price <= middle * (1 - DROP)))
    return findings


def judge_floor(latest: Sequence[PriceObservation], floor: Decimal, *, now: datetime) -> list[PriceFinding]:
    """Per shop: is its newest price below the 控价 line? Prices that are not for sale or older than a day are left out."""
    return [
        _finding(PriceRule.FLOOR, p, reference=floor, broken=p.price < floor)
        for p in latest
        if p.price is not None and p.in_stock is not False and p.seen_at >= now - FRESH and p.currency == "CNY"
    ]


def price_change(alert: Alert | None, finding: PriceFinding, *, watch: str, brand: str, now: datetime) -> Change | None:
    """The next state of one shop's price incident: told once when it begins, closed in silence when it is over."""
    if alert is None:
        return _opened(finding, watch=watch, brand=brand, now=now) if finding.broken else None
    if finding.broken:
        return None
    over = attrs.evolve(alert, state=AlertState.RESOLVED, resolved_at=now)
    return Change(alert=over, reason=NoticeReason.QUIET, action="resolved", step="")


def episode_of(alert: Alert, finding: PriceFinding) -> bool:
    """Is it the incident of this shop, product and rule?"""
    return alert.kind is AlertKind.PRICE and alert.id.startswith(_prefix(alert.watch, finding))


def _by_shop(history: Sequence[PriceObservation]) -> list[list[PriceObservation]]:
    shops: dict[str, list[PriceObservation]] = {}
    for observation in sorted(history, key=lambda p: p.seen_at):
        if observation.currency == "CNY":
            shops.setdefault(observation.shop, []).append(observation)
    return list(shops.values())


def _finding(rule: PriceRule, seen: PriceObservation, *, reference: Decimal, broken: bool) -> PriceFinding:
    assert seen.price is not None
    return PriceFinding(
        rule=rule,
        sku=seen.sku,
        shop=seen.shop,
        title=seen.title or seen.sku,
        price=seen.price,
        reference=reference,
        broken=broken,
        seen_at=seen.seen_at,
        url=seen.url,
        promotions=seen.promotions,
    )


def _prefix(watch: str, finding: PriceFinding) -> str:
    """What all incidents of one shop, product and rule share in their ids."""
    epoch = datetime.fromtimestamp(0, tz=finding.seen_at.tzinfo)
    return alert_id(watch, AlertKind.PRICE, epoch, f"{finding.rule}|{finding.sku}|{finding.shop}") + "-"


def _opened(finding: PriceFinding, *, watch: str, brand: str, now: datetime) -> Change:
    alert = Alert(
        id=f"{_prefix(watch, finding)}{int(finding.seen_at.timestamp())}",
        kind=AlertKind.PRICE,
        watch=watch,
        brand=brand,
        topic=_topic(finding),
        level=Level.WARNING,
        opened_at=now,
        onset=finding.seen_at,
        usual=float(finding.reference),
        now=float(finding.price),
        why=_why(finding),
        last_notice_at=now,
    )
    return Change(alert=alert, reason=NoticeReason.FIRST, action="opened", step="first")


def _topic(finding: PriceFinding) -> str:
    what = "竞品降价" if finding.rule is PriceRule.DROP else "低于控价"
    return f"{what}：{finding.title}" + (f"（{finding.shop}）" if finding.shop else "")


def _why(finding: PriceFinding) -> str:
    less = (1 - finding.price / finding.reference) * 100
    against = "前 7 天中位价" if finding.rule is PriceRule.DROP else "控价线"
    promotions = f"；页面促销：{'、'.join(finding.promotions[:3])}" if finding.promotions else ""
    return f"现价 {yuan(finding.price)} 元，{against} {yuan(finding.reference)} 元，低 {less:.1f}%{promotions}"
