"""Engagement: how a post is passed on, look by look, and where hot-search lists show a topic."""

from datetime import datetime

import attrs


@attrs.frozen(kw_only=True)
class Look:
    """A post's counts at one moment."""

    document: str
    at: datetime
    """When the bytes were received, aware UTC."""
    reposts: int | None = None
    comments: int | None = None
    likes: int | None = None

    @property
    def engaged(self) -> int:
        """All three together; what the site does not show counts as none."""
        return (self.reposts or 0) + (self.comments or 0) + (self.likes or 0)


@attrs.frozen(kw_only=True)
class Repost:
    """Who reposted a post."""

    child: str
    """Document id of the repost."""
    author: str
    """Keyed hash of who reposted."""
    at: datetime


@attrs.frozen(kw_only=True)
class HotRecord:
    """What is known of one line of a hot-search list."""

    source: str
    title: str
    brands: tuple[str, ...] = ()
    """Canonical brands that the title is about."""
    first_seen: datetime
    last_seen: datetime
    rank: int
    """When last seen; 0 = outside the ranking."""
    best_rank: int
    heat: int | None = None
    """When last seen."""
    peak_heat: int | None = None
    label: str = ""
    advertised: bool = False
    url: str = ""
