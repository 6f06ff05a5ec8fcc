"""Whether a web page came whole, and what its elements say of themselves."""

from parsel import Selector, SelectorList

from crawlers.sites.answers import Refused
from domain.feeds import Outcome


def refuse_cut(text: str) -> None:
    """Raise Refused (`truncated`) where the text begins as a whole page does and does not end as one; a fragment passes."""
    if "<html" in text[:3000].lower() and "</html" not in text[-600:].lower():
        raise Refused(Outcome.TRUNCATED, f"the page ends after {len(text)} characters")


def attribute(element: Selector | SelectorList[Selector], name: str) -> str:
    """An attribute's value, of several elements the first one's; empty where it is missing.

    parsel's own `attrib` raises where any other attribute of the element is broken.
    """
    return element.xpath(f"@{name}").get() or ""
