"""The severe-post rule: which single documents are told at once, without waiting for others."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.documents import AuthorKind, StoredDocument
from domain.watches import Watch, matches

SPAM: Final = 0.5
"""From here on a text is taken for an advert or copy-paste."""
VERY_NEGATIVE: Final = 0.9
CERTAIN: Final = 0.7
"""Certainty from which a grave matter rings a phone; below it the post is marked and found, and wakes nobody. Of 6,399 ordinary posts of the
demo 22 are called severe and none so surely; of grave texts by writers never seen it keeps 80 to 87 of 100 (docs/models/severity.md)."""
LARGE_FOLLOWERS: Final = 100_000
FRESH: Final = timedelta(hours=24)
"""Older posts are history: an import or a back-fill never rings a phone, a feed that was away overnight still does."""
LOUD: Final = (AuthorKind.MEDIA, AuthorKind.GOVERNMENT)


def severe_for(watch: Watch, document: StoredDocument, *, now: datetime) -> bool:
    """Is this document told at once to the watch's people?

    Yes where it is fresh, no spam, about the brand, and either reports a grave matter or is very negative by a loud voice.
    A rival's troubles are not told.
    """
    return (
        not watch.rival
        and fresh(document, now=now)
        and document.spam < SPAM
        and not document.default_text
        and (surely_grave(document) or loud_and_negative(document))
        and about(watch, document)
    )


def surely_grave(document: StoredDocument) -> bool:
    """Reports a grave matter, with enough certainty to be told."""
    return document.severity is not None and document.severity_certainty >= CERTAIN


def loud_and_negative(document: StoredDocument) -> bool:
    """Very negative by a medium, an authority or an account with at least 100,000 followers."""
    loud = document.author_kind in LOUD or (document.followers or 0) >= LARGE_FOLLOWERS
    return loud and document.p_negative >= VERY_NEGATIVE


def about(watch: Watch, document: StoredDocument) -> bool:
    """Does it speak of the watch's brand? A text that is about other brands only, and names ours as a foil, does not."""
    if not matches(watch, document):
        return False
    return not watch.brand or not document.brands or watch.brand in document.brands


def fresh(document: StoredDocument, *, now: datetime) -> bool:
    """Published within a day; where the site gives a bare date, today or yesterday."""
    limit = 2 * FRESH if document.date_only else FRESH
    return document.published_at > now - limit


def copies(document: StoredDocument, *, ids: frozenset[str], clusters: frozenset[str]) -> bool:
    """Does it repeat a post of a set: a near-copy, a repost or an answer? ids, clusters: of that set."""
    return (
        (document.cluster != "" and document.cluster in clusters)
        or (document.repost_of or "") in ids
        or (document.parent or "") in ids
    )


def clusters_of(documents: Sequence[StoredDocument]) -> frozenset[str]:
    """Near-copy groups of these documents."""
    return frozenset(d.cluster for d in documents if d.cluster)
