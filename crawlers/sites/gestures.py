"""What a reader does on each site's pages so that they load what they have: scroll, open, turn the page. Pure.

Selectors are Playwright's (CSS, or `text=…`). From memory and other projects' sources (2026-11); what is not there is not pressed.
"""

import attrs


@attrs.frozen(kw_only=True)
class Scroll:
    """Scroll on, so many times, about a screen each."""

    times: int


@attrs.frozen(kw_only=True)
class Press:
    """Press what is visible and can be pressed, so many times at most."""

    selector: str
    times: int = 1
    older: bool = False
    """It leads back in time: not pressed again once nothing new came."""


Gesture = Scroll | Press
READING: tuple[Gesture, ...] = (Scroll(times=6),)
"""Where nothing better is known."""
_REVIEWS: tuple[Gesture, ...] = (
    Scroll(times=4),
    Press(selector="text=/^(查看)?全部评价$/"),
    Scroll(times=4),
    Press(selector="text=/^下一页$/", times=9, older=True),
)

GESTURES: dict[str, dict[str, tuple[Gesture, ...]]] = {
    "jd": {"item": _REVIEWS},
    "taobao": {"item": _REVIEWS},
    "suning": {"item": _REVIEWS, "reviews": _REVIEWS},
    "weibo": {
        "search": (Scroll(times=10),),
        "post": (Scroll(times=4), Press(selector="text=/^展开(全文|更多)?/", times=3), Scroll(times=6)),
    },
    "tousu": {"search": (Scroll(times=4), Press(selector="text=/^(加载更多|查看更多)$/", times=5, older=True))},
}
"""By source and page type."""


def gestures_for(source: str, page: str) -> tuple[Gesture, ...]:
    """What to do on a page of this type."""
    return GESTURES.get(source, {}).get(page, READING)
