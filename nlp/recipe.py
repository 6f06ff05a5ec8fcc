"""How the sentiment model is trained: what each example weighs, and in which order its voices are fitted."""

from collections.abc import Sequence

import attrs
import numpy as np

from nlp.batch import batch_of
from nlp.composed import NAME
from nlp.counting import BITS, LONGEST, Counts, Grams, counts_of, grams_of
from nlp.examples import Examples
from nlp.fitting import fit
from nlp.sentiment import POST, REVIEW, Floats, SentimentModel, softmax

REVIEW_NEUTRALS = {"jd_aircon": 6.0, "jd_nike5": 1.0}
"""Weight of neutral reviews: few sets hold any, and each is asked for; of 25 three-star ones read, 11 were blame and 11 mixed."""
SET_WEIGHTS = {
    "jd_aircon": 1.5,
    "shop10": 1.5,
    "jd_goods": 0.6,
    "nlpcc14_product": 0.3,
    "weibo_usual": 2.0,
    "weibo_virus": 1.2,
    "weibo_emo7": 0.25,
}
"""Sets closest to what is read weigh more; those whose labels are doubtful or whose key is not documented less."""
BALANCE = 0.85
"""Among posts the levels weigh nearly the same: 0 would leave them as they are, 1 make them equal."""
COMPOSED_WEIGHTS = (0.6, 1.2, 0.8)
"""Weight of a composed post by level: neutral ones weigh more, as the public sets hold far more judgements."""
GATE_WEIGHTS = {"weibo_usual": 12.0, "weibo_virus": 4.0, "weibo100k_sample": 4.0, "weibo_emo7": 4.0}
"""Weight of posts when telling them from reviews; those of no one subject are the hardest."""
AMONG_REVIEWS = 0.5
"""Share of its weight with which a composed post that judges is also learned from as if it were a review: many are as short.

Those that don't judge are no reviews; with them three-star reviews were told less well."""
FROM_REVIEWS = 0.5
"""Share of what reviews say that posts begin with."""
REVIEW_STRENGTH, POST_STRENGTH = 4.0, 4.0
"""Inverse of the ridge penalty, by what was held out (fifths 1 and 2); half or double of it changes no figure by a point."""
GATE_STRENGTH, GATE_ROUNDS, GATE_STEP = 2.5, 40, 3
"""The same for telling posts from reviews, its steps, and of how many reviews one is looked at (it weighs as many)."""
_ROUND = 4000


def train(
    examples: Examples, *, version: str, counts: Counts | None = None, weights: Floats | None = None
) -> SentimentModel:
    """A model that is not calibrated. Examples of reviews alone, or of posts alone, give it one voice.

    counts: of the examples, where they are known. weights: of the examples, otherwise by their sets. Raises MissingExtra without scipy.
    """
    counts = counts_of(examples.texts) if counts is None else counts
    grams = grams_of(counts)
    rows, posts = grams.scaled(counts), examples.posts
    targets = np.eye(3, dtype=np.float32)[examples.labels]
    weights = example_weights(examples) if weights is None else weights
    kinds = np.eye(2, dtype=np.float32)[posts.astype(np.int64)]
    if posts.all() or not posts.any():
        table, bias = fit(rows, targets, weights, strength=REVIEW_STRENGTH)
        return _model(grams, version, (table[:, 0], bias[0]), (table[:, 0], bias[0]), None)
    made = examples.sets == NAME
    reviews = ~posts | (made & (examples.labels != 1))
    review, review_bias = fit(
        rows[reviews],
        targets[reviews],
        np.where(made, AMONG_REVIEWS * weights, weights)[reviews].astype(np.float32),
        strength=REVIEW_STRENGTH,
    )
    heard = FROM_REVIEWS * (rows[posts] @ review[:, 0] + review_bias[0])
    post, post_bias = fit(rows[posts], targets[posts], weights[posts], strength=POST_STRENGTH, offset=heard)
    post += np.float32(FROM_REVIEWS) * review
    post_bias += np.float32(FROM_REVIEWS) * review_bias
    some = posts | (np.arange(len(posts)) % GATE_STEP == 0)
    kind, kind_bias = fit(
        rows[some],
        kinds[some],
        _kind_weights(examples, counts)[some],
        strength=GATE_STRENGTH,
        rounds=GATE_ROUNDS,
    )
    return _model(
        grams, version, (review[:, 0], review_bias[0]), (post[:, 0], post_bias[0]), (kind[:, 0], kind_bias[0])
    )


