"""What every page must be in a browser."""

from typing import Any


def is_well(window: Any) -> None:
    """No wider than the screen, and nothing in the browser's console."""
    wide = window.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{window.page.url} is {wide} px too wide"
    assert window.complaints == [], window.page.url
