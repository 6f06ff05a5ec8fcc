"""Whether a clause judges the aspect that it names, and how: a small linear model over what stands in and around it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

from domain.analysis import Polarity
from nlp.aspects import Mention
from nlp.batch import Batch, Places
from nlp.sentiment import MODELS, Floats, SentimentModel, softmax

LEVELS = (Polarity.NEGATIVE, Polarity.NEUTRAL, Polarity.POSITIVE)
NEGATIVE, UNJUDGED, POSITIVE = 0, 1, 2
GOOD, BAD, LUKE, OPEN, DOING = range(5)
"""Kinds of words in `judging.yaml`, in its order."""
KEPT = 0.5
"""An aspect is told where it is judged with at least this probability, all its mentions in the text together."""
ALONE = 0.5
"""A further mention is told where it alone is judged with at least this probability."""
AGAINST = 0.8
"""A mention against the aspect's surest one is told from this probability on: people seldom praise and blame the same."""
_LUKEWARM = 0.8
"""Under this share of the polarity a clause that only says 一般 is neutral."""
_NEGATING = np.array([ord(one) for one in "不没未无"], np.uint32)
_SOFT_STOPS = np.array([ord(one) for one in ",: \t、~"], np.uint32)
_QUESTION = ord("?")
_CARRIED = 18
"""Characters of the longest clause that is read as the rest of the one before."""
_LIMIT = 6.0
_ABSENT_LOGIT = 5.0
"""Added for praise where trouble is said not to be there and nothing else is blamed: 没有噪音 is praise in any mood."""
_DENIED_LOGIT = 2.5
"""Added for blame where praise is denied and nothing else is praised; denials are read less surely than absent trouble."""


@attrs.frozen(kw_only=True, eq=False)
class Judge:
    """Weights per feature for (blame, not judged, praise)."""

    version: str
    weights: Floats
    """One row a feature, in the order of `names_of`."""
    words: Mapping[str, int]
    """Row of each word that has its own weight."""
    aspects: Mapping[str, int]
    """Row of each aspect that has its own weight."""

    def probabilities(self, features: Floats, mentions: Sequence[Mention], margins: Floats) -> Floats:
        """One row a mention: blame, not judged, praise."""
        logits = features @ self.weights[: features.shape[1]]
        named = np.array([self.words.get(mention.word, -1) for mention in mentions])
        logits += np.where((named >= 0)[:, None], self.weights[named], 0)
        known = np.array([self.aspects.get(mention.aspect, -1) for mention in mentions])
        logits += np.where((known >= 0)[:, None], self.weights[known] + margins[:, None] * self.weights[known + 1], 0)
        absent = np.array([mention.absent > 0 and not mention.bad and not mention.present for mention in mentions])
        logits[:, POSITIVE] += np.where(absent, _ABSENT_LOGIT, 0)
        denied = np.array([mention.denied > 0 and not mention.good and not mention.absent for mention in mentions])
        logits[:, NEGATIVE] += np.where(denied, _DENIED_LOGIT, 0)
        return softmax(logits.astype(np.float32))


@attrs.frozen(kw_only=True)
class Judged:
    """One mention that is an opinion."""

    mention: Mention
    polarity: Polarity
    certainty: float
    """Probability of the polarity."""
    end: int
    """Where its words end, the carried clause included."""


class Marks:
    """Where the words of judgement stand in a batch, for counting them in any stretch."""

    def __init__(self, batch: Batch, places: Places, kinds: NDArray[np.int8]) -> None:
        """places: of the words that have a kind. kinds: of each."""
        codes = batch.codes
        negated = np.zeros(len(places), np.bool_)
        for back in (1, 2, 3):
            negated |= np.isin(codes[np.maximum(places - back, 0)], _NEGATING) & (places >= back)
        rows = np.zeros((6, len(codes) + 1), np.int32)
        for kind in range(5):
            plain = (kinds == kind) & ~negated if kind == GOOD else kinds == kind
            rows[kind] = np.bincount(places[plain] + 1, minlength=len(codes) + 1)
        rows[5] = np.bincount(places[(kinds == GOOD) & negated] + 1, minlength=len(codes) + 1)
        self._sums = np.cumsum(rows, axis=1)

    def within(self, lefts: Places, rights: Places) -> NDArray[np.int32]:
        """Good, bad, luke, open, doing and denied good words of each stretch: six columns."""
        answer: NDArray[np.int32] = (self._sums[:, rights] - self._sums[:, lefts]).T
        return answer


