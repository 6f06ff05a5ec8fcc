"""What the analyzer is given: a text and what its shop or site says beside it."""

import attrs


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
