"""How busy an hour is: the daily and weekly rhythm of posting, with bursts that no season explains."""

import math
from datetime import date, datetime, timedelta
from random import Random

from demo.clock import BEIJING

SLOT = timedelta(minutes=5)
# Share of a day's posts by Beijing hour, in thousandths: asleep at four, lunch at twelve, the sofa at nine.
_HOURS = (28, 16, 9, 6, 5, 7, 14, 27, 40, 49, 53, 54, 58, 52, 46, 46, 48, 49, 53, 62, 72, 80, 74, 52)
_WEEK = (0.95, 0.94, 0.96, 0.98, 1.0, 1.1, 1.12)  # Monday first
_BURSTINESS = 10.0
"""Shape of the gamma that each hour's rate is multiplied with: counts are negative binomial with this k per hour."""


def midnight(day: date) -> datetime:
    """Beijing midnight at which the day begins, aware."""
    return datetime(day.year, day.month, day.day, tzinfo=BEIJING)


def rate(moment: datetime, *, a_day: float) -> float:
    """Expected events in the five-minute slot that holds the moment, for `a_day` events on a usual day."""
    local = moment.astimezone(BEIJING)
    return a_day * _HOURS[local.hour] / sum(_HOURS) * _WEEK[local.weekday()] / 12


def moments(rng: Random, day: date, *, a_day: float) -> list[datetime]:
    """When a day's events happen: aware Beijing times in whole seconds, sorted."""
    found: list[datetime] = []
    start = midnight(day)
    for hour in range(24):
        swing = rng.gammavariate(_BURSTINESS, 1 / _BURSTINESS)
        begin = start + timedelta(hours=hour)
        count = poisson(rng, 12 * rate(begin, a_day=a_day) * swing)
        found += [begin + timedelta(seconds=rng.randrange(3600)) for _ in range(count)]
    return sorted(found)


def poisson(rng: Random, mean: float) -> int:
    """A Poisson count; mean up to about 500."""
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
