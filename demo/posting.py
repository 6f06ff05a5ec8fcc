"""Everyday life on Weibo: the posts that name a brand on one day, and the comments under a post."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random

import attrs

from demo import ids, people
from demo.catalogue import BRANDS, CATEGORIES, Brand
from demo.clock import BEIJING
from demo.events import Author, Comment, Post
from demo.grammar import POSTS, WORDS, fill, pick, say
from demo.rhythm import moments, poisson

_EMOTICONS = {"negative": "emoticon_bad", "neutral": "emoticon_flat", "positive": "emoticon_good"}
_POSITIVE = 0.36  # of the posts that are not negative
_PLACE, _ADVERT, _REPOST, _LONG, _LATIN = 0.015, 0.03, 0.08, 0.05, 0.05
_MOST_COMMENTS, _MOST_REPLIES = 24, 8
_ANSWERED = 0.3
"""Share of comments that somebody answers."""
TALKED_ABOUT = timedelta(hours=92)
"""After this nobody says anything under a post."""


def day_of_posts(seed: int, brand: Brand, day: date) -> tuple[Post, ...]:
    """What was posted about the brand on this Beijing day, oldest first; a function of its arguments."""
    rng = Random(f"{seed}/posts/{brand.code}/{day}")
    posts: list[Post] = [_official(rng, brand, day)]
    for number, at in enumerate(moments(rng, day, a_day=brand.posts_a_day), start=1):
        draft = _draft(rng, brand, at, posts)
        posts.append(_post(rng, draft, brand, at, author=people.somebody(rng), number=number))
    return tuple(sorted(posts, key=lambda p: (p.at, p.mid)))


def pinned_post(brand: Brand, day: date) -> Post:
    """The greeting that stays on top of the brand's own account, published at nine on this day."""
    at = datetime.combine(day, time(9), BEIJING).astimezone(UTC)
    return Post(
        mid=ids.mid(at, ids.EVERYDAY, brand.code << 17 | (1 << 17) - 1), brand=brand.name, at=at, author=people.official(brand),
        text=POSTS["pinned"].format(brand=brand.name), polarity="neutral", pinned=True, fame=800,
    )  # fmt: skip


def emoticon(rng: Random, polarity: str) -> str:
    """An emoticon of this mood, or nothing: half the posts have one."""
    return rng.choice(WORDS[_EMOTICONS[polarity]]) if rng.random() < 0.5 else ""


def opinion(rng: Random, brand: Brand, polarity: str, frames: Sequence[str]) -> tuple[str, str, tuple[str, ...]]:
    """A sentence of this mood about one of the brand's appliances: text, category, aspects."""
    category = rng.choice(CATEGORIES)
    favoured = {"negative": brand.weak, "positive": brand.strong}.get(polarity, ())
    first = pick(rng, category, polarity, favoured=favoured)
    second = pick(rng, category, polarity, favoured=favoured)
    frame = rng.choice(frames)
    rival = rng.choice([b.name for b in BRANDS if b != brand])
    spoken = say(rng, first)
    text = fill(
        rng, frame, brand=brand.name, category=category, c=spoken, n=spoken, d=say(rng, second),
        e=emoticon(rng, polarity), rival=rival,
    )  # fmt: skip
    if rng.random() < _LATIN:
        text = text.replace(f"{brand.name}{category}", f"{brand.name}{brand.aliases[0]}{category}", 1)
    said = [clause.aspect for clause, slot in ((first, "{c}"), (first, "{n}"), (second, "{d}")) if slot in frame]
    return text, category, tuple(dict.fromkeys(said))


def comments_under(seed: int, post: Post) -> tuple[Comment, ...]:
    """Everything that will be said under the post, oldest first; a function of seed and post."""
    rng = Random(f"{seed}/comments/{post.mid}")
    family, serial = ids.family_and_serial(post.mid)
    scripted = family == ids.SCRIPTED
    most = 8 if scripted else _MOST_COMMENTS
    mean = {"negative": 0.7, "positive": 0.3}.get(post.polarity, 0.15) + (8 if post.author.followers > 1_000_000 else 0)
    found = []
    for k in range(min(poisson(rng, mean), most)):
        at = post.at + timedelta(seconds=40 + int(min(rng.expovariate(1 / 5400), 80 * 3600)))
        found.append(
            Comment(
                id=_comment_id(post, at, scripted=scripted, serial=serial, k=k),
                at=at,
                author=people.somebody(rng),
                text=rng.choice(POSTS["comments"][post.polarity]) + emoticon(rng, post.polarity),
            )
        )
    replies = [] if scripted else _replies(seed, post, found)
    return tuple(sorted((*found, *replies), key=lambda c: (c.at, c.id)))


