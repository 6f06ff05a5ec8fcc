"""The nouns of the pretended world: people, posts, comments, reviews, quotes and plays."""

from datetime import datetime
from decimal import Decimal

import attrs


@attrs.frozen(kw_only=True)
class Author:
    """An invented Weibo account."""

    uid: int
    name: str
    verified_type: int = -1
    """-1 nobody, 0 verified person, 1 government, 2 company, 3 media."""
    verified_reason: str = ""
    followers: int = 0
    region: str = ""


@attrs.frozen(kw_only=True)
class Passage:
    """A dated addition: 追评, a seller's reply, the later text of a post."""

    text: str
    at: datetime


@attrs.frozen(kw_only=True)
class Post:
    """A Weibo post."""

    mid: int
    """16 digits; its upper bits are the second of publishing, as on the real site."""
    brand: str
    at: datetime
    """Aware UTC, whole seconds."""
    author: Author
    text: str
    """Plain: [emoticons], #topics#, @names and newlines in it."""
    polarity: str
    """negative, neutral or positive, as the world meant it."""
    category: str = ""
    aspects: tuple[str, ...] = ()
    device: str = ""
    repost: "Post | None" = None
    pinned: bool = False
    script: str = ""
    """Name of the script that it belongs to; empty = everyday life."""
    fame: int = 0
    """Likes it will have when it is old."""
    via: "Post | None" = None
    """The repost of `repost` that this one was made from."""
    edits: tuple[Passage, ...] = ()
    """What its author made of the text later, oldest first."""
    deleted_at: datetime | None = None
    fans_only_at: datetime | None = None
    """From then on only those who follow its author see it."""

    def words(self, now: datetime) -> str:
        """The text as it reads at this moment."""
        return next((edit.text for edit in reversed(self.edits) if edit.at <= now), self.text)

    def gone(self, now: datetime) -> bool:
        """Is it deleted, or not for everybody any more?"""
        return any(moment is not None and moment <= now for moment in (self.deleted_at, self.fans_only_at))


@attrs.frozen(kw_only=True)
class Comment:
    """A comment under a post."""

    id: int
    at: datetime
    author: Author
    text: str
    parent: int = 0
    """Id of the comment that it answers; 0 = it answers the post."""


@attrs.frozen(kw_only=True)
class Review:
    """A shop review."""

    id: int
    """11 digits."""
    sku: str
    at: datetime
    """Aware UTC, whole seconds."""
    nickname: str
    """Masked by the shop itself: j***s."""
    region: str
    score: int
    """1–5 stars."""
    text: str
    dimensions: str = ""
    """The text with JD's dimension markup; empty = none."""
    polarity: str
    aspects: tuple[str, ...] = ()
    variant: str = ""
    ordered_at: datetime
    append: Passage | None = None
    reply: Passage | None = None
    images: int = 0
    likes: int = 0
    default: bool = False
    script: str = ""


@attrs.frozen(kw_only=True)
class Quote:
    """What a shop asks at one moment."""

    sku: str
    shop: str
    price: Decimal | None
    """Yuan; None = off sale."""
    list_price: Decimal
    plus_price: Decimal | None = None
    """Price for members."""
    promotions: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Play:
    """A script that was started."""

    name: str
    at: datetime
    """World time, aware UTC."""
    ordinal: int
    """How many plays came before it in this world; part of its ids."""
