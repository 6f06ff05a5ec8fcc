"""Training on a customer's own star-labelled reviews: cleaned, learnt from, held against the shipped model, kept only where better."""

from collections import Counter
from collections.abc import Mapping, Sequence
from zlib import crc32

import attrs
import numpy as np
from numpy.typing import NDArray

from domain.errors import InvalidInput
from flows.labelled import LabelledSet
from nlp.composed import compose
from nlp.duplicates import groups_of
from nlp.evaluation import LEVELS, NEGATIVE, POSITIVE, Figures, Labels, figures, slices_of
from nlp.normalize import is_default_text, normalize
from nlp.sentiment import Floats, SentimentModel

HELD_OUT = 4
"""One group of near-copies in so many is kept for measuring."""
LEAST_ROWS, LEAST_SIDE = 200, 20
"""Fewer different reviews, or fewer bad or good ones among them, can't show that a model is better."""
MOST_REHEARSED = 6_000
"""Everyday posts composed of our own phrases that are learnt again beside the customer's reviews, as many as those, at most so many.

Without them 6,400 air-conditioner reviews cost 3 points on everyday posts. Those of the guard are made of other phrases."""
RESAMPLES = 2_000
_AT_ONCE = 100
CHANCE = 0.05
"""The new model must be better in all but this share of the resamples of the held-out groups."""
LEAST_SIDES = 0.7
"""Where a new model tells bad from good less often, the stars say nothing about the texts: shuffled columns, ratings of the courier."""
GUARD_LOSS = 0.03
"""Loss of accuracy or macro-F1 on other texts than the customer's from which a model is refused; two standard errors of the smaller guard."""


@attrs.frozen(kw_only=True)
class Kept:
    """What is learnt from, and what was left out."""

    rows: LabelledSet
    groups: tuple[str, ...]
    """Group of near-copies of each."""
    default_texts: int
    copies: int
    """Texts that were there before."""
    contradictions: int
    """Different texts that carry different labels in different rows; none of their rows is kept."""

    def held_out(self) -> NDArray[np.bool_]:
        """Which rows are kept for measuring: whole groups, by a hash, the same each time."""
        return np.array([crc32(group.encode()) % HELD_OUT == 0 for group in self.groups], np.bool_)

    def counts(self) -> dict[str, int]:
        """Rows by level."""
        return {name: int((self.rows.labels == level).sum()) for level, name in enumerate(LEVELS)}


@attrs.frozen(kw_only=True)
class Gain:
    """New minus old, with the middle 90 % of the resamples."""

    value: float
    low: float
    high: float


@attrs.frozen(kw_only=True)
class Pair:
    """Two models on the same rows."""

    old: Figures
    new: Figures
    gains: Mapping[str, Gain]
    """Of each of MEASURES; a positive gain of log_loss is a smaller loss."""
    sides: float
    """Share of the bad and of the good ones whose side the new model gets right, the mean of both: 0.5 is guessing."""
    slices: Mapping[str, tuple[Figures, Figures]] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Verdict:
    """Whether the new model may be used, and why; Chinese."""

    accepted: bool
    reasons: tuple[str, ...]


@attrs.frozen(kw_only=True, eq=False)
class Outcome:
    """A new model with what was measured."""

    model: SentimentModel
    """Learnt from all rows; its figures are those of one that learnt from three quarters of them."""
    own: Pair
    """On the customer's reviews that were held out."""
    guards: Mapping[str, Pair]
    verdict: Verdict