FEATURES = (
    "bias", "margin", "unjudged", "mood", "mood_unjudged", "sure_margin", "sure_mood", "good", "bad", "absent", "present", "names", "leans", "margin_leaning", "margin_bare", "said_good", "said_bad", "said_luke", "said_open", "said_doing", "said_denied", "open_bare", "doing_bare", "length", "question", "soft", "header", "carried", "same_good", "same_bad", "others", "first", "short",
)  # fmt: skip


@attrs.frozen(kw_only=True, eq=False)
class Clues:
    """What is known of each mention of a batch."""

    features: Floats
    moods: Floats
    """Margin of the whole text."""
    ends: Places
    """Where the words of each end, the carried clause included."""
    luke: NDArray[np.bool_]
    """Does its clause say 一般 or the like?"""


def clues(
    batch: Batch,
    bounds: Places,
    marks: Marks,
    numbers: Places,
    mentions: Sequence[Mention],
    logits: Floats,
    model: SentimentModel,
) -> Clues:
    """The features of all mentions of a batch. numbers: of the text of each. logits: of the texts."""
    table = np.array(
        [(m.clause, m.left, m.right, m.good, m.bad, m.absent, m.present, m.names, m.soft, m.header) for m in mentions],
        np.int64,
    )
    clause, lefts, rights = table[:, 0], table[:, 1], table[:, 2]
    rights = np.minimum(rights, batch.ends[numbers])
    ends = np.minimum(bounds[clause + 1], batch.ends[numbers])
    good, bad, absent, present, names = table[:, 3:8].clip(0, 2).T
    leans = (good + bad + absent + present) > 0
    said = marks.within(lefts, rights)
    carried = _carried(batch, bounds, marks, clause, numbers) & ~leans & (said[:, [GOOD, BAD, LUKE]].sum(axis=1) == 0)
    ends = np.where(carried, np.minimum(bounds[np.minimum(clause + 2, len(bounds) - 1)], batch.ends[numbers]), ends)
    rights = np.where(carried, ends, rights)
    said = marks.within(lefts, rights).clip(0, 3)
    p = np.log(model.clauses(batch, lefts, rights, logits[numbers]) + 1e-6)
    margin = (p[:, 2] - p[:, 0]).clip(-_LIMIT, _LIMIT) / 2
    moods = ((logits[:, 2] - logits[:, 0]) * model.scale).clip(-_LIMIT, _LIMIT)[numbers] / 2
    flat = ((logits[:, 1] - logits[:, [0, 2]].max(axis=1)) * model.scale).clip(-_LIMIT, _LIMIT)[numbers] / 2
    same = _same(numbers, mentions, good + absent, bad + present)
    bare = ~leans
    columns = [
        np.ones(len(mentions)), margin, (p[:, 1] - p[:, [0, 2]].max(axis=1)).clip(-_LIMIT, _LIMIT) / 2, moods, flat,
        np.abs(margin), np.abs(moods), good, bad, absent, present, names,
        leans, margin * leans, np.abs(margin) * bare,
        *(said[:, kind] for kind in range(6)), said[:, OPEN] * bare, said[:, DOING] * bare,
        np.log(np.maximum(rights - lefts, 1)) / 2, batch.codes[np.maximum(ends - 1, 0)] == _QUESTION,
        table[:, 8], table[:, 9], carried, *same, np.log(batch.ends[numbers] - batch.starts[numbers] + 1) / 4,
    ]  # fmt: skip
    return Clues(
        features=np.stack(columns, axis=1).astype(np.float32),
        moods=moods.astype(np.float32),
        ends=ends,
        luke=said[:, LUKE] > 0,
    )


