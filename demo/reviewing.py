"""Everyday life in the shop: the reviews that a product gets on one day."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import attrs

from demo import ids
from demo.catalogue import Product
from demo.events import Passage, Review
from demo.grammar import REVIEWS, WORDS, Clause, fill, pick, say
from demo.people import masked_nickname
from demo.rhythm import moments

A_DAY = 2.0
"""Reviews that a product gets on a usual day."""
_KINDS = {"default": 8.0, "copy": 4.0, "advert": 0.8, "negative": 11.0, "mixed": 13.0, "neutral": 6.0, "positive": 57.2}
_STARS = {"negative": (1, 1, 1, 2, 2, 3), "mixed": (3, 3, 4, 4, 5), "neutral": (3, 4, 5), "positive": (5, 5, 5, 5, 4)}
_APPENDED, _ANSWERED, _DIMENSIONED = 0.06, 0.25, 0.15
_WISHING, _ODD, _PAID, _SLIPPED = 0.06, 0.16, 0.006, 0.006
_EPOCH = date(1970, 1, 1).toordinal()


@attrs.frozen
class _Draft:
    """What a buyer writes, before it has a date."""

    text: str
    polarity: str = "neutral"
    score: int = 5
    aspects: tuple[str, ...] = ()
    markup: str = ""


def day_of_reviews(seed: int, product: Product, day: date) -> tuple[Review, ...]:
    """What buyers wrote about the product on this Beijing day, oldest first; a function of its arguments."""
    rng = Random(f"{seed}/reviews/{product.index}/{day}")
    times = moments(rng, day, a_day=A_DAY)
    return tuple(_review(rng, product, at, day.toordinal() - _EPOCH, number) for number, at in enumerate(times))


def _review(rng: Random, product: Product, at: datetime, day_number: int, number: int) -> Review:
    kind = rng.choices(list(_KINDS), weights=list(_KINDS.values()))[0]
    draft = _draft(rng, product, kind)
    if kind not in ("default", "copy", "advert"):
        draft = _with_more(Random(f"more/{draft.text}/{number}"), product, draft)
    bought = at - timedelta(days=rng.randrange(1, 25), seconds=rng.randrange(80_000))
    review = Review(
        id=ids.review_id(day_number, product.index, number),
        sku=product.sku,
        at=at.astimezone(UTC),
        nickname=masked_nickname(rng),
        region=rng.choice(WORDS["region"]),
        score=draft.score,
        text=draft.text,
        dimensions=draft.markup,
        polarity=draft.polarity,
        aspects=draft.aspects,
        variant=rng.choice(REVIEWS["variants"][product.category]),
        ordered_at=bought.astimezone(UTC),
        images=0 if kind == "default" or rng.random() < 0.7 else rng.randrange(1, 5),
        likes=int(min(rng.paretovariate(1.3), 500)) - 1,
        default=kind == "default",
    )
    if kind in ("default", "copy", "advert"):
        return review
    return attrs.evolve(review, append=_append(rng, product, review), reply=_reply(rng, product, review))


def _draft(rng: Random, product: Product, kind: str) -> _Draft:
    if kind == "default":
        return _Draft(rng.choice(REVIEWS["defaults"]))
    if kind == "copy":
        return _Draft(rng.choice(REVIEWS["praise_copies"]), "positive")
    if kind == "advert":
        return _Draft(fill(rng, rng.choice(REVIEWS["adverts"])))
    if kind == "mixed":
        return _mixed(rng, product)
    return _plain(rng, product, kind)


def _with_more(rng: Random, product: Product, draft: _Draft) -> _Draft:
    """Now and then a wish, a trouble that no aspect knows, a reward for praise, or stars that slipped; with dice of their own."""
    more = REVIEWS["more"]
    chance = rng.random()
    if draft.markup:
        return draft
    if chance < _WISHING:
        return attrs.evolve(
            draft, text=_joined(draft.text, rng.choice(more["wishes"][product.category] + more["wishes"]["any"]))
        )
    if chance < _WISHING + _ODD and draft.polarity == "negative":
        return attrs.evolve(draft, text=_joined(draft.text, rng.choice(more["oddities"][product.category])))
    if chance > 1 - _PAID and draft.polarity != "neutral":
        return attrs.evolve(draft, text=_joined(draft.text, rng.choice(more["rewards"])), score=5)
    if chance > 1 - _PAID - _SLIPPED and draft.polarity == "positive":
        return attrs.evolve(draft, score=1)
    return draft


def _joined(text: str, clause: str) -> str:
    return text.rstrip("，。！") + "，" + clause


def _plain(rng: Random, product: Product, polarity: str) -> _Draft:
    said = _clauses(rng, product, polarity, rng.choice((1, 2, 2, 3)))
    spoken = [say(rng, clause) for clause in said]
    aspects, score = tuple(clause.aspect for clause in said), rng.choice(_STARS[polarity])
    if len(said) > 1 and rng.random() < _DIMENSIONED:
        lines = [
            (REVIEWS["dimensions"].get(c.aspect, "使用感受"), words) for c, words in zip(said, spoken, strict=True)
        ]
        markup = "\n".join(f"{{$%&{name}：&%$}}{words}" for name, words in lines)
        return _Draft("\n".join(f"{name}：{words}" for name, words in lines), polarity, score, aspects, markup)
    known = {"brand": product.brand.name, "category": product.category}
    text = fill(rng, rng.choice(REVIEWS["openings"][polarity]), **known) + spoken[0]
    for words in spoken[1:]:
        text += "，" + rng.choice(REVIEWS["links"][polarity]) + words
    return _Draft(text + fill(rng, rng.choice(REVIEWS["endings"][polarity]), **known), polarity, score, aspects)


def _mixed(rng: Random, product: Product) -> _Draft:
    good, bad = _clauses(rng, product, "positive", rng.choice((1, 2))), _clauses(rng, product, "negative", 1)
    text = "，".join(say(rng, c) for c in good) + rng.choice(REVIEWS["turns"]) + say(rng, bad[0])
    aspects = tuple(dict.fromkeys(c.aspect for c in (*good, *bad)))
    return _Draft(text, "neutral", rng.choice(_STARS["mixed"]), aspects)


def _clauses(rng: Random, product: Product, polarity: str, count: int) -> list[Clause]:
    """Clauses about different aspects."""
    favoured = {"negative": product.brand.weak, "positive": product.brand.strong}.get(polarity, ())
    chosen: dict[str, Clause] = {}
    for _ in range(count * 2):
        clause = pick(rng, product.category, polarity, favoured=favoured)
        chosen.setdefault(clause.aspect, clause)
    return list(chosen.values())[:count]


def _append(rng: Random, product: Product, review: Review) -> Passage | None:
    if rng.random() >= _APPENDED:
        return None
    polarity = "negative" if rng.random() < 0.6 else "positive"
    clause = say(rng, pick(rng, product.category, "negative", favoured=product.brand.weak))
    text = fill(rng, rng.choice(REVIEWS["appends"][polarity]), clause=clause)
    return Passage(text=text, at=review.at + timedelta(days=rng.randrange(1, 15), seconds=rng.randrange(40_000)))


def _reply(rng: Random, product: Product, review: Review) -> Passage | None:
    if rng.random() >= (_ANSWERED if review.score > 3 else 3 * _ANSWERED):
        return None
    words = REVIEWS["replies"]["good" if review.score > 3 else "bad"]
    text = fill(rng, rng.choice(words), brand=product.brand.name)
    return Passage(text=text, at=review.at + timedelta(seconds=rng.randrange(3600, 160_000)))
