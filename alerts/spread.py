"""The spread rule: one post that is passed on far beyond what posts of its age usually are."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from domain.engagement import Look

AGES: Final = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
"""Ages at which posts are read again and compared."""
LEAST: Final = dict(zip(AGES, (50, 100, 300, 1_000, 3_000), strict=True))
"""Reposts, comments and likes together under which nothing spreads, whatever is usual; our choice, no measurement."""
TIMES: Final = 3.0
"""How many times the usual top it must reach."""
TOP: Final = 0.99
ENOUGH_POSTS: Final = 30
"""Posts of an age from which their top is known."""


@attrs.frozen(kw_only=True)
class Spread:
    """A post that spreads."""

    age: timedelta
    """The age it is compared at."""
    look: Look
    limit: int
    """What it had to reach."""
    usual_top: int | None
    """99 of 100 posts of this age stay under it; None = too few posts known."""


def age_of(published_at: datetime, at: datetime) -> timedelta | None:
    """The age at which a look is compared: the last one passed, with a tenth of slack; None before the first."""
    passed = at - published_at
    return max((age for age in AGES if passed >= age * 0.9), default=None)


def usual_tops(looks: Iterable[tuple[timedelta, int]]) -> dict[timedelta, int]:
    """Age → what 99 of 100 posts stay under, for the ages of which enough posts are known.

    looks: (age, reposts + comments + likes), one a post and age.
    """
    by_age: dict[timedelta, list[int]] = {}
    for age, engaged in looks:
        by_age.setdefault(age, []).append(engaged)
    return {
        age: sorted(found)[math.ceil(TOP * len(found)) - 1]
        for age, found in by_age.items()
        if len(found) >= ENOUGH_POSTS
    }


def spreading(published_at: datetime, looks: Sequence[Look], tops: Mapping[timedelta, int]) -> Spread | None:
    """Does the post spread by its newest look? None = no, or never looked at.

    looks: any order. tops: from `usual_tops`; an age it does not know is judged by LEAST alone.
    """
    newest = max(looks, key=lambda look: look.at, default=None)
    age = age_of(published_at, newest.at) if newest else None
    if newest is None or age is None:
        return None
    top = tops.get(age)
    limit = max(LEAST[age], math.ceil(TIMES * top) if top is not None else 0)
    return Spread(age=age, look=newest, limit=limit, usual_top=top) if newest.engaged >= limit else None


def due_age(published_at: datetime, looked: Iterable[datetime], *, now: datetime) -> timedelta | None:
    """The age for which a post should be read again now: the last one passed without a look since; None = none.

    looked: when it was seen. A look up to a tenth early counts.
    """
    age = max((a for a in AGES if now - published_at >= a), default=None)
    if age is None or any(at - published_at >= age * 0.9 for at in looked):
        return None
    return age