def _carried(batch: Batch, bounds: Places, marks: Marks, clause: Places, numbers: Places) -> NDArray[np.bool_]:
    """Does the clause after each go on about the same: short, judging, without an aspect of its own, in the same sentence?"""
    following = np.minimum(clause + 1, len(bounds) - 2)
    begin, end = bounds[following], np.minimum(bounds[following + 1], batch.ends[numbers])
    named = np.zeros(len(bounds), np.bool_)
    named[clause] = True
    said = marks.within(begin, np.maximum(begin, end))
    fits = (following == clause + 1) & ~named[following] & (begin < end) & (end - begin <= _CARRIED)
    joined = np.isin(batch.codes[begin - 1], _SOFT_STOPS)
    answer: NDArray[np.bool_] = fits & joined & (said[:, [GOOD, BAD, LUKE]].sum(axis=1) > 0)
    return answer


def _same(numbers: Places, mentions: Sequence[Mention], good: Places, bad: Places) -> NDArray[np.float32]:
    """Per mention four rows: praise and blame by other mentions of the aspect in the text, their number, is it the first."""
    totals: dict[tuple[int, str], list[int]] = {}
    answer = np.zeros((4, len(mentions)), np.float32)
    keys = [(number, mention.aspect) for number, mention in zip(numbers.tolist(), mentions, strict=True)]
    for at, (key, praise, blame) in enumerate(zip(keys, good.tolist(), bad.tolist(), strict=True)):
        total = totals.setdefault(key, [0, 0, 0])
        answer[3, at] = total[2] == 0
        total[0] += praise
        total[1] += blame
        total[2] += 1
    sums = np.array([totals[key] for key in keys], np.float32).reshape(-1, 3).T
    answer[0] = (sums[0] - good).clip(0, 2)
    answer[1] = (sums[1] - bad).clip(0, 2)
    answer[2] = (sums[2] - 1).clip(0, 3)
    return answer


def judged(numbers: Places, mentions: Sequence[Mention], found: Clues, p: Floats) -> Iterator[tuple[int, Judged]]:
    """The mentions that are opinions, with the number of their text, in the order given."""
    groups: dict[tuple[int, str], list[int]] = {}
    owners = numbers.tolist()
    for at, mention in enumerate(mentions):
        groups.setdefault((owners[at], mention.aspect), []).append(at)
    rows = p.tolist()
    kept: list[int] = []
    for places in groups.values():
        kept += _told(places, rows)
    ends, luke = found.ends.tolist(), found.luke.tolist()
    for at in sorted(kept):
        blame, _, praise = rows[at]
        level, certainty = (POSITIVE, praise) if praise > blame else (NEGATIVE, blame)
        if luke[at] and not mentions[at].leans() and certainty < _LUKEWARM * (blame + praise):
            level = UNJUDGED
        yield (
            owners[at],
            Judged(mention=mentions[at], polarity=LEVELS[level], certainty=round(certainty, 4), end=ends[at]),
        )


def _told(places: list[int], rows: list[list[float]]) -> list[int]:
    """Of the mentions of one aspect in one text, those that are told."""
    if len(places) == 1:
        return places if 1 - rows[places[0]][UNJUDGED] >= KEPT else []
    silent = 1.0
    for at in places:
        silent *= rows[at][UNJUDGED]
    if 1 - silent < KEPT:
        return []
    surest = max(places, key=lambda at: max(rows[at][NEGATIVE], rows[at][POSITIVE]))
    praised = rows[surest][POSITIVE] > rows[surest][NEGATIVE]
    told = [surest]
    for at in places:
        blame, unjudged, praise = rows[at]
        enough = 1 - unjudged >= ALONE if (praise > blame) == praised else max(praise, blame) >= AGAINST
        if at != surest and enough:
            told.append(at)
    return told


@cache
def load_judge(folder: Path = MODELS) -> Judge:
    """The judge shipped as `aspects.json`: weights per feature, per aspect and per word, each for blame, silence, praise."""
    stored = json.loads((folder / "aspects.json").read_text(encoding="utf-8"))
    rows = [stored["features"][name] for name in FEATURES]
    aspects, words = {}, {}
    for aspect, (weight, by_mood) in stored["aspects"].items():
        aspects[aspect] = len(rows)
        rows += [weight, by_mood]
    for word, weight in stored["words"].items():
        words[word] = len(rows)
        rows.append(weight)
    return Judge(version=stored["version"], weights=np.array(rows, np.float32), words=words, aspects=aspects)
