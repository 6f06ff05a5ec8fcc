"""Complaints at a consumer platform: what buyers of the invented brands complain of, and how each complaint goes on."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import attrs

from demo.catalogue import BRANDS, CATEGORIES, Brand
from demo.clock import beijing
from demo.events import Author
from demo.grammar import pick, say
from demo.people import somebody
from demo.rhythm import moments

A_DAY = 0.8
"""Complaints about a brand on a usual day."""
REMEMBERED = timedelta(days=14)
DEMANDS = ("退货退款", "换货", "维修", "道歉赔偿/解释", "改善服务", "退还安装费")
STATUSES = ("待分配", "处理中", "已回复", "已完成")
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST, _MOST = 17_390_000_000, 20


@attrs.frozen(kw_only=True)
class Complaint:
    """One complaint."""

    sn: int
    brand: Brand
    at: datetime
    """Aware UTC, whole seconds."""
    author: Author
    title: str
    summary: str
    """Whole; lists show its beginning."""
    target: str
    """The company as the platform names it, sometimes masked."""
    demands: tuple[str, ...]
    steps: tuple[tuple[str, datetime], ...]
    """Each status and when it begins, earliest first."""

    def status(self, now: datetime) -> str:
        """Where it stands."""
        return [word for word, at in self.steps if at <= now][-1]


def day_of_complaints(seed: int, brand: Brand, day: date) -> tuple[Complaint, ...]:
    """What was filed against the brand on this Beijing day, oldest first; a function of its arguments."""
    rng = Random(f"{seed}/complaints/{brand.code}/{day}")
    times = moments(rng, day, a_day=A_DAY)[:_MOST]
    return tuple(_complaint(rng, brand, at.astimezone(UTC), day, number) for number, at in enumerate(times))


def complaints(seed: int, *, now: datetime, query: str = "", brand: str = "") -> list[Complaint]:
    """What the platform shows for these words, or of this brand, newest first."""
    days = [beijing(now).date() - timedelta(days=n) for n in range(REMEMBERED.days + 1)]
    every = [c for day in days for maker in BRANDS for c in day_of_complaints(seed, maker, day)]
    shown = [
        c
        for c in every
        if now - REMEMBERED <= c.at <= now
        and brand in ("", c.brand.name)
        and all(word in f"{c.title} {c.summary} {c.target}" for word in query.split())
    ]
    return sorted(shown, key=lambda c: (c.at, c.sn), reverse=True)


def _complaint(rng: Random, brand: Brand, at: datetime, day: date, number: int) -> Complaint:
    category = rng.choice(CATEGORIES)
    said = [say(rng, pick(rng, category, "negative", favoured=brand.weak)) for _ in range(rng.choice((2, 3, 4)))]
    days = (0.0, rng.uniform(0.2, 0.6), rng.uniform(1.0, 3.0), rng.uniform(4.0, 9.0))
    return Complaint(
        sn=_FIRST + (day.toordinal() - _EPOCH) * 100 + brand.code * _MOST + number,
        brand=brand,
        at=at,
        author=somebody(rng),
        title=f"{brand.name}{category}{said[0]}"[:40],
        summary=f"本人购买的{brand.name}{category}，{'，'.join(said)}。多次联系售后没有结果，希望平台协助处理。",
        target=f"{brand.name[0]}*电器" if rng.random() < 0.3 else f"{brand.name}电器",
        demands=tuple(rng.sample(DEMANDS, rng.choice((1, 2)))),
        steps=tuple((word, at + timedelta(days=after)) for word, after in zip(STATUSES, days, strict=True)),
    )
