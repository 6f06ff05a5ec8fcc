"""Which features are spoken of together: association rules over what each review praises and blames."""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from typing import Any

import attrs

from domain.errors import MissingExtra

CERTAIN = 0.01
"""Share of false discoveries allowed among the rules that are given."""


@attrs.frozen(kw_only=True)
class Rule:
    """Reviews that name all of `given` often name `then` too."""

    given: tuple[str, ...]
    """Features, by name."""
    then: str
    count: int
    """Reviews that name all of them."""
    support: float
    """Their part of all reviews, 0–1."""
    confidence: float
    """Part of the reviews with `given` that also name `then`, 0–1."""
    lift: float
    """Confidence over the part of all reviews that name `then`; 1 = no connection."""
    p_value: float
    """Chance of so many together if there were no connection (hypergeometric tail), or if a shorter rule said it all (binomial tail), the larger."""


def rules(
    reviews: Sequence[Collection[str]], *, least: int = 5, confidence: float = 0.2, longest: int = 3
) -> list[Rule]:
    """Rules beyond chance, the strongest connection first.

    reviews: features that each names, any order. least: reviews that must hold all features of a rule. confidence: least one,
    0–1. longest: features of a rule at most. Rules that a shorter one says as well are left out, and so are those that
    Benjamini & Hochberg (1995) would not call discoveries at CERTAIN. Raises MissingExtra. Source: Agrawal & Srikant (1994).
    """
    total = len(reviews)
    if total < 2 * least:
        return []
    mined = [
        rule
        for rule in _mined(reviews, support=least / total, confidence=confidence, longest=longest)
        if len(rule.rhs) == 1 and rule.lift > 1
    ]
    shorter = {(frozenset(rule.lhs), rule.rhs[0]): rule.confidence for rule in mined}
    found = [
        Rule(
            given=tuple(sorted(rule.lhs)),
            then=rule.rhs[0],
            count=rule.count_full,
            support=rule.count_full / total,
            confidence=rule.confidence,
            lift=rule.lift,
            p_value=_chance(rule, shorter, total=total),
        )
        for rule in mined
    ]
    return sorted(_discoveries(found), key=lambda rule: (-rule.lift * rule.count**0.5, rule.given, rule.then))


def _mined(reviews: Sequence[Collection[str]], *, support: float, confidence: float, longest: int) -> Any:
    try:
        from efficient_apriori import apriori
    except ImportError as missing:
        raise MissingExtra("insight", "combinations of features") from missing
    _, mined = apriori(
        [tuple(sorted(set(review))) for review in reviews],
        min_support=support,
        min_confidence=confidence,
        max_length=longest,
    )
    return mined


def _chance(rule: Any, shorter: Mapping[tuple[frozenset[str], str], float], *, total: int) -> float:
    from scipy.stats import binom, hypergeom

    then, given = rule.rhs[0], frozenset(rule.lhs)
    parts = [frozenset(part) for size in range(1, len(given)) for part in combinations(sorted(given), size)]
    known = max((shorter[part, then] for part in parts if (part, then) in shorter), default=0.0)
    alone = float(hypergeom.sf(rule.count_full - 1, total, rule.count_rhs, rule.count_lhs))
    return max(alone, float(binom.sf(rule.count_full - 1, rule.count_lhs, known))) if known else alone


def _discoveries(found: Sequence[Rule]) -> list[Rule]:
    ranked = sorted(found, key=lambda rule: rule.p_value)
    last = max((n for n, rule in enumerate(ranked, 1) if rule.p_value <= CERTAIN * n / len(ranked)), default=0)
    return ranked[:last]