def _model(
    grams: Grams,
    version: str,
    review: tuple[Floats, Floats],
    post: tuple[Floats, Floats],
    kind: tuple[Floats, Floats] | None,
) -> SentimentModel:
    """Each pair: weights per n-gram and class, bias per class."""
    columns = [*lean_and_calm(review[0]).T, *lean_and_calm(post[0]).T]
    gate, gate_bias = np.zeros(len(grams.ids), np.float32), 0.0
    if kind is not None:
        gate, gate_bias = kind[0][:, 1] - kind[0][:, 0], float(kind[1][1] - kind[1][0])
    table, marks = grams.table(*columns, gate)
    bias = np.array([*lean_and_calm(review[1]), *lean_and_calm(post[1]), gate_bias], np.float32)
    return SentimentModel(version=version, bits=BITS, longest=LONGEST, table=table, marks=marks, bias=bias)


def lean_and_calm(weights: Floats) -> Floats:
    """Lean and calm from weights of negative, neutral, positive in the last axis."""
    negative, neutral, positive = weights[..., 0], weights[..., 1], weights[..., 2]
    return np.stack([(positive - negative) / 2, neutral - (negative + positive) / 2], axis=-1)


def example_weights(examples: Examples) -> Floats:
    """Weight of each example: reviews as they come, neutral ones more; posts so that the levels weigh nearly the same.

    A composed post has the weight of its level alone.
    """
    made, posts = examples.sets == NAME, examples.posts
    weights = np.ones(len(examples.labels))
    for name, weight in REVIEW_NEUTRALS.items():
        weights[(examples.sets == name) & (examples.labels == 1)] = weight
    real = posts & ~made
    counts = np.bincount(examples.labels[real], minlength=3)
    weights[real] = ((counts.sum() / 3 / np.maximum(counts, 1)) ** BALANCE)[examples.labels[real]]
    for name, weight in SET_WEIGHTS.items():
        weights[examples.sets == name] *= weight
    weights[made] = np.array(COMPOSED_WEIGHTS)[examples.labels[made]]
    answer: Floats = weights.astype(np.float32)
    return answer


def _kind_weights(examples: Examples, counts: Counts) -> Floats:
    """Weights for telling posts from reviews; what is reposted tells it anyway and is left out."""
    weights = np.array([GATE_WEIGHTS.get(name, 1.0) for name in examples.sets.tolist()], np.float32)
    weights[~examples.posts] *= GATE_STEP
    weights[np.bincount(counts.texts, minlength=counts.size) > 1] = 0
    return weights


def logits_of(model: SentimentModel, texts: Sequence[str]) -> Floats:
    """Logits, one row a text."""
    rounds = [model.documents(batch_of(texts[at : at + _ROUND]))[0] for at in range(0, len(texts), _ROUND)]
    return np.concatenate([np.zeros((0, 3), np.float32), *rounds])


def probabilities_of(model: SentimentModel, texts: Sequence[str]) -> Floats:
    """Probabilities (negative, neutral, positive), one row a text."""
    return softmax(logits_of(model, texts))


def calibrate(logits: Floats, examples: Examples) -> tuple[float, Floats]:
    """Scale and shift that make the probabilities honest: least log loss on held-out logits, every set weighing the same.

    The shift is held at 0, because the share of each level differs between sources and no one share would be right for all.
    """
    sizes = {name: int((examples.sets == name).sum()) for name in set(examples.sets.tolist())}
    weights = np.array([1 / sizes[name] for name in examples.sets.tolist()])
    rows = np.arange(len(logits))

    def loss(scale: float) -> float:
        chosen = softmax(logits * np.float32(scale))[rows, examples.labels]
        return float(-(weights * np.log(chosen + 1e-9)).sum())

    scales = np.geomspace(0.4, 4, 47)
    return float(scales[int(np.argmin([loss(float(scale)) for scale in scales]))]), np.zeros(3, np.float32)


def voice_factors(model: SentimentModel, examples: Examples) -> tuple[float, float]:
    """Factors of the weights of reviews and of posts that calibrate the model; composed posts are left out, being plainer."""
    factors = []
    for kind in (~examples.posts, examples.posts & (examples.sets != NAME)):
        part = examples.part(kind)
        factors.append(calibrate(logits_of(model, part.texts), part)[0] if part.texts else 1.0)
    return factors[0], factors[1]


def calibrated(model: SentimentModel, review: float, post: float) -> SentimentModel:
    """The same with the weights of reviews and of posts multiplied."""
    table, bias = model.table.copy(), model.bias.copy()
    for columns, factor in ((REVIEW, review), (POST, post)):
        table[:, columns] *= np.float32(factor)
        bias[columns] *= np.float32(factor)
    return attrs.evolve(model, table=table, bias=bias)
