"""Has something become more or less frequent than in the period before? A test of two rates, said as a verdict."""

from enum import StrEnum
from math import erfc, exp, lgamma, log, sqrt

import attrs

SURE, LIKELY = 0.01, 0.05
"""Probability of so large a change by chance alone below which it is sure, and likely."""
THIN = 10
"""Where one period holds so many times more documents than the other, a change within chance says nothing."""
_EXACT = 2_000
"""Events up to which the test is exact; above it the normal curve differs by less than a thousandth."""


class Verdict(StrEnum):
    """What a change is, in one word."""

    NEW = "new"
    """Not once before, and too often now for chance."""
    UP = "up"
    MAYBE_UP = "maybe_up"
    STEADY = "steady"
    """Within what chance does."""
    MAYBE_DOWN = "maybe_down"
    DOWN = "down"
    UNKNOWN = "unknown"
    """Nothing to compare with, or so little that no change would show."""


@attrs.frozen(kw_only=True)
class Change:
    """A count against the period before."""

    now: int
    before: int
    relative: float | None
    """Change of the rate: 0.5 = half as frequent again, −1 = gone; None where it was 0 before."""
    p: float
    """Probability that chance alone changes it at least so much, 0–1."""
    verdict: Verdict


def change(now: int, before: int, *, of_now: int, of_before: int) -> Change:
    """Compare a theme's documents among all documents of two periods.

    of_now, of_before: all documents of the same selection, of any mood: a shop that sold twice as much is not twice as bad.
    Conditional binomial test of two Poisson rates, two-sided. Source: Przyborowski & Wilenski (1940), Biometrika 31.
    """
    if of_before == 0 or of_now == 0:
        return Change(now=now, before=before, relative=None, p=1.0, verdict=Verdict.UNKNOWN)
    relative = round((now / of_now) / (before / of_before) - 1, 4) if before else None
    p = _p(now, now + before, of_now / (of_now + of_before))
    if p >= LIKELY and THIN * min(of_now, of_before) < max(of_now, of_before):
        return Change(now=now, before=before, relative=None, p=round(p, 6), verdict=Verdict.UNKNOWN)
    return Change(now=now, before=before, relative=relative, p=round(p, 6), verdict=_verdict(now, before, relative, p))


def _verdict(now: int, before: int, relative: float | None, p: float) -> Verdict:
    if p >= LIKELY:
        return Verdict.STEADY
    if before == 0:
        return Verdict.NEW
    if relative is not None and relative > 0:
        return Verdict.UP if p < SURE else Verdict.MAYBE_UP
    return Verdict.DOWN if p < SURE else Verdict.MAYBE_DOWN


def _p(successes: int, trials: int, chance: float) -> float:
    """Two-sided: all outcomes that are at most as likely as this one."""
    if trials == 0:
        return 1.0
    if trials > _EXACT:
        deviation = abs(successes - trials * chance) / sqrt(trials * chance * (1 - chance))
        return erfc(deviation / sqrt(2))
    whole = lgamma(trials + 1)
    won, lost = log(chance), log(1 - chance)

    def likelihood(k: int) -> float:
        return exp(whole - lgamma(k + 1) - lgamma(trials - k + 1) + k * won + (trials - k) * lost)

    seen = likelihood(successes) * (1 + 1e-9)
    return min(1.0, sum(p for k in range(trials + 1) if (p := likelihood(k)) <= seen))
