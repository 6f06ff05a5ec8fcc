"""What really exists in the world, by source and kind: what a crawl collected is held against it."""

from collections.abc import Callable
from datetime import datetime

import attrs

from demo.world import World


@attrs.frozen(kw_only=True)
class Span:
    """Which part of the world is asked about."""

    since: datetime | None = None
    """Published at or after; None = all that the world remembers."""
    until: datetime | None = None
    """Published at or before; None = now."""
    query: str = ""
    """Only what a search for these words finds."""
    subject: str = ""
    """Only what belongs to this thing: a sku, a post id, a forum; empty = all."""


Shelf = Callable[[World, Span], set[str]]
"""The site's own ids of everything of one kind in a span."""


def posts(world: World, span: Span) -> set[str]:
    """Weibo posts."""
    return world.existing_ids("post", span.since, span.until, query=span.query)


def comments(world: World, span: Span) -> set[str]:
    """Weibo comments; `subject` is the post's id."""
    if span.subject:
        return {str(c.id) for c in world.comments(int(span.subject), until=span.until)}
    return world.existing_ids("comment", span.since, span.until, query=span.query)