def cleaned(rows: LabelledSet) -> Kept:
    """Without the site's filler, copies and texts that contradict themselves. Raises InvalidInput where too little is left."""
    views = [normalize(text).strip() for text in rows.texts]
    filler = [is_default_text(view) for view in views]
    moods: dict[str, set[int]] = {}
    for view, level in zip(views, rows.labels.tolist(), strict=True):
        moods.setdefault(view, set()).add(level)
    first = {view: number for number, view in reversed(list(enumerate(views)))}
    fresh = [number for number, view in enumerate(views) if first[view] == number and not filler[number]]
    agreed = [number for number in fresh if len(moods[views[number]]) == 1]
    kept = rows.part(agreed)
    sides = Counter(kept.labels.tolist())
    if len(agreed) < LEAST_ROWS or min(sides[NEGATIVE], sides[POSITIVE]) < LEAST_SIDE:
        raise InvalidInput(
            f"too few different reviews to learn from: {len(agreed)} (negative {sides[NEGATIVE]}, positive {sides[POSITIVE]}); "
            f"needed are {LEAST_ROWS}, among them {LEAST_SIDE} negative and {LEAST_SIDE} positive"
        )
    return Kept(
        rows=kept,
        groups=tuple(groups_of(kept.texts)),
        default_texts=sum(filler),
        copies=len(rows.texts) - sum(filler) - len(fresh),
        contradictions=len(fresh) - len(agreed),
    )


def paired(old: Floats, new: Floats, labels: Labels, groups: Sequence[str], *, texts: Sequence[str] = ()) -> Pair:
    """Both models on the same rows. groups: rows that are drawn together. texts: where slices are wanted."""
    parts = slices_of(texts, [()] * len(texts)) if texts else {}
    gains, sides = _gains(old, new, labels, groups)
    return Pair(
        old=figures(old, labels),
        new=figures(new, labels),
        gains=gains,
        sides=sides,
        slices={name: (figures(old[at], labels[at]), figures(new[at], labels[at])) for name, at in parts.items()},
    )


def judged(own: Pair, guards: Mapping[str, Pair]) -> Verdict:
    """The rule: stars that can be learnt at all, better on held-out reviews beyond chance, worse nowhere.

    guards: sets of other texts by name.
    """
    reasons = []
    better = [name for name, gain in own.gains.items() if gain.low > 0]
    worse = [name for name in ("sides", "accuracy", "macro_f1") if own.gains[name].high < 0]
    if own.sides < LEAST_SIDES:
        reasons.append(f"星级和文字对不上：留出的好评、差评平均只认对 {own.sides:.0%}，至少要 {LEAST_SIDES:.0%}")
    if not better:
        reasons.append("在留出的评论上，没有超出偶然地更好（各项之差的 90% 区间都含 0 或更低）")
    if worse:
        reasons.append(f"在留出的评论上更差：{'、'.join(MEASURES[name] for name in worse)}")
    for name, pair in guards.items():
        lost = max(pair.old.accuracy - pair.new.accuracy, pair.old.macro_f1 - pair.new.macro_f1)
        if lost >= GUARD_LOSS:
            reasons.append(
                f"在别的文本上退步：{name} 最多低 {lost * 100:.1f} 个百分点（允许不到 {GUARD_LOSS * 100:.0f}）"
            )
    if not reasons:
        return Verdict(accepted=True, reasons=(f"更好：{'、'.join(MEASURES[name] for name in better)}，别处没有退步",))
    return Verdict(accepted=False, reasons=tuple(reasons))


def learned(
    kept: Kept, *, base: SentimentModel, version: str, guards: Mapping[str, tuple[Sequence[str], Labels]]
) -> Outcome:
    """Learn from three quarters and measure on the rest, then learn from all and look at the guards.

    base: the shipped model, from which learning starts. guards: texts and levels of other kinds of texts, by name.
    Raises MissingExtra without the extra train.
    """
    from nlp.training import probabilities_of, train_on

    out = kept.held_out()
    rows, held = kept.rows.part(np.flatnonzero(~out).tolist()), kept.rows.part(np.flatnonzero(out).tolist())
    measured = train_on(*_rehearsed(rows), version=version, base=base)
    own = paired(
        probabilities_of(base, held.texts),
        probabilities_of(measured, held.texts),
        held.labels,
        [group for group, yes in zip(kept.groups, out, strict=True) if yes],
        texts=held.texts,
    )
    model = train_on(*_rehearsed(kept.rows), version=version, base=base)
    others = {
        name: paired(
            probabilities_of(base, texts), probabilities_of(model, texts), labels, list(map(str, range(len(texts))))
        )
        for name, (texts, labels) in guards.items()
    }
    return Outcome(model=model, own=own, guards=others, verdict=judged(own, others))


