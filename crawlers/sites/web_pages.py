"""Whether a web page came whole."""

from crawlers.sites.answers import Refused
from domain.feeds import Outcome


def refuse_cut(text: str) -> None:
    """Raise Refused (`truncated`) where the text begins as a whole page does and does not end as one; a fragment passes."""
    if "<html" in text[:3000].lower() and "</html" not in text[-600:].lower():
        raise Refused(Outcome.TRUNCATED, f"the page ends after {len(text)} characters")
