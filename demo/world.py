"""The pretended world: what exists in it at any moment, as a function of seed, time and the scripts played."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from typing import Any, TypeVar

from demo import catalogue, ids, people, posting, pricing, reviewing, scripts
from demo.clock import beijing
from demo.events import Comment, Play, Post, Quote, Review

HISTORY = timedelta(days=90)
"""How long before its start the world's memory begins."""
REACH = timedelta(days=7)
"""How far back the Weibo search finds posts."""
KINDS = ("post", "comment", "review")
T = TypeVar("T", Post, Review)
_MOMENT = attrgetter("at")


class World:
    """Five brands, their shops and their public. Days are made when they are first asked for, and kept."""

    def __init__(
        self, *, seed: int, start: datetime, now: Callable[[], datetime], plays: Iterable[Play] = (),
        history: timedelta = HISTORY, changed: Callable[["World"], None] = lambda world: None,
    ) -> None:  # fmt: skip
        self.seed = seed
        self.start = start.astimezone(UTC)
        """When crawling begins and history ends."""
        self.beginning = self.start - history
        """Nothing in this world is older."""
        self.first_day: date = beijing(self.beginning).date()
        self.now = now
        self.plays: list[Play] = list(plays)
        self._changed = changed
        self._scripted: dict[Play, scripts.Events] = {}
        self._brand_days: dict[tuple[int, date], tuple[Post, ...]] = {}
        self._days: dict[date, tuple[Post, ...]] = {}
        self._found: dict[tuple[str, date], tuple[Post, ...]] = {}
        self._reviews: dict[tuple[int, date], tuple[Review, ...]] = {}
        self._published: dict[str, tuple[list[Review], list[Post]]] = {}

    # --- scripts

    def play(self, name: str, at: datetime | None = None) -> Play:
        """Start a script, now or at a given moment. Raises ValueError for an unknown name."""
        if name not in scripts.NAMES:
            raise ValueError(f"no script {name!r}: there are {', '.join(scripts.NAMES)}")
        play = Play(name=name, at=(at or self.now()).astimezone(UTC), ordinal=len(self.plays))
        self.plays.append(play)
        self._forget_days()
        self._changed(self)
        return play

    def restore(self, at: datetime | None = None) -> Play:
        """Mend the session and solve the captcha."""
        return self.play("restore", at)

    def blocked(self, name: str, at: datetime | None = None) -> bool:
        """Is `session-death` or `captcha` played and not yet restored?"""
        moment = at or self.now()
        told = [p for p in self.plays if p.name in (name, "restore") and p.at <= moment]
        return bool(told) and max(told, key=lambda p: (p.at, p.ordinal)).name == name

    def running(self, at: datetime | None = None) -> list[Play]:
        """The plays that go on at this moment, oldest first."""
        moment = at or self.now()
        lasting = [p for p in self.plays if p.at <= moment < p.at + scripts.LASTS.get(p.name, timedelta())]
        blocking = [
            p for p in self.plays if p.name in scripts.BLOCKS and p.at <= moment and self.blocked(p.name, moment)
        ]
        return sorted((*lasting, *blocking), key=lambda p: (p.at, p.ordinal))

    # --- what somebody puts into it besides

    def publish(self, label: str, *, reviews: Iterable[Review] = (), posts: Iterable[Post] = ()) -> None:
        """Add things under a label, to exist from their own time on; one with an id that exists takes its place."""
        held = self._published.setdefault(label, ([], []))
        held[0].extend(reviews)
        held[1].extend(posts)
        self._forget_days()

    def retract(self, label: str) -> None:
        """Take back everything that was put in under the label."""
        if self._published.pop(label, None):
            self._forget_days()

    # --- Weibo

    def posts(self, query: str, *, until: datetime | None = None, since: datetime | None = None) -> list[Post]:
        """Posts with every word of the query, in their own words or those they repost, newest first.

        `until` is exclusive of what is still to come (default: now); `since` defaults to a week before.
        """
        end = until or self.now()
        begin = since or end - REACH
        found: list[Post] = []
        for day in _days(begin, end):
            found += self._matching(query, day)
        return _between(found, begin, end)[::-1]

    def user_posts(self, uid: int, *, until: datetime | None = None) -> list[Post]:
        """Posts of one account: the pinned one first, then a week's, newest first."""
        end = until or self.now()
        mine = [p for p in self.posts("", until=end) if p.author.uid == uid and not p.pinned]
        brand = people.OFFICIAL_ACCOUNTS.get(uid)
        return [self._pinned(brand), *mine] if brand else mine

    def post(self, mid: int) -> Post | None:
        """The post with this id, if it exists by now."""
        at = ids.second_of(mid)
        if not self.beginning <= at <= self.now():
            return None
        return next((p for p in self._day(beijing(at).date()) if p.mid == mid), None)

    def reposts(self, mid: int) -> list[Post]:
        """Reposts of the post, newest first; none for an unknown one."""
        post, now = self.post(mid), self.now()
        if post is None:
            return []
        return [p for p in self.posts("", since=post.at, until=now) if p.repost and p.repost.mid == mid]

    def comments(self, mid: int, *, until: datetime | None = None) -> list[Comment]:
        """Comments under the post, newest first; none for an unknown post."""
        post, end = self.post(mid), until or self.now()
        return [c for c in posting.comments_under(self.seed, post) if c.at <= end][::-1] if post else []

    # --- shops

    def reviews(self, sku: str, *, until: datetime | None = None) -> list[Review]:
        """Reviews shown at this offer, newest first; what buyers and sellers add later is left out until its time."""
        product, offer = catalogue.by_sku()[sku]
        if not offer.reviewed:
            return []
        end, found = until or self.now(), list[Review]()
        for day in _days(self.beginning, end):
            found += self._day_of_reviews(product, day)
        found += [r for events in self._events() for r in events.reviews if r.sku == product.sku]
        added = {r.id: r for reviews, _ in self._published.values() for r in reviews if r.sku in (sku, product.sku)}
        found = [*(r for r in found if r.id not in added), *added.values()]
        return _between(sorted(found, key=_MOMENT), self.beginning, end)[::-1]

    def price(self, sku: str, at: datetime | None = None) -> Quote:
        """What the offer with this sku costs at the moment. Raises KeyError for an unknown sku."""
        product, offer = catalogue.by_sku()[sku]
        return pricing.quote(self.seed, product, offer, at or self.now(), self.plays)

    # --- the ledger

    def existing_ids(
        self, kind: str, since: datetime | None = None, until: datetime | None = None, *, query: str = ""
    ) -> set[str]:
        """The sites' own ids of everything of this kind published in [since, until]; default: all until now.

        `query` keeps only posts (and comments under posts) that a Weibo search for it finds, and reviews of products
        whose title holds it. Raises ValueError for an unknown kind.
        """
        begin, end = since or self.beginning, until or self.now()
        begin = max(begin, self.beginning)
        if kind == "post":
            return {str(p.mid) for p in self.posts(query, since=begin, until=end)}
        if kind == "comment":
            return {str(c.id) for c in self._all_comments(query, end) if begin <= c.at <= end}
        if kind == "review":
            return {
                str(r.id)
                for product in catalogue.products()
                if query in product.title
                for r in self.reviews(product.sku, until=end)
                if r.at >= begin
            }
        raise ValueError(f"no kind {kind!r}: there are {', '.join(KINDS)}")

    def state(self) -> dict[str, Any]:
        """Seed, times, plays and what runs, as plain values."""
        now = self.now()
        return {
            "seed": self.seed,
            "start": self.start.isoformat(),
            "now": now.isoformat(timespec="seconds"),
            "plays": [_plain(p) for p in self.plays],
            "running": [_plain(p) for p in self.running(now)],
            "session_dead": self.blocked("session-death", now),
            "captcha": self.blocked("captcha", now),
        }

    # --- making days

    def _forget_days(self) -> None:
        self._days.clear()
        self._found.clear()

    def _all_comments(self, query: str, end: datetime) -> Iterator[Comment]:
        for post in self.posts(query, since=self.beginning, until=end):
            yield from posting.comments_under(self.seed, post)

    def _matching(self, query: str, day: date) -> tuple[Post, ...]:
        key = (query, day)
        if key not in self._found:
            if len(self._found) > 20_000:  # strangers' words must not fill the memory
                self._found.clear()
            self._found[key] = tuple(p for p in self._day(day) if _holds(p, query))
        return self._found[key]

    def _day(self, day: date) -> tuple[Post, ...]:
        if day not in self._days:
            everyday = [p for brand in catalogue.BRANDS for p in self._brand_day(brand, day)]
            scripted = [p for events in self._events() for p in events.posts if beijing(p.at).date() == day]
            added = {p.mid: p for _, posts in self._published.values() for p in posts}
            usual = [p for p in (*everyday, *scripted) if p.mid not in added]
            today = [p for p in added.values() if beijing(p.at).date() == day]
            self._days[day] = tuple(sorted((*usual, *today), key=lambda p: (p.at, p.mid)))
        return self._days[day]

    def _brand_day(self, brand: catalogue.Brand, day: date) -> tuple[Post, ...]:
        if day < self.first_day:
            return ()
        key = (brand.code, day)
        if key not in self._brand_days:
            pinned = self._pinned(brand)
            extra = (pinned,) if beijing(pinned.at).date() == day else ()
            self._brand_days[key] = (*posting.day_of_posts(self.seed, brand, day), *extra)
        return self._brand_days[key]

    def _pinned(self, brand: catalogue.Brand) -> Post:
        return posting.pinned_post(brand, self.first_day + timedelta(days=1))

    def _day_of_reviews(self, product: catalogue.Product, day: date) -> tuple[Review, ...]:
        key = (product.index, day)
        if key not in self._reviews:
            self._reviews[key] = reviewing.day_of_reviews(self.seed, product, day)
        return self._reviews[key]

    def _events(self) -> list[scripts.Events]:
        for play in self.plays:
            if play not in self._scripted:
                self._scripted[play] = scripts.events_of(self.seed, play)
        return [self._scripted[p] for p in self.plays]


def _holds(post: Post, query: str) -> bool:
    said = post.text + (post.repost.text if post.repost else "")
    return all(word in said for word in query.split())


def _between(sorted_events: list[T], begin: datetime, end: datetime) -> list[T]:
    low = bisect_right(sorted_events, begin - timedelta(microseconds=1), key=_MOMENT)
    return sorted_events[low : bisect_right(sorted_events, end, key=_MOMENT)]


def _days(begin: datetime, end: datetime) -> Iterator[date]:
    day, last = beijing(begin).date(), beijing(end).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _plain(play: Play) -> dict[str, Any]:
    return {"name": play.name, "at": play.at.isoformat(timespec="seconds"), "ordinal": play.ordinal}