def _rehearsed(rows: LabelledSet) -> tuple[Sequence[str], Labels]:
    """The reviews, and posts of everyday life so that those are not forgotten."""
    posts = compose(min(len(rows.texts), MOST_REHEARSED))
    moods = np.array([post.mood for post in posts], np.int64)
    return (*rows.texts, *(post.text for post in posts)), np.concatenate([rows.labels, moods])


MEASURES = {
    "sides": "二分类（好差各半）",
    "accuracy": "三级准确率",
    "macro_f1": "宏平均F1",
    "log_loss": "概率（对数损失）",
}
"""What two models are compared by, with its Chinese name."""


def _gains(old: Floats, new: Floats, labels: Labels, groups: Sequence[str]) -> tuple[dict[str, Gain], float]:
    """Gains by resampling whole groups of near-copies, with a fixed seed, and the new model's own `sides`."""
    names = np.unique(np.asarray(groups), return_inverse=True)[1]
    tables = [_counted(probabilities, labels, names) for probabilities in (old, new)]
    chance, count = np.random.default_rng(11), names.max() + 1
    rounds = []
    for _ in range(RESAMPLES // _AT_ONCE):
        draws = chance.multinomial(count, np.full(count, 1 / count), _AT_ONCE)
        rounds.append([_measured(draws @ table, labels) for table in tables])
    whole = [_measured(table.sum(axis=0)[None], labels) for table in tables]
    answer = {}
    for name in MEASURES:
        differences = np.concatenate([after[name] - before[name] for before, after in rounds])
        low, high = np.quantile(differences, [CHANCE, 1 - CHANCE]).tolist()
        value = float((whole[1][name] - whole[0][name])[0])
        answer[name] = Gain(value=round(value, 4), low=round(low, 4), high=round(high, 4))
    return answer, round(float(whole[1]["sides"][0]), 4)


def _counted(probabilities: Floats, labels: Labels, names: NDArray[np.intp]) -> NDArray[np.float64]:
    """Per group the nine counts of label and guess, the sum of log p(label), and how many bad and good ones are on their side."""
    up = probabilities[:, POSITIVE] > probabilities[:, NEGATIVE]
    cell = labels * 3 + probabilities.argmax(axis=1)
    said = np.log(probabilities[np.arange(len(labels)), labels] + 1e-6)
    right = (labels == NEGATIVE) & ~up, (labels == POSITIVE) & up
    columns = [*(cell == each for each in range(9)), said, *right]
    return np.stack([np.bincount(names, weights=column) for column in columns], axis=1)


def _measured(counts: NDArray[np.float64], labels: Labels) -> dict[str, NDArray[np.float64]]:
    """Figures of each row of counts, all the better the larger; macro-F1 over the levels that occur in the whole set."""
    tables = counts[:, :9].reshape(-1, 3, 3)
    rows = np.maximum(tables.sum(axis=(1, 2)), 1)
    hits = np.einsum("bii->bi", tables)
    f1 = 2 * hits / np.maximum(tables.sum(axis=1) + tables.sum(axis=2), 1)
    occurring = np.maximum(tables.sum(axis=2)[:, [NEGATIVE, POSITIVE]], 1)
    return {
        "sides": (counts[:, 10:12] / occurring).mean(axis=1),
        "accuracy": hits.sum(axis=1) / rows,
        "macro_f1": f1[:, np.unique(labels)].mean(axis=1),
        "log_loss": counts[:, 9] / rows,
    }
