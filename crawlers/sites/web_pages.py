"""Whether a web page came whole, and what its elements say of themselves."""

from parsel import Selector, SelectorList

from crawlers.sites.answers import Refused
from domain.feeds import Outcome


def refuse_cut(text: str) -> None:
    """Raise Refused (`truncated`) where `is_cut` says so."""
    if is_cut(text):
        raise Refused(Outcome.TRUNCATED, f"the page ends after {len(text)} characters")


def is_cut(text: str) -> bool:
    """Does the text begin as a whole page does and not end as one? A fragment passes, unless it is one element never closed."""
    lower = text.lower()
    page = "<html" in lower[:3000] or lower.lstrip()[:9] == "<!doctype"
    fragment = not page and lower.lstrip()[:4] == "<div" and lower.count("<div") > lower.count("</div")
    return fragment or (page and "</html" not in lower)


def attribute(element: Selector | SelectorList[Selector], name: str) -> str:
    """An attribute's value, of several elements the first one's; empty where it is missing.

    parsel's own `attrib` raises where any other attribute of the element is broken.
    """
    return element.xpath(f"@{name}").get() or ""
