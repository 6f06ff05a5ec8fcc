"""What counts as a negative: one rule for the monitor's counts and for the search that opens them."""

from domain.analysis import Polarity
from domain.documents import StoredDocument

SURE = 0.7
"""Probability from which a negative reading counts.

A count made of complaints and noise shows a rise best where precision × recall is largest. At 8 % negatives that is .6 or
.7, equal within chance over held-out public sets and demo posts of model ngram-2; .7 is the more precise. The table is in
docs/models/sentiment.md; measure anew with another model.
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
