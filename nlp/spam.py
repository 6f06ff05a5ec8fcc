"""How much a text looks like an advert, a filler or a copy; a score with reasons, nothing is hidden for it."""

from collections.abc import Iterable

import attrs

from domain.analysis import Analysis
from nlp.dictionaries import read

DEFAULT_TEXT = "默认评价"
COPIES_SERIOUS = 10
"""So many copies of one text make it surely a copy."""
COPIES_MOST = 0.45
"""What copies alone may score: they are flagged, but reposts are real voices, so copying never takes a text out of a count."""
COPIED_CHARACTERS = 12
"""Shorter texts are often equal by chance."""
ACCOUNT = 0.4
"""What an account's name alone scores."""
_REASONS = {"advert": "广告", "paid_praise": "刷评"}


def spam_terms() -> dict[str, tuple[str, float]]:
    """Word → reason (Chinese) and weight 0…1, from `spam.yaml`; what `frames` puts together as well."""
    content = read("spam")
    terms = {word: (name, weight) for kind, name in _REASONS.items() for word, weight in content[kind].items()}
    for frame in content["frames"]:
        for word in (first + then for first in frame["first"] for then in frame["then"]):
            terms.setdefault(word, (_REASONS[frame["kind"]], frame["weight"]))
    return terms


def spam_score(
    found: Iterable[tuple[str, str, float]],
    *,
    default_text: bool,
    contacts: int,
    accounts: int = 0,
    copies: int = 1,
    characters: int = 100,
) -> tuple[float, tuple[str, ...]]:
    """Score 0…1 with two places and the reasons, Chinese.

    found: (word, reason, weight) of each advert word. contacts: masked phone, QQ and 微信 numbers in the text;
    accounts: those of QQ and 微信, which look odd even without an advert's words.
    copies: texts in its group of near-copies, itself included. characters: length of the text; short texts are often equal by chance.
    """
    words = {word: (reason, weight) for word, reason, weight in found}
    score = sum(weight for _, weight in words.values())
    reasons = [f"{reason}：{word}" for word, (reason, _) in words.items()]
    if accounts:
        reasons.append("留有微信或QQ号")
    if contacts and score >= 0.3:
        score += 0.3
        reasons.append("留有联系方式")
    elif accounts:
        score = max(score, ACCOUNT)
    if default_text:
        score = max(score, 0.8)
        reasons.append(DEFAULT_TEXT)
    if copies > 1 and characters >= COPIED_CHARACTERS:
        score = max(score, min(COPIES_MOST, 0.2 + 0.25 * (copies - 1) / COPIES_SERIOUS))
        reasons.append(f"相似文本{copies}条")
    return round(min(1.0, score), 2), tuple(reasons)


def with_copies(analysis: Analysis, *, cluster: str, copies: int) -> Analysis:
    """The analysis in its group of near-copies; the spam score grows with their number (copies: itself included)."""
    spam, reasons = with_copies_marked(
        analysis.spam, analysis.spam_reasons, copies=copies, characters=len(analysis.normalized)
    )
    return attrs.evolve(analysis, cluster=cluster, spam=spam, spam_reasons=reasons)


def with_copies_marked(
    spam: float, reasons: Iterable[str], *, copies: int, characters: int
) -> tuple[float, tuple[str, ...]]:
    """Score and reasons of a text, with those of its copies in place of earlier ones (copies: itself included)."""
    score, more = spam_score((), default_text=False, contacts=0, copies=copies, characters=characters)
    return max(spam, score), (*(reason for reason in reasons if not reason.startswith("相似文本")), *more)


def with_burst(analysis: Analysis, score: float, reasons: tuple[str, ...]) -> Analysis:
    """The analysis with what its author, its group or its article did around that time (`nlp.bursts`)."""
    if not reasons:
        return analysis
    return attrs.evolve(analysis, spam=max(analysis.spam, score), spam_reasons=(*analysis.spam_reasons, *reasons))
