"""Aspects: which matter a clause speaks of, and whether its words lean to praise or blame."""

import re
from collections.abc import Iterable, Mapping, Sequence

import attrs
import numpy as np

from domain.analysis import Polarity
from nlp.dictionaries import read
from nlp.sentiment import Floats

LEVELS = (Polarity.NEGATIVE, Polarity.NEUTRAL, Polarity.POSITIVE)
_LEAN_LOGIT = 1.2
"""What one word of plain praise or blame adds to the clause model's logit."""
_CERTAIN_LOGIT = 12.0
"""The same for trouble that is said to be absent: 没有噪音."""

_NEGATED = re.compile(
    r"(?<!是)(?:没有?|無|无|零|毫无|不会?|不再|未|从不|从未|几乎没有?|基本没有?|基本不|一点不|一点都不|完全没有?|也没|都没有?|并没有?)"
    r"(?:任何|什么|啥|一点|一丝|半点|丝毫|明显的?|太大的?|大的?|出现|发现|听到|听见|感觉到|有|过|发生|存在|可见|的|漏){0,3}$"
)
_DENIED = re.compile(r"(?:不|不太|不够|不怎么|没|没那么|不那么|并不|谈不上|不是很|不是太|没觉得|一点也?不|哪里)$")


@attrs.frozen(kw_only=True)
class Term:
    """One word of the lexicon in one aspect."""

    aspect: str
    lean: int
    """-1 blame, 0 only the name of the matter, +1 praise."""
    trouble: bool = False
    """Its absence is praise."""
    soft: bool = False
    """Says how somebody behaved; whose matter it is, another word of the clause may say (安装师傅态度好)."""
    only: frozenset[str] = frozenset()
    """Appliances that have the aspect; empty = all."""


@attrs.define(kw_only=True)  # not frozen: made for every word found, and freezing would cost more than finding
class Mention:
    """An aspect in a clause."""

    aspect: str
    clause: int
    """Number of the clause."""
    start: int
    """First character of its words in the joined view."""
    end: int
    soft: bool
    """Only soft words speak of it."""
    logit: float
    """What the words themselves say, to be added for positive and taken away for negative."""


_KINDS: Mapping[str, tuple[int, bool]] = {
    "bad": (-1, False),
    "good": (1, False),
    "trouble": (0, True),
    "names": (0, False),
}
_NO_ASPECT = "无"
"""Entry of `aspects.yaml` with words that only look like they held another (约定时间 holds 定时)."""
_OWNERS = ("安装", "物流")
"""Aspects whose people are praised and blamed with the words of service."""


def aspect_terms() -> dict[str, list[Term]]:
    """Word → what it means, from `aspects.yaml`."""
    terms: dict[str, list[Term]] = {}
    for aspect, entry in read("aspects").items():
        only, soft = frozenset(entry.get("only", ())), frozenset(entry.get("soft", ()))
        for kind, (lean, trouble) in _KINDS.items():
            for word in dict.fromkeys(entry.get(kind, ())):
                known = terms.setdefault(word, [])
                if all(term.aspect != aspect for term in known):
                    known.append(Term(aspect=aspect, lean=lean, trouble=trouble, soft=word in soft, only=only))
    return terms


def taxonomy() -> tuple[str, ...]:
    """Names of all aspects, the general ones first."""
    return tuple(name for name in read("aspects") if name != _NO_ASPECT)


def mentions(
    found: Iterable[tuple[int, int, Sequence[Term]]],
    clauses: Sequence[int],
    bounds: Sequence[int],
    view: str,
    category: str,
) -> list[Mention]:
    """The aspects of one text, each at most once a clause.

    found: place, length and terms of each word, by place and then the longer first; of words that overlap the first counts.
    clauses: number of the clause of each word. bounds: where each clause begins. category: the appliance, "" if unknown.
    """
    answer: dict[tuple[str, int], Mention] = {}
    covered = -1
    for (place, length, terms), clause in zip(found, clauses, strict=True):
        if place < covered:
            continue
        covered = place + length
        before = view[max(bounds[clause], place - 10) : place]
        for term in terms:
            if term.aspect == _NO_ASPECT or (term.only and category and category not in term.only):
                continue
            logit = _logit(term, before)
            known = answer.get((term.aspect, clause))
            answer[term.aspect, clause] = Mention(
                aspect=term.aspect,
                clause=clause,
                soft=term.soft and (known is None or known.soft),
                start=known.start if known else place,
                end=place + length,
                logit=logit + (known.logit if known else 0.0),
            )
    return _owned(answer) if any(mention.soft for mention in answer.values()) else list(answer.values())


def _owned(found: dict[tuple[str, int], Mention]) -> list[Mention]:
    """Soft mentions handed to the installer or the courier of the same clause, with what they say."""
    answer = dict(found)
    for (aspect, clause), mention in found.items():
        owners = [answer[owner, clause] for owner in _OWNERS if (owner, clause) in answer and owner != aspect]
        if mention.soft and owners:
            del answer[aspect, clause]
            for owner in owners:
                answer[owner.aspect, clause] = attrs.evolve(
                    owner, logit=owner.logit + mention.logit, end=max(owner.end, mention.end)
                )
    return list(answer.values())


def _logit(term: Term, before: str) -> float:
    if term.trouble:
        return _CERTAIN_LOGIT if _NEGATED.search(before) else 0.0
    if term.lean < 0:
        return _CERTAIN_LOGIT if _NEGATED.search(before) else -_LEAN_LOGIT
    if term.lean > 0:
        return -_LEAN_LOGIT if _DENIED.search(before) else _LEAN_LOGIT
    return 0.0


def polarities(probabilities: Floats, logits: Sequence[float]) -> list[Polarity]:
    """Polarity of each mention from the clause model's probabilities and what its words say."""
    said = np.array(logits, np.float32).clip(-_CERTAIN_LOGIT, _CERTAIN_LOGIT)[:, None] * np.array(
        [-1, 0, 1], np.float32
    )
    return (
        [LEVELS[level] for level in (np.log(probabilities + 1e-9) + said).argmax(axis=1).tolist()]
        if len(logits)
        else []
    )
