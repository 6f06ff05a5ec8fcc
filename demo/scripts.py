"""The scripts of the demo: what happens in the world when one is played."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import attrs

from demo import ids, people
from demo.catalogue import BRANDS, OURS, Brand, product_of
from demo.clock import beijing
from demo.events import Author, Play, Post, Review
from demo.grammar import SCRIPTS, fill
from demo.posting import emoticon, opinion
from demo.rhythm import SLOT, poisson, rate

BLOCKS = ("session-death", "captcha")
"""Scripts that last until `restore` is played."""
LASTS = {
    "severe": timedelta(minutes=95),
    "wave": timedelta(minutes=120),
    "promotion": timedelta(hours=3),
    "price-drop": timedelta(hours=48),
}
"""How long the others last."""
NAMES = (*LASTS, *BLOCKS, "restore")
DOUBLINGS = (6, 12, 24, 48, 96)
"""Posts of the severe wave in each ten minutes from the fifteenth minute on."""
_FADING = (30, 8, 2)
_WAVE, _WAVE_RISES, _WAVE_FADES = 40, timedelta(minutes=80), 10
_PROMOTION = 5.0


@attrs.frozen
class Events:
    """What a play adds to the world, oldest first."""

    posts: tuple[Post, ...] = ()
    reviews: tuple[Review, ...] = ()


def events_of(seed: int, play: Play) -> Events:
    """Everything that the play adds; a function of seed and play."""
    writer = {"severe": _severe, "wave": _wave, "promotion": _promotion}.get(play.name)
    if writer is None:
        return Events()
    scene = _Scene(seed, play)
    writer(scene)
    return Events(
        tuple(sorted(scene.posts, key=lambda p: (p.at, p.mid))),
        tuple(sorted(scene.reviews, key=lambda r: (r.at, r.id))),
    )


class _Scene:
    """A script being written: counts its events so that their ids differ."""

    def __init__(self, seed: int, play: Play) -> None:
        self.play = play
        self.rng = Random(f"{seed}/script/{play.name}/{play.ordinal}/{play.at.timestamp():.0f}")
        self.start = play.at.astimezone(UTC).replace(microsecond=0)
        self.posts: list[Post] = []
        self.reviews: list[Review] = []

    def newcomer(self) -> Author:
        return people.newcomer(self.play.ordinal, len(self.posts))

    def within(self, begin: float, end: float) -> datetime:
        """A moment between two minutes of the script."""
        return self.start + timedelta(seconds=self.rng.randrange(int(begin * 60), int(end * 60)))

    def post(
        self, at: datetime, author: Author, text: str, *, polarity: str = "negative", category: str, fame: int = 0,
        repost: Post | None = None, brand: Brand = OURS,
    ) -> Post:  # fmt: skip
        serial = (self.play.ordinal & 127) << 13 | len(self.posts)
        made = Post(
            mid=ids.mid(at, ids.SCRIPTED, serial), brand=brand.name, at=at, author=author, text=text, polarity=polarity,
            category=category, repost=repost, script=self.play.name, fame=fame or int(self.rng.lognormvariate(2.0, 1.2)),
        )  # fmt: skip
        self.posts.append(made)
        return made

    def words(self, pattern: str, polarity: str = "negative") -> str:
        return fill(self.rng, pattern, brand=OURS.name, e=emoticon(self.rng, polarity))


def _severe(scene: _Scene) -> None:
    rng, texts = scene.rng, SCRIPTS["severe"]
    model = product_of(OURS, "热水器").model
    first = scene.post(
        scene.start,
        people.DOCTOR,
        fill(rng, texts["first"], brand=OURS.name, model=model),
        category="热水器",
        fame=260_000,
    )
    for number in range(14):  # one a minute: fourteen who never spoke before
        at = scene.within(number + 0.5, number + 1)
        if number % 4 == 3:
            scene.post(at, scene.newcomer(), _repost_words(scene), category="热水器", repost=first)
        else:
            early = texts["early"][(number - number // 4) % len(texts["early"])]
            scene.post(at, scene.newcomer(), scene.words(early), category="热水器")
    for step, count in enumerate((*DOUBLINGS, *_FADING)):
        for _ in range(count):
            _one_of_the_wave(scene, scene.within(15 + step * 10, 25 + step * 10), first)
    _voices(scene)
    _angry_reviews(scene)


def _one_of_the_wave(scene: _Scene, at: datetime, first: Post) -> None:
    rng, texts, luck = scene.rng, SCRIPTS["severe"], scene.rng.random()
    if luck < 0.05:
        scene.post(
            at,
            scene.newcomer(),
            scene.words(rng.choice(texts["calm"]), "neutral"),
            polarity="neutral",
            category="热水器",
        )
    elif luck < 0.25:
        scene.post(at, scene.newcomer(), _repost_words(scene), category="热水器", repost=first)
    else:
        text = scene.words(rng.choice(texts["wave"])) + rng.choice(texts["tails"])
        scene.post(at, scene.newcomer(), text, category="热水器")


def _repost_words(scene: _Scene) -> str:
    words: str = scene.rng.choice(SCRIPTS["severe"]["reposts"]) + emoticon(scene.rng, "negative")
    if scene.rng.random() < 0.3:
        return f"{words}//@{people.somebody(scene.rng).name}:{scene.rng.choice(SCRIPTS['severe']['reposts'])}"
    return words


def _voices(scene: _Scene) -> None:
    texts = SCRIPTS["severe"]
    told = (
        (28, people.NEWSROOM, "media", "negative", 48_000),
        (41, people.REGULATOR, "government", "negative", 31_000),
        (52, people.official(OURS), "brand", "neutral", 9_000),
    )
    for minute, author, key, polarity, fame in told:
        at = scene.within(minute, minute + 1)
        scene.post(at, author, scene.words(texts[key]).strip(), polarity=polarity, category="热水器", fame=fame)


def _angry_reviews(scene: _Scene) -> None:
    product, rng = product_of(OURS, "热水器"), scene.rng
    for number in range(4):
        at = scene.within(20 + number * 15, 35 + number * 15)
        scene.reviews.append(
            Review(
                id=ids.review_id(beijing(at).toordinal() - 719_163, 49, (scene.play.ordinal & 1023) * 16 + number),
                sku=product.sku, at=at, nickname=people.masked_nickname(rng), region="浙江", score=1, polarity="negative",
                text=fill(rng, rng.choice(SCRIPTS["severe"]["reviews"]), brand=OURS.name), aspects=("质量故障",),
                variant="16升 天然气", ordered_at=at - timedelta(days=40), script=scene.play.name,
            )
        )  # fmt: skip


def _wave(scene: _Scene) -> None:
    rises = _WAVE_RISES.total_seconds()
    for number in range(_WAVE):  # evenly in the square of time: the rate rises in a straight line
        share = ((number + 0.3 + 0.4 * scene.rng.random()) / _WAVE) ** 0.5
        _complain(scene, scene.start + timedelta(seconds=int(rises * share)))
    for _ in range(_WAVE_FADES):
        _complain(scene, scene.within(rises / 60, 119))


def _complain(scene: _Scene, at: datetime) -> None:
    scene.post(at, scene.newcomer(), scene.words(scene.rng.choice(SCRIPTS["wave"])), category="空调")


def _promotion(scene: _Scene) -> None:
    for brand in BRANDS:
        moments, slots = [], int(LASTS["promotion"] / SLOT)
        for slot in range(slots):
            begin = scene.start + slot * SLOT
            count = poisson(scene.rng, (_PROMOTION - 1) * rate(begin, a_day=brand.posts_a_day))
            moments += [begin + timedelta(seconds=scene.rng.randrange(300)) for _ in range(count)]
        polarity = _shares(scene.rng.random(), brand.negative)
        for number, at in enumerate(sorted(moments)):
            mood = polarity(number)
            text, category, _ = opinion(scene.rng, brand, mood, SCRIPTS["promotion"][mood])
            scene.post(at, people.somebody(scene.rng), text, polarity=mood, category=category, brand=brand)


def _shares(offset: float, negative: float) -> Callable[[int], str]:
    """Moods in their exact shares: of each stretch of posts the usual part is negative, no run of bad luck."""

    def mood(number: int) -> str:
        if int((number + 1) * negative + offset) > int(number * negative + offset):
            return "negative"
        return "positive" if number % 3 == 0 else "neutral"

    return mood
