"""What the analyzer is given: a text and what its shop or site says beside it."""

from collections.abc import Iterator, Sequence

import attrs

MOST_TEXTS, MOST_CHARACTERS = 512, 100_000
"""Of one round."""


@attrs.frozen(kw_only=True)
class Reading:
    """A text to be read. Stars are no part of it: they never change what the text says."""

    text: str
    """As published; anything, also empty."""
    brand: str = ""
    """Brand as the shop or file says."""
    product: str = ""
    """Product title."""
    source: str = ""
    author: str = ""
    """Keyed hash."""
    default_text: bool = False
    """The site says that this is its own filler."""


def portions(readings: Sequence[Reading]) -> Iterator[Sequence[Reading]]:
    """Readings in rounds of bounded number and length, so that memory stays flat."""
    begin, characters = 0, 0
    for place, reading in enumerate(readings):
        if place > begin and (place - begin >= MOST_TEXTS or characters + len(reading.text) > MOST_CHARACTERS):
            yield readings[begin:place]
            begin, characters = place, 0
        characters += len(reading.text)
    if begin < len(readings):
        yield readings[begin:]