def _replies(seed: int, post: Post, comments: Sequence[Comment]) -> list[Comment]:
    """Answers to some of the comments: their ids are the eight that an everyday post has left."""
    rng = Random(f"{seed}/replies/{post.mid}")
    answered = [comment for comment in comments if rng.random() < _ANSWERED for _ in range(rng.randrange(1, 6))]
    last, replies = post.at + TALKED_ABOUT, list[Comment]()
    for k, above in enumerate(answered[:_MOST_REPLIES], start=_MOST_COMMENTS):
        at = min(above.at + timedelta(seconds=30 + int(rng.expovariate(1 / 3600))), last)
        replies.append(
            Comment(
                id=_comment_id(post, at, scripted=False, serial=ids.family_and_serial(post.mid)[1], k=k),
                at=at,
                author=people.somebody(rng),
                text=f"回复@{above.author.name}:{rng.choice(POSTS['comments'][post.polarity])}",
                parent=above.id,
            )
        )
    return replies


def _comment_id(post: Post, at: datetime, *, scripted: bool, serial: int, k: int) -> int:
    if scripted:  # 5 bits of the play, 12 of the post, 3 of the comment
        return ids.mid(at, ids.SCRIPTED_COMMENT, (serial >> 13 & 31) << 15 | (serial & 4095) << 3 | k)
    brand, number = serial >> 17, serial & 1023
    parity = post.at.astimezone(BEIJING).toordinal() & 3  # comments end within four days of the post
    return ids.mid(at, ids.COMMENT, brand << 17 | parity << 15 | number << 5 | k)


@attrs.frozen(kw_only=True)
class _Draft:
    """What somebody posts, before it has a date."""

    text: str
    polarity: str = "neutral"
    category: str = ""
    aspects: tuple[str, ...] = ()
    repost: Post | None = None


def _draft(rng: Random, brand: Brand, at: datetime, earlier: Sequence[Post]) -> _Draft:
    mood, kind = rng.random(), rng.random()
    if mood < brand.negative:
        return _opinion(rng, brand, "negative")
    if rng.random() < _POSITIVE:
        return _opinion(rng, brand, "positive")
    if kind < _PLACE:
        return _Draft(text=fill(rng, rng.choice(POSTS["place"]), brand=brand.name, e=emoticon(rng, "neutral")))
    if kind < _PLACE + _ADVERT:
        return _Draft(text=fill(rng, rng.choice(POSTS["advert"]), brand=brand.name, category=rng.choice(CATEGORIES)))
    originals = [post for post in earlier if post.repost is None and post.at <= at]
    if kind < _PLACE + _ADVERT + _REPOST and originals:
        return _Draft(text=_repost_words(rng), repost=rng.choice(originals))
    return _opinion(rng, brand, "neutral")


def _opinion(rng: Random, brand: Brand, polarity: str) -> _Draft:
    text, category, aspects = opinion(rng, brand, polarity, POSTS[polarity])
    if rng.random() < _LONG:
        more = [say(rng, pick(rng, category, polarity)) for _ in range(3)]
        text += f"\n{'，'.join(dict.fromkeys(more))}。{rng.choice(POSTS['long_tails'])}。"
    return _Draft(text=text, polarity=polarity, category=category, aspects=aspects)


def _post(rng: Random, draft: _Draft, brand: Brand, at: datetime, *, author: Author, number: int) -> Post:
    return Post(
        mid=ids.mid(at, ids.EVERYDAY, brand.code << 17 | number),
        brand=brand.name,
        at=at.astimezone(UTC),
        author=author,
        text=draft.text,
        polarity=draft.polarity,
        category=draft.category,
        aspects=draft.aspects,
        device=rng.choice(WORDS["device"]),
        repost=draft.repost,
        fame=int(rng.lognormvariate(1.0, 1.1)),
    )


def _official(rng: Random, brand: Brand, day: date) -> Post:
    at = datetime.combine(day, time(10, rng.randrange(60), rng.randrange(60)), BEIJING)
    draft = _Draft(text=fill(rng, rng.choice(POSTS["official"]), brand=brand.name, category=rng.choice(CATEGORIES)))
    return _post(rng, draft, brand, at, author=people.official(brand), number=0)


def _repost_words(rng: Random) -> str:
    words: str = rng.choice(POSTS["reposts"])
    if words == "转发微博":
        return words
    if rng.random() < 0.3:
        return f"{words}//@{people.somebody(rng).name}:{rng.choice(POSTS['reposts'])}"
    return words + emoticon(rng, "neutral")
