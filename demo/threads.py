"""Forum threads about the invented brands: first floors, further floors, and the replies below them."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import attrs

from demo.catalogue import BRANDS, CATEGORIES, Brand
from demo.clock import beijing
from demo.events import Author
from demo.grammar import WORDS, pick, say
from demo.people import somebody
from demo.rhythm import moments

A_DAY = 0.7
"""Threads about a brand on a usual day."""
REACH = timedelta(days=7)
"""How far back the search finds threads."""
PICTURE = '<img class="BDE_Image" src="https://tiebapic.baidu.com/forum/demo.jpg" width="560">'
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_THREAD, _FIRST_POST, _MOST = 9_100_000_000, 150_000_000_000, 20


@attrs.frozen(kw_only=True)
class Reply:
    """A reply below a floor."""

    spid: int
    at: datetime
    author: Author
    text: str


@attrs.frozen(kw_only=True)
class Floor:
    """A floor of a thread; the first one is the thread's own post."""

    pid: int
    number: int
    at: datetime
    author: Author
    text: str
    """Empty = a picture alone."""
    replies: tuple[Reply, ...] = ()


@attrs.frozen(kw_only=True)
class Thread:
    """One thread."""

    tid: int
    brand: Brand
    forum: str
    title: str
    floors: tuple[Floor, ...]

    @property
    def at(self) -> datetime:
        """When it was begun, aware UTC."""
        return self.floors[0].at


def day_of_threads(seed: int, brand: Brand, day: date) -> tuple[Thread, ...]:
    """The threads begun about the brand on this Beijing day, oldest first; a function of its arguments."""
    rng = Random(f"{seed}/threads/{brand.code}/{day}")
    times = moments(rng, day, a_day=A_DAY)[:_MOST]
    serial = (day.toordinal() - _EPOCH) * 100 + brand.code * _MOST
    return tuple(_thread(rng, brand, at.astimezone(UTC), serial + number) for number, at in enumerate(times))


def threads(seed: int, *, now: datetime, query: str = "") -> list[Thread]:
    """The threads that a search finds, as far as they have come by now, newest first."""
    days = [beijing(now).date() - timedelta(days=n) for n in range(REACH.days + 1)]
    every = [t for day in days for brand in BRANDS for t in day_of_threads(seed, brand, day)]
    shown = [
        _until(t, now)
        for t in every
        if now - REACH <= t.at <= now and all(word in t.title + t.floors[0].text for word in query.split())
    ]
    return sorted(shown, key=lambda t: (t.at, t.tid), reverse=True)


def _until(thread: Thread, now: datetime) -> Thread:
    floors = (
        attrs.evolve(floor, replies=tuple(reply for reply in floor.replies if reply.at <= now))
        for floor in thread.floors
        if floor.at <= now
    )
    return attrs.evolve(thread, floors=tuple(floors))


def _thread(rng: Random, brand: Brand, at: datetime, serial: int) -> Thread:
    category, mood = rng.choice(CATEGORIES), rng.choices(("negative", "neutral", "positive"), (5, 3, 2))[0]
    said = [say(rng, pick(rng, category, mood)) for _ in range(rng.choice((1, 2, 6)))]
    first = _FIRST_POST + serial * 1000
    floors = [
        Floor(pid=first, number=1, at=at, author=somebody(rng), text=f"{brand.name}{category}，{'，'.join(said)}。")
    ]
    for number in range(2, 2 + rng.choice((0, 1, 3, 5, 8))):
        floors.append(_floor(rng, category, first + number * 20, number, floors[-1].at))
    return Thread(
        tid=_FIRST_THREAD + serial,
        brand=brand,
        forum=category,
        title=f"{brand.name}{category}{rng.choice(('怎么样', '求助', '用后感', '避雷'))}",
        floors=tuple(floors),
    )


def _floor(rng: Random, category: str, pid: int, number: int, after: datetime) -> Floor:
    at = after + timedelta(minutes=rng.randrange(3, 900))
    text = "" if rng.random() < 0.25 else say(rng, pick(rng, category, rng.choice(("negative", "positive"))))
    replies: list[Reply] = []
    for k in range(1, 1 + rng.choice((0, 0, 1, 2))):
        when = (replies[-1].at if replies else at) + timedelta(minutes=rng.randrange(1, 300))
        words = rng.choice(("", "同款，一样", f"我家{rng.choice(WORDS['who'])}也这么说", "换一台吧"))
        replies.append(Reply(spid=pid + k, at=when, author=somebody(rng), text=words))
    return Floor(pid=pid, number=number, at=at, author=somebody(rng), text=text, replies=tuple(replies))
