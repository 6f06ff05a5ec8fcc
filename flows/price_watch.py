"""Prices as the monitor sees them: rivals' falls and breaches of 控价 lines become incidents."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import attrs

from alerts.episodes import Change
from alerts.prices import WEEK, PriceFinding, episode_of, judge_drop, judge_floor, price_change
from domain.alerts import AlertKind
from domain.prices import PriceObservation, Product
from domain.watches import Watch
from index.store import AlertLog, Prices

REREAD_PRODUCTS: Final = timedelta(minutes=5)


@attrs.define(kw_only=True, eq=False)
class PriceWatch:
    """Looks at a product again when one of its prices is newer than the last look."""

    prices: Prices
    alerts: AlertLog
    _products: list[Product] = attrs.field(factory=list, init=False)
    _read_at: datetime | None = attrs.field(default=None, init=False)
    _looked: dict[tuple[str, str], datetime] = attrs.field(factory=dict, init=False)
    """(watch, sku) → newest observation that was judged."""
    _judging: dict[str, dict[str, datetime]] = attrs.field(factory=dict, init=False)
    """The same, of changes that are not committed yet."""

    def changes(self, watch: Watch, *, now: datetime) -> list[Change]:
        """What the watch's prices owe at this moment; commit them, then call `looked`."""
        floors = floors_of(watch, self._known(now))
        rivals = {p.sku for p in self._known(now) if watch.rival and watch.brand and p.brand == watch.brand}
        wanted = sorted(rivals | set(floors))
        if not wanted:
            return []
        latest = self.prices.latest(wanted)
        fresh = [sku for sku in wanted if self._newer(watch, sku, latest.get(sku, []))]
        if not fresh:
            return []
        standing = [a for a in self.alerts.open(watch.name) if a.kind is AlertKind.PRICE]
        changes = []
        for finding in self._findings(fresh, latest, rivals=rivals, floors=floors, now=now):
            alert = next((a for a in standing if episode_of(a, finding)), None)
            change = price_change(alert, finding, watch=watch.name, brand=watch.brand, now=now)
            changes += [change] if change else []
        return changes

    def looked(self, watch: Watch) -> None:
        """The changes are committed: the prices seen so far need no second look."""
        self._looked |= {(watch.name, sku): at for sku, at in self._judging.pop(watch.name, {}).items()}

    def _findings(
        self,
        skus: Iterable[str],
        latest: Mapping[str, list[PriceObservation]],
        *,
        rivals: set[str],
        floors: Mapping[str, Decimal],
        now: datetime,
    ) -> list[PriceFinding]:
        titles = {p.sku: p.title for p in self._known(now) if p.title}  # a site's price answer often has none
        found: list[PriceFinding] = []
        for sku in skus:
            if sku in rivals:
                found += judge_drop(self.prices.history(sku, since=now - 2 * WEEK), now=now)
            if sku in floors:
                found += judge_floor(latest.get(sku, []), floors[sku], now=now)
        return [attrs.evolve(f, title=titles.get(f.sku, f.title)) if f.title == f.sku else f for f in found]

    def _newer(self, watch: Watch, sku: str, seen: list[PriceObservation]) -> bool:
        newest = max((o.seen_at for o in seen), default=None)
        before = self._looked.get((watch.name, sku))
        if newest is None or (before is not None and newest <= before):
            return False
        self._judging.setdefault(watch.name, {})[sku] = newest
        return True

    def _known(self, now: datetime) -> list[Product]:
        if self._read_at is None or not timedelta() <= now - self._read_at < REREAD_PRODUCTS:
            self._products, self._read_at = self.prices.products(), now
        return self._products


def floors_of(watch: Watch, products: Iterable[Product]) -> dict[str, Decimal]:
    """sku → 控价 line, for the products of a watch that are known by address or by the site's id as a whole word in it."""
    lines = {name: p.floor for p in watch.products if p.floor is not None for name in (p.url, *_ids_in(p.url))}
    if not lines:
        return {}
    names = ((p.sku, (p.url, p.sku.rpartition(":")[2])) for p in products)
    return {sku: lines[name] for sku, known in names for name in known if name in lines}


def _ids_in(url: str) -> list[str]:
    """The words of an address that may be a site's own id."""
    words = "".join(c if c.isalnum() or c in "_-" else " " for c in url).split()
    return [word for word in words if len(word) >= 4]
