"""What counts as a negative: one rule for the monitor's counts and for the search that opens them."""

from domain.analysis import Polarity
from domain.documents import StoredDocument

SURE = 0.7
"""Probability from which a negative reading counts.

A count made of complaints and noise shows a rise best where precision × recall is largest. At 8 % negatives that is .7
over the held-out public sets of model ngram-3 (.36; .6 and .8 are .01 behind) and on demo posts. The table is in
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
