"""What counts as a negative: one rule for the monitor's counts and for the search that opens them."""

from domain.analysis import Polarity
from domain.documents import StoredDocument

SURE = 0.7
"""Probability from which a negative reading counts.

Of .5 … .9 the one with the largest precision × recall at 8 % negatives, held-out public sets and demo posts taken
together: a count made of noise and complaints shows a rise best there. The table is in docs/models/sentiment.md.
"""
SPAM = 0.8
"""Spam score from which a document does not count."""


def counts_as_negative(document: StoredDocument) -> bool:
    """Negative for the counts: surely so, written by a person's own hand, and not clear spam."""
    return (
        document.sentiment is Polarity.NEGATIVE
        and document.p_negative >= SURE
        and not document.default_text
        and document.spam < SPAM
    )
